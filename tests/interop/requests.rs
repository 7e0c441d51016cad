//! Requests that openssl made: the good ones are signed; the bad ones are refused with a reason,
//! change nothing and are in the audit.

use std::fs;
use std::path::{Path, PathBuf};

use crate::chancery::{Installation, Refusal, Said};
use crate::counterpart::{names, new_key, openssl_done, request, tool};

#[test]
fn requests_signed_by_every_common_kind_of_key_become_certificates_that_verify() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let root = installation.export_authority("Root", "root");
    let pss = [
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:32",
        "-sha256",
    ];
    let kinds: [(&str, &str, &[&str]); 7] = [
        ("ed25519", "ed25519", &[]),
        ("p256", "p256", &[]),
        ("p384", "p384", &["-sha384"]),
        ("p521", "p521", &["-sha512"]),
        ("rsa", "rsa2048", &[]),
        ("rsa-pss", "rsa2048", &pss),
        ("rsa-sha512", "rsa3072", &["-sha512"]),
    ];
    for (name, key_type, more) in kinds {
        let host = format!("{name}.example.internal");
        let alternative = names(&format!("DNS:{host},IP:10.1.2.3"));
        let more: Vec<&str> = alternative
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
            .collect();
        let file = request(installation.path(), &host, new_key(key_type), &more);
        let id = installation.sign(&file, "Issuing", "server");
        let files = installation.export(&id, name);
        let (leaf, chain) = (
            files.certificate.to_str().unwrap(),
            files.chain.to_str().unwrap(),
        );
        let root = root.to_str().unwrap();
        openssl_done(&[
            "verify",
            "-x509_strict",
            "-CAfile",
            root,
            "-untrusted",
            chain,
            leaf,
        ]);
        assert_eq!(
            public_key("x509", leaf),
            public_key("req", file.to_str().unwrap()),
            "{name}"
        );
        let text = openssl_done(&["x509", "-in", leaf, "-noout", "-ext", "subjectAltName"]);
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
    let file = good(installation.path(), "der");
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
    let mut unexpected = Vec::new();
    for case in cases(&installation) {
        let certificates = installation.certificates();
        let refusals = refusals(&installation);
        let (said, refusal) = attempt(&installation, &case.file, case.profile);
        let is_right = case.codes.contains(&refusal.code.as_str()) && said.code == Some(case.exit);
        if !is_right {
            let (name, codes, exit) = (case.name, case.codes, case.exit);
            unexpected.push(format!(
                "{name}: {:?} {refusal:?}, not {exit} {codes:?}",
                said.code
            ));
        }
        assert_eq!(installation.certificates(), certificates, "{}", case.name);
        let is_ours_alone = refusal.code.starts_with("cli.");
        let is_audited = self::refusals(&installation) > refusals;
        if !is_audited && !is_ours_alone {
            unexpected.push(format!("{}: the audit knows nothing of it", case.name));
        }
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

#[test]
fn a_rejected_request_cannot_be_approved_afterwards() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let file = good(installation.path(), "rejected");
    let file = file.to_str().unwrap();
    let id = installation
        .done(&["csr", "submit", file, "--ca", "Issuing"])
        .id("csr");
    installation.done(&["csr", "reject", &id, "--reason", "not ours"]);
    let certificates = installation.certificates();
    installation.refused(3, &["csr", "approve", &id]);
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
    let (out, key) = (file.to_str().unwrap(), folder.join("escape.key"));
    let subject = "/O=\u{1b}[2J\u{202e}evil/CN=escape.example.internal";
    let alternative = names("DNS:escape.example.internal");
    let fixed = [
        "req", "-new", "-nodes", "-utf8", "-subj", subject, "-out", out, "-keyout",
    ];
    let more = [key.to_str().unwrap(), &alternative[0], &alternative[1]];
    openssl_done(&[&fixed[..], &more, new_key("p256")].concat());
    let submitted = installation.run(&["csr", "submit", out, "--ca", "Issuing"]);
    if submitted.code == Some(0) {
        let id = submitted.id("csr");
        installation.done(&["csr", "show", &id]);
        installation.run(&["csr", "approve", &id]);
        installation.done(&["csr", "list"]);
        installation.done(&["audit", "list"]);
    }
    installation.run(&["inspect", out]);
    let said = String::from_utf8_lossy(&installation.everything_said()).into_owned();
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
}

/// A request that must not become a certificate.
struct Case {
    name: &'static str,
    file: PathBuf,
    profile: &'static str,
    exit: i32,
    /// Any of these.
    codes: &'static [&'static str],
}

