//! A root that never sees a network, and an issuing authority elsewhere: one chain, made by files
//! alone.

use std::fs;

use crate::chancery::{Installation, Refusal};
use crate::counterpart::{may_unshare, openssl_done, tool};

#[test]
fn two_installations_one_of_them_without_a_network_make_one_chain_by_files_alone() {
    if tool("openssl").is_none() || !may_unshare() {
        return;
    }
    let (offline, online) = (
        Installation::wrapped(&["unshare", "-n", "--"]),
        Installation::with_vault(),
    );
    offline.done("vault create");
    offline.done("ca create Offline-Root");
    let root = offline.export_authority("Offline-Root", "root");

    carry(&offline, &online);
    let line = "--json cert create www.example.internal --ca Online-Issuing";
    let said = online.run(line);
    assert_ne!(
        said.code,
        Some(0),
        "its key signs alone before anybody granted it: {said:#?}"
    );
    online.done("ca grant Online-Issuing --confirm Online-Issuing");
    let made = online.done("cert create www.example.internal --ca Online-Issuing");
    let files = online.export(&made.id("cert"), "www");
    let (leaf, chain) = (
        files.certificate.to_str().unwrap(),
        files.chain.to_str().unwrap(),
    );
    openssl_done(&format!(
        "verify -x509_strict -CAfile {} -untrusted {chain} {leaf}",
        root.display()
    ));
}

#[test]
fn a_certificate_for_another_key_is_not_installed() {
    if tool("openssl").is_none() {
        return;
    }
    let (parent, child) = (Installation::with_issuing(), Installation::with_vault());
    child.done(&format!(
        "ca request Child --out {}",
        child.at("child.csr").display()
    ));
    let root = parent.export_authority("Root", "root");
    let refusal = install(&child, "Child", root.to_str().unwrap());
    assert!(!refusal.what.is_empty());
    let broken = child.at("broken.crt");
    fs::write(
        &broken,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    install(&child, "Child", broken.to_str().unwrap());
    child.refused(3, "cert create www.example.internal --ca Child");
}

/// The request goes one way, the certificate and its chain the other.
fn carry(offline: &Installation, online: &Installation) {
    let request = online.at("issuing.csr");
    online.done(&format!(
        "ca request Online-Issuing --out {}",
        request.display()
    ));
    let received = offline.at("received.csr");
    fs::copy(&request, &received).unwrap();
    let id = offline.sign(&received, "Offline-Root", "intermediate");
    let signed = offline.export(&id, "signed").certificate;
    let root = offline.export_authority("Offline-Root", "above");
    let (returned, above) = (online.at("returned.crt"), online.at("above.crt"));
    fs::copy(&signed, &returned).unwrap();
    fs::copy(&root, &above).unwrap();
    let files = format!("{} {}", returned.display(), above.display());
    online.done(&format!("ca install Online-Issuing {files}"));
}

fn install(installation: &Installation, name: &str, file: &str) -> Refusal {
    let said = installation.run(&format!("--json ca install {name} {file}"));
    assert!(matches!(said.code, Some(1 | 3)), "{said:#?}");
    said.refusal()
}
