//! What an operation is asked, so that it does its work.

use serde_json::Value;

use super::{operation::Operation, things::Things};

/// Where the thing lives that an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lives {
    /// It is about the caller, or about all they may see.
    WithTheCaller,
    /// It lives at one branch.
    AtBranch,
    /// In a gym, for all its branches.
    InGym,
}

/// How to ask one operation.
#[derive(Debug, Clone, Copy)]
pub struct Fixture {
    pub(super) id: &'static str,
    pub(super) lives: Lives,
    pub(super) ask: fn(&Things) -> Ask,
    pub(super) needs_own_gym: bool,
    pub(super) is_each_time: bool,
    pub(super) refusal: Option<(u16, &'static str)>,
    pub(super) exceptions: &'static [Exception],
}

/// Somebody whom the capability entitles and a finer rule does not.
#[derive(Debug, Clone, Copy)]
pub struct Exception {
    /// Their name in the cast, or the kind of stranger.
    pub who: &'static str,
    /// What they are told instead.
    pub refusal: (u16, &'static str),
    /// Whether they are told so before anybody looks whether the thing is there.
    pub comes_first: bool,
}

/// An operation about the caller, or about all they may see.
pub const fn oneself(id: &'static str, ask: fn(&Things) -> Ask) -> Fixture {
    Fixture {
        id,
        lives: Lives::WithTheCaller,
        ask,
        needs_own_gym: false,
        is_each_time: false,
        refusal: None,
        exceptions: &[],
    }
}

/// An operation about something that lives at one branch.
pub const fn at_branch(id: &'static str, ask: fn(&Things) -> Ask) -> Fixture {
    Fixture { lives: Lives::AtBranch, ..oneself(id, ask) }
}

/// An operation about something that the whole gym shares.
pub const fn in_gym(id: &'static str, ask: fn(&Things) -> Ask) -> Fixture {
    Fixture { lives: Lives::InGym, ..oneself(id, ask) }
}

impl Fixture {
    /// It changes what others stand on: each of its calls gets a gym of its own.
    #[must_use]
    pub const fn in_its_own_gym(mut self) -> Self {
        self.needs_own_gym = true;
        self
    }

    /// It is done each time, with or without an `Idempotency-Key`: what it answers is told once.
    #[must_use]
    pub const fn each_time(mut self) -> Self {
        self.is_each_time = true;
        self
    }

    /// Some of those whom its capability entitles are refused all the same.
    #[must_use]
    pub const fn but(mut self, exceptions: &'static [Exception]) -> Self {
        self.exceptions = exceptions;
        self
    }

    /// It cannot be served from here, only refused so.
    #[must_use]
    pub const fn refused(mut self, status: u16, code: &'static str) -> Self {
        self.refusal = Some((status, code));
        self
    }
}

/// One request, without its caller.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Of the path: names and values.
    pub(super) slots: Vec<(&'static str, String)>,
    /// Of the query: names and values.
    pub(super) query: Vec<(&'static str, String)>,
    /// The body; null for none.
    pub(super) body: Value,
    /// The body, where it is a file.
    pub(super) file: Option<Vec<u8>>,
}

impl Ask {
    /// Nothing but the path.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// About the thing with this `id`.
    pub fn about(id: i64) -> Self {
        Self::default().slot("id", &id)
    }

    /// With a value in the path.
    #[must_use]
    pub fn slot(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.slots.push((name, value.to_string()));
        self
    }

    /// With a value in the query.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// With a body that is a file.
    #[must_use]
    pub fn file(mut self, file: &[u8]) -> Self {
        self.file = Some(file.to_vec());
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    /// Path and query for `operation`.
    pub(super) fn target(&self, operation: &Operation) -> String {
        let mut target = operation.path.clone();
        for (name, value) in &self.slots {
            target = target.replace(&format!("{{{name}}}"), value);
        }
        for (at, (name, value)) in self.query.iter().enumerate() {
            target.extend([if at == 0 { "?" } else { "&" }, *name, "=", value.as_str()]);
        }
        target
    }

    /// The body as it is sent.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        self.file.clone().or_else(|| (!self.body.is_null()).then(|| self.body.to_string().into_bytes()))
    }
}
