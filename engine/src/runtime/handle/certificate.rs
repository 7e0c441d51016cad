//! The inventory: certificates whose key is in the vault are issued here; all are listed and shown.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::authority::confirmation;
use super::export::{self, Wanted};
use super::hierarchy::{above_of, known, pems};
use super::key::KeyError;
use super::{Answer, Decided, Decision, Sight, issuing, page};
use crate::api::{
    AuthorityId, CertificateCommand, CertificateDetail, CertificateFact, CertificateFilter,
    CertificateId, CertificateKey, CertificateRow, CertificateStatus, Consent, Fact, Finding,
    KeyChoice, KeyUse, ListCertificates, NewCertificate, Page, PreviewCertificate, ProfileName,
    Report, Resource, Revocation, Serial, ShowCertificate, Sort, Timestamp, shown,
};
use crate::authority::{
    Given, Issuer, Loaded, Permission, Prepared, Signed, Source, effective_end, prepare, wish_for,
    without_root,
};
use crate::base::{Explain, Kind, Remedy};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::certificate::{self as rows, CertificateRecord};
use crate::store::{Rows, Snapshot, key, revocation};
use crate::x509::{PublicKey, describe, pem, trial_key};

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: CertificateCommand,
) -> Result<Decided, Report> {
    match command {
        CertificateCommand::Export {
            id,
            folder,
            file_name,
            form,
            with_key,
            password,
        } => {
            let wanted = Wanted {
                id,
                folder,
                file_name,
                form,
                with_key,
                password,
            };
            export::certificate(context, act, wanted).await
        }
        CertificateCommand::Issue { wish, consent } => issue(context, act, wish, consent).await,
    }
}

/// The vault's own path: its key is made, or already there, and never leaves unless exported.
async fn issue(
    context: &Context,
    act: &Act,
    wish: NewCertificate,
    consent: Option<Consent>,
) -> Result<Decided, Report> {
    // Before a key is made that nothing would be signed for.
    super::audit::require_whole(context)?;
    let store = context.snapshot()?;
    let issuer = context.issuers.get(&store, wish.authority)?;
    let profile = leaf_profile(context, &store, &wish.profile)?;
    let consent = consent.map(|it| (Arc::new(it.passphrase), confirmation(it.given)));
    let permission = Permission::for_use(&issuer, &profile, act.at, consent)?;
    let id = CertificateId::from_raw(context.new_id());
    // A rehearsal with a key that nobody has: what is refused leaves no key behind.
    draw(
        &issuer,
        &profile,
        &wish,
        rehearsal_key(context, &store, wish.key)?,
        (id, act.at),
        &permission,
    )?;
    let (key, made) = match wish.key {
        KeyChoice::Existing(id) => (existing(context, &store, id)?, None),
        KeyChoice::New(key_type) => {
            let made = super::key::make(context, key_type).await?;
            ((made.public.clone(), Some(made.id)), Some(made))
        }
    };
    let prepared = draw(&issuer, &profile, &wish, key, (id, act.at), &permission)?;
    let signed = issuing::sign(context, act, prepared, Arc::new(permission)).await?;
    let mut decision = record(signed, None);
    if let Some(made) = made {
        let name = format!("{} {}", wish.common_name.trim(), short(id));
        decision.puts.extend(made.rows(&name, KeyUse::Leaf, act.at));
    }
    Ok(decision.into())
}

/// The change that records a signed certificate.
pub(super) fn record(signed: Signed, request: Option<crate::api::RequestId>) -> Decision {
    let (id, authority) = (signed.id, signed.authority);
    let details = format!("serial {}", signed.record.serial);
    let guard = signed.guard();
    let (puts, receipts) = signed.rows();
    let fact = CertificateFact::Issued {
        id,
        authority,
        request,
    };
    Decision {
        guard,
        puts,
        receipts,
        resource: Resource::of("certificate", id),
        details,
        ..Decision::of(Fact::Certificate(fact))
    }
}

fn draw(
    issuer: &Issuer,
    profile: &Loaded,
    wish: &NewCertificate,
    (key, key_id): (PublicKey, Option<crate::api::KeyId>),
    (id, now): (CertificateId, Timestamp),
    permission: &Permission,
) -> Result<Prepared, Report> {
    let key_id = key_id.unwrap_or(crate::api::KeyId::from_raw(0));
    let given = Given {
        issuer,
        profile,
        barred: None,
        source: Source {
            key: CertificateKey::Vault(key_id),
            request: None,
        },
        unattended: matches!(permission, Permission::Unattended),
        now,
    };
    let mut drafted = wish_for(
        profile,
        wish.common_name.trim(),
        wish.identifiers.clone(),
        key,
    );
    drafted.days = wish.days;
    drafted.beyond_ceiling = wish.beyond_ceiling;
    prepare(&given, drafted, issuing::draw_serial()?, id)
}

