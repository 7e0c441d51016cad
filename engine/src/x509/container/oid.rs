//! Object identifiers of files with keys and certificates, and the names of those we cannot open.

use const_oid::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(super) const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
pub(super) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
pub(super) const ENCRYPTED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.6");

pub(super) const KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.1");
pub(super) const SHROUDED_KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.2");
pub(super) const CERTIFICATE_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.3");
pub(super) const CRL_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.4");
pub(super) const SAFE_CONTENTS_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.6");
pub(super) const X509_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.22.1");
pub(super) const X509_CRL: ObjectIdentifier = oid("1.2.840.113549.1.9.23.1");
pub(super) const FRIENDLY_NAME: ObjectIdentifier = oid("1.2.840.113549.1.9.20");
pub(super) const LOCAL_KEY_ID: ObjectIdentifier = oid("1.2.840.113549.1.9.21");
pub(super) const TRUSTED_KEY_USAGE: ObjectIdentifier = oid("2.16.840.1.113894.746875.1.1");
pub(super) const ANY_EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37.0");

pub(super) const PBES2: ObjectIdentifier = oid("1.2.840.113549.1.5.13");
pub(super) const PBMAC1: ObjectIdentifier = oid("1.2.840.113549.1.5.14");
pub(super) const PBKDF2: ObjectIdentifier = oid("1.2.840.113549.1.5.12");
pub(super) const SCRYPT: ObjectIdentifier = oid("1.3.6.1.4.1.11591.4.11");
pub(super) const PKCS12_3DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.3");
pub(super) const PKCS12_2DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.4");
pub(super) const PKCS12_RC2_128: ObjectIdentifier = oid("1.2.840.113549.1.12.1.5");
pub(super) const PKCS12_RC2_40: ObjectIdentifier = oid("1.2.840.113549.1.12.1.6");
pub(super) const AES_128_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.2");
pub(super) const AES_192_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.22");
pub(super) const AES_256_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.42");
pub(super) const DES_EDE3_CBC: ObjectIdentifier = oid("1.2.840.113549.3.7");

pub(super) const HMAC_SHA1: ObjectIdentifier = oid("1.2.840.113549.2.7");
pub(super) const HMAC_SHA256: ObjectIdentifier = oid("1.2.840.113549.2.9");
pub(super) const HMAC_SHA384: ObjectIdentifier = oid("1.2.840.113549.2.10");
pub(super) const HMAC_SHA512: ObjectIdentifier = oid("1.2.840.113549.2.11");
pub(super) const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");

/// The name for people of what we do not open, or the dotted form.
pub(super) fn title(id: ObjectIdentifier) -> String {
    let known = TITLES.iter().find(|(known, _)| *known == id);
    known.map_or_else(|| id.to_string(), |(_, title)| (*title).to_owned())
}

const TITLES: &[(ObjectIdentifier, &str)] = &[
    (SCRYPT, "scrypt"),
    (oid("1.2.840.113549.1.12.1.1"), "RC4 with 128 bits"),
    (oid("1.2.840.113549.1.12.1.2"), "RC4 with 40 bits"),
    (oid("1.2.840.113549.1.5.1"), "PBES1 with MD2 and DES"),
    (oid("1.2.840.113549.1.5.3"), "PBES1 with MD5 and DES"),
    (oid("1.2.840.113549.1.5.4"), "PBES1 with MD2 and RC2"),
    (oid("1.2.840.113549.1.5.6"), "PBES1 with MD5 and RC2"),
    (oid("1.2.840.113549.1.5.10"), "PBES1 with SHA-1 and DES"),
    (oid("1.2.840.113549.1.5.11"), "PBES1 with SHA-1 and RC2"),
    (oid("1.2.840.113549.1.7.3"), "encryption to a public key"),
    (oid("1.2.840.113549.2.5"), "MD5"),
    (oid("1.2.840.113549.2.8"), "HMAC with SHA-224"),
    (oid("1.2.840.113549.3.2"), "PBES2 with RC2"),
    (oid("1.3.14.3.2.7"), "PBES2 with DES"),
    (oid("1.2.392.200011.61.1.1.1.2"), "PBES2 with Camellia-128"),
    (oid("1.2.392.200011.61.1.1.1.4"), "PBES2 with Camellia-256"),
    (oid("2.16.840.1.101.3.4.1.6"), "PBES2 with AES-128-GCM"),
    (oid("2.16.840.1.101.3.4.1.46"), "PBES2 with AES-256-GCM"),
];
