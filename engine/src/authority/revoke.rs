//! What may be revoked, held and released, and what that brings with it.

use std::collections::HashMap;
use std::fmt;

use super::error::AuthorityError;
use crate::base::{
    AuthorityId, CertificateId, Explain, Fingerprint, Kind, Remedy, Report, Revocation,
    RevocationReason, Serial, Timestamp, shown,
};
use crate::store::authority::AuthorityRecord;
use crate::store::certificate::{self, CertificateRecord, ELSEWHERE};
use crate::store::revocation::{self, RevocationRecord};
use crate::store::{Guard, Put, Snapshot};
use crate::x509::{Certificate, key_fingerprint, tbs_key_fingerprint};

/// One serial that is to be revoked or released.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) issuer: AuthorityId,
    pub(crate) serial: Serial,
    /// `None` where it is not here.
    pub(crate) certificate: Option<CertificateId>,
    /// Safe to show; the serial where the certificate is not here.
    pub(crate) name: String,
    pub(crate) not_after: Option<Timestamp>,
    /// The authority here whose own certificate it is.
    pub(crate) own_of: Option<AuthorityId>,
    pub(crate) is_authority: bool,
    pub(crate) seen: Option<RevocationRecord>,
}

/// What becomes of a target under a reason.
#[derive(Debug)]
pub(crate) enum Verdict {
    Already(Revocation),
    Changes(Revocation),
    Expired,
    /// An authority's, where only others were meant.
    LeftOut,
    Refused(RevocationError),
    WillBeRevoked,
}

impl Verdict {
    pub(crate) const fn changes(&self) -> bool {
        matches!(self, Self::Changes(_) | Self::WillBeRevoked)
    }
}

/// The authorities as far as revoking has to know them.
pub(crate) struct Hierarchy {
    records: HashMap<AuthorityId, AuthorityRecord>,
    /// Issuer and serial of the own certificate of each.
    own: HashMap<(AuthorityId, Serial), AuthorityId>,
    /// The same by its id: whoever issued it may be elsewhere.
    own_by_id: HashMap<CertificateId, AuthorityId>,
}

impl Hierarchy {
    pub(crate) fn read(store: &Snapshot) -> Result<Self, Report> {
        let records: HashMap<_, _> = store.authorities()?.into_iter().collect();
        let own = records.iter().filter_map(|(id, record)| {
            let installed = record.installed.as_ref()?;
            let issuer = record.parent.unwrap_or(*id);
            Some(((issuer, installed.serial.clone()), *id))
        });
        let by_id = records.iter();
        let by_id = by_id.filter_map(|(id, it)| Some((it.installed.as_ref()?.certificate, *id)));
        Ok(Self {
            own: own.collect(),
            own_by_id: by_id.collect(),
            records,
        })
    }

    pub(crate) fn name(&self, id: AuthorityId) -> String {
        let record = self.records.get(&id);
        record.map_or(String::new(), |record| record.name.clone())
    }

    /// The certificate, or the intent to sign it: what was possibly issued can be revoked.
    pub(crate) fn target(&self, store: &Snapshot, id: CertificateId) -> Result<Target, Report> {
        let record = match certificate::get(store, id)? {
            Some(record) => Some(record),
            None => certificate::intent(store, id)?,
        };
        let record = record.ok_or(RevocationError::Unknown(id))?;
        self.target_of(store, id, record)
    }

    pub(crate) fn target_of(
        &self,
        store: &Snapshot,
        id: CertificateId,
        record: CertificateRecord,
    ) -> Result<Target, Report> {
        let own_of = self.own_by_id.get(&id).copied();
        let own_of = own_of.or_else(|| self.own_of(record.issuer, &record.serial));
        Ok(Target {
            seen: revocation::get(store, record.issuer, &record.serial)?,
            own_of,
            is_authority: own_of.is_some() || is_authority(store, id, &record)?,
            issuer: record.issuer,
            serial: record.serial,
            certificate: Some(id),
            name: record.name,
            not_after: Some(record.not_after),
        })
    }

