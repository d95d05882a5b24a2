//! What the outer layers answer when a request never reaches a handler.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::envelope::machine_failure;
use base::Text;

/// Why a request is turned away before anybody looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EdgeRefusal {
    /// No route has this path.
    Unknown,
    /// The path is known, the method is not.
    WrongMethod,
    /// The body did not come within its time.
    TooSlow,
    /// The body is larger than the path allows.
    TooLarge,
    /// The body broke off, or its framing makes no sense.
    Broken,
    /// The client's address sends more requests than any branch does.
    TooMany {
        /// Seconds until another try makes sense.
        retry_after: u32,
    },
    /// As many requests are being worked on as are allowed at once, or bodies take up all of their memory.
    Busy,
    /// The work on the request took longer than `request_timeout` allows.
    TimedOut,
}

impl EdgeRefusal {
    /// This address asks too often; `wait` is how long until it may ask once more.
    pub(crate) fn too_many(wait: Duration) -> Self {
        Self::TooMany { retry_after: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1) }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Its stable name.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "NOT_FOUND",
            Self::WrongMethod => "METHOD_NOT_ALLOWED",
            Self::TooSlow => "BODY_TIMEOUT",
            Self::TooLarge => "BODY_TOO_LARGE",
            Self::Broken => "BODY_CUT",
            Self::TooMany { .. } => "TOO_MANY_REQUESTS",
            Self::Busy => "BUSY",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    /// Its sentence.
    pub(crate) const fn text(self) -> Text {
        match self {
            Self::Unknown => Text {
                en: "There is nothing at this address",
                ar: "لا يوجد شيء على هذا العنوان",
            },
            Self::WrongMethod => Text {
                en: "This address does not work that way",
                ar: "هذه الطريقة غير متاحة لهذا العنوان",
            },
            Self::TooSlow => {
                Text { en: "The request came too slowly", ar: "وصل الطلب ببطء شديد" }
            }
            Self::TooLarge => {
                Text { en: "The request is too large", ar: "حجم الطلب كبير جدًا" }
            }
            Self::Broken => Text {
                en: "The body did not arrive whole", ar: "لم يصل محتوى الطلب كاملا"
            },
            Self::TooMany { .. } => Text {
                en: "Too many requests, try again shortly",
                ar: "طلبات كثيرة، حاول بعد قليل",
            },
            Self::Busy => Text {
                en: "The gym is busy, try again shortly",
                ar: "الخدمة مشغولة، حاول بعد قليل",
            },
            Self::TimedOut => Text {
                en: "This took too long, try again shortly",
                ar: "استغرق الطلب وقتًا طويلًا، حاول بعد قليل",
            },
        }
    }

    /// Seconds until another try makes sense, where one does.
    const fn retry_after(self) -> Option<u32> {
        match self {
            Self::TooMany { retry_after } => Some(retry_after),
            Self::Busy | Self::TimedOut => Some(1),
            Self::Unknown | Self::WrongMethod | Self::TooSlow | Self::TooLarge | Self::Broken => None,
        }
    }
}

impl IntoResponse for EdgeRefusal {
    fn into_response(self) -> Response {
        machine_failure(self.status(), self.code(), self.text(), self.retry_after())
    }
}
