//! Several statements that see the same moment.

use super::{Connection, Db, Loan, borrow};
use crate::error::Error;

/// A connection that goes on seeing the gym as it was at its first statement, whatever is written meanwhile.
///
/// It is closed when it is dropped before its end. Postgres closes it as well, when nothing is asked of it for five
/// seconds (`idle_in_transaction_session_timeout`).
#[derive(Debug)]
pub struct Snapshot(Loan);

impl Snapshot {
    /// The connection itself, for reading.
    pub fn get(&mut self) -> &mut Connection {
        self.0.get()
    }

    /// Gives the connection back.
    pub async fn end(mut self) -> Result<(), Error> {
        Ok(self.0.get().commit().await?)
    }
}

impl Db {
    /// A connection to read several things with that have to agree.
    #[track_caller]
    pub fn snapshot(&self) -> impl Future<Output = Result<Snapshot, Error>> + Send + '_ {
        let loan = borrow(&self.reading);
        async {
            let mut loan = loan.await?;
            loan.get().begin_snapshot().await?;
            Ok(Snapshot(loan))
        }
    }
}
