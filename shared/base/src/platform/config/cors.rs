//! Which web pages may call.

use std::str::FromStr;

use reqwest::Url;
use serde::Deserialize;

use super::{Section, Setting, field::Field, parse, problems::Problems};

/// Which web pages may call the API from a browser.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// The origins of the pages; none: no page may.
    #[serde(deserialize_with = "parse::list")]
    pub origins: Vec<Origin>,
}

/// One origin, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Pages of every origin, written `*`.
    Any,
    /// Pages of this origin, spelled as browsers do.
    Only(String),
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        match Url::parse(text).map(|url| url.origin().ascii_serialization()) {
            Ok(origin) if origin == text && origin != "null" => Ok(Self::Only(origin)),
            Ok(_) | Err(_) => {
                Err(format!("{text:?} is neither * nor an origin like https://app.example.com"))
            }
        }
    }
}

impl Section for Cors {
    const NAME: &'static str = "cors";
    const FIELDS: &'static [Field] =
        &[Field::new("origins", "Origins of web pages that may call the API, or * for all.", "*")];

    fn check(&self, _: Setting, problems: &mut Problems) {
        if self.origins.len() > 1 && self.origins.contains(&Origin::Any) {
            problems.add("GYM__CORS__ORIGINS", "* among others; leave one or the other");
        }
    }
}
