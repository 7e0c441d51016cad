//! The vault: made, unlocked, locked, re-keyed, checked.

use std::sync::Arc;

use super::{Answer, Decided, Decision, Sight, audit};
use crate::api::{
    Fact, KeyId, Report, Secret, SlotRow, VaultCommand, VaultFact, VaultState, VaultStatus,
    VaultStatusQuestion,
};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::vault::SlotKind;

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: VaultCommand,
) -> Result<Decided, Report> {
    match command {
        VaultCommand::ChangePassphrase { old, new } => change(context, old, new).await,
        VaultCommand::Check { passphrase } => check(context, passphrase).await,
        VaultCommand::Create { passphrase } => create(context, act, passphrase).await,
        VaultCommand::Lock => lock(context, act).await,
        VaultCommand::Unlock { passphrase } => unlock(context, act, passphrase).await,
    }
}

async fn create(
    context: &Context,
    act: &Act,
    passphrase: Secret<String>,
) -> Result<Decided, Report> {
    let (vault, kdf) = (Arc::clone(&context.vault), context.kdf);
    let made = context
        .compute
        .run(move || vault.create(&passphrase, kdf))
        .await??;
    let mut decision = audit::new_key(context, act).await?;
    let id = made.to_string();
    decision.details = format!("vault {id}");
    decision.fact = Fact::Vault(VaultFact::Created { id });
    Ok(decision.into())
}

async fn unlock(
    context: &Context,
    act: &Act,
    passphrase: Secret<String>,
) -> Result<Decided, Report> {
    context.running.past_return(act.cause).await;
    let vault = Arc::clone(&context.vault);
    context
        .compute
        .run(move || vault.unlock(&passphrase))
        .await??;
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

async fn change(
    context: &Context,
    old: Secret<String>,
    new: Secret<String>,
) -> Result<Decided, Report> {
    let vault = Arc::clone(&context.vault);
    context
        .compute
        .run(move || vault.change_passphrase(&old, &new))
        .await??;
    Ok(Decision::of(Fact::Vault(VaultFact::PassphraseChanged)).into())
}

async fn check(context: &Context, passphrase: Option<Secret<String>>) -> Result<Decided, Report> {
    let vault = Arc::clone(&context.vault);
    let found = context
        .compute
        .run(move || vault.check(passphrase.as_ref()))
        .await??;
    let fact = VaultFact::Checked {
        records: found.records as u64,
        authority_records_opened: found.authority_records_opened,
        orphans: orphans(context)?,
    };
    Ok(Decision::of(Fact::Vault(fact)).into())
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
        .map(|id| format!("{id} is in the vault, but no record names it"))
        .chain(only_store.map(|id| format!("{id} has a record, but is not in the vault")))
        .collect())
}

fn words(kind: SlotKind) -> String {
    match kind {
        SlotKind::Passphrase => "passphrase".to_owned(),
        SlotKind::Unknown(number) => format!("unknown ({number})"),
    }
}

impl Answer for VaultStatusQuestion {
    fn answer(&self, sight: &Sight<'_>) -> Result<VaultStatus, Report> {
        let overview = sight.context.vault.overview()?;
        let slots = overview.iter().flat_map(|overview| &overview.slots);
        Ok(VaultStatus {
            state: sight.context.vault_state()?,
            id: overview.as_ref().map(|overview| overview.id.to_string()),
            slots: slots
                .map(|slot| SlotRow {
                    kind: words(slot.kind),
                    label: slot.label.clone(),
                    created: slot.created,
                })
                .collect(),
            idle_lock_secs: sight.context.idle_lock.map(|limit| limit.as_secs()),
        })
    }
}

const SEALED_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);
