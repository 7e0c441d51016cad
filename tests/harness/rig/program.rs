//! Where the counterparts' programs are, and which cannot be started here.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::address::Address;

/// What a test needs.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    Bind,
    PowerDns,
    Pebble,
    Lego,
}

/// Why these cannot be started here, if so.
pub fn missing(pieces: &[Piece]) -> Option<String> {
    let programs = pieces.iter().flat_map(|piece| piece.programs());
    let absent: Vec<&str> = programs.copied().filter(|name| !is_present(name)).collect();
    if !absent.is_empty() {
        let absent = absent.join(", ");
        return Some(format!(
            "{absent} is not installed; tests/run installs it as root on Debian"
        ));
    }
    Address::claim().err()
}

/// Where a program is: of the newer Debian that `tests/run` keeps in the target folder, or of
/// this machine.
pub(super) fn program(name: &str) -> PathBuf {
    find(name).unwrap_or_else(|| panic!("{name} is not installed; ask `missing` first"))
}

impl Piece {
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Bind => &["named", "rndc", "tsig-keygen", "dig", "nsupdate", "ip"],
            Self::PowerDns => &["pdns_server", "python3", "curl", "dig", "ip"],
            Self::Pebble => &["pebble", "openssl", "curl", "ip"],
            Self::Lego => &["lego"],
        }
    }
}

fn is_present(name: &str) -> bool {
    let Some(path) = find(name) else {
        return false;
    };
    // Built for a newer Debian, so that being there is not enough.
    !NEWER.contains(&name) || runs(&path)
}

fn runs(path: &Path) -> bool {
    let mut command = Command::new(path);
    command.arg("-version").stdin(Stdio::null());
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}

fn find(name: &str) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = match NEWER.contains(&name) {
        true => newer().into_iter().collect(),
        false => env::split_paths(&env::var_os("PATH").unwrap_or_default())
            .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
            .collect(),
    };
    let mut paths = folders.into_iter().map(|folder| folder.join(name));
    paths.find(|path| path.is_file())
}

/// The folder into which `tests/run` unpacks a newer Debian's programs: the running test stands
/// somewhere below the same target folder.
fn newer() -> Option<PathBuf> {
    let here = env::current_exe().ok()?;
    let mut folders = here
        .ancestors()
        .map(|folder| folder.join("tools/forky/usr/bin"));
    folders.find(|folder| folder.is_dir())
}

/// Those that must be as new as what they are asked for here, whatever this machine has.
const NEWER: &[&str] = &["pebble", "lego"];
