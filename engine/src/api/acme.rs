//! Public CAs: accounts, orders, renewal (RFC 8555, RFC 9773).

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{About, Area, Question, Resource};
use crate::base::{
    AcmeAccountId, Budget, CertificateId, ChallengeRow, DirectoryInfo, DnsName, DnsProviderId,
    EmailName, Exchange, KeyId, KeyType, OrderId, OrderStage, OrderState, RenewalPlan, Report,
    RevocationReason, Secret, Timestamp, shown,
};

#[non_exhaustive]
pub enum AcmeCommand {
    /// Asks a directory what it offers; nothing is made.
    ReadDirectory { directory: DirectoryChoice },
    /// Makes an account key in the vault, then the account.
    CreateAccount {
        wish: NewAccount,
        binding: Option<ExternalBinding>,
    },
    /// Finds the account of a key that was made elsewhere, which moves into the vault.
    ImportAccount {
        name: String,
        directory: DirectoryChoice,
        /// PKCS #8, SEC 1 or PKCS #1, PEM or DER; or a JSON Web Key.
        key: Secret<Vec<u8>>,
    },
    ChangeAccount {
        id: AcmeAccountId,
        settings: AccountSettings,
    },
    /// Replaces the account's key at the CA (RFC 8555, 7.3.5).
    RollKey { id: AcmeAccountId },
    /// For good (RFC 8555, 7.3.6); its certificates stay valid.
    Deactivate { id: AcmeAccountId },
    /// Forgets a deactivated account and wipes its key.
    RemoveAccount {
        id: AcmeAccountId,
        /// Also one that is active, and stays so at the CA: for a CA that is gone.
        leave_open: bool,
    },
    /// Begins an order, which goes on as a job.
    Order { wish: NewOrder },
    /// Ends an order before its time; its records are taken out of the DNS.
    CancelOrder { id: OrderId },
    /// Lets the CA look now, whatever the servers answer; for records made by hand, says that
    /// they are there.
    GoOn { id: OrderId },
    /// Takes away what an ended order has left in the DNS.
    RemoveRecords {
        id: OrderId,
        /// A person has done so; nobody is asked.
        by_hand: bool,
    },
    /// Revokes with the account's key, or with the certificate's own (RFC 8555, 7.6).
    Revoke {
        id: CertificateId,
        reason: RevocationReason,
        by_certificate_key: bool,
    },
    /// Asks the CA when to renew (RFC 9773, 4.2).
    CheckRenewal { id: CertificateId },
    /// Orders the same again: names, profile, account and provider; and the same key, or a new one.
    Renew { id: CertificateId, new_key: bool },
    /// Whether the engine renews it by itself.
    SetAutomatic { id: CertificateId, automatic: bool },
}

/// Which CA.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct DirectoryChoice {
    /// A name out of [`KNOWN_DIRECTORIES`](super::KNOWN_DIRECTORIES), or an URL.
    pub directory: String,
    /// Certificates that its server is trusted by, PEM or DER; empty for what this computer trusts.
    pub roots: Vec<u8>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct NewAccount {
    pub name: String,
    pub directory: DirectoryChoice,
    pub contacts: Vec<EmailName>,
    /// A person has read the CA's terms and agrees.
    pub terms_agreed: bool,
    pub settings: AccountSettings,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AccountSettings {
    /// Certificates a day for one set of names, whatever anyone asks.
    pub daily_limit: u32,
    /// The account for dry runs, where the directory's own staging one is not to be used.
    pub rehearsal: Option<AcmeAccountId>,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            daily_limit: DAILY_LIMIT,
            rehearsal: None,
        }
    }
}

