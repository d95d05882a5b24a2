//! How far it is: a bar on a terminal, plain lines elsewhere, both on standard error.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Tells how far the work is.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    is_plain: bool,
    /// Tenths of the present part that were said.
    said: AtomicU64,
}

impl Progress {
    /// A progress that is shown nowhere.
    pub fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), is_plain: false, said: AtomicU64::new(0) }
    }

    /// Says it on standard error.
    pub fn on_stderr() -> Self {
        let is_plain = !io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self { bar, is_plain, said: AtomicU64::new(0) }
    }

    /// Something begins that cannot be counted.
    pub(super) fn phase(&self, what: &'static str) {
        self.begin(what, None);
    }

    /// So many rows are to be written.
    pub(super) fn rows(&self, what: &'static str, count: i64) {
        self.begin(what, u64::try_from(count).ok());
    }

    /// So many more are written.
    pub(super) fn did(&self, rows: u64) {
        self.bar.inc(rows);
        let tenth = self.bar.position() * 10 / self.bar.length().unwrap_or(0).max(1);
        if self.is_plain && rows > 0 && tenth > self.said.swap(tenth, Relaxed) {
            self.say(&format!("{}: {} %", self.bar.message(), tenth.min(10) * 10));
        }
    }

    /// Takes the bar away, when everything is written.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn begin(&self, what: &'static str, count: Option<u64>) {
        let shape = if count.is_some() {
            "{elapsed_precise} {msg:28} {wide_bar} {human_pos}/{human_len} {eta:>5}"
        } else {
            "{elapsed_precise} {msg:28} {spinner}"
        };
        self.bar
            .set_style(ProgressStyle::with_template(shape).unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_position(0);
        match count {
            Some(count) => self.bar.set_length(count),
            None => self.bar.unset_length(),
        }
        self.bar.set_message(what);
        self.bar.reset_eta();
        self.said.store(0, Relaxed);
        if self.is_plain {
            self.say(what);
        }
    }

    /// Nobody reading is no reason to stop.
    fn say(&self, line: &str) {
        let elapsed = self.bar.elapsed().as_secs();
        if writeln!(io::stderr(), "seeds: {elapsed:>4} s  {line}").is_err() {
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }
}
