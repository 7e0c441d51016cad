//! Every profile with every kind of key, read by openssl and judged by pkilint.

use std::path::Path;
use std::process::Command;

use crate::chancery::{Files, Installation};
use crate::counterpart::{openssl, openssl_done, pkilint, run, tool};
use crate::hierarchy::{Issued, KEY_TYPES, LEAF_PROFILES, hierarchy};

#[test]
fn openssl_verifies_every_profile_with_every_kind_of_key() {
    if tool("openssl").is_none() {
        return;
    }
    let hierarchy = hierarchy();
    assert_eq!(
        hierarchy.issued.len(),
        KEY_TYPES.len() * (LEAF_PROFILES.len() + 1)
    );
    for issued in &hierarchy.issued {
        for purpose in purposes(issued.profile) {
            assert!(
                verifies(issued, &hierarchy.root, purpose),
                "{issued}, as {purpose}"
            );
        }
    }
}

#[test]
fn openssl_refuses_each_profile_for_what_it_is_not() {
    if tool("openssl").is_none() {
        return;
    }
    let hierarchy = hierarchy();
    let all = ["sslclient", "sslserver", "smimesign", "timestampsign"];
    for issued in hierarchy
        .issued
        .iter()
        .filter(|issued| issued.profile != "intermediate")
    {
        for purpose in all
            .iter()
            .filter(|purpose| !purposes(issued.profile).contains(purpose))
        {
            assert!(
                !verifies(issued, &hierarchy.root, purpose),
                "{issued}, as {purpose}"
            );
        }
    }
}

#[test]
fn each_certificate_says_exactly_the_usages_of_its_profile() {
    if tool("openssl").is_none() {
        return;
    }
    for issued in &hierarchy().issued {
        let text = text_of(&issued.files.certificate);
        let has = |words: &str| text.contains(words);
        let is_authority = issued.profile == "intermediate";
        let serves = ["both", "server"].contains(&issued.profile);
        let calls = ["both", "client"].contains(&issued.profile);
        let is_rsa = issued.key_type.starts_with("rsa");
        assert_eq!(
            has("TLS Web Server Authentication"),
            serves,
            "{issued}\n{text}"
        );
        assert_eq!(
            has("TLS Web Client Authentication"),
            calls,
            "{issued}\n{text}"
        );
        assert_eq!(has("CA:TRUE"), is_authority, "{issued}\n{text}");
        assert_eq!(
            has("Certificate Sign, CRL Sign"),
            is_authority,
            "{issued}\n{text}"
        );
        assert_eq!(
            has("X509v3 Name Constraints: critical"),
            is_authority,
            "{issued}\n{text}"
        );
        assert_eq!(has("Digital Signature"), !is_authority, "{issued}\n{text}");
        assert!(is_rsa || !has("Key Encipherment"), "{issued}\n{text}");
        assert!(has("X509v3 Key Usage: critical"), "{issued}\n{text}");
        assert!(has("X509v3 Subject Key Identifier"), "{issued}\n{text}");
        assert!(has("X509v3 Authority Key Identifier"), "{issued}\n{text}");
        assert!(
            !has("URI:"),
            "no address is written unasked: {issued}\n{text}"
        );
    }
}

#[test]
fn serial_numbers_are_sixteen_random_bytes_and_each_is_used_once() {
    if tool("openssl").is_none() {
        return;
    }
    let mut seen = Vec::new();
    for issued in &hierarchy().issued {
        let file = issued.files.certificate.to_str().unwrap();
        let serial = openssl_done(&format!("x509 -in {file} -noout -serial"));
        let serial = serial.trim().trim_start_matches("serial=").to_owned();
        // Leading zeros are not printed: 12 bytes or fewer come once in four thousand million.
        assert!((25..=32).contains(&serial.len()), "{serial}: {issued}");
        assert!(!seen.contains(&serial), "{serial}");
        seen.push(serial);
    }
}

#[test]
fn pkilint_finds_nothing_in_any_certificate_nor_between_it_and_its_issuer() {
    let Some(python) = pkilint() else {
        return;
    };
    let hierarchy = hierarchy();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop/lint.py");
    let mut command = Command::new(python);
    command
        .arg(script)
        .arg(&hierarchy.root)
        .arg(&hierarchy.root);
    for issued in &hierarchy.issued {
        command.arg(&issued.issuer).arg(&issued.files.certificate);
    }
    let said = run(&mut command);
    let linted = format!("{} certificates linted", hierarchy.issued.len() + 1);
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    assert_eq!(said.out.trim(), linted, "{}", said.err);
}

#[test]
fn a_certificate_whose_key_the_vault_keeps_verifies_with_each_kind_of_key() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let root = installation.export_authority("Root", "root");
    for (n, key_type) in KEY_TYPES.into_iter().enumerate() {
        let profile = LEAF_PROFILES[n % LEAF_PROFILES.len()];
        let name = format!("{key_type}.example.internal");
        let words = format!("--san dns:{name} --profile {profile} --key-type {key_type}");
        let made = installation.done(&format!("cert create {name} --ca Issuing {words}"));
        let files = installation.export(&made.id("cert"), key_type);
        let root = root.to_str().unwrap();
        let chain = files.chain.to_str().unwrap();
        let leaf = files.certificate.to_str().unwrap();
        openssl_done(&format!(
            "verify -x509_strict -CAfile {root} -untrusted {chain} {leaf}"
        ));
        assert!(text_of(&files.certificate).contains(&format!("DNS:{name}")));
    }
}

#[test]
fn der_and_pem_of_one_certificate_hold_the_same_bytes() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let made = installation.done("cert create www.example.internal --ca Issuing");
    let id = made.id("cert");
    let pem = installation.export(&id, "pem");
    let folder = installation.at("der");
    let to = folder.display();
    installation.done(&format!("cert export {id} --out {to} --format der"));
    let digest = |file: &Path| {
        let file = file.to_str().unwrap();
        openssl_done(&format!("x509 -in {file} -noout -fingerprint -sha256"))
    };
    let written = crate::chancery::files_in(&folder);
    assert!(!written.is_empty());
    let same = written
        .iter()
        .filter(|file| digest(file) == digest(&pem.certificate));
    assert_eq!(same.count(), 1, "{written:?}");
}

/// What openssl calls the purposes of a profile.
fn purposes(profile: &str) -> &'static [&'static str] {
    match profile {
        "both" => &["sslclient", "sslserver"],
        "client" => &["sslclient"],
        "server" => &["sslserver"],
        _ => &["any", "crlsign"],
    }
}

fn verifies(issued: &Issued, root: &Path, purpose: &str) -> bool {
    let trust = format!("-CAfile {} -purpose {purpose}", root.display());
    let Files {
        chain, certificate, ..
    } = &issued.files;
    let way = format!("-untrusted {} {}", chain.display(), certificate.display());
    openssl(&format!("verify -x509_strict {trust} {way}")).code == Some(0)
}

fn text_of(certificate: &Path) -> String {
    openssl_done(&format!("x509 -in {} -noout -text", certificate.display()))
}

impl std::fmt::Display for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "profile {}, key {}", self.profile, self.key_type)
    }
}
