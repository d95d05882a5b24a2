//! Stands between a service and Postgres, and passes on what they say: at once, late, or not at all.

use std::{
    fs,
    io::{self, Write as _},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinSet,
    time::sleep,
};

/// What is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// Port to listen on, on the loopback
    #[arg(long)]
    listen: u16,
    /// Port of Postgres, on the loopback
    #[arg(long)]
    to: u16,
    /// File with the delay of each piece in milliseconds, or the word silent; read again all the time
    #[arg(long)]
    delay: PathBuf,
}

const SILENT: u64 = u64::MAX;
const LOOK: Duration = Duration::from_millis(50);

pub(crate) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, asked.listen))).await?;
    let delay = Arc::new(AtomicU64::new(0));
    let mut work = JoinSet::new();
    work.spawn(follow(asked.delay, Arc::clone(&delay)));
    writeln!(io::stdout(), "listening on {}", asked.listen)?;
    loop {
        let (near, _) = listener.accept().await?;
        work.spawn(join(near, asked.to, Arc::clone(&delay)));
        while work.try_join_next().is_some() {}
    }
}

async fn follow(file: PathBuf, delay: Arc<AtomicU64>) {
    loop {
        let word = fs::read_to_string(&file).unwrap_or_default();
        let wanted = if word.trim() == "silent" { SILENT } else { word.trim().parse().unwrap_or(0) };
        delay.store(wanted, Ordering::Relaxed);
        sleep(LOOK).await;
    }
}

async fn join(near: TcpStream, to: u16, delay: Arc<AtomicU64>) {
    wait(&delay).await;
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pass(near_in, far_out, &delay) => {}
        () = pass(far_in, near_out, &delay) => {}
    }
}

/// Until one side closes: what was not passed on by then is lost, as on a broken line.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: &AtomicU64) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        wait(delay).await;
        let sent = to.write_all(piece.get(..length).unwrap_or_default()).await;
        if sent.is_err() {
            return;
        }
    }
}

async fn wait(delay: &AtomicU64) {
    while delay.load(Ordering::Relaxed) == SILENT {
        sleep(LOOK).await;
    }
    sleep(Duration::from_millis(delay.load(Ordering::Relaxed))).await;
}
