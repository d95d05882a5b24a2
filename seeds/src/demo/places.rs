//! Gyms, branches, staff and what is sold.

use sqlx::PgConnection;

use super::STAFF_PASSWORD_HASH;
use crate::{
    book::{Book, Branch, Moment, Offer, Ref, Service},
    menu::{
        self, COINS, FOUNDERS, Listed, MONTHLY, MORE_COINS, QUARTERLY, SESSIONS, SWIMMING, TRAINING, YEARLY,
    },
};

/// The monthly of the second gym.
const ABROAD: Offer =
    Offer { price: 45_000, about: "One month", max_freezes: 1, max_freeze_days: 7, ..MONTHLY };
/// The coins of the second gym.
const ABROAD_COINS: Offer = Offer { price: 55_000, about: "Twenty visits", ..COINS };

/// What members of the demo buy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Menu {
    pub(super) monthly: Service,
    pub(super) quarterly: Service,
    pub(super) yearly: Service,
    pub(super) coins: Service,
    pub(super) more_coins: Service,
    pub(super) sessions: Service,
    pub(super) swimming: Service,
    pub(super) training: Service,
    pub(super) abroad_monthly: Service,
    pub(super) abroad_coins: Service,
}

/// The menu, with the ids it has in the demo.
pub(super) const MENU: Menu = Menu {
    monthly: Service { id: 1, offer: &MONTHLY },
    quarterly: Service { id: 2, offer: &QUARTERLY },
    yearly: Service { id: 3, offer: &YEARLY },
    coins: Service { id: 4, offer: &COINS },
    more_coins: Service { id: 5, offer: &MORE_COINS },
    sessions: Service { id: 6, offer: &SESSIONS },
    swimming: Service { id: 7, offer: &SWIMMING },
    training: Service { id: 8, offer: &TRAINING },
    abroad_monthly: Service { id: 10, offer: &ABROAD },
    abroad_coins: Service { id: 11, offer: &ABROAD_COINS },
};

/// A branch of the demo; `neighbour` counts from nought.
const fn branch(id: i64, desk: i64, trainer: Option<i64>, neighbour: Option<usize>) -> Site {
    Site { id, desk, trainer, neighbour }
}

/// Where a branch stands in the demo.
#[derive(Debug, Clone, Copy)]
struct Site {
    id: i64,
    desk: i64,
    trainer: Option<i64>,
    neighbour: Option<usize>,
}

/// Branches, with their desks and trainers; the last is the second gym.
const BRANCHES: [Site; 4] = [
    branch(1, 1005, Some(1008), Some(1)),
    branch(2, 1006, Some(1014), Some(2)),
    branch(3, 1011, Some(1015), Some(0)),
    branch(4, 1013, None, None),
];

/// Writes them, and enters the branches in the book.
pub(super) async fn write(conn: &mut PgConnection, book: &mut Book) -> anyhow::Result<()> {
    for Site { id, desk, trainer, neighbour } in BRANCHES {
        let neighbour = neighbour.map(Ref::at).transpose()?;
        let gym = if id == 4 { 2 } else { 1 };
        book.branches.push(Branch { id, gym, desk, trainer, neighbour });
    }
    write_gyms(conn, book.moment).await?;
    write_staff(conn, book.moment).await?;
    menu::write(conn, book.moment, &listed()).await
}

fn listed() -> Vec<Listed> {
    let everywhere = |service, gym| Listed { service, gym, branch: None, is_active: true };
    let founders = Service { id: 9, offer: &FOUNDERS };
    vec![
        everywhere(MENU.monthly, 1),
        everywhere(MENU.quarterly, 1),
        everywhere(MENU.yearly, 1),
        everywhere(MENU.coins, 1),
        everywhere(MENU.more_coins, 1),
        everywhere(MENU.sessions, 1),
        Listed { branch: Some(1), ..everywhere(MENU.swimming, 1) },
        everywhere(MENU.training, 1),
        Listed { is_active: false, ..everywhere(founders, 1) },
        everywhere(MENU.abroad_monthly, 2),
        everywhere(MENU.abroad_coins, 2),
    ]
}

