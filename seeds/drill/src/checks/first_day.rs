//! The first day of an installation: the programs as they are installed, in production, on an empty database, from
//! `migrate` to the first member at the door, as "Going live" of deploy/README.md tells it.
//!
//! The database is a new one in the cluster of the gym that runs, with its users and keys; the provider of messages is
//! nobody, and none is sent.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::Seeded;
use crate::{
    claims::Claims,
    stack::{Ended, Running, free_port, in_background, programs, ran, status, within},
};

const LIMIT: Duration = Duration::from_secs(30);
const START: Duration = Duration::from_secs(15);
const NAME: &str = "first_day";
const PASSWORD: &str = "salt, chalk and rope";

pub(super) fn run(gym: &Seeded) -> anyhow::Result<bool> {
    let day = Day::begin(gym)?;
    let mut claims = Claims::default();
    let staff = day.settings("staff", day.ports)?;

    claims.add("check takes the configuration", day.ran("staff-api", &["check"], &staff)?.succeeds())?;
    let lost = day.ran("staff-api", &["doctor"], &staff)?;
    claims.add("before migrate, the doctor says what is missing", lost.refuses(&["staff-api migrate"]))?;
    let migrate = [
        ("GYM__MODE".to_owned(), "production".to_owned()),
        ("GYM__DATABASE__MIGRATE_URL".to_owned(), day.url("migrator")?),
    ];
    let migrated = day.ran("staff-api", &["migrate"], &migrate)?;
    claims
        .add("migrate asks for the address of the owner alone", migrated.says("the schema is up to date"))?;

    let file = gym.place.work().join("password");
    fs::write(&file, format!("{PASSWORD}\n"))?;
    let file = file.display().to_string();
    let add = |name: &str| {
        let named = ["operator", "add", "--username", name, "--email", "nadia@example.com"];
        day.ran("staff-api", &[&named[..], &["--password-file", &file]].concat(), &staff)
    };
    claims.add("the first operator is added", add("nadia")?.succeeds())?;
    claims.add("a second one only if that is meant", add("hany")?.refuses(&["--another"]))?;
    claims.add("the doctor finds nothing wrong", day.ran("staff-api", &["doctor"], &staff)?.succeeds())?;
    let client = day.settings("client", day.ports)?;
    claims.add("nor does that of client-api", day.ran("client-api", &["doctor"], &client)?.succeeds())?;

    let _serving = day.serve(&staff)?;
    let is_ready = within(START, || status(day.ports.1, "/ready") == Some(200));
    claims.holds("staff-api is ready in production", is_ready)?;
    claims.add("from the operator to the first member at the door", day.live())?;
    Ok(claims.verdict()?)
}

struct Day {
    work: PathBuf,
    secrets: PathBuf,
    /// Of the API, and internal.
    ports: (u16, u16),
}

impl Day {
    fn begin(gym: &Seeded) -> anyhow::Result<Self> {
        let data = gym.messages.parent().context("the messages lie in the data of the gym")?;
        let api = free_port(16_700)?;
        let ports = (api, free_port(api.saturating_add(1))?);
        let day = Self { work: gym.place.work().to_owned(), secrets: data.join("secrets"), ports };
        for statement in
            [format!("drop database if exists {NAME} with (force)"), format!("create database {NAME}")]
        {
            let mut psql = Command::new("psql");
            psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", &statement])
                .arg(day.secret("migrator_url")?);
            ran(&mut psql, &day.log("psql"), LIMIT)?.succeeds()?;
        }
        Ok(day)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.work.join(format!("{name}.log"))
    }

    fn secret(&self, name: &str) -> anyhow::Result<String> {
        let file = self.secrets.join(name);
        Ok(fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?.trim().to_owned())
    }

    /// The address of the new database, as this user.
    fn url(&self, user: &str) -> anyhow::Result<String> {
        let url = self.secret(&format!("{user}_url"))?;
        let (server, _) = url.rsplit_once('/').context("an address has a database")?;
        Ok(format!("{server}/{NAME}"))
    }

    /// What a service in production is told.
    fn settings(&self, user: &str, (api, internal): (u16, u16)) -> anyhow::Result<Vec<(String, String)>> {
        let key = |name: &str| self.secrets.join(name).display().to_string();
        let told = [
            ("MODE", "production".to_owned()),
            ("HTTP__LISTEN", format!("127.0.0.1:{api}")),
            ("HTTP__INTERNAL_LISTEN", format!("127.0.0.1:{internal}")),
            ("DATABASE__URL", self.url(user)?),
            ("SECRETS__HASH_KEY_FILE", key("hash_key")),
            ("TOKENS__STAFF_KEY_FILE", key("staff_key")),
            ("TOKENS__CLIENT_KEY_FILE", key("client_key")),
            ("CORS__ORIGINS", "https://app.gym.example".to_owned()),
            ("OUTBOX__WORKER", "false".to_owned()),
            ("FILES__FOLDER", self.work.join("files").display().to_string()),
        ];
        Ok(told.map(|(name, value)| (format!("GYM__{name}"), value)).to_vec())
    }

