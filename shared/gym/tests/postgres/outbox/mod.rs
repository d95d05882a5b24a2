//! The outbox on a real database, with carriers that are slow, rude or gone.

mod support;

use std::{collections::BTreeSet, time::Duration};

use self::support::{CODE, ERRAND, Errand, Stage, by_mail, by_sms, calls, gateway, letter, settings};
use base::{
    Error, Fault,
    access::Visitor,
    platform::{
        outbox::{Lane, Settings, State},
        request::RequestContext,
    },
    testing::{Wire, open},
};
use chrono::TimeDelta;
use gym::members::{ACTIVATION_CODE, JOBS, SEND_CODE};
use metrics_exporter_prometheus::PrometheusBuilder;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::time::{Instant, sleep};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

#[tokio::test]
async fn a_message_is_sent_once_and_its_code_leaves_no_trace() {
    let stage = Stage::set().await;
    stage.enqueue(by_mail()).await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.to_file());
    stage.until(&["done", "done"]).await;
    worker.stop().await;
    let mut delivered = stage.delivered();
    delivered.sort_by_key(|message| message["channel"].to_string());
    assert_eq!(delivered.len(), 2);
    assert_eq!(
        (&delivered[0]["to"], &delivered[1]["to"]),
        (&"mona@example.com".into(), &"+201001234567".into())
    );
    assert!(delivered.iter().all(|message| message["text"].as_str().unwrap().contains(CODE)));
    assert!(
        stage.rows().await.iter().all(|row| row.is_blank && row.attempts == 1 && row.lease_until.is_none())
    );
}

#[tokio::test]
async fn what_was_rolled_back_is_never_sent() {
    let stage = Stage::set().await;
    let worker = stage.start(stage.to_file());
    let (db, author) = (stage.db.staff(), stage.author());
    let undone = db.write_each_time(&author, async |tx| {
        tx.enqueue(&ACTIVATION_CODE, &letter(by_sms())).await?;
        sleep(Duration::from_millis(100)).await;
        assert_eq!(stage.delivered().len(), 0);
        Err::<(), Error>(Fault::new("rolled back").into())
    });
    undone.await.unwrap_err();
    stage.enqueue(by_mail()).await;
    stage.until(&["done"]).await;
    worker.stop().await;
    assert_eq!(stage.delivered().len(), 1);
}

#[tokio::test]
async fn a_code_for_a_number_that_nobody_has_is_never_sent_and_names_nobody() {
    let stage = Stage::set().await;
    let asked = serde_json::json!({
        "id": 1, "to": by_sms(), "gym": null, "purpose": "activation", "code": CODE, "language": "en",
        "is_from_known_address": false,
    });
    stage.write_down(&SEND_CODE, &serde_json::from_value(asked).unwrap()).await;
    stage.enqueue(by_mail()).await;
    let worker = stage.start(stage.to_file());
    stage.until(&["withheld", "done"]).await;
    worker.stop().await;
    assert_eq!(stage.delivered().len(), 1);
    assert!(stage.rows().await[0].is_blank);
}

#[tokio::test]
async fn what_came_too_late_is_not_sent() {
    let stage = Stage::set().await;
    stage.enqueue(by_sms()).await;
    stage.clock.advance(TimeDelta::minutes(10));
    let worker = stage.start(stage.to_file());
    stage.until(&["expired"]).await;
    worker.stop().await;
    assert!(stage.delivered().is_empty() && stage.rows().await[0].is_blank);
}

#[tokio::test]
async fn the_most_urgent_goes_first() {
    let stage = Stage::set().await;
    for _ in 0..3 {
        stage.enqueue(by_sms()).await;
    }
    stage
        .execute(r#"update outbox set priority = 5, payload = payload || '{"name": "Later"}' where id = 1"#)
        .await;
    stage
        .execute(
            r#"update outbox set run_at = run_at - interval '1 second', payload = payload || '{"name": "First"}'
               where id = 3"#,
        )
        .await;
    let worker = stage.start_with(stage.to_file(), Settings { batch: 1, ..settings() });
    stage.until(&["done", "done", "done"]).await;
    worker.stop().await;
    let delivered = stage.delivered();
    let greets = |place: usize, name| delivered[place]["text"].as_str().unwrap().contains(name);
    assert!(greets(0, "First") && greets(2, "Later"), "{delivered:?}");
}

#[tokio::test]
async fn what_the_provider_refuses_for_good_is_dead_at_once() {
    let stage = Stage::set().await;
    let words = r#"{"code": 21211, "message": "+201001234567 is not valid, nor is 012345"}"#;
    let gateway = gateway(ResponseTemplate::new(400).set_body_string(words)).await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.by_gateway(&gateway.uri()));
    stage.until(&["dead"]).await;
    worker.stop().await;
    let row = stage.rows().await.swap_remove(0);
    assert_eq!(row.last_error.as_deref(), Some("http 400 code 21211"));
    assert!(row.is_blank && row.attempts == 1);
}

