//! Requests that must not become certificates: broken ones, greedy ones, and bad keys.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::chancery::Installation;
use crate::counterpart::{der, names, new_key, openssl_done, request, request_for};

/// One of them, and how it must be refused.
pub(crate) struct Case {
    name: &'static str,
    pub(crate) file: PathBuf,
    pub(crate) profile: &'static str,
    pub(crate) exit: i32,
    /// Any of these.
    pub(crate) codes: &'static [&'static str],
}

pub(crate) fn cases(installation: &Installation) -> Vec<Case> {
    let folder = installation.path();
    let mut cases = unreadable(folder);
    cases.extend(GREEDY.iter().map(|greedy| greedy.case(folder)));
    cases.push(with_many_names(folder));
    cases.extend(keys(installation));
    cases
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {:?})", self.name, self.exit, self.codes)
    }
}

/// Broken on the way, or made to break a reader.
fn unreadable(folder: &Path) -> Vec<Case> {
    let whole = fs::read(request_for(folder, "whole.example.internal", "p256")).unwrap();
    let bytes = der(&request_for(folder, "bytes.example.internal", "p256"));
    let mine = der(&request_for(folder, "mine.example.internal", "ed25519"));
    let other = der(&request_for(folder, "other.example.internal", "ed25519"));
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let swapped = [&mine[..mine.len() - 64], &other[other.len() - 64..]].concat();
    let rows: [(&str, Vec<u8>, &[&str]); 10] = [
        ("an empty file", Vec::new(), NOT_ONE),
        (
            "half a PEM file",
            whole[..whole.len() / 2].to_vec(),
            NOT_ONE,
        ),
        ("half a DER file", bytes[..bytes.len() / 2].to_vec(), BROKEN),
        (
            "DER with something behind it",
            [&bytes[..], b"x"].concat(),
            BROKEN,
        ),
        (
            "a length that promises gigabytes",
            b"\x30\x84\x7f\xff\xff\xff\x02\x01\x00".to_vec(),
            BROKEN,
        ),
        (
            "lengths nested a thousand deep",
            [0x30, 0x80].repeat(1000),
            BROKEN,
        ),
        (
            "sixty-four megabytes",
            vec![0x30; 64 << 20],
            &["request.too-large", "cli.too-large"],
        ),
        (
            "a flipped bit in the signature",
            flipped,
            &["request.signature-invalid"],
        ),
        (
            "another key's signature",
            swapped,
            &["request.signature-invalid"],
        ),
        (
            "two requests in one file",
            [&whole[..], &whole].concat(),
            NOT_ONE,
        ),
    ];
    let cases = rows.into_iter().map(|(name, bytes, codes)| {
        let file = folder.join(format!("{}.bad", name.replace(' ', "-")));
        fs::write(&file, bytes).unwrap();
        Case {
            name,
            file,
            profile: "server",
            exit: 1,
            codes,
        }
    });
    cases.collect()
}

/// Well made, but asking for what its profile does not give.
struct Greedy {
    name: &'static str,
    profile: &'static str,
    exit: i32,
    codes: &'static [&'static str],
    /// As openssl's settings have them, one a line.
    extensions: &'static str,
}

impl Greedy {
    fn case(&self, folder: &Path) -> Case {
        Case {
            name: self.name,
            file: with_extensions(folder, self.name, self.extensions),
            profile: self.profile,
            exit: self.exit,
            codes: self.codes,
        }
    }
}

fn with_many_names(folder: &Path) -> Case {
    let many: Vec<String> = (0..1000)
        .map(|n| format!("DNS:n{n}.example.internal"))
        .collect();
    let asked = format!("subjectAltName={}", many.join(","));
    Case {
        name: "a thousand names",
        file: with_extensions(folder, "many", &asked),
        profile: "server",
        exit: 3,
        codes: &["request.too-many-names"],
    }
}