    fn program(&self, name: &str, settings: &[(String, String)]) -> anyhow::Result<Command> {
        let mut program = Command::new(programs()?.join(name));
        program.env_clear().envs(settings.iter().cloned()).current_dir(&self.work);
        Ok(program)
    }

    fn ran(&self, name: &str, words: &[&str], settings: &[(String, String)]) -> anyhow::Result<Ended> {
        ran(self.program(name, settings)?.args(words), &self.log(name), LIMIT)
    }

    fn serve(&self, settings: &[(String, String)]) -> anyhow::Result<Running> {
        in_background(self.program("staff-api", settings)?.arg("serve"), &self.log("serve"))
    }

    /// From the operator's first sign-in to a member at the door.
    fn live(&self) -> anyhow::Result<()> {
        let operator = self.signed_in("nadia", PASSWORD)?;
        let owner = json!({
            "username": "olfat", "full_name": "Olfat Nour", "password": "begin-2026-here", "role": "owner",
        });
        operator.post("/api/users", &owner)?;
        let owner = self.signed_in("olfat", "begin-2026-here")?;
        let own = json!({ "current_password": "begin-2026-here", "new_password": "a rope of her own" });
        owner.post("/api/auth/change-password", &own)?;
        owner.call(
            "PUT",
            "/api/gyms/setup",
            &json!({
                "name": "Nile Fitness", "time_zone": "Africa/Cairo", "currency": "EGP", "calling_code": "20",
                "language": "ar", "week_starts_on": "saturday", "is_setup_complete": true,
            }),
        )?;
        let branch = owner.post("/api/branches", &json!({ "name": "Dragon Club", "code": "DRA001" }))?;
        let month = json!({
            "name": "Monthly Gym", "kind": "time_based", "service_type": "gym", "price": 500, "duration_days": 30,
        });
        let service = owner.post("/api/services", &month)?;
        let desk = json!({
            "username": "reem", "full_name": "Reem Tarek", "password": "begin-2026-desk", "role": "front_desk",
            "branch_id": branch,
        });
        owner.post("/api/users", &desk)?;

        let desk = self.signed_in("reem", "begin-2026-desk")?;
        let newcomer = json!({
            "full_name": "Samia Galal", "phone": "01055550001", "gender": "female", "age": 31, "height": 168,
            "weight": 62, "branch_id": branch,
        });
        let member = desk.post("/api/customers/register", &newcomer)?;
        let sale =
            json!({ "customer_id": member, "service_id": service, "amount": 500, "payment_method": "cash" });
        desk.post("/api/subscriptions/activate", &sale)?;
        desk.post("/api/attendance", &json!({ "customer_id": member, "branch_id": branch }))?;
        Ok(())
    }

    fn signed_in(&self, username: &str, password: &str) -> anyhow::Result<Person<'_>> {
        let nobody = Person { day: self, token: String::new() };
        let typed = json!({ "username": username, "password": password });
        let answer = nobody.asked("POST", "/api/auth/login", &typed)?;
        let token = answer.pointer("/data/access_token").and_then(Value::as_str).context("no token")?;
        Ok(Person { token: format!("authorization: Bearer {token}"), ..nobody })
    }
}

/// Somebody who calls staff-api.
struct Person<'d> {
    day: &'d Day,
    token: String,
}

impl Person<'_> {
    fn post(&self, path: &str, body: &Value) -> anyhow::Result<i64> {
        self.call("POST", path, body)
    }

    /// The id of what was made; zero where nothing was.
    fn call(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<i64> {
        let answer = self.asked(method, path, body)?;
        Ok(answer.pointer("/data/id").and_then(Value::as_i64).unwrap_or_default())
    }

    fn asked(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-X", method, "-H", "content-type: application/json", "-H", &self.token]);
        curl.args(["-d", &body.to_string(), &format!("http://127.0.0.1:{}{path}", self.day.ports.0)]);
        let ended = ran(&mut curl, &self.day.log("call"), LIMIT)?;
        let answer: Value =
            serde_json::from_str(&ended.said).with_context(|| format!("{path}: {}", ended.said))?;
        ensure!(answer.get("success") == Some(&Value::Bool(true)), "{method} {path}: {answer}");
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_database_lies_beside_that_of_the_gym() {
        let secrets = std::env::temp_dir().join(format!("first-day-{}", std::process::id()));
        fs::create_dir_all(&secrets).unwrap();
        fs::write(secrets.join("staff_url"), "postgres://gym_staff:pw@127.0.0.1:1/gym").unwrap();
        let day = Day { work: secrets.clone(), secrets: secrets.clone(), ports: (1, 2) };
        assert_eq!(day.url("staff").unwrap(), "postgres://gym_staff:pw@127.0.0.1:1/first_day");
        fs::remove_dir_all(&secrets).unwrap();
    }
}
