//! What is due, turned into commands; the scheduler is one more front end and asks like a person.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use super::{Core, dispatch};
use crate::api::{
    AcmeCommand, Actor, AuthorityCommand, BackupCommand, Command, CommandId, Duty, Envelope,
    Resource, Timestamp, VERSION, VaultCommand, VaultState,
};
use crate::base::Report;

/// Looks from time to time until the engine stops. It waits for nothing that it has asked for, and
/// asks for nothing twice that is still under way.
pub(super) fn start(core: &Arc<Core>, tasks: &Handle) {
    let (core, tasks_of) = (Arc::clone(core), tasks.clone());
    let under_way = UnderWay::default();
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            look(&core, &tasks_of, &under_way);
        }
    });
}

/// What has been asked for and has not ended: action and resource.
type UnderWay = Arc<Mutex<HashSet<(&'static str, Option<Resource>)>>>;

fn look(core: &Arc<Core>, tasks: &Handle, under_way: &UnderWay) {
    // A store that cannot be read now may be readable at the next look; who asks it is told.
    for command in due(core).unwrap_or_default() {
        let about = command.about();
        let what = (about.action, about.resource);
        if !lock(under_way).insert(what.clone()) {
            continue;
        }
        let context = &core.context;
        let envelope = Envelope {
            version: VERSION,
            id: CommandId::from_raw(context.new_id()),
            actor: Actor::Scheduler,
            at: context.clock.now(),
            command,
        };
        let ended = Arc::clone(under_way);
        dispatch::begin(core, tasks, envelope, move |_| {
            lock(&ended).remove(&what);
        });
    }
}

fn lock(under_way: &UnderWay) -> MutexGuard<'_, HashSet<(&'static str, Option<Resource>)>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

fn due(core: &Core) -> Result<Vec<Command>, Report> {
    let context = &core.context;
    let now = context.clock.now();
    let store = context.snapshot()?;
    let due = store.due()?;
    let backup_is_due = store.backup_due(now)?.is_some_and(|at| at <= now);
    let open = matches!(context.vault_state(), Ok(VaultState::Unlocked));
    let mut commands: Vec<Command> = due
        .into_iter()
        .filter(|(at, _, duty)| match duty {
            Duty::Backup => backup_is_due,
            duty => *at <= now || is_parked(*at, duty, now),
        })
        .filter_map(|(.., duty)| match duty {
            // While the vault is locked it waits, and health says so.
            Duty::Backup => open.then_some(Command::Backup(BackupCommand::CreateScheduled)),
            // These need the vault, and wait for it.
            Duty::CheckRenewal(id) => {
                open.then_some(Command::Acme(AcmeCommand::CheckRenewal { id }))
            }
            Duty::RemoveRecords(id) => {
                let by_hand = false;
                open.then_some(Command::Acme(AcmeCommand::RemoveRecords { id, by_hand }))
            }
            Duty::Renew(id) => {
                open.then_some(Command::Acme(AcmeCommand::Renew { id, new_key: true }))
            }
            Duty::EndGrant(id) => Some(Command::Authority(AuthorityCommand::EndGrant { id })),
        })
        .collect();
    if open && context.is_idle() {
        commands.push(Command::Vault(VaultCommand::Lock));
    }
    Ok(commands)
}

/// Filed when the clock was wrong: a CA is asked about renewals at least once a day, and what is left
/// in the DNS is tried as often.
fn is_parked(at: Timestamp, duty: &Duty, now: Timestamp) -> bool {
    let is_daily = matches!(duty, Duty::CheckRenewal(_) | Duty::RemoveRecords(_));
    is_daily && now.plus_days(2) < at
}

const LOOK_EVERY: Duration = Duration::from_secs(1);
