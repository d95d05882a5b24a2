//! Everything that is wrong with a configuration, said at once.

use std::fmt;

/// What is wrong with a configuration: one line for each key, never with the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblems {
    list: Vec<Problem>,
}

/// A key that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name it has in the environment.
    pub key: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl ConfigProblems {
    /// The problems, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{}: {}", problem.key, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigProblems {}

/// The problems found so far while a configuration is read.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Notes that `key`, by its environment name, is wrong. The first complaint about a key hides later ones, which
    /// would speak of the default put in its place.
    pub(super) fn add(&mut self, key: impl Into<String>, message: impl Into<String>) {
        let key = key.into();
        if self.list.iter().all(|known| known.key != key) {
            self.list.push(Problem { key, message: message.into() });
        }
    }

    /// Forgets what is wrong with keys that nobody asks for.
    pub(super) fn retain(&mut self, is_asked_for: impl Fn(&str) -> bool) {
        self.list.retain(|problem| is_asked_for(&problem.key));
    }

    /// `value`, if nothing was wrong.
    pub(super) fn or<T>(self, value: Option<T>) -> Result<T, ConfigProblems> {
        match value {
            Some(value) if self.list.is_empty() => Ok(value),
            Some(_) | None => Err(ConfigProblems { list: self.list }),
        }
    }
}
