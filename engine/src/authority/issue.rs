//! The one way in which a certificate comes to be: draft, policy, lint, intent, signature, record.
//!
//! Each stage is a type that the next one uses up, so that nothing is signed that was not decided,
//! linted and recorded as an intent, and nothing twice. The order follows boulder's: a crash
//! between intent and record leaves a trace of what may have been signed.

use std::sync::Arc;

use super::consent::Permission;
use super::error::AuthorityError;
use super::issuer::Issuer;
use super::profiles::Loaded;
use crate::base::{
    AuthorityId, CertificateId, CertificateKey, Finding, Fingerprint, Identifier, KeyId, Purpose,
    Receipt, Report, RequestId, Serial, Timestamp, shown,
};
use crate::policy::{Limits, decide};
use crate::store::certificate::{CertificateRecord, is_intent, put_intent, put_signed};
use crate::store::{Guard, Put, Revision, Rows, authority};
use crate::vault::Vault;
use crate::x509::{Draft, Linted, Name, Profile, PublicKey, SignedCertificate, Wish};

/// Where the wish came from, and whose the key is.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    pub(crate) key: CertificateKey,
    pub(crate) request: Option<RequestId>,
}

/// Decided and linted; nobody has been told, nothing is written.
pub(crate) struct Prepared {
    id: CertificateId,
    linted: Linted,
    record: CertificateRecord,
    signer: Signer,
    profile: Loaded,
}

/// Whose key signs.
struct Signer {
    authority: AuthorityId,
    key: KeyId,
    /// The authority's row as it was when all this was decided; `None` for a root, which signs for
    /// itself.
    seen: Option<Arc<[u8]>>,
    /// Issuer and serial of its own certificate and of those above it.
    path: Vec<(AuthorityId, Serial)>,
    /// When the grant ends under which it is to sign without a person.
    until: Option<Timestamp>,
    name: String,
}

/// What is decided about one certificate.
pub(crate) struct Given<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) profile: &'a Loaded,
    /// Why no request may bring this public key, if none may.
    pub(crate) barred: Option<&'a str>,
    pub(crate) source: Source,
    pub(crate) unattended: bool,
    pub(crate) now: Timestamp,
}

/// Policy sees the final draft (rule 14); lints see what policy has approved.
pub(crate) fn prepare(
    given: &Given<'_>,
    wish: Wish,
    serial: Serial,
    id: CertificateId,
) -> Result<Prepared, Report> {
    let Given {
        issuer,
        profile,
        source,
        now,
        ..
    } = *given;
    issuer.alive(now)?;
    if profile.is_ca && wish.subject == issuer.view.subject {
        return Err(AuthorityError::IssuersName(issuer.name.clone()).into());
    }
    let draft = Draft::prepare(profile.shared(), &issuer.view, wish, serial, now)?;
    let limits = Limits {
        unattended: issuer.grant.as_ref().filter(|_| given.unattended),
        barred: given.barred,
        profile,
        now,
    };
    let record = record(&draft, issuer.id, source, now);
    let approved = draft.approve(|draft| decide(draft, &limits))?;
    Ok(Prepared {
        id,
        linted: approved.lint()?,
        record,
        signer: Signer {
            authority: issuer.id,
            key: issuer.key,
            seen: Some(Arc::clone(&issuer.row)),
            path: issuer.path.clone(),
            until: limits.unattended.and_then(|grant| grant.until),
            name: issuer.name.clone(),
        },
        profile: profile.clone(),
    })
}

/// A root's own certificate: its draft is linted like any other, and signed with its own key.
pub(crate) fn prepare_root(
    (authority, key): (AuthorityId, KeyId),
    (profile, draft): (&Loaded, Draft),
    (id, now): (CertificateId, Timestamp),
) -> Result<Prepared, Report> {
    let source = Source {
        key: CertificateKey::Vault(key),
        request: None,
    };
    let record = record(&draft, authority, source, now);
    let approved = draft.approve(|_| Ok::<(), AuthorityError>(()))?;
    Ok(Prepared {
        id,
        linted: approved.lint()?,
        record,
        signer: Signer {
            authority,
            key,
            seen: None,
            path: Vec::new(),
            until: None,
            name: String::new(),
        },
        profile: profile.clone(),
    })
}

fn record(draft: &Draft, issuer: AuthorityId, source: Source, now: Timestamp) -> CertificateRecord {
    CertificateRecord {
        name: name_of(draft.subject(), draft.identifiers()),
        identifiers: draft.identifiers().to_vec(),
        issuer,
        profile: draft.profile().name.clone(),
        serial: draft.serial().clone(),
        not_before: draft.not_before(),
        not_after: draft.not_after(),
        key: source.key,
        key_title: draft.key().title(),
        request: source.request,
        issued: now,
        fingerprint: None,
        elsewhere: None,
    }
}

/// The common name, or else the first alternative name; safe to show.
pub(crate) fn name_of(subject: &Name, identifiers: &[Identifier]) -> String {
    let common_name = subject.first_common_name().filter(|name| !name.is_empty());
    let named = common_name.or_else(|| identifiers.first().map(Identifier::value));
    match named {
        Some(name) => shown(&name).into_owned(),
        None => subject.to_string(),
    }
}

