//! Codes: asking, guessing, choosing a new password.

use base::platform::clock::Clock as _;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{EMAIL, MembersDoor, PHONE};

#[tokio::test]
async fn a_code_comes_by_sms_and_signs_in_once() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let asked =
        visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    assert_eq!(asked.at("/data/expires_in"), 600);
    assert_eq!(asked.at("/data/identifier_type"), "phone");
    let code = setup.newest_code().await;
    let body = json!({ "identifier": "+20 123 456 7890", "activation_code": code });
    let answer = visitor.post("/api/clients/verify-activation", body.clone()).await.expect(200);
    assert_eq!(answer.at("/data/client/id"), setup.ahmed.get());
    assert_eq!(answer.at("/data/customer/id"), setup.ahmed.get());
    assert_eq!(answer.at("/data/token_type"), "Bearer");
    assert_eq!(answer.at("/data/expires_in"), 86400);
    assert_eq!(answer.at("/data/gym/name"), "Nile Fitness");
    assert!(answer.at("/data/refresh_token").is_string());
    visitor.post("/api/clients/verify-activation", body).await.refused(401, "INVALID_CODE");
}

#[tokio::test]
async fn a_code_comes_by_mail_in_the_account_s_language_and_under_the_other_names() {
    let setup = MembersDoor::open().await;
    sqlx::query("update customers set preferred_language = 'ar'").execute(&setup.gym.db.owner).await.unwrap();
    let visitor = setup.gym.visitor(&setup.router);
    let asked =
        visitor.post("/api/client/request-activation", json!({ "identifier": " Ahmed@Example.com " })).await;
    assert_eq!(asked.expect(200).at("/data/identifier_type"), "email");
    let subject = setup.newest_message().await.subject.unwrap();
    assert!(subject.contains("رمز"), "{subject}");
    let code = setup.newest_code().await;
    let body = json!({ "email": EMAIL, "code": code });
    visitor.post("/api/client/verify-activation", body).await.expect(200);
}

#[tokio::test]
async fn whoever_chose_no_language_gets_the_code_in_that_of_the_gym() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router).with("accept-language", "en");
    let subject = async || {
        let ask = json!({ "identifier": EMAIL });
        visitor.post("/api/clients/request-activation", ask).await.expect(200);
        setup.newest_message().await.subject.unwrap()
    };
    let arabic = subject().await;
    assert!(arabic.contains("رمز"), "a gym that has not said is Arabic: {arabic}");
    sqlx::query("update gyms set language = 'en'").execute(&setup.gym.db.owner).await.unwrap();
    let english = subject().await;
    assert!(english.contains("code"), "{english}");
    sqlx::query("update customers set preferred_language = 'ar'").execute(&setup.gym.db.owner).await.unwrap();
    assert!(subject().await.contains("رمز"));
}

#[tokio::test]
async fn known_and_unknown_identifiers_get_the_same_bytes_and_leave_the_same_rows() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let ask = async |who: &str| {
        visitor.post("/api/clients/request-activation", json!({ "identifier": who })).await.expect(200).bytes
    };
    assert_eq!(ask(PHONE).await, ask("01000000001").await);
    assert_eq!(ask(EMAIL).await, ask("nobody@example.com").await);
    assert_eq!(setup.count("select count(*) from one_time_codes").await, 4);
    assert_eq!(setup.count("select count(*) from outbox where state = 'waiting'").await, 4);
    let soon =
        "select count(*) from outbox where due_at >= created_at and due_at < created_at + interval '500 ms'";
    assert_eq!(setup.count(soon).await, 4, "each at a moment of its own, which does not tell whose it is");
    assert_eq!(setup.send_codes().await, 2);
    let guess = async |who: &str| {
        let body = json!({ "identifier": who, "activation_code": "000000" });
        let answer = visitor
            .clone()
            .with("x-request-id", "the-same-request")
            .post("/api/clients/verify-activation", body)
            .await
            .refused(401, "INVALID_CODE");
        answer.bytes
    };
    assert_eq!(guess(PHONE).await, guess("01000000001").await);
    assert_eq!(guess(PHONE).await, guess("01099999999").await);
    // What strangers did leaves no row but where it concerns somebody; what they were refused is noted within bounds.
    let unrefused = "select count(*) from audit_log where actor_kind = 'visitor' and refused_as is null";
    assert_eq!(setup.count(unrefused).await, 0);
    assert_eq!(setup.count("select count(*) from audit_log where refused_as = 'INVALID_CODE'").await, 4);
    assert_eq!(setup.count("select count(*) from audit_log where action = 'account.send_code'").await, 2);
}

