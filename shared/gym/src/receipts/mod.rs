//! The paper that whoever paid is handed, and whoever was given money back.
//!
//! - A receipt is made from its payment whenever somebody asks: nothing of it is stored, so that it cannot differ from the
//!   books. It carries its own hash and that of the receipt before it, by which any other copy can be told from it.
//! - What it says is decided here once, as words in one of the gym's languages ([`ReceiptPaper::says`]); the doors show them as
//!   data, and [`draw`] as PDF. The same payment in the same language is the same words, and the same bytes.
//! - Names and the address are those of today; so is what was given back since.
//! - It names no phone of a person, and nothing of what the desk wrote down beside the payment.

mod actions;
mod model;
mod rules;
mod store;
mod wording;

pub use actions::{draw, find, own};
pub use model::{FirstReceipt, ReceiptForm, ReceiptGym, ReceiptPaper, ReceiptReturn, ReceiptSheet};
pub use rules::{ReceiptAmount, ReceiptLine, ReceiptWords};
