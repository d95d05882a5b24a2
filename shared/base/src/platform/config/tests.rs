use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret as _;

use super::*;

const SOUND_KEY: &str = "MC4CAQAwBQYDK2VwBCIEIB0VbWNRPFejFNVlNc9v7hqkX4mLK2x9sQrZ0uYt3nE8";
const OTHER_SOUND_KEY: &str = "MC4CAQAwBQYDK2VwBCIEIKh3Tz9eYVvQ1mPc8JrD5uLxWg7bNfE2ao0sCk6RyZ4H";

pub(super) fn load(env: &[(&str, &str)]) -> Result<Config, ConfigProblems> {
    load_with(ServiceName::StaffApi, env, None)
}

pub(super) fn load_with(
    service: ServiceName,
    env: &[(&str, &str)],
    file: Option<&Path>,
) -> Result<Config, ConfigProblems> {
    Config::load(service, env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), file)
}

fn keys(result: Result<Config, ConfigProblems>) -> Vec<String> {
    result.unwrap_err().iter().map(|problem| problem.key.clone()).collect()
}

/// A file that goes away with its test.
pub(super) struct Scratch(PathBuf);

impl std::ops::Deref for Scratch {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

pub(super) fn scratch(name: &str, content: &[u8]) -> Scratch {
    let path = std::env::temp_dir().join(format!("gym-config-{}-{name}", std::process::id()));
    fs::write(&path, content).unwrap();
    Scratch(path)
}

/// A production environment with nothing wrong.
fn production() -> Vec<(&'static str, &'static str)> {
    vec![
        ("GYM__MODE", "production"),
        ("GYM__DATABASE__URL", "postgres://gym_staff:a-real-one@db/gym?sslmode=verify-full"),
        ("GYM__TOKENS__STAFF_KEY", SOUND_KEY),
        ("GYM__TOKENS__CLIENT_KEY", OTHER_SOUND_KEY),
        ("GYM__SECRETS__HASH_KEY", "q1Xf7Jt0ZrW3nLk9Vb5Ys2Hd8Cg4Mp6TeAoUiGjB"),
        ("GYM__MAIL__TRANSPORT", "smtp"),
        ("GYM__MAIL__HOST", "mail.example.com"),
        ("GYM__MAIL__FROM", "Dragon Gym <no-reply@dragon.example>"),
        ("GYM__SMS__TRANSPORT", "twilio"),
        ("GYM__SMS__ACCOUNT_SID", "AC0123"),
        ("GYM__SMS__AUTH_TOKEN", "0123"),
        ("GYM__SMS__FROM", "+201001234567"),
        ("GYM__FILES__FOLDER", "/var/lib/gym/files"),
    ]
}

fn production_with(changes: &[(&'static str, &'static str)]) -> Result<Config, ConfigProblems> {
    let mut env = production();
    env.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    env.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    load(&env)
}

#[test]
fn nothing_set_is_a_sound_development_configuration_for_each_service() {
    let staff = load(&[]).unwrap();
    assert_eq!(
        (staff.mode, staff.http.listen),
        (Mode::Development, SocketAddr::from(([127, 0, 0, 1], 8081)))
    );
    assert!(staff.is_demo_allowed() && staff.outbox.has_worker && staff.tokens.staff_key.is_some());
    assert_eq!((staff.http.body_limit, staff.tokens.qr_token), (65_536, Duration::from_mins(1)));
    assert_eq!(staff.http.trusted_proxies.len(), 2);
    assert_eq!(staff.cors.origins, [Origin::Any]);

    let client = load_with(ServiceName::ClientApi, &[], None).unwrap();
    assert_eq!(client.http.internal_listen.port(), 9082);
    assert!(!client.outbox.has_worker && client.tokens.staff_key.is_none());
    assert!(client.database.url.expose_secret().contains("gym_client"));
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file =
        scratch("layers.toml", b"[http]\nlisten = '127.0.0.1:7001'\ninternal_listen = '127.0.0.1:7002'\n");
    let config =
        load_with(ServiceName::StaffApi, &[("GYM__HTTP__LISTEN", "[::1]:7003")], Some(&file)).unwrap();
    assert_eq!(config.http.listen.to_string(), "[::1]:7003");
    assert_eq!(config.http.internal_listen.port(), 7002);
    assert_eq!(config.http.max_in_flight, 128);
}

#[test]
fn texts_that_look_like_numbers_stay_texts_and_numbers_are_still_read() {
    let config = load(&[
        ("GYM__MAIL__USERNAME", "true"),
        ("GYM__MAIL__PASSWORD", "0123"),
        ("GYM__SMS__AUTH_TOKEN", "1.10"),
        ("GYM__SMS__FROM", "+201001234567"),
        ("GYM__MAIL__PORT", "1025"),
        ("GYM__OUTBOX__WORKER", "false"),
    ])
    .unwrap();
    assert_eq!(config.mail.username.as_deref(), Some("true"));
    assert_eq!(config.mail.password.unwrap().expose_secret(), "0123");
    assert_eq!(config.sms.auth_token.unwrap().expose_secret(), "1.10");
    assert_eq!(config.sms.from, "+201001234567");
    assert_eq!(config.mail.port, 1025);
    assert!(!config.outbox.has_worker);
}

#[test]
fn lists_are_arrays_or_texts_with_commas() {
    let file = scratch("lists.toml", b"[cors]\norigins = ['https://a.example', 'http://localhost:3000']\n");
    let env = [("GYM__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ::1,")];
    let config = load_with(ServiceName::StaffApi, &env, Some(&file)).unwrap();
    assert_eq!(config.cors.origins.len(), 2);
    assert_eq!(config.http.trusted_proxies.len(), 2);
}

#[test]
fn a_secret_may_stand_in_a_file_and_loses_only_its_line_end() {
    let path = scratch("secret", b" 0123 with spaces \r\n");
    let name = path.display().to_string();
    let env = [("GYM__MAIL__PASSWORD_FILE", name.as_str()), ("GYM__MAIL__USERNAME", "post")];
    assert_eq!(load(&env).unwrap().mail.password.unwrap().expose_secret(), " 0123 with spaces ");
}

#[test]
fn a_secret_in_a_file_is_refused_when_it_is_set_twice_missing_empty_or_not_text() {
    let sound = scratch("twice", b"x");
    let twice = [
        ("GYM__MAIL__PASSWORD", "y"),
        ("GYM__MAIL__PASSWORD_FILE", sound.to_str().unwrap()),
        ("GYM__MAIL__USERNAME", "u"),
    ];
    assert_eq!(keys(load(&twice)), ["GYM__MAIL__PASSWORD_FILE"]);
    let empty = scratch("empty", b"\n");
    let binary = scratch("binary", b"\xff\xfe");
    for path in ["/nowhere/at/all", empty.to_str().unwrap(), binary.to_str().unwrap()] {
        assert_eq!(keys(load(&[("GYM__SECRETS__HASH_KEY_FILE", path)])), ["GYM__SECRETS__HASH_KEY_FILE"]);
    }
}

#[test]
fn only_secrets_are_read_from_files() {
    assert_eq!(keys(load(&[("GYM__MAIL__HOST_FILE", "/etc/hostname")])), ["GYM__MAIL__HOST_FILE"]);
    assert_eq!(load(&[("GYM__MESSAGES__FILE", "/tmp/m")]).unwrap().messages.file, PathBuf::from("/tmp/m"));
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let config =
        load(&[("GYM__HTTP__LISTEN", ""), ("GYM__MODE", ""), ("GYM__TOKENS__STAFF_KEY_FILE", "")]).unwrap();
    assert_eq!(config.http.listen.port(), 8081);
}

#[test]
fn unknown_keys_are_named_wherever_they_come_from() {
    let file = scratch("unknown.toml", b"colour = 1\nhttp = 5\n[http2]\nlisten = 1\n[mail]\nprot = 25\n");
    let env = [
        ("GYM__HTTP__LISTENN", "x"),
        ("GYM__NOTHING", ""),
        ("GYM__HTTP__LISTEN__PORT", "1"),
        ("GYM__http__listen", "1"),
        ("GYM__NOWHERE__X", "1"),
        ("GYM_PORT", "8080"),
        ("PATH", "/bin"),
    ];
    let mut found = keys(load_with(ServiceName::StaffApi, &env, Some(&file)));
    found.sort();
    let expected = [
        "GYM__COLOUR",
        "GYM__HTTP",
        "GYM__HTTP2",
        "GYM__HTTP__LISTENN",
        "GYM__HTTP__LISTEN__PORT",
        "GYM__MAIL__PROT",
        "GYM__NOTHING",
        "GYM__NOWHERE__X",
        "GYM__http__listen",
    ];
    assert_eq!(found, expected);
}

#[test]
fn every_wrong_value_is_reported_at_once_by_its_environment_name() {
    let wrong = [
        ("GYM__CORS__ORIGINS", "example.com"),
        ("GYM__DATABASE__MAX_CONNECTIONS", "0"),
        ("GYM__DATABASE__URL", "postgres://127.0.0.1/gym"),
        ("GYM__HTTP__BODY_LIMIT_KIB", "-1"),
        ("GYM__HTTP__DRAIN_SECONDS", "soon"),
        ("GYM__HTTP__LISTEN", "8081"),
        ("GYM__HTTP__MAX_IN_FLIGHT", "1e99"),
        ("GYM__HTTP__TRUSTED_PROXIES", "10.0.0.0/33"),
        ("GYM__LIMITS__CODE_GUESSES", ""),
        ("GYM__LIMITS__CODE_WINDOW_MINUTES", "0"),
        ("GYM__LOG__FORMAT", "xml"),
        ("GYM__LOG__LEVEL", "verbose"),
        ("GYM__MAIL__FROM", "nobody"),
        ("GYM__MAIL__PORT", "99999"),
        ("GYM__MAIL__TLS", "yes"),
        ("GYM__MESSAGES__FILE", "/"),
        ("GYM__MODE", "prod"),
        ("GYM__OUTBOX__BATCH", "501"),
        ("GYM__OUTBOX__WORKER", "maybe"),
        ("GYM__SECRETS__HASH_KEY", "short"),
        ("GYM__SESSIONS__CACHE_MILLISECONDS", "901"),
        ("GYM__SMS__BASE_URL", "twilio"),
        ("GYM__TOKENS__CLIENT_ACCESS_MINUTES", "0"),
        ("GYM__TOKENS__CLIENT_KEY", "not-a-key"),
        ("GYM__TOKENS__STAFF_ACCEPTED_KEYS", "AAAA"),
    ];
    let problems = load(&wrong).unwrap_err();
    let mut found: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
    found.sort_unstable();
    let expected: Vec<_> =
        wrong.iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| *name).collect();
    assert_eq!(found, expected);
    assert_eq!(problems.to_string().lines().count(), expected.len(), "{problems}");
}

