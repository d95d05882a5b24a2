//! Finding customers.

use cast::{Gym, customer, subscription};
use serde_json::json;

use super::{ids, names, path, run, same};

#[tokio::test]
async fn a_row_holds_what_the_screens_read() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona =
        customer().named("Mona Adel").phone("+201077827638").email("mona@example.com").insert(&gym).await;
    let sold = subscription().sessions(12).insert(&gym, mona).await;
    let answer =
        gym.staff(&router, "reception1").await.get("/api/customers?branch_id=1&limit=10").await.expect(200);
    let row = answer.at("/data/items/0");
    for (key, value) in [
        ("id", json!(mona.get())),
        ("full_name", json!("Mona Adel")),
        ("name", json!("Mona Adel")),
        ("phone", json!("01077827638")),
        ("email", json!("mona@example.com")),
        ("gender", json!("female")),
        ("age", json!(30)),
        ("date_of_birth", json!(null)),
        ("weight", json!(60)),
        ("height", json!(165)),
        ("bmi", json!(22)),
        ("bmi_category", json!("Normal")),
        ("bmr", json!(1320)),
        ("daily_calories", json!(2046)),
        ("ideal_weight", json!(56.9)),
        ("qr_code", json!(format!("customer_id:{mona}"))),
        ("qr_version", json!(1)),
        ("branch_id", json!(1)),
        ("branch_name", json!("Dragon Club")),
        ("is_active", json!(true)),
        ("created_at", json!("2026-04-17T23:30:00")),
        ("temp_password", json!(null)),
        ("temporary_password", json!(null)),
        ("password_changed", json!(false)),
        ("has_active_subscription", json!(true)),
        ("subscription_status", json!("active")),
    ] {
        assert_eq!(row[key], value, "{key}");
    }
    assert_eq!(
        row["active_subscription"],
        json!({
            "id": sold.get(), "service_name": "Swim Sessions", "subscription_type": "sessions", "status": "active",
            "start_date": "2026-04-07", "end_date": "2026-05-07", "remaining_coins": null, "remaining_sessions": 12,
        })
    );
    assert_eq!(answer.at("/data/total"), 1);
    assert_eq!(answer.at("/customers"), &json!(null));
}

#[tokio::test]
async fn words_come_in_the_language_of_the_caller() {
    let gym = Gym::open().await;
    run(&gym, "update staff_users set preferred_language = 'ar' where username = 'reception1'").await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    assert_eq!(desk.get(&path(mona, "")).await.expect(200).at("/data/bmi_category"), "وزن طبيعي");
    assert_eq!(
        desk.get("/api/customers/77777").await.refused(404, "CUSTOMER_NOT_FOUND").at("/error"),
        "العميل غير موجود"
    );
}

#[tokio::test]
async fn the_newest_come_first_and_pages_follow_each_other() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mut all = Vec::new();
    for _ in 0..5 {
        all.insert(0, customer().insert(&gym).await.get());
    }
    let desk = gym.staff(&router, "reception1").await;
    assert_eq!(ids(&desk.get("/api/customers").await.expect(200)), all);
    let page = desk.get("/api/customers?per_page=2&page=2").await.expect(200);
    assert_eq!(ids(&page), all[2..4]);
    assert_eq!((page.at("/data/total"), page.at("/data/pages")), (&json!(5), &json!(3)));
    let last = desk.get("/api/customers?per_page=2&page=3").await.expect(200);
    assert_eq!((ids(&last), last.at("/data/total")), (all[4..].to_vec(), &json!(5)));
    let beyond = desk.get("/api/customers?limit=2&page=9").await.expect(200);
    assert_eq!((ids(&beyond), beyond.at("/data/total")), (vec![], &json!(5)));
    desk.get("/api/customers?page=first").await.refused(400, "PAGE_INVALID");
    for (query, field) in
        [("per_page=0", "per_page"), ("limit=-1", "limit"), ("page=0", "page"), ("offset=-1", "offset")]
    {
        let refused = desk.get(&format!("/api/customers?{query}")).await.refused(400, "PAGE_TOO_SMALL");
        assert!(refused.at("/errors").as_object().unwrap().keys().eq([field]), "{query}: {}", refused.body);
    }
}

