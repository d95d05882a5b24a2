//! The listeners, and the limits of connections and requests.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use serde::Deserialize;

use super::{Mode, Section, Setting, field::Field, parse, problems::Problems};

/// The addresses of the listeners, and the limits of connections and requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port on which the API is served.
    pub listen: SocketAddr,
    /// Where metrics and health are served; not for the proxy.
    pub internal_listen: SocketAddr,
    /// Longest time for the head of a request.
    #[serde(rename = "header_timeout_seconds", deserialize_with = "parse::seconds")]
    pub header_timeout: Duration,
    /// Longest time for the body of a request.
    #[serde(rename = "body_timeout_seconds", deserialize_with = "parse::seconds")]
    pub body_timeout: Duration,
    /// Longest silence on a connection between requests.
    #[serde(rename = "idle_timeout_seconds", deserialize_with = "parse::seconds")]
    pub idle_timeout: Duration,
    /// Longest time for the work on a request; then it is answered 503.
    #[serde(rename = "request_timeout_seconds", deserialize_with = "parse::seconds")]
    pub request_timeout: Duration,
    /// Most connections at once; a further client is told 503 and sent away.
    #[serde(deserialize_with = "parse::count")]
    pub max_connections: u32,
    /// Most requests at once; more are shed with 503.
    #[serde(deserialize_with = "parse::count")]
    pub max_in_flight: u32,
    /// How long connections are still accepted at shutdown, while any is open.
    #[serde(rename = "linger_seconds", deserialize_with = "parse::seconds")]
    pub linger: Duration,
    /// Longest time from the order to stop to the end of the last request, `linger` included.
    #[serde(rename = "drain_seconds", deserialize_with = "parse::seconds")]
    pub drain: Duration,
    /// Largest body, in bytes.
    #[serde(rename = "body_limit_kib", deserialize_with = "parse::kibibytes")]
    pub body_limit: usize,
    /// The proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "parse::list")]
    pub trusted_proxies: Vec<AddressRange>,
}

impl Section for Http {
    const NAME: &'static str = "http";
    const FIELDS: &'static [Field] = &[
        Field::new("listen", "Address and port of the API.", "127.0.0.1:8081")
            .in_client_api("127.0.0.1:8082"),
        Field::new("internal_listen", "Address and port of /metrics, /live and /ready.", "127.0.0.1:9081")
            .in_client_api("127.0.0.1:9082"),
        Field::new("header_timeout_seconds", "Longest time for the head of a request, in seconds.", "10"),
        Field::new("body_timeout_seconds", "Longest time for the body of a request, in seconds.", "20"),
        Field::new(
            "idle_timeout_seconds",
            "Longest silence on a connection between requests, in seconds.",
            "60",
        ),
        Field::new("request_timeout_seconds", "Longest time for an answer, in seconds.", "4"),
        Field::new("max_connections", "Most connections at once.", "4096"),
        Field::new("max_in_flight", "Most requests at once; more are answered 503.", "128"),
        Field::new(
            "linger_seconds",
            "How long new requests are still taken at shutdown, in seconds; longer than the proxy keeps an idle connection.",
            "3",
        ),
        Field::new("drain_seconds", "Longest wait for the end at shutdown, in seconds.", "15"),
        Field::new("body_limit_kib", "Largest body of a request, in KiB.", "64"),
        Field::new(
            "trusted_proxies",
            "Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed.",
            "127.0.0.1,::1",
        ),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        if at.mode == Mode::Production
            && let Some(range) = self.trusted_proxies.iter().find(|range| range.is_everybody())
        {
            problems.add(
                "GYM__HTTP__TRUSTED_PROXIES",
                format!("{range} is everybody, whose word production does not take: name your proxy"),
            );
        }
        if self.listen == self.internal_listen && self.listen.port() != 0 {
            problems.add("GYM__HTTP__INTERNAL_LISTEN", "the same as GYM__HTTP__LISTEN");
        }
    }
}

/// A block of addresses: one address, or a CIDR range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    prefix: u32,
}

impl AddressRange {
    /// Whether `address` lies inside; an IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let ignored = 32_u32.saturating_sub(self.prefix);
                let differing = first.to_bits() ^ address.to_bits();
                differing.checked_shr(ignored).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let ignored = 128_u32.saturating_sub(self.prefix);
                let differing = first.to_bits() ^ address.to_bits();
                differing.checked_shr(ignored).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl AddressRange {
    /// Its first address.
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// Whether it holds so much of the internet that no proxies of one gym fill it.
    const fn is_everybody(&self) -> bool {
        self.prefix < if self.first.is_ipv4() { 8 } else { 7 }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an address or a CIDR range");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_syntax| wrong())?;
        let longest = if first.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) => digits.parse().map_err(|_syntax| wrong())?,
            None => longest,
        };
        if prefix > longest { Err(wrong()) } else { Ok(Self { first, prefix }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &str, address: &str) -> bool {
        range.parse::<AddressRange>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_range_holds_its_own_and_nothing_else() {
        assert!(holds("127.0.0.1", "127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("10.1.0.0/16", "10.1.255.255") && !holds("10.1.0.0/16", "10.2.0.0"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("::/0", "2001:db8::1"));
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_recognised() {
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1"));
    }

    #[test]
    fn nonsense_is_not_a_range() {
        for text in ["", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(text.parse::<AddressRange>().is_err(), "{text}");
        }
    }
}
