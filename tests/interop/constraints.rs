//! Name constraints and path length: what our authorities refuse to sign, and what openssl refuses
//! to believe when somebody signs it all the same.

use std::fs;
use std::path::{Path, PathBuf};

use crate::chancery::Installation;
use crate::counterpart::{names, openssl, openssl_done, request, tool};

#[test]
fn names_outside_the_constraints_are_refused_by_us() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = constrained();
    for (kind, inside, outside) in NAMES {
        let (good, bad) = (
            asking(&installation, &format!("{kind}-inside"), inside),
            asking(&installation, &format!("{kind}-outside"), outside),
        );
        installation.sign(&good, "Root", "client");
        let submit = format!(
            "--json csr submit {} --ca Root --profile client",
            bad.display()
        );
        let mut said = installation.run(&submit);
        if said.code == Some(0) {
            let id = said.id("csr");
            said = installation.run(&format!("--json csr approve {id} --confirm Root"));
        }
        assert_eq!(said.code, Some(3), "{outside}: {said:#?}");
        assert_eq!(said.refusal().code, "constraint.outside", "{outside}");
    }
}

#[test]
fn names_outside_the_constraints_are_refused_by_openssl() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = constrained();
    let sub = Rogue::below(&installation, "Root");
    for (kind, inside, outside) in NAMES {
        let good = sub.sign(kind, inside);
        let said = sub.verify(&good);
        assert!(said.is_empty(), "{inside}: {said}");
        let said = sub.verify(&sub.sign(kind, outside));
        assert!(
            said.contains("permitted subtree violation"),
            "{outside}: {said}"
        );
    }
}

#[test]
fn a_usual_root_vouches_for_private_names_only_and_openssl_agrees() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    installation.done("ca create Root --path-len 1");
    let sub = Rogue::below(&installation, "Root");
    for inside in [
        "DNS:www.internal",
        "DNS:a.home.arpa",
        "IP:192.168.1.1",
        "IP:127.0.0.1",
        "IP:fd00::1",
    ] {
        let said = sub.verify(&sub.sign("inside", inside));
        assert!(said.is_empty(), "{inside}: {said}");
    }
    for outside in [
        "DNS:www.example.com",
        "DNS:internal.example.com",
        "IP:192.0.2.1",
        "IP:2001:db8::1",
    ] {
        let said = sub.verify(&sub.sign("outside", outside));
        assert!(said.contains("subtree violation"), "{outside}: {said}");
    }
}

#[test]
fn permitting_names_alone_excludes_every_address() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    installation.done("ca create Root --permit dns:example.internal --path-len 1");
    let sub = Rogue::below(&installation, "Root");
    assert!(
        sub.verify(&sub.sign("name", "DNS:www.example.internal"))
            .is_empty()
    );
    for address in ["IP:10.0.0.1", "IP:fd00::1"] {
        let said = sub.verify(&sub.sign("address", address));
        assert!(
            said.contains("excluded subtree violation"),
            "{address}: {said}"
        );
    }
}

#[test]
fn an_authority_below_the_path_length_is_refused_by_us_and_by_openssl() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let below = "ca create Too-deep --parent Issuing --confirm Issuing";
    installation.refused(3, below);
    let name = "rogue-authority";
    let file = request(installation.path(), name, "p256", "");
    let submit = "--ca Issuing --profile intermediate";
    let mut said = installation.run(&format!("--json csr submit {} {submit}", file.display()));
    if said.code == Some(0) {
        let id = said.id("csr");
        said = installation.run(&format!("--json csr approve {id} --confirm Issuing"));
    }
    assert_eq!(said.code, Some(3), "{said:#?}");

    let last = Rogue::below(&installation, "Root");
    let deeper = last.sign_authority();
    let said = last.verify(&deeper);
    assert!(said.contains("path length constraint exceeded"), "{said}");
}

#[test]
fn a_certificate_that_would_outlive_its_issuer_is_refused_and_not_shortened() {
    let installation = Installation::with_issuing();
    installation.done("ca create Short --parent Root --days 30 --confirm Root");
    let line = "cert create www.example.internal --ca Short --days 60";
    let refusal = installation.refused(3, line);
    assert_eq!(refusal.code, "issue.beyond-issuer", "{refusal:?}");
    installation.done("cert create www.example.internal --ca Short --days 20");
}

