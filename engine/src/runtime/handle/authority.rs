//! Authorities: made here, requested from elsewhere, installed, granted, exported.

use std::sync::Arc;

use super::hierarchy::known;
use super::{Decided, Decision, issuing};
use crate::api::{
    AuthorityCommand, AuthorityFact, AuthorityId, CertificateId, CertificateKey, Consent, Duty,
    Fact, Given as GivenBy, Grant, KeyId, KeyUse, NewAuthority, NewAuthorityRequest, Publication,
    Report, Resource, Secret,
};
use crate::authority::{
    AuthorityError, Confirmation, Given, Installation, Issuer, Loaded, NewKey, Permission, Plan,
    Prepared, Source, install, name_is_free, name_of, new_rows, plan, prepare, prepare_root,
    waiting,
};
use crate::base::Receipt;
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::authority::{self as rows, AuthorityRecord};
use crate::store::certificate::{CertificateRecord, ELSEWHERE, put_chain, put_imported};
use crate::store::{Put, Refused, Rows, Snapshot};
use crate::vault::Class;
use crate::x509::{Draft, SignatureAlgorithm, read_publication};

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: AuthorityCommand,
) -> Result<Decided, Report> {
    let decision = match command {
        AuthorityCommand::Configure { id, publication } => configure(context, id, *publication),
        AuthorityCommand::Create(new) => create(context, act, new).await,
        AuthorityCommand::EndGrant { id } => end_grant(context, act, id).await,
        AuthorityCommand::Export {
            id,
            folder,
            form,
            password,
        } => super::export::authority(context, act, id, (folder, form), password).await,
        AuthorityCommand::Grant { id, grant, consent } => {
            grant_use(context, id, grant, consent).await
        }
        AuthorityCommand::Install { id, certificates } => {
            complete(context, act, id, certificates).await
        }
        AuthorityCommand::Request(new) => request(context, act, new).await,
    };
    decision.map(Decided::from)
}

/// Plan, rehearsal, key, intent, signature, record: nothing is made before the wish is known to be
/// good.
async fn create(context: &Context, act: &Act, new: NewAuthority) -> Result<Decision, Report> {
    super::audit::require_whole(context)?;
    let store = context.snapshot()?;
    let plan = plan(
        (&new.name, new.subject.as_deref()),
        (new.key_type, new.days, new.path_len),
        (&new.reach, new.grant.clone()),
        new.parent.is_none(),
    )?;
    name_is_free(&store, &plan.name)?;
    profiles_known(context, &store, plan.grant.as_ref())?;
    let parent = new
        .parent
        .map(|id| context.issuers.get(&store, id))
        .transpose()?;
    let passphrase = Arc::new(new.consent.passphrase);
    let permission = match &parent {
        Some(parent) => {
            let consent = Some((Arc::clone(&passphrase), confirmation(new.consent.given)));
            let profile = intermediate()?;
            Permission::for_use(parent, &profile, act.at, consent)?
        }
        // Its own key, made for this one name a moment ago: naming it again proves no more.
        None => Permission::Attended(Arc::clone(&passphrase)),
    };
    let id = AuthorityId::from_raw(context.new_id());
    let ids = (id, CertificateId::from_raw(context.new_id()));
    rehearse(&plan, parent.as_deref(), &permission, ids, act)?;
    let key = new_key(context, plan.key_type, &passphrase).await?;
    if plan.grant.is_some() {
        seal_for_everyday(context, key.id, &passphrase).await?;
    }
    let prepared = draw(&plan, parent.as_deref(), &permission, ids, &key, act)?;
    let signed = issuing::sign(context, act, prepared, Arc::new(permission)).await?;
    let made = (signed.id, &signed.certificate);
    let mut puts = new_rows(id, &plan, parent.as_deref(), &key, made, act.at)?;
    puts.extend(key.rows(&key_name(&plan.name), KeyUse::Authority(id), act.at));
    puts.extend(grant_end(id, plan.grant.as_ref()));
    let details = format!(
        "{}, {}",
        custody_words(plan.grant.as_ref()),
        plan.key_type.title()
    );
    let (signed_guard, name) = (signed.guard(), plan.name.clone());
    let (signed_puts, receipts) = signed.rows();
    puts.extend(signed_puts);
    Ok(Decision {
        guard: Box::new(move |now| {
            signed_guard(now)?;
            name_is_free(now, &name).map_err(Refused)
        }),
        puts,
        receipts,
        resource: Resource::of("authority", id),
        details,
        ..Decision::of(Fact::Authority(AuthorityFact::Created { id }))
    })
}

