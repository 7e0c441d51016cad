//! Revocation: certificates are revoked, held and released here, and the lists of them signed.

mod list;
mod preview;
mod select;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::authority::confirmation;
use super::hierarchy::known;
use super::{Decided, Decision, audit};
use crate::api::{
    AuthorityId, CertificateId, Consent, CrlPlace, Fact, Fingerprint, Report, Resource, Revocation,
    RevocationCommand, RevocationFact, Selection, Timestamp,
};
use crate::authority::export::{Content, ExportError, Sheet, file_name, write};
use crate::authority::{
    CrlWish, Hierarchy, Permission, PreparedCrl, RevocationError, Sentence, SignedCrl, Target,
    Unsigned, Verdict, newest_crl, prepare_crl, release, revoke,
};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::audit::Entry;
use crate::store::{Change, Snapshot};
use crate::x509::pem;

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: RevocationCommand,
) -> Result<Decided, Report> {
    let decision = match command {
        RevocationCommand::CreateCrl {
            authority,
            days,
            despite_clock,
            consent,
        } => create_crl(context, act, authority, (days, despite_clock), consent).await,
        RevocationCommand::ExportCrl {
            authority,
            place,
            der,
        } => export_crl(context, authority, place, der).await,
        RevocationCommand::Release { certificates } => take_back(context, act, certificates).await,
        RevocationCommand::Revoke {
            what,
            reason,
            invalid_since,
        } => {
            let revocation = Revocation {
                reason,
                at: act.at,
                invalid_since,
            };
            revoke_all(context, act, what, revocation).await
        }
    };
    decision.map(Decided::from)
}

async fn revoke_all(
    context: &Context,
    act: &Act,
    what: Selection,
    revocation: Revocation,
) -> Result<Decision, Report> {
    a_person_unlocked(context)?;
    if let Some(since) = revocation.invalid_since.filter(|since| act.at < *since) {
        return Err(RevocationError::InvalidInFuture(since).into());
    }
    let (store, at) = (context.snapshot()?, act.at);
    let judged = move || judge(&store, &what, revocation, at);
    let (sentence, unchanged) = context.compute.run(judged).await??;
    let fact = RevocationFact::Revoked {
        reason: revocation.reason,
        certificates: sentence.words.len() as u64,
        unchanged,
        barred_keys: sentence.barred,
    };
    Ok(carried_out(act, sentence, fact))
}

/// Those that are meant exactly are all revoked, or none: a person or a script that names one that
/// cannot be is mistaken about it.
fn judge(
    store: &Snapshot,
    what: &Selection,
    revocation: Revocation,
    now: Timestamp,
) -> Result<(Sentence, u64), Report> {
    let hierarchy = Hierarchy::read(store)?;
    let targets = select::targets(store, &hierarchy, what, now)?;
    let exact = matches!(what, Selection::Certificates(_) | Selection::Serials { .. });
    let keys: &[Fingerprint] = match what {
        Selection::Key(key) if revocation.reason.is_compromise() => &[*key],
        _ => &[],
    };
    let (mut changing, mut unchanged, mut why) = (Vec::new(), 0, None);
    for target in targets {
        match select::judge(&hierarchy, what, &target, revocation.reason, now) {
            verdict if verdict.changes() => changing.push(target),
            Verdict::Refused(refused) if exact => return Err(refused.into()),
            verdict => {
                unchanged += 1;
                why = why.or(refusal(target.name, verdict));
            }
        }
    }
    if changing.is_empty() && keys.is_empty() {
        return Err(why.unwrap_or(RevocationError::Nothing).into());
    }
    Ok((revoke(store, changing, revocation, keys)?, unchanged))
}

/// Why nothing changes, told where nothing else does.
fn refusal(name: String, verdict: Verdict) -> Option<RevocationError> {
    match verdict {
        Verdict::Already(old) => Some(RevocationError::Already(name, old)),
        Verdict::Expired => Some(RevocationError::Expired(name)),
        Verdict::LeftOut => Some(RevocationError::LeftOut(name)),
        Verdict::Refused(refused) => Some(refused),
        Verdict::Changes(_) | Verdict::WillBeRevoked => None,
    }
}

async fn take_back(
    context: &Context,
    act: &Act,
    certificates: Vec<CertificateId>,
) -> Result<Decision, Report> {
    a_person_unlocked(context)?;
    let (store, at) = (context.snapshot()?, act.at);
    let what = Selection::Certificates(certificates);
    let targets = move || -> Result<Vec<Target>, Report> {
        let hierarchy = Hierarchy::read(&store)?;
        select::targets(&store, &hierarchy, &what, at)
    };
    let targets = context.compute.run(targets).await??;
    let sentence = release(targets)?;
    let certificates = sentence.words.len() as u64;
    Ok(carried_out(
        act,
        sentence,
        RevocationFact::Released { certificates },
    ))
}

/// No key is used, but what it does to those who rely on a certificate cannot be undone: it takes
/// who can open the vault.
fn a_person_unlocked(context: &Context) -> Result<(), Report> {
    Ok(context.vault.key_ids().map(drop)?)
}

