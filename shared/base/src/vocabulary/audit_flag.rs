//! What an owner should look at in the audit log.

use super::words;

words! {
    /// Why an owner should look at something that was rightly done.
    pub enum AuditFlag {
        /// Something was sold below its price.
        BelowPrice = "below_price",
    }
}
