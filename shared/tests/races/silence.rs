//! A Postgres that says nothing any more: frozen, or at the other end of a dead line.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use shared::{
    platform::db::{Db, GOING_BACK},
    testing::{HASH_KEY, TestDb},
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::watch::{self, Receiver, Sender},
    time::{sleep, timeout},
};

const PLACES: u32 = 2;
const WAIT: Duration = Duration::from_millis(300);

/// A line to the Postgres of the tests that can be silenced.
struct Wire {
    speaks: Sender<bool>,
    pool: PgPool,
    db: Db,
}

impl Wire {
    async fn open(db: &TestDb) -> Self {
        let (speaks, spoken) = watch::channel(true);
        let options = (*db.staff_pool().connect_options()).clone();
        let far = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near: SocketAddr = listener.local_addr().unwrap();
        Handle::current().spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                Handle::current().spawn(join(socket, far.clone(), spoken.clone()));
            }
        });
        let pool = PgPoolOptions::new()
            .max_connections(PLACES)
            .acquire_timeout(WAIT)
            .test_before_acquire(false)
            .connect_lazy_with(options.host("127.0.0.1").port(near.port()));
        Self { speaks, db: Db::new(pool.clone(), HASH_KEY), pool }
    }
}

async fn join(near: TcpStream, far: String, spoken: Receiver<bool>) {
    let far = TcpStream::connect(far).await.unwrap();
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pass(near_in, far_out, spoken.clone()) => {}
        () = pass(far_in, near_out, spoken.clone()) => {}
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut spoken: Receiver<bool>) {
    let mut piece = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        if spoken.wait_for(|speaks| *speaks).await.is_err() || to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_silent_database_keeps_no_place_in_the_pool() {
    let db = TestDb::open().await;
    let wire = Wire::open(&db).await;
    let ask = async |patience| timeout(patience, wire.db.is_there()).await;
    assert_eq!(ask(Duration::from_secs(5)).await, Ok(true));

    wire.speaks.send(false).unwrap();
    let asked = Arc::new(wire.db.clone());
    for _ in 0..PLACES {
        let asked = Arc::clone(&asked);
        Handle::current().spawn(async move { timeout(WAIT, asked.is_there()).await });
    }
    sleep(WAIT * 2).await;
    assert!(wire.pool.size() > 0, "the connections that were cut are asked whether they are ready");
    sleep(GOING_BACK).await;
    assert_eq!(wire.pool.size(), 0, "and closed when they do not say so");
    assert_eq!(ask(WAIT * 3).await, Ok(false), "a new one is not waited for beyond its time");

    wire.speaks.send(true).unwrap();
    sleep(WAIT).await;
    assert_eq!(ask(Duration::from_secs(5)).await, Ok(true));
}
