//! The list of everything an authority has revoked: number first, then signature, then record.

use std::fmt;
use std::sync::Arc;

use super::consent::Permission;
use super::error::AuthorityError;
use super::issue::Unsigned;
use super::issuer::Issuer;
use crate::base::{
    AuthorityId, CrlNumber, Explain, Fingerprint, Kind, Purpose, Receipt, Remedy, Report,
    Timestamp, shown,
};
use crate::store::revocation::{self, CrlRecord, CrlSummary, IntendedCrl, RevocationRecord};
use crate::store::{Guard, Put, Snapshot, StoreError, authority};
use crate::vault::Vault;
use crate::x509::{Certificate, CertificateList, CrlEntry, CrlHead, KeyUsage, NewCrl};

/// How a list is wished for.
#[derive(Clone, Copy)]
pub(crate) struct CrlWish {
    /// Until the next one is due.
    pub(crate) days: Option<u16>,
    pub(crate) despite_clock: bool,
    /// The key signs without a person.
    pub(crate) unattended: bool,
    pub(crate) now: Timestamp,
}

/// Complete but for its signature; nothing is written.
pub(crate) struct PreparedCrl {
    issuer: Arc<Issuer>,
    /// When the grant ends under which it is to sign without a person.
    until: Option<Timestamp>,
    seen: CrlRecord,
    number: CrlNumber,
    intended: IntendedCrl,
    entries: u64,
    tbs: Vec<u8>,
}

/// Reads everything that the authority has revoked.
pub(crate) fn prepare_crl(
    store: &Snapshot,
    issuer: Arc<Issuer>,
    wish: CrlWish,
) -> Result<PreparedCrl, Report> {
    issuer.in_time(wish.now)?;
    let seen = revocation::crl(store, issuer.id)?;
    let number = number(&seen, &issuer, wish.now)?;
    let is_root = may_sign(store, &issuer)?;
    let this_update = this_update(&seen, wish)?;
    let next_update = this_update.plus_days(days(wish.days, is_root)?.into());
    let previous = seen.newest.as_ref().map(|newest| newest.this_update);
    let mut list = NewCrl::new();
    store.each_revocation(issuer.id, |serial, record| -> Result<(), Report> {
        if is_listed(&record, previous, this_update) {
            list.push(&CrlEntry {
                serial,
                at: record.revocation.at,
                reason: record.revocation.reason.code(),
                invalid_since: record.revocation.invalid_since,
            })?;
        }
        Ok(())
    })?;
    let entries = list.count();
    let tbs = list.tbs(&head(&issuer, &number, this_update, next_update))?;
    let grant = issuer.grant.as_ref().filter(|_| wish.unattended);
    Ok(PreparedCrl {
        until: grant.and_then(|grant| grant.until),
        seen,
        intended: IntendedCrl {
            this_update,
            next_update,
            tbs: Fingerprint::of(&tbs),
        },
        number,
        entries,
        tbs,
        issuer,
    })
}

/// Seconds since 1970, or one more than the last: so that it also grows where the store was put back
/// to what it was before lists that others have seen.
fn number(seen: &CrlRecord, issuer: &Issuer, now: Timestamp) -> Result<CrlNumber, CrlMakingError> {
    let next = seen
        .spent
        .next()
        .ok_or_else(|| CrlMakingError::NumbersSpent {
            name: issuer.name.clone(),
        })?;
    let seconds = u64::try_from(now.secs()).unwrap_or_default();
    Ok(next.max(CrlNumber::from(seconds)))
}

/// An entry stays until it has stood on one list that was made after its certificate's end
/// (RFC 5280, 3.3).
pub(crate) fn is_listed(
    record: &RevocationRecord,
    previous: Option<Timestamp>,
    this_update: Timestamp,
) -> bool {
    let (Some(end), Some(previous)) = (record.not_after, previous) else {
        return true;
    };
    // The list before this one may have been made when the clock was ahead.
    let shown_after_end = end < previous && record.decided <= previous;
    !(shown_after_end && end < this_update)
}

/// Whether its certificate lets it sign lists; the answer is whether it is a root.
fn may_sign(store: &Snapshot, issuer: &Issuer) -> Result<bool, Report> {
    let record = authority::get(store, issuer.id)?;
    let is_root = record.and_then(|record| Some(record.installed?.is_root));
    let der = authority::der(store, issuer.id)?.ok_or(AuthorityError::Unknown(issuer.id))?;
    let usage = Certificate::from_der(der)?.key_usage();
    match usage.is_none_or(|usage| usage.contains(KeyUsage::CRL_SIGN)) {
        true => Ok(is_root.unwrap_or(false)),
        false => Err(CrlMakingError::NotAllowed {
            name: issuer.name.clone(),
        }
        .into()),
    }
}

