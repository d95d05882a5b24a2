//! Whether a Postgres may be trusted with a gym: that it keeps what it acknowledges, and lets the services do no more
//! than their work.
//!
//! In production every new connection is asked. One to a Postgres that may forget, or as a user who may change the
//! schema, is closed before anybody writes on it, so a service that starts before its database, or whose database is
//! replaced while it runs, stays unavailable rather than unsafe.

use std::fmt;

use sqlx::PgConnection;

/// A Postgres, or a user of it, that production refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsound {
    /// Settings without which it may lose what it acknowledged.
    off: Vec<String>,
    power: Option<Power>,
}

/// What a service's user may do that is none of its business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    Superuser,
    Owner,
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.off.is_empty() {
            write!(f, "this Postgres may lose what it acknowledged: {} off", self.off.join(", "))?;
        }
        let separator = if self.off.is_empty() { "" } else { "; " };
        match self.power {
            None => Ok(()),
            Some(Power::Superuser) => write!(f, "{separator}the user of this service is a superuser"),
            Some(Power::Owner) => write!(f, "{separator}the user of this service owns the database"),
        }
    }
}

impl std::error::Error for Unsound {}

/// What is asked of a Postgres before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soundness {
    /// It must not acknowledge a commit that it may lose, and the user must be one of the services' own.
    Required,
    /// Nothing: tests and demos may be forgotten.
    Waived,
}

impl Soundness {
    /// Asks, as this connection sees the settings: a role or a database may have its own.
    ///
    /// # Errors
    /// [`Unsound`] inside of [`sqlx::Error::Configuration`].
    pub(crate) async fn check(self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self == Self::Waived {
            return Ok(());
        }
        let found = sqlx::query!(
            r#"select array(
                   select name
                   from pg_settings
                   where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
                   order by name
               ) as "off!",
               r.rolsuper as "is_superuser!",
               pg_has_role(r.oid, d.datdba, 'member') as "is_owner!"
             from pg_roles r, pg_database d
             where r.rolname = current_user and d.datname = current_database()"#
        )
        .fetch_one(conn)
        .await?;
        let power = match (found.is_superuser, found.is_owner) {
            (true, _) => Some(Power::Superuser),
            (false, true) => Some(Power::Owner),
            (false, false) => None,
        };
        let unsound = Unsound { off: found.off, power };
        let is_sound = unsound.off.is_empty() && unsound.power.is_none();
        if is_sound { Ok(()) } else { Err(sqlx::Error::Configuration(unsound.into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_said() {
        let both = Unsound { off: vec!["fsync".to_owned()], power: Some(Power::Superuser) };
        assert_eq!(
            both.to_string(),
            "this Postgres may lose what it acknowledged: fsync off; the user of this service is a superuser"
        );
    }
}
