//! Vocabulary with no I/O: ids, names, time, secrets, failures told to people.

mod acme;
mod algorithm;
mod backup;
mod base64;
mod clock;
mod custody;
mod description;
mod destination;
mod digest;
mod dns;
mod form;
mod format;
mod id;
mod import;
mod merge;
mod name;
mod profile;
mod publication;
mod receipt;
mod recovery;
mod report;
mod revocation;
mod secret;
mod serial;
mod shown;
mod signature;
mod subtree;

pub use acme::{
    Budget, ChallengeRow, ChallengeState, DirectoryInfo, Exchange, KNOWN_DIRECTORIES,
    KnownDirectory, OrderStage, OrderState, RenewalBasis, RenewalPlan,
};
pub use algorithm::KeyType;
pub use backup::{AuthorityTrial, BackupManifest, BackupSchedule, BackupTrial, KeyTrial};
pub(crate) use base64::{base64, base64url, unbase64, unbase64url};
pub use clock::{Clock, SystemClock, Timestamp};
pub use custody::{CertificateKey, Grant, KeyUse, Reach};
pub use description::{DescribedField, Description, Finding, Severity};
pub use destination::{Destination, Needs};
pub use digest::Fingerprint;
pub(crate) use digest::{hex, hmac_sha256, random, sha1, sha256, unhex};
pub use dns::{Evidence, ServerAnswer, TxtAnswer, ZonesInReach};
pub use form::{FieldInfo, FieldKind};
pub use format::{CertificateFormat, Form, TrustFormat, UnknownForm};
pub use id::{
    AcmeAccountId, ApprovalId, AuthorityId, CertificateId, CommandId, DnsProviderId, JobId, KeyId,
    OrderId, ParseIdError, RequestId, SecretId, SlotId,
};
pub(crate) use id::{Mint, first_of};
pub use import::{ImportKind, ImportOutcome, ImportRow};
pub use merge::{Choices, Field, Merged, Take, Verdict};
pub use name::{DnsName, EmailName, Identifier, NameError, ProfileName, UriName};
pub use profile::{NameKind, NameRule, ProfileContent, Usage};
pub use publication::{
    AddressKind, Addresses, CertificatePolicy, CustomExtension, HexBytes, ObjectId, Publication,
};
pub(crate) use receipt::{Purpose, Receipt};
pub use recovery::{RecoveryCode, RecoveryCodeError};
pub(crate) use report::Explain;

pub use report::{Kind, Remedy, Report, TypedStep};
pub use revocation::{CrlNumber, ListedRevocation, Revocation, RevocationReason};
pub use secret::Secret;
pub use serial::Serial;
pub use shown::shown;
pub(crate) use signature::{is_ed25519, sign_rs256, verifies_ed25519};
pub use subtree::{IpSubtree, Subtree};
