//! Whether the books are whole: receipts, transfers, sums.
//!
//! What is kept is computed a second time, from what it follows from. Hashes are computed here, not by the function that
//! wrote them, so that a changed function shows as well.

mod store;

use std::fmt;

use base::{Error, platform::db::Db, vocabulary::BranchId};
use sha2::{Digest as _, Sha256};

use self::store::{ChainedClosing, ChainedReceipt};

/// Receipts that are read at once.
const PIECE: i64 = 5_000;
/// Breaks that are named of each kind; there may be more.
const NAMED: i64 = 20;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What ought to hold, as a sentence that says it does not.
    pub what: &'static str,
    /// Where, e.g. `payment 17`.
    pub place: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What was walked, and what is broken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Receipts whose hash was computed again.
    pub receipts: u64,
    /// Closings whose hash and figures were computed again.
    pub closings: u64,
    /// Transfers that were compared.
    pub transfers: i64,
    /// At most twenty breaks of each kind; none: the books are whole.
    pub broken: Vec<Broken>,
}

/// Walks the books of every gym.
///
/// Reads only. What is posted while it reads may look broken; then it is not when asked again.
pub async fn verify(db: &Db) -> Result<Verified, Error> {
    let mut verified = Verified::default();
    walk_receipts(db, &mut verified).await?;
    walk_closings(db, &mut verified).await?;
    let mut conn = db.conn().await?;
    verified.transfers = store::count_transfers(conn.get()).await?;
    let rules = super::rules::payment_rules();
    let mut add = |what: &'static str, places: Vec<String>| {
        verified.broken.extend(places.into_iter().map(|place| Broken { what, place }));
    };
    add(
        "the last receipt number of the branch is another",
        store::list_lost_receipts(conn.get(), NAMED).await?,
    );
    add(
        "it is not posted once, as the page of postings says",
        store::list_wrongly_posted(conn.get(), &rules, NAMED).await?,
    );
    add("its first open day or month is another", store::list_wrongly_open(conn.get(), NAMED).await?);
    add("it is not posted as it was approved and paid", store::list_wrong_expenses(conn.get(), NAMED).await?);
    add("it is not what was posted and delivered", store::list_wrong_months(conn.get(), NAMED).await?);
    add("it is not what was paid until then", store::list_wrongly_delivered(conn.get(), NAMED).await?);
    add("it belongs to no document", store::list_orphans(conn.get(), NAMED).await?);
    add("it does not take back what it names", store::list_wrong_reversals(conn.get(), NAMED).await?);
    add("the sum is not that of its transfers", store::list_wrong_days(conn.get(), NAMED).await?);
    add("the sum is not that of its payments", store::list_wrong_report_days(conn.get(), NAMED).await?);
    add("what was given back of it is another sum", store::list_wrong_returns(conn.get(), NAMED).await?);
    Ok(verified)
}

/// Follows the receipts of each branch from its first on.
async fn walk_receipts(db: &Db, verified: &mut Verified) -> Result<(), Error> {
    let mut after = (i64::MIN, i64::MIN);
    let mut chain = Chain::default();
    loop {
        let receipts = store::list_receipts(db.conn().await?.get(), after, PIECE).await?;
        let Some(last) = receipts.last() else { return Ok(()) };
        after = (last.branch_id, last.receipt_number);
        for receipt in &receipts {
            verified.receipts = verified.receipts.saturating_add(1);
            if let Some(what) = chain.follow(receipt) {
                verified.broken.push(Broken { what, place: format!("payment {}", receipt.id) });
            }
            if verified.broken.len() >= usize::try_from(NAMED).unwrap_or(usize::MAX) {
                return Ok(());
            }
        }
    }
}

/// Follows the closings of each branch from its first on.
async fn walk_closings(db: &Db, verified: &mut Verified) -> Result<(), Error> {
    let mut after = (i64::MIN, i64::MIN);
    let mut last_hash = vec![0; 32];
    let mut named = 0_i64;
    loop {
        let closings = store::list_closings(db.conn().await?.get(), after, PIECE).await?;
        if closings.is_empty() {
            return Ok(());
        }
        for closing in closings {
            if after.0 != closing.branch_id {
                last_hash = vec![0; 32];
            }
            after = (closing.branch_id, closing.id);
            verified.closings = verified.closings.saturating_add(1);
            let what = if closing.previous_hash != last_hash {
                "it does not name the closing before it"
            } else if closing.hash != closing.computed_hash() {
                "its hash is not that of what it says"
            } else if !closing.fits {
                "its figures are not those of the books"
            } else {
                last_hash = closing.hash;
                continue;
            };
            verified.broken.push(Broken { what, place: format!("closing {}", closing.id) });
            last_hash = closing.hash;
            named = named.saturating_add(1);
            if named >= NAMED {
                return Ok(());
            }
        }
    }
}

