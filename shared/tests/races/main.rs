//! Many callers at once, on real connections.

#[cfg(test)]
mod limits;
#[cfg(test)]
mod silence;
