//! Revocation: what is no longer to be trusted, and the lists (CRLs) that say so.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{About, Area, CertificateFilter, Consent, Page, Question, Resource};
use crate::base::{
    AuthorityId, CertificateId, CrlNumber, Description, Fingerprint, ListedRevocation, Report,
    Revocation, RevocationReason, Serial, Timestamp,
};

#[non_exhaustive]
pub enum RevocationCommand {
    /// Signs a new list of everything that this authority has revoked.
    CreateCrl {
        authority: AuthorityId,
        /// Until the next one is due; `None` for 7 days, and 180 where the authority is a root.
        days: Option<u16>,
        /// The list before this one was made when the clock was wrong; this one may be dated
        /// before it.
        despite_clock: bool,
        /// For an authority whose key is attended. A grant covers its lists.
        consent: Option<Consent>,
    },
    /// Writes the newest list for others to fetch.
    ExportCrl {
        authority: AuthorityId,
        place: CrlPlace,
        der: bool,
    },
    /// Takes back a hold; nothing else can be taken back.
    Release { certificates: Vec<CertificateId> },
    /// With `CertificateHold` for now, with any other reason for ever. A compromise also bars the
    /// public key from every later certificate.
    Revoke {
        what: Selection,
        reason: RevocationReason,
        /// Since when the key is known or suspected to have been in other hands.
        invalid_since: Option<Timestamp>,
    },
}

/// Which certificates are meant.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Selection {
    /// Exactly these: if one of them cannot be revoked, none is.
    Certificates(Vec<CertificateId>),
    /// Every certificate with this public key: the SHA-256 of its SubjectPublicKeyInfo.
    Key(Fingerprint),
    /// Every certificate that fits now; those that cannot be revoked are left out.
    Matching {
        filter: CertificateFilter,
        /// Certificates of authorities too, which nobody means who did not say so.
        authorities: bool,
    },
    /// Serials of this authority, also such as have no certificate here.
    Serials {
        authority: AuthorityId,
        serials: Vec<Serial>,
    },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrlPlace {
    File(PathBuf),
    /// As `AUTHORITY.crl`, or `AUTHORITY.crl.pem`.
    Folder(PathBuf),
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum RevocationFact {
    CrlCreated {
        authority: AuthorityId,
        number: CrlNumber,
        entries: u64,
        next_update: Timestamp,
    },
    CrlExported {
        authority: AuthorityId,
        file: PathBuf,
    },
    Released {
        certificates: u64,
    },
    /// The certificate lists show which.
    Revoked {
        reason: RevocationReason,
        /// Newly revoked or put on hold, or given another reason.
        certificates: u64,
        /// Left as they were: revoked before, or expired.
        unchanged: u64,
        /// Public keys that no certificate may have from now on.
        barred_keys: u64,
    },
}

/// Asks what would be revoked, and what those who rely on it will see and when.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct PreviewRevocation {
    pub what: Selection,
    pub reason: RevocationReason,
}

