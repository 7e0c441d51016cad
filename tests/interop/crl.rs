//! Lists of what is revoked, as openssl, GnuTLS and pkilint read them; and a process killed while
//! it makes one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::chancery::{Installation, Said};
use crate::counterpart::{openssl, openssl_done, pkilint, run, tool};
use crate::hierarchy::KEY_TYPES;

#[test]
fn the_list_of_every_kind_of_key_is_taken_and_what_stands_on_it_is_refused() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    let mut lists = Vec::new();
    for key_type in KEY_TYPES {
        let ca = made(&installation, &format!("CA-{key_type}"), key_type);
        let revoked = ca.certificate(&installation, "revoked");
        let reason = "--reason keyCompromise --invalid-since 2026-01-02";
        installation.done(&format!("cert revoke {} {reason}", revoked.id));
        let list = ca.list(&installation, "--confirm");
        assert!(signed_by(&list, &ca.file), "{key_type}");
        refused_as_revoked(&ca, &list, &revoked.file);
        gnutls_takes(&list, &ca.file);
        lists.push(list);
    }
    pkilint_finds_nothing(&lists);
}

#[test]
fn good_revoked_held_and_released_certificates_are_told_apart() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    let ca = made(&installation, "CA", "p256");
    let [good, revoked, held, released] =
        ["good", "revoked", "held", "released"].map(|name| ca.certificate(&installation, name));
    let empty = ca.list(&installation, "--confirm");
    for certificate in [&good, &revoked, &held, &released] {
        assert!(verifies(&ca, &empty, &certificate.file));
    }
    let words = format!("cert revoke {} --reason superseded", revoked.id);
    installation.done(&words);
    installation.done(&format!("cert hold {} {} --yes", held.id, released.id));
    let list = ca.list(&installation, "--confirm");
    for certificate in [&revoked, &held, &released] {
        refused_as_revoked(&ca, &list, &certificate.file);
    }
    assert!(verifies(&ca, &list, &good.file));
    installation.done(&format!("cert release {}", released.id));
    let list = ca.list(&installation, "--confirm");
    assert!(verifies(&ca, &list, &released.file));
    refused_as_revoked(&ca, &list, &held.file);
    let text = openssl_done(&format!("crl -in {} -noout -text", list.display()));
    for words in ["Superseded", "Certificate Hold", "CRL Number"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("Issuing Distrib"), "{text}");
    pkilint_finds_nothing(&[empty, list]);
}

#[test]
fn a_chain_is_checked_up_to_its_root_and_a_revoked_authority_takes_what_is_below_with_it() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let root = Authority {
        name: "Root".to_owned(),
        file: installation.export_authority("Root", "root"),
    };
    let issuing = Authority {
        name: "Issuing".to_owned(),
        file: installation.export_authority("Issuing", "issuing"),
    };
    let leaf = issuing.certificate(&installation, "www");
    let check = |lists: &[&PathBuf]| {
        let both = installation.at("lists.pem");
        let text: String = lists
            .iter()
            .map(|list| fs::read_to_string(list).unwrap())
            .collect();
        fs::write(&both, text).unwrap();
        openssl(&format!(
            "verify -crl_check_all -CAfile {} -untrusted {} -CRLfile {} {}",
            root.file.display(),
            issuing.file.display(),
            both.display(),
            leaf.file.display()
        ))
    };
    // The issuing authority's key signs alone, lists as well.
    let below = issuing.list(&installation, "");
    let above = root.list(&installation, "--confirm");
    let said = check(&[&below, &above]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let said = check(&[&below]);
    assert!(
        said.err.contains("unable to get certificate CRL"),
        "{said:?}"
    );
    let words = "cert revoke Issuing --issuer Root --reason cACompromise";
    installation.done(words);
    let above = root.list(&installation, "--confirm");
    let said = check(&[&below, &above]);
    assert!(said.err.contains("certificate revoked"), "{said:?}");
    let refused = installation.refused(3, "cert create a.example.internal --ca Issuing");
    assert_eq!(refused.code, "authority.revoked");
    // It can still say what it has revoked.
    issuing.list(&installation, "");
}

#[test]
fn a_list_of_another_authority_or_a_damaged_one_is_never_taken() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    let ca = made(&installation, "CA", "p256");
    let other = made(&installation, "Other", "p256");
    let list = ca.list(&installation, "--confirm");
    assert!(!signed_by(&list, &other.file));
    let der = installation.at("list.crl");
    installation.done(&format!("crl export CA --out {}", der.display()));
    let bytes = fs::read(&der).unwrap();
    fs::write(&der, &bytes[..bytes.len() - 1]).unwrap();
    let refused = installation.refused(1, &format!("crl show {}", der.display()));
    assert_eq!(refused.code, "inspect.unknown");
}

