//! The program as whoever installs it sees it.

#[cfg(test)]
mod tests {
    use std::{
        env,
        io::{BufRead, BufReader, Read, Write},
        net::TcpStream,
        process::{Child, Command, ExitStatus, Output, Stdio},
        thread,
        time::{Duration, Instant},
    };

    use base::testing::TestDb;
    use base64::Engine as _;
    use serde_json::Value;
    use tokio::runtime::Runtime;

    /// Nothing listens there.
    const NO_DATABASE: &str = "postgres://gym_staff@127.0.0.1:9/gym";

    const PORTS: [(&str, &str); 2] =
        [("GYM__HTTP__LISTEN", "127.0.0.1:0"), ("GYM__HTTP__INTERNAL_LISTEN", "127.0.0.1:0")];

    fn program(environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_staff-api"));
        command.env_clear().env("GYM__DATABASE__URL", NO_DATABASE).envs(environment.iter().copied());
        command.current_dir(env!("CARGO_TARGET_TMPDIR"));
        command
    }

    /// Exit code, output and errors; no code if it had to be killed because it did not end.
    fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
        let mut command = program(environment);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let began = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if began.elapsed() > Duration::from_secs(30) {
                child.kill().unwrap();
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    #[test]
    fn a_sound_configuration_is_called_sound() {
        let (code, said, complaint) = run(&["check"], &[]);
        assert_eq!((code, complaint.as_str()), (Some(0), ""));
        assert_eq!(said, "the configuration is sound\n");
    }

    #[test]
    fn every_problem_is_said_at_once_and_no_secret() {
        let wrong = [
            ("GYM__HTTP__LISTEN", "nowhere"),
            ("GYM__HTTP__MAX_IN_FLIGHT", "many"),
            ("GYM__SECRETS__HASH_KEY", "too-short"),
        ];
        for (arguments, code) in [(&["check"][..], 1), (&["serve"], 2), (&[], 2)] {
            let (ended, _, complaint) = run(arguments, &wrong);
            assert_eq!(ended, Some(code), "{arguments:?} {complaint}");
            for (key, _) in wrong {
                assert_eq!(complaint.matches(key).count(), 1, "{key} in {complaint}");
            }
            assert!(!complaint.contains("too-short"), "{complaint}");
        }
    }

    #[test]
    fn the_example_lists_every_section() {
        let (code, example, _) = run(&["config-example"], &[]);
        assert_eq!(code, Some(0));
        for section in ["[http]", "[database]", "[tokens]", "[limits]"] {
            assert!(example.contains(section), "{section}");
        }
    }

    #[test]
    fn an_unknown_command_is_a_wrong_command_line() {
        assert_eq!(run(&["dance"], &[]).0, Some(2));
        let (code, help, _) = run(&["--help"], &[]);
        assert!(code == Some(0) && help.contains("migrate") && help.contains("health"));
    }

    #[test]
    fn a_database_that_is_away_is_a_reason_not_to_migrate() {
        let (code, _, complaint) =
            run(&["migrate"], &[("GYM__DATABASE__MIGRATE_URL", "postgres://gym_migrator@127.0.0.1:9/gym")]);
        assert_eq!(code, Some(1));
        let told = "Postgres at 127.0.0.1:9 (database gym, user gym_migrator): connection refused";
        assert!(complaint.contains(told), "{complaint}");
    }

    #[test]
    fn migrating_asks_for_the_address_of_the_owner_alone() {
        let runtime = Runtime::new().unwrap();
        let gym = runtime.block_on(TestDb::open());
        let url = gym.url("gym_migrator");
        let production = [
            ("GYM__MODE", "production"),
            ("GYM__DATABASE__MIGRATE_URL", &*url),
            ("GYM__DATABASE__URL", "postgres://gym_staff:development-only@127.0.0.1:9/gym"),
            ("GYM__HTTP__LISTEN", "nowhere"),
        ];
        let (code, said, complaint) = run(&["migrate"], &production);
        assert_eq!((code, said.as_str()), (Some(0), "the schema is up to date\n"), "{complaint}");
        for wrong in ["", "nonsense"] {
            let (code, _, complaint) =
                run(&["migrate"], &[production[0], ("GYM__DATABASE__MIGRATE_URL", wrong)]);
            assert_eq!((code, complaint.matches("GYM__").count()), (Some(2), 1), "{complaint}");
        }
        runtime.block_on(async { drop(gym) });
    }

    #[test]
    fn the_books_are_walked_and_a_break_is_named() {
        let runtime = Runtime::new().unwrap();
        let gym = runtime.block_on(TestDb::open());
        let url = gym.url("gym_staff");
        let verify = || run(&["verify", "books"], &[("GYM__DATABASE__URL", &url)]);
        let (code, said, complaint) = verify();
        let whole = "the books are whole: 0 receipts, 0 transfers and 0 closings were compared\n";
        assert_eq!((code, said.as_str(), complaint.as_str()), (Some(0), whole, ""));
        let broken = "insert into gyms (id, name, time_zone, currency, calling_code, primary_color, secondary_color,
                is_setup_complete, is_active, created_at)
            values (1, 'Nile', 'Africa/Cairo', 'EGP', '20', '#DC2626', '#EF4444', true, true, '2026-01-01');
            insert into branches (id, gym_id, name, code, is_active, created_at) values (1, 1, 'Nile', 'N', true, '2026-01-01');
            insert into branch_receipts (branch_id, last_number) values (1, 3)";
        runtime.block_on(async { sqlx::raw_sql(broken).execute(&gym.owner).await.unwrap() });
        let (code, said, complaint) = verify();
        assert_eq!(code, Some(1), "{said}{complaint}");
        assert!(said.starts_with("branch 1: the last receipt number of the branch is another\n"), "{said}");
        assert!(complaint.contains("1 of these break the books"), "{complaint}");
        let (code, _, _) = run(&["verify"], &[("GYM__DATABASE__URL", &url)]);
        assert_eq!(code, Some(2), "verify what?");
        runtime.block_on(async { drop(gym) });
    }

