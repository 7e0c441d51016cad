//! The whole surface a front end may use: plain data. A secret goes in and never comes out.

mod acme;
mod audit;
mod authority;
mod backup;
mod certificate;
mod dns;
mod import;
mod key;
mod profile;
mod question;
mod request;
mod revocation;
mod system;
mod vault;

pub use acme::{
    AccountRow, AccountSettings, AccountState, AcmeCommand, AcmeFact, DirectoryChoice,
    ExternalBinding, FindAccount, FindOrder, ListAccounts, ListOrders, NewAccount, NewOrder,
    OrderDetail, OrderKey, OrderPreview, OrderRow, OriginDetail, PreviewOrder, ShowOrder,
    ShowOrigin, ShowTranscript, ShowWish,
};
pub use audit::{
    AuditCommand, AuditFact, AuditFilter, AuditRow, AuditState, AuditStateQuestion, ListAudit,
    Verification,
};
pub use authority::{
    AuthorityCommand, AuthorityDetail, AuthorityFact, AuthorityRow, AuthorityState, Custody,
    FindAuthority, ListAuthorities, NewAuthority, NewAuthorityRequest, ShowAuthority,
};
pub use backup::{
    BackupCommand, BackupFact, BackupFailure, BackupMade, BackupStatus, BackupStatusQuestion,
};
pub use certificate::{
    CertificateCommand, CertificateDetail, CertificateFact, CertificateFilter, CertificateRow,
    CertificateStatus, FindCertificate, KeyChoice, ListCertificates, NewCertificate,
    PreviewCertificate, ShowCertificate, Sort,
};
pub use dns::{
    DnsCommand, DnsFact, FindProvider, ListProviderKinds, ListProviders, ProviderKindRow,
    ProviderRow, ProviderTest,
};
pub use import::{
    FilePassword, ImportCommand, ImportDone, ImportFact, ImportPreview, ImportSource, PreviewImport,
};
pub use key::{FindKey, KeyCommand, KeyDetail, KeyFact, KeyRow, LastUse, ListKeys, ShowKey};
pub use profile::{
    ListProfiles, ProfileCommand, ProfileDetail, ProfileFact, ProfileRow, ShowProfile,
};
pub use question::{Answered, Page, Question};
pub use request::{
    FindRequest, ListRequests, PreviewRequest, RequestCommand, RequestDetail, RequestFact,
    RequestPreview, RequestRow, RequestState, ShowRequest,
};
pub use revocation::{
    CrlContent, CrlDetail, CrlPlace, CrlRow, FindIssued, ListCrls, ListRevocations, NewestCrl,
    PreviewRevocation, Publicity, RevocationCommand, RevocationFact, RevocationPreview,
    RevocationPreviewRow, RevocationRow, RevocationVerdict, Selection, ShowCrl,
};
pub use system::{
    Duty, Health, HealthQuestion, JobRow, JobState, ListJobs, SystemCommand, SystemFact,
};
pub use vault::{
    Opener, SlotCheck, SlotKind, SlotOutcome, SlotRow, VaultCommand, VaultFact, VaultState,
    VaultStatus, VaultStatusQuestion,
};

pub use crate::base::{
    AcmeAccountId, AddressKind, Addresses, ApprovalId, AuthorityId, AuthorityTrial, BackupManifest,
    BackupSchedule, BackupTrial, Budget, CertificateFormat, CertificateId, CertificateKey,
    CertificatePolicy, ChallengeRow, ChallengeState, Choices, Clock, CommandId, CrlNumber,
    CustomExtension, DescribedField, Description, Destination, DirectoryInfo, DnsName,
    DnsProviderId, EmailName, Evidence, Exchange, Field, FieldInfo, FieldKind, Finding,
    Fingerprint, Form, Grant, HexBytes, Identifier, ImportKind, ImportOutcome, ImportRow,
    IpSubtree, JobId, KNOWN_DIRECTORIES, KeyId, KeyTrial, KeyType, KeyUse, Kind, KnownDirectory,
    ListedRevocation, Merged, NameError, NameKind, NameRule, Needs, ObjectId, OrderId, OrderStage,
    OrderState, ParseIdError, ProfileContent, ProfileName, Publication, Reach, RecoveryCode,
    RecoveryCodeError, Remedy, RenewalBasis, RenewalPlan, Report, RequestId, Revocation,
    RevocationReason, Secret, SecretId, Serial, ServerAnswer, Severity, SlotId, Subtree,
    SystemClock, Take, Timestamp, TrustFormat, TxtAnswer, TypedStep, UnknownForm, UriName, Usage,
    Verdict, ZonesInReach, shown,
};

use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of these types; a front end in another process says which one it speaks.
pub const VERSION: u32 = 1;

/// Who asks, so that policy and audit never have to guess.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "name")]
#[non_exhaustive]
pub enum Actor {
    /// The engine's own loops.
    Scheduler,
    /// A person at this machine, by the name the operating system knows.
    User(String),
}

/// A command on its way: what, from whom, when, and in which version of these types.
pub struct Envelope {
    pub version: u32,
    pub id: CommandId,
    pub actor: Actor,
    pub at: Timestamp,
    pub command: Command,
}

