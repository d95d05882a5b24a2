//! Checksums in the form in which a backup and the note of a migration hold them.

use sha2::{Digest as _, Sha256, Sha384};

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn sha384(bytes: &[u8]) -> String {
    hex(&Sha384::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_that_everybody_knows() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(sha384(b"abc").starts_with("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"));
    }
}
