//! The slots that open the vault: added, taken away, and everything re-keyed with them.

use std::sync::Arc;

use super::{Decided, Decision, audit};
use crate::api::{Fact, KeyUse, Report, Secret, SlotId, SlotKind, SlotOutcome, SlotRow, VaultFact};
use crate::runtime::context::Context;
use crate::runtime::pool::Pool;
use crate::vault::{self, Vault, VaultError};

pub(super) async fn add_os_store(
    context: &Context,
    passphrase: Secret<String>,
    label: String,
    presence: bool,
) -> Result<Decided, Report> {
    let add = move |vault: &Vault| vault.add_os_store(&passphrase, &label, presence);
    let id = run(context, &context.files, add).await?;
    Ok(added(id, SlotKind::OsStore))
}

pub(super) async fn add_recovery(
    context: &Context,
    passphrase: Secret<String>,
    code: Secret<String>,
) -> Result<Decided, Report> {
    let add = move |vault: &Vault| vault.add_recovery(&passphrase, &code);
    let id = run(context, &context.compute, add).await?;
    Ok(added(id, SlotKind::Recovery))
}

pub(super) async fn remove(
    context: &Context,
    id: SlotId,
    passphrase: Secret<String>,
) -> Result<Decided, Report> {
    let remove = move |vault: &Vault| vault.remove_slot(id, &passphrase);
    let remarks = run(context, pool(context)?, remove).await?;
    Ok(rekeyed(remarks, |remarks| VaultFact::SlotRemoved {
        id,
        remarks,
    }))
}

pub(super) async fn change_passphrase(
    context: &Context,
    old: Secret<String>,
    new: Secret<String>,
) -> Result<Decided, Report> {
    let change = move |vault: &Vault| vault.change_passphrase(&old, &new);
    let remarks = run(context, pool(context)?, change).await?;
    Ok(rekeyed(remarks, |remarks| VaultFact::PassphraseChanged {
        remarks,
    }))
}

pub(super) async fn recover(
    context: &Context,
    code: Secret<String>,
    new: Secret<String>,
) -> Result<Decided, Report> {
    let recover = move |vault: &Vault| vault.recover(&code, &new);
    let store = context.snapshot()?;
    // Once its certificates have come, its keys are named again.
    let mut keys = store.keys()?.into_iter();
    let names_keys = keys.any(|(_, key)| key.used_for != KeyUse::Audit);
    let is_begun_anew = !names_keys && audit::is_begun_anew(&store)?;
    drop(store);
    let (mut remarks, slot) = run(context, pool(context)?, recover).await?;
    if is_begun_anew {
        remarks.push(WITHOUT_STORE.to_owned());
    }
    Ok(rekeyed(remarks, |remarks| VaultFact::Recovered {
        remarks,
        slot,
    }))
}

/// A vault that came without the rest of its data folder.
const WITHOUT_STORE: &str = "the store of this vault is not beside it: the keys are here, each to be \
                             joined again with its certificate by import, while certificates, \
                             revocations, settings and audit come back only with a copy of the store or a backup";

/// Where an act goes that touches every slot: one of the operating system's store may wait for a
/// prompt, and no signature waits behind it.
pub(super) fn pool(context: &Context) -> Result<&Pool, Report> {
    let slots = context.vault.overview()?.map(|overview| overview.slots);
    let mut kinds = slots.iter().flatten().map(|slot| slot.kind);
    Ok(match kinds.any(|kind| kind == vault::SlotKind::OsStore) {
        true => &context.files,
        false => &context.compute,
    })
}

pub(super) async fn run<T: Send + 'static>(
    context: &Context,
    pool: &Pool,
    act: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
) -> Result<T, Report> {
    let vault = Arc::clone(&context.vault);
    Ok(pool.run(move || act(&vault)).await??)
}

pub(super) fn row(slot: &vault::SlotRow) -> SlotRow {
    SlotRow {
        id: slot.id,
        kind: kind(slot.kind),
        label: slot.label.clone(),
        created: slot.created,
        opens_authorities: slot.kind.opens_authorities(),
    }
}

pub(super) fn kind(kind: vault::SlotKind) -> SlotKind {
    match kind {
        vault::SlotKind::OsStore => SlotKind::OsStore,
        vault::SlotKind::Passphrase => SlotKind::Passphrase,
        vault::SlotKind::Recovery => SlotKind::Recovery,
        vault::SlotKind::Unknown(_) => SlotKind::Unknown,
    }
}

pub(super) fn outcome(outcome: vault::SlotOutcome) -> SlotOutcome {
    match outcome {
        vault::SlotOutcome::Fails(error) => SlotOutcome::Fails(error.into()),
        vault::SlotOutcome::NotTried => SlotOutcome::NotTried,
        vault::SlotOutcome::Opens => SlotOutcome::Opens,
    }
}

fn added(id: SlotId, kind: SlotKind) -> Decided {
    Decision {
        details: format!("{id}, {kind}"),
        ..Decision::of(Fact::Vault(VaultFact::SlotAdded { id, kind }))
    }
    .into()
}

fn rekeyed(remarks: Vec<String>, fact: impl FnOnce(Vec<String>) -> VaultFact) -> Decided {
    Decision {
        details: remarks.join("; "),
        ..Decision::of(Fact::Vault(fact(remarks)))
    }
    .into()
}