/// One change for all, with an entry in the audit for each.
fn carried_out(act: &Act, sentence: Sentence, fact: RevocationFact) -> Decision {
    let entry = |(target, words): &(Target, String)| -> Entry {
        act.done(resource(target), &format!("{}, {words}", target.name))
    };
    let (details, resource, more) = match &sentence.words[..] {
        [only] => (
            format!("{}, {}", only.0.name, only.1),
            resource(&only.0),
            Vec::new(),
        ),
        all => (
            format!("{} in all", all.len()),
            None,
            all.iter().map(entry).collect(),
        ),
    };
    Decision {
        guard: sentence.guard,
        puts: sentence.puts,
        resource,
        details,
        more,
        ..Decision::of(Fact::Revocation(fact))
    }
}

fn resource(target: &Target) -> Option<Resource> {
    match target.certificate {
        Some(id) => Resource::of("certificate", id),
        None => Resource::of("serial", format!("{} of {}", target.serial, target.issuer)),
    }
}

/// The number is spent and recorded before the key signs; the list is read again and verified
/// before it takes the place of the one before.
async fn create_crl(
    context: &Context,
    act: &Act,
    authority: AuthorityId,
    (days, despite_clock): (Option<u16>, bool),
    consent: Option<Consent>,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let issuer = context.issuers.get(&store, authority)?;
    let consent = consent.map(|it| (Arc::new(it.passphrase), confirmation(it.given)));
    let permission = Permission::for_crl(&issuer, act.at, consent)?;
    let wish = CrlWish {
        days,
        despite_clock,
        unattended: matches!(permission, Permission::Unattended),
        now: act.at,
    };
    let prepared = context
        .compute
        .run(move || prepare_crl(&store, issuer, wish))
        .await??;
    let signed = sign_crl(context, act, prepared, permission).await?;
    let newest = &signed.newest;
    let fact = RevocationFact::CrlCreated {
        authority,
        number: newest.number.clone(),
        entries: newest.entries,
        next_update: newest.next_update,
    };
    let details = format!(
        "number {}, {} entries, SHA-256 {}",
        newest.number, newest.entries, newest.fingerprint
    );
    let guard = signed.guard();
    let (puts, receipts) = signed.rows();
    Ok(Decision {
        guard,
        puts,
        receipts,
        details,
        ..Decision::of(Fact::Revocation(fact))
    })
}

async fn sign_crl(
    context: &Context,
    act: &Act,
    prepared: PreparedCrl,
    permission: Permission,
) -> Result<SignedCrl, Report> {
    audit::require_whole(context)?;
    context.running.past_return(act.cause).await;
    let intent = Change {
        guard: prepared.guard(),
        ..Change::of(
            vec![prepared.intent()],
            vec![act.intent(None, &prepared.words())],
        )
    };
    let committed = context.store.commit(intent).await;
    if committed.is_err() {
        // The guard may have seen an authority that has changed since we read it.
        context.issuers.forget(context.snapshot()?.at());
    }
    committed?;
    let (vault, clock) = (Arc::clone(&context.vault), Arc::clone(&context.clock));
    let signed = context
        .compute
        .run(move || prepared.sign(&vault, &permission, clock.now()))
        .await?;
    match signed {
        Ok(signed) => Ok(signed),
        Err(Unsigned { report, receipt }) => {
            if let Some(receipt) = receipt {
                let used = Change {
                    receipts: vec![receipt],
                    ..Change::of(Vec::new(), vec![act.failed(&report)])
                };
                // What went wrong with the list is the news; the intent tells of the use, too.
                context.store.commit(used).await.ok();
            }
            Err(*report)
        }
    }
}

async fn export_crl(
    context: &Context,
    authority: AuthorityId,
    place: CrlPlace,
    der: bool,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let name = known(&store, authority)?.name;
    let (folder, name) = split(place, &name, der)?;
    let files = context
        .files
        .run(move || -> Result<Vec<PathBuf>, Report> {
            let list = newest_crl(&store, authority)?;
            let bytes = match der {
                true => list.into_der(),
                false => pem::encode(pem::CRL, list.der()).into_bytes(),
            };
            let sheet = Sheet {
                path: name,
                content: Content::Plain(bytes),
            };
            Ok(write(&folder, &[sheet])?)
        })
        .await??;
    let file = files.into_iter().next().unwrap_or_default();
    Ok(Decision::of(Fact::Revocation(
        RevocationFact::CrlExported { authority, file },
    )))
}

/// Folder and file. `.crl` is DER, as it is fetched (RFC 2585, 4.1).
fn split(place: CrlPlace, authority: &str, der: bool) -> Result<(PathBuf, PathBuf), Report> {
    match place {
        CrlPlace::Folder(folder) => {
            let end = if der { "crl" } else { "crl.pem" };
            Ok((folder, format!("{}.{end}", file_name(authority)).into()))
        }
        CrlPlace::File(file) => {
            let name = file.file_name().map(OsStr::to_owned).ok_or_else(|| {
                let no_file = std::io::Error::from(std::io::ErrorKind::InvalidFilename);
                ExportError::at(&file, no_file)
            })?;
            let folder = file.parent().filter(|folder| *folder != Path::new(""));
            let folder = folder.unwrap_or(Path::new("."));
            Ok((folder.to_owned(), name.into()))
        }
    }
}
