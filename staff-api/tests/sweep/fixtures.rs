//! How to ask each operation of the staff door.

use cast::{
    PASSWORD,
    sweep::{Ask, Exception, Fixture, Things, at_branch, in_gym, oneself},
};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

fn scan(things: &Things, named: Value) -> Ask {
    let mut body = named;
    body["branch_id"] = json!(things.branch);
    Ask::nothing().body(body)
}

fn sale(things: &Things) -> Ask {
    Ask::nothing().body(json!({
        "customer_id": things.customer, "service_id": things.service, "branch_id": things.branch,
        "payment_method": "cash",
    }))
}

fn payment(things: &Things) -> Ask {
    Ask::nothing().body(json!({
        "customer_id": things.customer, "amount": 75.5, "payment_method": "card", "branch_id": things.branch,
        "payment_date": "2026-02-17T14:03:22.123456",
    }))
}

/// Each of a day of its own, long ago, so that they do not meet.
fn closing(things: &Things) -> Ask {
    let number = u64::try_from(things.number).unwrap_or_default();
    let date =
        NaiveDate::from_ymd_opt(2000, 1, 1).and_then(|first| first.checked_add_days(Days::new(number)));
    Ask::nothing().body(json!({ "branch_id": things.branch, "date": date, "actual_cash": 12.5 }))
}

fn hire(things: &Things) -> Ask {
    Ask::nothing().body(json!({
        "username": format!("new{}", things.number), "full_name": "Hany Adel", "role": "front_desk",
        "password": "a-long-enough-1", "branch_id": things.branch,
    }))
}

fn newcomer(things: &Things) -> Ask {
    Ask::nothing().body(json!({
        "full_name": "Nour Hassan", "phone": format!("0111{:07}", things.number), "gender": "female", "age": 30,
        "height": 165, "weight": 60.5, "branch_id": things.branch, "email": format!("new{}@example.com", things.number),
    }))
}

fn offer(things: &Things) -> Value {
    json!({
        "name": format!("New offer {}", things.number), "kind": "time_based", "service_type": "gym", "price": 250,
        "duration_days": 30, "max_freezes": 1, "max_freeze_days": 7, "freeze_fee": 0, "opens_door": true,
    })
}

fn device(things: &Things) -> Ask {
    Ask::nothing().body(json!({
        "fcm_token": format!("token-{}", things.number), "app_type": "staff", "platform": "android",
    }))
}

fn of_branch(things: &Things) -> Ask {
    Ask::nothing().query("branch_id", &things.branch)
}

fn nothing(_: &Things) -> Ask {
    Ask::nothing()
}

fn customer(things: &Things) -> Ask {
    Ask::about(things.customer)
}

fn staff(things: &Things) -> Ask {
    Ask::about(things.staff)
}

fn service(things: &Things) -> Ask {
    Ask::about(things.service)
}

fn expense(things: &Things) -> Ask {
    Ask::about(things.expense)
}

fn branch(things: &Things) -> Ask {
    Ask::about(things.branch)
}

const fn refused(who: &'static str, status: u16, code: &'static str) -> Exception {
    Exception { who, refusal: (status, code), comes_first: false }
}

/// What every branch sells is for the owner to change.
const NOT_THEIRS_ALONE: &[Exception] = &[
    refused("regional1", 403, "NOT_ALLOWED"),
    refused("manager1", 403, "NOT_ALLOWED"),
    refused("manager2", 403, "NOT_ALLOWED"),
];

/// A trainer reads the subscriptions of those they train, and nobody of the sweep is.
const ONLY_TRAINEES: &[Exception] = &[refused("trainer1", 404, "SUBSCRIPTION_NOT_FOUND")];

fn file(things: &Things) -> Ask {
    expense(things).slot("attachment_id", &things.attachment)
}

/// Accountants who decide about no expense take back their own, and the sweep's are somebody else's.
const ONLY_THEIR_OWN: &[Exception] =
    &[refused("accountant1", 403, "NOT_YOUR_EXPENSE"), refused("accountant_r", 403, "NOT_YOUR_EXPENSE")];