/// What would be refused is refused before a key is made for it.
fn rehearse(
    plan: &Plan,
    parent: Option<&Issuer>,
    permission: &Permission,
    ids: (AuthorityId, CertificateId),
    act: &Act,
) -> Result<(), Report> {
    let key = NewKey {
        id: KeyId::from_raw(0),
        public: crate::x509::trial_key(plan.key_type)?,
        key_type: plan.key_type,
    };
    draw(plan, parent, permission, ids, &key, act).map(drop)
}

fn draw(
    plan: &Plan,
    parent: Option<&Issuer>,
    permission: &Permission,
    (authority, id): (AuthorityId, CertificateId),
    key: &NewKey,
    act: &Act,
) -> Result<Prepared, Report> {
    let (wish, serial) = (plan.wish(key.public.clone()), issuing::draw_serial()?);
    match parent {
        Some(issuer) => {
            let given = Given {
                issuer,
                profile: &intermediate()?,
                barred: None,
                source: Source {
                    key: CertificateKey::Vault(key.id),
                    request: None,
                },
                unattended: matches!(permission, Permission::Unattended),
                now: act.at,
            };
            prepare(&given, wish, serial, id)
        }
        None => {
            let algorithm = SignatureAlgorithm::of(plan.key_type);
            let profile = root()?;
            let draft = Draft::self_signed(profile.shared(), wish, algorithm, serial, act.at)?;
            prepare_root((authority, key.id), (&profile, draft), (id, act.at))
        }
    }
}

async fn new_key(
    context: &Context,
    key_type: crate::api::KeyType,
    passphrase: &Arc<Secret<String>>,
) -> Result<NewKey, Report> {
    let (id, vault) = (
        KeyId::from_raw(context.new_id()),
        Arc::clone(&context.vault),
    );
    let passphrase = Arc::clone(passphrase);
    let make = move || NewKey::make(&vault, (id, Class::Authority), key_type, Some(&passphrase));
    context.compute.run(make).await?
}

async fn seal_for_everyday(
    context: &Context,
    key: KeyId,
    passphrase: &Arc<Secret<String>>,
) -> Result<(), Report> {
    let (vault, passphrase) = (Arc::clone(&context.vault), Arc::clone(passphrase));
    let granted = context
        .compute
        .run(move || vault.grant(key, &passphrase))
        .await?;
    Ok(granted?)
}

fn key_name(authority: &str) -> String {
    format!("authority {authority}")
}

/// The end of a grant is durable with the grant itself.
fn grant_end(id: AuthorityId, grant: Option<&Grant>) -> Option<Put> {
    let end = grant.and_then(|grant| grant.until)?;
    Some(Put::due(end, id.to_raw(), &Duty::EndGrant(id)))
}

fn custody_words(grant: Option<&Grant>) -> String {
    match grant {
        None => "key attended".to_owned(),
        Some(Grant { until: None, .. }) => "key unattended without end, CRLs included".to_owned(),
        Some(Grant {
            until: Some(end), ..
        }) => format!("key unattended until {end}, CRLs included"),
    }
}

pub(super) fn confirmation(given: GivenBy) -> Confirmation {
    match given {
        GivenBy::Confirmed(name) => Confirmation::Named(name),
        GivenBy::File => Confirmation::None,
        GivenBy::Typed => Confirmation::Typed,
    }
}