/// A wish. One variant per area; the area owns the details.
#[non_exhaustive]
pub enum Command {
    Acme(AcmeCommand),
    Audit(AuditCommand),
    Authority(AuthorityCommand),
    Backup(BackupCommand),
    Certificate(CertificateCommand),
    Dns(DnsCommand),
    Import(ImportCommand),
    Key(KeyCommand),
    Profile(ProfileCommand),
    Request(RequestCommand),
    Revocation(RevocationCommand),
    System(SystemCommand),
    Vault(VaultCommand),
}

/// Which part of the engine.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    Acme,
    Audit,
    Authority,
    Backup,
    Certificate,
    Dns,
    Key,
    Profile,
    Request,
    /// What is revoked, and the lists that say so.
    Revocation,
    System,
    Vault,
}

/// Something that is so from now on. Past tense, never a request.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    Acme(AcmeFact),
    Audit(AuditFact),
    Authority(AuthorityFact),
    Backup(BackupFact),
    Certificate(CertificateFact),
    Dns(DnsFact),
    Import(ImportFact),
    Key(KeyFact),
    Profile(ProfileFact),
    Request(RequestFact),
    Revocation(RevocationFact),
    System(SystemFact),
    Vault(VaultFact),
}

impl Fact {
    pub const fn area(&self) -> Area {
        match self {
            Self::Acme(_) => Area::Acme,
            Self::Audit(_) => Area::Audit,
            Self::Authority(_) | Self::Import(_) => Area::Authority,
            Self::Backup(_) => Area::Backup,
            Self::Certificate(_) => Area::Certificate,
            Self::Dns(_) => Area::Dns,
            Self::Key(_) => Area::Key,
            Self::Profile(_) => Area::Profile,
            Self::Request(_) => Area::Request,
            Self::Revocation(_) => Area::Revocation,
            Self::System(_) => Area::System,
            Self::Vault(_) => Area::Vault,
        }
    }
}

/// How many changes the store has seen; it only grows, also across restarts.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Revision(pub u64);

/// How a command ended: exactly one per command, to its sender alone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Durable; every answer from `at` on contains it.
    Done {
        fact: Fact,
        at: Revision,
    },
    /// The rest takes long and goes on as a job, which is durable.
    Started(JobId),
    /// Waits for other people's consent.
    Parked(ApprovalId),
    /// Called off by its sender before anything was written.
    Cancelled,
    Failed(Report),
}

/// What everyone may hear. Lossy: nothing that must happen depends on it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// Answers about this area from before `at` are out of date.
    Changed { area: Area, at: Revision },
    /// `cause` is `None` for what the engine did on its own.
    Fact {
        fact: Fact,
        cause: Option<CommandId>,
        at: Revision,
    },
    /// At most ten a second for each job; the newest wins.
    Progress { job: JobId, step: Step },
    /// The listener was too slow; all that happened up to `at` may be unheard.
    Missed { at: Revision },
    /// The engine writes no more.
    Stopped(Report),
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub done: u64,
    pub of: u64,
}

/// A passphrase given with a command, for a key that signs only when a person is there.
pub struct Consent {
    /// Or a recovery code, which stands for a person, too.
    pub passphrase: Secret<String>,
    pub given: Given,
}

/// How a passphrase came to us. One read from a file proves no person, so that it counts for an
/// attended key only together with the name of the authority it is meant for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Given {
    /// From a file, for the authority of this name or id.
    Confirmed(String),
    /// From a file, for nothing in particular.
    File,
    Typed,
}

/// What an order or a command acts on, for the audit: `certificate cert_01…`.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
pub struct Resource {
    pub kind: String,
    pub id: String,
}

/// What the audit, the queue and the log say of a command, without any secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct About {
    pub area: Area,
    /// `certificate.issue`: the noun and verb of the command line and of later routes.
    pub action: &'static str,
    /// Commands on one resource are carried out in the order in which they were sent.
    pub resource: Option<Resource>,
    /// In words.
    pub details: String,
    /// Whether the dispatcher makes the intent durable before the act: for what re-keys, reveals a
    /// secret or touches the outside. What issues records an intent of its own, with the
    /// to-be-signed bytes.
    pub intent_first: bool,
}

impl Command {
    pub fn about(&self) -> About {
        match self {
            Self::Acme(command) => command.about(),
            Self::Audit(command) => command.about(),
            Self::Authority(command) => command.about(),
            Self::Backup(command) => command.about(),
            Self::Certificate(command) => command.about(),
            Self::Dns(command) => command.about(),
            Self::Import(command) => command.about(),
            Self::Key(command) => command.about(),
            Self::Profile(command) => command.about(),
            Self::Request(command) => command.about(),
            Self::Revocation(command) => command.about(),
            Self::System(command) => command.about(),
            Self::Vault(command) => command.about(),
        }
    }
}

impl Resource {
    pub(crate) fn of(kind: &str, id: impl fmt::Display) -> Option<Self> {
        Some(Self {
            kind: kind.to_owned(),
            id: id.to_string(),
        })
    }
}

impl Actor {
    /// `user` or `scheduler`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Scheduler => "scheduler",
            Self::User(_) => "user",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheduler => f.write_str("scheduler"),
            Self::User(name) => f.write_str(&shown(name)),
        }
    }
}