async fn write_gyms(conn: &mut PgConnection, moment: Moment) -> anyhow::Result<()> {
    sqlx::query(
        "insert into gyms (id, name, time_zone, currency, calling_code, language, week_starts_on, primary_color,
             secondary_color, is_setup_complete, is_active, created_at) values
             (1, 'Nile Fitness', 'Africa/Cairo', 'EGP', '20', 'ar', 'saturday', '#DC2626', '#EF4444', true, true, $1),
             (2, 'Delta Fitness', 'Africa/Cairo', 'EGP', '20', 'ar', 'saturday', '#1D4ED8', '#3B82F6', true, true, $1)",
    )
    .bind(moment.past(900))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into branches (id, gym_id, name, code, city, address, location, phone, is_active, created_at) values
             (1, 1, 'Dragon Club', 'DRA001', 'Cairo', '12 Nile Corniche', 'Maadi', '+20225261001', true, $1),
             (2, 1, 'Phoenix Club', 'PHO001', 'Giza', '5 Pyramids Road', 'Haram', '+20233861002', true, $1),
             (3, 1, 'Falcon Club', 'FAL001', 'Alexandria', '40 Sea Street', 'Stanley', '+2035461003', true, $1),
             (4, 2, 'Delta Club', 'DEL001', 'Mansoura', '8 Canal Street', 'Toriel', '+20502241004', true, $1)",
    )
    .bind(moment.past(900))
    .execute(conn)
    .await?;
    Ok(())
}

async fn write_staff(conn: &mut PgConnection, moment: Moment) -> anyhow::Result<()> {
    sqlx::query(
        "insert into staff_users (id, gym_id, branch_id, username, full_name, role, email, phone, password_hash,
             must_change_password, preferred_language, is_active, created_at)
         select id, gym_id, branch_id, username, full_name, role,
             username || case gym_id when 2 then '@deltafitness.example' else '@nilefitness.example' end, phone, $1, false,
             'en', username <> 'reception_old', $2
         from (values
             (1001::bigint, null::bigint, null::bigint, 'superadmin', 'Salma Idris', 'super_admin', null::text),
             (1002, 1, null, 'owner', 'Olfat Nour', 'owner', '+201001000002'),
             (1003, 1, 1, 'manager1', 'Magdy Fawzy', 'branch_manager', '+201001000003'),
             (1004, 1, 2, 'manager2', 'Maha Lotfy', 'branch_manager', '+201001000004'),
             (1005, 1, 1, 'reception1', 'Reem Tarek', 'front_desk', '+201001000005'),
             (1006, 1, 2, 'reception2', 'Ramy Saad', 'front_desk', '+201001000006'),
             (1007, 1, 1, 'accountant1', 'Amal Gaber', 'branch_accountant', '+201001000007'),
             (1008, 1, 1, 'trainer1', 'Tamer Zaki', 'trainer', '+201001000008'),
             (1009, 1, null, 'regional1', 'Rania Samir', 'regional_manager', '+201001000009'),
             (1010, 1, null, 'accountant_c', 'Ashraf Helmy', 'central_accountant', '+201001000010'),
             (1011, 1, 3, 'reception3', 'Radwa Sami', 'front_desk', '+201001000011'),
             (1012, 2, null, 'owner_b', 'Bassem Fathy', 'owner', '+201001000012'),
             (1013, 2, 4, 'reception_b', 'Basma Adel', 'front_desk', '+201001000013'),
             (1014, 1, 2, 'trainer2', 'Tasneem Awad', 'trainer', '+201001000014'),
             (1015, 1, 3, 'trainer3', 'Taha Morsy', 'trainer', '+201001000015'),
             (1016, 1, 3, 'manager3', 'Mervat Galal', 'branch_manager', '+201001000016'),
             (1017, 1, null, 'accountant_r', 'Aya Mourad', 'regional_accountant', '+201001000017'),
             (1018, 1, 1, 'reception_old', 'Ragaa Fouad', 'front_desk', '+201001000018')
         ) as people (id, gym_id, branch_id, username, full_name, role, phone)",
    )
    .bind(STAFF_PASSWORD_HASH)
    .bind(moment.past(800))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into staff_branches (staff_id, branch_id) values (1009, 1), (1009, 2), (1017, 1), (1017, 2)",
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query("update gyms set owner_id = case id when 1 then 1002 else 1012 end").execute(conn).await?;
    Ok(())
}

/// Lets the sequences go on after the ids that were given here.
pub(super) async fn restart_ids(conn: &mut PgConnection) -> anyhow::Result<()> {
    sqlx::query("select setval('people_ids', 2000)").execute(&mut *conn).await?;
    for table in ["gyms", "branches", "services", "subscriptions"] {
        sqlx::query("select setval(pg_get_serial_sequence($1, 'id'), 1000)")
            .bind(table)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
