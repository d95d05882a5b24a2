//! One's own account.

use std::net::IpAddr;

use base::platform::clock::Clock as _;
use cast::{Answered, Caller, Gym, PASSWORD, customer};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::task::JoinSet;

async fn sign_in(caller: &Caller, username: &str, password: &str) -> Answered {
    caller.post("/api/auth/login", json!({ "username": username, "password": password })).await
}

fn bearer(caller: Caller, answer: &Answered) -> Caller {
    let token = answer.at("/data/token").as_str().expect("a token").to_owned();
    caller.with("authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn signing_in_answers_what_both_generations_of_the_app_read() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = sign_in(&gym.visitor(&router), " Reception1 ", PASSWORD).await.expect(200);
    let token = answer.at("/data/access_token");
    assert_eq!(token.as_str().expect("a token").split('.').count(), 3);
    for place in ["/data/token", "/access_token", "/token"] {
        assert_eq!(answer.at(place), token, "{place}");
    }
    assert_eq!(
        (answer.at("/data/token_type"), answer.at("/data/expires_in")),
        (&json!("Bearer"), &json!(43200))
    );
    let user = answer.at("/data/user");
    for (field, value) in [
        ("id", json!(1006)),
        ("username", json!("reception1")),
        ("full_name", json!("Reem Tarek")),
        ("role", json!("front_desk")),
        ("branch_id", json!(1)),
        ("branch_name", json!("Dragon Club")),
        ("email", json!("reception1@example.com")),
        ("phone", Value::Null),
        ("preferred_language", json!("en")),
        ("gym_id", json!(1)),
        ("managed_branch_ids", json!([])),
        ("must_change_password", json!(false)),
        ("last_login", json!("2026-04-17T23:30:00")),
    ] {
        assert_eq!(user[field], value, "{field}");
    }
    assert_eq!(answer.at("/user"), user);
    let signed_in = bearer(gym.visitor(&router), &answer);
    let me = signed_in.get("/api/auth/me").await.expect(200);
    assert_eq!((me.at("/data/user"), me.at("/data/gym")), (user, answer.at("/data/gym")));
    assert_eq!(me.at("/data/id"), 1006);
    assert_eq!(signed_in.get("/api/auth/profile").await.expect(200).at("/data"), me.at("/data"));
}

#[tokio::test]
async fn everybody_gets_their_gym_and_a_super_admin_none() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    customer().insert(&gym).await;
    let answer = sign_in(&gym.visitor(&router), "owner", PASSWORD).await.expect(200);
    assert_eq!(
        answer.at("/data/gym"),
        &json!({
            "id": 1, "name": "Nile Fitness", "owner_id": 1002, "owner_name": "Olfat Nour", "owner_username": "owner",
            "logo_url": null, "primary_color": "#DC2626", "secondary_color": "#EF4444",
            "time_zone": "Africa/Cairo", "currency": "EGP", "calling_code": "20", "language": "ar",
            "week_starts_on": "saturday", "is_setup_complete": true,
            "is_active": true, "created_at": "2025-01-01T10:00:00", "created_at_utc": "2025-01-01T08:00:00Z",
        })
    );
    assert_eq!(answer.at("/gym"), answer.at("/data/gym"));
    let regional = sign_in(&gym.visitor(&router), "regional1", PASSWORD).await.expect(200);
    assert_eq!(regional.at("/data/user/managed_branch_ids"), &json!([1, 2]));
    assert_eq!(regional.at("/data/user/branch_id"), &Value::Null);
    let admin = sign_in(&gym.visitor(&router), "superadmin", PASSWORD).await.expect(200);
    assert_eq!((admin.at("/data/gym"), admin.at("/data/user/gym_id")), (&Value::Null, &Value::Null));
    assert_eq!(admin.at("/data/user/role"), "super_admin");
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_member_get_the_same_answer() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    customer().phone("+201001234567").email("mona@example.com").insert(&gym).await;
    let visitor = gym.visitor(&router).with("x-request-id", "same");
    let wrong = sign_in(&visitor, "owner", "not the password").await.refused(401, "INVALID_CREDENTIALS");
    for name in ["nobody", "01001234567", "+20 100 123 4567", "mona@example.com", "مجهول", "' or 1=1 --", "%"]
    {
        let answer = sign_in(&visitor, name, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
        assert_eq!(answer.bytes, wrong.bytes, "{name}");
    }
    let arabic = sign_in(&visitor.with("accept-language", "ar"), "nobody", PASSWORD).await;
    assert_eq!(arabic.refused(401, "INVALID_CREDENTIALS").at("/message"), "بيانات تسجيل الدخول غير صحيحة");
}

#[tokio::test]
async fn an_account_that_is_switched_off_says_so_only_for_the_right_password() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for (change, name) in [
        ("update staff_users set is_active = false where username = 'reception1'", "reception1"),
        ("update branches set is_active = false where id = 2", "reception2"),
        ("update gyms set is_active = false where id = 2", "owner_b"),
    ] {
        change_row(&gym, change).await;
        let disabled = sign_in(&gym.visitor(&router), name, PASSWORD).await.refused(403, "ACCOUNT_DISABLED");
        assert_eq!(disabled.at("/message"), "Account disabled");
        sign_in(&gym.visitor(&router), name, "wrong one").await.refused(401, "INVALID_CREDENTIALS");
    }
    sign_in(&gym.visitor(&router), "manager1", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn what_is_no_name_and_password_is_a_bad_request() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let visitor = gym.visitor(&router);
    for body in [
        json!({}),
        json!({ "username": "owner" }),
        json!({ "password": PASSWORD }),
        json!({ "username": " ", "password": PASSWORD }),
        json!({ "username": "owner", "password": "" }),
        json!({ "username": null, "password": null }),
        json!({ "username": 1, "password": PASSWORD }),
        json!({ "username": ["owner"], "password": PASSWORD }),
        json!({ "username": "owner", "password": { "$ne": null } }),
        json!({ "username": "own\u{0}er", "password": PASSWORD }),
        json!([]),
        json!("owner"),
    ] {
        visitor.post("/api/auth/login", body.clone()).await.expect(400);
    }
    visitor.send("POST", "/api/auth/login", None).await.expect(400);
    visitor.send("POST", "/api/auth/login", Some(b"\xff\xfe".to_vec())).await.expect(400);
    let long = "x".repeat(30_000);
    sign_in(&visitor, &long, &long).await.refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a_stale_token_does_not_stand_in_the_way_of_signing_in() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let stale = gym.visitor(&router).with("authorization", "Bearer a.b.c");
    sign_in(&stale, "owner", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn ten_wrong_guesses_stop_one_address_and_nobody_else() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let visitor = gym.visitor(&router);
    for _ in 0..10 {
        sign_in(&visitor, "owner", "wrong one").await.refused(401, "INVALID_CREDENTIALS");
    }
    let stopped = sign_in(&visitor, "OWNER", PASSWORD).await.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(stopped.at("/message"), "Too many sign-in attempts, please wait 10 minutes");
    assert_eq!(stopped.headers["retry-after"], "600");
    for name in ["x-forwarded-for", "x-real-ip", "forwarded"] {
        sign_in(&visitor.clone().with(name, "203.0.113.5"), "owner", PASSWORD).await.expect(429);
    }
    sign_in(&visitor, "manager1", PASSWORD).await.expect(200);
    let elsewhere = gym.visitor(&router).from_address([192, 0, 2, 99]);
    sign_in(&elsewhere, "owner", PASSWORD).await.expect(200);
    gym.clock.advance(TimeDelta::minutes(10));
    sign_in(&visitor, "owner", PASSWORD).await.expect(200);
}

/// Ten addresses with ten wrong guesses each.
async fn siege(gym: &Gym, router: &axum::Router, name: &str, address: fn(u8) -> IpAddr) {
    for place in 0..10 {
        for _ in 0..10 {
            let stranger = gym.visitor(router).from_address(address(place));
            sign_in(&stranger, name, "wrong one").await.refused(401, "INVALID_CREDENTIALS");
        }
    }
}

#[tokio::test]
async fn whoever_signed_in_from_here_before_is_not_locked_out_by_others() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let here = gym.visitor(&router).from_address([192, 0, 2, 9]);
    let neighbour = "2001:db8:5:1::7".parse::<IpAddr>().unwrap();
    sign_in(&here, "owner", PASSWORD).await.expect(200);
    sign_in(&gym.visitor(&router).from_address(neighbour), "owner", PASSWORD).await.expect(200);
    siege(&gym, &router, "owner", |place| IpAddr::from([198, 51, 100, place])).await;
    let clean = gym.visitor(&router).from_address([203, 0, 113, 1]);
    sign_in(&clean, "owner", PASSWORD).await.refused(429, "RATE_LIMIT_EXCEEDED");
    sign_in(&here, "owner", PASSWORD).await.expect(200);
    // Of IPv6 it is the network that is known, whatever address it gives a phone today.
    let today = "2001:db8:5:1:aaaa::1".parse::<IpAddr>().unwrap();
    sign_in(&gym.visitor(&router).from_address(today), "owner", PASSWORD).await.expect(200);
    // It has ten guesses as everybody has.
    for _ in 0..10 {
        sign_in(&here, "owner", "wrong one").await.refused(401, "INVALID_CREDENTIALS");
    }
    sign_in(&here, "owner", PASSWORD).await.refused(429, "RATE_LIMIT_EXCEEDED");
    gym.clock.advance(TimeDelta::minutes(10));
    sign_in(&clean, "owner", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn one_site_of_ipv6_networks_gets_thirty_guesses() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mut evaluated = 0;
    for network in 0..10_u16 {
        for _ in 0..10 {
            let address = IpAddr::from([0x2001, 0xdb8, 7, network, 0, 0, 0, 1]);
            let stranger = gym.visitor(&router).from_address(address);
            evaluated += u32::from(sign_in(&stranger, "owner", "wrong one").await.status == 401);
        }
    }
    assert_eq!(evaluated, 30);
    sign_in(&gym.visitor(&router).from_address([203, 0, 113, 1]), "owner", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn two_thousand_guesses_a_day_are_too_many() {
    let gym = Gym::open().await;
    let (limits, db) = (gym.staff_app().limits, gym.db.staff());
    let mut counted = 0;
    for round in 0..40_u8 {
        for place in 0..100_u8 {
            let (address, now) = (IpAddr::from([198, 51, round, place]), gym.clock.now());
            counted += u32::from(limits.sign_in(&db, "staff:owner", address, now).await.is_ok());
        }
        gym.clock.advance(TimeDelta::minutes(10));
    }
    assert_eq!(counted, 2_000);
}

#[tokio::test]
async fn a_success_forgives_the_guesses_before_it() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let visitor = gym.visitor(&router);
    for _ in 0..4 {
        for _ in 0..9 {
            sign_in(&visitor, "owner", "wrong one").await.expect(401);
        }
        sign_in(&visitor, "owner", PASSWORD).await.expect(200);
    }
    for _ in 0..30 {
        sign_in(&visitor, "owner", PASSWORD).await.expect(200);
    }
}

#[tokio::test]
async fn an_account_under_guessing_from_everywhere_is_stopped() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mut seen = Vec::new();
    // More at once would be too many for the machine and turned away before they count.
    for wave in 0..4 {
        let guesses = futures(30, |guess| {
            let address = IpAddr::from([198, 51, 100, 30 * wave + guess]);
            let caller = gym.visitor(&router).from_address(address);
            async move { sign_in(&caller, "owner", "wrong one").await.status.as_u16() }
        });
        seen.extend(guesses.await);
    }
    let evaluated = seen.iter().filter(|status| **status == 401).count();
    assert_eq!((evaluated, seen.len() - evaluated), (100, 20));
}

#[tokio::test]
async fn forty_staff_behind_one_address_all_get_in() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let names =
        ["owner", "regional1", "manager1", "manager2", "reception1", "reception2", "trainer1", "accountant1"];
    for name in names {
        for _ in 0..5 {
            sign_in(&gym.visitor(&router), name, PASSWORD).await.expect(200);
        }
    }
}

#[tokio::test]
async fn of_ten_wrong_guesses_and_a_right_one_at_once_ten_are_looked_at() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for _ in 0..3 {
        let seen = futures(11, |guess| {
            let caller = gym.visitor(&router);
            async move {
                let password = if guess == 5 { PASSWORD } else { "wrong one" };
                sign_in(&caller, "owner", password).await.status.as_u16()
            }
        })
        .await;
        let of = |wanted: u16| seen.iter().filter(|status| **status == wanted).count();
        let right = of(200);
        assert!(right <= 1 && [200, 429].contains(&seen[5]), "{seen:?}");
        assert_eq!(of(200) + of(401) + of(429), 11, "{seen:?}");
        assert!(of(401) <= 10, "{seen:?}");
        if right == 0 {
            assert_eq!((of(401), of(429)), (10, 1), "{seen:?}");
        }
        gym.clock.advance(TimeDelta::minutes(10));
    }
}