    /// The certificate may be elsewhere, or nowhere.
    pub(crate) fn target_by_serial(
        &self,
        store: &Snapshot,
        issuer: AuthorityId,
        serial: Serial,
    ) -> Result<Target, Report> {
        if !self.records.contains_key(&issuer) {
            return Err(AuthorityError::Unknown(issuer).into());
        }
        if let Some(id) = crate::store::Rows::holder_of_serial(store, issuer, &serial)? {
            return self.target(store, id);
        }
        let own_of = self.own_of(issuer, &serial);
        let seen = revocation::get(store, issuer, &serial)?;
        Ok(Target {
            own_of,
            is_authority: own_of.is_some(),
            certificate: seen.as_ref().and_then(|seen| seen.certificate),
            name: format!("serial {serial}"),
            not_after: seen.as_ref().and_then(|seen| seen.not_after),
            issuer,
            serial,
            seen,
        })
    }

    fn own_of(&self, issuer: AuthorityId, serial: &Serial) -> Option<AuthorityId> {
        self.own.get(&(issuer, serial.clone())).copied()
    }

    /// A hold can become any other reason, and a compromise replaces what was said before: whoever
    /// reads the list has to know that the key is lost. Nothing else changes once it is revoked.
    pub(crate) fn judge(
        &self,
        target: &Target,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Verdict {
        if let Err(refused) = self.allows(target, reason) {
            return Verdict::Refused(refused);
        }
        let expired = target.not_after.is_some_and(|end| end <= now);
        match &target.seen {
            None if expired => Verdict::Expired,
            None => Verdict::WillBeRevoked,
            Some(seen) => {
                let old = seen.revocation;
                let replaced = match old.reason.is_hold() {
                    true => !reason.is_hold(),
                    false => reason.is_compromise() && !old.reason.is_compromise(),
                };
                match replaced && !expired {
                    true => Verdict::Changes(old),
                    false => Verdict::Already(old),
                }
            }
        }
    }

    fn allows(&self, target: &Target, reason: RevocationReason) -> Result<(), RevocationError> {
        let name = || target.name.clone();
        if reason == RevocationReason::CaCompromise && !target.is_authority {
            return Err(RevocationError::NotAnAuthority(name()));
        }
        let own = target.own_of.and_then(|id| self.records.get(&id));
        match own {
            None if target.issuer == ELSEWHERE => Err(RevocationError::Elsewhere(name())),
            Some(own) if own.parent.is_some() => Ok(()),
            Some(own) if own.installed.as_ref().is_some_and(|it| it.is_root) => {
                Err(RevocationError::Root(own.name.clone()))
            }
            Some(own) => Err(RevocationError::Elsewhere(own.name.clone())),
            None => Ok(()),
        }
    }
}

/// As the certificate says; what was only possibly issued has its profile to tell.
fn is_authority(
    store: &Snapshot,
    id: CertificateId,
    record: &CertificateRecord,
) -> Result<bool, Report> {
    Ok(match certificate::der(store, id)? {
        Some(der) => Certificate::from_der(der).is_ok_and(|read| read.is_ca()),
        None => record.profile.as_str() == "intermediate",
    })
}

/// A change to many serials at once, and what is to be said of each.
pub(crate) struct Sentence {
    pub(crate) puts: Vec<Put>,
    pub(crate) guard: Guard,
    /// What is written into the audit of each.
    pub(crate) words: Vec<(Target, String)>,
    pub(crate) barred: u64,
}

/// Revokes those of the targets that a verdict lets change; `keys` are barred besides theirs where
/// the reason is a compromise.
pub(crate) fn revoke(
    store: &Snapshot,
    targets: Vec<Target>,
    revocation: Revocation,
    keys: &[Fingerprint],
) -> Result<Sentence, Report> {
    let mut puts = Vec::with_capacity(targets.len());
    let mut words = Vec::with_capacity(targets.len());
    let mut keys: Vec<Fingerprint> = keys.to_vec();
    for target in &targets {
        let record = revoked(target, revocation);
        puts.push(revocation::put(target.issuer, &target.serial, &record));
        words.push((target.clone(), said(target, &record)));
        if let Some(id) = target
            .certificate
            .filter(|_| revocation.reason.is_compromise())
        {
            keys.extend(key_of(store, id)?);
        }
    }
    keys.sort();
    keys.dedup();
    let why = format!("it was revoked with reason {}", revocation.reason);
    puts.extend(keys.iter().map(|key| Put::bar_key(*key, &why)));
    Ok(Sentence {
        puts,
        guard: unchanged(targets),
        words,
        barred: keys.len() as u64,
    })
}

/// Takes back a hold (RFC 5280, 5.3.1); any other revocation is for ever.
pub(crate) fn release(targets: Vec<Target>) -> Result<Sentence, RevocationError> {
    let on_hold = |target: &Target| {
        let seen = target.seen.as_ref();
        seen.is_some_and(|seen| seen.revocation.reason.is_hold())
    };
    if let Some(other) = targets.iter().find(|target| !on_hold(target)) {
        let seen = other.seen.as_ref().map(|seen| seen.revocation.reason);
        return Err(RevocationError::NotOnHold(other.name.clone(), seen));
    }
    let puts = targets
        .iter()
        .map(|target| revocation::gone(target.issuer, &target.serial))
        .collect();
    let words = targets
        .iter()
        .map(|target| (target.clone(), format!("serial {}", target.serial)))
        .collect();
    Ok(Sentence {
        puts,
        guard: unchanged(targets),
        words,
        barred: 0,
    })
}

/// SHA-256 of the SubjectPublicKeyInfo of a certificate, or of one that was possibly issued.
pub(crate) fn key_of(store: &Snapshot, id: CertificateId) -> Result<Option<Fingerprint>, Report> {
    if let Some(der) = certificate::der(store, id)? {
        return Ok(key_fingerprint(&der));
    }
    let tbs = certificate::intent_tbs(store, id)?;
    Ok(tbs.and_then(|tbs| tbs_key_fingerprint(&tbs)))
}

/// The date of a hold stays when it becomes more (X.509, hold instruction), and so does that of a
/// reason that a compromise replaces.
fn revoked(target: &Target, revocation: Revocation) -> RevocationRecord {
    let before = target.seen.as_ref().map(|seen| seen.revocation);
    RevocationRecord {
        revocation: Revocation {
            at: before.map_or(revocation.at, |before| before.at),
            invalid_since: revocation
                .invalid_since
                .or(before.and_then(|before| before.invalid_since)),
            reason: revocation.reason,
        },
        certificate: target.certificate,
        not_after: target.not_after,
        decided: revocation.at,
        imported: false,
    }
}

fn said(target: &Target, record: &RevocationRecord) -> String {
    let now = record.revocation;
    let mut words = format!("serial {}, reason {}", target.serial, now.reason);
    if let Some(since) = now.invalid_since {
        words += &format!(", not to be trusted since {since}");
    }
    if let Some(seen) = &target.seen {
        let old = seen.revocation;
        words += &format!(", before that {} of {}", old.reason, old.at);
    }
    words
}

/// Nobody has revoked or released one of them meanwhile.
fn unchanged(targets: Vec<Target>) -> Guard {
    Box::new(move |now| {
        for target in targets {
            let (issuer, serial) = (target.issuer, &target.serial);
            if revocation::get(now, issuer, serial)? != target.seen {
                return Err(RevocationError::Changed(target.name).into());
            }
        }
        Ok(())
    })
}

#[derive(Debug)]
pub(crate) enum RevocationError {
    /// Revoked before, and the new reason does not replace the old one.
    Already(String, Revocation),
    /// Between reading it and writing.
    Changed(String),
    /// Its issuer is in another installation.
    Elsewhere(String),
    Expired(String),
    InvalidInFuture(Timestamp),
    /// It is an authority's, and only others were meant.
    LeftOut(String),
    NotAnAuthority(String),
    NotOnHold(String, Option<RevocationReason>),
    Nothing,
    Root(String),
    Unknown(CertificateId),
}

impl fmt::Display for RevocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Already(name, old) if old.reason.is_hold() => {
                write!(f, "{} is on hold already, since {}", shown(name), old.at)
            }
            Self::Already(name, old) => write!(
                f,
                "{} is revoked already, since {} for {}",
                shown(name),
                old.at,
                old.reason
            ),
            Self::Changed(name) => {
                write!(f, "{} was revoked or released at this moment", shown(name))
            }
            Self::Elsewhere(name) => write!(
                f,
                "the certificate of {} was issued by a CA that is not here, which alone can revoke it",
                shown(name)
            ),
            Self::Expired(name) => write!(
                f,
                "{} has expired, so that nobody trusts it any more",
                shown(name)
            ),
            Self::InvalidInFuture(since) => write!(f, "{since} has not come yet"),
            Self::LeftOut(name) => write!(
                f,
                "{} is an authority, which is revoked only where that is meant",
                shown(name)
            ),
            Self::NotAnAuthority(name) => write!(
                f,
                "the reason cACompromise is for authorities, and {} is none",
                shown(name)
            ),
            Self::NotOnHold(name, None) => write!(f, "{} is not on hold", shown(name)),
            Self::NotOnHold(name, Some(reason)) => write!(
                f,
                "{} is revoked for {reason}, which is for ever",
                shown(name)
            ),
            Self::Nothing => f.write_str("nothing here fits what is to be revoked"),
            Self::Root(name) => write!(
                f,
                "{} is a root: nobody stands above it who could revoke it",
                shown(name)
            ),
            Self::Unknown(id) => write!(f, "there is no certificate {id}"),
        }
    }
}