/// A key of the kind that is wished for, made by nobody for this.
fn rehearsal_key(
    context: &Context,
    store: &Snapshot,
    choice: KeyChoice,
) -> Result<(PublicKey, Option<crate::api::KeyId>), Report> {
    match choice {
        KeyChoice::Existing(id) => existing(context, store, id),
        KeyChoice::New(key_type) => Ok((trial_key(key_type)?, None)),
    }
}

pub(super) fn existing(
    context: &Context,
    store: &Snapshot,
    id: crate::api::KeyId,
) -> Result<(PublicKey, Option<crate::api::KeyId>), Report> {
    require_certifiable(store, id)?;
    let key = PublicKey::accept(&context.vault.public_key(id)?)?;
    Ok((key, Some(id)))
}

/// What can be said of a key without the vault: it is for certificates, and not barred.
pub(super) fn require_certifiable(store: &Snapshot, id: crate::api::KeyId) -> Result<(), Report> {
    let record = key::get(store, id)?.ok_or(KeyError::Unknown(id))?;
    // It may go with the order, where nothing comes of that.
    if let Some(order) = store.order_with_key(id)? {
        return Err(CertificateError::KeyOfAnOrder(id, order).into());
    }
    match (record.used_for, store.barred(&record.fingerprint)?) {
        (KeyUse::Leaf, None) => Ok(()),
        (KeyUse::Leaf, Some(why)) => Err(CertificateError::BarredKey(id, why).into()),
        _ => Err(CertificateError::KeyForAnotherUse(id).into()),
    }
}

/// Why a key may not be certified, of one that is not here.
pub(super) fn barred(why: String) -> Report {
    CertificateError::BarredKeyElsewhere(why).into()
}

/// The end of an id, enough to tell its key's name from others.
fn short(id: CertificateId) -> String {
    let text = id.to_string();
    text[text.len() - 8..].to_owned()
}

fn leaf_profile(context: &Context, store: &Snapshot, name: &ProfileName) -> Result<Loaded, Report> {
    match context.profiles.get(store, name)? {
        profile if profile.is_ca => Err(CertificateError::AuthorityProfile.into()),
        profile => Ok(profile),
    }
}

pub(super) fn stored(
    store: &Snapshot,
    id: CertificateId,
) -> Result<(CertificateRecord, Vec<u8>), Report> {
    match (rows::get(store, id)?, rows::der(store, id)?) {
        (Some(record), Some(der)) => Ok((record, der)),
        _ => Err(absent(store, id)?.into()),
    }
}

/// An intent without what was to be signed is a line of another program's index.
fn absent(store: &Snapshot, id: CertificateId) -> Result<CertificateError, Report> {
    let (intent, tbs) = (rows::intent(store, id)?, rows::intent_tbs(store, id)?);
    Ok(match (intent, tbs) {
        (None, _) => CertificateError::Unknown(id),
        (Some(_), Some(_)) => CertificateError::OnlyIntended(id),
        (Some(record), None) => CertificateError::OnlyNumbered(record.name, record.serial),
    })
}

/// How many certificates each authority has issued, its own not counted.
pub(super) fn issued_by(sight: &Sight<'_>) -> Result<HashMap<AuthorityId, u64>, Report> {
    let own: HashMap<AuthorityId, CertificateId> = sight
        .store
        .authorities()?
        .into_iter()
        .filter_map(|(id, record)| Some((id, record.installed?.certificate)))
        .collect();
    let mut counts = HashMap::new();
    for (id, record) in sight.store.certificates()? {
        if own.get(&record.issuer) != Some(&id) {
            *counts.entry(record.issuer).or_insert(0) += 1;
        }
    }
    Ok(counts)
}

impl Answer for ListCertificates {
    fn answer(&self, sight: &Sight<'_>) -> Result<Page<CertificateRow>, Report> {
        let mut found = fitting(&sight.store, &self.filter, sight.now)?;
        match self.sort {
            Sort::Expiry => found.sort_by_key(|row| (row.not_after, row.id)),
            Sort::Issued => found.sort_by_key(|row| row.id),
            Sort::Issuer => {
                found.sort_by(|a, b| (&a.issuer_name, a.id).cmp(&(&b.issuer_name, b.id)))
            }
            Sort::Name => found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id))),
        }
        if self.descending {
            found.reverse();
        }
        Ok(page(found, self.first, self.rows))
    }
}

