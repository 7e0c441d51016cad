//! Exit codes, ids and names: what a script relies on.

use crate::chancery::{Installation, ids};

#[test]
fn each_sort_of_ending_has_its_exit_code() {
    let installation = Installation::with_issuing();
    assert_eq!(installation.run("ca list").code, Some(0));
    assert_eq!(installation.run("ca show Nobody").code, Some(1));
    assert_eq!(installation.run("ca invent Root").code, Some(2));
    assert_eq!(
        installation.run("ca list --json").code,
        Some(2),
        "before the noun, not behind it"
    );
    assert_eq!(
        installation.run("cert create www.example.com").code,
        Some(3)
    );
    installation.write_secret("passphrase", "wrong");
    assert_eq!(installation.run("key generate spare").code, Some(4));
}

#[test]
fn ids_say_their_kind_and_a_name_or_serial_is_as_good() {
    let installation = Installation::with_issuing();
    let made = installation.done("cert create www.example.internal --ca Issuing");
    let id = made.id("cert");
    assert_eq!(made.out.trim(), id, "the answer is the id alone");
    let shown = installation.answer(&format!("cert show {id}"));
    let serial = shown["row"]["serial"].as_str().unwrap();
    for way in ["www.example.internal", serial] {
        let said = installation.done(&format!("--json cert show {way}"));
        assert!(ids(&said.out, "cert").contains(&id), "{way}: {said:#?}");
    }
    let two = installation
        .done("cert create www.example.internal --ca Issuing")
        .id("cert");
    assert_ne!(two, id);
    let refusal = installation.refused(1, "cert show www.example.internal");
    assert_eq!(
        refusal.code, "find.several",
        "two certificates have that name: {refusal:?}"
    );
    installation.done(&format!("cert show {two}"));
}

#[test]
fn a_private_key_is_written_only_when_it_is_asked_for() {
    let installation = Installation::with_issuing();
    let (plain, keyed) = (installation.at("plain"), installation.at("keyed"));
    let line = "cert create www.example.internal --ca Issuing --out";
    installation.done(&format!("{line} {}", plain.display()));
    installation.done(&format!("{line} {} --with-key", keyed.display()));
    let names = |folder| {
        let files = crate::chancery::files_in(folder).into_iter();
        let names = files.map(|file| file.file_name().unwrap().to_string_lossy().into_owned());
        names.collect::<Vec<_>>()
    };
    let host = "www.example.internal";
    let public = ["chain.crt", "crt", "fullchain.crt"].map(|end| format!("{host}.{end}"));
    assert_eq!(names(&plain), public);
    assert_eq!(names(&keyed).len(), 4);
    assert!(names(&keyed).contains(&format!("{host}.key")));
}

#[test]
fn a_folder_without_a_vault_says_how_to_begin() {
    let installation = Installation::empty();
    let refusal = installation.refused(1, "cert create www.example.internal");
    assert_eq!(refusal.code, "cli.no-vault", "{refusal:?}");
    assert!(!installation.data().exists(), "looking has made nothing");
}
