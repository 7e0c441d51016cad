//! Profiles other than for TLS, and what an authority writes, read by openssl and pkilint.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chancery::{Files, Installation};
use crate::counterpart::{names, openssl, openssl_done, pkilint, request, run, tool};

/// An unconfined root, an issuing authority that writes addresses and a policy, and below it one
/// certificate of each profile, from a request with an RSA key.
struct Made {
    root: PathBuf,
    issuing: PathBuf,
    issued: Vec<(&'static str, Files)>,
    _installation: Installation,
}

const PROFILES: [(&str, &str); 4] = [
    ("code", ""),
    ("email", "email:anna@example.internal"),
    ("ocsp", ""),
    ("timestamp", ""),
];

/// `qualifier` follows the policy's object id.
fn made(qualifier: &str) -> Made {
    let installation = Installation::with_vault();
    installation.done("ca create Root --unconstrained");
    installation.done("ca create Issuing --parent Root --unconstrained --confirm Root");
    installation.done(&format!(
        "ca set Issuing --crl-url http://pki.example.internal/issuing.crl --issuer-url \
         http://pki.example.internal/issuing.crt --ocsp-url http://ocsp.example.internal --policy \
         1.3.6.1.4.1.99999.1{qualifier}"
    ));
    let issued = PROFILES.map(|(profile, name)| {
        let asked = match name {
            "" => String::new(),
            name => names(name),
        };
        let file = request(installation.path(), profile, "rsa2048", &asked);
        let id = installation.sign(&file, "Issuing", profile);
        (profile, installation.export(&id, profile))
    });
    Made {
        root: installation.export_authority("Root", "root"),
        issuing: installation.export_authority("Issuing", "issuing"),
        issued: issued.into(),
        _installation: installation,
    }
}

#[test]
fn openssl_takes_each_profile_for_its_purpose_and_for_no_other() {
    if tool("openssl").is_none() {
        return;
    }
    let made = made(CPS);
    let purposes = [
        "sslclient",
        "sslserver",
        "smimesign",
        "smimeencrypt",
        "timestampsign",
    ];
    for (profile, files) in &made.issued {
        for purpose in purposes {
            let meant = match *profile {
                "email" => ["smimesign", "smimeencrypt"].contains(&purpose),
                "timestamp" => purpose == "timestampsign",
                _ => false,
            };
            let verified = verifies(&made.root, files, purpose);
            assert_eq!(verified, meant, "{profile} as {purpose}");
        }
    }
    let responder = &made.issued[2].1;
    assert!(verifies(&made.root, responder, "ocsphelper"));
}

#[test]
fn openssl_shows_what_the_profile_and_the_authority_say() {
    if tool("openssl").is_none() {
        return;
    }
    for (profile, files) in &made(CPS).issued {
        let text = openssl_done(&format!(
            "x509 -in {} -noout -text",
            files.certificate.display()
        ));
        let has = |words: &str| text.contains(words);
        assert!(has(
            "CA Issuers - URI:http://pki.example.internal/issuing.crt"
        ));
        assert!(has("Policy: 1.3.6.1.4.1.99999.1"), "{text}");
        assert!(has("CPS: http://pki.example.internal/cps"), "{text}");
        let is_signer = *profile == "ocsp";
        assert_eq!(has("OCSP - URI:http://ocsp.example.internal"), !is_signer);
        assert_eq!(
            has("URI:http://pki.example.internal/issuing.crl"),
            !is_signer
        );
        assert_eq!(has("OCSP No Check"), is_signer, "{text}");
        let stamps = *profile == "timestamp";
        assert_eq!(has("X509v3 Extended Key Usage: critical"), stamps, "{text}");
        assert_eq!(has("Key Encipherment"), *profile == "email", "{text}");
    }
}

#[test]
fn pkilint_finds_nothing_in_them() {
    let Some(python) = pkilint() else {
        return;
    };
    // It advises against qualifiers such as a CPS, whoever sets one (RFC 5280, 4.2.1.4).
    let made = made("");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop/lint.py");
    let mut command = Command::new(python);
    command.arg(script).arg(&made.root).arg(&made.issuing);
    for (_, files) in &made.issued {
        command.arg(&made.issuing).arg(&files.certificate);
    }
    let said = run(&mut command);
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
}

fn verifies(root: &Path, files: &Files, purpose: &str) -> bool {
    let (root, chain) = (root.display(), files.chain.display());
    let leaf = files.certificate.display();
    let trust = format!("-x509_strict -CAfile {root} -purpose {purpose}");
    openssl(&format!("verify {trust} -untrusted {chain} {leaf}")).code == Some(0)
}

const CPS: &str = "=http://pki.example.internal/cps";
