//! A program that runs until the value ends, and what it said until then.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub(super) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts it with both of its streams going into this file.
    pub(super) fn start(command: &mut Command, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log);
        let file = file.expect("a log");
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the same log"))
            .stderr(file)
            .spawn();
        Self {
            child: child.unwrap_or_else(|fault| panic!("{command:?}: {fault}")),
            log: log.to_owned(),
        }
    }

    /// Asks again and again until it is so; panics if the program ends before, or never does it.
    #[track_caller]
    pub(super) fn wait_until(&mut self, what: &str, mut is_so: impl FnMut() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so() {
            let over = self.child.try_wait().expect("its state");
            assert!(
                over.is_none(),
                "it ended ({over:?}): {what}\n{}",
                self.said()
            );
            assert!(
                Instant::now() < end,
                "it never came: {what}\n{}",
                self.said()
            );
            thread::sleep(PAUSE);
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far.
    pub(super) fn said(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(super) fn end(&mut self) {
        // It may have ended by itself; there is nothing to do about that here.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Asks again and again until it is so.
#[track_caller]
pub(super) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "it never came: {what}");
        thread::sleep(PAUSE);
    }
}

/// Runs a program to its end, which must be a good one, and gives back what it printed.
#[track_caller]
pub(super) fn done(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{said}",
        output.status
    );
    String::from_utf8(output.stdout).expect("text")
}

/// Long, since it is a failure when it is over, and a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);
