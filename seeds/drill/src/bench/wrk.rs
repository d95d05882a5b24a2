//! What is asked of the services, and wrk that asks it over and over.

use anyhow::Context as _;
use std::process::Command;

use super::{
    Bench,
    callers::{Callers, Customer},
    figures::Figures,
};
use crate::stack::{Ports, ran};

/// A request as many would send it; {…} is filled in for each of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'text> {
    pub(super) method: &'text str,
    pub(super) path: &'text str,
    pub(super) body: &'text str,
    /// desk, regional, owner, operator, member or nobody.
    pub(super) caller: &'text str,
    /// About one customer after the other, never the same twice in a while.
    pub(super) walks: bool,
}

impl<'text> Request<'text> {
    pub(super) const fn get(path: &'text str, caller: &'text str) -> Self {
        Self { method: "GET", path, body: "", caller, walks: false }
    }

    /// Where the service listens that answers it.
    pub(super) fn port(&self, ports: &Ports) -> u16 {
        if self.path.starts_with("/api/clients/") { ports.client } else { ports.staff }
    }

    /// The path and the body of this request about `one`.
    pub(super) fn about(&self, one: &Customer) -> (String, String) {
        let fill = |text: &str, escape: fn(&str) -> String| {
            text.replace("{id}", &escape(&one.id))
                .replace("{branch}", &escape(&one.branch))
                .replace("{part}", &escape(one.part()))
                .replace("{first}", &escape(&one.first))
                .replace("{last}", &escape(&one.last))
        };
        (fill(self.path, escaped), fill(self.body, str::to_owned))
    }
}

/// In the form that a URL holds.
fn escaped(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}

impl Bench {
    /// The figures of `connections` callers at `port`. With one thread: wrk lets the first one ask while the others still read
    /// their customers, and counts those answers without their time.
    pub(super) fn called(
        &self,
        request: &Request<'_>,
        callers: &Callers,
        port: u16,
        connections: u32,
        seconds: u64,
    ) -> anyhow::Result<Figures> {
        let mut wrk = Command::new("wrk");
        wrk.env("BENCH_METHOD", request.method)
            .env("BENCH_PATH", request.path)
            .env("BENCH_BODY", request.body)
            .env("BENCH_AS", request.caller)
            .env("BENCH_WALK", if request.walks { "yes" } else { "no" })
            .env("BENCH_GYM", callers.gym.to_string())
            .env("BENCH_FOLDER", &self.stack.work);
        wrk.args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "--timeout", "10s", "-s"]);
        wrk.arg(self.stack.deploy.join("lib/bench/caller.lua")).arg(format!("http://127.0.0.1:{port}"));
        let ended = ran(&mut wrk, &self.stack.log("wrk"), Self::limit(seconds))?;
        Figures::parse(&ended.said).with_context(|| format!("{}: {}", request.path, ended.last_lines(4)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_filled_in_for_a_customer() {
        let [id, branch, phone, first, last] =
            ["7", "2", "+201012345678", "منى", "O'Neil"].map(str::to_owned);
        let one = Customer { id, branch, phone, first, last };
        let get = Request::get("/api/customers/search?q={first}%20{last}&part={part}", "owner");
        assert_eq!(get.about(&one).0, "/api/customers/search?q=%D9%85%D9%86%D9%89%20O%27Neil&part=123456");
        let post = Request { body: r#"{"customer_id":{id}}"#, ..Request::get("/x", "desk") };
        assert_eq!(post.about(&one).1, r#"{"customer_id":7}"#);
    }
}