fn cases(installation: &Installation) -> Vec<Case> {
    let folder = installation.path();
    let mut cases = unreadable(folder);
    cases.extend(asking_too_much(folder));
    cases.extend(keys(installation));
    cases
}

/// Broken on the way, or made to break a reader.
fn unreadable(folder: &Path) -> Vec<Case> {
    let whole = fs::read(good(folder, "whole")).unwrap();
    let bytes = der(&good(folder, "bytes"));
    let other = der(&ed25519(folder, "other"));
    let mine = der(&ed25519(folder, "mine"));
    let written = |name: &'static str, bytes: &[u8], codes| {
        let file = folder.join(format!("{}.bad", name.replace(' ', "-")));
        fs::write(&file, bytes).unwrap();
        Case {
            name,
            file,
            profile: "server",
            exit: 1,
            codes,
        }
    };
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let signature = mine.len() - 64;
    let swapped = [&mine[..signature], &other[other.len() - 64..]].concat();
    let broken: &[&str] = &["request.malformed"];
    let not_one: &[&str] = &["request.malformed", "request.not-one"];
    let large: &[&str] = &["request.too-large", "cli.too-large"];
    let unsigned: &[&str] = &["request.signature-invalid"];
    vec![
        written("an empty file", b"", not_one),
        written("half a PEM file", &whole[..whole.len() / 2], not_one),
        written("half a DER file", &bytes[..bytes.len() / 2], broken),
        written(
            "DER with something behind it",
            &[&bytes[..], b"x"].concat(),
            broken,
        ),
        written(
            "a length that promises gigabytes",
            b"\x30\x84\x7f\xff\xff\xff\x02\x01\x00",
            broken,
        ),
        written(
            "lengths nested a thousand deep",
            &[0x30, 0x80].repeat(1000),
            broken,
        ),
        written("sixty-four megabytes", &vec![0x30; 64 << 20], large),
        written("a flipped bit in the signature", &flipped, unsigned),
        written("another key's signature", &swapped, unsigned),
        written(
            "two requests in one file",
            &[&whole[..], &whole].concat(),
            not_one,
        ),
    ]
}

/// Well made, but asking for what the profile does not give.
fn asking_too_much(folder: &Path) -> Vec<Case> {
    let asked = |name: &'static str, profile, codes, extensions: &[&str]| {
        let file = with_extensions(folder, name, extensions);
        Case {
            name,
            file,
            profile,
            exit: 3,
            codes,
        }
    };
    let many: Vec<String> = (0..1000)
        .map(|n| format!("DNS:n{n}.example.internal"))
        .collect();
    let many = format!("subjectAltName={}", many.join(","));
    let outside: &[&str] = &["constraint.outside"];
    let kind: &[&str] = &["issue.name-not-allowed", "constraint.outside"];
    let usage: &[&str] = &["issue.merge", "issue.not-allowed", "policy.refused"];
    let named = "subjectAltName=DNS:a.example.internal";
    vec![
        asked(
            "an authority",
            "server",
            usage,
            &[named, "basicConstraints=critical,CA:TRUE"],
        ),
        asked(
            "another usage",
            "server",
            usage,
            &[named, "extendedKeyUsage=codeSigning"],
        ),
        asked(
            "a public name",
            "server",
            outside,
            &["subjectAltName=DNS:www.example.com"],
        ),
        asked(
            "a public address",
            "server",
            outside,
            &["subjectAltName=IP:192.0.2.1"],
        ),
        asked(
            "a mailbox for a server",
            "server",
            kind,
            &["subjectAltName=email:a@example.internal"],
        ),
        asked(
            "a mailbox nothing permits",
            "client",
            outside,
            &["subjectAltName=email:a@example.internal"],
        ),
        asked(
            "a wildcard for a client",
            "client",
            kind,
            &["subjectAltName=DNS:*.example.internal"],
        ),
        Case {
            exit: 1,
            ..asked(
                "a wildcard in the middle",
                "server",
                &["request.name-invalid"],
                &["subjectAltName=DNS:a.*.example.internal"],
            )
        },
        Case {
            exit: 1,
            ..asked(
                "a name with empty labels",
                "server",
                &["request.name-invalid"],
                &["subjectAltName=DNS:a..example.internal"],
            )
        },
        Case {
            exit: 1,
            ..asked(
                "a thousand names",
                "server",
                &["request.too-many-names"],
                &[&many],
            )
        },
        Case {
            exit: 1,
            ..asked(
                "one extension twice",
                "server",
                &["request.malformed"],
                &[named, "2.5.29.17=DER:30:03:82:01:61"],
            )
        },
    ]
}