impl std::error::Error for RevocationError {}

impl Explain for RevocationError {
    fn code(&self) -> &'static str {
        match self {
            Self::Already(..) => "revocation.already",
            Self::Changed(_) => "revocation.try-again",
            Self::Elsewhere(_) => "revocation.elsewhere",
            Self::Expired(_) => "revocation.expired",
            Self::InvalidInFuture(_) => "revocation.invalid-in-future",
            Self::LeftOut(_) => "revocation.left-out",
            Self::NotAnAuthority(_) => "revocation.not-an-authority",
            Self::NotOnHold(..) => "revocation.not-on-hold",
            Self::Nothing => "revocation.nothing",
            Self::Root(_) => "revocation.root",
            Self::Unknown(_) => "certificate.unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Changed(_) | Self::Nothing | Self::Unknown(_) => Kind::Failed,
            Self::InvalidInFuture(_) => Kind::Malformed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::Already(_, old) if old.reason.is_hold() => {
                "Release it, or revoke it for good with another reason"
            }
            Self::Already(_, old) if old.reason.is_compromise() => {
                "Nothing is to be done: no reason replaces this one, and the date since when it \
                 is not to be trusted stays as it is"
            }
            Self::Already(..) => {
                "Nothing is to be done; only keyCompromise replaces another reason"
            }
            Self::Changed(_) => return Remedy::Retry,
            Self::Elsewhere(_) => {
                let step = "Revoke it where its issuer is, and sign that CA's list there; then \
                            import here first the CA's certificate and then the list";
                return Remedy::typed(step, ["chancery crl create CA", "chancery import FILE"]);
            }
            Self::Expired(_) => {
                "Nothing is to be done; to bar its key, revoke by key with reason keyCompromise"
            }
            Self::InvalidInFuture(_) => "Give a date that is past, or leave it out",
            Self::LeftOut(_) => "Name it, or say that authorities are meant too",
            Self::NotAnAuthority(_) => "Use the reason keyCompromise",
            Self::NotOnHold(_, None) => "Nothing is to be done",
            Self::NotOnHold(_, Some(_)) => "Issue a new certificate in its place",
            Self::Nothing => {
                return Remedy::typed("Look at the certificates", ["chancery cert list"]);
            }
            Self::Root(_) => {
                "Take it out of the trust stores that hold it, and revoke the authorities below it"
            }
            Self::Unknown(_) => {
                return Remedy::typed("Choose one of the certificates", ["chancery cert list"]);
            }
        };
        Remedy::Do(step.to_owned())
    }
}
