//! Two kinds of failure: a refusal (the caller's situation) and a fault (ours).
//!
//! A refusal is worded for the person who asked and is never logged as an error. A fault is logged once, at the
//! edge, with its whole chain, and shown as an opaque 500 or, when the database cannot be had, as 503.

use std::{borrow::Cow, error::Error as StdError, fmt, panic::Location};

use crate::vocabulary::{Language, field_name};

/// What a refusal means, whatever the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// What was sent makes no sense as written, field by field.
    Invalid,
    /// A business "no" that the source documents answer as a bad request.
    Rejected,
    /// We do not know who is asking; the apps sign out or refresh on it.
    Unauthenticated,
    /// We know who is asking, and they may not.
    Forbidden,
    /// It does not exist, or is out of the caller's reach: both answer the same.
    NotFound,
    /// The present state of the thing does not allow it.
    Conflict,
    /// The same `Idempotency-Key` was used for another request.
    Mismatch,
    /// Too often; try again after so many seconds.
    TooMany {
        /// Seconds until another try makes sense.
        retry_after: u32,
    },
    /// Not now; nothing is wrong with the request.
    Unavailable,
}

/// An expected "no", worded for the person who asked.
pub trait Refusal: StdError + Send + Sync + 'static {
    /// What the refusal means.
    fn kind(&self) -> RefusalKind;
    /// Stable machine name, e.g. `SUBSCRIPTION_ENDED`.
    fn code(&self) -> &'static str;
    /// The sentence the person reads.
    fn say(&self, language: Language) -> Cow<'static, str>;
    /// What is wrong with which field; empty if the refusal is not about fields.
    fn fields(&self) -> &[FieldProblem] {
        &[]
    }
    /// What was recorded of the refused attempt, as the service answers it, e.g. a denied entry.
    fn data(&self) -> Option<&serde_json::Value> {
        None
    }
}

