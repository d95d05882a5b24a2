//! Postgres: whether it answers, what it is, what it knows, and what it lets the service do.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgConnection;
use tokio::time::timeout;

use super::{Finding, Standing};
use crate::{
    platform::{
        clock::Clock,
        config::{Config, Mode, ServiceName},
        connect, migrations,
    },
    vocabulary::Timestamp,
};

/// Longest look at one Postgres.
const PATIENCE: Duration = Duration::from_secs(5);
const DATABASE: &str = "database";
const REPLICA: &str = "replica";
const SCHEMA: &str = "schema";
const RIGHTS: &str = "rights";

/// Versions of Postgres that the gym was run on, the first and the last.
const VERSIONS: (i32, i32) = (15, 18);
/// Differences of the two clocks that may pass, and that need not: codes and tokens live for minutes.
const CLOCKS: (TimeDelta, TimeDelta) = (TimeDelta::seconds(1), TimeDelta::seconds(10));

/// What the settings of a server must be, and what happens otherwise.
const SETTINGS: [(&str, &str, &str); 6] = [
    ("fsync", "on", "a commit that was acknowledged may be lost"),
    ("full_page_writes", "on", "a crash may leave pages half written"),
    ("synchronous_commit", "on", "a commit that was acknowledged may be lost"),
    ("log_parameter_max_length", "0", "its log repeats codes and passwords of slow statements"),
    ("log_parameter_max_length_on_error", "0", "its log repeats codes and passwords of statements that fail"),
    ("log_error_verbosity", "terse", "its log repeats phone numbers and addresses of broken constraints"),
];

pub(super) async fn examine(config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    let mut findings = match timeout(PATIENCE, connect::once(config, &config.database.url)).await {
        Ok(Ok(mut conn)) => look(&mut conn, config, clock).await,
        Ok(Err(away)) => vec![Finding::wrong(DATABASE, away.to_string(), remedy_for(&away.to_string()))],
        Err(_elapsed) => vec![Finding::wrong(DATABASE, "no answer in time", remedy_for(""))],
    };
    if let Some(replica) = &config.database.read_url {
        findings.push(match timeout(PATIENCE, connect::once(config, replica)).await {
            Ok(Ok(mut conn)) => lag(&mut conn).await,
            Ok(Err(away)) => Finding::wrong(REPLICA, away.to_string(), remedy_for(&away.to_string())),
            Err(_elapsed) => Finding::wrong(REPLICA, "no answer in time", remedy_for("")),
        });
    }
    findings
}

/// What to do about a Postgres that cannot be reached, by the code that Postgres gives.
fn remedy_for(why: &str) -> &'static str {
    let remedies = [
        ("(28P01)", "the password is another: deploy/postgres/roles.sh sets the one in your file"),
        (
            "(28000)",
            "no such user, or pg_hba.conf does not let it in from here: deploy/postgres/roles.sh makes the users",
        ),
        ("(3D000)", "there is no such database: deploy/postgres/roles.sh makes it"),
        (
            "(53300)",
            "all its connections are taken: raise max_connections, or lower database.max_connections",
        ),
        ("refused", "start Postgres, or mend address and port in database.url"),
    ];
    let found = remedies.iter().find(|(sign, _)| why.contains(sign));
    found.map_or(
        "look at database.url, at firewalls, and whether Postgres listens on that address",
        |(_, remedy)| remedy,
    )
}

async fn look(conn: &mut PgConnection, config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    let mut findings = Vec::new();
    for looked in [
        server(conn, config).await,
        settings(conn, config.mode).await,
        schema(conn).await,
        rights(conn, config.mode).await,
        clocks(conn, clock).await,
        operators(conn, config.service).await,
    ] {
        match looked {
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(Finding::wrong(
                DATABASE,
                format!("a question failed: {error}"),
                "look into the log of Postgres",
            )),
        }
    }
    findings
}

type Looked = Result<Vec<Finding>, sqlx::Error>;