#[tokio::test]
async fn fifty_wrong_guesses_at_once_are_counted_exactly() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let seen = futures(50, |_| {
        let caller = gym.visitor(&router);
        async move { sign_in(&caller, "owner", "wrong one").await.status.as_u16() }
    })
    .await;
    assert_eq!(seen.iter().filter(|status| **status == 401).count(), 10, "{seen:?}");
    assert_eq!(seen.iter().filter(|status| **status == 429).count(), 40, "{seen:?}");
}

#[tokio::test]
async fn nobody_slips_in_while_a_manager_deactivates_them() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    for _ in 0..5 {
        owner.put("/api/users/1006", json!({ "is_active": true })).await.expect(200);
        let (signed, switched) =
            tokio::join!(async { sign_in(&gym.visitor(&router), "reception1", PASSWORD).await }, async {
                owner.put("/api/users/1006", json!({ "is_active": false })).await
            },);
        switched.expect(200);
        if signed.status.as_u16() == 200 {
            let late = bearer(gym.visitor(&router), &signed);
            late.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
        } else {
            signed.refused(403, "ACCOUNT_DISABLED");
        }
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_only_that_one() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let (phone, web) = (gym.staff(&router, "reception1").await, gym.staff(&router, "reception1").await);
    phone.post_empty("/api/auth/logout").await.expect(200);
    phone.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    phone.post_empty("/api/auth/refresh").await.refused(401, "SIGNED_OUT");
    web.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn signing_out_without_a_session_is_harmless() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    gym.visitor(&router).post_empty("/api/auth/logout").await.expect(200);
    gym.visitor(&router)
        .with("authorization", "Bearer x.y.z")
        .post_empty("/api/auth/logout")
        .await
        .expect(200);
    let member = gym.member(&router, mona).await;
    member.post_empty("/api/auth/logout").await.expect(200);
    member.get("/api/auth/me").await.refused(403, "STAFF_ONLY");
}