#[test]
fn a_problem_from_the_file_says_so() {
    let file = scratch("source.toml", b"[mail]\nport = 'x'\nhost = 5\n");
    let problems = load_with(ServiceName::StaffApi, &[], Some(&file)).unwrap_err().to_string();
    assert_eq!(problems.matches(&format!("(in {})", file.display())).count(), 2, "{problems}");
    assert!(problems.contains("GYM__MAIL__PORT: ") && problems.contains("GYM__MAIL__HOST: "), "{problems}");
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_rest() {
    let broken = scratch("broken.toml", b"[mail]\npassword = hunter2\n");
    for path in [&*broken, Path::new("/nowhere/config.toml")] {
        let problems =
            load_with(ServiceName::StaffApi, &[("GYM__HTTP__LISTEN", "x")], Some(path)).unwrap_err();
        let keys: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["GYM_CONFIG", "GYM__HTTP__LISTEN"]);
        assert!(!problems.to_string().contains("hunter2"), "{problems}");
    }
}

#[test]
fn no_problem_and_no_debug_output_shows_a_secret() {
    let file = scratch("secrets.toml", b"[secrets]\nhash_key = 918273645\n[mail]\npassword = [918273645]\n");
    let env = [
        ("GYM__TOKENS__CLIENT_KEY", "918273645"),
        ("GYM__DATABASE__URL", "918273645"),
        ("GYM__DATABASE__MIGRATE_URL", "postgres://:918273645@h/d"),
        ("GYM__SMS__AUTH_TOKEN", "918273645"),
    ];
    let problems = load_with(ServiceName::StaffApi, &env, Some(&file)).unwrap_err();
    assert_eq!(problems.iter().count(), 5, "{problems}");
    assert!(!problems.to_string().contains("918273645"), "{problems}");
    let shown = format!("{:?}", load(&env[3..]).unwrap());
    assert!(!shown.contains("918273645") && !shown.contains("development-only"), "{shown}");
}

