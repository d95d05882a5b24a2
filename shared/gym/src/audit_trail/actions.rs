//! What is done with the audit log: it is read.

use super::{AuditFilter, Deed, Listed, store};
use base::{
    Error, Invalid,
    access::{AccessRefused, Granted, Scope, can},
    platform::{
        db::Db,
        list::{Rows, whole as read_rows},
    },
    vocabulary::{AuditFlag, Page, Timestamp, page::OFFSET_MAX_SIFTED},
};

/// What was done in the caller's own gym, newest first; nothing before a row that the gym does not have.
///
/// # Refuses
/// [`super::RangeRefused::Reversed`]; a page far back, for `before` leads there.
pub async fn list(
    db: &Db,
    owner: &Granted<can::ReadAudit>,
    filter: &AuditFilter,
    page: Page,
) -> Result<Listed, Error> {
    let gym = owner.gym().ok_or(AccessRefused::NotAllowed)?;
    let page = page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)?;
    let mut conn = db.conn().await?;
    let conn = conn.get();
    let before = match filter.before {
        None => None,
        Some(line) => match store::find_position(conn, gym, line).await? {
            None => return Ok(Listed::default()),
            found => found,
        },
    };
    let range = &filter.range(owner.calendar(), before)?;
    // One row more than is shown tells whether there are older ones; nothing has to be counted.
    let one_more = Page { limit: page.limit.saturating_add(1), ..page };
    let mut deeds = store::list_deeds(conn, &owner.scope(), filter, range, one_more).await?;
    let shown = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let has_more = deeds.len() > shown;
    deeds.truncate(shown);
    let next = deeds.last().filter(|_| has_more).map(|deed| deed.id);
    Ok(Listed { deeds, next })
}

/// Everything that fits, in the order of [`list`].
///
/// # Refuses
/// As [`list`]; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    owner: &Granted<can::ReadAudit>,
    filter: &AuditFilter,
) -> Result<Rows<Deed>, Error> {
    let gym = owner.gym().ok_or(AccessRefused::NotAllowed)?;
    let mut snapshot = db.snapshot().await?;
    let (before, is_known) = match filter.before {
        None => (None, true),
        Some(line) => {
            let found = store::find_position(snapshot.get(), gym, line).await?;
            (found, found.is_some())
        }
    };
    let keys = if is_known {
        let range = filter.range(owner.calendar(), before)?;
        store::list_keys(snapshot.get(), &owner.scope(), filter, &range, Page::WHOLE).await?
    } else {
        Vec::new()
    };
    read_rows(snapshot, keys, |conn, keys| Box::pin(async move { store::list_found(conn, &keys).await }))
        .await
}

/// Most flagged deeds that are counted.
const COUNTED_MOST: i64 = 1000;

/// How many deeds in `scope` carry the flag since `since`, at most a thousand.
pub(crate) async fn count_flagged(
    db: &Db,
    scope: &Scope,
    flag: AuditFlag,
    since: Timestamp,
) -> Result<i64, Error> {
    store::count_flagged(db.conn().await?.get(), scope, (flag, since), COUNTED_MOST).await
}
