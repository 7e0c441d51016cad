//! Canaries: a passphrase and private keys that are known are searched for in everything that comes
//! out, in every form they could have; only the key file that was asked for may hold one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::chancery::{Installation, PASSPHRASE, files_in};
use crate::counterpart::{openssl_done, request_for, tool};

#[test]
fn no_passphrase_and_no_private_key_is_found_anywhere_but_in_the_key_file_asked_for() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_issuing();
    let keys = use_everything(&installation);
    assert!(keys.len() >= 3, "{keys:?}");
    let mut canaries = forms("the passphrase", PASSPHRASE.as_bytes());
    for key in &keys {
        canaries.extend(private_forms(key));
    }
    let mut found = Vec::new();
    for file in files_in(installation.path()) {
        let is_ours = file.starts_with(installation.at("openssl"));
        if is_ours || file.ends_with("passphrase") || keys.contains(&file) {
            continue;
        }
        found.extend(search(
            &canaries,
            &file.display().to_string(),
            &fs::read(&file).unwrap(),
        ));
    }
    found.extend(search(
        &canaries,
        "what was said",
        &installation.everything_said(),
    ));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_search_finds_a_canary_in_every_form_it_looks_for() {
    let secret = b"a secret of thirty-two bytes.....";
    let canaries = forms("it", secret);
    let written = [
        secret.to_vec(),
        hex(secret).into_bytes(),
        hex(secret).to_uppercase().into_bytes(),
        base64(secret).into_bytes(),
        base64(&[b"1", &secret[..]].concat()).into_bytes(),
        base64(&[b"12", &secret[..]].concat()).into_bytes(),
        secret.iter().flat_map(|&byte| [byte, 0]).collect(),
    ];
    for bytes in written {
        let file = [b"before ", &bytes[..], b" after"].concat();
        assert!(
            !search(&canaries, "", &file).is_empty(),
            "{}",
            String::from_utf8_lossy(&file)
        );
    }
    assert!(search(&canaries, "", b"nothing of that kind").is_empty());
}

/// Everything the command line can do with secrets near; gives back the key files it wrote.
fn use_everything(installation: &Installation) -> Vec<PathBuf> {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    for name in ["one", "two", "three"] {
        let host = format!("{name}.example.internal");
        let out = text(&installation.at(&format!("keys-{name}")));
        installation.done(&format!(
            "cert create {host} --ca Issuing --out {out} --with-key"
        ));
    }
    let folder = installation.at("openssl");
    fs::create_dir(&folder).unwrap();
    let file = request_for(&folder, "csr.example.internal", "p256");
    let id = installation.sign(&file, "Issuing", "server");
    installation.export(&id, "exported");
    installation.export_authority("Root", "root");
    installation.done("key generate spare");
    for line in [
        "--json ca list",
        "--json ca show Root",
        "--json cert list",
        &format!("--json cert show {id}"),
        "--json csr list",
        "--json key list",
        "--json audit list",
        "vault slots",
        "vault check",
        "audit verify",
        "backup create --out all.backup",
        "backup create --out less.backup --without-keys",
        "backup show all.backup",
        "--json backup verify all.backup",
        "backup schedule --folder backups --every 24h --keep 3",
        "backup verify less.backup",
    ] {
        installation.done(line);
    }
    refuse_something(installation);
    let (key, export) = (
        text(&installation.at("audit.pub")),
        text(&installation.at("audit.jsonl")),
    );
    installation.done(&format!("audit key --out {key}"));
    installation.done(&format!(
        "audit checkpoint --out {}",
        installation.at("checkpoint").display()
    ));
    installation.done(&format!("audit export --out {export}"));
    let is_key = |path: &PathBuf| path.extension().is_some_and(|end| end == "key");
    let written = files_in(installation.path()).into_iter().filter(is_key);
    written.filter(|path| !path.starts_with(&folder)).collect()
}

/// Failures talk most; so they are made to.
fn refuse_something(installation: &Installation) {
    installation.run("cert create www.example.com --ca Issuing");
    installation.run("cert create canary..example --ca Nobody");
    installation.run("ca create Second --parent Root");
    installation.run("vault create");
    let passphrase = installation.at("passphrase");
    installation.run(&format!("csr submit {} --ca Issuing", passphrase.display()));
    installation.run(&format!("inspect {}", passphrase.display()));
    let key = files_in(&installation.at("keys-one"))
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "key"));
    let key = key.unwrap();
    installation.run(&format!("csr submit {} --ca Issuing", key.display()));
    installation.run(&format!("inspect {}", key.display()));
    installation.run(&format!("ca install Root {}", key.display()));
}

/// A secret in one of its forms.
pub(crate) struct Canary {
    name: String,
    bytes: Vec<u8>,
}

/// The forms of a private key file: what is secret in it, not the public half.
pub(crate) fn private_forms(file: &Path) -> Vec<Canary> {
    let text = openssl_done(&format!("pkey -in {} -noout -text", file.display()));
    let secret = text.split("priv:").nth(1).expect("an elliptic key");
    let secret = secret.split("pub:").next().unwrap();
    let secret: String = secret.chars().filter(char::is_ascii_hexdigit).collect();
    let digits = secret.as_bytes().chunks_exact(2);
    let bytes =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    let bytes: Vec<u8> = bytes.collect();
    let bytes = &bytes[bytes.len().saturating_sub(32)..];
    forms(&file.display().to_string(), bytes)
}

pub(crate) fn forms(name: &str, secret: &[u8]) -> Vec<Canary> {
    let canary = |form: &str, bytes: Vec<u8>| Canary {
        name: format!("{name}, {form}"),
        bytes,
    };
    let mut all = vec![
        canary("raw", secret.to_vec()),
        canary("hex", hex(secret).into_bytes()),
        canary("upper-case hex", hex(secret).to_uppercase().into_bytes()),
        canary(
            "UTF-16",
            secret.iter().flat_map(|&byte| [byte, 0]).collect(),
        ),
    ];
    // In base64 of something longer a secret starts at one of three places; the characters that
    // hold bits of its neighbours are left off.
    for before in 0..3 {
        let padded = [&vec![0; before], secret].concat();
        let whole = &padded[..padded.len() / 3 * 3];
        let first = [0, 2, 3][before];
        canary_of_base64(&mut all, name, &base64(whole)[first..]);
    }
    all
}

fn canary_of_base64(all: &mut Vec<Canary>, name: &str, text: &str) {
    all.push(Canary {
        name: format!("{name}, base64"),
        bytes: text.as_bytes().to_vec(),
    });
    // Lines of PEM break it anywhere: half of it must not stand in one either.
    for half in [&text[..text.len() / 2], &text[text.len() / 2..]] {
        all.push(Canary {
            name: format!("{name}, half in base64"),
            bytes: half.as_bytes().to_vec(),
        });
    }
}

/// One sentence for each canary found.
pub(crate) fn search(canaries: &[Canary], place: &str, bytes: &[u8]) -> Vec<String> {
    let is_in = |canary: &&Canary| {
        bytes
            .windows(canary.bytes.len())
            .any(|part| part == canary.bytes)
    };
    let found = canaries.iter().filter(is_in);
    found
        .map(|canary| format!("{place} holds {}", canary.name))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk
            .iter()
            .fold(0_u32, |number, &byte| number << 8 | u32::from(byte));
        let number = number << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let digit = number >> (18 - 6 * place) & 63;
            text.push(char::from(ALPHABET[digit as usize]));
        }
    }
    text
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
