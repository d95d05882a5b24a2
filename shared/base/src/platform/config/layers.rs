//! Where values come from: the defaults, then the file, then the environment; the later wins.
//!
//! figment's own environment provider reads `0123`, `+20100…` and `true` as numbers and truth values, which no
//! password or phone survives. Here every value stays text until a field asks for a number.

use std::path::Path;

use figment::{
    Error, Figment, Metadata, Profile, Provider,
    error::Kind,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::{
    SECTIONS, Section, ServiceName, Setting,
    field::{Field, environment_name},
    problems::Problems,
};

const PREFIX: &str = "GYM__";
const MODE: &str = "mode";
const FROM_FILE: &str = "_file";
const ENVIRONMENT: &str = "environment";

/// The defaults, the file and the environment of one service, merged: the later wins.
#[derive(Debug)]
pub(super) struct Layers {
    figment: Figment,
    service: ServiceName,
}

impl Layers {
    /// Reads `file` and `env` over the defaults of `service`; what they hold that we do not know is a problem.
    pub(super) fn gather(
        service: ServiceName,
        env: impl Iterator<Item = (String, String)>,
        file: Option<&Path>,
        problems: &mut Problems,
    ) -> Self {
        let mut figment = Figment::from(Layer::new("defaults", defaults(service)));
        if let Some(path) = file {
            figment = figment.merge(Layer::new(&path.display().to_string(), read_file(path, problems)));
        }
        figment = figment.merge(Layer::new(ENVIRONMENT, read_environment(env, problems)));
        if service == ServiceName::ClientApi {
            // The members' door cannot sign or read staff tokens, whatever its surroundings hold.
            figment = figment.merge(("tokens.staff_key", "")).merge(("tokens.staff_accepted_keys", ""));
        }
        Self { figment, service }
    }

    /// The top-level key `mode`.
    pub(super) fn mode<T: serde::de::DeserializeOwned>(&self, problems: &mut Problems) -> Option<T> {
        let found = self.figment.extract_inner_lossy(MODE);
        found.map_err(|error| problems.add("GYM__MODE", describe(&error))).ok()
    }

    /// One section. A key that cannot be read is reported and replaced by its default, so that the next one is seen.
    pub(super) fn section<S: Section>(&mut self, at: Setting, problems: &mut Problems) -> Option<S> {
        // Every round but the last puts the default in place of one value, so more rounds than keys are not needed.
        for _ in 0..=S::FIELDS.len() {
            match self.figment.extract_inner_lossy::<S>(S::NAME) {
                Ok(section) => {
                    section.check(at, problems);
                    return Some(section);
                }
                Err(error) => {
                    let Some(field) = find_field(S::FIELDS, error.path.first().map_or("", String::as_str))
                    else {
                        problems.add(PREFIX.to_owned() + &S::NAME.to_uppercase(), describe_secret(&error));
                        return None;
                    };
                    let message = if field.is_secret { describe_secret(&error) } else { describe(&error) };
                    problems.add(environment_name(S::NAME, field.key), message);
                    let key = format!("{}.{}", S::NAME, field.key);
                    self.figment = self.figment.clone().merge((key, field.default_for(self.service)));
                }
            }
        }
        None
    }
}

fn find_field<'f>(fields: &'f [Field], key: &str) -> Option<&'f Field> {
    fields.iter().find(|field| field.key == key)
}

fn find(section: &str, key: &str) -> Option<&'static Field> {
    let (_, fields) = SECTIONS.iter().find(|(name, _)| *name == section)?;
    find_field(fields, key)
}

/// What is wrong with a value.
fn describe(error: &Error) -> String {
    with_source(error, error.kind.to_string())
}

/// What is wrong with a secret, without its value.
fn describe_secret(error: &Error) -> String {
    let what = match &error.kind {
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => format!("expected {expected}"),
        Kind::Message(message) => message.clone(),
        Kind::InvalidLength(..)
        | Kind::UnknownVariant(..)
        | Kind::UnknownField(..)
        | Kind::MissingField(_)
        | Kind::DuplicateField(_)
        | Kind::ISizeOutOfRange(_)
        | Kind::USizeOutOfRange(_)
        | Kind::Unsupported(_)
        | Kind::UnsupportedKey(..) => "not a text".to_owned(),
    };
    with_source(error, what)
}

