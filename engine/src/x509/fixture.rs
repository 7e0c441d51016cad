//! Keys, CAs and requests for the tests of this module.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature as sign;
use aws_lc_rs::signature::KeyPair;
use der::Encode;

use crate::base::{Explain, Identifier, KeyType, Remedy, Serial, Timestamp};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::Signed;
use crate::x509::constraints::Constraints;
use crate::x509::draft::{
    Draft, DraftError, IssuerView, SignatureMismatch, SignedCertificate, Wish,
};
use crate::x509::error::X509Error;
use crate::x509::extension::Urls;
use crate::x509::key::PublicKey;
use crate::x509::name::Name;
use crate::x509::profile::{Profile, profile};
use crate::x509::request::{Asked, write_request};
use crate::x509::{asn1, oid, serial};

/// 2026-11-22, noon.
pub(super) const NOW: Timestamp = Timestamp::from_secs(1_795_348_800);

pub(super) struct TestKey {
    pair: Pair,
    pub(super) public: PublicKey,
    pub(super) algorithm: SignatureAlgorithm,
}

enum Pair {
    Ecdsa(sign::EcdsaKeyPair),
    Ed25519(sign::Ed25519KeyPair),
    MlDsa(sign::PqdsaKeyPair),
    Rsa(rsa::KeyPair),
}

impl TestKey {
    pub(super) fn new(kind: KeyType) -> Self {
        let ecdsa = |algorithm| Pair::Ecdsa(sign::EcdsaKeyPair::generate(algorithm).unwrap());
        let ml_dsa = |algorithm| Pair::MlDsa(sign::PqdsaKeyPair::generate(algorithm).unwrap());
        let rsa = |size| Pair::Rsa(rsa::KeyPair::generate(size).unwrap());
        let pair = match kind {
            KeyType::Ed25519 => Pair::Ed25519(sign::Ed25519KeyPair::generate().unwrap()),
            KeyType::P256 => ecdsa(&sign::ECDSA_P256_SHA256_ASN1_SIGNING),
            KeyType::P384 => ecdsa(&sign::ECDSA_P384_SHA384_ASN1_SIGNING),
            KeyType::P521 => ecdsa(&sign::ECDSA_P521_SHA512_ASN1_SIGNING),
            KeyType::MlDsa44 => ml_dsa(&sign::ML_DSA_44_SIGNING),
            KeyType::MlDsa65 => ml_dsa(&sign::ML_DSA_65_SIGNING),
            KeyType::MlDsa87 => ml_dsa(&sign::ML_DSA_87_SIGNING),
            KeyType::Rsa2048 => rsa(rsa::KeySize::Rsa2048),
            KeyType::Rsa3072 => rsa(rsa::KeySize::Rsa3072),
            KeyType::Rsa4096 => rsa(rsa::KeySize::Rsa4096),
        };
        Self::of(pair, SignatureAlgorithm::of(kind))
    }

