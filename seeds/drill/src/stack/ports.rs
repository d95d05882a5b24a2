//! Ports on the loopback, and who answers there.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::ensure;

/// From here on the system gives ports to outgoing connections.
const END: u16 = 32768;
const CONNECT: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(3);

/// Where the parts of a gym listen.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Ports {
    /// The port of the proxy
    #[arg(long)]
    pub(crate) proxy: u16,
    /// The port of staff-api
    #[arg(long)]
    pub(crate) staff: u16,
    /// The port of client-api
    #[arg(long)]
    pub(crate) client: u16,
    /// The internal port of staff-api
    #[arg(long)]
    pub(crate) staff_internal: u16,
    /// The internal port of client-api
    #[arg(long)]
    pub(crate) client_internal: u16,
    /// The port of Postgres
    #[arg(long)]
    pub(crate) postgres: u16,
}

impl Ports {
    /// The next six free ones from `first` on.
    pub(crate) fn from(first: u16) -> anyhow::Result<Self> {
        let mut next = first;
        let mut take = || -> anyhow::Result<u16> {
            let port = free_port(next)?;
            next = port.saturating_add(1);
            Ok(port)
        };
        Ok(Self {
            proxy: take()?,
            staff: take()?,
            client: take()?,
            staff_internal: take()?,
            client_internal: take()?,
            postgres: take()?,
        })
    }

    /// As deploy/ calls them.
    pub(crate) const fn settings(&self) -> [(&'static str, u16); 6] {
        [
            ("GYM_PORT", self.proxy),
            ("GYM_STAFF_PORT", self.staff),
            ("GYM_CLIENT_PORT", self.client),
            ("GYM_STAFF_INTERNAL_PORT", self.staff_internal),
            ("GYM_CLIENT_INTERNAL_PORT", self.client_internal),
            ("GYM_PG_PORT", self.postgres),
        ]
    }

    pub(crate) fn are_free(&self) -> bool {
        self.settings().iter().all(|(_, port)| !is_busy(*port))
    }
}

fn connect(port: u16) -> Option<TcpStream> {
    TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), CONNECT).ok()
}

/// Whether somebody listens on this port of the loopback.
pub(crate) fn is_busy(port: u16) -> bool {
    connect(port).is_some()
}

/// The first port from `first` on where nobody listens.
pub(crate) fn free_port(first: u16) -> anyhow::Result<u16> {
    let free = (first..END).find(|port| !is_busy(*port));
    ensure!(free.is_some(), "no free port from {first} on");
    Ok(free.unwrap_or(first))
}

/// The status of a GET; none where there is no answer.
pub(crate) fn status(port: u16, path: &str) -> Option<u16> {
    let mut socket = connect(port)?;
    socket.set_read_timeout(Some(ANSWER)).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).ok()?;
    // HTTP/1.1 200
    let mut head = [0; 12];
    socket.read_exact(&mut head).ok()?;
    std::str::from_utf8(head.get(9..)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_port_where_somebody_listens_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port(14200).unwrap())).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(is_busy(port));
        assert!(free_port(port).unwrap() > port);
    }
}
