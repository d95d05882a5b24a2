//! The large gym, its branches, its staff and what it sells.

use sqlx::PgConnection;

use super::OWNER;
use crate::{
    book::{Book, Branch, Offer, Ref, Service, reserve},
    copy::Sheet,
    demo::STAFF_PASSWORD_HASH,
    menu::{self, COINS, Listed, MONTHLY, QUARTERLY, SESSIONS, TRAINING, YEARLY},
};

/// Branches of the large gym.
const BRANCHES: usize = 50;
/// Branches that one regional manager looks after.
const REGION: usize = 10;

const CITIES: [&str; 10] =
    ["Cairo", "Giza", "Alexandria", "Mansoura", "Tanta", "Asyut", "Port Said", "Suez", "Luxor", "Aswan"];

/// What its members buy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Menu {
    pub(super) monthly: Service,
    pub(super) quarterly: Service,
    pub(super) yearly: Service,
    pub(super) sessions: Service,
    pub(super) coins: Service,
    pub(super) training: Service,
}

/// Writes them, and enters the branches in the book.
pub(super) async fn write(conn: &mut PgConnection, book: &mut Book) -> anyhow::Result<Menu> {
    let gym = reserve(conn, "public.gyms_id_seq", 1).await?;
    let opened = book.moment.past(900);
    let mut gyms = Sheet::new(
        "copy gyms (id, name, time_zone, currency, calling_code, primary_color, secondary_color, is_setup_complete,
             is_active, created_at) from stdin",
    );
    gyms.add(&[
        &gym,
        &"Large Gym",
        &"Africa/Cairo",
        &"EGP",
        &"20",
        &"#047857",
        &"#10B981",
        &true,
        &true,
        &opened,
    ])?;
    gyms.pour(conn).await?;
    let first = reserve(conn, "public.branches_id_seq", BRANCHES).await?;
    let mut branches = Sheet::new(
        "copy branches (id, gym_id, name, code, city, address, location, phone, is_active, created_at) from stdin",
    );
    for (id, place) in (first..).zip(1..=BRANCHES) {
        let city = CITIES.get(place % CITIES.len()).copied().unwrap_or("Cairo");
        let (name, code) = (format!("Large Club {place:02}"), format!("LRG{place:03}"));
        let (address, phone) = (format!("{place} Large Street"), format!("+2022700{place:04}"));
        branches.add(&[&id, &gym, &name, &code, &city, &address, &city, &phone, &true, &opened])?;
    }
    branches.pour(conn).await?;
    write_staff(conn, book, gym, first).await?;
    write_services(conn, book, gym).await
}

/// The owner; for each region a manager; for each branch a manager, a front desk and a trainer.
async fn write_staff(conn: &mut PgConnection, book: &mut Book, gym: i64, first: i64) -> anyhow::Result<()> {
    let mut next = reserve(conn, "public.people_ids", 1 + BRANCHES / REGION + 3 * BRANCHES).await?;
    let opened = book.moment.past(800);
    let owner = next;
    let mut sheet = Sheet::new(
        "copy staff_users (id, gym_id, branch_id, username, full_name, role, email, password_hash, must_change_password,
             preferred_language, is_active, created_at) from stdin",
    );
    let mut add = |branch: Option<i64>, username: &str, role: &str| -> anyhow::Result<i64> {
        let (id, name) = (next, format!("{role} of the large gym").replace('_', " "));
        let email = format!("{username}@largegym.example");
        next += 1;
        sheet.add(&[
            &id,
            &gym,
            &branch,
            &username,
            &name,
            &role,
            &email,
            &STAFF_PASSWORD_HASH,
            &false,
            &"en",
            &true,
            &opened,
        ])?;
        Ok(id)
    };
    add(None, OWNER, "owner")?;
    let mut managed = Sheet::new("copy staff_branches (staff_id, branch_id) from stdin");
    let mut regional = owner;
    for (branch, place) in (first..).zip(1..=BRANCHES) {
        if place % REGION == 1 {
            regional = add(None, &format!("regional_l{:02}", 1 + place / REGION), "regional_manager")?;
        }
        managed.add(&[&regional, &branch])?;
        add(Some(branch), &format!("manager_l{place:02}"), "branch_manager")?;
        let desk = add(Some(branch), &format!("reception_l{place:02}"), "front_desk")?;
        let trainer = Some(add(Some(branch), &format!("trainer_l{place:02}"), "trainer")?);
        let neighbour = Some(Ref::at(place % BRANCHES)?);
        book.branches.push(Branch { id: branch, gym, desk, trainer, neighbour });
    }
    sheet.pour(conn).await?;
    managed.pour(conn).await?;
    sqlx::query("update gyms set owner_id = $2 where id = $1").bind(gym).bind(owner).execute(conn).await?;
    Ok(())
}

async fn write_services(conn: &mut PgConnection, book: &Book, gym: i64) -> anyhow::Result<Menu> {
    let mut next = reserve(conn, "public.services_id_seq", 6).await?;
    let mut list = Vec::new();
    let mut add = |offer: &'static Offer| {
        let service = Service { id: next, offer };
        next += 1;
        list.push(Listed { service, gym, branch: None, is_active: true });
        service
    };
    let menu = Menu {
        monthly: add(&MONTHLY),
        quarterly: add(&QUARTERLY),
        yearly: add(&YEARLY),
        sessions: add(&SESSIONS),
        coins: add(&COINS),
        training: add(&TRAINING),
    };
    menu::write(conn, book.moment, &list).await?;
    Ok(menu)
}
