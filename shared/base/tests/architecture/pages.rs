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

/// The pages, and how many files each names at least.
const PAGES: [(&str, usize); 3] = [("README.md", 3), ("shared/README.md", 40), ("migrations/README.md", 1)];

/// The crates that have tests of their own.
const TESTED: [&str; 7] =
    ["shared/base", "shared/gym", "shared/web", "staff-api", "client-api", "seeds", "seeds/cast"];

#[test]
fn every_file_that_a_page_names_is_there() {
    for (page, least) in PAGES {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let named: Vec<&str> = paths(&text).collect();
        assert!(named.len() >= least, "{page} names only {}", named.len());
        for path in named {
            assert!(root().join(path).exists(), "{page} names {path}");
        }
    }
}

/// `binary(postgres)` in a command is `tests/postgres` of some crate.
#[test]
fn every_test_program_that_a_page_names_is_there() {
    let mut named = 0;
    for (page, _) in PAGES {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        assert!(!text.contains(" --test "), "{page}: name it by binary(…)");
        for name in text.split("binary(").skip(1).filter_map(|rest| rest.split(')').next()) {
            let is_there = |folder: &&str| {
                let tests = root().join(folder).join("tests");
                tests.join(format!("{name}.rs")).exists() || tests.join(name).join("main.rs").exists()
            };
            assert!(TESTED.iter().any(is_there), "{page} names {name}");
            named += 1;
        }
    }
    assert!(named >= 3, "only {named} are named");
}