/// Binds the new account to one at the CA's web site (RFC 8555, 7.3.4).
pub struct ExternalBinding {
    pub key_id: String,
    /// As the CA shows it: base64url.
    pub mac_key: Secret<String>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct NewOrder {
    pub account: AcmeAccountId,
    pub provider: DnsProviderId,
    /// The first is the common name where the CA puts one in; up to 100.
    pub names: Vec<DnsName>,
    pub key: OrderKey,
    /// One of those that the directory offers.
    pub acme_profile: Option<String>,
    /// Whom to ask instead of this computer's resolvers, for a split horizon.
    pub resolvers: Vec<SocketAddr>,
    /// Part of the name of a root; of several chains the one that ends there is taken.
    pub preferred_chain: Option<String>,
    /// How long the servers may take to show the records, in seconds.
    pub propagation_limit_secs: u32,
    /// At the directory's staging counterpart; nothing enters the inventory.
    pub dry_run: bool,
    /// Whether the engine renews the certificate by itself.
    pub automatic: bool,
    /// Whether names are proved by records that stay (dns-persist-01), where the CA offers that: a
    /// renewal then changes nothing in the DNS.
    pub persistent: bool,
    /// The certificate that it takes the place of (RFC 9773, 5).
    pub replaces: Option<CertificateId>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderKey {
    Existing(KeyId),
    New(KeyType),
    /// The key stays on its host: a certification request, PEM or DER, that asks for the names.
    Request(Vec<u8>),
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum AcmeFact {
    AccountChanged {
        id: AcmeAccountId,
    },
    AccountCreated {
        id: AcmeAccountId,
        /// The key was known at the CA already.
        existed: bool,
    },
    AccountRemoved {
        id: AcmeAccountId,
    },
    Automatic {
        id: CertificateId,
        automatic: bool,
    },
    Deactivated {
        id: AcmeAccountId,
    },
    Directory(DirectoryInfo),
    KeyRolled {
        id: AcmeAccountId,
        key: KeyId,
    },
    OrderCancelled {
        id: OrderId,
    },
    OrderEnded {
        id: OrderId,
        /// `None` of a dry run.
        certificate: Option<CertificateId>,
    },
    OrderGoesOn {
        id: OrderId,
    },
    RecordsRemoved {
        id: OrderId,
        /// Records that may still be in the DNS; they are tried again later.
        left: u64,
    },
    RenewalChecked {
        id: CertificateId,
        plan: RenewalPlan,
    },
    Revoked {
        id: CertificateId,
    },
}

/// Asks for every account, oldest first.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListAccounts;

impl Question for ListAccounts {
    type Answer = Vec<AccountRow>;
}

/// Asks which account is meant by an id or its name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindAccount(pub String);

impl Question for FindAccount {
    type Answer = AcmeAccountId;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AccountRow {
    pub id: AcmeAccountId,
    pub name: String,
    /// Of the known ones its title, of others the host in its URL.
    pub directory_title: String,
    pub directory: DirectoryInfo,
    /// The account's own URL at the CA; `None` until the CA has answered.
    pub url: Option<String>,
    pub contacts: Vec<EmailName>,
    pub state: AccountState,
    pub key: KeyId,
    /// The account at the CA's web site that it is bound to.
    pub bound_to: Option<String>,
    /// Whether its directory is trusted by roots of its own.
    pub own_roots: bool,
    pub settings: AccountSettings,
    pub created: Timestamp,
    /// Certificates in the inventory that came by it.
    pub certificates: u64,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    Active,
    Deactivated,
    /// A new key was sent to the CA, and its answer is not known; the next use finds out.
    RollingKey,
    /// It was asked for, and the CA's answer is not known.
    Wanted,
}

/// Asks for every order, newest first.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListOrders;

impl Question for ListOrders {
    type Answer = Vec<OrderRow>;
}

/// Asks which order is meant by an id, or by a name: of those under way, else the newest.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindOrder(pub String);

impl Question for FindOrder {
    type Answer = OrderId;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    pub id: OrderId,
    pub names: Vec<DnsName>,
    pub account: AcmeAccountId,
    pub account_name: String,
    pub provider: DnsProviderId,
    pub provider_name: String,
    pub stage: OrderStage,
    pub state: OrderState,
    pub dry_run: bool,
    pub started: Timestamp,
    pub ended: Option<Timestamp>,
    /// What came of it.
    pub certificate: Option<CertificateId>,
    /// What it takes the place of.
    pub replaces: Option<CertificateId>,
}

/// Asks for one order, live.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowOrder(pub OrderId);

impl Question for ShowOrder {
    type Answer = OrderDetail;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct OrderDetail {
    pub row: OrderRow,
    pub challenges: Vec<ChallengeRow>,
    /// Names at which an ended order may have left records in the DNS.
    pub left: Vec<String>,
    /// Names at which a person was to make records, and takes them away again.
    pub by_hand: Vec<String>,
    /// A person has called it off; it ends as soon as it can.
    pub called_off: bool,
    /// What it does now, or waits for, in one plain sentence.
    pub now: String,
    /// When it tries again, where `now` says what has failed.
    pub next_try: Option<Timestamp>,
    /// What has happened, oldest first, in plain sentences.
    pub steps: Vec<(Timestamp, String)>,
    /// Since when the servers are asked, and until when at most.
    pub propagation: Option<(Timestamp, Timestamp)>,
    /// Whether [`AcmeCommand::GoOn`] would do something.
    pub may_go_on: bool,
    pub url: Option<String>,
    pub acme_profile: Option<String>,
    /// The chains that the CA offered, by the name of their last issuer; the taken one first.
    pub chains: Vec<String>,
}

/// Asks for the wish that an order came from, to order the same again; it replaces nothing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowWish(pub OrderId);

impl Question for ShowWish {
    type Answer = NewOrder;
}

/// Asks for what was sent and received for an order, secrets blanked, oldest first.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowTranscript(pub OrderId);

impl Question for ShowTranscript {
    type Answer = Vec<Exchange>;
}

/// Asks what an order would need and what speaks against it, without asking anybody outside.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct PreviewOrder(pub NewOrder);

impl Question for PreviewOrder {
    type Answer = OrderPreview;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct OrderPreview {
    pub budget: Budget,
    /// What would be refused, if it were ordered as it is.
    pub refusal: Option<Report>,
    /// What a person should know, in sentences without a full stop.
    pub remarks: Vec<String>,
}

/// Asks where a certificate came from and when it is renewed; `None` for one that did not come by
/// ACME.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowOrigin(pub CertificateId);

impl Question for ShowOrigin {
    type Answer = Option<OriginDetail>;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct OriginDetail {
    pub account: AcmeAccountId,
    pub account_name: String,
    pub provider: DnsProviderId,
    pub provider_name: String,
    pub order: OrderId,
    pub acme_profile: Option<String>,
    pub automatic: bool,
    pub plan: RenewalPlan,
    pub replaced_by: Option<CertificateId>,
    pub replaces: Option<CertificateId>,
    /// Renewals for its names that an account may still ask for today.
    pub budget: Budget,
}

impl AcmeCommand {
    pub(super) fn about(&self) -> About {
        let (action, resource, details) = self.words();
        About {
            area: Area::Acme,
            action,
            resource,
            details,
            // What has an intent of its own in the store says so there.
            intent_first: matches!(
                self,
                Self::CreateAccount { .. }
                    | Self::ImportAccount { .. }
                    | Self::RollKey { .. }
                    | Self::Deactivate { .. }
                    | Self::RemoveRecords { by_hand: false, .. }
                    | Self::Revoke { .. }
            ),
        }
    }

    fn words(&self) -> (&'static str, Option<Resource>, String) {
        let account = |id: &AcmeAccountId| Resource::of("acme-account", id);
        let certificate = |id: &CertificateId| Resource::of("certificate", id);
        let order = |id: &OrderId| Resource::of("order", id);
        match self {
            Self::ReadDirectory { directory } => (
                "acme.directory",
                None,
                format!("ask {} what it offers", shown(&directory.directory)),
            ),
            Self::CreateAccount { wish, binding } => (
                "acme.create-account",
                Resource::of("acme-account-name", shown(&wish.name)),
                format!(
                    "make the account {} at {}{}",
                    shown(&wish.name),
                    shown(&wish.directory.directory),
                    match binding {
                        Some(binding) => format!(", bound to {}", shown(&binding.key_id)),
                        None => String::new(),
                    }
                ),
            ),
            Self::ImportAccount {
                name, directory, ..
            } => (
                "acme.import-account",
                Resource::of("acme-account-name", shown(name)),
                format!(
                    "take over the account {} at {} with its key",
                    shown(name),
                    shown(&directory.directory)
                ),
            ),
            Self::ChangeAccount { id, settings } => (
                "acme.change-account",
                account(id),
                format!(
                    "allow {} certificates a day for one set of names",
                    settings.daily_limit
                ),
            ),
            Self::RollKey { id } => (
                "acme.roll-key",
                account(id),
                "replace the account's key at the CA".to_owned(),
            ),
            Self::Deactivate { id } => (
                "acme.deactivate",
                account(id),
                "deactivate the account for good".to_owned(),
            ),
            Self::RemoveAccount { id, leave_open } => (
                "acme.remove-account",
                account(id),
                match leave_open {
                    true => "forget the account, whatever the CA keeps of it, and wipe its key",
                    false => "forget the account and wipe its key",
                }
                .to_owned(),
            ),
            Self::Order { wish } => ("acme.order", None, wish.words()),
            Self::CancelOrder { id } => (
                "acme.cancel-order",
                order(id),
                "end the order before its time".to_owned(),
            ),
            Self::GoOn { id } => (
                "acme.go-on",
                order(id),
                "let the CA look, whatever the servers answer".to_owned(),
            ),
            Self::RemoveRecords { id, by_hand } => (
                "acme.remove-records",
                order(id),
                match by_hand {
                    true => "a person has taken its records out of the DNS".to_owned(),
                    false => "take its records out of the DNS".to_owned(),
                },
            ),
            Self::Revoke {
                id,
                reason,
                by_certificate_key,
            } => (
                "acme.revoke",
                certificate(id),
                format!(
                    "revoke at the CA, {reason}, signed with the {}",
                    match by_certificate_key {
                        true => "certificate's own key",
                        false => "account's key",
                    }
                ),
            ),
            Self::CheckRenewal { id } => (
                "acme.check-renewal",
                certificate(id),
                "ask the CA when to renew".to_owned(),
            ),
            Self::Renew { id, new_key } => (
                "acme.renew",
                certificate(id),
                match new_key {
                    true => "renew with a new key".to_owned(),
                    false => "renew with the same key".to_owned(),
                },
            ),
            Self::SetAutomatic { id, automatic } => (
                "acme.set-automatic",
                certificate(id),
                match automatic {
                    true => "renew it without a person from now on".to_owned(),
                    false => "renew it only when a person says so".to_owned(),
                },
            ),
        }
    }
}

impl NewOrder {
    fn words(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(DnsName::as_str).collect();
        format!(
            "{} a certificate for {} by {} and {}",
            match self.dry_run {
                true => "rehearse ordering",
                false => "order",
            },
            names.join(", "),
            self.account,
            self.provider
        )
    }
}

/// What nobody reaches by renewing as they should, and below every CA's own limit for a week.
const DAILY_LIMIT: u32 = 3;
