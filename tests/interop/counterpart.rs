//! The real counterparts: found, started, and honestly skipped.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use spec::rig::{Piece, missing};

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

/// Whether these servers can be started here; says so if not.
#[track_caller]
pub(crate) fn has(pieces: &[Piece]) -> bool {
    let why = missing(pieces);
    if let Some(why) = &why {
        skipped(why);
    }
    why.is_none()
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

/// An openssl that knows ML-DSA: of version 3.5 or later, from `CHANCERY_OPENSSL35` or the path.
pub(crate) fn openssl_with_ml_dsa() -> Option<PathBuf> {
    let named = variable("CHANCERY_OPENSSL35").map(PathBuf::from);
    let candidates = named
        .into_iter()
        .chain(["openssl35".into(), "openssl".into()]);
    let knows = |program: &PathBuf| {
        let listed = Command::new(program)
            .args(["list", "-signature-algorithms"])
            .output();
        listed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("ML-DSA-65"))
    };
    let found = candidates.into_iter().find(knows);
    if found.is_none() {
        // Also in CI: Debian 12 has none.
        println!("skipped: no openssl of version 3.5 or later; CHANCERY_OPENSSL35 can name one");
    }
    found
}

/// Runs openssl with these words, which spaces part, to its end.
#[track_caller]
pub(crate) fn openssl(line: &str) -> Said {
    run(Command::new("openssl").args(line.split_whitespace()))
}

/// Runs openssl, which must succeed.
#[track_caller]
pub(crate) fn openssl_done(line: &str) -> String {
    let said = openssl(line);
    assert_eq!(said.code, Some(0), "openssl {line}\n{said:#?}");
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

/// A request made by `openssl req` with a new key of this kind; the key stands beside it as
/// `NAME.key`.
#[track_caller]
pub(crate) fn request(folder: &Path, name: &str, key_type: &str, more: &str) -> PathBuf {
    let file = folder.join(format!("{name}.csr"));
    let key = folder.join(format!("{name}.key"));
    let files = format!("-out {} -keyout {}", file.display(), key.display());
    let key = new_key(key_type);
    openssl_done(&format!(
        "req -new -nodes -subj /CN={name} {files} {key} {more}"
    ));
    file
}

/// A request for one host name.
#[track_caller]
pub(crate) fn request_for(folder: &Path, host: &str, key_type: &str) -> PathBuf {
    request(folder, host, key_type, &names(&format!("DNS:{host}")))
}

/// A request in DER.
#[track_caller]
pub(crate) fn der(request: &Path) -> Vec<u8> {
    let binary = request.with_extension("der");
    openssl_done(&format!(
        "req -in {} -outform DER -out {}",
        request.display(),
        binary.display()
    ));
    fs::read(binary).unwrap()
}

/// What `openssl req` takes to make a key of this kind.
pub(crate) fn new_key(key_type: &str) -> String {
    match key_type {
        "ed25519" => "-newkey ed25519".to_owned(),
        "p256" => curve("P-256"),
        "p384" => curve("P-384"),
        "p521" => curve("P-521"),
        "secp256k1" => curve("secp256k1"),
        "rsa-pss" => "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048".to_owned(),
        "rsa-pss-confined" => {
            "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 \
             -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:48"
                .to_owned()
        }
        rsa => format!("-newkey rsa:{}", rsa.trim_start_matches("rsa")),
    }
}

/// What `openssl req` takes to ask for alternative names.
pub(crate) fn names(list: &str) -> String {
    format!("-addext subjectAltName={list}")
}

fn curve(name: &str) -> String {
    format!("-newkey ec -pkeyopt ec_paramgen_curve:{name}")
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
