//! The prompt of a real gnome-keyring that is locked, on a screen of its own: dismissed by a person,
//! and answered.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::chancery::{Installation, Said, ids};
use crate::counterpart::{run, tool};
use crate::keyring::{LOCKED, UNLOCKED, chancery, in_session, json, present, session};

#[test]
fn a_dismissed_prompt_is_told_and_changes_nothing_and_an_answered_one_opens_the_vault() {
    if !present() || !can_be_prompted() {
        return;
    }
    let home = Installation::with_vault();
    let slot = chancery(&home, "vault slots add os-store", true);
    let added = in_session(&home, UNLOCKED, &slot);
    assert_eq!(added.code, Some(0), "{added:#?}");
    let screen = Screen::start();

    let before = kept(&home);
    let generate = json(&home, "key generate mine");
    let dismissed = screen.prompted(&home, &generate, &[&["key", "Escape"]]);
    assert_eq!(dismissed.code, Some(4), "{dismissed:#?}");
    let refusal = dismissed.refusal();
    assert_eq!(refusal.code, "vault.os-store-dismissed", "{refusal:#?}");
    assert_eq!(kept(&home), before);

    // The same prompt, so that it was the person and not the screen that said no. What a keypress
    // too early left in the field is replaced.
    let answer: [&[&str]; 3] = [&["key", "ctrl+a"], &["type", UNLOCKED], &["key", "Return"]];
    let answered = screen.prompted(&home, &generate, &answer);
    assert_eq!(answered.code, Some(0), "{answered:#?}");
    let made = answered.id("key");
    let (_, _, keys) = kept(&home);
    assert!(keys.contains(&made), "{keys:?}");
}

/// What a dismissal must not touch: the sealed file with its slots, the keyring, the keys.
fn kept(home: &Installation) -> (Vec<u8>, Vec<u8>, Vec<String>) {
    let vault = fs::read(home.data().join("vault.chancery")).unwrap();
    let keyring = fs::read(home.at("kr/share/keyrings/login.keyring")).unwrap();
    let keys = ids(&home.done("--json key list").out, "key");
    (vault, keyring, keys)
}

#[track_caller]
fn can_be_prompted() -> bool {
    ["/usr/libexec/gcr-prompter", "Xvfb", "xdotool"]
        .into_iter()
        .all(|name| tool(name).is_some())
}

/// A screen that nobody sees; ends with the value.
struct Screen {
    process: Child,
    display: String,
}

impl Screen {
    fn start() -> Self {
        let mut process = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It says its number when it is ready.
        let mut number = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "no screen");
        Self {
            process,
            display: format!(":{}", number.trim()),
        }
    }

    /// Runs the words beside a locked keyring until its prompt is on the screen, and does this at
    /// the prompt until it is gone.
    #[track_caller]
    fn prompted(&self, home: &Installation, words: &str, acts: &[&[&str]]) -> Said {
        let mut running = session(home, LOCKED, words)
            .env("DISPLAY", &self.display)
            .env("NO_AT_BRIDGE", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while !self.shows_prompt() {
            let early = running.try_wait().unwrap();
            assert!(early.is_none(), "it ended without a prompt: {early:?}");
            assert!(begun.elapsed() < PATIENCE, "no prompt came");
            thread::sleep(PAUSE);
        }
        // It waits for the person.
        assert!(running.try_wait().unwrap().is_none());
        while self.shows_prompt() {
            assert!(begun.elapsed() < PATIENCE, "the prompt stays: {acts:?}");
            for act in acts {
                self.xdotool(act);
            }
            thread::sleep(PAUSE);
        }
        home.keep(running.wait_with_output().unwrap())
    }

    fn shows_prompt(&self) -> bool {
        let found = self.xdotool(&["search", "--onlyvisible", "--class", "gcr-prompter"]);
        found.code == Some(0)
    }

    fn xdotool(&self, words: &[&str]) -> Said {
        run(Command::new("xdotool")
            .args(words)
            .env("DISPLAY", &self.display))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about that here.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Shorter than the time after which the program gives a prompt up.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(300);