#[tokio::test]
async fn the_fourth_code_within_ten_minutes_is_refused_for_known_and_unknown_alike() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    for who in [PHONE, "01000000001"] {
        let body = json!({ "identifier": who });
        for _ in 0..3 {
            visitor.post("/api/clients/request-activation", body.clone()).await.expect(200);
        }
        let refused =
            visitor.post("/api/clients/request-activation", body).await.refused(429, "RATE_LIMIT_EXCEEDED");
        assert!(refused.headers.contains_key("retry-after"));
    }
    setup.gym.clock.advance(TimeDelta::seconds(601));
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
}

#[tokio::test]
async fn a_code_is_over_after_ten_minutes_and_when_a_newer_one_was_asked_for() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let ask = json!({ "identifier": PHONE });
    visitor.post("/api/clients/request-activation", ask.clone()).await.expect(200);
    let first = setup.newest_code().await;
    visitor.post("/api/clients/request-activation", ask).await.expect(200);
    let second = setup.newest_code().await;
    let with = |code: &str| json!({ "identifier": PHONE, "activation_code": code });
    if first != second {
        visitor.post("/api/clients/verify-activation", with(&first)).await.refused(401, "INVALID_CODE");
    }
    setup.gym.clock.advance(TimeDelta::seconds(600));
    visitor.post("/api/clients/verify-activation", with(&second)).await.refused(401, "INVALID_CODE");
}

#[tokio::test]
async fn the_sixth_guess_is_not_evaluated_even_if_it_is_right() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    for _ in 0..5 {
        let wrong = json!({ "identifier": PHONE, "activation_code": "99999" });
        visitor.post("/api/clients/verify-activation", wrong).await.refused(401, "INVALID_CODE");
    }
    let right = json!({ "identifier": PHONE, "activation_code": code });
    visitor.post("/api/clients/verify-activation", right).await.refused(401, "INVALID_CODE");
}

#[tokio::test]
async fn at_any_concurrency_five_guesses_are_evaluated_and_a_right_code_works_once() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    let guess = |code: &str| {
        let visitor = visitor.clone();
        let body = json!({ "identifier": PHONE, "activation_code": code });
        async move { visitor.post("/api/clients/verify-activation", body).await.status.as_u16() }
    };
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        callers.spawn(guess(&code));
    }
    let mut statuses = callers.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(setup.count("select count(*) from member_sessions").await, 1);

    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..9 {
        callers.spawn(guess("1"));
    }
    callers.join_all().await;
    assert_eq!(setup.count("select guesses::bigint from one_time_codes order by id desc limit 1").await, 5);
}

#[tokio::test]
async fn a_deactivated_member_s_code_is_never_sent() {
    let setup = MembersDoor::open().await;
    sqlx::query("update customers set is_active = false").execute(&setup.gym.db.owner).await.unwrap();
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    assert_eq!(setup.send_codes().await, 0);
}

#[tokio::test]
async fn what_names_nobody_is_refused() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    for path in ["/api/clients/request-activation", "/api/clients/auth/forgot-password"] {
        visitor.post(path, json!({})).await.refused(400, "MISSING_IDENTIFIER");
        visitor.post(path, json!({ "identifier": "  " })).await.refused(400, "MISSING_IDENTIFIER");
        visitor.post(path, json!({ "identifier": "gym" })).await.refused(400, "INVALID_IDENTIFIER");
        visitor.post(path, json!({ "identifier": 12 })).await.refused(400, "INVALID_FIELD");
        visitor.post(path, json!({ "identifier": "0\u{0}1" })).await.refused(400, "NUL_CHARACTER");
        visitor.send("POST", path, None).await.refused(400, "EMPTY_BODY");
        visitor.send("POST", path, Some(b"{".to_vec())).await.refused(400, "INVALID_JSON");
        visitor.clone().with("content-type", "text/plain").post(path, json!({})).await.expect(415);
    }
    let body = json!({ "identifier": PHONE });
    visitor.post("/api/clients/verify-activation", body).await.refused(400, "MISSING_FIELDS");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_every_session_ends() {
    let setup = MembersDoor::open().await;
    let old = setup.gym.member(&setup.router, setup.ahmed).await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/auth/forgot-password", json!({ "identifier": EMAIL })).await.expect(200);
    let code = setup.newest_code().await;
    let short = json!({ "identifier": EMAIL, "code": code, "new_password": "short" });
    visitor.post("/api/clients/auth/reset-password", short).await.refused(400, "PASSWORD_TOO_SHORT");
    let wrong = json!({ "identifier": EMAIL, "code": "1", "new_password": "a new password" });
    visitor.post("/api/clients/auth/reset-password", wrong).await.refused(400, "INVALID_CODE");
    let right = json!({ "identifier": EMAIL, "code": code, "new_password": " a new password " });
    visitor.post("/api/clients/auth/reset-password", right).await.expect(200);
    old.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    let sign_in = json!({ "phone": EMAIL, "password": "a new password" });
    visitor.post("/api/client/auth/login", sign_in).await.expect(200);
}

