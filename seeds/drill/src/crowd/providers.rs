//! A mail server and an SMS gateway on the loopback that behave as a file says: `good`, `dead`, `slow` or `hostile`.
//!
//! What they take is written down, a JSON object a line, before they say that they took it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use serde_json::json;
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpStream},
    sync::{Mutex, watch},
    task::JoinSet,
    time::{Instant, sleep},
};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Port of the mail server
    #[arg(long)]
    smtp: u16,
    /// Port of the SMS gateway
    #[arg(long)]
    http: u16,
    /// The file whose first word says how they behave; they end when it is gone
    #[arg(long)]
    manner: PathBuf,
    /// Where they write down what they took
    #[arg(long)]
    taken: PathBuf,
    /// Longest time, in seconds
    #[arg(long)]
    seconds: u64,
}

const LOOK: Duration = Duration::from_millis(50);
/// A line or a body beyond this is not ours.
const LONGEST: u64 = 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Good,
    /// Nobody listens on its port.
    Dead,
    /// Takes connections and never sends a byte.
    Slow,
    /// Garbage, errors, resets, answers without end: one after the other.
    Hostile,
}

impl Manner {
    fn parse(word: &str) -> anyhow::Result<Self> {
        match word.trim() {
            "good" => Ok(Self::Good),
            "dead" => Ok(Self::Dead),
            "slow" => Ok(Self::Slow),
            "hostile" => Ok(Self::Hostile),
            other => anyhow::bail!("no manner is called {other:?}"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Trade {
    Mail,
    Sms,
}

type Book = Arc<Mutex<File>>;

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let began = Instant::now();
    let book = OpenOptions::new().append(true).create(true).open(&asked.taken).await?;
    let book = Arc::new(Mutex::new(book));
    let (set, manner) = watch::channel(Manner::parse(&fs::read_to_string(&asked.manner).await?)?);
    let mut open = JoinSet::new();
    for (trade, port) in [(Trade::Mail, asked.smtp), (Trade::Sms, asked.http)] {
        open.spawn(keep(trade, port, manner.clone(), Arc::clone(&book)));
    }
    while began.elapsed().as_secs() < asked.seconds {
        match fs::read_to_string(&asked.manner).await {
            Ok(word) if word.trim().is_empty() => {}
            Ok(word) => {
                let wanted = Manner::parse(&word)?;
                set.send_if_modified(|current| std::mem::replace(current, wanted) != wanted);
            }
            Err(_gone) => return Ok(true),
        }
        if let Some(ended) = open.try_join_next() {
            ended?.context("a provider ended by itself")?;
        }
        sleep(LOOK).await;
    }
    Ok(true)
}

/// Listens while it is to; every change of manner ends the connections that are there.
async fn keep(
    trade: Trade,
    port: u16,
    mut manner: watch::Receiver<Manner>,
    book: Book,
) -> anyhow::Result<()> {
    loop {
        let current = *manner.borrow_and_update();
        if current == Manner::Dead {
            manner.changed().await?;
            continue;
        }
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let mut connections = JoinSet::new();
        let mut number = 0_usize;
        loop {
            tokio::select! {
                changed = manner.changed() => {
                    changed?;
                    break;
                }
                accepted = listener.accept() => {
                    number = number.wrapping_add(1);
                    connections.spawn(receive(trade, current, number, accepted?.0, Arc::clone(&book)));
                }
                Some(_ended) = connections.join_next() => {}
            }
        }
    }
}

/// Whatever a client does to end it is no news.
async fn receive(trade: Trade, manner: Manner, number: usize, mut socket: TcpStream, book: Book) {
    let ended = match (manner, trade) {
        (Manner::Dead, _) => Ok(()),
        (Manner::Slow, _) => swallow(&mut socket).await,
        (Manner::Hostile, _) => be_hostile(trade, number, &mut socket).await,
        (Manner::Good, Trade::Mail) => take_mails(BufStream::new(socket), book).await,
        (Manner::Good, Trade::Sms) => take_messages(BufStream::new(socket), book).await,
    };
    drop(ended);
}

async fn swallow(socket: &mut TcpStream) -> anyhow::Result<()> {
    let mut ignored = [0; 1024];
    while socket.read(&mut ignored).await? > 0 {}
    Ok(())
}

async fn be_hostile(trade: Trade, number: usize, socket: &mut TcpStream) -> anyhow::Result<()> {
    let mut some = [0; 16];
    match (number.checked_rem(4), trade) {
        (Some(0), _) => {
            socket.write_all(&[0xff, 0x00, 0x15, 0x03, 0x0a, 0x80, 0x0d, 0x0a].repeat(200)).await?;
        }
        (Some(1), Trade::Mail) => {
            socket.write_all(b"421 no\r\n").await?;
            return swallow(socket).await;
        }
        (Some(1), Trade::Sms) => {
            socket.read_exact(&mut some).await?;
            socket.write_all(b"HTTP/1.1 500 no\r\ncontent-length: 3\r\n\r\nno\n").await?;
            return swallow(socket).await;
        }
        // Closed over unread bytes, which is a reset.
        (Some(2), Trade::Mail) => socket.write_all(b"220 gym\r\n").await?,
        (Some(2), Trade::Sms) => drop(socket.read_exact(&mut some).await?),
        (_, trade) => loop {
            let words: &[u8] = match trade {
                Trade::Mail => b"220-and so on\r\n",
                Trade::Sms => b"HTTP/1.1 100 Continue\r\n\r\n",
            };
            socket.write_all(&words.repeat(40)).await?;
            sleep(Duration::from_millis(20)).await;
        },
    }
    Ok(())
}

async fn note(book: &Book, trade: Trade, key: &str, to: &str, text: &str) -> anyhow::Result<()> {
    let channel = match trade {
        Trade::Mail => "mail",
        Trade::Sms => "sms",
    };
    let line = format!("{}\n", json!({ "channel": channel, "key": key, "to": to, "text": text }));
    let mut book = book.lock().await;
    book.write_all(line.as_bytes()).await?;
    book.flush().await?;
    Ok(())
}

/// One line without its end; none at the end of the connection.
async fn line(stream: &mut BufStream<TcpStream>) -> anyhow::Result<Option<String>> {
    let mut text = Vec::new();
    let read = (&mut *stream).take(LONGEST).read_until(b'\n', &mut text).await?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&text).trim_end().to_owned()))
}

