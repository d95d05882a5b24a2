//! The schema's history, embedded; forward only.

use sqlx::{PgPool, migrate::Migrator};

use crate::error::{Error, Fault};

/// Every migration, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Brings the schema up to date. Safe when ten instances start at once: they take turns under an advisory lock, and
/// one does the work.
pub async fn migrate(pool: &PgPool) -> Result<(), Error> {
    MIGRATOR.run(pool).await.map_err(Fault::new)?;
    Ok(())
}