/// A wish for a key that is in the vault. Where the profile is for hosts or mailboxes, the common
/// name is among the alternative names: clients look only there (RFC 9525; RFC 8550, 3). One that is
/// too long for a common name stands there alone, and the subject is empty.
pub(crate) fn wish_for(
    profile: &Profile,
    common_name: &str,
    mut identifiers: Vec<Identifier>,
    key: PublicKey,
) -> Wish {
    let named = match common_name.parse() {
        Ok(host @ (Identifier::Dns(_) | Identifier::Ip(_))) if profile.is_server() => Some(host),
        Ok(mailbox @ Identifier::Email(_)) if profile.is_for_mail() => Some(mailbox),
        _ => None,
    };
    let subject = match named {
        Some(_) if common_name.chars().count() > Name::LONGEST_COMMON_NAME => Name::none(),
        _ => Name::common_name(common_name),
    };
    if let Some(name) = named.filter(|name| !identifiers.contains(name)) {
        identifiers.insert(0, name);
    }
    Wish::new(subject, identifiers, key)
}

impl Prepared {
    pub(crate) fn id(&self) -> CertificateId {
        self.id
    }

    pub(crate) fn warnings(&self) -> &[Finding] {
        self.linted.warnings()
    }

    /// For the audit.
    pub(crate) fn words(&self) -> String {
        let record = &self.record;
        format!(
            "{}, serial {}, to be signed as {}",
            record.name, record.serial, record.issuer
        )
    }

    /// Serial, issuer and the complete to-be-signed bytes, to be durable before the key is used
    /// (rule 15).
    pub(crate) fn intent(&self) -> [Put; 3] {
        put_intent(self.id, &self.record, self.linted.tbs().to_vec())
    }

    /// What the snapshot promised, looked at again inside the transaction.
    pub(crate) fn guard(&self) -> Guard {
        let (issuer, serial) = (self.record.issuer, self.record.serial.clone());
        let (seen, path) = (self.signer.seen.clone(), self.signer.path.clone());
        let profile = self.profile.clone();
        Box::new(move |now| {
            profile.unchanged(now)?;
            for (above, serial) in path {
                if now.revocation(above, &serial)?.is_some() {
                    return Err(AuthorityError::Changed(issuer).into());
                }
            }
            if now.holder_of_serial(issuer, &serial)?.is_some() {
                return Err(AuthorityError::SerialTaken(serial).into());
            }
            match seen {
                Some(seen) if authority::row_bytes(now, issuer)?.as_deref() != Some(&seen[..]) => {
                    Err(AuthorityError::Changed(issuer).into())
                }
                _ => Ok(()),
            }
        })
    }

    /// The intent is durable: from here on the key may be used, once.
    pub(crate) fn recorded(self, _at: Revision) -> Intended {
        Intended(self)
    }
}

/// Recorded as an intent; allowed to be signed once.
pub(crate) struct Intended(Prepared);

impl Intended {
    pub(crate) fn id(&self) -> CertificateId {
        self.0.id
    }

    /// Uses the key, unless the grant has ended while this waited.
    pub(crate) fn sign(
        self,
        vault: &Vault,
        permission: &Permission,
        now: Timestamp,
    ) -> Result<Signed, Unsigned> {
        let Prepared {
            id,
            linted,
            mut record,
            signer,
            ..
        } = self.0;
        if signer.until.is_some_and(|end| end <= now) {
            let ended = AuthorityError::NeedsPassphrase { name: signer.name };
            return Err(Unsigned {
                report: Box::new(ended.into()),
                receipt: None,
            });
        }
        let mut receipt = None;
        let signed = linted.sign(|tbs| -> Result<Vec<u8>, Report> {
            let purpose = Purpose::Certificate;
            let (signature, used) =
                vault.sign(signer.key, purpose, tbs, permission.passphrase())?;
            receipt = Some(used);
            Ok(signature)
        });
        match signed {
            Ok(certificate) => {
                record.fingerprint = Some(Fingerprint::of(certificate.der()));
                Ok(Signed {
                    id,
                    record,
                    authority: signer.authority,
                    certificate,
                    receipt,
                })
            }
            Err(report) => Err(Unsigned {
                report: Box::new(report),
                receipt,
            }),
        }
    }
}

/// No certificate came of it. Where there is a receipt the key was used all the same, so that the
/// intent must stay open.
pub(crate) struct Unsigned {
    pub(crate) report: Box<Report>,
    pub(crate) receipt: Option<Receipt>,
}

/// Signed and checked; to be recorded with the receipt of the key's use.
pub(crate) struct Signed {
    pub(crate) id: CertificateId,
    pub(crate) record: CertificateRecord,
    pub(crate) authority: AuthorityId,
    pub(crate) certificate: SignedCertificate,
    receipt: Option<Receipt>,
}

impl Signed {
    /// The rows, and the receipts that go with them into the same change.
    pub(crate) fn rows(self) -> (Vec<Put>, Vec<Receipt>) {
        let puts = put_signed(self.id, &self.record, self.certificate.into_der());
        (puts.into(), self.receipt.into_iter().collect())
    }

    /// The intent is still open: nobody has closed it while the key was at work.
    pub(crate) fn guard(&self) -> Guard {
        let id = self.id;
        Box::new(move |now| match is_intent(now, id)? {
            true => Ok(()),
            false => Err(AuthorityError::SignatureLost.into()),
        })
    }
}