/// Never before that of the list before: who compares the two would keep the older one. A clock
/// that went back further than a day is not trusted.
fn this_update(seen: &CrlRecord, wish: CrlWish) -> Result<Timestamp, CrlMakingError> {
    let newest = seen.newest.as_ref().map(|newest| newest.this_update);
    let intended = seen.intended.as_ref().map(|intended| intended.this_update);
    let now = Timestamp::from_secs(wish.now.secs());
    match newest.max(intended) {
        // Said by a person: the clock was wrong then, not now.
        _ if wish.despite_clock => Ok(now),
        Some(last) if now.plus_days(1) < last => Err(CrlMakingError::ClockSetBack { last, now }),
        Some(last) => Ok(last.max(now)),
        None => Ok(now),
    }
}

fn days(wished: Option<u16>, is_root: bool) -> Result<u16, CrlMakingError> {
    match wished {
        None if is_root => Ok(DAYS_OF_ROOT),
        None => Ok(DAYS),
        Some(days @ 1..=MOST_DAYS) => Ok(days),
        Some(days) => Err(CrlMakingError::Days(days)),
    }
}

fn head<'a>(
    issuer: &'a Issuer,
    number: &'a CrlNumber,
    this_update: Timestamp,
    next_update: Timestamp,
) -> CrlHead<'a> {
    CrlHead {
        issuer: &issuer.view.subject,
        key_id: &issuer.view.key_id,
        algorithm: issuer.view.algorithm,
        number,
        this_update,
        next_update,
    }
}

impl PreparedCrl {
    /// For the audit.
    pub(crate) fn words(&self) -> String {
        format!(
            "CRL number {} with {} entries, next due {}, to be signed: SHA-256 {}",
            self.number, self.entries, self.intended.next_update, self.intended.tbs
        )
    }

    /// The number is spent before the key is used, whatever comes of it.
    pub(crate) fn intent(&self) -> Put {
        revocation::put_crl(
            self.issuer.id,
            &CrlRecord {
                spent: self.number.clone(),
                intended: Some(self.intended.clone()),
                newest: self.seen.newest.clone(),
                taken_over: self.seen.taken_over,
            },
        )
    }

    pub(crate) fn guard(&self) -> Guard {
        let (id, seen) = (self.issuer.id, self.seen.clone());
        let row = Arc::clone(&self.issuer.row);
        Box::new(move |now| {
            let same_row = authority::row_bytes(now, id)?.as_deref() == Some(&row[..]);
            match same_row && revocation::crl(now, id)? == seen {
                true => Ok(()),
                false => Err(AuthorityError::Changed(id).into()),
            }
        })
    }

    /// Uses the key, once, unless the grant has ended while this waited. What it signed is read
    /// again and verified as others will.
    pub(crate) fn sign(
        self,
        vault: &Vault,
        permission: &Permission,
        now: Timestamp,
    ) -> Result<SignedCrl, Unsigned> {
        let issuer = &self.issuer;
        let unsigned = |report: Report, receipt| Unsigned {
            report: Box::new(report),
            receipt,
        };
        if self.until.is_some_and(|end| end <= now) {
            let name = issuer.name.clone();
            return Err(unsigned(
                AuthorityError::NeedsPassphrase { name }.into(),
                None,
            ));
        }
        let signed = vault.sign(issuer.key, Purpose::Crl, &self.tbs, permission.passphrase());
        let (signature, receipt) = signed.map_err(|error| unsigned(error.into(), None))?;
        let (this_update, next_update) = (self.intended.this_update, self.intended.next_update);
        let head = head(issuer, &self.number, this_update, next_update);
        match self.checked(head.signed(&self.tbs, &signature)) {
            Ok(list) => Ok(SignedCrl {
                authority: issuer.id,
                spent: CrlRecord {
                    spent: self.number.clone(),
                    intended: Some(self.intended.clone()),
                    newest: self.seen.newest.clone(),
                    taken_over: self.seen.taken_over,
                },
                newest: CrlSummary {
                    number: self.number,
                    this_update,
                    next_update,
                    entries: self.entries,
                    size: list.der().len() as u64,
                    fingerprint: list.fingerprint(),
                },
                der: list.into_der(),
                receipt,
            }),
            Err(report) => Err(unsigned(report, Some(receipt))),
        }
    }