#[test]
fn a_lifetime_above_the_ceiling_needs_a_person_who_says_so_and_has_a_limit_even_then() {
    let installation = Installation::with_issuing();
    let line = "cert create www.example.internal --ca Issuing --days";
    let refusal = installation.refused(3, &format!("{line} 900"));
    assert_ne!(refusal.code, "issue.beyond-issuer", "{refusal:?}");
    installation.refused(3, &format!("{line} 4000 --beyond-ceiling"));
    installation.done(&format!("{line} 825"));
    installation.done(&format!("{line} 900 --beyond-ceiling"));
}

/// An authority that our root signed, whose key somebody else holds and misuses with openssl.
struct Rogue {
    folder: PathBuf,
    root: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl Rogue {
    fn below(installation: &Installation, authority: &str) -> Self {
        let file = request(installation.path(), "rogue", "p256", "");
        let id = installation.sign(&file, authority, "intermediate");
        Self {
            folder: installation.path().to_owned(),
            root: installation.export_authority(authority, "root"),
            certificate: installation.export(&id, "rogue").certificate,
            key: installation.at("rogue.key"),
        }
    }

    /// A leaf for one name; nothing asks whether it may have it.
    fn sign(&self, kind: &str, name: &str) -> PathBuf {
        let usual = "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n";
        self.signed(kind, &format!("{usual}subjectAltName={name}\n"))
    }

    fn sign_authority(&self) -> PathBuf {
        let asked = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
        let deeper = self.signed("deeper", asked);
        let next = Self {
            folder: self.folder.clone(),
            root: self.root.clone(),
            certificate: deeper,
            key: self.folder.join("deeper.key"),
        };
        let leaf = next.sign("leaf", "DNS:www.example.internal");
        // openssl takes the whole way from one file.
        let way = [&next.certificate, &self.certificate].map(|file| fs::read(file).unwrap());
        fs::write(&self.certificate, way.concat()).unwrap();
        leaf
    }

    fn signed(&self, name: &str, extensions: &str) -> PathBuf {
        let asked = request(&self.folder, name, "p256", "");
        let settings = self.folder.join(format!("{name}.ext"));
        let identifiers = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
        fs::write(&settings, format!("{identifiers}{extensions}")).unwrap();
        let certificate = self.folder.join(format!("{name}.rogue.crt"));
        let (out, extensions) = (certificate.display(), settings.display());
        let issuer = format!(
            "-CA {} -CAkey {}",
            self.certificate.display(),
            self.key.display()
        );
        let asked = format!("-in {} -extfile {extensions}", asked.display());
        openssl_done(&format!("x509 -req -days 30 {asked} {issuer} -out {out}"));
        certificate
    }

    /// What openssl has against it; empty for nothing.
    fn verify(&self, leaf: &Path) -> String {
        let trust = format!("-x509_strict -CAfile {}", self.root.display());
        let way = format!(
            "-untrusted {} {}",
            self.certificate.display(),
            leaf.display()
        );
        let said = openssl(&format!("verify {trust} {way}"));
        match said.code {
            Some(0) => String::new(),
            _ => said.err,
        }
    }
}

/// A root that vouches for one subtree of each kind.
fn constrained() -> Installation {
    let installation = Installation::with_vault();
    let reach = "--permit dns:example.internal --permit ip:10.0.0.0/8 \
                 --permit email:example.internal --permit uri:example.internal";
    installation.done(&format!("ca create Root --path-len 1 {reach}"));
    installation
}

fn asking(installation: &Installation, kind: &str, name: &str) -> PathBuf {
    request(installation.path(), kind, "p256", &names(name))
}

/// A kind of name, one inside `constrained`, and one outside.
const NAMES: [(&str, &str, &str); 4] = [
    ("dns", "DNS:www.example.internal", "DNS:www.example.org"),
    ("ip", "IP:10.1.2.3", "IP:11.1.2.3"),
    (
        "email",
        "email:anna@example.internal",
        "email:anna@example.org",
    ),
    (
        "uri",
        "URI:https://example.internal/a",
        "URI:https://example.org/a",
    ),
];