    /// What the doctor says about this thing.
    fn about<'a>(said: &'a str, thing: &str) -> Vec<&'a str> {
        said.lines().filter(|line| line.get(7..).is_some_and(|rest| rest.starts_with(thing))).collect()
    }

    #[test]
    fn the_doctor_looks_at_everything_and_says_what_to_do() {
        let runtime = Runtime::new().unwrap();
        let gym = runtime.block_on(TestDb::open());
        let (staff, owner) = (gym.url("gym_staff"), gym.url("gym_migrator"));
        let (code, said, complaint) = run(&["doctor"], &[("GYM__DATABASE__URL", &staff)]);
        assert_eq!(code, Some(0), "{said}{complaint}");
        for well in ["database", "schema", "rights", "clock", "mail", "sms", "proxies"] {
            let lines = about(&said, well);
            assert!(
                lines.iter().all(|line| line.starts_with("ok ")) && !lines.is_empty(),
                "{well} in\n{said}"
            );
        }
        // The Postgres of the tests may forget, and has nobody who runs the platform.
        assert!(about(&said, "settings").iter().any(|line| line.contains("fsync is off, not on")), "{said}");
        assert!(said.contains("staff-api operator add"), "{said}");

        let elsewhere = [
            ("GYM__DATABASE__URL", &*owner),
            ("GYM__HTTP__LISTEN", "0.0.0.0:8081"),
            ("GYM__MAIL__TRANSPORT", "smtp"),
            ("GYM__MAIL__HOST", "127.0.0.1"),
            ("GYM__MAIL__PORT", "9"),
        ];
        let (code, said, complaint) = run(&["doctor"], &elsewhere);
        assert_eq!(code, Some(1), "{said}{complaint}");
        let rights = about(&said, "rights")[0];
        assert!(rights.contains("gym_migrator") && rights.contains("owns the database"), "{said}");
        assert!(about(&said, "mail")[0].starts_with("WRONG"), "{said}");
        assert!(about(&said, "proxies")[0].starts_with("note "), "{said}");
        runtime.block_on(async { drop(gym) });
    }

    #[test]
    fn the_doctor_says_why_a_database_does_not_serve() {
        let bare = forgetful();
        let unknown = bare.replace("/postgres?", "/no_such_gym?");
        for (url, found, remedy) in [
            (NO_DATABASE, "connection refused", "start Postgres"),
            (&*unknown, "(3D000)", "roles.sh makes it"),
            (&*bare, "none, or one of an older release", "staff-api migrate"),
        ] {
            let (code, said, _) = run(&["doctor"], &[("GYM__DATABASE__URL", url)]);
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains(found) && said.contains(remedy), "{found} in\n{said}");
        }
    }

    #[test]
    fn an_operator_is_added_with_a_password_from_a_file() {
        let runtime = Runtime::new().unwrap();
        let gym = runtime.block_on(TestDb::open());
        let url = gym.url("gym_staff");
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("operator-password");
        std::fs::write(&file, "salt, chalk and rope\n").unwrap();
        let path = file.to_str().unwrap();
        let named = |name| ["operator", "add", "--username", name, "--email", "nadia@example.com"];
        let add =
            |arguments: &[&str]| run(arguments, &[("GYM__DATABASE__URL", &url), ("GYM__MAIL__PORT", "x")]);

        let (code, _, complaint) = add(&named("nadia"));
        assert!(code == Some(1) && complaint.contains("--password-file"), "{complaint}");
        let with_file = |name| [&named(name)[..], &["--password-file", path]].concat();
        let (code, said, complaint) = add(&with_file("nadia"));
        assert_eq!(
            (code, said.as_str()),
            (Some(0), "nadia runs the platform now and may sign in\n"),
            "{complaint}"
        );
        let (code, _, complaint) = add(&with_file("hany"));
        assert!(code == Some(1) && complaint.contains("--another"), "{complaint}");
        let (code, ..) = add(&[&with_file("hany")[..], &["--another"]].concat());
        assert_eq!(code, Some(0));
        let (code, _, complaint) = add(&with_file("a b"));
        assert!(code == Some(1) && complaint.contains("Sign-in name"), "{complaint}");
        std::fs::remove_file(&file).unwrap();
        runtime.block_on(async { drop(gym) });
    }

    struct Running {
        child: Child,
        listen: String,
        internal: String,
        /// What it logged until it was open.
        before: String,
    }

    impl Running {
        fn start() -> Self {
            Self::start_with(&[])
        }

        fn start_with(environment: &[(&str, &str)]) -> Self {
            let mut child =
                program(&PORTS).envs(environment.iter().copied()).stdout(Stdio::piped()).spawn().unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut before = String::new();
            let opened = lines
                .by_ref()
                .map(|line| {
                    let line = line.unwrap();
                    before.push_str(&line);
                    serde_json::from_str::<Value>(&line).unwrap()
                })
                .find(|line| line["message"] == "open")
                .unwrap();
            thread::spawn(move || lines.for_each(drop));
            let address = |key: &str| opened[key].as_str().unwrap().to_owned();
            let (listen, internal) = (address("listen"), address("internal"));
            Self { child, listen, internal, before }
        }

        fn stop(mut self) -> ExitStatus {
            let killed = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
            assert!(killed.unwrap().success());
            self.child.wait().unwrap()
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            drop(self.child.kill());
        }
    }

    fn get(address: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: gym\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn without_a_database_it_is_alive_and_not_ready_and_stops_when_told() {
        let service = Running::start();
        let away = "Postgres at 127.0.0.1:9 (database gym, user gym_staff): connection refused";
        assert!(service.before.contains(away), "{}", service.before);
        assert!(get(&service.internal, "/live").starts_with("HTTP/1.1 200 "));
        assert!(get(&service.internal, "/ready").starts_with("HTTP/1.1 503 "));
        let (code, ..) = run(&["health"], &[("GYM__HTTP__INTERNAL_LISTEN", &service.internal)]);
        assert_eq!(code, Some(1));
        assert!(get(&service.listen, "/api/auth/me").starts_with("HTTP/1.1 401 "));
        assert!(get(&service.listen, "/api/nothing").starts_with("HTTP/1.1 404 "));
        let metrics = get(&service.internal, "/metrics");
        let counted = r#"http_requests_total{method="GET",route="/api/auth/me",status="4xx"} 1"#;
        assert!(metrics.contains(counted), "{metrics}");
        assert!(metrics.contains(r#"http_refusals_total{code="NOT_FOUND"} 1"#), "{metrics}");
        assert!(metrics.contains("http_request_duration_seconds_bucket"), "{metrics}");
        let page = get(&service.listen, "/docs/staff/");
        assert!(page.contains("swagger-ui") && !page.contains("://"), "{page}");
        assert!(page.contains("content-security-policy: default-src 'none'; script-src 'self';"), "{page}");
        assert!(get(&service.listen, "/docs/staff/openapi.json").contains(r#""openapi":"3.1"#));
        let front = get(&service.listen, "/ HTTP/1.1\r\naccept: text/html\r\nx-rest:");
        assert!(front.contains("reception1") && front.contains("style-src 'unsafe-inline'"), "{front}");
        assert!(get(&service.listen, "/").starts_with("HTTP/1.1 404 "));
        assert!(get(&service.listen, "/docs/staff/status.svg").contains("does not work"));
        let began = Instant::now();
        assert_eq!(service.stop().code(), Some(0));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }

    /// The expressions of the alarms and of the board.
    fn expressions() -> Vec<String> {
        let deploy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
        let alarms = std::fs::read_to_string(deploy.join("prometheus/alerts.yml")).unwrap();
        let mut found = Vec::new();
        for alarm in alarms.split("expr: ").skip(1) {
            // What is folded over several lines lies deeper than the next key.
            let mut lines = alarm.lines();
            let first = lines.next().unwrap();
            let rest: Vec<&str> = lines.take_while(|line| line.starts_with("          ")).collect();
            found.push(if first == ">-" { rest.join(" ") } else { first.to_owned() });
        }
        let board = std::fs::read_to_string(deploy.join("grafana/gym.json")).unwrap();
        let board: Value = serde_json::from_str(&board).unwrap();
        for panel in board["panels"].as_array().unwrap() {
            let targets = panel["targets"].as_array().unwrap();
            found.extend(targets.iter().map(|target| target["expr"].as_str().unwrap().to_owned()));
        }
        assert!(found.len() > 30, "{found:#?}");
        found
    }

    /// The metrics that an expression reads: words that are no label, no function and no word of the language.
    fn metrics_in(expression: &str) -> Vec<String> {
        let mut plain = String::new();
        let mut is_inside = false;
        for letter in expression.replace(" by (", " {").chars() {
            match letter {
                '{' | '[' => is_inside = true,
                '}' | ']' => is_inside = false,
                // The end of `by (…)`, whose beginning became a brace.
                ')' if is_inside => is_inside = false,
                letter if !is_inside => plain.push(letter),
                _ => {}
            }
        }
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '(');
        let words = plain.split(|letter| !is_word(letter));
        // Before each opening parenthesis stands the name of a function.
        let names = words.filter_map(|word| word.rsplit('(').next()).filter(|word| {
            let is_operator = matches!(*word, "and" | "or" | "unless" | "sum" | "max" | "min");
            word.starts_with(|letter: char| letter.is_ascii_alphabetic()) && !is_operator
        });
        names.map(str::to_owned).collect()
    }

    #[test]
    fn every_metric_that_a_board_or_an_alarm_reads_is_there_from_the_start() {
        let runtime = Runtime::new().unwrap();
        let gym = runtime.block_on(TestDb::open());
        let service = Running::start_with(&[("GYM__DATABASE__URL", &gym.url("gym_staff"))]);
        assert!(get(&service.listen, "/api/auth/me").starts_with("HTTP/1.1 401 "));
        let mut wanted: Vec<String> = expressions().iter().flat_map(|text| metrics_in(text)).collect();
        wanted.sort();
        wanted.dedup();
        assert!(wanted.len() > 14 && wanted.iter().any(|name| name == "build_info"), "{wanted:?}");
        // Prometheus' own: whether there was a page at all.
        wanted.retain(|name| name != "up");
        let began = Instant::now();
        loop {
            let page = get(&service.internal, "/metrics");
            let is_there = |name: &String| {
                page.lines().any(|line| {
                    line.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['{', ' ']))
                })
            };
            let missing: Vec<&String> = wanted.iter().filter(|name| !is_there(name)).collect();
            if missing.is_empty() {
                assert!(page.contains(r#"build_info{service="staff-api",version=""#), "{page}");
                break;
            }
            // The outbox measures itself at its first round.
            assert!(began.elapsed() < Duration::from_secs(20), "{missing:?} in\n{page}");
            thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(service.stop().code(), Some(0));
        runtime.block_on(async { drop(gym) });
    }

    /// The Postgres of the tests, through a connection that gives up durability.
    fn forgetful() -> String {
        #[expect(clippy::disallowed_methods, reason = "tests are told where Postgres is by the environment")]
        let url = env::var("GYM_TEST_DATABASE_URL")
            .unwrap_or_else(|_| "postgres://gym_migrator:gym_migrator@127.0.0.1:15490/postgres".to_owned());
        // As a service's own user: production takes no other.
        let url = url.replace("gym_migrator", "gym_staff");
        format!("{url}?options=-c%20synchronous_commit%3Doff")
    }

    #[test]
    fn production_refuses_a_database_that_may_lose_what_it_acknowledged() {
        let key = |byte: u8| {
            let mut key = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
            // Drawn by nobody, but none that repeats itself.
            key.extend((1..=32_u8).map(|step| step.wrapping_mul(step).wrapping_mul(37).wrapping_add(byte)));
            base64::engine::general_purpose::STANDARD.encode(key)
        };
        let (database, staff_key, client_key) = (forgetful(), key(7), key(8));
        let production = [
            ("GYM__MODE", "production"),
            ("GYM__DATABASE__URL", &*database),
            ("GYM__TOKENS__STAFF_KEY", &staff_key),
            ("GYM__TOKENS__CLIENT_KEY", &client_key),
            ("GYM__SECRETS__HASH_KEY", "a-hash-key-of-this-test-and-no-other"),
            ("GYM__MAIL__TRANSPORT", "smtp"),
            ("GYM__MAIL__HOST", "127.0.0.1"),
            ("GYM__MAIL__FROM", "gym@example.com"),
            ("GYM__SMS__TRANSPORT", "twilio"),
            ("GYM__SMS__ACCOUNT_SID", "AC0"),
            ("GYM__SMS__AUTH_TOKEN", "none-of-ours"),
            ("GYM__SMS__FROM", "+15005550006"),
            ("GYM__FILES__FOLDER", "/var/lib/gym/files"),
        ];
        let environment = [&PORTS[..], &production].concat();
        let (code, _, complaint) = run(&["serve"], &environment);
        assert_eq!(code, Some(1), "{complaint}");
        assert!(complaint.contains("may lose what it acknowledged"), "{complaint}");
        assert!(complaint.contains("synchronous_commit"), "{complaint}");
    }

    #[test]
    fn development_takes_any_database_and_is_ready_once_its_schema_is_that_of_this_release() {
        let service = Running::start_with(&[("GYM__DATABASE__URL", &forgetful())]);
        let answer = get(&service.internal, "/ready");
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("staff-api migrate"), "{answer}");
        assert_eq!(service.stop().code(), Some(0));

        let runtime = Runtime::new().unwrap();
        let gym = runtime.block_on(TestDb::open());
        let service = Running::start_with(&[("GYM__DATABASE__URL", &gym.url("gym_staff"))]);
        let answer = get(&service.internal, "/ready");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert_eq!(service.stop().code(), Some(0));
        runtime.block_on(async { drop(gym) });
    }
}
