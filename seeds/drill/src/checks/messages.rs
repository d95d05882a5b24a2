//! The messages that a demo gym writes down instead of sending.

use serde_json::Value;

/// The code in the newest message by `channel` to an address with this `end`.
pub(super) fn newest_code(messages: &str, channel: &str, end: &str) -> Option<String> {
    let mut newest_first = messages.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let newest = newest_first.find(|message| {
        let field = |name| message.get(name).and_then(Value::as_str).unwrap_or_default();
        field("channel") == channel && field("to").ends_with(end)
    })?;
    first_code(newest.get("text")?.as_str()?)
}

/// The first six digits in a row.
fn first_code(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let code = bytes.windows(6).find(|six| six.iter().all(u8::is_ascii_digit))?;
    String::from_utf8(code.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGES: &str = r#"{"channel":"sms","to":"+201234567890","text":"Your code is 111111"}
{"channel":"mail","to":"a@example.com","text":"Code 222222, good for 600 s"}
{"channel":"sms","to":"+201234567890","text":"رمزك 333333"}
{"channel":"sms","to":"+201099999999","text":"444444"}
half a line"#;

    #[test]
    fn the_newest_message_to_that_address_counts() {
        assert_eq!(newest_code(MESSAGES, "sms", "1234567890").as_deref(), Some("333333"));
        assert_eq!(newest_code(MESSAGES, "mail", "a@example.com").as_deref(), Some("222222"));
        assert_eq!(newest_code(MESSAGES, "mail", "1234567890"), None);
    }
}
