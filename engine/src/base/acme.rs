//! What public CAs and their orders are called: directories, stages, what a server said.

use serde::{Deserialize, Serialize};

use super::{DnsName, ServerAnswer, Timestamp};

/// A public CA known by name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KnownDirectory {
    /// As the command line takes it: `letsencrypt`.
    pub name: &'static str,
    pub title: &'static str,
    pub url: &'static str,
    /// The directory of the same CA whose certificates nobody trusts, by name.
    pub staging: Option<&'static str>,
    /// Whether an account is bound to one at the CA's web site (RFC 8555, 7.3.4).
    pub needs_binding: bool,
}

impl KnownDirectory {
    /// By name or URL.
    pub fn find(text: &str) -> Option<&'static Self> {
        let text = text.trim().trim_end_matches('/');
        KNOWN_DIRECTORIES
            .iter()
            .find(|known| known.name == text || known.url == text)
    }
}

/// Those with documentation of their own; any other is given by its URL.
pub const KNOWN_DIRECTORIES: [KnownDirectory; 7] = [
    KnownDirectory {
        name: "letsencrypt",
        title: "Let's Encrypt",
        url: "https://acme-v02.api.letsencrypt.org/directory",
        staging: Some("letsencrypt-staging"),
        needs_binding: false,
    },
    KnownDirectory {
        name: "letsencrypt-staging",
        title: "Let's Encrypt (staging, trusted by nobody)",
        url: "https://acme-staging-v02.api.letsencrypt.org/directory",
        staging: None,
        needs_binding: false,
    },
    KnownDirectory {
        name: "zerossl",
        title: "ZeroSSL",
        url: "https://acme.zerossl.com/v2/DV90",
        staging: None,
        needs_binding: true,
    },
    KnownDirectory {
        name: "google",
        title: "Google Trust Services",
        url: "https://dv.acme-v02.api.pki.goog/directory",
        staging: Some("google-staging"),
        needs_binding: true,
    },
    KnownDirectory {
        name: "google-staging",
        title: "Google Trust Services (staging, trusted by nobody)",
        url: "https://dv.acme-v02.test-api.pki.goog/directory",
        staging: None,
        needs_binding: true,
    },
    KnownDirectory {
        name: "sslcom-ecc",
        title: "SSL.com (ECDSA)",
        url: "https://acme.ssl.com/sslcom-dv-ecc",
        staging: None,
        needs_binding: true,
    },
    KnownDirectory {
        name: "sslcom-rsa",
        title: "SSL.com (RSA)",
        url: "https://acme.ssl.com/sslcom-dv-rsa",
        staging: None,
        needs_binding: true,
    },
];

/// What a directory says of itself (RFC 8555, 7.1.1; RFC 9773, 3).
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct DirectoryInfo {
    pub url: String,
    pub terms: Option<String>,
    pub website: Option<String>,
    /// What a CAA record must name for this CA.
    pub caa_identities: Vec<String>,
    pub needs_binding: bool,
    /// Profiles an order may ask for, with what the CA says of each.
    pub profiles: Vec<(String, String)>,
    /// Whether it tells when to renew.
    pub renewal_information: bool,
}

/// How far an order has come. The next one begins only when what came before is durable.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum OrderStage {
    /// Nothing has left this machine.
    Queued,
    /// The CA is told which names are wanted.
    Ordering,
    /// What the CA wants to see of each name is read.
    Authorizing,
    /// The records are put into the DNS.
    Publishing,
    /// The servers of each zone are asked until all of them show the records.
    Propagating,
    /// The CA looks for the records.
    Validating,
    /// The CA is sent the certification request; from here on it may issue.
    Finalizing,
    /// The certificate and its chain are fetched.
    Fetching,
    /// The records are taken out of the DNS again.
    Cleaning,
    Ended,
}

/// How an order ended.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum OrderState {
    Cancelled,
    /// The certificate is in the inventory; of a dry run it was checked and let go.
    Done,
    Failed(super::Report),
    /// It goes on by itself.
    Running,
    /// It goes on when the vault is unlocked.
    WaitingForVault,
    /// It goes on when a person has made, or taken away, the records shown.
    WaitingForPerson,
}

/// One name on its way to be proved (RFC 8555, 7.1.4 and 8.4).
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ChallengeRow {
    /// As it was ordered; of a wildcard with its `*`.
    pub name: DnsName,
    pub state: ChallengeState,
    /// `_acme-challenge.www.example.org`.
    pub record: String,
    /// The name that is written to: the record's own, or where CNAMEs lead.
    pub target: String,
    /// CNAMEs on the way, in order.
    pub delegated_by: Vec<String>,
    /// The zone that the target is in; empty until it is found.
    pub zone: String,
    /// The TXT record's value: no secret.
    pub value: String,
    /// What each authoritative server answered last.
    pub servers: Vec<ServerAnswer>,
    /// What the CA found wrong.
    pub problem: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeState {
    /// The CA has not been asked yet.
    Unknown,
    /// Proved before; the CA asks for nothing.
    AlreadyValid,
    /// The record is to be published.
    Wanted,
    /// A person has to make the record.
    ByHand,
    Published,
    /// Every server shows it.
    Visible,
    /// The CA was told to look.
    Asked,
    Valid,
    Invalid,
}

/// When a certificate of a public CA is renewed, and why then.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct RenewalPlan {
    /// When it is renewed, drawn within the window so that not all come at once.
    pub renew_at: Timestamp,
    pub basis: RenewalBasis,
    /// When the CA was asked last, and when it is asked next (`Retry-After` of its answer).
    pub checked: Option<Timestamp>,
    pub next_check: Timestamp,
    /// Why the last look or renewal failed.
    pub last_failure: Option<super::Report>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum RenewalBasis {
    /// The CA's own window (RFC 9773, 4.2), with a page that explains it where the CA names one.
    Window {
        start: Timestamp,
        end: Timestamp,
        explanation: Option<String>,
    },
    /// A share of the lifetime, since the CA says nothing.
    Lifetime,
}

/// How many certificates for one set of names an account may still get today.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    pub limit: u32,
    /// Within the last 24 hours; an order under way counts.
    pub used: u32,
    /// When the oldest of them no longer counts.
    pub next_free: Option<Timestamp>,
}

/// One exchange with a CA or a DNS provider, its secrets blanked.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub at: Timestamp,
    pub method: String,
    pub url: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    pub sent: String,
    pub received: String,
}
