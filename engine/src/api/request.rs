//! Certification requests: the key stays where it was made, a CSR comes in, a certificate goes out.

use serde::{Deserialize, Serialize};

use super::{About, Area, Consent, Page, Question, Resource};
use crate::base::{
    AuthorityId, CertificateId, Choices, Description, Finding, Identifier, Merged, ProfileName,
    RequestId, Timestamp,
};

#[non_exhaustive]
pub enum RequestCommand {
    /// Issues what a waiting request asks, as the profile and these choices allow.
    Approve {
        id: RequestId,
        choices: Choices,
        /// A person has been warned and passes the profile's ceiling, up to 3650 days.
        beyond_ceiling: bool,
        consent: Option<Consent>,
    },
    /// Submits and approves in one, for a caller that may.
    Issue {
        /// PEM or DER.
        csr: Vec<u8>,
        authority: AuthorityId,
        profile: ProfileName,
        choices: Choices,
    },
    Reject {
        id: RequestId,
        reason: String,
    },
    /// Takes a request in, to be decided by a person. One that nobody could ever approve (not
    /// readable, not signed by its own key, a key too weak) is refused at once.
    Submit {
        /// PEM or DER.
        csr: Vec<u8>,
        authority: AuthorityId,
        profile: ProfileName,
    },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum RequestFact {
    Rejected { id: RequestId },
    Submitted { id: RequestId },
}

/// Asks for one page of the requests, newest first.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListRequests {
    pub state: Option<RequestState>,
    pub first: u64,
    pub rows: u16,
}

impl Question for ListRequests {
    type Answer = Page<RequestRow>;
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    Issued,
    Pending,
    Rejected,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    pub id: RequestId,
    /// The common name asked for, or else the first alternative name; safe to show.
    pub name: String,
    pub identifiers: Vec<Identifier>,
    pub state: RequestState,
    pub authority: AuthorityId,
    pub authority_name: String,
    pub profile: ProfileName,
    pub submitted: Timestamp,
    pub submitted_by: String,
    /// `ECDSA P-256`.
    pub key_title: String,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowRequest(pub RequestId);

impl Question for ShowRequest {
    type Answer = RequestDetail;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RequestDetail {
    pub row: RequestRow,
    pub pem: String,
    pub description: Description,
    pub certificate: Option<CertificateId>,
    pub decided: Option<Timestamp>,
    pub decided_by: Option<String>,
    pub reason: Option<String>,
}

/// Asks what would be issued for a waiting request: the CSR bench.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct PreviewRequest {
    pub id: RequestId,
    pub choices: Choices,
    pub beyond_ceiling: bool,
}

impl Question for PreviewRequest {
    type Answer = RequestPreview;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RequestPreview {
    pub rows: Vec<Merged>,
    pub findings: Vec<Finding>,
    /// Why nothing can be issued as things stand; `None` where it can.
    pub refused: Option<crate::base::Report>,
    /// Whether the authority's key asks for the passphrase.
    pub needs_consent: bool,
}

/// Asks which request is meant by an id or an unambiguous name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindRequest(pub String);

impl Question for FindRequest {
    type Answer = RequestId;
}

impl RequestCommand {
    pub(super) fn about(&self) -> About {
        let on = |id: &RequestId| Resource::of("request", id);
        let (action, resource, details, intent_first) = match self {
            Self::Approve { id, .. } => (
                "request.approve",
                on(id),
                "approve and issue".to_owned(),
                false,
            ),
            Self::Issue {
                authority, profile, ..
            } => {
                let details = format!("issue from a request under {authority}, profile {profile}");
                ("request.issue", None, details, false)
            }
            Self::Reject { id, reason } => {
                let details = format!("reject: {}", crate::base::shown(reason));
                ("request.reject", on(id), details, false)
            }
            Self::Submit {
                authority, profile, ..
            } => {
                let details = format!("submit a request to {authority}, profile {profile}");
                ("request.submit", None, details, false)
            }
        };
        About {
            area: Area::Request,
            action,
            resource,
            details,
            intent_first,
        }
    }
}
