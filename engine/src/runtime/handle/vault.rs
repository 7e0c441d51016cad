//! The vault: made, unlocked, locked, re-keyed, checked.

use std::sync::Arc;

use super::{Answer, Decided, Decision, Sight, audit, slot};
use crate::api::{
    Fact, KeyId, Opener, Report, Secret, SlotCheck, SlotId, VaultCommand, VaultFact, VaultState,
    VaultStatus, VaultStatusQuestion,
};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::vault::{self, Vault};

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: VaultCommand,
) -> Result<Decided, Report> {
    match command {
        VaultCommand::AddOsStoreSlot {
            passphrase,
            label,
            presence,
        } => slot::add_os_store(context, passphrase, label, presence).await,
        VaultCommand::AddRecoverySlot { passphrase, code } => {
            slot::add_recovery(context, passphrase, code).await
        }
        VaultCommand::ChangePassphrase { old, new } => {
            slot::change_passphrase(context, old, new).await
        }
        VaultCommand::Check { passphrase, code } => check(context, passphrase, code).await,
        VaultCommand::Create {
            passphrase,
            recovery,
        } => create(context, act, passphrase, recovery).await,
        VaultCommand::Lock => lock(context, act).await,
        VaultCommand::Recover { code, new } => slot::recover(context, code, new).await,
        VaultCommand::RemoveSlot { id, passphrase } => slot::remove(context, id, passphrase).await,
        VaultCommand::Unlock { with, accept_older } => {
            unlock(context, act, with, accept_older).await
        }
    }
}

async fn create(
    context: &Context,
    act: &Act,
    passphrase: Secret<String>,
    recovery: Option<Secret<String>>,
) -> Result<Decided, Report> {
    let kdf = context.kdf;
    let create = move |vault: &Vault| vault.create(&passphrase, recovery.as_ref(), kdf);
    let made = slot::run(context, &context.compute, create).await?;
    let mut decision = audit::new_key(context, act).await?;
    let id = made.to_string();
    decision.details = format!("vault {id}");
    decision.fact = Fact::Vault(VaultFact::Created { id });
    Ok(decision.into())
}

async fn unlock(
    context: &Context,
    act: &Act,
    with: Opener,
    accept_older: bool,
) -> Result<Decided, Report> {
    context.running.past_return(act.cause).await;
    let pool = match &with {
        Opener::OsStore => &context.files,
        Opener::Passphrase(_) | Opener::Recovery(_) => &context.compute,
    };
    let open = move |vault: &Vault| vault.open(opener(&with), accept_older);
    slot::run(context, pool, open).await?;
    // A copy that stays for now is not worth keeping the vault shut; the audit tells of it.
    let leftover = end_leftover_grants(context).await;
    let details = leftover.unwrap_or_else(|report| report.what);
    let missing = audit::audit_key(&context.snapshot()?).is_err();
    let puts = match missing {
        // The making of the vault was cut short before this key had its row.
        true => match audit::new_key(context, act).await {
            Ok(made) => made.puts,
            Err(report) => {
                context.vault.lock();
                return Err(report);
            }
        },
        false => Vec::new(),
    };
    Ok(Decision {
        details,
        puts,
        ..Decision::of(Fact::Vault(VaultFact::Unlocked))
    }
    .into())
}

pub(in crate::runtime) fn opener(with: &Opener) -> vault::Opener<'_> {
    match with {
        Opener::OsStore => vault::Opener::OsStore,
        Opener::Passphrase(typed) => vault::Opener::Passphrase(typed),
        Opener::Recovery(code) => vault::Opener::Recovery(code),
    }
}

