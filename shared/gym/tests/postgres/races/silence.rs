//! A Postgres that says nothing any more: frozen, or at the other end of a line that died without telling.

use std::time::{Duration, Instant};

use base::{
    platform::{
        db::{Db, DbSettings, PoolSettings, READY_WITHIN},
        soundness::Soundness,
    },
    testing::{HASH_KEY, TestDb, Wire},
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// Connections of each of the two pools.
const PLACES: usize = 4;
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(300);
/// As long as a request may take.
const PATIENCE: Duration = Duration::from_secs(2);

struct Stage {
    _db: TestDb,
    wire: Wire,
    through: Db,
}

impl Stage {
    /// Both pools full of connections that were all used a moment ago.
    async fn set() -> Self {
        let db = TestDb::open().await;
        let options = (*db.staff_pool().connect_options()).clone();
        let wire = Wire::to(&options).await.unwrap();
        let pool = PoolSettings {
            options: wire.lead(options),
            max_connections: PLACES,
            acquire_timeout: ACQUIRE_TIMEOUT,
            soundness: Soundness::Waived,
        };
        let settings = DbSettings { writing: pool.clone(), reading: pool, replica: None };
        let through = Db::new(settings, HASH_KEY).unwrap();
        let stage = Self { _db: db, wire, through };
        while stage.through.pool_use().0 < 2 * PLACES {
            assert_eq!(stage.ask_at_once(4 * PLACES).await, 4 * PLACES);
        }
        stage
    }

    /// How many of so many callers are answered, each within the time of a request.
    async fn ask_at_once(&self, callers: usize) -> usize {
        let mut asked = JoinSet::new();
        for _ in 0..callers {
            let through = self.through.clone();
            asked.spawn(async move { matches!(timeout(PATIENCE, through.serves()).await, Ok(Ok(()))) });
        }
        asked.join_all().await.into_iter().filter(|answered| *answered).count()
    }
}

#[tokio::test]
async fn a_silent_database_is_waited_for_no_longer_than_a_request_may_take() {
    let stage = Stage::set().await;
    stage.wire.let_speak(false);
    assert_eq!(stage.ask_at_once(4 * PLACES).await, 0);
    let began = Instant::now();
    assert!(
        stage.through.serves().await.is_err(),
        "cut connections are asked, and new ones do not come about"
    );
    assert!(began.elapsed() < ACQUIRE_TIMEOUT * 2, "{:?}", began.elapsed());

    stage.wire.let_speak(true);
    sleep(ACQUIRE_TIMEOUT).await;
    assert_eq!(stage.ask_at_once(4 * PLACES).await, 4 * PLACES, "no place was lost");
}

#[tokio::test]
async fn lines_that_died_without_telling_are_replaced() {
    let stage = Stage::set().await;
    sleep(Duration::from_secs(1)).await;
    stage.wire.die();
    let began = Instant::now();
    while stage.through.serves().await.is_err() {}
    // One is asked in vain; the others are not waited for.
    let longest = READY_WITHIN + ACQUIRE_TIMEOUT * 3;
    assert!(began.elapsed() < longest, "{:?}", began.elapsed());
    while stage.ask_at_once(4 * PLACES).await < 4 * PLACES {
        assert!(began.elapsed() < longest * 3, "places that died are not replaced");
    }
    let (open, _) = stage.through.pool_use();
    assert!(open <= 2 * PLACES, "{open} connections");
}

#[tokio::test]
async fn a_caller_who_is_cut_off_takes_no_place_along() {
    let stage = Stage::set().await;
    for _ in 0..3 {
        stage.wire.let_speak(false);
        for _ in 0..2 * PLACES {
            let cut = timeout(Duration::from_millis(5), stage.through.serves()).await;
            assert!(cut.is_err(), "nobody answers");
        }
        stage.wire.let_speak(true);
        sleep(ACQUIRE_TIMEOUT).await;
        assert_eq!(stage.ask_at_once(4 * PLACES).await, 4 * PLACES);
    }
}
