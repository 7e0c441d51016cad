//! The operating system's store as a slot, against a real gnome-keyring on a bus of its own:
//! present, locked with nowhere to ask, emptied, and absent.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::chancery::{Installation, Said};
use crate::counterpart::{run, tool};

#[test]
fn a_real_keyring_opens_the_vault_in_its_session_and_in_no_other() {
    if !present() {
        return;
    }
    let home = Installation::with_issuing();
    let added = in_session(
        &home,
        UNLOCKED,
        &chancery(&home, "vault slots add os-store", true),
    );
    assert_eq!(added.code, Some(0), "{added:#?}");
    // No passphrase from here on.
    let create = chancery(
        &home,
        "cert create www.example.internal --ca Issuing",
        false,
    );
    let issued = in_session(&home, UNLOCKED, &create);
    assert_eq!(issued.code, Some(0), "{issued:#?}");
    let root = chancery(&home, "ca create Other --parent Root", false);
    let attended = in_session(&home, UNLOCKED, &root);
    assert_eq!(attended.code, Some(4), "an authority's key: {attended:#?}");

    // Another password: the keyring stays locked, and its prompter has no display to ask on.
    let unasked = in_session(&home, LOCKED, &json(&home, "key generate one"));
    assert_eq!(unasked.code, Some(4), "{unasked:#?}");
    assert_eq!(code(&unasked), "vault.os-store-dismissed", "{unasked:#?}");
    // A bus that offers no such service, and no bus at all.
    let absent = in_bare_session(&home, &json(&home, "key generate two"));
    assert_eq!(code(&absent), "vault.os-store-absent", "{absent:#?}");
    let nowhere = run(sh(&home, &json(&home, "key generate three"))
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"));
    assert_eq!(code(&nowhere), "vault.os-store-absent", "{nowhere:#?}");

    // An emptied keyring is another machine's.
    fs::remove_dir_all(home.at("kr/share")).unwrap();
    let other = in_session(&home, UNLOCKED, &json(&home, "key generate four"));
    assert_eq!(code(&other), "vault.os-store-no-entry", "{other:#?}");
}

#[test]
fn a_rekeying_leaves_exactly_one_entry_in_the_keyring_and_a_removal_none() {
    if !present() {
        return;
    }
    let home = Installation::with_vault();
    home.write_secret("new", "another passphrase entirely");
    let line = [
        chancery(&home, "vault slots add os-store", true),
        SEARCH.to_owned(),
        chancery(&home, "vault passphrase --new-passphrase-file new", true),
        SEARCH.to_owned(),
        chancery(&home, "key generate mine", false),
        chancery(&home, "vault slots remove os-store", true).replace("/passphrase", "/new"),
        SEARCH.to_owned(),
    ];
    let said = in_session(&home, UNLOCKED, &line.join(" && "));
    assert_eq!(said.code, Some(0), "{said:#?}");
    let counts: Vec<&str> = said
        .out
        .lines()
        .filter_map(|line| line.strip_prefix("entries "))
        .collect();
    assert_eq!(counts, ["1", "1", "0"], "{said:#?}");
    assert!(!said.err.contains("warning"), "{said:#?}");
}

#[track_caller]
pub(crate) fn present() -> bool {
    ["gnome-keyring-daemon", "dbus-run-session", "secret-tool"]
        .into_iter()
        .all(|name| tool(name).is_some())
}

/// The shell's words for one run of the program, with or without the passphrase.
pub(crate) fn chancery(home: &Installation, line: &str, passphrase: bool) -> String {
    let program = env!("CARGO_BIN_EXE_chancery");
    let file = match passphrase {
        true => format!("--passphrase-file {}", home.at("passphrase").display()),
        false => String::new(),
    };
    format!("{program} --data {} {file} {line}", home.data().display())
}

pub(crate) fn json(home: &Installation, line: &str) -> String {
    chancery(home, &format!("--json {line}"), false)
}

/// Runs the words beside a keyring that was unlocked with this password, whose login keyring is
/// made at the first time.
pub(crate) fn in_session(home: &Installation, password: &str, words: &str) -> Said {
    run(&mut session(home, password, words))
}

pub(crate) fn session(home: &Installation, password: &str, words: &str) -> Command {
    let begin = format!(
        "printf {password} | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; \
         sleep 1; {words}"
    );
    let mut command = sh_of(home, "dbus-run-session");
    command.args(["--", "sh", "-c", &begin]);
    command
}

/// A bus on which nobody is started on demand.
fn in_bare_session(home: &Installation, words: &str) -> Said {
    let config = home.at("bus.conf");
    fs::write(
        &config,
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>\
         <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
         <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
    )
    .unwrap();
    let config = format!("--config-file={}", config.display());
    run(sh_of(home, "dbus-run-session").args([&config, "--", "sh", "-c", words]))
}

fn sh(home: &Installation, words: &str) -> Command {
    let mut command = sh_of(home, "sh");
    command.args(["-c", words]);
    command
}

/// With surroundings of its own, so that no keyring of the machine is touched.
fn sh_of(home: &Installation, program: &str) -> Command {
    let kr = home.at("kr");
    for folder in ["run", "share"] {
        private(&kr.join(folder));
    }
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
        .env("HOME", &kr)
        .env("XDG_RUNTIME_DIR", kr.join("run"))
        .env("XDG_DATA_HOME", kr.join("share"))
        .env("USER", "tester")
        .current_dir(home.path())
        .stdin(Stdio::null());
    command
}

fn private(folder: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).unwrap();
}

/// The code of the failure that `--json` told.
fn code(said: &Said) -> String {
    let values = said
        .err
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut codes = values.filter_map(|value| value["error"]["code"].as_str().map(str::to_owned));
    codes.next().unwrap_or_default()
}

pub(crate) const UNLOCKED: &str = "rigpass";
pub(crate) const LOCKED: &str = "otherpass";

/// Counts our entries.
const SEARCH: &str =
    "echo entries $(secret-tool search --all service Chancery 2>/dev/null | grep -c ^secret)";