async fn server(conn: &mut PgConnection, config: &Config) -> Looked {
    let server = sqlx::query!(
        r#"select current_setting('server_version_num')::integer as "version!",
               current_setting('server_version') as "name!",
               current_setting('server_encoding') as "encoding!",
               current_setting('max_connections')::bigint as "places!",
               pg_is_in_recovery() as "is_replica!""#
    )
    .fetch_one(&mut *conn)
    .await?;
    let to = connect::destination(config);
    let (oldest, newest) = VERSIONS;
    let major = server.version.checked_div(10_000).unwrap_or_default();
    let mut findings = vec![if (oldest..=newest).contains(&major) {
        Finding::well(DATABASE, format!("{to}, version {}", server.name))
    } else {
        let standing = if major < oldest { Standing::Wrong } else { Standing::Doubtful };
        let found = format!("{to}, version {}; the gym was run on {oldest} to {newest}", server.name);
        Finding { about: DATABASE, standing, found, remedy: "run it on a version of Postgres that was tried" }
    }];
    if server.encoding != "UTF8" {
        findings.push(Finding::wrong(
            DATABASE,
            format!("its encoding is {}, which cannot hold Arabic names", server.encoding),
            "make a new cluster with --encoding=UTF8 and restore into it",
        ));
    }
    if server.is_replica {
        findings.push(Finding::wrong(
            DATABASE,
            "it is a replica, which takes no writes",
            "name the primary in database.url, and the replica in database.read_url",
        ));
    }
    if i64::from(config.database.max_connections).saturating_mul(2) > server.places {
        findings.push(Finding::doubtful(
            DATABASE,
            format!(
                "{} connections of this process, and as many of the other service, of {} in all",
                config.database.max_connections, server.places
            ),
            "keep copies times database.max_connections below max_connections of Postgres",
        ));
    }
    Ok(findings)
}

async fn settings(conn: &mut PgConnection, mode: Mode) -> Looked {
    let names: Vec<String> = SETTINGS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let rows = sqlx::query!(
        r#"select name as "name!", setting as "setting!" from pg_settings where name = any($1)"#,
        &names
    )
    .fetch_all(conn)
    .await?;
    let standing = if mode == Mode::Production { Standing::Wrong } else { Standing::Doubtful };
    let mut findings = Vec::new();
    for (name, wanted, otherwise) in SETTINGS {
        let is = rows.iter().find(|row| row.name == name).map_or("", |row| row.setting.as_str());
        // Waiting for a replica, too, is more than `on`.
        let is_as_good =
            is == wanted || (name == "synchronous_commit" && matches!(is, "remote_apply" | "remote_write"));
        if !is_as_good {
            findings.push(Finding {
                about: "settings",
                standing,
                found: format!("{name} is {is}, not {wanted}: {otherwise}"),
                remedy: "set it in postgresql.conf and reload; see \"Going live\" in deploy/README.md",
            });
        }
    }
    if findings.is_empty() {
        findings.push(Finding::well("settings", "it keeps what it acknowledges, and logs no values"));
    }
    Ok(findings)
}

async fn schema(conn: &mut PgConnection) -> Looked {
    let missing = migrations::missing(conn).await?;
    Ok(vec![match missing.as_deref() {
        None => Finding::wrong(
            SCHEMA,
            "there is none, or one of an older release",
            "staff-api migrate, with database.migrate_url",
        ),
        Some([]) => Finding::well(SCHEMA, "it knows every migration of this release"),
        Some(missing) => {
            let listed = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Finding::wrong(
                SCHEMA,
                format!("migrations are missing: {listed}"),
                "staff-api migrate of this release, with database.migrate_url",
            )
        }
    }])
}

