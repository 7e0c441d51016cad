//! Certificates a second from requests, against raw verify and sign of the same library.
//!
//! The product: a request with a key of its own, read, its signature verified, merged, decided,
//! linted, its intent durable, signed, recorded and audited durably, with 1, 16 and 256 in flight.
//! The limit: one P-256 verification and one signature for each, on all cores, and nothing else.
//! Afterwards the store is opened again, and every answered certificate is looked for, verified
//! under its issuer, and found in the audit.

mod place;

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    UnparsedPublicKey,
};
use chancery_engine::api::{
    AuthorityCommand, AuthorityFact, AuthorityId, CertificateFact, CertificateId, Choices, Command,
    Consent, Ending, Fact, Given, Grant, KeyType, NewAuthority, Reach, RequestCommand,
    ShowAuthority, ShowCertificate,
};
use chancery_engine::{Client, Kdf, Ticket};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair as RequestKey};

use place::{audited, folder, made, make_vault, open, passphrase};

fn main() {
    let limit = raw();
    println!("limit: {limit:.0} P-256 verify + sign a second on all cores");
    println!(
        "{:>9}  {:>12}  {:>10}  {:>6}",
        "in flight", "certificates", "per second", "ratio"
    );
    for (in_flight, count) in [(1, 1_500), (16, 8_000), (256, 24_000)] {
        let folder = folder();
        let (rate, issued) = run(folder.path(), in_flight, count);
        println!(
            "{in_flight:>9}  {count:>12}  {rate:>10.0}  {:>5.1} %",
            rate / limit * 100.0
        );
        check(folder.path(), &issued);
    }
    println!("every answered certificate was found after reopening, verified, and in the audit");
}

/// Pairs of one verification and one signature a second, one thread for each core.
fn raw() -> f64 {
    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new())
            .expect("a key");
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref())
        .expect("the same key");
    let message = [7; 600];
    let signature = key
        .sign(&SystemRandom::new(), &message)
        .expect("a signature");
    let done = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(|| {
                while begun.elapsed() < Duration::from_secs(3) {
                    for _ in 0..64 {
                        let public = key.public_key().as_ref();
                        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public)
                            .verify(&message, signature.as_ref())
                            .expect("a good signature");
                        key.sign(&SystemRandom::new(), &message)
                            .expect("a signature");
                    }
                    done.fetch_add(64, Ordering::Relaxed);
                }
            });
        }
    });
    done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

fn run(folder: &Path, in_flight: usize, count: usize) -> (f64, Vec<CertificateId>) {
    let client = open(folder, Kdf::WeakForTests);
    make_vault(&client);
    let root = authority(&client, "Bench Root", None);
    let issuing = authority(&client, "Bench Issuing CA", Some(root));
    let requests = requests(count);
    let mut open = VecDeque::new();
    let mut issued = Vec::with_capacity(count);
    let begun = Instant::now();
    for csr in requests {
        if open.len() == in_flight {
            issued.extend(open.pop_front().map(finish));
        }
        let command = Command::Request(RequestCommand::Issue {
            csr,
            authority: issuing,
            profile: "server".parse().expect("a profile"),
            choices: Choices::default(),
        });
        open.push_back(client.send(command).expect("a place in the queue"));
    }
    issued.extend(open.into_iter().map(finish));
    (count as f64 / begun.elapsed().as_secs_f64(), issued)
}

fn finish(ticket: Ticket) -> CertificateId {
    match ticket.wait() {
        Ending::Done {
            fact: Fact::Certificate(CertificateFact::Issued { id, .. }),
            ..
        } => id,
        other => panic!("expected a certificate, got {other:?}"),
    }
}

/// Distinct keys, made before the clock starts.
fn requests(count: usize) -> Vec<Vec<u8>> {
    let made = |number: usize| {
        let key = RequestKey::generate().expect("a key");
        let name = format!("host-{number}.bench.internal");
        let mut params = CertificateParams::new(vec![name.clone()]).expect("a name");
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params
            .serialize_request(&key)
            .expect("a request")
            .der()
            .to_vec()
    };
    (0..count).map(made).collect()
}

fn check(folder: &Path, issued: &[CertificateId]) {
    let client = open(folder, Kdf::WeakForTests);
    let audited: HashSet<String> = audited(&client)
        .into_iter()
        .filter_map(|row| Some(row.resource?.id))
        .collect();
    let issuer = client.read(&chancery_engine::api::FindAuthority(
        "Bench Issuing CA".to_owned(),
    ));
    let issuer = client.read(&ShowAuthority(*issuer.expect("the issuer").value));
    let key = issuer.expect("the issuer").value;
    let key = public_point(&pem_to_der(&key.certificate_pem));
    for id in issued {
        let shown = client
            .read(&ShowCertificate(*id))
            .expect("an answered certificate");
        let der = pem_to_der(&shown.value.pem);
        let (tbs, signature) = split(&der);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key)
            .verify(tbs, signature)
            .expect("signed by its issuer");
        assert!(
            audited.contains(&id.to_string()),
            "{id} is not in the audit"
        );
    }
}

fn authority(client: &Client, name: &str, parent: Option<AuthorityId>) -> AuthorityId {
    let new = NewAuthority {
        name: name.to_owned(),
        subject: None,
        parent,
        key_type: KeyType::P256,
        days: None,
        path_len: None,
        reach: Reach::Usual,
        grant: parent.map(|_| Grant::default()),
        consent: Consent {
            passphrase: passphrase(),
            given: Given::Typed,
        },
    };
    match made(client, Command::Authority(AuthorityCommand::Create(new))) {
        Fact::Authority(AuthorityFact::Created { id }) => id,
        other => panic!("expected an authority, got {other:?}"),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get())
}

fn pem_to_der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let digits = body
        .bytes()
        .filter(|byte| *byte != b'=')
        .map(|byte| match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            _ => 63,
        });
    let (mut der, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for digit in digits {
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            der.push((bits >> held & 0xff) as u8);
        }
    }
    der
}

/// The to-be-signed bytes and the signature of a certificate, DER.
fn split(der: &[u8]) -> (&[u8], &[u8]) {
    let inside = value(der).0;
    let (_, tbs_len) = value(inside);
    let (tbs, rest) = inside.split_at(tbs_len);
    let (_, algorithm_len) = value(rest);
    let signature = value(&rest[algorithm_len..]).0;
    (tbs, &signature[1..])
}

/// The value of the first element and the length of the whole of it.
fn value(der: &[u8]) -> (&[u8], usize) {
    let (head, length) = match der[1] {
        short if short < 0x80 => (2, usize::from(short)),
        long => {
            let octets = usize::from(long & 0x7f);
            let length = der[2..2 + octets]
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (2 + octets, length)
        }
    };
    (&der[head..head + length], head + length)
}

/// The uncompressed point of a P-256 certificate: the 65 bytes behind its curve's object id.
fn public_point(der: &[u8]) -> Vec<u8> {
    const BEFORE: [u8; 14] = [
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];
    let at = der
        .windows(BEFORE.len())
        .position(|window| window == BEFORE)
        .expect("a P-256 key");
    der[at + 13..at + 13 + 65].to_vec()
}