/// Every row that passes the filter, oldest first, those last that were possibly issued.
pub(super) fn fitting(
    store: &Snapshot,
    filter: &CertificateFilter,
    now: Timestamp,
) -> Result<Vec<CertificateRow>, Report> {
    let names: HashMap<AuthorityId, String> = store
        .authorities()?
        .into_iter()
        .map(|(id, record)| (id, record.name))
        .collect();
    let all = store.certificates()?.into_iter().chain(store.intents()?);
    let revoked = revoked(store)?;
    let text = filter.text.to_lowercase();
    Ok(all
        .map(|(id, record)| {
            let known = names.get(&record.issuer).or(record.elsewhere.as_ref());
            let issuer_name = known.cloned().unwrap_or_default();
            let revocation = revoked
                .get(&(record.issuer, record.serial.clone()))
                .copied();
            row((id, record), issuer_name, revocation, now)
        })
        .filter(|row| filter.authority.is_none_or(|only| row.issuer == only))
        .filter(|row| filter.status.is_none_or(|only| row.status == only))
        .filter(|row| matches(row, &text))
        .collect())
}

type Revoked = HashMap<(AuthorityId, Serial), Revocation>;

fn revoked(store: &Snapshot) -> Result<Revoked, Report> {
    let all = store.revocations()?.into_iter();
    Ok(all
        .map(|(issuer, serial, record)| ((issuer, serial), record.revocation))
        .collect())
}

fn matches(row: &CertificateRow, text: &str) -> bool {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
    text.is_empty()
        || row.name.to_lowercase().contains(text)
        || row
            .identifiers
            .iter()
            .any(|name| name.to_string().contains(text))
        || !digits.is_empty()
            && (row.serial.to_string().contains(&digits)
                || row.fingerprint.to_string().contains(&digits))
}

fn row(
    (id, record): (CertificateId, CertificateRecord),
    issuer_name: String,
    revocation: Option<Revocation>,
    now: Timestamp,
) -> CertificateRow {
    CertificateRow {
        id,
        status: status(&record, revocation, now),
        revocation,
        issuer_is_here: record.is_issued_here(),
        name: record.name,
        identifiers: record.identifiers,
        issuer: record.issuer,
        issuer_name,
        profile: record.profile,
        not_before: record.not_before,
        not_after: record.not_after,
        serial: record.serial,
        fingerprint: record
            .fingerprint
            .unwrap_or(crate::api::Fingerprint::from_raw([0; 32])),
        key: record.key,
        key_title: record.key_title,
    }
}

/// By the share of the lifetime that is left, never by a number of days.
fn status(
    record: &CertificateRecord,
    revocation: Option<Revocation>,
    now: Timestamp,
) -> CertificateStatus {
    let lifetime = record.not_after.0.saturating_sub(record.not_before.0);
    let left = record.not_after.0.saturating_sub(now.0);
    match revocation {
        Some(held) if held.reason.is_hold() => return CertificateStatus::OnHold,
        Some(_) => return CertificateStatus::Revoked,
        None => (),
    }
    match () {
        () if record.fingerprint.is_none() => CertificateStatus::PossiblyIssued,
        () if left <= 0 => CertificateStatus::Expired,
        () if left < lifetime / 3 => CertificateStatus::Expiring,
        () => CertificateStatus::Active,
    }
}

impl Answer for ShowCertificate {
    fn answer(&self, sight: &Sight<'_>) -> Result<CertificateDetail, Report> {
        let store = &sight.store;
        let (record, der) = stored(store, self.0)?;
        let issuer_name = match &record.elsewhere {
            Some(issuer) => issuer.clone(),
            None => known(store, record.issuer)?.name,
        };
        let above = above_of(store, self.0, &record)?;
        let text = |ders: &[Vec<u8>]| String::from_utf8_lossy(&pems(ders)).into_owned();
        let chain = crate::authority::chain_from(store, record.issuer)?;
        let revocation = revocation::get(store, record.issuer, &record.serial)?;
        Ok(CertificateDetail {
            request: record.request,
            effective_not_after: effective_end(record.not_after, &above)?,
            issued: record.issued,
            pem: pem::encode(pem::CERTIFICATE, &der),
            chain: chain
                .into_iter()
                .filter_map(|(id, above)| {
                    let end = above.installed.as_ref()?.not_after;
                    Some((id, above.name, end))
                })
                .collect(),
            chain_pem: text(&without_root(&above)?),
            description: describe(&der)?,
            row: row(
                (self.0, record),
                issuer_name,
                revocation.map(|revoked| revoked.revocation),
                sight.now,
            ),
        })
    }
}

