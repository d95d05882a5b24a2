//! Files that are made from the code and kept beside it.

#![expect(clippy::expect_used, reason = "a test that cannot write its file cannot go on")]

use std::{env, fs, path::Path};

/// Compares a committed file with what the code makes; `GYM_REGENERATE=1` writes it instead.
///
/// # Panics
/// When they differ.
pub fn assert_committed(path: impl AsRef<Path>, made: &str) {
    let path = path.as_ref();
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says so in the environment")]
    let is_wanted = env::var_os("GYM_REGENERATE").is_some();
    if is_wanted {
        fs::write(path, made).expect("write the file");
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    let differing = kept.lines().zip(made.lines()).enumerate().find(|(_, (kept, made))| kept != made);
    assert!(
        kept == made,
        "{} is not what the code makes; look at the difference, then run this test with GYM_REGENERATE=1: {differing:?}",
        path.display(),
    );
}