    fn checked(&self, der: Vec<u8>) -> Result<CertificateList, Report> {
        let view = &self.issuer.view;
        let list = CertificateList::from_der(der)?;
        list.verify(&view.subject, &view.key)?;
        let as_meant = list.number() == Some(&self.number)
            && list.count() == self.entries
            && list.this_update() == self.intended.this_update
            && list.next_update() == Some(self.intended.next_update)
            && list.authority_key_id() == Some(&view.key_id[..]);
        match as_meant {
            true => Ok(list),
            false => Err(Report::bug("the CRL does not say what it was made to say")),
        }
    }
}

/// Signed and checked; to be recorded with the receipt of the key's use.
pub(crate) struct SignedCrl {
    pub(crate) authority: AuthorityId,
    pub(crate) newest: CrlSummary,
    /// The record that its intent left.
    spent: CrlRecord,
    der: Vec<u8>,
    receipt: Receipt,
}

impl SignedCrl {
    pub(crate) fn rows(self) -> (Vec<Put>, Vec<Receipt>) {
        let record = CrlRecord {
            spent: self.spent.spent,
            intended: None,
            newest: Some(self.newest),
            taken_over: self.spent.taken_over,
        };
        let puts = vec![
            revocation::put_crl(self.authority, &record),
            revocation::put_crl_der(self.authority, self.der),
        ];
        (puts, vec![self.receipt])
    }

    /// Nobody has begun another list while the key was at work.
    pub(crate) fn guard(&self) -> Guard {
        let (id, mine) = (self.authority, self.spent.clone());
        Box::new(move |now| match revocation::crl(now, id)? == mine {
            true => Ok(()),
            false => Err(AuthorityError::SignatureLost.into()),
        })
    }
}

/// The newest list of this authority, verified once more before it leaves.
pub(crate) fn newest_crl(store: &Snapshot, id: AuthorityId) -> Result<CertificateList, Report> {
    let record = authority::get(store, id)?.ok_or(AuthorityError::Unknown(id))?;
    let none = || CrlMakingError::None {
        name: record.name.clone(),
    };
    let list = CertificateList::from_der(revocation::crl_der(store, id)?.ok_or_else(none)?)?;
    let own = authority::der(store, id)?.ok_or_else(none)?;
    let own = Certificate::from_der(own)?;
    list.verify(own.subject(), own.public_key())?;
    Ok(list)
}

/// What the newest list says otherwise than it would if it were made now: revocations that it lacks,
/// reasons that have changed, and holds that were taken back.
pub(crate) fn unlisted(
    store: &Snapshot,
    id: AuthorityId,
    now: Timestamp,
) -> Result<(u64, u64), Report> {
    let der = revocation::crl_der(store, id)?;
    let list = der.map(CertificateList::from_der).transpose()?;
    let entries = list.iter().flat_map(CertificateList::entries);
    let mut listed: std::collections::HashMap<_, _> =
        entries.map(|entry| (entry.serial, entry.reason)).collect();
    let (mut revoked, mut missing) = (0, 0);
    store.each_revocation(id, |serial, record| -> Result<(), StoreError> {
        revoked += 1;
        let shown = listed.remove(&serial);
        let due = record.not_after.is_none_or(|end| now < end);
        if due && shown != Some(record.revocation.reason.code()) {
            missing += 1;
        }
        Ok(())
    })?;
    Ok((revoked, missing + listed.len() as u64))
}

#[derive(Debug)]
pub(crate) enum CrlMakingError {
    ClockSetBack { last: Timestamp, now: Timestamp },
    Days(u16),
    None { name: String },
    NotAllowed { name: String },
    NumbersSpent { name: String },
}

impl fmt::Display for CrlMakingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClockSetBack { last, now } => write!(
                f,
                "it is {now}, but the last CRL was made {last}: the clock is wrong, or was then"
            ),
            Self::Days(days) => write!(f, "a CRL cannot be good for {days} days"),
            Self::None { name } => write!(f, "{} has made no CRL yet", shown(name)),
            Self::NotAllowed { name } => write!(
                f,
                "the certificate of {} does not let it sign CRLs",
                shown(name)
            ),
            Self::NumbersSpent { name } => {
                write!(f, "{} has no number left for another CRL", shown(name))
            }
        }
    }
}

