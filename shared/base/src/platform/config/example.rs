//! The example file, written from the tables that are also the defaults.

use super::{
    SECTIONS, ServiceName,
    field::{Field, environment_name},
};

const HEAD: &str = "\
# Settings of staff-api, client-api and seeds.
#
# Later wins: the defaults below, then this file (./config.toml, or the one named by GYM_CONFIG), then the environment,
# where the key `port` of section `mail` is GYM__MAIL__PORT. An empty variable counts as not set. A secret may also
# stand in a file: GYM__MAIL__PASSWORD_FILE=/run/secrets/mail. A list is an array, or one text with commas.
# Every line below is a default, commented out.

# development or production. Production refuses everything that is fit for development only.
# mode = \"development\"
";

/// The text of `deploy/config.example.toml`: every key with its sentence and its default, commented out.
pub fn render() -> String {
    let mut text = HEAD.to_owned();
    for (section, fields) in SECTIONS {
        text.push_str("\n[");
        text.push_str(section);
        text.push_str("]\n");
        text.extend(fields.iter().map(|field| lines(section, field)));
    }
    text
}

fn lines(section: &str, field: &Field) -> String {
    let (staff, client) =
        (field.default_for(ServiceName::StaffApi), field.default_for(ServiceName::ClientApi));
    let note = if field.is_secret {
        let name = environment_name(section, field.key);
        let development = if staff.is_empty() { "" } else { "; development has one of its own" };
        format!("# A secret: better {name} or {name}_FILE{development}.\n")
    } else if staff == client {
        String::new()
    } else {
        format!("# In client-api {}.\n", literal(client))
    };
    let value = if field.is_secret { literal("") } else { literal(staff) };
    format!("# {}\n{note}# {} = {value}\n", field.about, field.key)
}

/// A default as the file would have it.
fn literal(value: &str) -> String {
    if value.parse::<u64>().is_ok() || value.parse::<bool>().is_ok() {
        value.to_owned()
    } else if value.contains(',') {
        let items: Vec<String> = value.split(',').map(|item| format!("{item:?}")).collect();
        format!("[{}]", items.join(", "))
    } else {
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use figment::{Figment, error::Kind};

    use super::*;
    use crate::platform::config::{
        tests::{load, load_with, scratch},
        *,
    };

    const EXAMPLE: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/config.example.toml"));

    #[test]
    fn every_field_of_every_section_has_a_sentence_and_the_other_way_round() {
        fn fields_of<S: Section>() {
            let strange = Figment::from((format!("{}.no_such_key", S::NAME).as_str(), 1));
            let Err(error) = strange.extract_inner::<S>(S::NAME) else {
                panic!("{} takes unknown keys", S::NAME)
            };
            let Kind::UnknownField(_, expected) = error.kind else { panic!("{error}") };
            let expected: BTreeSet<_> = expected.iter().copied().collect();
            let documented: BTreeSet<_> = S::FIELDS.iter().map(|field| field.key).collect();
            assert_eq!(documented, expected, "{}", S::NAME);
            assert!(S::FIELDS.iter().all(|field| field.about.ends_with('.')), "{}", S::NAME);
        }
        let checks = [
            fields_of::<Http>,
            fields_of::<Database>,
            fields_of::<Tokens>,
            fields_of::<Secrets>,
            fields_of::<Sessions>,
            fields_of::<Mail>,
            fields_of::<Sms>,
            fields_of::<Messages>,
            fields_of::<Outbox>,
            fields_of::<Cors>,
            fields_of::<Log>,
            fields_of::<LimitSettings>,
            fields_of::<Audit>,
            fields_of::<FileSettings>,
        ];
        for check in checks {
            check();
        }
        assert_eq!(SECTIONS.len(), checks.len());
    }

    #[test]
    fn the_example_file_is_up_to_date() {
        assert_eq!(
            EXAMPLE,
            render(),
            "write it again: staff-api config-example > deploy/config.example.toml"
        );
    }

    #[test]
    fn the_example_file_with_every_line_uncommented_is_the_defaults() {
        let uncommented: Vec<String> = render()
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line).to_owned())
            .filter(|line| !is_secret(line))
            .collect();
        assert_eq!(uncommented.iter().filter(|line| is_setting(line)).count(), 1 + plain_fields());
        let file = scratch("example.toml", uncommented.join("\n").as_bytes());
        let config = load_with(ServiceName::StaffApi, &[], Some(&file)).unwrap();
        assert_eq!(format!("{config:?}"), format!("{:?}", load(&[]).unwrap()));
    }

    fn is_setting(line: &str) -> bool {
        line.split_once(" = ").is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    }

    fn is_secret(line: &str) -> bool {
        let secrets = SECTIONS.iter().flat_map(|(_, fields)| fields.iter()).filter(|field| field.is_secret);
        line.split_once(" = ").is_some_and(|(key, _)| secrets.clone().any(|field| field.key == key))
    }

    fn plain_fields() -> usize {
        SECTIONS.iter().flat_map(|(_, fields)| fields.iter()).filter(|field| !field.is_secret).count()
    }
}