async fn rights(conn: &mut PgConnection, mode: Mode) -> Looked {
    let may = sqlx::query!(
        r#"select current_user::text as "user!",
               r.rolsuper as "is_superuser!",
               r.rolcreatedb or r.rolcreaterole or r.rolbypassrls or r.rolreplication as "makes_more!",
               pg_has_role(r.oid, d.datdba, 'member')
                   or exists (select from pg_class c where c.relowner = r.oid) as "owns!",
               has_schema_privilege('public', 'create') as "creates!",
               exists (
                   select from pg_class c
                   where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
                     and (has_table_privilege(c.oid, 'truncate') or has_table_privilege(c.oid, 'trigger'))
               ) as "empties!"
           from pg_roles r, pg_database d
           where r.rolname = current_user and d.datname = current_database()"#
    )
    .fetch_one(conn)
    .await?;
    let too_much = [
        (may.is_superuser, "is a superuser"),
        (may.makes_more && !may.is_superuser, "makes databases or users, or goes round rights"),
        (may.owns && !may.is_superuser, "owns the database or something in it"),
        (may.creates && !may.is_superuser, "changes the schema"),
        (may.empties && !may.is_superuser, "empties tables"),
    ];
    let too_much: Vec<&str> = too_much.iter().filter(|(is_so, _)| *is_so).map(|(_, what)| *what).collect();
    if too_much.is_empty() {
        return Ok(vec![Finding::well(RIGHTS, format!("{} does its work and no more", may.user))]);
    }
    let standing = if mode == Mode::Production { Standing::Wrong } else { Standing::Doubtful };
    Ok(vec![Finding {
        about: RIGHTS,
        standing,
        found: format!("{} {}", may.user, too_much.join(", ")),
        remedy: "let staff-api connect as gym_staff and client-api as gym_client, as deploy/postgres/roles.sh makes them",
    }])
}

async fn clocks(conn: &mut PgConnection, clock: &dyn Clock) -> Looked {
    const ABOUT: &str = "clock";
    let before = clock.now();
    let theirs: Timestamp =
        sqlx::query_scalar!(r#"select transaction_timestamp() as "at!""#).fetch_one(conn).await?;
    let after = clock.now();
    // Their moment lies between ours, unless a clock is wrong.
    let ahead = theirs.signed_duration_since(after).max(before.signed_duration_since(theirs));
    let (passing, most) = CLOCKS;
    if ahead <= passing {
        return Ok(vec![Finding::well(ABOUT, "that of Postgres and ours agree")]);
    }
    let found = format!("that of Postgres and ours are {} s apart", ahead.num_seconds());
    let standing = if ahead > most { Standing::Wrong } else { Standing::Doubtful };
    Ok(vec![Finding { about: ABOUT, standing, found, remedy: "set both machines by NTP" }])
}

/// The first user of an installation is made at the command line: without one nobody gets in.
async fn operators(conn: &mut PgConnection, service: ServiceName) -> Looked {
    if service != ServiceName::StaffApi || migrations::missing(&mut *conn).await? != Some(Vec::new()) {
        return Ok(Vec::new());
    }
    let is_there = sqlx::query_scalar!(
        r#"select exists (select from staff_users where role = 'super_admin' and is_active) as "is_there!""#
    )
    .fetch_one(conn)
    .await?;
    Ok(vec![if is_there {
        Finding::well("operator", "there is one")
    } else {
        Finding::doubtful(
            "operator",
            "there is none, so nobody hires the owner of a gym",
            "staff-api operator add --username … --email …",
        )
    }])
}

async fn lag(conn: &mut PgConnection) -> Finding {
    let asked = sqlx::query!(
        r#"select pg_is_in_recovery() as "is_replica!",
               extract(epoch from transaction_timestamp() - pg_last_xact_replay_timestamp())::bigint as lag"#
    )
    .fetch_one(&mut *conn)
    .await;
    match asked {
        Err(error) => Finding::wrong(REPLICA, error.to_string(), "look into the log of Postgres"),
        Ok(row) if !row.is_replica => Finding::doubtful(
            REPLICA,
            "database.read_url names no replica",
            "leave database.read_url out, or name a replica",
        ),
        Ok(row) => Finding::well(REPLICA, format!("its newest row is {} s old", row.lag.unwrap_or_default())),
    }
}