impl Answer for PreviewCertificate {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<Finding>, Report> {
        let wish = &self.0;
        let issuer = sight.context.issuers.get(&sight.store, wish.authority)?;
        let profile = leaf_profile(sight.context, &sight.store, &wish.profile)?;
        let granted = issuer.grant.as_ref();
        let permission = match granted.is_some_and(|grant| profile.is_granted(grant, sight.now)) {
            true => Permission::Unattended,
            false => Permission::rehearsed(),
        };
        let id = CertificateId::from_raw(0);
        let key = rehearsal_key(sight.context, &sight.store, wish.key)?;
        let prepared = draw(&issuer, &profile, wish, key, (id, sight.now), &permission)?;
        Ok(prepared.warnings().to_vec())
    }
}

#[derive(Debug)]
pub(super) enum CertificateError {
    AuthorityKey,
    AuthorityProfile,
    BarredKey(crate::api::KeyId, String),
    BarredKeyElsewhere(String),
    KeyElsewhere(CertificateId),
    KeyForAnotherUse(crate::api::KeyId),
    KeyOfAnOrder(crate::api::KeyId, crate::api::OrderId),
    OnlyIntended(CertificateId),
    /// Name and serial, as the index of another program has them.
    OnlyNumbered(String, Serial),
    Unknown(CertificateId),
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuthorityKey => f.write_str("the key of an authority is never exported"),
            Self::AuthorityProfile => {
                f.write_str("a certificate for an authority is not issued with a key made here")
            }
            Self::BarredKey(id, why) => write!(f, "{id} may not be certified again: {why}"),
            Self::BarredKeyElsewhere(why) => {
                write!(f, "the request's key may not be certified again: {why}")
            }
            Self::KeyElsewhere(id) => write!(
                f,
                "the private key of {id} is on the host that made the request; it was never here"
            ),
            Self::KeyOfAnOrder(id, order) => {
                write!(f, "{id} was made for {order}, which is under way")
            }
            Self::KeyForAnotherUse(id) => write!(f, "{id} is not a key for certificates of hosts"),
            Self::OnlyIntended(id) => write!(
                f,
                "{id} may have been signed, but the certificate was never recorded"
            ),
            Self::OnlyNumbered(name, serial) => write!(
                f,
                "of {} only the serial {serial} is known, from the index of another program; the \
                 certificate is not here",
                shown(name)
            ),
            Self::Unknown(id) => write!(f, "there is no certificate {id}"),
        }
    }
}

impl std::error::Error for CertificateError {}

impl Explain for CertificateError {
    fn code(&self) -> &'static str {
        match self {
            Self::AuthorityKey => "certificate.authority-key",
            Self::AuthorityProfile => "certificate.authority-profile",
            Self::BarredKey(..) | Self::BarredKeyElsewhere(_) => "policy.barred-key",
            Self::KeyElsewhere(_) => "certificate.key-elsewhere",
            Self::KeyForAnotherUse(_) => "certificate.key-for-another-use",
            Self::KeyOfAnOrder(..) => "certificate.key-of-an-order",
            Self::OnlyIntended(_) => "certificate.only-intended",
            Self::OnlyNumbered(..) => "certificate.only-numbered",
            Self::Unknown(_) => "certificate.unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown(_) | Self::OnlyIntended(_) | Self::OnlyNumbered(..) => Kind::Failed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::AuthorityKey => "Back up the data folder instead",
                Self::AuthorityProfile => {
                    return Remedy::typed(
                        "Make an authority, or add its request",
                        ["chancery ca create NAME", "chancery csr submit FILE"],
                    );
                }
                Self::BarredKey(..) => "Let a new key be made",
                Self::BarredKeyElsewhere(_) => "Make the request again with a new key",
                Self::KeyElsewhere(_) => "Export without the key",
                Self::KeyOfAnOrder(..) => {
                    "Wait until the order has ended, choose another key, or let a new one be made"
                }
                Self::KeyForAnotherUse(_) => "Choose another key, or let a new one be made",
                Self::OnlyIntended(_) => {
                    return Remedy::typed(
                        "Treat it as issued, or revoke it",
                        ["chancery cert revoke CERT"],
                    );
                }
                Self::OnlyNumbered(..) => {
                    return Remedy::typed(
                        "Import the certificate where there is a copy of it, or revoke it",
                        ["chancery cert revoke SERIAL"],
                    );
                }
                Self::Unknown(_) => {
                    return Remedy::typed("Choose one of the certificates", ["chancery cert list"]);
                }
            }
            .to_owned(),
        )
    }
}
