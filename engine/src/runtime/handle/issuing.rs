//! The joint through which every certificate passes: intent, signature, and then its record.

use std::sync::Arc;

use super::audit;
use crate::api::{Report, Resource};
use crate::authority::{Permission, Prepared, Signed, Unsigned};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::Change;
use crate::store::certificate::intent_gone;

/// Makes the intent durable, then lets the key sign. Whatever happens to the sender, this is carried
/// out from here on.
pub(super) async fn sign(
    context: &Context,
    act: &Act,
    prepared: Prepared,
    permission: Arc<Permission>,
) -> Result<Signed, Report> {
    audit::require_whole(context)?;
    context.running.past_return(act.cause).await;
    let resource = Resource::of("certificate", prepared.id());
    let entry = act.intent(resource, &prepared.words());
    let change = Change {
        guard: prepared.guard(),
        ..Change::of(prepared.intent().into(), vec![entry])
    };
    let committed = context.store.commit(change).await;
    if committed.is_err() {
        // The guard may have seen an authority or a profile that has changed since we read it.
        let at = context.snapshot()?.at();
        context.issuers.forget(at);
        context.profiles.forget(at);
    }
    let intended = prepared.recorded(committed?);
    let (id, vault) = (intended.id(), Arc::clone(&context.vault));
    let clock = Arc::clone(&context.clock);
    let signed = context
        .compute
        .run(move || intended.sign(&vault, &permission, clock.now()))
        .await?;
    match signed {
        Ok(signed) => Ok(signed),
        Err(unsigned) => Err(leave(context, act, id, unsigned).await),
    }
}

/// What is recorded where no certificate came of an intent. If even this cannot be written, the
/// intent stays, and is shown as possibly issued.
async fn leave(
    context: &Context,
    act: &Act,
    id: crate::api::CertificateId,
    Unsigned { report, receipt }: Unsigned,
) -> Report {
    let change = match receipt {
        // The key was not used: nothing can have been issued.
        None => Change::of(intent_gone(id).into(), Vec::new()),
        Some(receipt) => Change {
            receipts: vec![receipt],
            ..Change::of(Vec::new(), vec![act.failed(&report)])
        },
    };
    context.store.commit(change).await.ok();
    *report
}

/// 16 random bytes, positive (rule 16).
pub(super) fn draw_serial() -> Result<crate::api::Serial, Report> {
    crate::x509::serial::draw(|bytes| crate::base::random(bytes))
}
