//! How to ask each operation of the members' door.

use cast::{
    PASSWORD,
    sweep::{Ask, Fixture, Things, oneself},
};
use serde_json::json;

fn nothing(_: &Things) -> Ask {
    Ask::nothing()
}

fn who(things: &Things) -> Ask {
    Ask::nothing().body(json!({ "identifier": things.phone }))
}

fn sign_in(things: &Things) -> Ask {
    Ask::nothing().body(json!({ "phone": things.phone, "password": PASSWORD }))
}

fn refresh(_: &Things) -> Ask {
    Ask::nothing().body(json!({ "refresh_token": "not one of ours" }))
}

/// One for each operation; aliases are asked the same.
pub(crate) const FIXTURES: &[Fixture] = &[
    // Getting in
    oneself("request_activation", who),
    oneself("verify_activation", |things| {
        Ask::nothing().body(json!({ "identifier": things.phone, "activation_code": "123456" }))
    })
    .refused(401, "INVALID_CODE"),
    oneself("sign_in", sign_in),
    oneself("sign_in_short", sign_in),
    oneself("refresh", refresh).refused(403, "INVALID_REFRESH_TOKEN"),
    oneself("refresh_at_auth", refresh).refused(403, "INVALID_REFRESH_TOKEN"),
    oneself("forgot_password", who),
    oneself("reset_password", |things| {
        Ask::nothing()
            .body(json!({ "identifier": things.phone, "code": "123456", "new_password": "a-new-one-26" }))
    })
    .refused(400, "INVALID_CODE"),
    oneself("change_password", |_| {
        Ask::nothing().body(json!({ "current_password": PASSWORD, "new_password": "a-new-one-26" }))
    }),
    oneself("list_own_accounts", nothing),
    // Whoever signed in with a password has proved one account only.
    oneself("switch_account", |_| Ask::nothing().body(json!({ "customer_id": 1 }))).refused(404, "NOT_FOUND"),
    oneself("sign_out", nothing),
    // Oneself
    oneself("profile", nothing),
    oneself("me", nothing),
    oneself("qr", nothing),
    oneself("refresh_qr", nothing),
    oneself("refresh_qr_nested", nothing),
    oneself("choose_language", |_| Ask::nothing().body(json!({ "preferred_language": "ar" }))),
    oneself("request_deletion", nothing),
    oneself("withdraw_deletion", nothing),
    oneself("subscription", nothing),
    oneself("own_payments", nothing),
    oneself("own_receipt", |things| Ask::about(things.payment)),
    // Coming in
    oneself("entry_history", |_| Ask::nothing().query("limit", &10)),
    oneself("list_entries", nothing),
    oneself("stats", nothing),
    oneself("branch_activity", nothing),
    oneself("access", nothing),
];