#[tokio::test]
async fn an_activation_code_does_not_reset_a_password() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    let body = json!({ "identifier": PHONE, "code": code, "new_password": "a new password" });
    visitor.post("/api/clients/auth/reset-password", body).await.refused(400, "INVALID_CODE");
}

#[tokio::test]
async fn a_stranger_s_guesses_use_up_none_of_those_of_whoever_asked() {
    let setup = MembersDoor::open().await;
    let mona = setup.gym.visitor(&setup.router).from_address([192, 0, 2, 1]);
    mona.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    let wrong = json!({ "identifier": PHONE, "activation_code": "99999" });
    let mut refused = Vec::new();
    for guess in 0..30_u8 {
        let stranger = setup.gym.visitor(&setup.router).from_address([198, 51, 100, guess % 10]);
        refused.push(stranger.post("/api/clients/verify-activation", wrong.clone()).await.status.as_u16());
    }
    assert_eq!(refused.iter().filter(|status| **status == 401).count(), 15, "{refused:?}");
    assert_eq!(setup.count("select other_guesses::bigint from one_time_codes").await, 5);
    assert_eq!(setup.count("select guesses::bigint from one_time_codes").await, 0);
    let right = json!({ "identifier": PHONE, "activation_code": code });
    mona.post("/api/clients/verify-activation", right).await.expect(200);
}

#[tokio::test]
async fn strangers_together_get_five_guesses_of_a_code_even_the_right_one() {
    let setup = MembersDoor::open().await;
    let mona = setup.gym.visitor(&setup.router).from_address([192, 0, 2, 1]);
    mona.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    let wrong = json!({ "identifier": PHONE, "activation_code": "99999" });
    let right = json!({ "identifier": PHONE, "activation_code": code });
    for guess in 0..5_u8 {
        let stranger = setup.gym.visitor(&setup.router).from_address([198, 51, 100, guess]);
        stranger.post("/api/clients/verify-activation", wrong.clone()).await.refused(401, "INVALID_CODE");
    }
    let stranger = setup.gym.visitor(&setup.router).from_address([198, 51, 100, 200]);
    stranger.post("/api/clients/verify-activation", right).await.refused(401, "INVALID_CODE");
}

/// Signs Ahmed in from an address that his account knows from then on.
async fn known(setup: &MembersDoor) -> cast::Caller {
    let visitor = setup.gym.visitor(&setup.router).from_address([192, 0, 2, 1]);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let body = json!({ "identifier": PHONE, "activation_code": setup.newest_code().await });
    visitor.post("/api/clients/verify-activation", body).await.expect(200);
    visitor
}

#[tokio::test]
async fn whatever_strangers_ask_and_guess_an_address_that_the_account_knows_gets_in() {
    let setup = MembersDoor::open().await;
    let ahmed = known(&setup).await;
    let ask = json!({ "identifier": PHONE });
    // His code, then theirs: his still works where he is.
    ahmed.post("/api/clients/request-activation", ask.clone()).await.expect(200);
    let his = setup.newest_code().await;
    let wrong = json!({ "identifier": PHONE, "activation_code": "99999" });
    for time in 0..40_u8 {
        let stranger = setup.gym.visitor(&setup.router).from_address([198, 51, 100, time]);
        stranger.post("/api/clients/request-activation", ask.clone()).await;
        for _ in 0..3 {
            stranger.post("/api/clients/verify-activation", wrong.clone()).await;
        }
    }
    let stranger = setup.gym.visitor(&setup.router).from_address([198, 51, 100, 99]);
    stranger.post("/api/clients/request-activation", ask.clone()).await.refused(429, "RATE_LIMIT_EXCEEDED");
    stranger.post("/api/clients/verify-activation", wrong).await.refused(429, "RATE_LIMIT_EXCEEDED");
    let right = |code: &str| json!({ "identifier": PHONE, "activation_code": code });
    ahmed.post("/api/clients/verify-activation", right(&his)).await.expect(200);
    ahmed.post("/api/clients/request-activation", ask).await.expect(200);
    ahmed.post("/api/clients/verify-activation", right(&setup.newest_code().await)).await.expect(200);
}

