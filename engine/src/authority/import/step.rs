//! What an import writes: all rows of it in one change.

use std::collections::HashMap;

use super::error::ImportError;
use crate::base::{
    AuthorityId, CertificateId, CertificateKey, Fingerprint, ImportKind, ImportOutcome, ImportRow,
    KeyId, KeyType, KeyUse, Report, Serial, Timestamp, hex,
};
use crate::store::authority::{self, AuthorityRecord};
use crate::store::certificate::{self, CertificateRecord};
use crate::store::key::{self, KeyRecord};
use crate::store::revocation::{self, CrlRecord, RevocationRecord};
use crate::store::{Guard, Put, Refused, Rows};
use crate::vault::Class;

/// In the order in which it was found.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) rows: Vec<ImportRow>,
    pub(super) keys: Vec<PlannedKey>,
    pub(super) authorities: Vec<PlannedAuthority>,
    pub(super) certificates: Vec<PlannedCertificate>,
    pub(super) holes: Vec<(CertificateId, CertificateRecord)>,
    pub(super) revocations: Vec<(AuthorityId, Serial, RevocationRecord)>,
    /// Public keys that are in other hands, and why nobody may bring them again.
    pub(super) barred: Vec<(Fingerprint, String)>,
    /// As they were seen, and as they are to be.
    pub(super) lists: Vec<(AuthorityId, CrlRecord, CrlRecord)>,
    /// Which row tells of which certificate.
    pub(super) row_of: HashMap<CertificateId, usize>,
}

/// Where a key comes from.
#[derive(Clone, Copy)]
pub(super) enum KeySource {
    /// Which of the keys that were found.
    Found(usize),
    /// It is there, and nothing named it.
    Vault(KeyId),
}

/// A key to be taken into the vault, or to be named again.
pub(super) struct PlannedKey {
    pub(super) source: KeySource,
    pub(super) class: Class,
    pub(super) key_type: KeyType,
    pub(super) public_key: Vec<u8>,
    pub(super) name: String,
    pub(super) used_for: KeyUse,
}

/// An authority that comes, or one that is here and gets its key or the one above it.
pub(super) struct PlannedAuthority {
    pub(super) id: AuthorityId,
    pub(super) record: AuthorityRecord,
    pub(super) key: Option<usize>,
    /// `None` where it is here already.
    pub(super) new: Option<NewcomerCertificate>,
    /// The row as it was read, where it is here already.
    pub(super) seen: Option<Vec<u8>>,
}

pub(super) struct NewcomerCertificate {
    pub(super) der: Vec<u8>,
    pub(super) public_key: Fingerprint,
}

/// A certificate that comes into the inventory, or one that is there and gets its key or issuer.
pub(super) struct PlannedCertificate {
    pub(super) id: CertificateId,
    pub(super) record: CertificateRecord,
    /// `None` where it is here already.
    pub(super) der: Option<Vec<u8>>,
    pub(super) key: Option<usize>,
    /// Nobody else of the issuer gets its serial. False where another certificate has it already.
    pub(super) claims: bool,
}

/// How much of what has come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) certificates: usize,
    pub(crate) keys: usize,
    pub(crate) revoked: usize,
}

impl Steps {
    pub(crate) fn needs_passphrase(&self) -> bool {
        self.keys().any(|(_, class)| class == Class::Authority)
    }

