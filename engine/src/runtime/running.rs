//! What can still be called off: everything until its point of no return.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use crate::api::{Actor, CommandId};

#[derive(Default)]
pub(super) struct Running(Mutex<HashMap<CommandId, State>>);

enum State {
    /// Its task is being made.
    Beginning(Actor),
    Cancellable(Actor, AbortHandle),
    /// Something is being written; it is carried out whatever happens.
    PastReturn,
}

impl Running {
    pub(super) fn begin(&self, id: CommandId, actor: Actor) {
        self.lock().insert(id, State::Beginning(actor));
    }

    /// The task is there; if the command was called off meanwhile, it ends now.
    pub(super) fn began(&self, id: CommandId, task: AbortHandle) {
        let mut running = self.lock();
        match running.remove(&id) {
            Some(State::Beginning(actor)) => {
                running.insert(id, State::Cancellable(actor, task));
            }
            Some(other) => {
                running.insert(id, other);
            }
            None => task.abort(),
        }
    }

    /// For one of the same actor only.
    pub(super) fn cancel(&self, id: CommandId, who: &Actor) {
        let mut running = self.lock();
        match running.get(&id) {
            Some(State::Beginning(actor)) if actor == who => drop(running.remove(&id)),
            Some(State::Cancellable(actor, task)) if actor == who => {
                task.abort();
                running.remove(&id);
            }
            _ => (),
        }
    }

    /// From here on the command is carried out. One that was called off never gets past this.
    pub(super) async fn past_return(&self, id: CommandId) {
        let called_off = match self.lock().get_mut(&id) {
            Some(state) => {
                *state = State::PastReturn;
                false
            }
            None => true,
        };
        if called_off {
            // Its task has been aborted, or will be as soon as it is known: here it ends.
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn end(&self, id: CommandId) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CommandId, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
