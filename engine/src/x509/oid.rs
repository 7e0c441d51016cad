//! Object identifiers this module reads and writes, and their names for people.

use const_oid::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(super) const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
pub(super) const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
pub(super) const DN_SERIAL: ObjectIdentifier = oid("2.5.4.5");
pub(super) const DOMAIN_COMPONENT: ObjectIdentifier = oid("0.9.2342.19200300.100.1.25");
pub(super) const EMAIL_ADDRESS: ObjectIdentifier = oid("1.2.840.113549.1.9.1");

pub(super) const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
pub(super) const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
pub(super) const P384: ObjectIdentifier = oid("1.3.132.0.34");
pub(super) const P521: ObjectIdentifier = oid("1.3.132.0.35");
pub(super) const ED25519: ObjectIdentifier = oid("1.3.101.112");
pub(super) const ML_DSA_44: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.17");
pub(super) const ML_DSA_65: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.18");
pub(super) const ML_DSA_87: ObjectIdentifier = oid("2.16.840.1.101.3.4.3.19");
pub(super) const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(super) const SHA1_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.5");
pub(super) const SHA256_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
pub(super) const SHA512_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
pub(super) const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
pub(super) const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
pub(super) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub(super) const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
pub(super) const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

pub(super) const EXTENSION_REQUEST: ObjectIdentifier = oid("1.2.840.113549.1.9.14");

pub(super) const SUBJECT_KEY_ID: ObjectIdentifier = oid("2.5.29.14");
pub(super) const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
pub(super) const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
pub(super) const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
pub(super) const CRL_NUMBER: ObjectIdentifier = oid("2.5.29.20");
pub(super) const CRL_REASON: ObjectIdentifier = oid("2.5.29.21");
pub(super) const INVALIDITY_DATE: ObjectIdentifier = oid("2.5.29.24");
pub(super) const DELTA_CRL_INDICATOR: ObjectIdentifier = oid("2.5.29.27");
pub(super) const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = oid("2.5.29.28");
pub(super) const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
pub(super) const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
pub(super) const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = oid("2.5.29.31");
pub(super) const AUTHORITY_KEY_ID: ObjectIdentifier = oid("2.5.29.35");
pub(super) const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
pub(super) const AUTHORITY_INFO_ACCESS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.1");
pub(super) const CA_ISSUERS: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.2");
pub(super) const CPS: ObjectIdentifier = oid("1.3.6.1.5.5.7.2.1");
pub(super) const OCSP_NO_CHECK: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1.5");
pub(super) const PRECERTIFICATE_POISON: ObjectIdentifier = oid("1.3.6.1.4.1.11129.2.4.3");
pub(super) const OCSP: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1");

pub(crate) const SERVER_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.1");
pub(crate) const CLIENT_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.2");
pub(super) const CODE_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.3");
pub(super) const EMAIL_PROTECTION: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.4");
pub(super) const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");
pub(crate) const OCSP_SIGNING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.9");
pub(super) const ANY_PURPOSE: ObjectIdentifier = oid("2.5.29.37.0");

/// The name for people, or the dotted form.
pub(super) fn title(id: ObjectIdentifier) -> String {
    let known = TITLES.iter().find(|(known, _)| *known == id);
    known.map_or_else(|| id.to_string(), |(_, title)| (*title).to_owned())
}

/// What an attribute type is called in a distinguished name (RFC 4514, 3).
pub(super) fn attribute_label(id: ObjectIdentifier) -> String {
    let known = ATTRIBUTES.iter().find(|(_, known)| *known == id);
    known.map_or_else(|| id.to_string(), |(label, _)| (*label).to_owned())
}

pub(super) fn attribute(label: &str) -> Option<ObjectIdentifier> {
    let known = ATTRIBUTES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(label));
    known.map_or_else(|| ObjectIdentifier::new(label).ok(), |(_, id)| Some(*id))
}

const ATTRIBUTES: &[(&str, ObjectIdentifier)] = &[
    ("C", COUNTRY),
    ("CN", COMMON_NAME),
    ("DC", DOMAIN_COMPONENT),
    ("E", EMAIL_ADDRESS),
    ("emailAddress", EMAIL_ADDRESS),
    ("GN", oid("2.5.4.42")),
    ("L", oid("2.5.4.7")),
    ("O", oid("2.5.4.10")),
    ("organizationIdentifier", oid("2.5.4.97")),
    ("OU", oid("2.5.4.11")),
    ("postalCode", oid("2.5.4.17")),
    ("serialNumber", DN_SERIAL),
    ("SN", oid("2.5.4.4")),
    ("ST", oid("2.5.4.8")),
    ("STREET", oid("2.5.4.9")),
    ("title", oid("2.5.4.12")),
    ("UID", oid("0.9.2342.19200300.100.1.1")),
];

const TITLES: &[(ObjectIdentifier, &str)] = &[
    (AUTHORITY_INFO_ACCESS, "Authority information access"),
    (AUTHORITY_KEY_ID, "Authority key identifier"),
    (BASIC_CONSTRAINTS, "Basic constraints"),
    (CLIENT_AUTH, "TLS client"),
    (CRL_DISTRIBUTION_POINTS, "CRL distribution points"),
    (EXTENDED_KEY_USAGE, "Extended key usage"),
    (KEY_USAGE, "Key usage"),
    (NAME_CONSTRAINTS, "Name constraints"),
    (SERVER_AUTH, "TLS server"),
    (SUBJECT_ALT_NAME, "Subject alternative names"),
    (SUBJECT_KEY_ID, "Subject key identifier"),
    (CODE_SIGNING, "Code signing"),
    (EMAIL_PROTECTION, "E-mail protection"),
    (TIME_STAMPING, "Time stamping"),
    (OCSP_SIGNING, "OCSP signing"),
    (ANY_PURPOSE, "Any purpose"),
    (oid("1.3.6.1.5.5.7.1.24"), "TLS features"),
    (
        oid("1.3.6.1.4.1.311.20.2"),
        "Microsoft certificate template name",
    ),
    (
        oid("1.3.6.1.4.1.311.21.7"),
        "Microsoft certificate template",
    ),
    (
        oid("1.3.6.1.4.1.11129.2.4.2"),
        "Signed certificate timestamps",
    ),
    (OCSP_NO_CHECK, "OCSP no check"),
    (oid("2.5.29.18"), "Issuer alternative names"),
    (CRL_NUMBER, "CRL number"),
    (DELTA_CRL_INDICATOR, "Delta CRL indicator"),
    (ISSUING_DISTRIBUTION_POINT, "Issuing distribution point"),
    (CERTIFICATE_POLICIES, "Certificate policies"),
    (oid("2.5.29.36"), "Policy constraints"),
    (oid("2.5.29.46"), "Freshest CRL"),
    (oid("2.5.29.54"), "Inhibit any policy"),
    (oid("2.16.840.1.113730.1.13"), "Netscape comment"),
];