#[tokio::test]
async fn everybody_sees_the_customers_of_their_own_branches() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let dragon = customer().insert(&gym).await.get();
    let phoenix = customer().of_branch(2).insert(&gym).await.get();
    let delta = customer().of_branch(3).insert(&gym).await.get();
    for (who, seen) in [
        ("reception1", vec![dragon]),
        ("trainer1", vec![dragon]),
        ("accountant1", vec![dragon]),
        ("reception2", vec![phoenix]),
        ("manager2", vec![phoenix]),
        ("owner", vec![phoenix, dragon]),
        ("regional1", vec![phoenix, dragon]),
        ("accountant_c", vec![phoenix, dragon]),
        ("accountant_r", vec![phoenix, dragon]),
        ("owner_b", vec![delta]),
        ("superadmin", vec![delta, phoenix, dragon]),
    ] {
        let caller = gym.staff(&router, who).await;
        let answer = caller.get("/api/customers").await.expect(200);
        assert_eq!((ids(&answer), answer.at("/data/total")), (seen.clone(), &json!(seen.len())), "{who}");
        // With a limit the page leaves open how many there are in all.
        for query in ["limit=1", "limit=1&is_active=true"] {
            let first = caller.get(&format!("/api/customers?{query}")).await.expect(200);
            assert_eq!(
                (ids(&first).len(), first.at("/data/total")),
                (1, &json!(seen.len())),
                "{who}: {query}"
            );
        }
        let found = caller.get("/api/customers/search?q=mona").await.expect(200);
        let mut found = ids(&found);
        found.sort_by_key(|id| std::cmp::Reverse(*id));
        assert_eq!(found, seen, "{who}");
    }
    let desk = gym.staff(&router, "reception1").await;
    let foreign = desk.get("/api/customers?branch_id=2").await.refused(404, "BRANCH_NOT_FOUND");
    same(&foreign, &desk.get("/api/customers?branch_id=99").await);
    same(&foreign, &desk.get("/api/customers/search?q=a&branch_id=2").await);
    let owner = gym.staff(&router, "owner").await;
    assert_eq!(ids(&owner.get("/api/customers?branch_id=2").await.expect(200)), [phoenix]);
    owner.get("/api/customers?branch_id=3").await.refused(404, "BRANCH_NOT_FOUND");
    owner.get("/api/customers?branch_id=one").await.refused(400, "ID_INVALID");
}

#[tokio::test]
async fn filters_narrow_a_list() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let active = customer().named("Active Adel").insert(&gym).await;
    subscription().insert(&gym, active).await;
    let frozen = customer().named("Frozen Adel").insert(&gym).await;
    subscription().frozen(-1, 5).insert(&gym, frozen).await;
    let ended = customer().named("Ended Adel").inactive().insert(&gym).await;
    subscription().days(-40, Some(-1)).insert(&gym, ended).await;
    let spent = customer().named("Spent Adel").insert(&gym).await;
    subscription().coins(0).insert(&gym, spent).await;
    let (active, frozen, ended, spent) = (active.get(), frozen.get(), ended.get(), spent.get());
    let desk = gym.staff(&router, "reception1").await;
    for (query, seen) in [
        ("", vec![spent, ended, frozen, active]),
        ("is_active=true", vec![spent, frozen, active]),
        ("status=ACTIVE", vec![active]),
        ("has_active_subscription=true", vec![active]),
        ("has_active_subscription=0", vec![spent, ended, frozen]),
        ("status=inactive", vec![spent, ended, frozen]),
        ("status=frozen", vec![frozen]),
        ("is_active=false", vec![ended]),
        ("is_active=true&status=inactive", vec![spent, frozen]),
        ("gender=female", vec![spent, ended, frozen, active]),
        ("gender=male", vec![]),
        ("q=adel", vec![spent, ended, frozen, active]),
        ("search=Frozen&status=frozen", vec![frozen]),
        ("q=frozen&status=active", vec![]),
        ("q=%20&status=active", vec![active]),
    ] {
        let answer = desk.get(&format!("/api/customers?{query}")).await.expect(200);
        assert_eq!((ids(&answer), answer.at("/data/total")), (seen.clone(), &json!(seen.len())), "{query}");
        let first = desk.get(&format!("/api/customers?{query}&limit=1")).await.expect(200);
        assert_eq!(first.at("/data/total"), &json!(seen.len()), "{query}");
    }
    let owner = gym.staff(&router, "owner").await;
    owner.get("/api/customers?offset=5001").await.expect(200);
    owner.get("/api/customers?offset=5001&status=frozen").await.expect(200);
    owner.get("/api/customers?offset=1000&status=active").await.expect(200);
    owner.get("/api/customers?offset=1001&status=active").await.refused(400, "PAGE_TOO_DEEP");
    desk.get("/api/customers?offset=5001&status=active").await.expect(200);
    let regional = gym.staff(&router, "regional1").await;
    regional.get("/api/customers?offset=5000").await.expect(200);
    regional.get("/api/customers?offset=5001").await.refused(400, "PAGE_TOO_DEEP");
    regional.get("/api/customers?offset=1001&status=active").await.refused(400, "PAGE_TOO_DEEP");
    for query in ["status=jolly", "gender=x", "is_active=maybe", "has_active_subscription=perhaps"] {
        desk.get(&format!("/api/customers?{query}")).await.refused(400, "UNKNOWN_VALUE");
    }
}

