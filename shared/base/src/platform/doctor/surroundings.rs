//! Who calls, and whom the service believes.

use std::net::IpAddr;

use super::Finding;
use crate::platform::config::{AddressRange, Config, Mode, Origin};

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    vec![proxies(config), origins(config)]
}

fn proxies(config: &Config) -> Finding {
    const ABOUT: &str = "proxies";
    let ranges = &config.http.trusted_proxies;
    let listed = ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let is_near = |range: &AddressRange| range.first().is_loopback();
    if ranges.is_empty() {
        return Finding::doubtful(
            ABOUT,
            "none is believed: behind a proxy all callers share its address, and its limits",
            "name the address of your proxy in http.trusted_proxies, if there is one",
        );
    }
    if !config.http.listen.ip().is_loopback() && ranges.iter().all(is_near) {
        return Finding::doubtful(
            ABOUT,
            format!("listens on {}, and believes only this machine ({listed})", config.http.listen),
            "behind a proxy on another machine all callers share its address and its limits: name it in http.trusted_proxies",
        );
    }
    let open = ranges.iter().find(|range| !is_private(range.first()));
    match open {
        Some(range) => Finding::doubtful(
            ABOUT,
            format!("{range} is on the internet: whoever calls from there chooses the address that counts"),
            "name nothing but your own proxies in http.trusted_proxies",
        ),
        None => Finding::well(ABOUT, format!("believes {listed}")),
    }
}

const fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

fn origins(config: &Config) -> Finding {
    const ABOUT: &str = "web pages";
    if config.mode == Mode::Production && config.cors.origins.contains(&Origin::Any) {
        return Finding::doubtful(
            ABOUT,
            "pages of every origin may call, each with a token of its own only",
            "name your web builds in cors.origins",
        );
    }
    Finding::well(ABOUT, format!("{} origins may call", config.cors.origins.len()))
}