fn keys(installation: &Installation) -> Vec<Case> {
    let folder = installation.path();
    let made = |name: &'static str, key: &[&str], codes, exit| {
        let alternative = names("DNS:key.example.internal");
        let more: Vec<&str> = alternative.iter().map(String::as_str).collect();
        let file = request(folder, &name.replace(' ', "-"), key, &more);
        Case {
            name,
            file,
            profile: "server",
            exit,
            codes,
        }
    };
    let exponent = folder.join("exponent.pem");
    let exponent = exponent.to_str().unwrap();
    let options = [
        "-pkeyopt",
        "rsa_keygen_bits:2048",
        "-pkeyopt",
        "rsa_keygen_pubexp:3",
    ];
    openssl_done(
        &[
            &["genpkey", "-algorithm", "RSA", "-out", exponent],
            &options[..],
        ]
        .concat(),
    );
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"];
    let own = folder.join("own-key.csr");
    installation.done(&["ca", "request", "Waiting", "--out", own.to_str().unwrap()]);
    vec![
        made("a short RSA key", new_key("rsa1024"), &["key.weak"], 3),
        made(
            "an RSA exponent of three",
            &["-key", exponent],
            &["key.weak"],
            3,
        ),
        made("a curve nobody checks", &curve, &["key.unsupported"], 3),
        Case {
            name: "the key of an authority here",
            file: own,
            profile: "server",
            exit: 3,
            codes: &[
                "key.authority",
                "request.authority-key",
                "issue.issuers-key",
            ],
        },
    ]
}

/// Submits and approves; one of the two must be refused.
#[track_caller]
fn attempt(installation: &Installation, file: &Path, profile: &str) -> (Said, Refusal) {
    let file = file.to_str().unwrap();
    let submit = [
        "--json",
        "csr",
        "submit",
        file,
        "--ca",
        "Issuing",
        "--profile",
        profile,
    ];
    let mut said = installation.run(&submit);
    if said.code == Some(0) {
        said = installation.run(&["--json", "csr", "approve", &said.id("csr")]);
    }
    assert_ne!(said.code, Some(0), "{file} became a certificate: {said:#?}");
    let refusal = said.refusal();
    (said, refusal)
}

/// How many entries of the audit tell of a command that was not carried out.
fn refusals(installation: &Installation) -> usize {
    let audit = installation.audit();
    let is_one = |line: &&str| line.contains("\"refused\"") || line.contains("\"failed\"");
    audit.lines().filter(is_one).count()
}

fn good(folder: &Path, name: &str) -> PathBuf {
    let host = format!("{name}.example.internal");
    let alternative = names(&format!("DNS:{host}"));
    let more: Vec<&str> = alternative.iter().map(String::as_str).collect();
    request(folder, &host, new_key("p256"), &more)
}

fn ed25519(folder: &Path, name: &str) -> PathBuf {
    request(folder, name, new_key("ed25519"), &[])
}

fn der(request: &Path) -> Vec<u8> {
    let binary = request.with_extension("der");
    let (from, to) = (request.to_str().unwrap(), binary.to_str().unwrap());
    openssl_done(&["req", "-in", from, "-outform", "DER", "-out", to]);
    fs::read(binary).unwrap()
}

/// A request whose extensions are written as in openssl's settings, in a section of their own.
fn with_extensions(folder: &Path, name: &str, extensions: &[&str]) -> PathBuf {
    let name = name.replace(' ', "-");
    let settings = folder.join(format!("{name}.cnf"));
    let sections = "[req]\nprompt=no\ndistinguished_name=subject\nreq_extensions=asked\n[subject]\nCN=a.example.internal\n[asked]\n";
    fs::write(&settings, format!("{sections}{}\n", extensions.join("\n"))).unwrap();
    let file = folder.join(format!("{name}.csr"));
    let (out, key) = (file.to_str().unwrap(), folder.join(format!("{name}.key")));
    let config = [
        "-config",
        settings.to_str().unwrap(),
        "-keyout",
        key.to_str().unwrap(),
    ];
    openssl_done(
        &[
            &["req", "-new", "-nodes", "-out", out],
            &config[..],
            new_key("p256"),
        ]
        .concat(),
    );
    file
}

fn public_key(kind: &str, file: &str) -> String {
    openssl_done(&[kind, "-in", file, "-noout", "-pubkey"])
}