async fn request(
    context: &Context,
    act: &Act,
    new: NewAuthorityRequest,
) -> Result<Decision, Report> {
    let plan = plan(
        (&new.name, new.subject.as_deref()),
        (new.key_type, None, new.path_len),
        (&new.reach, new.grant.clone()),
        false,
    )?;
    name_is_free(&context.snapshot()?, &plan.name)?;
    let passphrase = Arc::new(new.consent.passphrase);
    let key = new_key(context, plan.key_type, &passphrase).await?;
    if plan.grant.is_some() {
        seal_for_everyday(context, key.id, &passphrase).await?;
    }
    let vault = Arc::clone(&context.vault);
    let (key, plan, der, receipt) = context
        .compute
        .run(
            move || -> Result<(NewKey, Plan, Vec<u8>, Option<Receipt>), Report> {
                let (der, receipt) = key.request(&vault, &plan, &passphrase)?;
                Ok((key, plan, der, receipt))
            },
        )
        .await??;
    let id = AuthorityId::from_raw(context.new_id());
    let mut puts = Vec::from(rows::put(id, &waiting(&plan, None, &key, act.at)));
    puts.push(rows::put_request(id, der));
    puts.extend(key.rows(&key_name(&plan.name), KeyUse::Authority(id), act.at));
    puts.extend(grant_end(id, plan.grant.as_ref()));
    Ok(Decision {
        guard: Box::new(move |now| name_is_free(now, &plan.name).map_err(Refused)),
        puts,
        receipts: receipt.into_iter().collect(),
        resource: Resource::of("authority", id),
        ..Decision::of(Fact::Authority(AuthorityFact::Requested { id }))
    })
}

async fn complete(
    context: &Context,
    act: &Act,
    id: AuthorityId,
    certificates: Vec<u8>,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let record = known(&store, id)?;
    let waiting = record
        .installed
        .is_none()
        .then(|| rows::request_der(&store, id))
        .transpose()?;
    let request = waiting
        .flatten()
        .ok_or_else(|| AuthorityError::NotRequested {
            name: record.name.clone(),
        })?;
    let certificate_id = CertificateId::from_raw(context.new_id());
    let here = authorities_here(&store)?;
    let Installation {
        record,
        certificate,
        above,
    } = install(
        record,
        &request,
        &certificates,
        |above| {
            here.iter()
                .find(|(_, der)| der == above.der())
                .map(|(id, _)| *id)
        },
        (certificate_id, act.at),
    )?;
    let issuer = record.parent.unwrap_or(ELSEWHERE);
    let row = foreign_row(&record, &certificate, issuer, act)?;
    // Where the parent is here too, its certificate is in the inventory already.
    let signed_here = store.holder_of_serial(issuer, &row.serial)?;
    let mut puts = Vec::from(rows::put(id, &record));
    puts.push(rows::put_der(id, certificate.der().to_vec()));
    puts.push(rows::request_gone(id));
    if signed_here.is_none() {
        let der = certificate.der().to_vec();
        puts.extend(put_imported(certificate_id, &row, der, true));
        puts.extend((!row.is_issued_here()).then(|| put_chain(certificate_id, &above)));
    }
    let name = record.name;
    Ok(Decision {
        guard: Box::new(move |now| match rows::request_der(now, id)? {
            Some(_) => Ok(()),
            None => Err(AuthorityError::NotRequested { name }.into()),
        }),
        puts,
        details: format!("serial {}", row.serial),
        ..Decision::of(Fact::Authority(AuthorityFact::Installed { id }))
    })
}

fn authorities_here(store: &Snapshot) -> Result<Vec<(AuthorityId, Vec<u8>)>, Report> {
    let mut found = Vec::new();
    for (id, _) in store.authorities()? {
        found.extend(rows::der(store, id)?.map(|der| (id, der)));
    }
    Ok(found)
}