#[tokio::test]
async fn a_refreshed_session_lasts_longer_but_not_for_ever() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mut answer = sign_in(&gym.visitor(&router), "owner", PASSWORD).await.expect(200);
    let first = bearer(gym.visitor(&router), &answer);
    gym.clock.advance(TimeDelta::hours(11));
    answer = first.post_empty("/api/auth/refresh").await.expect(200);
    assert_eq!((answer.at("/data/expires_in"), answer.at("/data/user/id")), (&json!(43200), &json!(1002)));
    gym.clock.advance(TimeDelta::hours(2));
    first.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    bearer(gym.visitor(&router), &answer).get("/api/auth/me").await.expect(200);
    let mut refreshed = 0;
    loop {
        answer = bearer(gym.visitor(&router), &answer).post_empty("/api/auth/refresh").await;
        if answer.status.as_u16() != 200 {
            break;
        }
        refreshed += 1;
        gym.clock.advance(TimeDelta::hours(10));
    }
    answer.refused(401, "SIGNED_OUT");
    assert!((68..=72).contains(&refreshed), "{refreshed}");
}

#[tokio::test]
async fn the_language_takes_effect_in_the_next_message() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await.with("accept-language", "en");
    let english = desk.get("/api/users/1").await.refused(404, "STAFF_NOT_FOUND");
    assert_eq!(english.at("/message"), "Staff member not found");
    let chosen = desk.patch("/api/auth/language", json!({ "preferred_language": "ar" })).await.expect(200);
    assert_eq!(chosen.at("/data/preferred_language"), "ar");
    let arabic = desk.get("/api/users/1").await.refused(404, "STAFF_NOT_FOUND");
    assert_eq!(arabic.at("/message"), "الموظف غير موجود");
    let again = sign_in(&gym.visitor(&router), "reception1", PASSWORD).await.expect(200);
    assert_eq!(again.at("/data/user/preferred_language"), "ar");
    for body in [json!({ "preferred_language": "fr" }), json!({ "preferred_language": null }), json!({})] {
        desk.patch("/api/auth/language", body).await.expect(400);
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let (phone, web) = (gym.staff(&router, "reception1").await, gym.staff(&router, "reception1").await);
    let body = json!({ "current_password": PASSWORD, "new_password": "another-2026" });
    phone.post("/api/auth/change-password", body).await.expect(200);
    phone.get("/api/auth/me").await.expect(200);
    web.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    sign_in(&gym.visitor(&router), "reception1", PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    sign_in(&gym.visitor(&router), "reception1", "another-2026").await.expect(200);
    let old = json!({ "old_password": "another-2026", "new_password": PASSWORD });
    phone.post("/api/auth/change-password", old).await.expect(200);
}

#[tokio::test]
async fn one_s_own_name_is_no_password() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    for name in ["Reem.Tarek.2026", "tarek12345"] {
        let body = json!({ "current_password": PASSWORD, "new_password": name });
        desk.post("/api/auth/change-password", body).await.refused(400, "PASSWORD_IS_OWN_NAME");
    }
}