fn keys(installation: &Installation) -> Vec<Case> {
    let folder = installation.path();
    let host = names("DNS:key.example.internal");
    let exponent = folder.join("exponent.pem");
    let exponent = exponent.display();
    let options = "-pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3";
    openssl_done(&format!("genpkey -algorithm RSA -out {exponent} {options}"));
    let own = folder.join("own-key.csr");
    installation.done(&format!("ca request Waiting --out {}", own.display()));
    let case = |name, file, codes| Case {
        name,
        file,
        profile: "server",
        exit: 3,
        codes,
    };
    vec![
        case(
            "a short RSA key",
            request(folder, "short", "rsa1024", &host),
            &["key.weak"],
        ),
        case(
            "an RSA exponent of three",
            request(
                folder,
                "exponent",
                "p256",
                &format!("{host} -key {exponent}"),
            ),
            &["key.weak"],
        ),
        case(
            "a curve nobody checks",
            request(folder, "curve", "secp256k1", &host),
            &["key.unsupported"],
        ),
        case("the key of an authority here", own, &["policy.barred-key"]),
    ]
}

/// A request with these extensions.
fn with_extensions(folder: &Path, name: &str, extensions: &str) -> PathBuf {
    let name = name.replace(' ', "-");
    let settings = folder.join(format!("{name}.cnf"));
    fs::write(&settings, format!("{SETTINGS}{extensions}\n")).unwrap();
    let (file, key) = (
        folder.join(format!("{name}.csr")),
        folder.join(format!("{name}.key")),
    );
    let files = format!(
        "-config {} -out {} -keyout {}",
        settings.display(),
        file.display(),
        key.display()
    );
    openssl_done(&format!("req -new -nodes {files} {}", new_key("p256")));
    file
}

const BROKEN: &[&str] = &["request.malformed"];

const NOT_ONE: &[&str] = &["request.malformed", "request.not-one"];

const KIND: &[&str] = &["issue.name-not-allowed", "constraint.outside"];

const SETTINGS: &str = "[req]\nprompt=no\ndistinguished_name=subject\nreq_extensions=asked\n\
                        [subject]\nCN=a.example.internal\n[asked]\n";

const GREEDY: &[Greedy] = &[
    Greedy {
        name: "an authority",
        profile: "server",
        exit: 3,
        codes: &["request.ca-asked"],
        extensions: "subjectAltName=DNS:a.example.internal\nbasicConstraints=critical,CA:TRUE",
    },
    Greedy {
        name: "another usage",
        profile: "server",
        exit: 3,
        codes: &["request.usage-not-allowed"],
        extensions: "subjectAltName=DNS:a.example.internal\nextendedKeyUsage=codeSigning",
    },
    Greedy {
        name: "a public name",
        profile: "server",
        exit: 3,
        codes: &["constraint.outside"],
        extensions: "subjectAltName=DNS:www.example.com",
    },
    Greedy {
        name: "a public address",
        profile: "server",
        exit: 3,
        codes: &["constraint.outside"],
        extensions: "subjectAltName=IP:192.0.2.1",
    },
    Greedy {
        name: "a mailbox for a server",
        profile: "server",
        exit: 3,
        codes: KIND,
        extensions: "subjectAltName=email:a@example.internal",
    },
    Greedy {
        name: "a mailbox nothing permits",
        profile: "client",
        exit: 3,
        codes: &["constraint.outside"],
        extensions: "subjectAltName=email:a@example.internal",
    },
    Greedy {
        name: "a wildcard for a client",
        profile: "client",
        exit: 3,
        codes: KIND,
        extensions: "subjectAltName=DNS:*.example.internal",
    },
    Greedy {
        name: "a wildcard in the middle",
        profile: "server",
        exit: 1,
        codes: &["request.name-invalid"],
        extensions: "subjectAltName=DNS:a.*.example.internal",
    },
    Greedy {
        name: "a name with an empty label",
        profile: "server",
        exit: 1,
        codes: &["request.name-invalid"],
        extensions: "subjectAltName=DNS:a..example.internal",
    },
    Greedy {
        name: "one extension twice",
        profile: "server",
        exit: 1,
        codes: &["request.malformed"],
        extensions: "subjectAltName=DNS:a.example.internal\n2.5.29.17=DER:30:03:82:01:61",
    },
];
