//! Whether Postgres keeps what it acknowledges.
//!
//! In production every new connection is asked. One to a Postgres that may forget is closed before anybody writes on
//! it, so a service that starts before its database, or whose database is replaced while it runs, stays unavailable
//! rather than forgetful.

use sqlx::{Executor, Postgres};

/// A Postgres that may lose what it acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this Postgres may lose what it acknowledged: {} off", .0.join(", "))]
pub struct Forgetful(Vec<String>);

/// What is asked of a Postgres before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It must not acknowledge a commit that it may lose.
    Required,
    /// Nothing: tests and demos may be forgotten.
    Waived,
}

impl Durability {
    /// Asks, as this connection sees the settings: a role or a database may have its own.
    ///
    /// # Errors
    /// [`Forgetful`] inside of [`sqlx::Error::Configuration`].
    pub(crate) async fn check<'c>(
        self,
        conn: impl Executor<'c, Database = Postgres>,
    ) -> Result<(), sqlx::Error> {
        if self == Self::Waived {
            return Ok(());
        }
        let off = sqlx::query_scalar!(
            r#"select name as "name!"
             from pg_settings
             where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
             order by name"#
        )
        .fetch_all(conn)
        .await?;
        if off.is_empty() { Ok(()) } else { Err(sqlx::Error::Configuration(Forgetful(off).into())) }
    }
}