#[tokio::test]
async fn a_failed_message_waits_its_pause_and_goes_out_under_the_same_key() {
    let stage = Stage::set().await;
    let gateway = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .mount(&gateway)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(201)).mount(&gateway).await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.by_gateway(&gateway.uri()));
    let row = stage.until_postponed(1).await;
    assert_eq!((row.state.as_str(), row.last_error.as_deref()), ("waiting", Some("http 503")));
    assert!(row.run_at > stage.now() && !row.is_blank);
    sleep(Duration::from_millis(100)).await;
    assert_eq!(calls(&gateway).await, 1, "the pause was not kept");
    stage.clock.advance(TimeDelta::seconds(2));
    stage.until(&["done"]).await;
    worker.stop().await;
    let requests = gateway.received_requests().await.unwrap();
    let keys: BTreeSet<_> = requests.iter().map(|request| &request.headers["idempotency-key"]).collect();
    assert_eq!((requests.len(), keys.len()), (2, 1));
}

#[tokio::test]
async fn a_code_that_cannot_be_delivered_in_time_expires() {
    let stage = Stage::set().await;
    let gateway = gateway(ResponseTemplate::new(503)).await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.by_gateway(&gateway.uri()));
    for _ in 0..200 {
        stage.clock.advance(TimeDelta::seconds(4));
        sleep(Duration::from_millis(25)).await;
        if stage.states().await == ["expired"] {
            break;
        }
    }
    worker.stop().await;
    let row = stage.rows().await.swap_remove(0);
    assert!(row.state == "expired" && row.is_blank && (5..12).contains(&row.attempts), "{row:?}");
}