#[test]
fn transports_need_what_they_need() {
    let env = [
        ("GYM__MAIL__TRANSPORT", "smtp"),
        ("GYM__MAIL__USERNAME", "u"),
        ("GYM__SMS__TRANSPORT", "twilio"),
        ("GYM__SMS__BASE_URL", "ftp://gateway"),
    ];
    let expected = [
        "GYM__MAIL__PASSWORD",
        "GYM__MAIL__HOST",
        "GYM__SMS__ACCOUNT_SID",
        "GYM__SMS__AUTH_TOKEN",
        "GYM__SMS__FROM",
        "GYM__SMS__BASE_URL",
    ];
    assert_eq!(keys(load(&env)), expected);
}

#[test]
fn production_with_keys_and_providers_of_its_own_is_sound() {
    let config = production_with(&[]).unwrap();
    assert!(!config.is_demo_allowed());
    assert_eq!(config.database.migrate_url(config.mode).unwrap_err().iter().count(), 1);
}

#[test]
fn production_refuses_everything_made_for_development_at_once() {
    let found = keys(load(&[("GYM__MODE", "production")]));
    let expected = [
        "GYM__DATABASE__URL",
        "GYM__TOKENS__STAFF_KEY",
        "GYM__TOKENS__CLIENT_KEY",
        "GYM__SECRETS__HASH_KEY",
        "GYM__FILES__FOLDER",
        "GYM__MAIL__TRANSPORT",
        "GYM__SMS__TRANSPORT",
    ];
    assert_eq!(found, expected);
}

