//! Reads a source file apart: its code, and the texts it quotes.

use std::{
    fs,
    iter::Peekable,
    path::{Path, PathBuf},
    str::Chars,
};

/// A source file without its comments and its tests.
pub(crate) struct Source {
    /// From the root of the repository.
    pub(crate) path: String,
    /// Code with every quoted text left out.
    pub(crate) code: String,
    /// The quoted texts.
    pub(crate) texts: Vec<String>,
    /// Lines before the tests.
    pub(crate) lines: usize,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Self {
        let whole = fs::read_to_string(path).unwrap();
        let production = until_the_tests(&whole);
        let (code, texts) = if path.extension().is_some_and(|kind| kind == "sql") {
            let told = |line: &str| line.split("--").next().unwrap_or_default().to_owned();
            (String::new(), vec![whole.lines().map(told).collect::<Vec<_>>().join("\n")])
        } else {
            apart(production)
        };
        let path = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        Self { path, code, texts, lines: production.lines().count() }
    }

    /// The module of `base` or the feature it belongs to; everything in `web` is of one layer.
    pub(crate) fn module(&self) -> Option<&str> {
        let (of, inside) = self.path.strip_prefix("shared/")?.split_once("/src/")?;
        Some(if of == "web" { of } else { inside.split(['/', '.']).next().unwrap_or_default() })
    }

    /// Whether statements stand there.
    pub(crate) fn is_store(&self) -> bool {
        self.path.ends_with("/store.rs") || self.path.contains("/store/")
    }

    /// The modules of `base` and the features that it names.
    pub(crate) fn names(&self) -> Vec<String> {
        let own = if self.module() == Some("web") { None } else { Some("crate::") };
        own.into_iter().chain(["base::", "gym::"]).flat_map(|way| self.named_by(way)).collect()
    }

    /// The first names of the paths that begin with `way`.
    pub(crate) fn named_by(&self, way: &str) -> Vec<String> {
        let mut parts = self.code.split(way);
        let mut before = parts.next().unwrap_or_default();
        let mut named = Vec::new();
        for part in parts {
            let is_part_of_a_word =
                before.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$'));
            if !is_part_of_a_word {
                named.extend(branches(part));
            }
            before = part;
        }
        named
    }
}

/// What stands before the tests of a file.
fn until_the_tests(source: &str) -> &str {
    source.split("\n#[cfg(test)]\nmod ").next().unwrap_or(source)
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// The folders of the crates that both services stand on.
pub(crate) const SHARED: [&str; 3] = ["shared/base/src", "shared/gym/src", "shared/web/src"];

/// Every source file of `shared` with this ending.
pub(crate) fn shared(ending: &str) -> Vec<Source> {
    SHARED.into_iter().flat_map(|folder| below(folder, ending)).collect()
}

/// Every source file below `folder` with this ending; files of tests left out.
pub(crate) fn below(folder: &str, ending: &str) -> Vec<Source> {
    let root = root();
    let mut sources = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == ending) && !path.ends_with("tests.rs") {
                sources.push(Source::read(root, &path));
            }
        }
    }
    sources
}

/// The first names of what follows `crate::`: one, or several in braces.
fn branches(after: &str) -> Vec<String> {
    let (mut names, mut name, mut depth, mut is_first) = (Vec::new(), String::new(), 0_i32, true);
    for letter in after.chars() {
        match letter {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ if letter.is_alphanumeric() || letter == '_' => {
                if is_first {
                    name.push(letter);
                }
                continue;
            }
            _ if letter.is_whitespace() && name.is_empty() => continue,
            _ => {}
        }
        is_first = depth == 1 && matches!(letter, ',' | '{');
        if !name.is_empty() {
            names.push(std::mem::take(&mut name));
        }
        if depth == 0 {
            break;
        }
    }
    names
}

type Letters<'source> = Peekable<Chars<'source>>;

/// Code without comments and quoted texts, and the texts.
fn apart(source: &str) -> (String, Vec<String>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    let mut letters = source.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => while letters.next_if(|next| *next != '\n').is_some() {},
            '"' => texts.push(quoted(&mut letters)),
            '\'' => skip_character(&mut letters),
            'r' => match raw(&mut letters) {
                Some(text) => texts.push(text),
                None => code.push(letter),
            },
            _ => code.push(letter),
        }
    }
    (code, texts)
}

fn quoted(letters: &mut Letters<'_>) -> String {
    let mut text = String::new();
    while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
        text.push(letter);
        if letter == '\\' {
            text.extend(letters.next());
        }
    }
    text
}

fn raw(letters: &mut Letters<'_>) -> Option<String> {
    let mut ahead = letters.clone();
    let mut end = "\"".to_owned();
    while ahead.next_if_eq(&'#').is_some() {
        end.push('#');
    }
    ahead.next_if_eq(&'"')?;
    let mut text = String::new();
    while !text.ends_with(&end) {
        text.push(ahead.next()?);
    }
    *letters = ahead;
    text.strip_suffix(&end).map(str::to_owned)
}

/// Skips what follows an apostrophe, unless it begins a lifetime.
fn skip_character(letters: &mut Letters<'_>) {
    let mut ahead = letters.clone();
    let is_escaped = ahead.next() == Some('\\');
    if is_escaped {
        ahead.next();
        while ahead.next().is_some_and(|letter| letter != '\'') {}
        *letters = ahead;
    } else if ahead.next() == Some('\'') {
        *letters = ahead;
    }
}

#[test]
fn a_source_is_read_apart() {
    let (code, texts) = apart("use crate::{a::{b, c}, d}; // \"no\"\nf('\"', \"x\\\"y\", r#\"z\"#, '\\'');");
    assert_eq!(code, "use crate::{a::{b, c}, d}; \nf(, , , );");
    assert_eq!(texts, ["x\\\"y", "z"]);
    assert_eq!(branches("{a::{b, c}, d, e as f};"), ["a", "d", "e"]);
    assert_eq!(branches("web::guard"), ["web"]);
}
