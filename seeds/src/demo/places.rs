//! Gyms, branches, staff and what is sold.

use super::{Moment, STAFF_PASSWORD_HASH, Tx};

/// Writes them.
pub(super) async fn write(tx: &mut Tx, moment: Moment) -> anyhow::Result<()> {
    let opened = moment.now - chrono::TimeDelta::days(900);
    sqlx::query(
        "insert into gyms (id, name, time_zone, currency, calling_code, primary_color, secondary_color,
             is_setup_complete, is_active, created_at) values
             (1, 'Nile Fitness', 'Africa/Cairo', 'EGP', '20', '#DC2626', '#EF4444', true, true, $1),
             (2, 'Delta Fitness', 'Africa/Cairo', 'EGP', '20', '#1D4ED8', '#3B82F6', true, true, $1)",
    )
    .bind(opened)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into branches (id, gym_id, name, code, city, address, location, phone, is_active, created_at) values
             (1, 1, 'Dragon Club', 'DRA001', 'Cairo', '12 Nile Corniche', 'Maadi', '+20225261001', true, $1),
             (2, 1, 'Phoenix Club', 'PHO001', 'Giza', '5 Pyramids Road', 'Haram', '+20233861002', true, $1),
             (3, 1, 'Falcon Club', 'FAL001', 'Alexandria', '40 Sea Street', 'Stanley', '+2035461003', true, $1),
             (4, 2, 'Delta Club', 'DEL001', 'Mansoura', '8 Canal Street', 'Toriel', '+20502241004', true, $1)",
    )
    .bind(opened)
    .execute(&mut **tx)
    .await?;
    sqlx::query("insert into branch_receipts (branch_id, last_number) select id, 0 from branches")
        .execute(&mut **tx)
        .await?;
    write_staff(tx, moment).await?;
    write_services(tx, moment).await
}

async fn write_staff(tx: &mut Tx, moment: Moment) -> anyhow::Result<()> {
    sqlx::query(
        "insert into staff_users (id, gym_id, branch_id, username, full_name, role, email, phone, password_hash,
             must_change_password, preferred_language, is_active, created_at)
         select id, gym_id, branch_id, username, full_name, role, username || '@nilefitness.com', phone, $1, false, 'en',
             true, $2
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
             (1013, 2, 4, 'reception_b', 'Basma Adel', 'front_desk', '+201001000013')
         ) as people (id, gym_id, branch_id, username, full_name, role, phone)",
    )
    .bind(STAFF_PASSWORD_HASH)
    .bind(moment.now - chrono::TimeDelta::days(800))
    .execute(&mut **tx)
    .await?;
    sqlx::query("insert into staff_branches (staff_id, branch_id) values (1009, 1), (1009, 2)")
        .execute(&mut **tx)
        .await?;
    sqlx::query("update gyms set owner_id = case id when 1 then 1002 else 1012 end")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn write_services(tx: &mut Tx, moment: Moment) -> anyhow::Result<()> {
    sqlx::query(
        "insert into services (id, gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days,
             coins, sessions, max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active,
             created_at, updated_at)
         select id, gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days, coins,
             sessions, max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active, $1, $1
         from (values
             (1::bigint, 1::bigint, null::bigint, 'Monthly Gym', 'One month, one branch', 'time_based', 'gym', 50000::bigint, 30, null::int, null::int, 2, 15, 0::bigint, true, false, true),
             (2, 1, null, 'Quarterly Gym', 'Three months, every branch', 'time_based', 'gym', 130000, 90, null, null, 3, 30, 0, true, true, true),
             (3, 1, null, 'Yearly Gym', 'Twelve months, every branch', 'time_based', 'gym', 420000, 365, null, null, 4, 60, 0, true, true, true),
             (4, 1, null, 'Coin Pack 20', 'Twenty visits whenever you like', 'coins', 'bundle', 60000, null, 20, null, 0, 0, 0, true, true, true),
             (5, 1, null, 'Coin Pack 50', 'Fifty visits whenever you like', 'coins', 'bundle', 130000, null, 50, null, 0, 0, 0, true, true, true),
             (6, 1, null, 'Gym Sessions 20', 'Twenty visits within three months', 'sessions', 'gym', 80000, 90, null, 20, 1, 10, 5000, true, false, true),
             (7, 1, 1, 'Swimming School', 'Twelve lessons', 'sessions', 'swimming_education', 90000, 60, null, 12, 0, 0, 0, true, false, true),
             (8, 1, null, 'Personal Training 10', 'Ten hours with a trainer', 'training', 'personal_training', 250000, 60, null, 10, 0, 0, 0, false, false, true),
             (9, 1, null, 'Founders Offer', 'No longer sold', 'time_based', 'gym', 30000, 30, null, null, 0, 0, 0, true, false, false),
             (10, 2, null, 'Monthly Gym', 'One month', 'time_based', 'gym', 45000, 30, null, null, 1, 7, 0, true, false, true),
             (11, 2, null, 'Coin Pack 20', 'Twenty visits', 'coins', 'bundle', 55000, null, 20, null, 0, 0, 0, true, true, true)
         ) as sold (id, gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days, coins,
             sessions, max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active)",
    )
    .bind(moment.now - chrono::TimeDelta::days(800))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets the sequences go on after the ids that were given here.
pub(super) async fn restart_ids(tx: &mut Tx) -> anyhow::Result<()> {
    sqlx::query("select setval('people_ids', 2000)").execute(&mut **tx).await?;
    for table in ["gyms", "branches", "services", "subscriptions"] {
        sqlx::query("select setval(pg_get_serial_sequence($1, 'id'), 1000)")
            .bind(table)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