/// A grant that ended while the vault was locked left its copy of the key: now it goes.
async fn end_leftover_grants(context: &Context) -> Result<String, Report> {
    let authorities = context.snapshot()?.authorities()?;
    let ungranted = authorities
        .into_iter()
        .filter(|(_, record)| record.grant.is_none());
    let leftover: Vec<KeyId> = ungranted
        .filter_map(|(_, record)| record.key)
        .filter(|key| context.vault.has_grant(*key))
        .collect();
    let (vault, count) = (Arc::clone(&context.vault), leftover.len());
    let end = move || {
        leftover
            .into_iter()
            .try_for_each(|key| vault.end_grant(key))
    };
    context.compute.run(end).await??;
    Ok(match count {
        0 => String::new(),
        _ => format!("took away {count} copies of keys whose grant had ended"),
    })
}

/// Seals the audit first: the vault then knows how far it went, so that an older store put back
/// beside it is noticed. A seal that does not come in time does not keep the keys in memory.
async fn lock(context: &Context, act: &Act) -> Result<Decided, Report> {
    context.running.past_return(act.cause).await;
    let sealed = match context.vault_state()? {
        VaultState::Unlocked => {
            let sealing = tokio::time::timeout(SEALED_WITHIN, audit::seal(context, act));
            match sealing.await {
                Ok(sealed) => sealed.err().map(|report| report.what),
                Err(_) => Some("it took too long".to_owned()),
            }
        }
        VaultState::Absent | VaultState::Locked => None,
    };
    context.vault.lock();
    let details = sealed.map_or(String::new(), |why| format!("not sealed: {why}"));
    Ok(Decision {
        details,
        ..Decision::of(Fact::Vault(VaultFact::Locked))
    }
    .into())
}

async fn check(
    context: &Context,
    passphrase: Option<Secret<String>>,
    code: Option<Secret<String>>,
) -> Result<Decided, Report> {
    let check = move |vault: &Vault| vault.check(passphrase.as_ref(), code.as_ref());
    let found = slot::run(context, slot::pool(context)?, check).await?;
    let fact = VaultFact::Checked {
        records: found.records as u64,
        authority_records_opened: found.authority_records_opened,
        orphans: orphans(context)?,
        slots: checked(context, found.slots)?,
    };
    Ok(Decision::of(Fact::Vault(fact)).into())
}

/// Each slot's outcome, with what it is called.
fn checked(
    context: &Context,
    outcomes: Vec<(SlotId, vault::SlotOutcome)>,
) -> Result<Vec<SlotCheck>, Report> {
    let slots = context.vault.overview()?.map(|overview| overview.slots);
    let slots = slots.unwrap_or_default();
    let named = outcomes.into_iter().filter_map(|(id, outcome)| {
        let slot = slots.iter().find(|slot| slot.id == id)?;
        Some(SlotCheck {
            id,
            kind: slot::kind(slot.kind),
            label: slot.label.clone(),
            outcome: slot::outcome(outcome),
        })
    });
    Ok(named.collect())
}

/// Keys that only one of vault and store knows; a crash between the two leaves such.
fn orphans(context: &Context) -> Result<Vec<String>, Report> {
    let in_store: Vec<KeyId> = context
        .snapshot()?
        .keys()?
        .iter()
        .map(|(id, _)| *id)
        .collect();
    let in_vault: Vec<KeyId> = context.vault.key_ids()?.iter().map(|(id, _)| *id).collect();
    let only_vault = in_vault.iter().filter(|id| !in_store.contains(id));
    let only_store = in_store.iter().filter(|id| !in_vault.contains(id));
    Ok(only_vault
        .map(|id| {
            format!("{id} is in the vault, but no record names it; importing its certificate does")
        })
        .chain(only_store.map(|id| format!("{id} has a record, but is not in the vault")))
        .collect())
}

impl Answer for VaultStatusQuestion {
    fn answer(&self, sight: &Sight<'_>) -> Result<VaultStatus, Report> {
        let overview = sight.context.vault.overview()?;
        let slots = overview.iter().flat_map(|overview| &overview.slots);
        Ok(VaultStatus {
            state: sight.context.vault_state()?,
            id: overview.as_ref().map(|overview| overview.id.to_string()),
            slots: slots.map(slot::row).collect(),
            idle_lock_secs: sight.context.idle_lock.map(|limit| limit.as_secs()),
        })
    }
}

const SEALED_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);