#[test]
fn production_refuses_each_of_these() {
    let known = development::DEVELOPMENT_ONLY_STAFF_KEY.parse::<SigningKey>().unwrap();
    let known = STANDARD.encode(known.public().as_bytes());
    let cases = [
        ("GYM__DATABASE__URL", "postgres:///gym?user=gym_staff&password=development-only"),
        ("GYM__DATABASE__MIGRATE_URL", "postgres://gym_migrator:development-only@db/gym"),
        ("GYM__TOKENS__STAFF_KEY", development::DEVELOPMENT_ONLY_CLIENT_KEY),
        ("GYM__TOKENS__STAFF_KEY", OTHER_SOUND_KEY),
        ("GYM__TOKENS__CLIENT_ACCEPTED_KEYS", known.leak()),
        ("GYM__DATABASE__URL", "postgres://gym_staff:a-real-one@db/gym"),
        ("GYM__DATABASE__URL", "postgres://gym_staff:a-real-one@10.0.0.5/gym?sslmode=prefer"),
        ("GYM__DATABASE__URL", "postgres://postgres:a-real-one@127.0.0.1/gym"),
        ("GYM__DATABASE__URL", "postgres://gym_migrator:a-real-one@127.0.0.1/gym"),
        ("GYM__DATABASE__READ_URL", "postgres://gym_staff:a-real-one@replica/gym"),
        ("GYM__HTTP__TRUSTED_PROXIES", "127.0.0.1,0.0.0.0/0"),
        ("GYM__HTTP__TRUSTED_PROXIES", "128.0.0.0/1"),
        ("GYM__HTTP__TRUSTED_PROXIES", "2000::/3"),
        ("GYM__TOKENS__CLIENT_KEY", "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"),
        ("GYM__SECRETS__HASH_KEY", "a-real-one-a-real-one-a-real-one-a-real-one"),
        ("GYM__LIMITS__ADDRESS_REQUESTS_PER_SECOND", "1000000"),
        ("GYM__LIMITS__ACCOUNT_WRONG_PASSWORDS", "1000000"),
        ("GYM__SECRETS__HASH_KEY", "thirty-one-bytes-are-not-enough"),
        ("GYM__MAIL__TRANSPORT", "file"),
        ("GYM__MAIL__FROM", ""),
        ("GYM__SMS__TRANSPORT", "file"),
        ("GYM__SMS__BASE_URL", "http://gateway.example"),
        ("GYM__LOG__LEVEL", "info,hyper=trace"),
        ("GYM__FILES__FOLDER", "files"),
    ];
    for (key, value) in cases {
        assert_eq!(keys(production_with(&[(key, value)])), [key], "{value}");
    }
    let plain = [("GYM__MAIL__TLS", "none"), ("GYM__MAIL__USERNAME", "u"), ("GYM__MAIL__PASSWORD", "p")];
    assert_eq!(keys(production_with(&plain)), ["GYM__MAIL__TLS"]);
}