    /// Which of the found keys to take, in which class.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (usize, Class)> {
        self.keys.iter().filter_map(|key| match key.source {
            KeySource::Found(at) => Some((at, key.class)),
            KeySource::Vault(_) => None,
        })
    }

    /// Keys of authorities that the vault held before.
    pub(crate) fn named_again(&self) -> impl Iterator<Item = KeyId> {
        let keys = self.keys.iter();
        keys.filter_map(|key| match (key.source, key.class) {
            (KeySource::Vault(id), Class::Authority) => Some(id),
            _ => None,
        })
    }

    /// Those that come, and those that get their key.
    pub(crate) fn authorities(&self) -> Vec<AuthorityId> {
        let all = self.authorities.iter();
        all.filter(|planned| planned.new.is_some() || planned.key.is_some())
            .map(|planned| planned.id)
            .collect()
    }

    pub(crate) fn tally(&self) -> Tally {
        let new = self.certificates.iter();
        Tally {
            certificates: new.filter(|planned| planned.der.is_some()).count(),
            keys: self.keys().count(),
            revoked: self.revocations.len(),
        }
    }

    /// The rows, with the ids under which the vault has the keys that were taken.
    pub(crate) fn puts(self, taken: &[KeyId], now: Timestamp) -> Vec<Put> {
        let mut taken = taken.iter().copied();
        let keys = self.keys.iter().map(|key| match key.source {
            KeySource::Found(_) => taken.next(),
            KeySource::Vault(id) => Some(id),
        });
        let keys: Vec<KeyId> = keys.flatten().collect();
        let id_of = |planned: Option<usize>| planned.and_then(|at| keys.get(at)).copied();
        let mut puts = Vec::new();
        for (planned, id) in self.keys.iter().zip(&keys) {
            puts.extend(planned.puts(*id, now));
        }
        for mut planned in self.authorities {
            planned.record.key = planned.record.key.or(id_of(planned.key));
            puts.extend(authority::put(planned.id, &planned.record));
            if let Some(new) = planned.new {
                let why = format!("it is the key of the authority {}", planned.id);
                puts.push(authority::put_der(planned.id, new.der));
                puts.push(Put::bar_key(new.public_key, &why));
            }
        }
        for mut planned in self.certificates {
            if let Some(id) = id_of(planned.key) {
                planned.record.key = CertificateKey::Vault(id);
            }
            let (id, record, claims) = (planned.id, &planned.record, planned.claims);
            puts.extend(match planned.der {
                Some(der) => certificate::put_imported(id, record, der, claims),
                None => certificate::put_changed(id, record, claims),
            });
        }
        for (id, record) in self.holes {
            puts.extend(certificate::put_without_der(id, &record));
        }
        for (issuer, serial, record) in &self.revocations {
            puts.push(revocation::put(*issuer, serial, record));
        }
        let barred = self.barred.iter();
        puts.extend(barred.map(|(key, why)| Put::bar_key(*key, why)));
        let lists = self.lists.iter();
        puts.extend(lists.map(|(id, _, record)| revocation::put_crl(*id, record)));
        puts
    }

    /// Nothing that the plan relies on has changed since.
    pub(crate) fn guard(&self) -> Guard {
        let authorities: Vec<(AuthorityId, String, Option<Vec<u8>>)> = self
            .authorities
            .iter()
            .map(|planned| {
                (
                    planned.id,
                    planned.record.name.clone(),
                    planned.seen.clone(),
                )
            })
            .collect();
        let claims = self.certificates.iter();
        let claims = claims.filter(|planned| planned.claims && planned.record.is_issued_here());
        let claims = claims.map(|planned| (planned.id, &planned.record));
        let holes = self.holes.iter().map(|(id, record)| (*id, record));
        let serials: Vec<(AuthorityId, Serial, CertificateId)> = claims
            .chain(holes)
            .map(|(id, record)| (record.issuer, record.serial.clone(), id))
            .collect();
        let lists = self.lists.iter();
        let lists: Vec<_> = lists.map(|(id, seen, _)| (*id, seen.clone())).collect();
        let revoked = self.revocations.iter();
        let revoked: Vec<_> = revoked
            .map(|(issuer, serial, _)| (*issuer, serial.clone()))
            .collect();
        Box::new(move |now| {
            for (id, seen) in lists {
                if revocation::crl(now, id)? != seen {
                    return Err(changed());
                }
            }
            for (issuer, serial) in revoked {
                if revocation::get(now, issuer, &serial)?.is_some() {
                    return Err(changed());
                }
            }
            for (id, name, seen) in authorities {
                let holder = authority::holder_of(now, &name)?;
                let same = authority::row_bytes(now, id)? == seen;
                if !same || holder.is_some_and(|holder| holder != id) {
                    return Err(changed());
                }
            }
            for (issuer, serial, id) in serials {
                let holder = now.holder_of_serial(issuer, &serial)?;
                if holder.is_some_and(|holder| holder != id) {
                    return Err(changed());
                }
            }
            Ok(())
        })
    }

    /// Adds to what is told of a certificate.
    pub(super) fn tell(&mut self, id: CertificateId, add: impl FnOnce(&mut ImportRow)) {
        let row = self.row_of.get(&id).and_then(|at| self.rows.get_mut(*at));
        if let Some(row) = row {
            add(row);
        }
    }

    pub(super) fn push_row(
        &mut self,
        kind: ImportKind,
        (name, from): (&str, &str),
        (outcome, into): (ImportOutcome, String),
        warnings: Vec<String>,
    ) {
        self.rows.push(ImportRow {
            kind,
            name: name.to_owned(),
            from: from.to_owned(),
            outcome,
            into,
            warnings,
        });
    }
}

impl PlannedKey {
    fn puts(&self, id: KeyId, now: Timestamp) -> [Put; 2] {
        let record = KeyRecord {
            name: self.name.clone(),
            key_type: self.key_type,
            used_for: self.used_for,
            created: now,
            fingerprint: Fingerprint::of(&self.public_key),
            spki: hex(&self.public_key),
        };
        key::put(id, &record)
    }
}

fn changed() -> Refused {
    Refused(Report::from(ImportError::Changed))
}
