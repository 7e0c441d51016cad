//! Orders at public CAs, from what is wished to a certificate in the inventory: each stage is
//! durable before anything is done that is more than a question, so that a restart goes on where
//! it was.

mod clean;
mod desk;
mod finish;
mod prove;
mod publish;

pub(super) use desk::{Trouble, WAITING_FOR_VAULT};

use std::sync::Arc;
use std::time::Duration;

use self::desk::Desk;
use super::Core;
use crate::api::{JobState, OrderId, OrderStage, OrderState, Report, VaultState};
use crate::store::acme;

/// Carries the order to its end, whatever becomes of it. Ends early only when the store can write
/// no more.
pub(super) async fn run(core: &Arc<Core>, id: OrderId) -> Result<(), Report> {
    let record = acme::order(&core.context.snapshot()?, id)?;
    let record = record.ok_or_else(|| Report::bug("an order's job has no order"))?;
    let mut desk = Desk::new(core, id, record)?;
    let ended = drive(&mut desk).await;
    core.context.outside.ended(id);
    ended
}

async fn drive(desk: &mut Desk) -> Result<(), Report> {
    let mut trouble = Tries::default();
    while desk.record.stage != OrderStage::Ended {
        if desk.is_called_off()? {
            desk.call_off().await?;
        }
        let stage = desk.record.stage;
        let done = match stage {
            OrderStage::Queued => desk.enter(OrderStage::Ordering).await,
            OrderStage::Ordering => prove::order(desk).await,
            OrderStage::Authorizing => prove::authorize(desk).await,
            OrderStage::Publishing => publish::publish(desk).await,
            OrderStage::Propagating => publish::propagate(desk).await,
            OrderStage::Validating => prove::validate(desk).await,
            OrderStage::Finalizing => finish::finalize(desk).await,
            OrderStage::Fetching => finish::fetch(desk).await,
            OrderStage::Cleaning => clean::clean(desk).await,
            _ => return Err(Report::bug("an order is in a stage that is none")),
        };
        match done {
            Ok(()) => trouble.over(),
            Err(Trouble::Called) => (),
            Err(Trouble::Vault) => wait_for_vault(desk).await?,
            Err(Trouble::Passing(report)) => match trouble.pause(desk.patience()) {
                Some(pause) => desk.wait_out(&report, pause).await?,
                None => desk.fail(report).await?,
            },
            Err(Trouble::Final(report)) => desk.fail(report).await?,
        }
    }
    Ok(())
}

/// Another way to unlock is not our business: somebody does, or the program ends.
async fn wait_for_vault(desk: &mut Desk) -> Result<(), Report> {
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

    /// Twice as long each time; `None` once patience is at its end.
    fn pause(&mut self, patience: Duration) -> Option<Duration> {
        let next = FIRST_PAUSE * 2_u32.pow(self.tried.min(7));
        let next = next.min(LONGEST_PAUSE);
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

const VAULT_PAUSE: Duration = Duration::from_millis(500);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