fn with_source(error: &Error, what: String) -> String {
    match &error.metadata {
        Some(layer) if layer.name != ENVIRONMENT => format!("{what} (in {})", layer.name),
        Some(_) | None => what,
    }
}

fn defaults(service: ServiceName) -> Dict {
    let mut root = Dict::from([(MODE.to_owned(), Value::from("development"))]);
    for (section, fields) in SECTIONS {
        let values =
            fields.iter().map(|field| (field.key.to_owned(), Value::from(field.default_for(service))));
        root.insert((*section).to_owned(), Value::from(values.collect::<Dict>()));
    }
    root
}

fn read_file(path: &Path, problems: &mut Problems) -> Dict {
    let root = match Toml::file_exact(path).data() {
        Ok(mut profiles) => profiles.remove(&Profile::Default).unwrap_or_default(),
        Err(error) => {
            problems.add("GYM_CONFIG", format!("{}: {}", path.display(), without_excerpt(&error)));
            return Dict::new();
        }
    };
    let mut known = Dict::new();
    for (name, value) in root {
        if name == MODE {
            known.insert(name, value);
            continue;
        }
        let is_section = SECTIONS.iter().any(|(section, _)| *section == name);
        if let Value::Dict(tag, keys) = value
            && is_section
        {
            let (keys, strange): (Dict, Dict) =
                keys.into_iter().partition(|(key, _)| find(&name, key).is_some());
            for key in strange.keys() {
                problems.add(environment_name(&name, key), format!("unknown key (in {})", path.display()));
            }
            known.insert(name, Value::Dict(tag, keys));
        } else {
            let what = if is_section { "a section, not a value" } else { "unknown key or section" };
            problems.add(PREFIX.to_owned() + &name.to_uppercase(), format!("{what} (in {})", path.display()));
        }
    }
    known
}

/// The message of a syntax error without the line it quotes, which may hold a secret.
fn without_excerpt(error: &Error) -> String {
    let message = error.kind.to_string();
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default();
    match lines.next_back() {
        Some(last) => format!("{first}: {last}"),
        None => first.to_owned(),
    }
}

fn read_environment(env: impl Iterator<Item = (String, String)>, problems: &mut Problems) -> Dict {
    let mut root = Dict::new();
    let mut names: Vec<(String, String)> = env.filter(|(name, _)| name.starts_with(PREFIX)).collect();
    names.sort();
    for (name, value) in names {
        let Some(place) = place_of(&name) else {
            problems.add(name, "unknown key");
            continue;
        };
        // Compose files hand over `KEY: ${KEY:-}` as an empty text, which sets nothing.
        if value.is_empty() {
            continue;
        }
        let value = if place.is_file { read_secret(&name, &value, problems) } else { Some(value) };
        let Some(value) = value else { continue };
        let Some(section) = place.section else {
            root.insert(place.key, Value::from(value));
            continue;
        };
        let entry = root.entry(section).or_insert_with(|| Value::from(Dict::new()));
        if let Value::Dict(_, keys) = entry
            && keys.insert(place.key, Value::from(value)).is_some()
        {
            problems.add(name, "set twice: once as a value, once as a file");
        }
    }
    root
}

struct Place {
    section: Option<String>,
    key: String,
    is_file: bool,
}

fn place_of(name: &str) -> Option<Place> {
    let path = name.strip_prefix(PREFIX)?;
    if path.chars().any(char::is_lowercase) {
        return None;
    }
    let path = path.to_lowercase();
    match path.split_once("__") {
        None => (path == MODE).then_some(Place { section: None, key: path, is_file: false }),
        Some((section, key)) => {
            let (key, is_file) = match key.strip_suffix(FROM_FILE) {
                Some(secret) if find(section, secret).is_some_and(|field| field.is_secret) => (secret, true),
                Some(_) | None => (key, false),
            };
            find(section, key)?;
            Some(Place { section: Some(section.to_owned()), key: key.to_owned(), is_file })
        }
    }
}

fn read_secret(name: &str, path: &str, problems: &mut Problems) -> Option<String> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => {
            problems.add(name, format!("{path} is empty"));
            None
        }
        Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => {
            problems.add(name, format!("{path}: {error}"));
            None
        }
    }
}

/// Values that were read already, with the name of their source for messages.
struct Layer {
    name: String,
    values: Dict,
}

impl Layer {
    fn new(name: &str, values: Dict) -> Self {
        Self { name: name.to_owned(), values }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}
