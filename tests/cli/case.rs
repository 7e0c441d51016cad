//! How a case is written, and how it is played.
//!
//! ```text
//! # What it shows.
//! given ca              start with a copy of a data folder that holds a root and an issuing CA
//! needs openssl         skip, and say so, where this program is missing
//! hold home             an engine of ours opens this data folder, until the case ends
//! $ chancery vault …    run a program; `$id` stands for what was kept, '…' for one word
//! > [..] vault          all of standard output, line by line (see `pattern.rs`)
//! ! error: …            a line of standard error
//! ? 4                   the exit code, if it is not 0
//! = id                  keep the first line of standard output as `$id`
//! save a.pem            write standard output to a file
//! { /rows/0/name www    standard output is JSON and says this there
//! }! /error/code cli.x  a line of standard error is JSON and says this there
//! -- pass --            a file of the case, to the next such line; only its owner can read it
//! ```
//!
//! Unless one of `>`, `=`, `save`, `{` speaks of it, standard output is empty; unless the exit
//! code is another or `!` speaks of it, standard error holds no error and no warning.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use chancery_engine::api::Actor;
use chancery_engine::{Client, Home, Settings};
use serde_json::Value;
use tempfile::TempDir;

use crate::pattern::{lines_contain, lines_match};

/// Where the cases are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cli")
}

/// Plays the case of this file name.
pub(crate) fn run(name: &str) {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    let mut stage = Stage::new(name);
    let script = stage.lay_out(&text);
    let mut lines = script.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        stage.line = number + 1;
        match line.split_once(' ').unwrap_or((line, "")) {
            ("" | "#", _) => (),
            ("given", what) => stage.given(what),
            ("needs", program) if stage.has(program) => (),
            ("needs", program) => return println!("{name} is skipped: {program} is missing"),
            ("hold", data) => stage.hold(data),
            ("$", words) => {
                let mut expected = Expected::default();
                while let Some((_, line)) = lines.next_if(|(_, line)| expected.takes(line)) {
                    expected.take(&stage.filled(line));
                }
                stage.play(words, &expected);
            }
            _ => stage.fail("this line says nothing that a case can say"),
        }
    }
}

/// One case being played, in a folder of its own.
struct Stage {
    name: String,
    line: usize,
    folder: TempDir,
    kept: BTreeMap<String, String>,
    held: Vec<Client>,
}

impl Stage {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            line: 0,
            folder: tempfile::tempdir().unwrap(),
            kept: BTreeMap::new(),
            held: Vec::new(),
        }
    }

    /// Writes the files of the case and leaves its script.
    fn lay_out(&self, text: &str) -> String {
        let mut script = String::new();
        let mut file: Option<(PathBuf, String)> = None;
        for line in text.lines() {
            let header = line
                .strip_prefix("-- ")
                .and_then(|rest| rest.strip_suffix(" --"));
            match (header, &mut file) {
                (Some(name), _) => {
                    let next = (self.folder.path().join(name), String::new());
                    file.replace(next).inspect(|(path, text)| write(path, text));
                }
                (None, Some((_, text))) => *text += &format!("{line}\n"),
                (None, None) => script += &format!("{line}\n"),
            }
        }
        file.inspect(|(path, text)| write(path, text));
        script
    }

    fn given(&self, what: &str) {
        match what {
            "ca" => copy(private_ca(), self.folder.path()),
            _ => self.fail("nothing of this name can be given"),
        }
    }

    fn has(&self, program: &str) -> bool {
        let words = ["sh", "-c", &format!("command -v {program}")].map(str::to_owned);
        let found = crate::case::program(&words, self.folder.path()).output();
        found.is_ok_and(|found| found.status.success())
    }

    fn hold(&mut self, data: &str) {
        let home = Home::Folder(self.folder.path().join(data));
        let actor = Actor::User("somebody else".to_owned());
        let client = chancery_engine::start(Settings::at(home), actor);
        self.held.push(client.unwrap());
    }

    fn play(&mut self, words: &str, expected: &Expected) {
        let words = self.words(words);
        let output = program(&words, self.folder.path()).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        let told = format!(
            "\n  {}\nexit code {:?}\n--- standard output\n{out}--- standard error\n{errors}",
            words.join(" "),
            output.status.code()
        );
        if let Err(fault) = expected.compare(output.status.code(), &out, &errors) {
            self.fail(&format!("{fault}{told}"));
        }
        if let Some(name) = &expected.keep {
            let first = out.lines().next().unwrap_or_default().to_owned();
            self.kept.insert(name.clone(), first);
        }
        if let Some(file) = &expected.save {
            fs::write(self.folder.path().join(file), &out).unwrap();
        }
    }

    /// Splits at blanks outside quotes.
    fn words(&self, line: &str) -> Vec<String> {
        let line = self.filled(line);
        let mut words = Vec::new();
        for (at, part) in line.split('\'').enumerate() {
            match at % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words
    }

    /// With what was kept in its place.
    fn filled(&self, line: &str) -> String {
        let fill = |line: String, (name, value): (&String, &String)| {
            line.replace(&format!("${name}"), value)
        };
        self.kept.iter().fold(line.to_owned(), fill)
    }

    fn fail(&self, what: &str) -> ! {
        panic!("{}:{}: {what}", self.name, self.line)
    }
}