impl std::error::Error for CrlMakingError {}

impl Explain for CrlMakingError {
    fn code(&self) -> &'static str {
        match self {
            Self::ClockSetBack { .. } => "crl.clock-set-back",
            Self::Days(_) => "crl.days",
            Self::None { .. } => "crl.none",
            Self::NotAllowed { .. } => "crl.not-allowed",
            Self::NumbersSpent { .. } => "crl.numbers-spent",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Days(_) => Kind::Malformed,
            Self::None { .. } => Kind::Failed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::ClockSetBack { .. } => {
                return Remedy::typed(
                    "Set the clock right; if it is right now, say so",
                    ["--clock-is-right"],
                );
            }
            Self::Days(_) => "Give 1 to 366 days",
            Self::None { .. } => {
                return Remedy::typed("Make the first one", ["chancery crl create CA"]);
            }
            Self::NotAllowed { .. } => {
                "Have the authority certified again with the key usage cRLSign"
            }
            Self::NumbersSpent { .. } => "Make a new authority and let this one end",
        };
        Remedy::Do(step.to_owned())
    }
}

/// Those who check hosts fetch a list about once a week.
const DAYS: u16 = 7;

/// Of a root whose key is seldom at hand; what it revokes are authorities.
const DAYS_OF_ROOT: u16 = 180;

const MOST_DAYS: u16 = 366;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Revocation, RevocationReason};

    fn entry(not_after: i64, decided: i64) -> RevocationRecord {
        RevocationRecord {
            revocation: Revocation {
                reason: RevocationReason::Superseded,
                at: Timestamp(decided),
                invalid_since: None,
            },
            certificate: None,
            not_after: Some(Timestamp(not_after)),
            decided: Timestamp(decided),
            imported: false,
        }
    }

    fn listed(record: &RevocationRecord, previous: Option<i64>, this: i64) -> bool {
        is_listed(record, previous.map(Timestamp), Timestamp(this))
    }

    #[test]
    fn an_expired_entry_stays_for_one_list_past_its_end() {
        let record = entry(100, 10);
        assert!(listed(&record, Some(50), 90));
        assert!(listed(&record, Some(90), 110));
        assert!(!listed(&record, Some(110), 120));
        assert!(listed(&record, None, 1000));
    }

    #[test]
    fn an_entry_decided_after_the_last_list_has_never_been_shown() {
        assert!(listed(&entry(100, 115), Some(110), 120));
    }

    #[test]
    fn a_list_made_when_the_clock_was_ahead_takes_no_entry_away() {
        assert!(listed(&entry(100, 10), Some(5000), 50));
    }

    #[test]
    fn a_serial_without_an_end_stays_for_ever() {
        let record = RevocationRecord {
            not_after: None,
            ..entry(0, 0)
        };
        assert!(listed(&record, Some(1000), 2000));
    }

    fn wish(now: i64, despite_clock: bool) -> CrlWish {
        CrlWish {
            days: None,
            despite_clock,
            unattended: true,
            now: Timestamp::from_secs(now),
        }
    }

    #[test]
    fn a_list_is_never_dated_before_the_last_one_unless_a_person_says_so() {
        let last = Timestamp::from_secs(1_000_000);
        let record = CrlRecord {
            intended: Some(IntendedCrl {
                this_update: last,
                next_update: last.plus_days(7),
                tbs: Fingerprint::from_raw([0; 32]),
            }),
            ..CrlRecord::default()
        };
        let at = |now, despite| this_update(&record, wish(now, despite)).map_err(|it| it.code());
        assert_eq!(at(1_000_001, false), Ok(Timestamp::from_secs(1_000_001)));
        assert_eq!(at(999_000, false), Ok(last));
        assert_eq!(at(800_000, false), Err("crl.clock-set-back"));
        assert_eq!(at(800_000, true), Ok(Timestamp::from_secs(800_000)));
    }

    #[test]
    fn a_list_is_good_for_a_week_and_that_of_a_root_for_half_a_year() {
        assert_eq!(days(None, false).ok(), Some(7));
        assert_eq!(days(None, true).ok(), Some(180));
        assert_eq!(days(Some(366), true).ok(), Some(366));
        for wrong in [0, 367, u16::MAX] {
            assert!(days(Some(wrong), false).is_err());
        }
    }
}