impl Question for PreviewRevocation {
    type Answer = RevocationPreview;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RevocationPreview {
    pub rows: Vec<RevocationPreviewRow>,
    /// How many of the rows would change.
    pub changing: u64,
    /// What the reason will bring with it, in sentences without full stops.
    pub effect: Vec<String>,
    /// The same for when it is done.
    pub done: Vec<String>,
    /// One for each authority and way in which its certificates can be checked.
    pub publicity: Vec<Publicity>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RevocationPreviewRow {
    /// `None` for a serial whose certificate is not here.
    pub certificate: Option<CertificateId>,
    /// Safe to show; empty for a serial whose certificate is not here.
    pub name: String,
    pub issuer: AuthorityId,
    pub issuer_name: String,
    pub serial: Serial,
    pub not_after: Option<Timestamp>,
    /// Whether it is the certificate of an authority.
    pub is_authority: bool,
    pub verdict: RevocationVerdict,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum RevocationVerdict {
    /// Revoked already, and this reason does not replace that one.
    Already(Revocation),
    /// On hold or revoked for a lesser reason; from now on for this one.
    Changes(Revocation),
    /// Nobody trusts it any more, so that no list needs to name it.
    Expired,
    /// An authority's, and only others were meant.
    LeftOut,
    Refused(Report),
    WillBeRevoked,
}

/// Who learns of it, and when.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Publicity {
    pub issuer: AuthorityId,
    pub issuer_name: String,
    /// How many of the certificates that would change.
    pub certificates: u64,
    /// Where they say that the list can be fetched.
    pub crl_urls: Vec<String>,
    pub ocsp_urls: Vec<String>,
    /// The end of the newest list, until when it may be kept in place of a newer one.
    pub old_crl_until: Option<Timestamp>,
    /// The same for a person, in sentences without full stops.
    pub words: Vec<String>,
}

/// Asks for every authority that can sign lists, in the order of `ListAuthorities`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListCrls;

impl Question for ListCrls {
    type Answer = Vec<CrlRow>;
}

/// The newest list of an authority.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct CrlRow {
    pub authority: AuthorityId,
    pub authority_name: String,
    /// Revoked or on hold now.
    pub revoked: u64,
    /// Revocations and releases that the newest list does not show yet.
    pub unlisted: u64,
    /// `None` where there is no list yet.
    pub newest: Option<NewestCrl>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct NewestCrl {
    pub number: CrlNumber,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    pub entries: u64,
    /// Bytes of its DER.
    pub size: u64,
    /// SHA-256 of the DER.
    pub fingerprint: Fingerprint,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowCrl(pub AuthorityId);

impl Question for ShowCrl {
    type Answer = CrlDetail;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct CrlDetail {
    pub row: CrlRow,
    /// Of a list with many entries only the first.
    pub description: Description,
    /// The same, for programs.
    pub entries: Vec<ListedRevocation>,
}

/// A list in a file, whoever issued it. Nothing says that it is to be trusted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct CrlContent {
    pub number: Option<CrlNumber>,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
    /// How many entries it has.
    pub total: u64,
    /// Of many entries only the first.
    pub entries: Vec<ListedRevocation>,
    pub description: Description,
}

/// Asks for one page of what this authority has revoked, in the order of the serials.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListRevocations {
    pub authority: AuthorityId,
    pub first: u64,
    pub rows: u16,
}

impl Question for ListRevocations {
    type Answer = Page<RevocationRow>;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RevocationRow {
    pub serial: Serial,
    pub revocation: Revocation,
    /// `None` where the certificate is not here.
    pub certificate: Option<CertificateId>,
    pub not_after: Option<Timestamp>,
}

/// Asks which certificate is meant, as `FindCertificate` does, of this authority alone; also such
/// as were possibly issued.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindIssued {
    pub authority: AuthorityId,
    pub text: String,
}

impl Question for FindIssued {
    type Answer = CertificateId;
}

impl Selection {
    fn words(&self) -> String {
        let many = |count: usize| match count {
            1 => "1 certificate".to_owned(),
            count => format!("{count} certificates"),
        };
        match self {
            Self::Certificates(ids) => many(ids.len()),
            Self::Key(key) => format!("every certificate with the key {key}"),
            Self::Matching {
                filter,
                authorities,
            } => {
                let text = crate::base::shown(&filter.text);
                let of = filter.authority.map(|id| format!(" of {id}"));
                let with = (!text.is_empty()).then(|| format!(" with {text}"));
                let too = authorities.then(|| ", of authorities too".to_owned());
                let parts = [of, with, too].map(Option::unwrap_or_default);
                format!("every certificate{}", parts.concat())
            }
            Self::Serials { authority, serials } => {
                format!("{} of {authority} by serial", many(serials.len()))
            }
        }
    }

    /// The one certificate that is meant, so that what happens to it happens in order.
    fn resource(&self) -> Option<Resource> {
        match self {
            Self::Certificates(ids) => one_of(ids),
            _ => None,
        }
    }
}

fn one_of(ids: &[CertificateId]) -> Option<Resource> {
    match ids {
        [only] => Resource::of("certificate", only),
        _ => None,
    }
}

impl RevocationCommand {
    pub(super) fn about(&self) -> About {
        let on = |id: &AuthorityId| Resource::of("authority", id);
        let (action, resource, details, intent_first) = match self {
            Self::CreateCrl {
                authority, days, ..
            } => {
                let end = days.map_or(String::new(), |days| format!(", for {days} days"));
                let details = format!("sign a CRL{end}");
                ("crl.create", on(authority), details, false)
            }
            Self::ExportCrl {
                authority, place, ..
            } => {
                let (CrlPlace::File(path) | CrlPlace::Folder(path)) = place;
                let details = format!("export the CRL to {}", path.display());
                ("crl.export", on(authority), details, true)
            }
            Self::Release { certificates } => {
                let details = format!("release {} from hold", certificates.len());
                ("certificate.release", one_of(certificates), details, true)
            }
            Self::Revoke { what, reason, .. } => {
                let action = match reason.is_hold() {
                    true => "certificate.hold",
                    false => "certificate.revoke",
                };
                let details = format!("{}, reason {reason}", what.words());
                (action, what.resource(), details, true)
            }
        };
        About {
            area: Area::Revocation,
            action,
            resource,
            details,
            intent_first,
        }
    }
}
