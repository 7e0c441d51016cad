//! Requests that openssl made: the good ones are signed; the bad ones are refused with a reason,
//! change nothing and are in the audit.

use std::fs;
use std::path::Path;

use crate::bad_requests::{Case, cases};
use crate::chancery::{Installation, Refusal, Said};
use crate::counterpart::{der, names, new_key, openssl_done, request, request_for, tool};

#[test]
fn requests_signed_by_every_common_kind_of_key_become_certificates_that_verify() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let root = installation.export_authority("Root", "root");
    let trust = format!("-x509_strict -CAfile {}", root.display());
    for (name, key_type, signature) in [
        ("ed25519", "ed25519", ""),
        ("p256", "p256", ""),
        ("p384", "p384", "-sha384"),
        ("p521", "p521", "-sha512"),
        ("rsa", "rsa2048", ""),
        (
            "rsa-pss",
            "rsa2048",
            "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
        ),
        (
            "rsa-pss-384",
            "rsa2048",
            "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48",
        ),
        (
            "rsa-pss-512",
            "rsa3072",
            "-sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64",
        ),
        ("pss-key", "rsa-pss", "-sha256 -sigopt rsa_pss_saltlen:32"),
        (
            "pss-key-confined",
            "rsa-pss-confined",
            "-sha384 -sigopt rsa_pss_saltlen:48",
        ),
        ("rsa-sha512", "rsa3072", "-sha512"),
    ] {
        let host = format!("{name}.example.internal");
        let asked = names(&format!("DNS:{host},IP:10.1.2.3"));
        let file = request(
            installation.path(),
            &host,
            key_type,
            &format!("{asked} {signature}"),
        );
        let id = installation.sign(&file, "Issuing", "server");
        let files = installation.export(&id, name);
        let (leaf, chain) = (files.certificate.display(), files.chain.display());
        openssl_done(&format!("verify {trust} -untrusted {chain} {leaf}"));
        assert_eq!(
            public_key("x509", &files.certificate),
            public_key("req", &file),
            "{name}"
        );
        let text = openssl_done(&format!("x509 -in {leaf} -noout -ext subjectAltName"));
        assert!(
            text.contains(&format!("DNS:{host}, IP Address:10.1.2.3")),
            "{text}"
        );
    }
}

#[test]
fn a_request_in_der_is_as_good_as_one_in_pem() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let file = request_for(installation.path(), "der.example.internal", "p256");
    let binary = installation.at("request.der");
    fs::write(&binary, der(&file)).unwrap();
    installation.sign(&binary, "Issuing", "server");
}

#[test]
fn each_bad_request_is_refused_with_a_reason_changes_nothing_and_is_audited() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let mut wrong = Vec::new();
    for case in cases(&installation) {
        let certificates = installation.certificates();
        let refused_before = refusals(&installation);
        let (said, refusal) = attempt(&installation, &case);
        if said.code != Some(case.exit) || !case.codes.contains(&refusal.code.as_str()) {
            wrong.push(format!("{case}: exit code {:?}, {refusal:?}", said.code));
        }
        if installation.certificates() != certificates {
            wrong.push(format!("{case}: a certificate was made"));
        }
        // What the command line cannot even read never reaches the engine.
        let is_audited = refusals(&installation) > refused_before;
        if !is_audited && !refusal.code.starts_with("cli.") {
            wrong.push(format!("{case}: the audit knows nothing of it"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rejected_request_cannot_be_approved_afterwards() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let file = request_for(installation.path(), "rejected.example.internal", "p256");
    let file = file.to_str().unwrap();
    let id = installation
        .done(&format!("csr submit {file} --ca Issuing"))
        .id("csr");
    installation.done(&format!("csr reject {id} --reason unknown"));
    let certificates = installation.certificates();
    let refusal = installation.refused(1, &format!("csr approve {id}"));
    assert_eq!(refusal.code, "request.decided", "{refusal:?}");
    assert_eq!(installation.certificates(), certificates);
}

#[test]
fn what_a_request_says_cannot_command_the_terminal() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let folder = installation.path();
    let file = folder.join("escape.csr");
    let (out, key) = (file.display(), folder.join("escape.key"));
    let files = format!("-out {out} -keyout {}", key.display());
    let subject = "/O=\u{1b}[2J\u{202e}evil/CN=escape.example.internal";
    let asked = format!(
        "{} {}",
        new_key("p256"),
        names("DNS:escape.example.internal")
    );
    openssl_done(&format!(
        "req -new -nodes -utf8 -subj {subject} {files} {asked}"
    ));
    let submitted = installation.run(&format!("csr submit {out} --ca Issuing"));
    if submitted.code == Some(0) {
        let id = submitted.id("csr");
        installation.done(&format!("csr show {id}"));
        installation.run(&format!("csr approve {id}"));
        installation.done("csr list");
        installation.done("audit list");
    }
    installation.run(&format!("inspect {out}"));
    let said = String::from_utf8_lossy(&installation.everything_said()).into_owned();
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
}

/// Submits and approves; one of the two must be refused.
#[track_caller]
fn attempt(installation: &Installation, case: &Case) -> (Said, Refusal) {
    let (file, profile) = (case.file.display(), case.profile);
    let submit = format!("--json csr submit {file} --ca Issuing --profile {profile}");
    let mut said = installation.run(&submit);
    if said.code == Some(0) {
        said = installation.run(&format!("--json csr approve {}", said.id("csr")));
    }
    assert_ne!(said.code, Some(0), "{case} became a certificate: {said:#?}");
    let refusal = said.refusal();
    (said, refusal)
}

/// How many entries of the audit tell of a command that was not carried out.
fn refusals(installation: &Installation) -> usize {
    let audit = installation.audit();
    let is_one = |line: &&str| line.contains("\"refused\"") || line.contains("\"failed\"");
    audit.lines().filter(is_one).count()
}

fn public_key(kind: &str, file: &Path) -> String {
    openssl_done(&format!("{kind} -in {} -noout -pubkey", file.display()))
}
