//! The arrows inside `shared`, and what each part may not know. Cargo holds the arrows between the crates.

#[cfg(test)]
mod arrows;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod finds;
#[cfg(test)]
mod names;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod source;
#[cfg(test)]
mod writes;