/// What one run is expected to do.
#[derive(Default)]
struct Expected {
    out: Vec<String>,
    errors: Vec<String>,
    exit: i32,
    keep: Option<String>,
    save: Option<String>,
    json: Vec<(String, String)>,
    json_errors: Vec<(String, String)>,
}

impl Expected {
    fn takes(&self, line: &str) -> bool {
        let mark = line.split(' ').next().unwrap_or_default();
        [">", "!", "?", "=", "save", "{", "}!"].contains(&mark)
    }

    fn take(&mut self, line: &str) {
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        let pair = || {
            let (pointer, value) = rest.split_once(' ').unwrap();
            (pointer.to_owned(), value.to_owned())
        };
        match mark {
            ">" => self.out.push(rest.to_owned()),
            "!" => self.errors.push(rest.to_owned()),
            "?" => self.exit = rest.parse().unwrap(),
            "=" => self.keep = Some(rest.to_owned()),
            "save" => self.save = Some(rest.to_owned()),
            "{" => self.json.push(pair()),
            _ => self.json_errors.push(pair()),
        }
    }

    fn compare(&self, exit: Option<i32>, out: &str, errors: &str) -> Result<(), String> {
        if exit != Some(self.exit) {
            return Err(format!("expected exit code {}", self.exit));
        }
        let lines: Vec<&str> = out.lines().collect();
        let other = self.keep.is_some() || self.save.is_some() || !self.json.is_empty();
        let checked = !self.out.is_empty() || !other;
        if checked && !lines_match(&self.out, &lines) {
            return Err("standard output is another than expected".to_owned());
        }
        let lines: Vec<&str> = errors.lines().collect();
        if !lines_contain(&self.errors, &lines) {
            return Err(format!("standard error lacks one of {:?}", self.errors));
        }
        let grave = |line: &&str| line.starts_with("error:") || line.starts_with("warning:");
        if self.exit == 0 && self.errors.is_empty() && lines.iter().any(grave) {
            return Err("standard error was to hold no error and no warning".to_owned());
        }
        self.compare_json(out, &lines)
    }

    fn compare_json(&self, out: &str, errors: &[&str]) -> Result<(), String> {
        for (pointer, expected) in &self.json {
            let value: Value = serde_json::from_str(out).map_err(|error| error.to_string())?;
            let found = value.pointer(pointer).map(plain);
            if found.as_deref() != Some(expected) {
                return Err(format!("expected {expected} at {pointer}, found {found:?}"));
            }
        }
        for (pointer, expected) in &self.json_errors {
            let values = errors
                .iter()
                .map(|line| serde_json::from_str::<Value>(line));
            let values: Result<Vec<Value>, _> = values.collect();
            let values = values.map_err(|error| error.to_string())?;
            let mut found = values.iter().filter_map(|value| value.pointer(pointer));
            if !found.any(|value| plain(value) == *expected) {
                return Err(format!(
                    "expected {expected} at {pointer} of standard error"
                ));
            }
        }
        Ok(())
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The program of these words, with the surroundings every case has.
fn program(words: &[String], folder: &Path) -> Command {
    let program = match words[0].as_str() {
        "chancery" => env!("CARGO_BIN_EXE_chancery"),
        other => other,
    };
    let mut command = Command::new(program);
    command
        .args(&words[1..])
        .current_dir(folder)
        .env("CHANCERY_DATA", "home")
        .env("HOME", folder)
        .env("USER", "anna")
        .env("CHANCERY", env!("CARGO_BIN_EXE_chancery"))
        .env_remove("XDG_DATA_HOME")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env("XDG_RUNTIME_DIR", folder)
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null());
    command
}

/// A folder with `home`, a data folder that holds a root called Root and an issuing CA called
/// Issuing, and `pass`, its passphrase. Made once, for passphrases are dear.
fn private_ca() -> &'static Path {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        write(
            &folder.path().join("pass"),
            "correct horse battery staple\n",
        );
        for words in [
            "vault create",
            "ca create Root",
            "ca create Issuing --parent Root --path-len 0 --confirm Root",
        ] {
            let words = format!("chancery --passphrase-file pass {words}");
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            let output = program(&words, folder.path()).output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{words:?}: {errors}");
        }
        folder
    });
    made.path()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}
