//! The pages for newcomers name files that exist.

use crate::source::root;

/// What stands between backticks and looks like a path of the repository.
fn paths(page: &str) -> impl Iterator<Item = &str> {
    let quoted = page.split('`').skip(1).step_by(2);
    let tops = ["shared/", "staff-api/", "client-api/", "seeds/", "deploy/", "migrations/"];
    quoted.filter(move |text| {
        tops.iter().any(|top| text.starts_with(top)) && !text.contains([' ', '…', '{', '*'])
    })
}

#[test]
fn every_file_that_a_page_names_is_there() {
    for (page, least) in [("README.md", 3), ("shared/README.md", 40), ("migrations/README.md", 1)] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let named: Vec<&str> = paths(&text).collect();
        assert!(named.len() >= least, "{page} names only {}", named.len());
        for path in named {
            assert!(root().join(path).exists(), "{page} names {path}");
        }
    }
}
