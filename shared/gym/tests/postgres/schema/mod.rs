//! The migrated schema and the code say the same, and each service may do no more than it must.

mod names;
mod rights;
mod words;
