//! What deploy/up and deploy/down refuse before they touch anything.

use std::{process::Command, time::Duration};

use super::Place;
use crate::{
    claims::Claims,
    stack::{Ended, ran},
};

const LIMIT: Duration = Duration::from_secs(30);
const PORTS: [&str; 6] = [
    "GYM_PORT",
    "GYM_STAFF_PORT",
    "GYM_CLIENT_PORT",
    "GYM_STAFF_INTERNAL_PORT",
    "GYM_CLIENT_INTERNAL_PORT",
    "GYM_PG_PORT",
];
/// What nginx, a shell or a URL would take for something else.
const FOLDERS: [&str; 7] = ["a'b", "a\"b", "a$b", "a{b", "a;b", "a\\b", "a`b"];

pub(super) fn run(place: &Place) -> anyhow::Result<bool> {
    let data = place.work().join("data");
    let call = |script: &str, settings: &[(&str, &str)], options: &[&str]| -> anyhow::Result<Ended> {
        let mut command = Command::new(place.script(script));
        command.env("GYM_DATA", &data).envs(settings.iter().copied()).args(options);
        ran(&mut command, &place.log("settings"), LIMIT)
    };
    let up = |settings: &[(&str, &str)], words: &str| call("up", settings, &[])?.refuses(&[words]);

    let mut claims = Claims::default();
    for name in PORTS {
        let words = format!("{name}=32768: ports must be below 32768");
        claims.add(&format!("{name} above the range is refused"), up(&[(name, "32768")], &words))?;
        claims.add(&format!("{name} of zero is refused"), up(&[(name, "0")], &format!("{name}=0")))?;
    }
    claims.add(
        "a port that is no number is refused",
        up(&[("GYM_PORT", "http")], "GYM_PORT=http is not a port"),
    )?;
    let twice = [("GYM_STAFF_PORT", "8080"), ("GYM_PORT", "8080")];
    claims.add("a port used twice is refused", up(&twice, "GYM_STAFF_PORT=8080 is used twice"))?;
    claims.add(
        "an address that is none is refused",
        up(&[("GYM_BIND", "localhost")], "GYM_BIND=localhost is not"),
    )?;
    let unknown = call("up", &[], &["--nativ"])?;
    claims.add("an unknown option is refused", unknown.refuses(&["unknown option --nativ"]))?;
    let unknown = call("down", &[], &["--all"])?;
    claims.add("down knows no options", unknown.refuses(&["unknown option --all"]))?;

    let home = ran(Command::new("sh").args(["-c", "printf %s \"$HOME\""]), &place.log("home"), LIMIT)?.said;
    let folders = FOLDERS.map(|name| place.work().join(name).display().to_string());
    for folder in ["/", &home].into_iter().chain(folders.iter().map(String::as_str)) {
        let refused = up(&[("GYM_DATA", folder)], "GYM_DATA");
        claims.add(&format!("the data folder {folder} is refused"), refused)?;
    }
    let help = call("up", &[], &["--help"])?;
    claims.add("help is given", help.says("  --fresh"))?;
    let down = call("down", &[], &[])?;
    claims.add("down without data says that nothing runs", down.says("nothing runs for"))?;
    claims.holds("nothing was written", !data.exists())?;
    Ok(claims.verdict()?)
}
