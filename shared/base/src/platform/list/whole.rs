//! A list from its first row to its last, for a file.

use futures_util::{StreamExt as _, future::BoxFuture, stream};

use crate::{
    error::Error,
    platform::{
        db::{Connection, Snapshot},
        sheets::{FileRefused, ROWS_MOST, Rows},
    },
};

/// Rows that are read at once: enough that a statement is worth its round trip, few enough to be held in memory.
const AT_ONCE: usize = 500;

/// The rows with these `keys`, in their order; `read` reads some of them. The keys of [`Page::WHOLE`](crate::vocabulary::Page::WHOLE)
/// are a megabyte at most.
///
/// # Refuses
/// [`FileRefused::TooLong`] for more rows than a file has.
pub async fn whole<T, R>(snapshot: Snapshot, keys: Vec<i64>, read: R) -> Result<Rows<T>, Error>
where
    T: Send + 'static,
    R: for<'c> Fn(&'c mut Connection, Vec<i64>) -> BoxFuture<'c, Result<Vec<T>, Error>> + Send + 'static,
{
    if keys.len() > ROWS_MOST {
        snapshot.end().await?;
        return Err(FileRefused::TooLong.into());
    }
    let rows =
        stream::try_unfold((snapshot, keys.into_iter(), read), |(mut snapshot, mut left, read)| async move {
            let keys: Vec<i64> = left.by_ref().take(AT_ONCE).collect();
            if keys.is_empty() {
                snapshot.end().await?;
                return Ok(None);
            }
            let rows = read(snapshot.get(), keys).await?;
            Ok(Some((rows, (snapshot, left, read))))
        });
    Ok(rows.boxed())
}