#[tokio::test]
async fn a_provider_that_hangs_holds_up_nobody_else() {
    let stage = Stage::set().await;
    let gateway = gateway(ResponseTemplate::new(201).set_delay(Duration::from_mins(1))).await;
    for _ in 0..30 {
        stage.enqueue(by_sms()).await;
    }
    let patience = Settings { attempt_timeout: Duration::from_secs(3), ..settings() };
    let worker = stage.start_with(stage.by_gateway(&gateway.uri()), patience);
    while calls(&gateway).await < 20 {
        sleep(Duration::from_millis(10)).await;
    }
    let asked = Instant::now();
    stage.enqueue(by_mail()).await;
    while stage.delivered().is_empty() {
        assert!(asked.elapsed() < Duration::from_secs(2), "the mail waits for the text messages");
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(calls(&gateway).await, 20, "more on their way than a batch");
    let row = stage.until_postponed(1).await;
    assert_eq!(row.last_error.as_deref(), Some("timed out"));
    worker.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_send_three_hundred_messages_once_each() {
    let stage = Stage::set().await;
    let insert = r#"insert into outbox
        (kind, payload_version, payload, is_secret, lane, state, priority, attempts, due_at, run_at, created_at)
        select 'activation_code', 1,
            '{"to": {"sms": "+201001234567"}, "purpose": "activation", "name": null, "language": "en"}'::jsonb
                || jsonb_build_object('code', lpad(n::text, 6, '0')),
            true, 'sms', 'waiting', 0, 0, timestamptz '2026-04-01', timestamptz '2026-04-01', timestamptz '2026-04-01'
        from generate_series(1, 300) n"#;
    stage.execute(insert).await;
    let workers = [(); 3].map(|()| stage.start(stage.to_file()));
    stage.until(&["done"; 300]).await;
    for worker in workers {
        worker.stop().await;
    }
    let texts: Vec<String> = stage.delivered().iter().map(|message| message["text"].to_string()).collect();
    assert_eq!((texts.len(), texts.iter().collect::<BTreeSet<_>>().len()), (300, 300));
    assert!(stage.rows().await.iter().all(|row| row.attempts == 1));
}

#[tokio::test]
async fn a_message_whose_worker_died_is_sent_when_the_lease_ends() {
    let stage = Stage::set().await;
    let hanging = gateway(ResponseTemplate::new(201).set_delay(Duration::from_mins(1))).await;
    stage.enqueue(by_sms()).await;
    let first = stage.start(stage.by_gateway(&hanging.uri()));
    while calls(&hanging).await == 0 {
        sleep(Duration::from_millis(10)).await;
    }
    first.kill().await;
    let second = stage.start(stage.to_file());
    stage.clock.advance(TimeDelta::seconds(59));
    sleep(Duration::from_millis(100)).await;
    assert!(stage.delivered().is_empty(), "the lease was not respected");
    stage.clock.advance(TimeDelta::seconds(1));
    stage.until(&["done"]).await;
    second.stop().await;
    assert_eq!((stage.delivered().len(), stage.rows().await[0].attempts), (1, 2));
}

#[tokio::test]
async fn a_message_that_kills_its_workers_is_given_up() {
    let stage = Stage::set().await;
    stage.enqueue(by_sms()).await;
    stage.execute("update outbox set attempts = 40, expires_at = null").await;
    let worker = stage.start(stage.to_file());
    stage.until(&["dead"]).await;
    worker.stop().await;
    assert!(stage.delivered().is_empty());
    assert_eq!(stage.rows().await[0].last_error.as_deref(), Some("tried too often"));
}

#[tokio::test]
async fn a_new_message_wakes_the_worker_and_still_does_after_the_database_was_away() {
    let stage = Stage::set().await;
    let asleep = Settings { poll: Duration::from_hours(1), ..settings() };
    let worker = stage.start_with(stage.to_file(), asleep);
    stage.enqueue(by_sms()).await;
    stage.until(&["done"]).await;
    stage.allow_connections("false").await;
    sleep(Duration::from_millis(300)).await;
    stage.allow_connections("true").await;
    stage.enqueue(by_sms()).await;
    stage.until(&["done", "done"]).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_message_sent_while_the_database_went_away_is_not_sent_again_when_it_is_back() {
    let stage = Stage::set().await;
    let gateway = gateway(ResponseTemplate::new(201).set_delay(Duration::from_millis(300))).await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.by_gateway(&gateway.uri()));
    while calls(&gateway).await == 0 {
        sleep(Duration::from_millis(10)).await;
    }
    stage.allow_connections("false").await;
    sleep(Duration::from_millis(600)).await;
    stage.clock.advance(TimeDelta::seconds(120));
    stage.allow_connections("true").await;
    stage.until(&["done"]).await;
    worker.stop().await;
    assert_eq!((calls(&gateway).await, stage.rows().await[0].attempts), (1, 1));
}

#[tokio::test]
async fn a_worker_that_is_stopped_finishes_what_is_on_its_way() {
    let stage = Stage::set().await;
    let gateway = gateway(ResponseTemplate::new(201).set_delay(Duration::from_millis(300))).await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.by_gateway(&gateway.uri()));
    while calls(&gateway).await == 0 {
        sleep(Duration::from_millis(10)).await;
    }
    worker.stop().await;
    assert_eq!(stage.states().await, ["done"]);
}

#[tokio::test]
async fn the_members_door_writes_messages_and_cannot_read_them() {
    let stage = Stage::set().await;
    let options = stage.db.owner.connect_options().as_ref().clone().username("gym_client");
    let mut conn = PgConnection::connect_with(&options).await.unwrap();
    let visitor = Visitor::new(RequestContext::internal("test.enqueue", stage.now()));
    let (db, author) = (stage.db.client(), visitor.doing("account.request_activation"));
    let written =
        db.write_each_time(&author, async |tx| tx.enqueue(&ACTIVATION_CODE, &letter(by_sms())).await);
    written.await.unwrap();
    for statement in ["select id from outbox", "update outbox set priority = 1", "delete from outbox"] {
        let refused = sqlx::query(statement).execute(&mut conn).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{statement}");
    }
}

#[tokio::test]
async fn what_is_long_done_is_removed_and_what_waits_is_not() {
    let stage = Stage::set().await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.to_file());
    stage.until(&["done"]).await;
    worker.stop().await;
    stage.enqueue(by_sms()).await;
    stage
        .execute("update outbox set run_at = run_at + interval '30 days', expires_at = null where id = 2")
        .await;
    stage.clock.advance(TimeDelta::days(7));
    let worker = stage.start(stage.to_file());
    sleep(Duration::from_millis(200)).await;
    assert_eq!(stage.states().await, ["done", "waiting"]);
    stage.clock.advance(TimeDelta::seconds(1));
    stage.until(&["waiting"]).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_dead_line_to_the_database_keeps_nothing_waiting_for_long() {
    let stage = Stage::set().await;
    let options = (*stage.db.staff_pool().connect_options()).clone();
    let wire = Wire::to(&options).await.unwrap();
    // Long enough for a busy machine to connect and claim: a claim that is given up keeps its job until the lease ends.
    let patience = Duration::from_secs(3);
    let worker = stage.start_on(
        &open(wire.lead(options)),
        stage.to_file(),
        Settings { patience, housekeeping: Duration::from_secs(15), ..settings() },
    );
    stage.enqueue(by_mail()).await;
    stage.until(&["done"]).await;
    wire.die();
    sleep(Duration::from_millis(100)).await;
    stage.enqueue(by_mail()).await;
    stage.until(&["done", "done"]).await;
    worker.stop().await;
    assert_eq!(stage.delivered().len(), 2);
}

#[tokio::test]
async fn the_numbers_tell_what_waits_and_what_went_wrong() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let numbers = recorder.handle();
    let _here = metrics::set_default_local_recorder(&recorder);
    let stage = Stage::set().await;
    let gateway = gateway(ResponseTemplate::new(503)).await;
    stage.enqueue(by_sms()).await;
    let worker = stage.start(stage.by_gateway(&gateway.uri()));
    stage.until_postponed(1).await;
    stage.clock.advance(TimeDelta::milliseconds(900));
    stage.enqueue(by_mail()).await;
    stage.until(&["waiting", "done"]).await;
    let counted = |page: &str| page.contains(r#"outbox_messages{channel="mail",state="done"} 1"#);
    while !counted(&numbers.render()) {
        sleep(Duration::from_millis(10)).await;
    }
    worker.stop().await;
    let page = numbers.render();
    for line in [
        r#"outbox_oldest_waiting_seconds{channel="sms"} 0.9"#,
        r#"outbox_oldest_waiting_seconds{channel="mail"} 0"#,
        r#"outbox_messages{channel="sms",state="waiting"} 1"#,
        r#"outbox_sent_total{channel="mail",kind="activation_code"} 1"#,
        r#"outbox_failed_total{channel="sms",kind="activation_code",outcome="retry"} 1"#,
    ] {
        assert!(page.contains(line), "no {line} in\n{page}");
    }
}

/// The worker does what it finds, with rights that the members' door does not have.
#[tokio::test]
async fn the_members_door_asks_for_its_own_jobs_only() {
    let stage = Stage::set().await;
    let errand = Errand { text: "let me in".to_owned() };
    let (db, author) = (stage.db.client(), stage.author());
    let written = db.write_each_time(&author, async |tx| tx.enqueue(&ERRAND, &errand).await);
    let Err(Error::Fault(fault)) = written.await else { panic!("it was written down") };
    assert!(fault.chain().contains("row-level security"), "{}", fault.chain());
    for kind in JOBS {
        let options = stage.db.owner.connect_options().as_ref().clone().username("gym_client");
        let mut conn = PgConnection::connect_with(&options).await.unwrap();
        let insert = "insert into outbox
            (kind, payload_version, payload, is_secret, lane, state, priority, attempts, due_at, run_at, created_at)
            values ($1, 1, '{}', $2, 'sms', 'waiting', 0, 0, $3, $3, $3)";
        for (is_secret, is_taken) in [(true, true), (false, false)] {
            let statement = sqlx::query(insert).bind(kind.name()).bind(is_secret).bind(stage.now());
            assert_eq!(statement.execute(&mut conn).await.is_ok(), is_taken, "{}", kind.name());
        }
    }
}

#[tokio::test]
async fn a_job_for_nobody_outside_is_done_by_the_next_look_and_keeps_its_payload() {
    let stage = Stage::set().await;
    stage.write_down(&ERRAND, &Errand { text: "sweep".to_owned() }).await;
    let worker = stage.start(stage.to_file());
    stage.until(&["done"]).await;
    worker.stop().await;
    assert_eq!(stage.count("select count(*) from audit_log where action = 'test.errand'").await, 1);
    assert!(!stage.rows().await[0].is_blank && stage.delivered().is_empty());
}

/// To wake somebody costs a statement, and is worth it only while a person waits.
#[tokio::test]
async fn a_job_that_can_wait_wakes_nobody() {
    let stage = Stage::set().await;
    let worker = stage.start_with(stage.to_file(), Settings { poll: Duration::from_hours(1), ..settings() });
    // When the second is done, the worker listens, and the looks of its start are over.
    for states in [&["done"][..], &["done", "done"]] {
        stage.enqueue(by_sms()).await;
        stage.until(states).await;
        sleep(Duration::from_millis(100)).await;
    }
    stage.write_down(&ERRAND, &Errand { text: "sweep".to_owned() }).await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(stage.states().await, ["done", "done", "waiting"]);
    stage.enqueue(by_mail()).await;
    stage.until(&["done", "done", "done", "done"]).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_job_waits_for_its_hour() {
    let stage = Stage::set().await;
    let later = stage.now() + TimeDelta::hours(1);
    let errand = Errand { text: "remind".to_owned() };
    let (db, author) = (stage.db.staff(), stage.author());
    let written = db.write_each_time(&author, async |tx| tx.enqueue_at(&ERRAND, &errand, later).await);
    written.await.unwrap();
    let worker = stage.start(stage.to_file());
    sleep(Duration::from_millis(200)).await;
    assert_eq!(stage.states().await, ["waiting"]);
    stage.clock.advance(TimeDelta::hours(1));
    stage.until(&["done"]).await;
    worker.stop().await;
}

#[tokio::test]
async fn each_kind_has_pauses_of_its_own() {
    let stage = Stage::set().await;
    stage.write_down(&ERRAND, &Errand { text: "in vain".to_owned() }).await;
    let worker = stage.start(stage.to_file());
    for attempt in 1..=2 {
        let row = stage.until_postponed(attempt).await;
        let pause = row.run_at - stage.now();
        assert!(pause > TimeDelta::seconds(29) && pause <= TimeDelta::seconds(60), "{pause}");
        stage.clock.advance(TimeDelta::seconds(60));
    }
    stage.until(&["dead"]).await;
    worker.stop().await;
    assert_eq!(stage.rows().await[0].last_error.as_deref(), Some("in vain"));
}

#[tokio::test]
async fn an_earlier_payload_is_still_read_and_a_later_one_is_left_to_those_who_know_it() {
    let stage = Stage::set().await;
    for (version, kind, payload) in [
        (1, "errand", "\"from the release before\""),
        (3, "errand", "{\"text\": \"\"}"),
        (1, "novelty", "{}"),
        (2, "errand", "{\"words\": \"of a secret\"}"),
    ] {
        let insert = format!(
            "insert into outbox (kind, payload_version, payload, is_secret, lane, state, priority, attempts, due_at,
                 run_at, created_at)
             values ('{kind}', {version}, '{payload}', false, 'work', 'waiting', 5, 0, $1, $1, $1)"
        );
        sqlx::query(AssertSqlSafe(insert)).bind(stage.now()).execute(&stage.db.owner).await.unwrap();
    }
    let worker = stage.start(stage.to_file());
    stage.until(&["done", "waiting", "waiting", "dead"]).await;
    worker.stop().await;
    let rows = stage.rows().await;
    assert!(rows[1].attempts == 0 && rows[2].attempts == 0);
    assert_eq!(rows[3].last_error.as_deref(), Some("payload of version 2 unreadable: Data error"));
}
#[tokio::test]
async fn the_table_knows_the_same_words_as_the_code() {
    let stage = Stage::set().await;
    let words = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    for (name, expected) in [
        ("outbox_lane_known", words(Lane::ALL.iter().map(|lane| lane.as_str()).collect())),
        ("outbox_state_known", words(State::ALL.iter().map(|state| state.as_str()).collect())),
    ] {
        let select = "select pg_get_constraintdef(oid) from pg_constraint where conname = $1";
        let check: String = sqlx::query_scalar(select).bind(name).fetch_one(&stage.db.owner).await.unwrap();
        let known: BTreeSet<String> = check.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(known, expected, "{name}");
    }
}