/// Declares a refusal as a list: for each value what it means, its stable code, and a sentence in every language, see
/// `vocabulary::localized`.
///
/// ```text
/// refusals! {
///     /// Why nothing was done to a branch.
///     pub enum BranchRefused {
///         /// Another branch of the gym has this code.
///         CodeTaken => Conflict, "BRANCH_CODE_TAKEN",
///             en: "Another branch already has this code",
///             ar: "هذا الرمز مستخدم لفرع آخر";
///         /// Nobody said which branch it is.
///         Unnamed => Invalid of "branch_id", "BRANCH_REQUIRED",
///             en: "Say which branch",
///             ar: "حدد الفرع";
///     }
/// }
/// ```
///
/// `of` names the field that the refusal is about, if it is about one; its sentences have no gaps.
#[macro_export]
macro_rules! refusals {
    (problems) => {
        &[]
    };
    (problems $key:literal, $code:literal, $en:literal, $ar:literal) => {{
        static PROBLEM: [$crate::FieldProblem; 1] =
            [$crate::FieldProblem::new($key, $code, $crate::Text { en: $en, ar: $ar })];
        &PROBLEM
    }};
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[$about:meta])*
                $variant:ident $({ $($field:tt)+ })? =>
                    $kind:ident $({ $kept:ident })? $(of $key:literal)?, $code:literal,
                    en: $en:literal, ar: $ar:literal;
            )+
        }
        $(or { $($(#[$about_other:meta])* $other:ident($inner:ty)),+ $(,)? })?
    ) => {
        $crate::vocabulary::localized_errors! {
            $(#[$meta])*
            $vis enum $name {
                $($(#[$about])* $variant $({ $($field)+ })? => $code, en: $en, ar: $ar;)+
            }
            $(or { $($(#[$about_other])* $other($inner)),+ })?
        }

        $crate::refusals! {
            impl $name {
                $([Self::$variant] $kind $({ $kept })? $(of $key, $code, $en, $ar)?;)+
                $($((Self::$other))+)?
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident =>
            $kind:ident $(of $key:literal)?, $code:literal, en: $en:literal, ar: $ar:literal;
    ) => {
        $crate::vocabulary::localized_errors! {
            $(#[$meta])*
            $vis struct $name => $code, en: $en, ar: $ar;
        }

        $crate::refusals! { impl $name { [Self] $kind $(of $key, $code, $en, $ar)?; } }
    };
    (impl $name:ident {
        $([$($value:tt)+] $kind:ident $({ $kept:ident })? $(of $key:literal, $code:literal, $en:literal, $ar:literal)?;)+
        $(($($other:tt)+))*
    }) => {
        impl $crate::Refusal for $name {
            fn kind(&self) -> $crate::RefusalKind {
                match *self {
                    $($($value)+ { $($kept,)? .. } => $crate::RefusalKind::$kind $({ $kept })?,)+
                    $($($other)+(other) => $crate::Refusal::kind(&other),)*
                }
            }

            fn code(&self) -> &'static str {
                Self::code(*self)
            }

            fn say(&self, language: $crate::vocabulary::Language) -> ::std::borrow::Cow<'static, str> {
                Self::say(*self, language)
            }

            fn fields(&self) -> &[$crate::FieldProblem] {
                match self {
                    $($($value)+ { .. } => $crate::refusals!(problems $($key, $code, $en, $ar)?),)+
                    $($($other)+(other) => $crate::Refusal::fields(other),)*
                }
            }
        }
    };
}

/// A fixed sentence in both languages of the gym.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// The sentence in English.
    pub en: &'static str,
    /// The sentence in Arabic.
    pub ar: &'static str,
}

impl Text {
    /// The sentence in `language`.
    pub const fn say(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Ar => self.ar,
        }
    }
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The key of the field, as the caller spelled it.
    pub field: Cow<'static, str>,
    /// Stable machine name of the problem.
    pub code: &'static str,
    /// What is wrong, in English.
    pub en: Cow<'static, str>,
    /// What is wrong, in Arabic.
    pub ar: Cow<'static, str>,
}

impl FieldProblem {
    /// A problem with a fixed text.
    pub const fn new(field: &'static str, code: &'static str, text: Text) -> Self {
        Self { field: Cow::Borrowed(field), code, en: Cow::Borrowed(text.en), ar: Cow::Borrowed(text.ar) }
    }

    /// The sentence that the person reads: what is wrong, with what people call the field, never with its key.
    pub fn say(&self, language: Language) -> Cow<'_, str> {
        let sentence = match language {
            Language::En => self.en.as_ref(),
            Language::Ar => self.ar.as_ref(),
        };
        match field_name(&self.field, language) {
            Some(name) if !sentence.to_lowercase().contains(&name.to_lowercase()) => {
                Cow::Owned(format!("{name}: {sentence}"))
            }
            Some(_) | None => Cow::Borrowed(sentence),
        }
    }
}

/// A request whose fields do not hold what they say; every problem at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} field(s) are not valid", .problems.len())]
pub struct Invalid {
    problems: Vec<FieldProblem>,
    code: &'static str,
}

impl Invalid {
    /// Refuses for `problems`; the first one gives the sentence and the code.
    pub fn new(problems: Vec<FieldProblem>) -> Self {
        let code = problems.first().map_or("INVALID_REQUEST", |problem| problem.code);
        Self { problems, code }
    }

    /// Refuses for one problem.
    pub fn one(problem: FieldProblem) -> Self {
        Self::new(vec![problem])
    }
}

impl Refusal for Invalid {
    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn code(&self) -> &'static str {
        self.code
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        match self.problems.first() {
            Some(problem) => Cow::Owned(problem.say(language).into_owned()),
            None => {
                Cow::Borrowed(Text { en: "The request is not valid", ar: "الطلب غير صالح" }.say(language))
            }
        }
    }

    fn fields(&self) -> &[FieldProblem] {
        &self.problems
    }
}

/// Why an action did not happen.
#[derive(Debug)]
pub enum Error {
    /// Expected; shown to the caller; never logged as an error.
    Refused(Box<dyn Refusal>),
    /// Unexpected; logged once, with its chain; shown opaquely.
    Fault(Fault),
}

/// Something of ours that broke.
#[derive(Debug)]
pub struct Fault {
    source: FaultSource,
    at: &'static Location<'static>,
}

#[derive(Debug)]
enum FaultSource {
    Database(sqlx::Error),
    Other(Box<dyn StdError + Send + Sync>),
}

impl Fault {
    /// Wraps a failure that is neither the caller's nor the database's.
    #[track_caller]
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: FaultSource::Other(source.into()), at: Location::caller() }
    }

    /// The line of code at which `?` or [`Fault::new`] met the failure.
    pub fn at(&self) -> &'static Location<'static> {
        self.at
    }

    /// Whether the database could not be had, so that the same request may succeed later.
    pub fn is_outage(&self) -> bool {
        match &self.source {
            FaultSource::Database(error) => is_outage(error),
            FaultSource::Other(_) => false,
        }
    }

    /// Whether the same transaction may succeed when it is run again.
    pub fn is_retryable(&self) -> bool {
        match &self.source {
            FaultSource::Database(sqlx::Error::Database(error)) => {
                // Serialization failure, deadlock.
                matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            FaultSource::Database(_) | FaultSource::Other(_) => false,
        }
    }

    /// The whole chain of causes, outermost first, for the log.
    pub fn chain(&self) -> String {
        let first: &dyn StdError = match &self.source {
            FaultSource::Database(error) => error,
            FaultSource::Other(error) => error.as_ref(),
        };
        let mut text = first.to_string();
        let mut next = first.source();
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        text
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "sqlx::Error is non-exhaustive")]
fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_) => true,
        // 08 connection, 40 lost against another transaction, 53 resources, 57P shutdown, 57014 statement timeout,
        // 25P03 idle inside a transaction, as when the reader of a file is slow, 55P03 lock timeout, 25006 read only
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("40")
                || code.starts_with("53")
                || code.starts_with("57")
                || code == "25P03"
                || code == "55P03"
                || code == "25006"
        }),
        _ => false,
    }
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<sqlx::Error> for Error {
    #[track_caller]
    fn from(source: sqlx::Error) -> Self {
        Self::Fault(Fault { source: FaultSource::Database(source), at: Location::caller() })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Fault(fault) => write!(f, "fault at {}", fault.at),
        }
    }
}

/// Turns what a constraint of the schema forbids into a refusal. A check made before a write can be overtaken by
/// another transaction; the constraint cannot.
pub trait OnConstraint<T> {
    /// Turns a violation of the constraint `name` into a refusal; passes anything else on.
    fn on_constraint<R: Into<Error>>(self, name: &str, refusal: impl FnOnce() -> R) -> Result<T, Error>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    #[track_caller]
    fn on_constraint<R: Into<Error>>(self, name: &str, refusal: impl FnOnce() -> R) -> Result<T, Error> {
        match self {
            Err(sqlx::Error::Database(error)) if error.constraint() == Some(name) => Err(refusal().into()),
            other => Ok(other?),
        }
    }
}

impl<T> OnConstraint<T> for Result<T, Error> {
    #[track_caller]
    fn on_constraint<R: Into<Error>>(self, name: &str, refusal: impl FnOnce() -> R) -> Result<T, Error> {
        match self {
            Err(Error::Fault(Fault {
                source: FaultSource::Database(sqlx::Error::Database(error)), ..
            })) if error.constraint() == Some(name) => Err(refusal().into()),
            other => other,
        }
    }
}
