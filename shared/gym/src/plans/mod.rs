//! What the gym sells: services, their price and their terms.
//!
//! A service belongs to the whole gym or to one branch. The owner decides about all of them, a manager about those of
//! the branches they run; a service of the whole gym is the owner's alone. A sale copies the terms, so that nothing done
//! here changes what a member has bought. A service is never deleted, only taken off sale.

mod actions;
mod model;
mod rules;
mod store;

pub use actions::{create, edit, find, list, switch};
pub use model::{Doors, FreezePolicy, Offer, Service, ServiceKind, ServiceType, Shelf, Terms};
pub use rules::{ServiceEdit, ServiceRefused};
