//! The migrated schema and the code say the same, and each service may do no more than it must.

#[cfg(test)]
mod names;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod words;
