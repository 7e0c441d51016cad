//! ML-DSA against an openssl that knows it.

use std::path::Path;
use std::process::Command;

use crate::chancery::{Files, Installation};
use crate::counterpart::{openssl_with_ml_dsa, run};

#[test]
fn openssl_verifies_chains_of_ml_dsa_and_reads_their_keys() {
    let Some(openssl) = openssl_with_ml_dsa() else {
        return;
    };
    let installation = Installation::with_vault();
    installation.done("ca create Root --key mldsa87");
    installation.done("ca create Issuing --parent Root --key mldsa44 --confirm Root");
    let root = installation.export_authority("Root", "root");
    for key_type in ["mldsa44", "mldsa65", "mldsa87"] {
        let host = format!("{key_type}.example.internal");
        let folder = installation.at(key_type);
        let to = folder.display();
        let words = format!("--ca Issuing --key-type {key_type} --out {to} --with-key");
        installation.done(&format!("cert create {host} {words}"));
        let files = Files::in_folder(&folder);
        let key = folder.join(format!("{host}.key"));
        verifies(&openssl, &root, &files);
        let leaf = files.certificate.display();
        let public = said(&openssl, &format!("pkey -in {} -pubout", key.display()));
        assert_eq!(
            public,
            said(&openssl, &format!("x509 -in {leaf} -noout -pubkey"))
        );
    }
}

#[test]
fn a_request_that_openssl_signed_with_ml_dsa_becomes_a_certificate() {
    let Some(openssl) = openssl_with_ml_dsa() else {
        return;
    };
    let installation = Installation::with_issuing();
    let root = installation.export_authority("Root", "root");
    for key_type in ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"] {
        let host = format!("{key_type}.example.internal");
        let (csr, key) = (
            installation.at(&format!("{host}.csr")),
            installation.at("key"),
        );
        let files = format!("-out {} -keyout {}", csr.display(), key.display());
        let names = format!("-addext subjectAltName=DNS:{host}");
        said(
            &openssl,
            &format!("req -new -nodes -newkey {key_type} -subj /CN={host} {files} {names}"),
        );
        let id = installation.sign(&csr, "Issuing", "server");
        verifies(&openssl, &root, &installation.export(&id, key_type));
    }
}

#[track_caller]
fn verifies(openssl: &Path, root: &Path, files: &Files) {
    let (root, chain) = (root.display(), files.chain.display());
    let leaf = files.certificate.display();
    said(
        openssl,
        &format!("verify -x509_strict -CAfile {root} -untrusted {chain} {leaf}"),
    );
}

#[track_caller]
fn said(openssl: &Path, line: &str) -> String {
    let said = run(Command::new(openssl).args(line.split_whitespace()));
    assert_eq!(said.code, Some(0), "openssl {line}\n{said:#?}");
    said.out
}
