//! The walk-through of README.md: its lines are run as they stand, with the address and the messages of a gym that runs.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::Context as _;

use super::Seeded;
use crate::{claims::Claims, stack::ran};

const LIMIT: Duration = Duration::from_mins(2);

pub(super) fn run(gym: &Seeded) -> anyhow::Result<bool> {
    let readme = gym.place.deploy.parent().unwrap_or(Path::new(".")).join("README.md");
    let readme = fs::read_to_string(&readme).with_context(|| format!("{}", readme.display()))?;
    let script = walk_through(&readme, &gym.url, &gym.messages.display().to_string());
    let file = gym.place.work().join("walk.sh");
    fs::write(&file, &script)?;

    let mut claims = Claims::default();
    let requests = script.lines().filter(|line| line.contains("curl ")).count();
    claims.holds_in("the README has a walk-through of ten requests or more", requests >= 10, &script)?;
    let ended =
        ran(Command::new("bash").args(["-euo", "pipefail"]).arg(&file), &gym.place.log("walk"), LIMIT)?;
    claims.add("every line of it works", ended.succeeds())?;
    Ok(claims.verdict()?)
}

/// The indented lines between the two marks.
fn walk_through(readme: &str, url: &str, messages: &str) -> String {
    let inside = readme
        .lines()
        .skip_while(|line| *line != "<!-- walk-through -->")
        .take_while(|line| *line != "<!-- end -->");
    let lines = inside.filter_map(|line| line.strip_prefix("    ")).map(|line| {
        if line.starts_with("GYM=") {
            format!("GYM='{url}'\n")
        } else if line.starts_with("MESSAGES=") {
            format!("MESSAGES='{messages}'\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_run() {
        let readme = "    rm -rf /\n<!-- walk-through -->\nWords.\n\n    GYM=http://127.0.0.1:8080\n    MESSAGES=.data/m\n    curl $GYM\n<!-- end -->\n    ls\n";
        assert_eq!(
            walk_through(readme, "http://there", "a b"),
            "GYM='http://there'\nMESSAGES='a b'\ncurl $GYM\n"
        );
    }
}