async fn take_mails(mut stream: BufStream<TcpStream>, book: Book) -> anyhow::Result<()> {
    let mut to = String::new();
    reply(&mut stream, "220 drill").await?;
    while let Some(order) = line(&mut stream).await? {
        let word = order.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "RCPT" => {
                to = order;
                reply(&mut stream, "250 ok").await?;
            }
            "DATA" => {
                reply(&mut stream, "354 go on").await?;
                let (key, text) = mail(&mut stream).await?;
                note(&book, Trade::Mail, &key, &to, &text).await?;
                reply(&mut stream, "250 taken").await?;
            }
            "QUIT" => return reply(&mut stream, "221 bye").await,
            "EHLO" | "HELO" | "MAIL" | "RSET" | "NOOP" => reply(&mut stream, "250 ok").await?,
            _ => reply(&mut stream, "502 what").await?,
        }
    }
    Ok(())
}

async fn reply(stream: &mut BufStream<TcpStream>, words: &str) -> anyhow::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes()).await?;
    stream.flush().await?;
    Ok(())
}

/// The mail's own name, and its words.
async fn mail(stream: &mut BufStream<TcpStream>) -> anyhow::Result<(String, String)> {
    let (mut key, mut text) = (String::new(), String::new());
    loop {
        let line = line(stream).await?.context("broken off")?;
        if line == "." {
            return Ok((key, text));
        }
        if let Some(name) = line.to_ascii_lowercase().strip_prefix("message-id:") {
            name.trim().clone_into(&mut key);
        }
        text.push_str(&line);
        text.push('\n');
    }
}

async fn take_messages(mut stream: BufStream<TcpStream>, book: Book) -> anyhow::Result<()> {
    while let Some(_first) = line(&mut stream).await? {
        let (mut key, mut length) = (String::new(), 0_u64);
        while let Some(header) = line(&mut stream).await?.filter(|header| !header.is_empty()) {
            let Some((name, value)) = header.split_once(':') else { continue };
            match name.to_ascii_lowercase().as_str() {
                "idempotency-key" => value.trim().clone_into(&mut key),
                "content-length" => length = value.trim().parse()?,
                _ => {}
            }
        }
        let mut body = Vec::new();
        (&mut stream).take(length.min(LONGEST)).read_to_end(&mut body).await?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let to = body.split('&').find_map(|pair| pair.strip_prefix("To=")).unwrap_or_default();
        note(&book, Trade::Sms, &key, to, &body).await?;
        stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").await?;
        stream.flush().await?;
    }
    Ok(())
}