#[tokio::test]
async fn a_password_is_not_changed_without_the_current_one() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let change = |current: &str, new: &str| {
        let (desk, body) = (desk.clone(), json!({ "current_password": current, "new_password": new }));
        async move { desk.post("/api/auth/change-password", body).await }
    };
    change("wrong one", "another-2026").await.refused(400, "WRONG_PASSWORD");
    change(PASSWORD, PASSWORD).await.refused(400, "PASSWORD_UNCHANGED");
    change(PASSWORD, "seven77").await.refused(400, "PASSWORD_TOO_SHORT");
    change(PASSWORD, "password-2026").await.refused(400, "PASSWORD_TOO_COMMON");
    change(PASSWORD, "reception1!!").await.refused(400, "PASSWORD_TOO_COMMON");
    change(PASSWORD, &"x".repeat(201)).await.refused(400, "PASSWORD_TOO_LONG");
    change("", "another-2026").await.refused(400, "MISSING_FIELDS");
    desk.post("/api/auth/change-password", json!({})).await.refused(400, "MISSING_FIELDS");
    gym.visitor(&router).post("/api/auth/change-password", json!({})).await.refused(401, "SIGNED_OUT");
    for _ in 0..8 {
        change("wrong one", "another-2026").await.refused(400, "WRONG_PASSWORD");
    }
    change(PASSWORD, "another-2026").await.refused(429, "RATE_LIMIT_EXCEEDED");
    gym.clock.advance(TimeDelta::minutes(10));
    change(PASSWORD, "another-2026").await.expect(200);
}

