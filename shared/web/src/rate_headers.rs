//! Tells a caller what is left of a limit, before it is reached: the headers `RateLimit` and `RateLimit-Policy` of the
//! IETF's draft (draft-ietf-httpapi-ratelimit-headers).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base::platform::limits_memory::Remaining;

use super::room::Standing;

pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Writes both headers about the limit of the session, or of the client's address.
pub(crate) fn tell(headers: &mut HeaderMap, standing: Standing, remaining: Remaining) {
    let Remaining { most, left, window, rest } = remaining;
    let name = match standing {
        Standing::Known(_) => "session",
        Standing::Stranger(_) => "address",
    };
    let policy = format!("\"{name}\";q={most};w={}", seconds(window));
    let limit = format!("\"{name}\";r={left};t={}", seconds(rest));
    for (name, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, limit)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

/// Rounded up: who waits that long has waited long enough.
fn seconds(time: Duration) -> u128 {
    time.as_nanos().div_ceil(Duration::from_secs(1).as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_headers_are_structured_fields_in_whole_seconds() {
        let remaining = Remaining {
            most: 600,
            left: 598,
            window: Duration::from_secs(6),
            rest: Duration::from_millis(20),
        };
        let mut headers = HeaderMap::new();
        tell(&mut headers, Standing::Stranger([192, 0, 2, 1].into()), remaining);
        assert_eq!(headers[RATE_LIMIT_POLICY], "\"address\";q=600;w=6");
        assert_eq!(headers[RATE_LIMIT], "\"address\";r=598;t=1");
    }
}
