//! The real counterparts: found, started, and honestly skipped.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::chancery::Said;

/// Where a program is; says so if it is missing.
#[track_caller]
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let folders = variable("PATH").unwrap_or_default();
    let folders = folders.split(':').chain(["/usr/sbin", "/sbin"]);
    let found = folders
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        skipped(&format!(
            "{name} is not installed; tests/run installs it as root on Debian"
        ));
    }
    found
}

/// Python with pkilint, where `tests/run` puts it: in the target folder.
#[track_caller]
pub(crate) fn pkilint() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_chancery"));
    let target = program.parent().and_then(Path::parent).unwrap();
    let python = target.join("tools/pkilint/bin/python3");
    if python.is_file() {
        return Some(python);
    }
    skipped("pkilint is not installed; tests/run installs it from PyPI");
    None
}

/// Whether namespaces and mounts can be made here.
#[track_caller]
pub(crate) fn may_unshare() -> bool {
    let tried = Command::new("unshare")
        .args(["-m", "-n", "true"])
        .stderr(Stdio::null())
        .status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        skipped("namespaces need Linux and root");
    }
    may
}

/// Prints why something is not tested; in CI that is a failure.
#[track_caller]
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
    assert!(
        variable("CI").is_none_or(|value| value != "true"),
        "skipped in CI: {why}"
    );
}

/// Runs openssl to its end.
#[track_caller]
pub(crate) fn openssl<W: AsRef<OsStr>>(words: &[W]) -> Said {
    run(Command::new("openssl").args(words))
}

/// Runs openssl, which must succeed.
#[track_caller]
pub(crate) fn openssl_done<W: AsRef<OsStr>>(words: &[W]) -> String {
    let said = openssl(words);
    let words: Vec<&OsStr> = words.iter().map(AsRef::as_ref).collect();
    assert_eq!(said.code, Some(0), "openssl {words:?}\n{said:#?}");
    said.out
}

#[track_caller]
pub(crate) fn run(command: &mut Command) -> Said {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A request made by `openssl req`; its key stands beside it as `NAME.key`.
#[track_caller]
pub(crate) fn request(folder: &Path, name: &str, key: &[&str], more: &[&str]) -> PathBuf {
    let file = folder.join(format!("{name}.csr"));
    let key_file = folder.join(format!("{name}.key"));
    let (out, keyout) = (file.to_str().unwrap(), key_file.to_str().unwrap());
    let subject = format!("/CN={name}");
    let fixed = [
        "req", "-new", "-nodes", "-subj", &subject, "-out", out, "-keyout", keyout,
    ];
    openssl_done(&[&fixed[..], key, more].concat());
    file
}

/// What `openssl req` takes to make a key of this kind.
pub(crate) fn new_key(key_type: &str) -> &'static [&'static str] {
    match key_type {
        "ed25519" => &["-newkey", "ed25519"],
        "p256" => &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "p384" => &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        "p521" => &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
        "rsa1024" => &["-newkey", "rsa:1024"],
        "rsa2048" => &["-newkey", "rsa:2048"],
        "rsa3072" => &["-newkey", "rsa:3072"],
        "rsa4096" => &["-newkey", "rsa:4096"],
        other => panic!("{other} is no kind of key these tests know"),
    }
}

/// `-addext subjectAltName=…`.
pub(crate) fn names(list: &str) -> [String; 2] {
    ["-addext".to_owned(), format!("subjectAltName={list}")]
}

/// A port nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test asks its own surroundings, not the product's"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
