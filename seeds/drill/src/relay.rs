//! A relay between a service and Postgres: it passes on what they send at once, late, or not at all.

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

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// Port to listen on, on the loopback
    #[arg(long)]
    listen: u16,
    /// Port of Postgres, on the loopback
    #[arg(long)]
    to: u16,
    /// File with the delay of each piece in milliseconds, or the word silent, or the word stale (the connections that are
    /// there when it comes are silent for ever, new ones are not); read again all the time
    #[arg(long)]
    delay: PathBuf,
}

const SILENT: u64 = u64::MAX;
const LOOK: Duration = Duration::from_millis(50);

pub(crate) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, asked.listen))).await?;
    let line = Arc::new(Line::default());
    let mut work = JoinSet::new();
    work.spawn(follow(asked.delay, Arc::clone(&line)));
    writeln!(io::stdout(), "listening on {}", asked.listen)?;
    pass_all_on(listener, asked.to, line).await
}

/// How the line is.
#[derive(Debug, Default)]
struct Line {
    /// Of each piece, in milliseconds, or [`SILENT`].
    delay: AtomicU64,
    /// How many connections there were.
    opened: AtomicU64,
    /// So many of them, the oldest, are silent for ever.
    stale: AtomicU64,
}

impl Line {
    /// What a word of the file changes; a word that no one knows is no delay.
    fn become_as(&self, word: &str) {
        if word == "stale" {
            self.stale.store(self.opened.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        let delay = if word == "silent" { SILENT } else { word.parse().unwrap_or(0) };
        self.delay.store(delay, Ordering::Relaxed);
    }

    /// Until the connection number `number` may say something.
    async fn wait(&self, number: u64) {
        while self.delay.load(Ordering::Relaxed) == SILENT || number <= self.stale.load(Ordering::Relaxed) {
            sleep(LOOK).await;
        }
        sleep(Duration::from_millis(self.delay.load(Ordering::Relaxed))).await;
    }
}

/// A word counts when it comes, not as long as it stays: what is stale is decided once.
async fn follow(file: PathBuf, line: Arc<Line>) {
    let mut last = String::new();
    loop {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let word = text.trim();
        // A file that is being written is empty for a moment.
        if !word.is_empty() && word != last {
            line.become_as(word);
            word.clone_into(&mut last);
        }
        sleep(LOOK).await;
    }
}

async fn pass_all_on(listener: TcpListener, to: u16, line: Arc<Line>) -> anyhow::Result<bool> {
    let mut work = JoinSet::new();
    loop {
        let (near, _) = listener.accept().await?;
        let number = line.opened.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        work.spawn(join(near, to, number, Arc::clone(&line)));
        while work.try_join_next().is_some() {}
    }
}

async fn join(near: TcpStream, to: u16, number: u64, line: Arc<Line>) {
    line.wait(number).await;
    let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pass(near_in, far_out, number, &line) => {}
        () = pass(far_in, near_out, number, &line) => {}
    }
}

/// Until one side closes: what was not passed on by then is lost, as on a broken line.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: u64, line: &Line) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        line.wait(number).await;
        let sent = to.write_all(piece.get(..length).unwrap_or_default()).await;
        if sent.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);
    const SILENCE: Duration = Duration::from_millis(300);

    /// What is said there comes back.
    async fn echo(listener: TcpListener) -> anyhow::Result<()> {
        let mut talks = JoinSet::new();
        loop {
            let (mut socket, _) = listener.accept().await?;
            talks.spawn(async move {
                let (mut from, mut to) = socket.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    }

    async fn is_answered(socket: &mut TcpStream, patience: Duration) -> bool {
        socket.write_all(b"x").await.unwrap();
        let mut answer = [0; 1];
        timeout(patience, socket.read_exact(&mut answer)).await.is_ok()
    }

    #[tokio::test]
    async fn what_is_stale_stays_silent_and_what_is_new_does_not() {
        let local = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (far, near) = (local().await.unwrap(), local().await.unwrap());
        let (to, at) = (far.local_addr().unwrap().port(), near.local_addr().unwrap());
        let line = Arc::new(Line::default());
        let mut work = JoinSet::new();
        work.spawn(async move { echo(far).await.is_ok() });
        let passed = Arc::clone(&line);
        work.spawn(async move { pass_all_on(near, to, passed).await.is_ok() });

        let mut old = TcpStream::connect(at).await.unwrap();
        assert!(is_answered(&mut old, PATIENCE).await);
        line.become_as("stale");
        assert!(!is_answered(&mut old, SILENCE).await);
        let mut new = TcpStream::connect(at).await.unwrap();
        assert!(is_answered(&mut new, PATIENCE).await);
        line.become_as("0");
        assert!(!is_answered(&mut old, SILENCE).await);

        line.become_as("silent");
        assert!(!is_answered(&mut new, SILENCE).await);
        line.become_as("0");
        assert!(is_answered(&mut new, PATIENCE).await);
    }
}
