//! What is here already, as an import needs it.

use std::collections::HashMap;

use crate::base::{AuthorityId, CertificateId, Fingerprint, KeyId, Report};
use crate::store::Snapshot;
use crate::store::authority::{self, AuthorityRecord};
use crate::store::key::KeyRecord;
use crate::vault::HeldKey;
use crate::x509::{Certificate, Link, Name};

/// The store, read once.
pub(super) struct Known {
    pub(super) authorities: Vec<KnownAuthority>,
    pub(super) certificates: HashMap<Fingerprint, CertificateId>,
    /// By the fingerprint of their public half.
    pub(super) keys: HashMap<Fingerprint, (KeyId, KeyRecord)>,
    /// Those that the vault holds and nothing here names, likewise.
    pub(super) held: HashMap<Fingerprint, HeldKey>,
}

pub(super) struct KnownAuthority {
    pub(super) id: AuthorityId,
    pub(super) record: AuthorityRecord,
    /// `None` while it waits for it.
    pub(super) certificate: Option<Certificate>,
}

impl Known {
    pub(super) fn read(store: &Snapshot, held: Vec<HeldKey>) -> Result<Self, Report> {
        let mut authorities = Vec::new();
        for (id, record) in store.authorities()? {
            let der = authority::der(store, id)?;
            authorities.push(KnownAuthority {
                id,
                record,
                certificate: der.map(Certificate::from_der).transpose()?,
            });
        }
        let certificates = store.certificates()?.into_iter();
        let keys: HashMap<_, _> = store
            .keys()?
            .into_iter()
            .map(|(id, record)| (record.fingerprint, (id, record)))
            .collect();
        let held = held.into_iter();
        let held = held.map(|key| (Fingerprint::of(&key.public_key), key));
        Ok(Self {
            authorities,
            certificates: certificates
                .filter_map(|(id, record)| Some((record.fingerprint?, id)))
                .collect(),
            held: held.filter(|(key, _)| !keys.contains_key(key)).collect(),
            keys,
        })
    }

    pub(super) fn authority_of(&self, fingerprint: Fingerprint) -> Option<&KnownAuthority> {
        let is_it = |known: &&KnownAuthority| {
            let own = known.certificate.as_ref();
            own.is_some_and(|own| own.fingerprint() == fingerprint)
        };
        self.authorities.iter().find(is_it)
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        let mut all = self.authorities.iter();
        all.any(|known| known.record.name == name)
    }
}

/// Who may have issued what is found: authorities that are here, and those about to be.
#[derive(Default)]
pub(super) struct Above {
    by_name: HashMap<Name, Vec<Issuing>>,
}

#[derive(Clone)]
pub(super) struct Issuing {
    pub(super) id: AuthorityId,
    pub(super) name: String,
    pub(super) certificate: Certificate,
}

impl Above {
    pub(super) fn add(&mut self, issuing: Issuing) {
        let name = issuing.certificate.subject().clone();
        self.by_name.entry(name).or_default().push(issuing);
    }

    pub(super) fn extend(&mut self, issuing: Option<Issuing>) {
        issuing.into_iter().for_each(|issuing| self.add(issuing));
    }

    /// Those with this subject.
    pub(super) fn named(&self, subject: &Name) -> &[Issuing] {
        self.by_name.get(subject).map_or(&[], Vec::as_slice)
    }

    /// What they are called here.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let all = self.by_name.values().flatten();
        all.map(|issuing| &issuing.name[..])
    }

    pub(super) fn get(&self, id: AuthorityId) -> Option<&Issuing> {
        let mut all = self.by_name.values().flatten();
        all.find(|issuing| issuing.id == id)
    }

    pub(super) fn name_of(&self, id: AuthorityId) -> String {
        let found = self.get(id);
        found.map_or(String::new(), |issuing| issuing.name.clone())
    }

    /// The one that issued it, with the surest link there is.
    pub(super) fn issuer_of(&self, certificate: &Certificate) -> Option<(&Issuing, Link)> {
        let candidates = self.by_name.get(certificate.issuer())?.iter();
        let links = candidates
            .filter(|candidate| candidate.certificate.der() != certificate.der())
            .map(|candidate| (candidate, certificate.link_to(&candidate.certificate)));
        let best = links.max_by_key(|(_, link)| *link);
        best.filter(|(_, link)| *link != Link::None)
    }
}