#[test]
fn production_takes_a_database_that_is_near_or_encrypted_or_meant_to_be_neither() {
    for url in [
        "postgres://gym_staff:p@127.0.0.1/gym",
        "postgres://gym_staff:p@[::1]/gym",
        "postgres://gym_staff:p@localhost/gym",
        "postgres:///gym?user=gym_staff&password=p&host=/run/postgresql",
        "postgres://gym_staff:p@db.example.com/gym?sslmode=require",
    ] {
        production_with(&[("GYM__DATABASE__URL", url)]).unwrap();
    }
    let own_network = [
        ("GYM__DATABASE__URL", "postgres://gym_staff:p@postgres/gym"),
        ("GYM__DATABASE__ALLOW_PLAINTEXT", "true"),
        ("GYM__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,172.16.0.0/12,fd00::/8"),
    ];
    production_with(&own_network).unwrap();
}

#[test]
fn a_development_key_is_recognised_in_other_spellings() {
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END", development::DEVELOPMENT_ONLY_STAFF_KEY);
    assert_eq!(keys(production_with(&[("GYM__TOKENS__STAFF_KEY", pem.leak())])), ["GYM__TOKENS__STAFF_KEY"]);
}

#[test]
fn files_have_a_folder_or_a_bucket_with_a_key() {
    let bucket = ("GYM__FILES__BUCKET", "bills");
    let (id, key) = (("GYM__FILES__BUCKET_KEY_ID", "id"), ("GYM__FILES__BUCKET_SECRET_KEY", "key"));
    let place = |env: &[_]| match production_with(env).unwrap().files.place() {
        FilesPlace::Folder(folder) => folder.display().to_string(),
        FilesPlace::Bucket(bucket) => format!("bucket {bucket}"),
    };
    assert_eq!(place(&[]), "/var/lib/gym/files");
    assert_eq!(place(&[bucket, id, key]), "bucket bills");
    for some in [&[bucket][..], &[bucket, id], &[bucket, key]] {
        assert_eq!(keys(production_with(some)), ["GYM__FILES__BUCKET_SECRET_KEY"]);
    }
    let plain = ("GYM__FILES__BUCKET_ENDPOINT", "http://store.example");
    assert_eq!(keys(production_with(&[bucket, id, key, plain])), ["GYM__FILES__BUCKET_ENDPOINT"]);
    assert_eq!(keys(load(&[bucket])), ["GYM__FILES__BUCKET_SECRET_KEY"]);
    load(&[bucket, id, key, plain]).unwrap();
}

#[test]
fn the_members_door_needs_neither_staff_keys_nor_providers() {
    let mut env = production();
    env.retain(|(name, _)| !name.contains("MAIL") && !name.contains("SMS"));
    let config = load_with(ServiceName::ClientApi, &env, None).unwrap();
    assert!(config.tokens.staff_key.is_none());
    assert_eq!(
        keys(load_with(ServiceName::ClientApi, &[("GYM__OUTBOX__WORKER", "true")], None)),
        ["GYM__OUTBOX__WORKER"]
    );
}