/// The same of files.
const ONLY_THEIR_OWN_FILES: &[Exception] = &[
    refused("accountant1", 403, "NOT_YOUR_ATTACHMENT"),
    refused("accountant_r", 403, "NOT_YOUR_ATTACHMENT"),
];

/// The platform appoints owners and nobody else.
const ONLY_OWNERS: &[Exception] =
    &[Exception { comes_first: true, ..refused("superadmin", 403, "ROLE_NOT_ALLOWED") }];

/// One for each operation.
pub(crate) const FIXTURES: &[Fixture] = &[
    // Accounts
    oneself("sign_in", |things| {
        Ask::nothing().body(json!({ "username": format!("desk{}", things.number), "password": PASSWORD }))
    }),
    oneself("sign_out", nothing),
    oneself("me", nothing),
    oneself("profile", nothing),
    oneself("refresh_token", nothing),
    oneself("choose_language", |_| Ask::nothing().body(json!({ "preferred_language": "en" }))),
    oneself("change_password", |_| {
        Ask::nothing().body(json!({ "current_password": PASSWORD, "new_password": "another-one-2026" }))
    })
    .in_its_own_gym(),
    oneself("register_device", device).but(&[refused("Member", 400, "APP_TYPE_MISMATCH")]),
    oneself("unregister_device", device),
    oneself("unregister_device_twice_prefixed", device),
    // Staff
    at_branch("list_users", of_branch),
    at_branch("list_staff", of_branch),
    at_branch("list_employees", of_branch),
    at_branch("list_user_staff", of_branch),
    at_branch("list_user_employees", of_branch),
    at_branch("get_user", staff),
    at_branch("create_user", hire).but(ONLY_OWNERS),
    at_branch("create_staff", hire).but(ONLY_OWNERS),
    at_branch("edit_user", |things| staff(things).body(json!({ "full_name": "Dina Fouad Aly" }))),
    at_branch("delete_user", staff),
    at_branch("activate_user", staff),
    at_branch("deactivate_user", staff),
    at_branch("reset_user_password", staff).each_time(),
    // Gyms and branches
    oneself("list_gyms", nothing),
    oneself("my_gym", nothing),
    oneself("gym_rules", nothing),
    oneself("change_gym_rules", |_| {
        Ask::nothing().body(json!({ "rules": { "managers_may_override": true } }))
    }),
    oneself("set_up_gym", |_| Ask::nothing().body(json!({ "primary_color": "#DC2626" }))),
    in_gym("switch_gym", |things| Ask::about(things.gym).body(json!({ "is_active": true }))),
    in_gym("set_gym_locale", |things| Ask::about(things.gym).body(json!({ "week_starts_on": "sunday" }))),
    in_gym("list_branches_of_gym", |things| Ask::about(things.gym)),
    oneself("list_branches", nothing),
    oneself("open_branch", |things| {
        let code = format!("NEW{}", things.number);
        Ask::nothing().body(json!({ "name": "New Club", "code": code, "city": "Luxor" }))
    }),
    at_branch("find_branch", branch),
    at_branch("edit_branch", |things| branch(things).body(json!({ "city": "Aswan" }))),
    at_branch("patch_branch", |things| branch(things).body(json!({ "city": "Aswan" }))),
    at_branch("activate_branch", branch).in_its_own_gym(),
    at_branch("deactivate_branch", branch).in_its_own_gym(),
    // Services
    at_branch("list_services", of_branch),
    oneself("create_service", |things| Ask::nothing().body(offer(things))).but(&[refused(
        "regional1",
        400,
        "BRANCH_REQUIRED",
    )]),
    in_gym("find_service", service),
    in_gym("edit_service", |things| service(things).body(offer(things))).but(NOT_THEIRS_ALONE),
    in_gym("patch_service", |things| service(things).body(json!({ "price": 300 }))).but(NOT_THEIRS_ALONE),
    in_gym("activate_service", service).but(NOT_THEIRS_ALONE),
    in_gym("deactivate_service", service).but(NOT_THEIRS_ALONE),
    in_gym("remove_service", service).but(NOT_THEIRS_ALONE),
    // Customers
    at_branch("list_customers", of_branch),
    at_branch("search_customers", |things| of_branch(things).query("q", &"mona")),
    at_branch("find_customer", customer),
    at_branch("find_customer_by_phone", |things| Ask::nothing().slot("phone", &things.phone)),
    at_branch("find_customer_by_phone_query", |things| Ask::nothing().query("phone", &things.phone)),
    at_branch("create_customer", newcomer),
    at_branch("register_customer", newcomer),
    at_branch("edit_customer", |things| customer(things).body(json!({ "notes": "asked for a locker" }))),
    at_branch("patch_customer", |things| customer(things).body(json!({ "notes": "asked for a locker" }))),
    at_branch("delete_customer", customer),
    at_branch("activate_customer", customer),
    at_branch("deactivate_customer", customer),
    at_branch("read_qr", customer),
    at_branch("read_qr_code", customer),
    at_branch("draw_qr", customer),
    at_branch("regenerate_qr", customer),
    at_branch("reset_customer_password", customer),
    // Subscriptions
    // Money
    at_branch("list_payments", of_branch),
    at_branch("list_transactions", of_branch),
    at_branch("get_payment", |things| Ask::about(things.payment)),
    at_branch("get_receipt", |things| Ask::about(things.payment)),
    at_branch("get_transaction", |things| Ask::about(things.payment)),
    at_branch("record_payment", payment),
    at_branch("create_payment", payment),
    at_branch("refund_payment", |things| {
        Ask::about(things.payment).body(json!({ "amount": 20, "reason": "moves away", "units": 2 }))
    }),
    at_branch("close_day", closing),
    at_branch("create_closing", closing),
    at_branch("calculate_day", of_branch),
    at_branch("list_closings", of_branch),
    at_branch("list_finance_closings", of_branch),
    at_branch("get_closing", |things| Ask::about(things.closing)),
    at_branch("list_cash_differences", of_branch),
    at_branch("look_at_shift", of_branch),
    at_branch("close_shift", |things| {
        Ask::nothing().body(json!({ "branch_id": things.branch, "actual_cash": 12.5 }))
    }),
    at_branch("list_shifts", of_branch),
    at_branch("get_shift", |things| Ask::about(things.shift)),
    oneself("list_accounts", nothing),
    at_branch("get_trial_balance", of_branch),
    at_branch("list_transfers", of_branch),
    at_branch("get_unearned", of_branch),
    oneself("get_month", |_| Ask::nothing().slot("month", &"2026-04")),
    oneself("close_month", |_| Ask::nothing().slot("month", &"2026-04"))
        .in_its_own_gym()
        .refused(409, "MONTH_NOT_OVER"),
    at_branch("export_books", of_branch),
    // Subscriptions
    at_branch("list_subscriptions", of_branch),
    at_branch("get_subscription", |things| Ask::about(things.subscription)).but(ONLY_TRAINEES),
    at_branch("list_subscription_movements", |things| Ask::about(things.coins)).but(ONLY_TRAINEES),
    at_branch("create_subscription", sale),
    at_branch("activate_subscription", sale),
    at_branch("renew_subscription", |things| {
        Ask::nothing().body(json!({ "subscription_id": things.subscription, "payment_method": "cash" }))
    }),
    at_branch("renew_subscription_by_id", |things| {
        Ask::about(things.subscription).body(json!({ "payment_method": "cash" }))
    }),
    at_branch("freeze_subscription", |things| {
        Ask::nothing()
            .body(json!({ "subscription_id": things.subscription, "freeze_days": 3, "reason": "journey" }))
    }),
    at_branch("freeze_subscription_by_id", |things| {
        Ask::about(things.subscription).body(json!({ "freeze_days": 3, "reason": "journey" }))
    }),
    at_branch("unfreeze_subscription", |things| {
        Ask::nothing().body(json!({ "subscription_id": things.frozen }))
    }),
    at_branch("unfreeze_subscription_by_id", |things| Ask::about(things.frozen)),
    at_branch("stop_subscription", |things| {
        Ask::nothing().body(json!({ "subscription_id": things.subscription, "reason": "moved away" }))
    }),
    at_branch("stop_subscription_by_id", |things| {
        Ask::about(things.subscription).body(json!({ "reason": "moved away" }))
    }),
    at_branch("deduct", |things| Ask::about(things.coins).body(json!({ "amount": 1 }))),
    at_branch("deduct_session", |things| Ask::about(things.coins).body(json!({ "amount": 1 }))),
    at_branch("use_coins", |things| Ask::about(things.coins).body(json!({ "amount": 2 }))),
    // The door
    at_branch("check_in", |things| {
        scan(things, json!({ "customer_id": things.customer, "action": "check_in_only" }))
    }),
    at_branch("scan_qr", |things| {
        scan(things, json!({ "qr_code": format!("customer_id:{}", things.customer) }))
    }),
    at_branch("scan_entry", |things| scan(things, json!({ "qr_data": format!("GYM-{}", things.customer) }))),
    at_branch("validate_qr", |things| {
        scan(things, json!({ "qr_code": format!("customer_id:{}", things.customer) }))
    }),
    at_branch("validate_barcode", |things| scan(things, json!({ "barcode": things.customer.to_string() }))),
    at_branch("validate_by_hand", |things| scan(things, json!({ "customer_id": things.customer }))),
    at_branch("ask_the_door", |things| of_branch(things).query("customer_id", &things.customer)),
    at_branch("list_entries", of_branch),
    at_branch("list_entries_by_branch", of_branch),
    at_branch("list_entry_logs", of_branch),
    // What the branches spend
    at_branch("list_expenses", of_branch),
    at_branch("list_finance_expenses", of_branch),
    at_branch("find_expense", expense),
    at_branch("record_expense", |things| {
        Ask::nothing().body(json!({
            "title": "Towels", "amount": 450.5, "branch_id": things.branch, "expense_date": "2026-04-10",
            "category": "supplies", "description": "Sixty of them",
        }))
    }),
    at_branch("review_expense", |things| {
        expense(things).body(json!({ "action": "approve", "notes": "Fine" }))
    }),
    at_branch("pay_expense", |things| Ask::about(things.approved).body(json!({ "paid_from": "till" }))),
    at_branch("withdraw_expense", expense).but(ONLY_THEIR_OWN),
    at_branch("attach_file", |things| {
        let bill = format!("%PDF-1.7\nbill {}\n%%EOF\n", things.number);
        expense(things).file(bill.as_bytes())
    }),
    at_branch("fetch_file", file),
    at_branch("detach_file", file).but(ONLY_THEIR_OWN_FILES),
    at_branch("expenses_by_category", of_branch),
    // Figures
    at_branch("overview", of_branch),
    at_branch("owner_dashboard", of_branch),
    at_branch("manager_dashboard", of_branch),
    at_branch("accountant_dashboard", of_branch),
    at_branch("branch_dashboard", branch),
    at_branch("branch_performance", branch),
    at_branch("smart_alerts", of_branch),
    at_branch("list_alerts", of_branch),
    at_branch("daily_report", |things| of_branch(things).query("date", &"2026-04-17")),
    at_branch("daily_sales", |things| of_branch(things).query("payment_method", &"cash")),
    at_branch("weekly_report", of_branch),
    at_branch("monthly_report", |things| of_branch(things).query("month", &"2026-04")),
    at_branch("revenue_report", |things| of_branch(things).query("group_by", &"service")),
    at_branch("revenue_trend", |things| of_branch(things).query("period", &"weekly")),
    at_branch("branch_comparison", of_branch),
    at_branch("employee_performance", of_branch),
    oneself("list_audit_log", nothing),
];