    fn of(pair: Pair, algorithm: SignatureAlgorithm) -> Self {
        let spki = match &pair {
            Pair::Ecdsa(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            Pair::MlDsa(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
            Pair::Rsa(pair) => pair.public_key().as_der().unwrap().as_ref().to_vec(),
        };
        let public = PublicKey::accept(&spki).unwrap();
        Self {
            pair,
            public,
            algorithm,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::MlDsa(pair) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                pair.sign(message, &mut signature).unwrap();
                signature
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = &sign::RSA_PKCS1_SHA256;
                pair.sign(padding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    /// A request of this key.
    pub(super) fn request(&self, subject: &Name, asked: &Asked) -> Vec<u8> {
        let sign = |info: &[u8]| Ok::<_, X509Error>(self.sign(info));
        write_request(subject, &self.public, self.algorithm, asked, sign).unwrap()
    }

    /// A request with these encoded extensions, however wrong they are.
    pub(super) fn request_with(&self, subject: &Name, extensions: &[Vec<u8>]) -> Vec<u8> {
        let list = asn1::wrap(asn1::SET, &[&asn1::sequence_of(extensions)]);
        let id = oid::EXTENSION_REQUEST.to_der().unwrap();
        self.request_of(subject, &[asn1::wrap(asn1::SEQUENCE, &[&id, &list])])
    }

    /// A request with these encoded attributes.
    pub(super) fn request_of(&self, subject: &Name, attributes: &[Vec<u8>]) -> Vec<u8> {
        let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
        let attributes = asn1::wrap(asn1::context(0), &attributes);
        let version = asn1::unsigned(&[0]);
        let fields = [
            &version,
            subject.as_der(),
            self.public.spki_der(),
            &attributes,
        ];
        let info = asn1::wrap(asn1::SEQUENCE, &fields);
        Signed::write(&info, self.algorithm.der(), &self.sign(&info))
    }

    /// A request for a server of this name.
    pub(super) fn server_request(&self, host: &str) -> Vec<u8> {
        let asked = Asked {
            identifiers: vec![host.parse().unwrap()],
            ..Asked::default()
        };
        self.request(&Name::common_name(host), &asked)
    }
}

/// A CA with its key.
pub(super) struct CaKey {
    pub(super) key: TestKey,
    pub(super) certificate: SignedCertificate,
    /// What it says, as it was wished and not as it reads back.
    view: IssuerView,
}

impl CaKey {
    /// A P-256 root for private name space.
    pub(super) fn root() -> Self {
        Self::root_of(KeyType::P256, Some(Constraints::private()))
    }

    pub(super) fn root_of(kind: KeyType, constraints: Option<Constraints>) -> Self {
        let key = TestKey::new(kind);
        let subject = Name::parse("O=Example, CN=Root").unwrap();
        let wish = Wish {
            constraints: constraints.clone(),
            ..Wish::new(subject, Vec::new(), key.public.clone())
        };
        let draft = Draft::self_signed(built_in("root"), wish, key.algorithm, random(), NOW);
        let draft = draft.unwrap();
        Self {
            view: view(&key, &draft, None, constraints),
            certificate: signed(&key, draft),
            key,
        }
    }

    /// A CA below this one.
    pub(super) fn below(&self, path_len: Option<u8>) -> Self {
        let key = TestKey::new(KeyType::P256);
        let wish = Wish {
            path_len,
            ..Wish::new(Name::common_name("Issuing"), Vec::new(), key.public.clone())
        };
        let draft = self.prepare("intermediate", wish).unwrap();
        let constraints = self.view.constraints.clone();
        Self {
            view: view(&key, &draft, path_len.or(Some(0)), constraints),
            certificate: signed(&self.key, draft),
            key,
        }
    }

    pub(super) fn view(&self) -> IssuerView {
        self.view.clone()
    }

    pub(super) fn prepare(&self, profile: &str, wish: Wish) -> Result<Draft, DraftError> {
        Draft::prepare(built_in(profile), &self.view(), wish, random(), NOW)
    }

    /// A draft with a key of its own for this host, or this CA.
    pub(super) fn draft(&self, profile: &str, name: &str) -> Draft {
        let names: Vec<Identifier> = match built_in(profile).is_ca {
            true => Vec::new(),
            false => vec![name.parse().unwrap()],
        };
        let key = TestKey::new(KeyType::P256).public;
        let wish = Wish::new(Name::common_name(name), names, key);
        self.prepare(profile, wish).unwrap()
    }

    pub(super) fn issue(&self, profile: &str, wish: Wish) -> Result<SignedCertificate, DraftError> {
        self.prepare(profile, wish)
            .map(|draft| signed(&self.key, draft))
    }
}

fn view(
    key: &TestKey,
    draft: &Draft,
    path_len: Option<u8>,
    constraints: Option<Constraints>,
) -> IssuerView {
    IssuerView {
        subject: draft.subject().clone(),
        key: key.public.clone(),
        key_id: key.public.key_id().to_vec(),
        algorithm: key.algorithm,
        not_before: draft.not_before(),
        not_after: draft.not_after(),
        path_len,
        constraints,
        urls: Urls::default(),
        additions: Arc::default(),
    }
}

/// A message for people: one sentence without a full stop, and a step to take.
pub(super) fn assert_tells<E: Explain>(error: &E) {
    let what = error.to_string();
    assert!(
        !what.is_empty() && !what.ends_with('.') && !what.contains('\n'),
        "{what}"
    );
    let starts_small = what.chars().next().is_some_and(|c| c.is_lowercase());
    assert!(starts_small || what.starts_with("RSA"), "{what}");
    assert!(error.code().contains('.'), "{}", error.code());
    match error.remedy() {
        Remedy::ReportBug | Remedy::Retry => {}
        told => {
            let step = told.to_string();
            assert!(!step.is_empty() && !step.ends_with('.'), "{step}");
        }
    }
}

pub(super) fn built_in(name: &str) -> &'static Arc<Profile> {
    profile(&name.parse().unwrap()).unwrap()
}

pub(super) fn random() -> Serial {
    serial::draw(|bytes| aws_lc_rs::rand::fill(bytes)).unwrap()
}

pub(super) fn signed(key: &TestKey, draft: Draft) -> SignedCertificate {
    let linted = draft.approve(|_| Ok::<_, ()>(())).unwrap().lint().unwrap();
    linted
        .sign(|tbs| Ok::<_, SignatureMismatch>(key.sign(tbs)))
        .unwrap()
}