impl ChainedClosing {
    /// The hash of what the row says, as the comment on `daily_closings.hash` describes it.
    fn computed_hash(&self) -> [u8; 32] {
        let text = [
            hex(&self.previous_hash),
            self.id.to_string(),
            self.branch_id.to_string(),
            self.business_day.to_string(),
            self.expected_minor.to_string(),
            self.counted_minor.map(|counted| counted.to_string()).unwrap_or_default(),
            self.card_minor.to_string(),
            self.transfer_minor.to_string(),
            self.closed_by.to_string(),
            self.closed_at.timestamp_micros().to_string(),
            self.notes.clone().unwrap_or_default(),
        ]
        .join("|");
        Sha256::digest(text).into()
    }
}

/// The last receipt that was looked at.
#[derive(Debug, Default)]
struct Chain {
    branch: Option<BranchId>,
    number: i64,
    hash: Vec<u8>,
}

impl Chain {
    /// Goes on to the next receipt, in the order of branches and numbers; what is wrong with it, if anything is.
    fn follow(&mut self, receipt: &ChainedReceipt) -> Option<&'static str> {
        let branch = Some(BranchId::new(receipt.branch_id));
        if self.branch != branch {
            *self = Self { branch, number: 0, hash: vec![0; 32] };
        }
        let is_next = self.number.checked_add(1) == Some(receipt.receipt_number);
        let names_the_one_before = receipt.previous_hash.as_ref() == Some(&self.hash);
        let is_its_own = receipt.hash.as_deref() == Some(&receipt.computed_hash()[..]);
        self.number = receipt.receipt_number;
        self.hash = receipt.hash.clone().unwrap_or_default();
        if !is_next {
            Some("a receipt before it is missing")
        } else if !names_the_one_before {
            Some("it does not name the receipt before it")
        } else if !is_its_own {
            Some("its hash is not that of what it says")
        } else {
            None
        }
    }
}

impl ChainedReceipt {
    /// The hash of what the row says, as the comment on `payments.hash` describes it.
    fn computed_hash(&self) -> [u8; 32] {
        let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let previous = hex(self.previous_hash.as_deref().unwrap_or_default());
        let text = [
            previous,
            self.branch_id.to_string(),
            self.receipt_number.to_string(),
            self.kind.clone(),
            self.method.clone(),
            self.amount_minor.to_string(),
            self.discount_minor.to_string(),
            number(self.customer_id),
            number(self.subscription_id),
            number(self.reverses_id),
            self.taken_by.to_string(),
            self.taken_at.timestamp_micros().to_string(),
            self.business_day.to_string(),
            self.notes.clone().unwrap_or_default(),
        ]
        .join("|");
        Sha256::digest(text).into()
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate};

    fn receipt(number: i64, previous: &[u8]) -> ChainedReceipt {
        let mut receipt = ChainedReceipt {
            id: number,
            branch_id: 1,
            receipt_number: number,
            kind: "subscription".to_owned(),
            method: "cash".to_owned(),
            amount_minor: 45_000,
            discount_minor: 0,
            customer_id: Some(115),
            subscription_id: None,
            reverses_id: None,
            taken_by: 1006,
            taken_at: DateTime::from_timestamp(1_776_000_000, 123_456_000).unwrap(),
            business_day: NaiveDate::from_ymd_opt(2026, 4, 12).unwrap(),
            notes: None,
            previous_hash: Some(previous.to_vec()),
            hash: None,
        };
        receipt.hash = Some(receipt.computed_hash().to_vec());
        receipt
    }

    #[test]
    fn the_hash_is_the_one_that_the_comment_describes() {
        let text = format!(
            "{}|1|1|subscription|cash|45000|0|115|||1006|1776000000123456|2026-04-12|",
            "00".repeat(32)
        );
        assert_eq!(receipt(1, &[0; 32]).computed_hash(), <[u8; 32]>::from(Sha256::digest(text)));
    }

    #[test]
    fn a_chain_holds_until_something_in_it_changes() {
        let first = receipt(1, &[0; 32]);
        let second = receipt(2, first.hash.as_deref().unwrap());
        let mut chain = Chain::default();
        assert_eq!((chain.follow(&first), chain.follow(&second)), (None, None));
        let changed = ChainedReceipt { amount_minor: 1, ..receipt(2, first.hash.as_deref().unwrap()) };
        let mut chain = Chain::default();
        chain.follow(&first);
        assert_eq!(chain.follow(&changed), Some("its hash is not that of what it says"));
        // Whoever changes a row and its hash breaks the next one.
        let rehashed = receipt(1, &[9; 32]);
        let mut chain = Chain::default();
        assert_eq!(chain.follow(&rehashed), Some("it does not name the receipt before it"));
        assert_eq!(chain.follow(&second), Some("it does not name the receipt before it"));
        let mut chain = Chain::default();
        chain.follow(&first);
        assert_eq!(chain.follow(&receipt(3, &second.hash.unwrap())), Some("a receipt before it is missing"));
    }
}
