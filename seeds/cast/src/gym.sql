-- The small gym of the tests. Every staff user has the password demo-gym-2026.
insert into gyms (id, name, time_zone, currency, calling_code, primary_color, secondary_color, is_setup_complete, is_active, created_at) values
    (1, 'Nile Fitness', 'Africa/Cairo', 'EGP', '20', '#DC2626', '#EF4444', true, true, '2025-01-01T08:00:00Z'),
    (2, 'Delta Fitness', 'Africa/Cairo', 'EGP', '20', '#1D4ED8', '#3B82F6', true, true, '2025-01-01T08:00:00Z');
insert into branches (id, gym_id, name, code, city, address, phone, is_active, created_at) values
    (1, 1, 'Dragon Club', 'DRA001', 'Cairo', '1 Nile Street', '+20221234567', true, '2025-01-01T08:00:00Z'),
    (2, 1, 'Phoenix Club', 'PHO001', 'Giza', '2 Pyramid Road', '+20221234568', true, '2025-01-01T08:00:00Z'),
    (3, 2, 'Delta Club', 'DEL001', 'Mansoura', '3 Sea Road', '+20502123456', true, '2025-01-01T08:00:00Z');
insert into branch_receipts (branch_id, last_number) values (1, 0), (2, 0), (3, 0);
insert into staff_users (id, gym_id, branch_id, username, full_name, role, email, phone, password_hash, must_change_password, preferred_language, is_active, created_at)
select id, gym_id, branch_id, username, full_name, role, username || '@example.com', null,
    '$argon2id$v=19$m=19456,t=2,p=1$ypulsh/eReP3qrb8ANpzfg$MS7CjJ5YToV5nTbOyvMsCZCWdBBW1dVKDdWGBc6D9wg',
    false, 'en', true, '2025-01-01T08:00:00Z'
from (values
    (1001, null::bigint, null::bigint, 'superadmin', 'Super Admin', 'super_admin'),
    (1002, 1, null, 'owner', 'Olfat Nour', 'owner'),
    (1003, 1, null, 'regional1', 'Rania Samir', 'regional_manager'),
    (1004, 1, 1, 'manager1', 'Magdy Fawzy', 'branch_manager'),
    (1005, 1, 2, 'manager2', 'Maha Lotfy', 'branch_manager'),
    (1006, 1, 1, 'reception1', 'Reem Tarek', 'front_desk'),
    (1007, 1, 2, 'reception2', 'Ramy Saad', 'front_desk'),
    (1008, 1, 1, 'trainer1', 'Tamer Zaki', 'trainer'),
    (1009, 1, 1, 'accountant1', 'Amal Gaber', 'branch_accountant'),
    (1010, 1, null, 'accountant_c', 'Ashraf Helmy', 'central_accountant'),
    (1011, 1, null, 'accountant_r', 'Aya Mourad', 'regional_accountant'),
    (1012, 2, null, 'owner_b', 'Bassem Fathy', 'owner'),
    (1013, 2, 3, 'reception_b', 'Basma Adel', 'front_desk')
) as people (id, gym_id, branch_id, username, full_name, role);
insert into staff_branches (staff_id, branch_id) values (1003, 1), (1003, 2), (1011, 1), (1011, 2);
update gyms set owner_id = case id when 1 then 1002 else 1012 end;
insert into services (id, gym_id, branch_id, name, kind, service_type, price_minor, duration_days, coins, sessions, max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active, created_at, updated_at) values
    (1, 1, null, 'Monthly Gym', 'time_based', 'gym', 50000, 30, null, null, 2, 15, 0, true, false, true, '2025-01-01T08:00:00Z', '2025-01-01T08:00:00Z'),
    (2, 1, null, 'Coin Pack', 'coins', 'bundle', 30000, null, 20, null, 0, 0, 0, true, true, true, '2025-01-01T08:00:00Z', '2025-01-01T08:00:00Z'),
    (3, 1, null, 'Swim Sessions', 'sessions', 'swimming_recreation', 80000, 90, null, 20, 1, 10, 5000, true, false, true, '2025-01-01T08:00:00Z', '2025-01-01T08:00:00Z'),
    (4, 1, null, 'Personal Training', 'training', 'personal_training', 150000, 60, null, 10, 0, 0, 0, false, false, true, '2025-01-01T08:00:00Z', '2025-01-01T08:00:00Z'),
    (5, 2, null, 'Monthly Gym', 'time_based', 'gym', 45000, 30, null, null, 1, 7, 0, true, false, true, '2025-01-01T08:00:00Z', '2025-01-01T08:00:00Z');
select setval('people_ids', 2000);
select setval(pg_get_serial_sequence('gyms', 'id'), 10), setval(pg_get_serial_sequence('branches', 'id'), 10), setval(pg_get_serial_sequence('services', 'id'), 10);
