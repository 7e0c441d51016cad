//! Taking over what other programs have made: planned for a person to see, then carried out.

use std::sync::Arc;

use super::{Answer, Decided, Decision, Sight};
use crate::api::{
    Fact, ImportCommand, ImportDone, ImportFact, ImportPreview, ImportSource, KeyId, PreviewImport,
    Report, Secret, Timestamp, VaultState,
};
use crate::authority::import::{Found, Plan, collect, plan, read};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::Snapshot;
use crate::vault::{HeldKey, Incoming, Vault, VaultError};
use crate::x509::Reading;

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: ImportCommand,
) -> Result<Decided, Report> {
    match command {
        ImportCommand::Take { source, passphrase } => take(context, act, source, passphrase).await,
    }
}

/// Keys go into the vault first, everything else into the store in one change (rule 13). Where that
/// fails, the same import finds the keys again and goes on.
async fn take(
    context: &Context,
    act: &Act,
    source: ImportSource,
    passphrase: Option<Secret<String>>,
) -> Result<Decided, Report> {
    let path = source.path.clone();
    let material = context.files.run(move || collect(&path)).await??;
    let (store, now) = (context.snapshot()?, act.at);
    let held = held(&context.vault)?;
    let (mint, clock) = (Arc::clone(&context.mint), Arc::clone(&context.clock));
    let planned = context.compute.run(move || -> Result<_, Report> {
        let found = read(material, reading(&source))?;
        found.require_open()?;
        let mut mint = || mint.next(clock.now());
        let plan = plan(
            &store,
            &found,
            held,
            (source.name.as_deref(), now),
            &mut mint,
        )?;
        Ok((found, plan))
    });
    let (found, Plan { steps, .. }) = planned.await??;
    let vault = Arc::clone(&context.vault);
    let ids: Vec<KeyId> = steps
        .keys()
        .map(|_| KeyId::from_raw(context.new_id()))
        .collect();
    let take = move || -> Result<_, Report> {
        let keys = incoming(&found, &steps, &ids);
        let ids = match keys.is_empty() {
            true => ids,
            false => vault.import_keys(&keys, passphrase.as_ref())?,
        };
        // Whoever gave the grant is not known here any more: these keys are attended.
        for id in steps.named_again() {
            vault.end_grant(id)?;
        }
        Ok((steps, ids))
    };
    let (steps, ids) = context.compute.run(take).await??;
    let tally = steps.tally();
    let done = ImportDone {
        authorities: steps.authorities(),
        certificates: count(tally.certificates),
        keys: count(tally.keys),
        revoked: count(tally.revoked),
        rows: steps.rows.clone(),
    };
    let details = format!(
        "{} authorities, {} certificates, {} keys, {} revoked",
        done.authorities.len(),
        done.certificates,
        done.keys,
        done.revoked
    );
    Ok(Decision {
        guard: steps.guard(),
        puts: steps.puts(&ids, act.at),
        details,
        ..Decision::of(Fact::Import(ImportFact::Taken(done)))
    }
    .into())
}

fn incoming<'a>(
    found: &'a Found,
    steps: &crate::authority::import::Steps,
    ids: &[KeyId],
) -> Vec<Incoming<'a>> {
    let planned = steps.keys().zip(ids);
    planned
        .filter_map(|((at, class), id)| {
            let (id, key) = (*id, found.key(at)?);
            Some(Incoming { id, class, key })
        })
        .collect()
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

fn reading(source: &ImportSource) -> Reading<'_> {
    Reading {
        password: source.password.as_ref().map(|password| password.secret()),
        unauthenticated: source.unauthenticated,
    }
}

impl Answer for PreviewImport {
    fn answer(&self, sight: &Sight<'_>) -> Result<ImportPreview, Report> {
        let vault = &sight.context.vault;
        let planned = preview(&sight.store, held(vault)?, &self.0, sight.now)?;
        let is_locked = sight.context.vault_state()? == VaultState::Locked;
        Ok(ImportPreview {
            vault_may_hold_keys: is_locked && planned.lacks_keys,
            keys: count(planned.steps.tally().keys),
            needs_passphrase: planned.steps.needs_passphrase(),
            needs_password: planned.needs_password,
            rows: planned.steps.rows,
        })
    }
}

/// With ids that nothing will bear.
fn preview(
    store: &Snapshot,
    held: Vec<HeldKey>,
    source: &ImportSource,
    now: Timestamp,
) -> Result<Plan, Report> {
    let found = read(collect(&source.path)?, reading(source))?;
    let mut ids = 0;
    let mut mint = || {
        ids += 1;
        ids
    };
    plan(
        store,
        &found,
        held,
        (source.name.as_deref(), now),
        &mut mint,
    )
}

/// Nothing where the vault is locked, or there is none.
fn held(vault: &Vault) -> Result<Vec<HeldKey>, Report> {
    match vault.held_keys() {
        Err(VaultError::Locked | VaultError::Absent) => Ok(Vec::new()),
        held => Ok(held?),
    }
}
