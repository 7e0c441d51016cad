//! BIND's `named` in a folder and on an address of its own.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::address::Address;
use super::process::{Running, done};
use super::program::program;

/// One name server; what it serves is up to the configuration that its user writes.
pub(super) struct Named {
    process: Running,
    folder: TempDir,
    address: Address,
}

/// A key for TSIG, RFC 8945.
pub(super) struct Key {
    pub(super) file: PathBuf,
    pub(super) secret: String,
}

impl Named {
    /// Starts it with these options and zones beside the usual; `files` are what the zones read,
    /// each a name and its text, and know the address.
    pub(super) fn start(
        options: &str,
        files: impl FnOnce(Ipv4Addr) -> Vec<(String, String)>,
        zones: &str,
    ) -> Self {
        let address = Address::claim().unwrap_or_else(|why| panic!("{why}"));
        let folder = TempDir::new().expect("a folder");
        for (name, text) in files(address.get()) {
            fs::write(folder.path().join(name), text).expect("a zone's file");
        }
        make_key(&folder.path().join(ADMIN), ADMIN);
        make_key(&folder.path().join(USER), USER);
        let settings = settings(&folder, address.get(), options, zones);
        fs::write(folder.path().join(SETTINGS), settings).expect("a configuration");
        let mut command = Command::new(copied(folder.path()));
        command
            .args(["-g", "-n", "1", "-c"])
            .arg(folder.path().join(SETTINGS));
        let log = folder.path().join("log");
        let mut process = Running::start(&mut command, &log);
        process.wait_until("named runs", || {
            let text = fs::read_to_string(&log).unwrap_or_default();
            text.lines().any(|line| line.ends_with(" running"))
        });
        Self {
            process,
            folder,
            address,
        }
    }

    pub(super) fn address(&self) -> Ipv4Addr {
        self.address.get()
    }

    pub(super) fn key(&self, name: &str) -> Key {
        let file = self.folder.path().join(name);
        let text = fs::read_to_string(&file).expect("a key");
        let secret = text
            .split("secret \"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        Key {
            secret: secret.expect("a secret").to_owned(),
            file,
        }
    }

    /// Puts other zones into the configuration; when it is read is seen by asking.
    pub(super) fn change_zones(&self, options: &str, zones: &str) {
        let text = settings(&self.folder, self.address(), options, zones);
        fs::write(self.folder.path().join(SETTINGS), text).expect("a configuration");
        self.control("reconfig");
    }

    /// Runs rndc with these words, which spaces part.
    #[track_caller]
    pub(super) fn control(&self, words: &str) -> String {
        let mut command = Command::new(program("rndc"));
        command.args(["-s", &self.address().to_string(), "-p", "953", "-k"]);
        command
            .arg(self.folder.path().join(ADMIN))
            .args(words.split(' '));
        done(&mut command)
    }

    pub(super) fn said(&self) -> String {
        self.process.said()
    }
}

/// What this server answers, without the comments; it must answer.
#[track_caller]
pub(super) fn dig(server: Ipv4Addr, words: &[&str]) -> String {
    let mut command = Command::new(program("dig"));
    command.arg(format!("@{server}"));
    command
        .args(["+tcp", "+tries=1", "+time=10", "+noall", "+answer"])
        .args(words);
    done(&mut command)
}

/// The status of the answer, such as `NOERROR` or `SERVFAIL`.
pub(super) fn status(server: Ipv4Addr, name: &str) -> String {
    let said = dig(server, &["+comments", name, "TXT"]);
    let rest = said.split("status: ").nth(1).unwrap_or_default();
    rest.split(',').next().unwrap_or_default().to_owned()
}

/// The texts below a name, in the order of the answer, each without its quotes.
pub(super) fn txt(server: Ipv4Addr, name: &str) -> Vec<String> {
    let said = dig(server, &["+short", name, "TXT"]);
    let texts = said.lines().filter(|line| line.starts_with('"'));
    texts
        .map(|line| line.trim_matches('"').replace("\" \"", ""))
        .collect()
}

pub(super) fn serial(server: Ipv4Addr, zone: &str) -> Option<u32> {
    let said = dig(server, &["+short", zone, "SOA"]);
    said.split(' ').nth(2)?.parse().ok()
}

fn settings(folder: &TempDir, address: Ipv4Addr, options: &str, zones: &str) -> String {
    let place = folder.path().display();
    format!(
        "include \"{place}/{ADMIN}\";\ninclude \"{place}/{USER}\";\n\
         options {{\n  directory \"{place}\"; managed-keys-directory \"{place}\";\n\
         pid-file \"{place}/pid\"; session-keyfile \"{place}/session.key\";\n\
         listen-on port 53 {{ {address}; }}; listen-on-v6 {{ none; }};\n\
         interface-interval 0; dnssec-validation no; notify no; allow-transfer {{ any; }};\n\
         {options}\n}};\n\
         controls {{ inet {address} port 953 allow {{ any; }} keys {{ {ADMIN}; }}; }};\n{zones}"
    )
}

/// AppArmor confines the program of the usual path to the system's own zones, and not its copy.
///
/// Written by another process: a test beside this one that starts a program just now would hold
/// a file open that was written here, and what is open for writing cannot be started.
fn copied(folder: &Path) -> PathBuf {
    let copy = folder.join("named");
    done(Command::new("cp").arg(program("named")).arg(&copy));
    copy
}

fn make_key(file: &Path, name: &str) {
    let mut command = Command::new(program("tsig-keygen"));
    let text = done(command.args(["-a", "hmac-sha256", name]));
    fs::write(file, text).expect("a key");
}

/// The key that may do everything, and the one that a test hands out.
pub(super) const ADMIN: &str = "rig-admin";
pub(super) const USER: &str = "rig-key";

const SETTINGS: &str = "named.conf";