#[tokio::test]
async fn an_address_is_known_for_sixty_days_and_only_to_the_account_it_signed_in_to() {
    let setup = MembersDoor::open().await;
    let ahmed = known(&setup).await;
    let is_known = async |who: &str| {
        let at = setup.gym.clock.now();
        let limits = setup.gym.client_app().limits;
        let name = format!("member:{who}");
        limits.knows(&setup.gym.db.client(), &name, [192, 0, 2, 1].into(), at).await.unwrap()
    };
    assert!(is_known("+201234567890").await);
    assert!(!is_known("+201000000001").await);
    setup.gym.clock.advance(TimeDelta::days(59));
    assert!(is_known("+201234567890").await);
    setup.gym.clock.advance(TimeDelta::days(2));
    assert!(!is_known("+201234567890").await);
    drop(ahmed);
}

#[tokio::test]
async fn ten_codes_go_to_one_number_within_a_day_whatever_they_are_for() {
    let setup = MembersDoor::open().await;
    let paths = ["/api/clients/request-activation", "/api/clients/auth/forgot-password"];
    let ask = async |time: u8| {
        let visitor = setup.gym.visitor(&setup.router).from_address([198, 51, 100, time]);
        visitor.post(paths[usize::from(time % 2)], json!({ "identifier": PHONE })).await
    };
    for time in 0..3 {
        ask(time).await.expect(200);
    }
    ask(3).await.refused(429, "RATE_LIMIT_EXCEEDED");
    for time in 3..10 {
        setup.gym.clock.advance(TimeDelta::minutes(11));
        ask(time).await.expect(200);
    }
    setup.gym.clock.advance(TimeDelta::minutes(11));
    let refused = ask(10).await.refused(429, "RATE_LIMIT_EXCEEDED");
    let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((20 * 3600..=24 * 3600).contains(&wait), "{wait}");
    assert_eq!(setup.send_codes().await, 10);
    setup.gym.clock.advance(TimeDelta::seconds(wait));
    ask(11).await.expect(200);
}

#[tokio::test]
async fn patience_at_guessing_does_not_pay() {
    let setup = MembersDoor::open().await;
    let mut evaluated = 0;
    // A day of an attacker with an address for each try, who asks for a code whenever it is allowed.
    for round in 0..140_u8 {
        let asker = setup.gym.visitor(&setup.router).from_address([198, 51, 100, round]);
        asker.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await;
        for (place, guesser) in [asker, setup.gym.visitor(&setup.router).from_address([203, 0, 113, round])]
            .into_iter()
            .enumerate()
        {
            for _ in 0..5 {
                let wrong = json!({ "identifier": PHONE, "activation_code": place.to_string() });
                let answer = guesser.post("/api/clients/verify-activation", wrong).await;
                evaluated += i64::from(answer.status == 401);
            }
        }
        setup.gym.clock.advance(TimeDelta::minutes(10));
    }
    // Of the guesses that were counted, those that met no code are none.
    let met =
        setup.count("select coalesce(sum(guesses + other_guesses), 0)::bigint from one_time_codes").await;
    assert_eq!(evaluated, 50);
    assert!((1..=50).contains(&met), "{met}");
}

#[tokio::test]
async fn a_gym_that_strangers_make_send_too_much_sends_to_known_addresses_only() {
    let setup = MembersDoor::open().await;
    let ahmed = known(&setup).await;
    sqlx::query(
        "insert into one_time_codes (purpose, identifier_hash, customer_id, code_hash, guesses, created_at, expires_at, gym_id, sent_at)
         select 'activation', n::text::bytea, $1, 'x', 0, $2, $2, 1, $2 from generate_series(1, 600) n",
    )
    .bind(setup.ahmed.get())
    .bind(setup.gym.clock.now())
    .execute(&setup.gym.db.owner)
    .await
    .unwrap();
    let ask = json!({ "identifier": PHONE });
    let stranger = setup.gym.visitor(&setup.router).from_address([198, 51, 100, 1]);
    stranger.post("/api/clients/request-activation", ask.clone()).await.expect(200);
    assert_eq!(setup.send_codes().await, 0);
    ahmed.post("/api/clients/request-activation", ask.clone()).await.expect(200);
    assert_eq!(setup.send_codes().await, 1);
    setup.gym.clock.advance(TimeDelta::hours(1));
    stranger.post("/api/clients/request-activation", ask).await.expect(200);
    assert_eq!(setup.send_codes().await, 1);
}

#[tokio::test]
async fn a_code_that_is_sent_twice_is_one_letter() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    for asked in setup.take_requests().await {
        assert!(setup.send_code(&asked).await && setup.send_code(&asked).await);
    }
    assert_eq!(setup.count("select count(*) from outbox where kind = 'activation_code'").await, 1);
}
