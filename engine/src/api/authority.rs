//! Certification authorities: roots, intermediates, and what each may do unattended.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{About, Area, Consent, Question, Resource};
use crate::base::{
    AuthorityId, CertificateId, Fingerprint, Form, Grant, KeyId, KeyType, Publication, Reach,
    Secret, Serial, Subtree, Timestamp, TrustFormat,
};

#[non_exhaustive]
pub enum AuthorityCommand {
    /// Replaces what it writes into the certificates it issues; those already issued stay as they
    /// are.
    Configure {
        id: AuthorityId,
        publication: Box<Publication>,
    },
    /// Makes a root, or, under a parent, an intermediate.
    Create(NewAuthority),
    /// Takes the unattended use of its key away.
    EndGrant { id: AuthorityId },
    /// Writes the certificate and its chain, or a trust store with the root.
    Export {
        id: AuthorityId,
        folder: PathBuf,
        form: Form<TrustFormat>,
        /// For the forms that are sealed with one; it is the file's own.
        password: Option<Secret<String>>,
    },
    /// Lets the key sign without a person, within limits.
    Grant {
        id: AuthorityId,
        grant: Grant,
        consent: Consent,
    },
    /// Completes a requested authority with the certificate that another installation made, and
    /// that one's chain behind it: PEM or DER.
    Install {
        id: AuthorityId,
        certificates: Vec<u8>,
    },
    /// Makes a key here and a request for an authority elsewhere to sign.
    Request(NewAuthorityRequest),
}

pub struct NewAuthority {
    /// What it is called here, and the common name of its certificate unless `subject` says
    /// otherwise.
    pub name: String,
    /// A distinguished name as `O=Example, CN=Example Root`.
    pub subject: Option<String>,
    pub parent: Option<AuthorityId>,
    pub key_type: KeyType,
    /// Lifetime; roots 20 years and intermediates 10 unless said otherwise.
    pub days: Option<u32>,
    /// How many authorities may follow below (RFC 5280, 4.2.1.9).
    pub path_len: Option<u8>,
    pub reach: Reach,
    /// Unattended use of the new key; `None` keeps it attended.
    pub grant: Option<Grant>,
    /// The vault's passphrase: it makes and, for a parent that is attended, uses an authority key.
    pub consent: Consent,
}

pub struct NewAuthorityRequest {
    pub name: String,
    pub subject: Option<String>,
    pub key_type: KeyType,
    pub path_len: Option<u8>,
    pub reach: Reach,
    pub grant: Option<Grant>,
    pub consent: Consent,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityFact {
    Configured {
        id: AuthorityId,
    },
    Created {
        id: AuthorityId,
    },
    Exported {
        id: AuthorityId,
        files: Vec<PathBuf>,
    },
    GrantEnded {
        id: AuthorityId,
    },
    Granted {
        id: AuthorityId,
    },
    Installed {
        id: AuthorityId,
    },
    Requested {
        id: AuthorityId,
    },
}

/// Asks for every authority: parents before their children, siblings by name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListAuthorities;

impl Question for ListAuthorities {
    type Answer = Vec<AuthorityRow>;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowAuthority(pub AuthorityId);

impl Question for ShowAuthority {
    type Answer = AuthorityDetail;
}

/// Asks which authority is meant by an id, an unambiguous name or a serial; the empty text means
/// the one issuing authority there is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindAuthority(pub String);

impl Question for FindAuthority {
    type Answer = AuthorityId;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuthorityRow {
    pub id: AuthorityId,
    pub name: String,
    /// Safe to show.
    pub subject: String,
    pub parent: Option<AuthorityId>,
    /// 0 for roots, and for those whose parent is elsewhere.
    pub depth: u32,
    pub is_root: bool,
    pub state: AuthorityState,
    pub custody: Custody,
    /// `None` where it is of a kind that we do not make.
    pub key_type: Option<KeyType>,
    /// `ECDSA P-256`.
    pub key_title: String,
    /// `None` until installed.
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
    /// The soonest end along the chain.
    pub effective_not_after: Option<Timestamp>,
    pub path_len: Option<u8>,
    /// `None` for no constraint.
    pub permitted: Option<Vec<Subtree>>,
    /// A root whose key shares a vault with an authority below it.
    pub online_root: bool,
    pub issued: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityState {
    Active,
    Expired,
    /// Its certificate, or that of one above it, is on hold: it issues nothing until released.
    OnHold,
    /// Its request waits for the parent's signature.
    Requested,
    /// Its certificate, or that of one above it: it issues nothing more.
    Revoked,
}

/// Where the key is and what it takes to use it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Custody {
    /// In the vault; each signature asks a person.
    Attended,
    /// Its key is elsewhere: the authority is known here and signs nothing.
    Keyless,
    /// In the vault; signs alone within the grant.
    Unattended(Grant),
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuthorityDetail {
    pub row: AuthorityRow,
    /// `None` where its key is elsewhere.
    pub key: Option<KeyId>,
    /// Why its key was not taken into the vault, where somebody brought it.
    pub keyless_because: Option<String>,
    /// Its certificate in the inventory.
    pub certificate: Option<CertificateId>,
    pub serial: Option<Serial>,
    pub fingerprint: Option<Fingerprint>,
    pub excluded: Vec<Subtree>,
    /// What it writes into the certificates it issues.
    pub publication: Publication,
    pub created: Timestamp,
    /// The certificate, PEM; empty until installed.
    pub certificate_pem: String,
    /// The certificate and all above it, the root last, PEM.
    pub chain_pem: String,
    /// The request to be signed elsewhere, PEM, while it waits.
    pub request_pem: Option<String>,
}

impl AuthorityCommand {
    pub(super) fn about(&self) -> About {
        let named = |name: &str| Resource::of("authority-name", name.trim());
        let on = |id: &AuthorityId| Resource::of("authority", id);
        let (action, resource, details, intent_first) = match self {
            Self::Configure { id, publication } => {
                let said = serde_json::to_string(publication).unwrap_or_default();
                let details = format!("write into certificates {}", crate::base::shown(&said));
                ("authority.configure", on(id), details, false)
            }
            Self::Create(new) => {
                let below = new
                    .parent
                    .map_or(String::new(), |id| format!(" under {id}"));
                let details = format!("create authority {}{below}", new.name);
                ("authority.create", named(&new.name), details, false)
            }
            Self::EndGrant { id } => {
                let details = "end unattended use of the key".to_owned();
                ("authority.end-grant", on(id), details, true)
            }
            Self::Export { id, folder, .. } => {
                let details = format!("export to {}", folder.display());
                ("authority.export", on(id), details, true)
            }
            Self::Grant { id, grant, .. } => {
                let end = grant
                    .until
                    .map_or("no end".to_owned(), |end| format!("until {end}"));
                let details = format!("grant unattended use of the key, {end}");
                ("authority.grant", on(id), details, true)
            }
            Self::Install { id, .. } => {
                let details = "install the certificate made elsewhere".to_owned();
                ("authority.install", on(id), details, false)
            }
            Self::Request(new) => {
                let details = format!("request authority {}", new.name);
                ("authority.request", named(&new.name), details, true)
            }
        };
        About {
            area: Area::Authority,
            action,
            resource,
            details,
            intent_first,
        }
    }
}