#[tokio::test]
async fn of_two_changes_at_once_one_wins() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let seen = futures(4, |number| {
        let desk = desk.clone();
        let body = json!({ "current_password": PASSWORD, "new_password": format!("another-{number}") });
        async move { desk.post("/api/auth/change-password", body).await.status.as_u16() }
    })
    .await;
    assert_eq!(seen.iter().filter(|status| **status == 200).count(), 1, "{seen:?}");
}

#[tokio::test]
async fn signing_in_and_out_leaves_audit_rows_without_secrets() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = sign_in(&gym.visitor(&router), "reception1", PASSWORD).await.expect(200);
    bearer(gym.visitor(&router), &answer).post_empty("/api/auth/logout").await.expect(200);
    sign_in(&gym.visitor(&router), "reception1", "wrong one").await.expect(401);
    let rows: Vec<(String, Option<i64>, Option<i64>, String)> = sqlx::query_as(
        "select action, gym_id, subject_id, coalesce(detail::text, '') from audit_log order by id",
    )
    .fetch_all(&gym.db.owner)
    .await
    .expect("audit rows");
    let deeds: Vec<_> = rows.iter().map(|row| (row.0.as_str(), row.1, row.2)).collect();
    assert_eq!(
        deeds,
        [
            ("account.sign_in", Some(1), Some(1006)),
            ("account.use", Some(1), Some(1006)),
            ("account.sign_in_refused", Some(1), Some(1006)),
        ]
    );
}

async fn change_row(gym: &Gym, statement: &'static str) {
    sqlx::query(statement).execute(&gym.db.owner).await.expect("a change");
}

async fn futures<T: Send + 'static, F>(count: u8, work: impl Fn(u8) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let mut running = JoinSet::new();
    for number in 0..count {
        let one = work(number);
        running.spawn(async move { (number, one.await) });
    }
    let mut done = running.join_all().await;
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, value)| value).collect()
}