/// The inventory shows the authority's own certificate like any other.
fn foreign_row(
    record: &AuthorityRecord,
    certificate: &crate::x509::Certificate,
    issuer: AuthorityId,
    act: &Act,
) -> Result<CertificateRecord, Report> {
    Ok(CertificateRecord {
        name: name_of(certificate.subject(), &[]),
        identifiers: Vec::new(),
        issuer,
        profile: intermediate()?.name.clone(),
        serial: certificate.serial().clone(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        key: record
            .key
            .map_or(CertificateKey::Endpoint, CertificateKey::Vault),
        key_title: certificate.public_key().title(),
        request: None,
        issued: act.at,
        fingerprint: Some(certificate.fingerprint()),
        elsewhere: (issuer == ELSEWHERE).then(|| certificate.issuer().to_string()),
    })
}

async fn grant_use(
    context: &Context,
    id: AuthorityId,
    grant: Grant,
    consent: Consent,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let record = known(&store, id)?;
    profiles_known(context, &store, Some(&grant))?;
    let passphrase = Arc::new(consent.passphrase);
    confirmation(consent.given).names(id, &record.name)?;
    seal_for_everyday(context, key_of(&record)?, &passphrase).await?;
    let details = custody_words(Some(&grant));
    let mut puts = ends_done(&store, id)?;
    puts.extend(grant_end(id, Some(&grant)));
    let record = AuthorityRecord {
        grant: Some(grant),
        ..record
    };
    puts.extend(rows::put(id, &record));
    Ok(Decision {
        puts,
        details,
        ..Decision::of(Fact::Authority(AuthorityFact::Granted { id }))
    })
}

/// The key that signs as it, where that is in the vault.
fn key_of(record: &AuthorityRecord) -> Result<KeyId, AuthorityError> {
    record.key.ok_or_else(|| AuthorityError::Keyless {
        name: record.name.clone(),
    })
}

/// The ends of earlier grants of this authority are no longer due.
fn ends_done(store: &Snapshot, id: AuthorityId) -> Result<Vec<Put>, Report> {
    let duties = store.due()?.into_iter();
    Ok(duties
        .filter(|(.., duty)| *duty == Duty::EndGrant(id))
        .map(|(at, filed, _)| Put::due_done(at, filed))
        .collect())
}

/// By a person, or by the scheduler when the grant says so.
async fn end_grant(context: &Context, act: &Act, id: AuthorityId) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let record = known(&store, id)?;
    let mut puts = ends_done(&store, id)?;
    let ended = record.grant.as_ref().and_then(|grant| grant.until);
    let still_runs = ended.is_none_or(|end| act.at < end);
    if matches!(act.actor, crate::api::Actor::Scheduler) && still_runs {
        // A newer grant has taken its place: only the old duty is done.
        return Ok(Decision {
            puts,
            details: "nothing ended: a newer grant has taken its place".to_owned(),
            ..Decision::of(Fact::Authority(AuthorityFact::Granted { id }))
        });
    }
    let (vault, key) = (Arc::clone(&context.vault), key_of(&record)?);
    // Where the vault is locked the copy goes at the next unlock; without the grant nothing uses it.
    let taken = context.compute.run(move || vault.end_grant(key)).await?;
    let details = match taken {
        Ok(()) => String::new(),
        Err(error) => format!("the copy of the key stays for now: {error}"),
    };
    puts.extend(rows::put(
        id,
        &AuthorityRecord {
            grant: None,
            ..record
        },
    ));
    Ok(Decision {
        puts,
        details,
        ..Decision::of(Fact::Authority(AuthorityFact::GrantEnded { id }))
    })
}

fn intermediate() -> Result<Loaded, Report> {
    built_in("intermediate")
}

fn root() -> Result<Loaded, Report> {
    built_in("root")
}

fn built_in(name: &str) -> Result<Loaded, Report> {
    let found = name.parse().ok().and_then(|name| Loaded::built_in(&name));
    found.ok_or_else(|| Report::bug(format!("the built-in profile {name} is missing")))
}

/// What it writes into certificates from now on. Those it has issued stay as they are.
fn configure(
    context: &Context,
    id: AuthorityId,
    publication: Publication,
) -> Result<Decision, Report> {
    let record = known(&context.snapshot()?, id)?;
    read_publication(&publication)?;
    let record = AuthorityRecord {
        publication,
        ..record
    };
    Ok(Decision {
        puts: rows::put(id, &record).into(),
        ..Decision::of(Fact::Authority(AuthorityFact::Configured { id }))
    })
}

/// A grant names only profiles that there are: one made later under the same name is not meant.
fn profiles_known(
    context: &Context,
    store: &Snapshot,
    grant: Option<&Grant>,
) -> Result<(), Report> {
    for name in grant.iter().flat_map(|grant| &grant.profiles) {
        context.profiles.get(store, name)?;
    }
    Ok(())
}
