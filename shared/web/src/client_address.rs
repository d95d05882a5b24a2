//! Which address a request came from, as far as somebody we trust says so.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::HeaderMap;

use base::platform::config::AddressRange;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Whether the peer is a proxy whose word is believed.
pub(crate) fn is_trusted(peer: Option<SocketAddr>, trusted: &[AddressRange]) -> bool {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    trusted.iter().any(|range| range.contains(peer))
}

/// The client's address: the peer, unless a trusted proxy names another one.
///
/// A proxy appends what it saw, so the rightmost entry is its own word and everything before it the client's. A
/// request without a socket (a test in process) comes from nowhere, and nowhere is not trusted.
pub(crate) fn client_address(
    peer: Option<SocketAddr>,
    headers: &HeaderMap,
    trusted: &[AddressRange],
) -> IpAddr {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    if !is_trusted(Some(SocketAddr::new(peer, 0)), trusted) {
        return peer;
    }
    headers
        .get_all(FORWARDED_FOR)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|entry| entry.trim().parse::<IpAddr>().ok())
        .map_or(peer, |address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(|range| range.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        client_address(Some(SocketAddr::new(peer.parse().unwrap(), 1)), &headers, &trusted).to_string()
    }

    #[test]
    fn a_header_from_an_untrusted_peer_says_nothing() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("2001:db8::1", &["198.51.100.1"]), "2001:db8::1");
    }

    #[test]
    fn a_trusted_proxy_is_believed_in_its_own_entry_only() {
        assert_eq!(seen("127.0.0.1", &["1.1.1.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::ffff:10.1.2.3", &["1.1.1.1", "2.2.2.2,198.51.100.1 "]), "198.51.100.1");
        assert_eq!(seen("fd00::7", &["2001:db8::5"]), "2001:db8::5");
        assert_eq!(seen("127.0.0.1", &["::ffff:198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn garbage_in_the_header_leaves_the_peer() {
        for line in ["", ",", "unknown", "198.51.100.1,", "198.51.100.1, x", "1.2.3.4:80", "256.1.1.1"] {
            assert_eq!(seen("127.0.0.1", &[line]), "127.0.0.1", "{line}");
        }
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
    }
}
