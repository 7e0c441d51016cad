//! The certificate inventory: issue with a key in the vault, list, show, export.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{About, Area, Consent, Page, Question, Resource};
use crate::base::{
    AuthorityId, CertificateFormat, CertificateId, CertificateKey, Description, Finding,
    Fingerprint, Form, Identifier, KeyId, KeyType, ProfileName, RequestId, Revocation, Secret,
    Serial, Timestamp,
};

#[non_exhaustive]
pub enum CertificateCommand {
    /// Writes `NAME.crt`, `NAME.chain.crt` and `NAME.fullchain.crt`, and, where it is asked for and
    /// the key is in the vault, `NAME.key` with mode 0600; or one file in another form.
    Export {
        id: CertificateId,
        folder: PathBuf,
        /// In place of the certificate's own name.
        file_name: Option<String>,
        form: Form<CertificateFormat>,
        with_key: bool,
        /// For the forms that are sealed with one; it is the file's own.
        password: Option<Secret<String>>,
    },
    /// Issues a certificate whose private key is made by, or already in, the vault. For a key that
    /// stays on its own host, submit a request.
    Issue {
        wish: NewCertificate,
        /// For an authority whose key is attended.
        consent: Option<Consent>,
    },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct NewCertificate {
    pub authority: AuthorityId,
    pub profile: ProfileName,
    pub common_name: String,
    pub identifiers: Vec<Identifier>,
    /// `None` for the profile's own lifetime.
    pub days: Option<u32>,
    /// A person has been warned and passes the profile's ceiling, up to 3650 days.
    pub beyond_ceiling: bool,
    pub key: KeyChoice,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyChoice {
    Existing(KeyId),
    New(KeyType),
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum CertificateFact {
    Exported {
        id: CertificateId,
        files: Vec<PathBuf>,
        key_written: bool,
        /// Why it could not be verified as those will who trust its root, where that is so.
        #[serde(default)]
        remarks: Vec<String>,
    },
    Issued {
        id: CertificateId,
        authority: AuthorityId,
        /// Where it came from a request.
        request: Option<RequestId>,
    },
}

/// Asks for one page of the inventory.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListCertificates {
    pub filter: CertificateFilter,
    pub sort: Sort,
    pub descending: bool,
    pub first: u64,
    pub rows: u16,
}

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
pub struct CertificateFilter {
    /// What a name, the serial or the fingerprint must contain; empty for all.
    pub text: String,
    pub authority: Option<AuthorityId>,
    pub status: Option<CertificateStatus>,
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// Soonest end first.
    #[default]
    Expiry,
    Issued,
    Issuer,
    Name,
}

impl Question for ListCertificates {
    type Answer = Page<CertificateRow>;
}

/// One line of the inventory. It holds no days left: those change while nothing happens.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct CertificateRow {
    pub id: CertificateId,
    /// The common name, or else the first alternative name; safe to show.
    pub name: String,
    pub identifiers: Vec<Identifier>,
    /// Nobody's id where `issuer_is_here` is false.
    pub issuer: AuthorityId,
    /// False for a certificate that was imported without the authority that issued it.
    pub issuer_is_here: bool,
    /// What the authority is called here, or its distinguished name where it is not here.
    pub issuer_name: String,
    pub profile: ProfileName,
    pub status: CertificateStatus,
    /// Since when and why, where it is revoked or on hold.
    pub revocation: Option<Revocation>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub serial: Serial,
    /// SHA-256 of the DER encoding.
    pub fingerprint: Fingerprint,
    pub key: CertificateKey,
    /// `ECDSA P-256`.
    pub key_title: String,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    Active,
    Expired,
    /// Its lifetime has less than a third left.
    Expiring,
    /// Not to be trusted for now; it can be released.
    OnHold,
    /// The intent to sign it was recorded, but not the certificate: the process ended in between.
    PossiblyIssued,
    /// Also where it has expired since.
    Revoked,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowCertificate(pub CertificateId);

impl Question for ShowCertificate {
    type Answer = CertificateDetail;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct CertificateDetail {
    pub row: CertificateRow,
    pub request: Option<RequestId>,
    /// The soonest end along the chain.
    pub effective_not_after: Timestamp,
    pub issued: Timestamp,
    pub pem: String,
    /// The authorities above it, nearest first.
    pub chain: Vec<(AuthorityId, String, Timestamp)>,
    /// The authorities above it without the root, PEM.
    pub chain_pem: String,
    pub description: Description,
}

/// Asks which certificate is meant by an id, a serial, a fingerprint or an unambiguous name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindCertificate(pub String);

impl Question for FindCertificate {
    type Answer = CertificateId;
}

/// Asks what a wish would become, without doing anything.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct PreviewCertificate(pub NewCertificate);

impl Question for PreviewCertificate {
    type Answer = Vec<Finding>;
}

impl CertificateCommand {
    pub(super) fn about(&self) -> About {
        match self {
            Self::Export {
                id,
                folder,
                form,
                with_key,
                ..
            } => {
                let what = if *with_key {
                    " with the private key"
                } else {
                    ""
                };
                About {
                    area: Area::Certificate,
                    action: "certificate.export",
                    resource: Resource::of("certificate", id),
                    details: format!("export as {}{what} to {}", form.format(), folder.display()),
                    intent_first: true,
                }
            }
            Self::Issue { wish, .. } => About {
                area: Area::Certificate,
                action: "certificate.issue",
                resource: None,
                details: format!(
                    "issue {} under {} with profile {}, key in the vault",
                    crate::base::shown(&wish.common_name),
                    wish.authority,
                    wish.profile
                ),
                intent_first: false,
            },
        }
    }
}