#[tokio::test]
async fn of_several_subscriptions_the_usable_one_that_ends_first_is_shown() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    subscription().stopped().insert(&gym, mona).await;
    let upcoming = subscription().days(1, Some(30)).insert(&gym, mona).await;
    let desk = gym.staff(&router, "reception1").await;
    let none = desk.get(&path(mona, "")).await.expect(200);
    assert_eq!(none.at("/data/has_active_subscription"), false);
    assert_eq!(
        (none.at("/data/active_subscription"), none.at("/data/subscription_status")),
        (&json!(null), &json!(null))
    );
    let frozen = subscription().frozen(0, 3).days(-10, Some(2)).insert(&gym, mona).await;
    let shown = desk.get(&path(mona, "")).await.expect(200);
    assert_eq!(shown.at("/data/has_active_subscription"), false);
    assert_eq!(shown.at("/data/active_subscription/id"), frozen.get());
    assert_eq!(shown.at("/data/active_subscription/status"), "frozen");
    subscription().coins(7).insert(&gym, mona).await;
    let soonest = subscription().days(-10, Some(0)).insert(&gym, mona).await;
    let shown = desk.get(&path(mona, "")).await.expect(200);
    assert_eq!(shown.at("/data/active_subscription/id"), soonest.get());
    assert_eq!(shown.at("/data/subscription_status"), "active");
    gym.clock.advance(chrono::TimeDelta::hours(1));
    let shown = gym.staff(&router, "reception1").await.get(&path(mona, "")).await.expect(200);
    assert_eq!(shown.at("/data/active_subscription/id"), upcoming.get());
    gym.clock.advance(chrono::TimeDelta::days(30));
    let shown = gym.staff(&router, "reception1").await.get(&path(mona, "")).await.expect(200);
    assert_eq!(shown.at("/data/active_subscription/remaining_coins"), 7);
}

#[tokio::test]
async fn one_customer_is_read_by_id_or_by_number_in_any_spelling() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().phone("+201077827638").insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    assert_eq!(desk.get(&path(mona, "")).await.expect(200).at("/data/id"), mona.get());
    for way in [
        "/api/customers/phone/01077827638",
        "/api/customers/phone/+201077827638",
        "/api/customers/by-phone?phone=0107%20782%207638",
        "/api/customers/by-phone?phone=%2B201077827638",
        "/api/customers/by-phone?phone=00201077827638",
    ] {
        assert_eq!(desk.get(way).await.expect(200).at("/data/id"), mona.get(), "{way}");
    }
    desk.get("/api/customers/by-phone?phone=01077827639").await.refused(404, "CUSTOMER_NOT_FOUND");
    desk.get("/api/customers/phone/hello").await.refused(400, "PHONE_INVALID");
    desk.get("/api/customers/by-phone").await.refused(400, "MISSING_FIELDS");
    desk.get("/api/customers/mona").await.refused(400, "INVALID_ID");
}

#[tokio::test]
async fn a_foreign_customer_answers_like_an_absent_one() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().phone("+201077827638").insert(&gym).await;
    for who in ["reception2", "reception_b", "owner_b"] {
        let caller = gym.staff(&router, who).await;
        let absent = caller.get("/api/customers/77777").await.refused(404, "CUSTOMER_NOT_FOUND");
        assert_eq!(absent.at("/error"), "Customer not found");
        same(&absent, &caller.get(&path(mona, "")).await);
        same(&absent, &caller.get(&path(mona, "/qr")).await);
        same(&absent, &caller.get(&path(mona, "/qr.png")).await);
        same(&absent, &caller.get("/api/customers/phone/01077827638").await);
        same(&absent, &caller.get("/api/customers/by-phone?phone=01077827638").await);
    }
    gym.visitor(&router).get(&path(mona, "")).await.refused(401, "SIGNED_OUT");
    gym.member(&router, mona).await.get(&path(mona, "")).await.refused(403, "STAFF_ONLY");
}

