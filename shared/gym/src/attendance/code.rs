//! The text that is scanned or typed to tell who stands at the door.
//!
//! A code names the customer (`customer_id:115`, `115`, `GYM-115`, `GYM-115-ABCD1234`, `CUST-115`) or is a signed token
//! that a member's phone shows for a minute.

use crate::customers::read_qr_code;
use base::{
    access::{Audience, Claims, Keyring},
    refusals,
    vocabulary::{CustomerId, Timestamp},
};

/// Longest text that is read as a code; a door token has about 300 characters.
const LONGEST: usize = 2048;

/// What a scanned or typed text says about who stands at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// It names the customer.
    Customer(CustomerId),
    /// It looks like a signed token.
    Token(String),
}

refusals! {
    /// Text that is no code of ours.
    pub struct CodeUnreadable => Rejected of "qr_code", "QR_INVALID",
        en: "This code is not one of ours",
        ar: "هذا الرمز غير صالح";
}

/// Reads what was scanned or typed; any text, no panic.
pub(super) fn parse_code(text: &str) -> Result<Code, CodeUnreadable> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(CodeUnreadable);
    }
    match read_qr_code(text) {
        Some(customer) => Ok(Code::Customer(customer)),
        None if is_token(text) => Ok(Code::Token(text.to_owned())),
        None => Err(CodeUnreadable),
    }
}

/// What a genuine token says, also when it is over: that is a reason to deny, and a denial is recorded.
pub(super) fn open_token(keys: &Keyring, token: &str) -> Result<Claims, CodeUnreadable> {
    match keys.verify(token, Audience::Door, Timestamp::MIN_UTC) {
        Ok(claims) => Ok(*claims),
        Err(_not_ours) => Err(CodeUnreadable),
    }
}

fn is_token(text: &str) -> bool {
    let is_base64url = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.split('.').count() == 3 && text.split('.').all(is_base64url)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: i64) -> Code {
        Code::Customer(CustomerId::new(number))
    }

    #[test]
    fn every_form_that_was_ever_printed_names_its_customer() {
        let forms = [
            "115",
            "customer_id:115",
            " Customer_ID: 115 ",
            "GYM-115",
            "gym-115-ABCD1234",
            "GYM-115-7-8",
            "CUST-115",
            "0115",
        ];
        for form in forms {
            assert_eq!(parse_code(form), Ok(id(115)), "{form}");
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        let odd = [
            "",
            " ",
            "0",
            "-5",
            "+5",
            "5.0",
            "1e3",
            "GYM-",
            "GYM--5",
            "customer_id:",
            "customer_id:five",
            "customer:5",
            "99999999999999999999",
            "a.b",
            "a..c",
            "a.b.c.d",
            "١١٥",
            "GYM-5\0",
            "hello world",
            "https://example.com/115",
        ];
        for text in odd {
            assert_eq!(parse_code(text), Err(CodeUnreadable), "{text:?}");
        }
        assert_eq!(parse_code(&"1".repeat(5000)), Err(CodeUnreadable));
    }

    #[test]
    fn what_looks_like_a_token_is_one_until_its_signature_is_checked() {
        assert_eq!(parse_code(" eyJh.eyJp.c2ln "), Ok(Code::Token("eyJh.eyJp.c2ln".to_owned())));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _read = parse_code(&text);
        }

        #[test]
        fn no_text_behind_a_known_beginning_panics(
            start in prop::sample::select(vec!["customer_id:", "GYM-", "CUST-", "cust", ""]),
            rest in any::<String>(),
        ) {
            let _read = parse_code(&format!("{start}{rest}"));
        }

        #[test]
        fn an_id_is_found_in_every_form(number in 1..i64::MAX, suffix in "[A-Z0-9]{1,8}") {
            for form in [
                format!("{number}"),
                format!("customer_id:{number}"),
                format!("GYM-{number}"),
                format!("GYM-{number}-{suffix}"),
                format!("CUST-{number}"),
            ] {
                prop_assert_eq!(parse_code(&form), Ok(id(number)));
            }
        }
    }
}
