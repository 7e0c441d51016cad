//! Orders at public CAs, from what is wished to a certificate in the inventory: each stage is
//! durable before anything is done that is more than a question, so that a restart goes on where
//! it was.

mod clean;
mod desk;
mod finish;
mod prove;
mod publish;

pub(super) use publish::txt;

use std::sync::Arc;
use std::time::Duration;

use self::desk::{Desk, Trouble, WAITING_FOR_VAULT};
use super::Core;
use crate::api::{JobState, OrderId, OrderStage, OrderState, Report, Timestamp, VaultState};
use crate::store::acme::{self, OrderRecord};

/// Carries the order to its end, whatever becomes of it. Where the store fails, only the store can
/// say how far it is: it is asked again, for as long as the engine lives.
pub(super) async fn run(core: &Arc<Core>, id: OrderId) -> Result<(), Report> {
    loop {
        let read = core.context.snapshot();
        let read = read.and_then(|snapshot| Ok(acme::order(&snapshot, id)?));
        let driven = match read {
            Ok(Some(record)) => drive(core, id, record).await,
            Ok(None) => return Err(Report::bug("an order's job has no order")),
            Err(_) => Err(Trouble::Store),
        };
        if driven.is_ok() {
            core.context.outside.ended(id);
            return Ok(());
        }
        tokio::time::sleep(STORE_PAUSE).await;
    }
}

/// Ends early only where something could not be made durable.
async fn drive(core: &Arc<Core>, id: OrderId, record: OrderRecord) -> Result<(), Trouble> {
    let mut desk = Desk::new(core, id, record)?;
    let mut tries = Tries::default();
    while desk.record.stage != OrderStage::Ended {
        if desk.is_called_off()? {
            desk.call_off().await?;
        }
        match step(&mut desk).await {
            Ok(()) => tries.over(),
            Err(Trouble::Called) => (),
            Err(Trouble::Vault) => wait_for_vault(&mut desk).await?,
            Err(Trouble::Passing(report, not_before)) => match tries.pause(&desk, not_before) {
                Some(pause) => desk.wait_out(&report, pause).await?,
                None => {
                    // What a provider fails with while cleaning up says nothing of the CA.
                    desk.record.retry_at = not_before.or(desk.record.retry_at);
                    desk.fail(report).await?;
                }
            },
            Err(Trouble::Final(report)) => desk.fail(report).await?,
            Err(store) => return Err(store),
        }
    }
    Ok(())
}

async fn step(desk: &mut Desk) -> Result<(), Trouble> {
    match desk.record.stage {
        OrderStage::Queued => desk.enter(OrderStage::Ordering).await,
        OrderStage::Ordering => prove::order(desk).await,
        OrderStage::Authorizing => prove::authorize(desk).await,
        OrderStage::Publishing => publish::publish(desk).await,
        OrderStage::Propagating => publish::propagate(desk).await,
        OrderStage::Validating => prove::validate(desk).await,
        OrderStage::Finalizing => finish::finalize(desk).await,
        OrderStage::Fetching => finish::fetch(desk).await,
        OrderStage::Cleaning => clean::clean(desk).await,
        _ => Err(Report::bug("an order is in a stage that is none").into()),
    }
}

/// Another way to unlock is not our business: somebody does, or the program ends.
async fn wait_for_vault(desk: &mut Desk) -> Result<(), Trouble> {
    let before = desk.record.state.clone();
    desk.show(OrderState::WaitingForVault, WAITING_FOR_VAULT)
        .await?;
    while !matches!(desk.context().vault_state(), Ok(VaultState::Unlocked)) {
        if desk.is_called_off()? {
            break;
        }
        desk.rest(VAULT_PAUSE).await;
    }
    desk.show(before, "").await
}

/// How often something that may pass has failed in a row.
#[derive(Default)]
struct Tries {
    tried: u32,
    waited: Duration,
}

impl Tries {
    fn over(&mut self) {
        *self = Self::default();
    }

    /// Twice as long each time, and never before the time that the CA told; `None` once patience is
    /// at its end. What the CA may have issued is not given up for days.
    fn pause(&mut self, desk: &Desk, not_before: Option<Timestamp>) -> Option<Duration> {
        let next = FIRST_PAUSE * 2_u32.pow(self.tried.min(7));
        let told = not_before.map_or(0, |at| at.0.saturating_sub(desk.now().0));
        let told = Duration::from_millis(u64::try_from(told).unwrap_or(0));
        let next = next.min(LONGEST_PAUSE).max(told);
        let patience = match desk.record.may_have_issued && desk.record.certificate.is_none() {
            true => PATIENCE_ONCE_ISSUED.max(desk.patience()),
            false => desk.patience(),
        };
        if self.waited + next > patience {
            return None;
        }
        self.tried += 1;
        self.waited += next;
        Some(next)
    }
}

/// As the list of jobs shows it.
fn job_state(state: &OrderState) -> JobState {
    match state {
        OrderState::Cancelled => JobState::Cancelled,
        OrderState::Failed(report) => JobState::Failed(report.clone()),
        OrderState::Done => JobState::Done,
        _ => JobState::Running,
    }
}

/// A week, in which somebody mends what is broken.
const PATIENCE_ONCE_ISSUED: Duration = Duration::from_secs(7 * 24 * 3600);

/// Before the store is asked again what is true.
const STORE_PAUSE: Duration = Duration::from_secs(1);

const VAULT_PAUSE: Duration = Duration::from_millis(500);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