#[tokio::test]
async fn a_search_finds_by_whatever_is_typed() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let ahmed = customer().named("أحمد حسن").phone("+201077827638").insert(&gym).await.get();
    let hassan = customer().named("Hassan Ahmed Omar").email("omar@example.com").insert(&gym).await.get();
    let salem = customer().named("Mohamed Salem").phone("+201022981052").insert(&gym).await.get();
    let desk = gym.staff(&router, "reception1").await;
    for (typed, found) in [
        ("%D8%A7%D8%AD%D9%85%D8%AF", vec![ahmed]),
        ("%D8%AD%D8%B3%D9%86", vec![ahmed]),
        ("HASSAN", vec![hassan]),
        ("omar%20hassan", vec![hassan]),
        ("ed%20sal", vec![salem]),
        ("ohame", vec![salem]),
        ("h", vec![hassan]),
        ("mo", vec![salem]),
        ("alem", vec![salem]),
        ("omar@", vec![hassan]),
        ("01077827638", vec![ahmed]),
        ("%2B20%20107%20782", vec![ahmed]),
        ("010", vec![salem, ahmed]),
        ("7638", vec![ahmed]),
        ("%D9%A7%D9%A6%D9%A3%D9%A8", vec![ahmed]),
        ("nobody", vec![]),
        ("%25", vec![]),
        ("___", vec![]),
    ] {
        let answer =
            desk.get(&format!("/api/customers/search?q={typed}&branch_id=1&limit=10")).await.expect(200);
        assert_eq!((ids(&answer), answer.at("/data/total")), (found.clone(), &json!(found.len())), "{typed}");
    }
    for typed in [hassan.to_string(), format!("customer_id:{hassan}"), format!("GYM-{hassan}-AB12CD34")] {
        let answer = desk.get(&format!("/api/customers/search?q={typed}")).await.expect(200);
        assert_eq!(ids(&answer), [hassan], "{typed}");
    }
    assert_eq!(ids(&desk.get("/api/customers/search").await.expect(200)), [salem, hassan, ahmed]);
    assert_eq!(ids(&desk.get("/api/customers/search?limit=1").await.expect(200)), [salem]);
}

#[tokio::test]
async fn the_best_matches_come_first_in_a_stable_order() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["Ziad Hassanein", "Ali Mohassan", "Hassan Zaki", "Omar Hassan", "Hassan Adel"] {
        customer().named(name).insert(&gym).await;
    }
    customer().named("Third Person").email("hassan@example.com").insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let answer = desk.get("/api/customers/search?q=hassan").await.expect(200);
    assert_eq!(
        names(&answer),
        ["Hassan Adel", "Hassan Zaki", "Third Person", "Omar Hassan", "Ziad Hassanein", "Ali Mohassan"]
    );
    let first = desk.get("/api/customers/search?q=hassan&limit=4").await.expect(200);
    assert_eq!(names(&first), names(&answer)[..4]);
    let two = desk.get("/api/customers/search?q=hassan&limit=2").await.expect(200);
    assert_eq!(names(&two), names(&answer)[..2]);
}

#[tokio::test]
async fn ten_thousand_deactivated_elsewhere_hide_none_of_ones_own() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    run(&gym, "update customers set is_active = false").await;
    run(
        &gym,
        "insert into customers (gym_id, branch_id, full_name, name_folded, qr_version, password_changed, is_active,
             created_at, updated_at)
         select c.gym_id, 2, c.full_name, c.name_folded, 1, false, false, c.created_at, c.created_at
         from customers c, generate_series(1, 10000)",
    )
    .await;
    let desk = gym.staff(&router, "reception1").await;
    let list = desk.get("/api/customers?is_active=false").await.expect(200);
    assert_eq!((ids(&list), list.at("/data/total")), (vec![mona.get()], &json!(1)));
    let owner = gym.staff(&router, "owner").await;
    let oldest = owner.get("/api/customers?is_active=false&limit=1&offset=10000").await.expect(200);
    assert_eq!((ids(&oldest), oldest.at("/data/total")), (vec![mona.get()], &json!(10_001)));
}
