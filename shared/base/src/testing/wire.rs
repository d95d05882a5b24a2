//! A connection to Postgres that can fall silent or die.

use std::{io, net::SocketAddr};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::watch::{self, Receiver, Sender},
};

/// A TCP relay between clients and a Postgres. While it holds bytes back, neither side is told.
#[derive(Debug)]
pub struct Wire {
    state: Sender<State>,
    near: SocketAddr,
}

#[derive(Debug, Clone, Copy)]
struct State {
    speaks: bool,
    /// Raised by [`Wire::die`]: connections accepted at an earlier age carry nothing any more.
    age: u32,
}

impl Wire {
    /// Listens on a loopback port of its own, and carries everything to the Postgres of `options`.
    pub async fn to(options: &PgConnectOptions) -> io::Result<Self> {
        let (state, seen) = watch::channel(State { speaks: true, age: 0 });
        let far = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let near = listener.local_addr()?;
        Handle::current().spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                Handle::current().spawn(join(socket, far.clone(), seen.clone()));
            }
        });
        Ok(Self { state, near })
    }

    /// `options` with the address of this relay in place of the one of Postgres.
    pub fn lead(&self, options: PgConnectOptions) -> PgConnectOptions {
        options.host("127.0.0.1").port(self.near.port())
    }

    /// Holds back what either side sends while `speaks` is false, and passes it on afterwards.
    pub fn let_speak(&self, speaks: bool) {
        self.state.send_modify(|state| state.speaks = speaks);
    }

    /// Connections that exist carry nothing any more, and are not closed; new ones work.
    pub fn die(&self) {
        self.state.send_modify(|state| state.age = state.age.wrapping_add(1));
    }
}

async fn join(near: TcpStream, far: String, seen: Receiver<State>) {
    let Ok(far) = TcpStream::connect(far).await else { return };
    let born = seen.borrow().age;
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = pass(near_in, far_out, seen.clone(), born) => {}
        () = pass(far_in, near_out, seen, born) => {}
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut seen: Receiver<State>,
    born: u32,
) {
    let mut piece = [0; 8192];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let carried = seen.wait_for(|state| state.speaks && state.age == born).await.is_ok();
        let Some(said) = piece.get(..length).filter(|_| carried) else { return };
        if to.write_all(said).await.is_err() {
            return;
        }
    }
}