#[test]
fn no_number_is_used_twice_however_often_making_a_list_is_killed() {
    let installation = Installation::with_issuing();
    let mut last = 0;
    for round in 0..ROUNDS {
        let mut command = installation.command("crl create Issuing");
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        thread::sleep(Duration::from_millis(u64::from(round) * 170));
        process.kill().unwrap();
        let said = process.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        if let Ok(number) = said.trim().parse::<u64>() {
            assert!(last < number, "round {round}: {number} after {last}");
            last = number;
        }
        let listed = installation.answer("crl list");
        let rows = listed["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["authority_name"] == "Issuing");
        if let Some(number) = row.unwrap()["newest"]["number"].as_str() {
            let number = number.parse::<u64>().unwrap();
            assert!(
                last <= number,
                "round {round}: {number} is kept, {last} was told"
            );
            last = number;
        }
    }
    let next = installation.done("crl create Issuing").out;
    assert!(last < next.trim().parse::<u64>().unwrap());
    installation.done("crl show Issuing");
    installation.done("audit verify");
    assert_each_number_was_intended_once(&installation.audit());
}

/// Also those whose list was never finished.
fn assert_each_number_was_intended_once(audit: &str) {
    let intended = audit.lines().filter_map(|line| {
        let number = line.split("CRL number ").nth(1)?;
        number.split(' ').next()?.parse::<u64>().ok()
    });
    let intended: Vec<u64> = intended.collect();
    assert!(!intended.is_empty());
    assert!(
        intended.is_sorted_by(|before, after| before < after),
        "{intended:?}"
    );
}

struct Authority {
    name: String,
    file: PathBuf,
}

struct Certificate {
    id: String,
    file: PathBuf,
}

/// A root that issues for hosts itself.
fn made(installation: &Installation, name: &str, key_type: &str) -> Authority {
    installation.done(&format!("ca create {name} --key {key_type}"));
    Authority {
        name: name.to_owned(),
        file: installation.export_authority(name, &format!("ca-{name}")),
    }
}

impl Authority {
    fn certificate(&self, installation: &Installation, host: &str) -> Certificate {
        let folder = installation.at(&format!("{}-{host}", self.name));
        let words = format!(
            "--ca {0} --confirm {0} --out {1}",
            self.name,
            folder.display()
        );
        let made = installation.done(&format!("cert create {host}.example.internal {words}"));
        Certificate {
            id: made.id("cert"),
            file: folder.join(format!("{host}.example.internal.crt")),
        }
    }

    /// A new list, in PEM.
    fn list(&self, installation: &Installation, confirm: &str) -> PathBuf {
        let number = installation.certificates().len();
        let file = installation.at(&format!("{}-{number}-{}.pem", self.name, count()));
        let confirm = match confirm {
            "" => String::new(),
            option => format!("{option} {}", self.name),
        };
        let words = format!("--out {} --format pem {confirm}", file.display());
        installation.done(&format!("crl create {} {words}", self.name));
        file
    }
}

/// So that no list is written over another.
fn count() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

fn signed_by(list: &Path, authority: &Path) -> bool {
    let files = format!("-in {} -CAfile {}", list.display(), authority.display());
    let said = openssl(&format!("crl {files} -noout"));
    said.err.contains("verify OK")
}

fn checked(ca: &Authority, list: &Path, certificate: &Path) -> Said {
    openssl(&format!(
        "verify -x509_strict -crl_check -CAfile {} -CRLfile {} {}",
        ca.file.display(),
        list.display(),
        certificate.display()
    ))
}

fn verifies(ca: &Authority, list: &Path, certificate: &Path) -> bool {
    checked(ca, list, certificate).code == Some(0)
}

#[track_caller]
fn refused_as_revoked(ca: &Authority, list: &Path, certificate: &Path) {
    let said = checked(ca, list, certificate);
    assert_ne!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("certificate revoked"), "{said:?}");
}

#[track_caller]
fn gnutls_takes(list: &Path, authority: &Path) {
    if tool("certtool").is_none() {
        return;
    }
    let said = run(Command::new("certtool")
        .arg("--verify-crl")
        .arg("--load-ca-certificate")
        .arg(authority)
        .arg("--infile")
        .arg(list));
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("Verified"), "{said:?}");
}

#[track_caller]
fn pkilint_finds_nothing(lists: &[PathBuf]) {
    let Some(python) = pkilint() else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop/lint.py");
    let said = run(Command::new(python).arg(script).arg("--crl").args(lists));
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    let linted = format!("{} CRLs linted", lists.len());
    assert_eq!(said.out.trim(), linted, "{}", said.err);
}

const ROUNDS: u32 = 12;
