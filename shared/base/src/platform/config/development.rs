//! Keys and passwords that everybody knows. They make a first start need no configuration; production refuses them.

/// Signs staff tokens on developers' machines.
pub(super) const DEVELOPMENT_ONLY_STAFF_KEY: &str =
    "MC4CAQAwBQYDK2VwBCIEIMMJPxtRjwgQY7tJieA8RDR7UR+dXe12hMbmG/6xLV3i";

/// Signs members' tokens on developers' machines.
pub(super) const DEVELOPMENT_ONLY_CLIENT_KEY: &str =
    "MC4CAQAwBQYDK2VwBCIEIGjdBxDD4V2fZKXJsxMzt1nfklsPVJrbltt/UclGrCQZ";

/// Keys the hashes of codes on developers' machines.
pub(super) const DEVELOPMENT_ONLY_HASH_KEY: &str = "development-only-hash-key-0123456789abcdef";

/// The password in every default database address.
pub(super) const DEVELOPMENT_ONLY_PASSWORD: &str = "development-only";

/// Address of the database with the role of staff-api.
pub(super) const DEVELOPMENT_ONLY_STAFF_DATABASE: &str =
    "postgres://gym_staff:development-only@127.0.0.1:5432/gym";

/// Address of the database with the role of client-api.
pub(super) const DEVELOPMENT_ONLY_CLIENT_DATABASE: &str =
    "postgres://gym_client:development-only@127.0.0.1:5432/gym";

/// Address of the database with the role that owns the schema.
pub(super) const DEVELOPMENT_ONLY_MIGRATOR_DATABASE: &str =
    "postgres://gym_migrator:development-only@127.0.0.1:5432/gym";
