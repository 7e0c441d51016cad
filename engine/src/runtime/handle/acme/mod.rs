//! Public CAs: accounts, orders, renewal, revocation.

mod accounts;
mod answers;
mod error;
mod orders;
mod records;
pub(in crate::runtime) mod renewal;
mod revoke;

pub(in crate::runtime) use accounts::settle as settle_account;
pub(super) use answers::warnings;
pub(in crate::runtime) use error::{AccountError, OrderError};

use std::sync::Arc;

use tokio::runtime::Handle;

use super::Decided;
use crate::api::{AcmeCommand, Report};
use crate::runtime::Core;
use crate::runtime::act::Act;

pub(in crate::runtime) async fn decide(
    core: &Arc<Core>,
    act: &Act,
    command: AcmeCommand,
) -> Result<Decided, Report> {
    let context = &core.context;
    match command {
        AcmeCommand::ReadDirectory { directory } => accounts::read(context, directory).await,
        AcmeCommand::CreateAccount { wish, binding } => {
            accounts::create(context, act, wish, binding).await
        }
        AcmeCommand::ImportAccount {
            name,
            directory,
            key,
        } => accounts::import(context, act, name, directory, key).await,
        AcmeCommand::ChangeAccount { id, settings } => accounts::change(context, id, settings),
        AcmeCommand::RollKey { id } => accounts::roll(context, act, id).await,
        AcmeCommand::Deactivate { id } => accounts::deactivate(context, id).await,
        AcmeCommand::RemoveAccount { id, leave_open } => accounts::remove(context, id, leave_open),
        AcmeCommand::Order { wish } => {
            let tasks = Handle::current();
            orders::begin(core, &tasks, act, wish).await
        }
        AcmeCommand::CancelOrder { id } => orders::cancel(context, id),
        AcmeCommand::GoOn { id } => orders::go_on(context, id),
        AcmeCommand::RemoveRecords { id, by_hand } => {
            records::remove(context, act, id, by_hand).await
        }
        AcmeCommand::Revoke {
            id,
            reason,
            by_certificate_key,
        } => revoke::revoke(context, act, id, reason, by_certificate_key).await,
        AcmeCommand::CheckRenewal { id } => renewal::check(context, act, id).await,
        AcmeCommand::Renew { id, new_key } => {
            let tasks = Handle::current();
            renewal::renew(core, &tasks, act, id, new_key).await
        }
        AcmeCommand::SetAutomatic { id, automatic } => {
            renewal::set_automatic(context, id, automatic)
        }
    }
}
