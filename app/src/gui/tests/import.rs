//! Imports in the window: of a file, of an encrypted file, and of another program's whole folder.

use std::path::Path;

use chancery_engine::api::{
    CertificateFormat, CertificateStatus, Form, ListCertificates, ListKeys, ShowAuthority,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SerialNumber};

use super::flow::is_disabled;
use super::*;

#[test]
fn an_import_shows_what_it_will_take_and_what_not_before_it_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (engine(), engine());
    with_authorities(&here);
    let (root, _) = with_authorities(&elsewhere);
    let shown = elsewhere.read(&ShowAuthority(root)).unwrap();
    let file = folder.path().join("root.pem");
    std::fs::write(&file, &shown.value.certificate_pem).unwrap();
    let mut harness = importing(&here);
    assert!(is_disabled(&harness, "Import"));
    name(&mut harness, "File", &file);
    see(&mut harness, "1 will be taken over");
    see(&mut harness, "Authority Example Root");
    clear(&mut harness, "What to call the authority here");
    type_into(
        &mut harness,
        "What to call the authority here",
        "Foreign Root",
    );
    harness.key_press(egui::Key::Tab);
    press(&mut harness, "Import");
    see(&mut harness, "Taken over");
    press(&mut harness, "Show the authority");
    see(&mut harness, "Foreign Root");
}

#[test]
fn an_encrypted_file_asks_for_its_password_until_it_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (engine(), engine());
    with_authorities(&here);
    let (_, issuing) = with_authorities(&elsewhere);
    let id = issue(&elsewhere, issuing, "www.example.internal");
    let export = CertificateCommand::Export {
        id,
        folder: folder.path().to_owned(),
        file_name: Some("www".to_owned()),
        form: Form::Format(CertificateFormat::Pfx),
        with_key: true,
        password: Some(Secret::new("of the file".to_owned())),
    };
    carry_out(&elsewhere, Command::Certificate(export));
    let keys = here.read(&ListKeys).unwrap().value.len();
    let mut harness = importing(&here);
    name(&mut harness, "File", &folder.path().join("www.pfx"));
    type_into_role(
        &mut harness,
        Role::PasswordInput,
        "Password of the file",
        "not of it",
    );
    press(&mut harness, "Open with this password");
    see(&mut harness, "container.wrong-password");
    assert!(is_disabled(&harness, "Import"));
    type_secret(&mut harness, "Password of the file", "of the file");
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Certificate www.example.internal");
    press(&mut harness, "Import");
    see(&mut harness, "Taken over");
    assert_eq!(here.read(&ListKeys).unwrap().value.len(), keys + 1);
    see(&mut harness, "1 key;");
    press(&mut harness, "Certificates");
    see(&mut harness, "www.example.internal");
}

#[test]
fn a_folder_of_openssl_is_taken_over_with_its_ca_its_certificates_and_its_revocations() {
    let folder = tempfile::tempdir().unwrap();
    openssl_ca(folder.path());
    let here = engine();
    with_authorities(&here);
    let mut harness = importing(&here);
    name(
        &mut harness,
        "Or a folder of openssl ca or easy-rsa",
        folder.path(),
    );
    see(&mut harness, "Authority Old Root");
    see(&mut harness, "Certificate gone.example.org");
    assert!(
        is_disabled(&harness, "Import"),
        "its key needs the passphrase"
    );
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    press(&mut harness, "Import");
    see(
        &mut harness,
        "1 authority, 3 certificates, 1 key; 1 serial is revoked",
    );
    let all = here.read(&ListCertificates {
        rows: 50,
        ..ListCertificates::default()
    });
    let all = all.unwrap().value;
    let gone = all.rows.iter().find(|row| row.name == "gone.example.org");
    assert_eq!(gone.unwrap().status, CertificateStatus::Revoked);
}

#[test]
fn a_folder_that_is_none_of_a_ca_is_refused_in_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("readme.txt"), "nothing").unwrap();
    let here = engine();
    with_authorities(&here);
    let mut harness = importing(&here);
    name(
        &mut harness,
        "Or a folder of openssl ca or easy-rsa",
        folder.path(),
    );
    see(&mut harness, "import.no-index");
    assert!(is_disabled(&harness, "Import"));
}

fn importing(client: &Client) -> Harness<'static, Window> {
    let mut harness = window_of(client.clone(), [1280.0, 1000.0]);
    press(&mut harness, "Authorities");
    press(&mut harness, "Import…");
    harness
}

fn name(harness: &mut Harness<'_, Window>, label: &str, path: &Path) {
    type_into(harness, label, &path.display().to_string());
    harness.key_press(egui::Key::Tab);
}

/// What `openssl ca` leaves: a CA with its key, two certificates, one of them revoked.
fn openssl_ca(folder: &Path) {
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Old Root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    put("cacert.pem", &params.self_signed(&key).unwrap().pem());
    put("private/cakey.pem", &key.serialize_pem());
    let issuer = Issuer::new(params, key);
    for (name, serial) in [("www", 0x10_u64), ("gone", 0x11)] {
        let host = format!("{name}.example.org");
        let mut params = CertificateParams::new([host.clone()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, host);
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 1);
        let key = KeyPair::generate().unwrap();
        let pem = params.signed_by(&key, &issuer).unwrap().pem();
        put(&format!("newcerts/{serial:X}.pem"), &pem);
    }
    put(
        "index.txt",
        "V\t270101000000Z\t\t10\tunknown\t/CN=www.example.org\n\
         R\t270101000000Z\t260501120000Z,superseded\t11\tunknown\t/CN=gone.example.org\n",
    );
}
