//! New keys on their way into the vault: what is made side by side becomes durable together, since
//! each writing of the vault writes all of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::context::Context;
use crate::api::{KeyId, Report};
use crate::vault::{UnkeptKey, Vault};

#[derive(Default)]
pub(super) struct NewKeys {
    waiting: Mutex<Vec<Waiting>>,
    /// Held by whoever writes what waits.
    writing: tokio::sync::Mutex<()>,
}

struct Waiting {
    id: KeyId,
    key: UnkeptKey,
    kept: oneshot::Sender<Result<(), Report>>,
}

impl NewKeys {
    /// The key is durable in the vault when this returns.
    pub(super) async fn keep(
        &self,
        context: &Context,
        id: KeyId,
        key: UnkeptKey,
    ) -> Result<(), Report> {
        let (sender, mut kept) = oneshot::channel();
        self.waiting().push(Waiting {
            id,
            key,
            kept: sender,
        });
        let _mine = self.writing.lock().await;
        if let Ok(outcome) = kept.try_recv() {
            return outcome;
        }
        let batch = std::mem::take(&mut *self.waiting());
        let vault = Arc::clone(&context.vault);
        context.compute.run(move || write(&vault, batch)).await?;
        kept.await.map_err(|_| Report::stopped())?
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(vault: &Vault, batch: Vec<Waiting>) {
    let waiting = batch.into_iter();
    let (keys, kept): (Vec<_>, Vec<_>) = waiting
        .map(|waiting| ((waiting.id, waiting.key), waiting.kept))
        .unzip();
    let outcome = vault.keep_keys(&keys).map_err(Report::from);
    for kept in kept {
        // Whoever gave up waiting does not want to know; the key is an orphan then, and is shown.
        kept.send(outcome.clone()).ok();
    }
}
