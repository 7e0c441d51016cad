//! What is due, turned into commands; the scheduler is one more front end and asks like a person.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::{Core, dispatch};
use crate::api::{
    Actor, AuthorityCommand, Command, CommandId, Duty, Envelope, VERSION, VaultCommand, VaultState,
};
use crate::base::Report;

/// Looks from time to time until the engine stops.
pub(super) fn start(core: &Arc<Core>, tasks: &Handle) {
    let (core, tasks_of) = (Arc::clone(core), tasks.clone());
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            look(&core, &tasks_of).await;
        }
    });
}

async fn look(core: &Arc<Core>, tasks: &Handle) {
    // A store that cannot be read now may be readable at the next look; who asks it is told.
    for command in due(core).unwrap_or_default() {
        let (told, ending) = tokio::sync::oneshot::channel();
        let context = &core.context;
        let envelope = Envelope {
            version: VERSION,
            id: CommandId::from_raw(context.new_id()),
            actor: Actor::Scheduler,
            at: context.clock.now(),
            command,
        };
        dispatch::begin(core, tasks, envelope, move |ending| {
            told.send(ending).ok();
        });
        ending.await.ok();
    }
}

fn due(core: &Core) -> Result<Vec<Command>, Report> {
    let context = &core.context;
    let now = context.clock.now();
    let due = context.snapshot()?.due()?;
    let mut commands: Vec<Command> = due
        .into_iter()
        .take_while(|(at, ..)| *at <= now)
        .map(|(.., duty)| match duty {
            Duty::EndGrant(id) => Command::Authority(AuthorityCommand::EndGrant { id }),
        })
        .collect();
    let open = matches!(context.vault_state(), Ok(VaultState::Unlocked));
    if open && context.is_idle() {
        commands.push(Command::Vault(VaultCommand::Lock));
    }
    Ok(commands)
}

const LOOK_EVERY: Duration = Duration::from_secs(1);
