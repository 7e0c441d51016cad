//! Which thing a person means: by its id, or by a name, serial or fingerprint that is unambiguous.

use std::fmt;

use super::{Answer, Sight};
use crate::api::{
    AuthorityId, AuthorityState, CertificateId, Custody, FindAuthority, FindCertificate,
    FindIssued, FindKey, FindRequest, Fingerprint, KeyId, ListAuthorities, Report, RequestId,
    Serial, shown,
};
use crate::base::{Explain, Kind, Remedy};
use crate::store::certificate::CertificateRecord;
use crate::store::{Snapshot, acme, authority, certificate, key, request};

impl Answer for FindAuthority {
    fn answer(&self, sight: &Sight<'_>) -> Result<AuthorityId, Report> {
        let text = self.0.trim();
        if let Ok(id) = text.parse::<AuthorityId>() {
            let found = authority::get(&sight.store, id)?;
            return one("authority", text, found.map(|_| id));
        }
        let rows = ListAuthorities.answer(sight)?;
        if text.is_empty() {
            // A root signs authorities; what is meant without a name is who signs for hosts.
            let active = rows
                .iter()
                .filter(|row| row.state == AuthorityState::Active)
                .filter(|row| row.custody != Custody::Keyless);
            let parents: Vec<_> = rows.iter().filter_map(|row| row.parent).collect();
            let issuing = active.filter(|row| !parents.contains(&row.id));
            return one("authority", "", issuing.map(|row| row.id));
        }
        let serial: Option<Serial> = text.parse().ok();
        let named: Vec<_> = rows
            .iter()
            .filter(|row| row.name == text)
            .map(|row| row.id)
            .collect();
        if let [id] = named[..] {
            return Ok(id);
        }
        let all = sight.store.authorities()?.into_iter();
        let with_serial = all.filter(|(_, record)| {
            let own = record.installed.as_ref().map(|installed| &installed.serial);
            own.is_some() && own == serial.as_ref()
        });
        one("authority", text, with_serial.map(|(id, _)| id))
    }
}

impl Answer for FindCertificate {
    fn answer(&self, sight: &Sight<'_>) -> Result<CertificateId, Report> {
        let text = self.0.trim();
        if let Ok(id) = text.parse::<CertificateId>() {
            let known = certificate::get(&sight.store, id)?.is_some()
                || certificate::intent(&sight.store, id)?.is_some();
            return one("certificate", text, known.then_some(id));
        }
        let mut all = sight.store.certificates()?;
        // What was possibly issued is meant by its serial alone where a certificate bears its name:
        // that was given again since.
        if let Ok(serial) = text.parse::<Serial>() {
            let intents = sight.store.intents()?.into_iter();
            all.extend(intents.filter(|(_, record)| record.serial == serial));
        }
        let found: Vec<CertificateId> = named(all, text).collect();
        if found.is_empty() {
            return one("certificate", text, named(sight.store.intents()?, text));
        }
        one("certificate", text, newest(&sight.store, found)?)
    }
}

/// Where several fit, those that have been renewed are not meant.
fn newest(store: &Snapshot, found: Vec<CertificateId>) -> Result<Vec<CertificateId>, Report> {
    if found.len() < 2 {
        return Ok(found);
    }
    let mut current = Vec::new();
    for id in &found {
        let origin = acme::origin(store, *id)?;
        if origin.is_none_or(|origin| origin.replaced_by.is_none()) {
            current.push(*id);
        }
    }
    Ok(if current.is_empty() { found } else { current })
}

impl Answer for FindIssued {
    fn answer(&self, sight: &Sight<'_>) -> Result<CertificateId, Report> {
        let text = self.text.trim();
        let all = sight.store.certificates()?.into_iter();
        let mut all: Vec<_> = all.chain(sight.store.intents()?).collect();
        all.retain(|(_, record)| record.issuer == self.authority);
        if let Ok(id) = text.parse::<CertificateId>() {
            let known = all.iter().any(|(known, _)| *known == id);
            return one("certificate", text, known.then_some(id));
        }
        one("certificate", text, named(all, text))
    }
}

/// By name, serial or fingerprint.
fn named(
    all: Vec<(CertificateId, CertificateRecord)>,
    text: &str,
) -> impl Iterator<Item = CertificateId> {
    let fingerprint: Option<Fingerprint> = text.parse().ok();
    let serial: Option<Serial> = text.parse().ok();
    let fits = all.into_iter().filter(move |(_, record)| {
        record.name == text
            || serial.as_ref() == Some(&record.serial)
            || fingerprint.is_some() && fingerprint == record.fingerprint
    });
    fits.map(|(id, _)| id)
}

impl Answer for FindKey {
    fn answer(&self, sight: &Sight<'_>) -> Result<KeyId, Report> {
        let text = self.0.trim();
        let found = match text.parse::<KeyId>() {
            Ok(id) => key::get(&sight.store, id)?.map(|_| id),
            Err(_) => key::holder_of(&sight.store, text)?,
        };
        one("key", text, found)
    }
}

impl Answer for FindRequest {
    fn answer(&self, sight: &Sight<'_>) -> Result<RequestId, Report> {
        let text = self.0.trim();
        if let Ok(id) = text.parse::<RequestId>() {
            let found = request::get(&sight.store, id)?;
            return one("request", text, found.map(|_| id));
        }
        let all = sight.store.requests()?.into_iter();
        let named = all.filter(|(_, record)| record.name == text);
        one("request", text, named.map(|(id, _)| id))
    }
}

pub(super) fn one<T: Copy>(
    kind: &'static str,
    text: &str,
    found: impl IntoIterator<Item = T>,
) -> Result<T, Report> {
    let found: Vec<T> = found.into_iter().take(2).collect();
    let text = text.to_owned();
    match found[..] {
        [one] => Ok(one),
        [] => Err(FindError::Nothing(kind, text).into()),
        _ => Err(FindError::Several(kind, text).into()),
    }
}

#[derive(Debug)]
enum FindError {
    Nothing(&'static str, String),
    Several(&'static str, String),
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing(kind, text) if text.is_empty() => write!(f, "there is no {kind} yet"),
            Self::Nothing(kind, text) => write!(f, "there is no {kind} {}", shown(text)),
            Self::Several(kind, text) if text.is_empty() => {
                write!(f, "there is more than one {kind} that could be meant")
            }
            Self::Several(kind, text) => {
                write!(f, "more than one {kind} is called {}", shown(text))
            }
        }
    }
}

impl std::error::Error for FindError {}

impl Explain for FindError {
    fn code(&self) -> &'static str {
        match self {
            Self::Nothing(..) => "find.nothing",
            Self::Several(..) => "find.several",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Failed
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::Nothing("authority", text) if text.is_empty() => {
                return Remedy::typed(
                    "Make one, or all that a first certificate needs",
                    ["chancery ca create NAME", "chancery quickstart NAME"],
                );
            }
            Self::Nothing(kind, _) => {
                return Remedy::typed("Look for it in the list", [typed(kind)]);
            }
            Self::Several("authority", text) if text.is_empty() => {
                "Say which one is meant, by its name or id"
            }
            Self::Several(..) => "Say which one is meant, by its id",
        };
        Remedy::Do(step.to_owned())
    }
}

/// What to type for the list of everything of this kind.
fn typed(kind: &str) -> &'static str {
    match kind {
        "account" => "chancery acme account list",
        "authority" => "chancery ca list",
        "certificate" => "chancery cert list",
        "DNS provider" => "chancery dns provider list",
        "key" => "chancery key list",
        "order" => "chancery acme order list",
        _ => "chancery csr list",
    }
}
