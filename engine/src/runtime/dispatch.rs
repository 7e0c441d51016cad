//! A command's way: its turn comes, its area decides, the outcome is audited and committed.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinError;

use super::Core;
use super::act::Act;
use super::context::Context;
use super::handle::{self, Decided, Decision};
use super::refusals::Note;
use crate::api::{Actor, Area, Command, Ending, Envelope, Fact, Report, VERSION, VaultFact};
use crate::base::{Explain, Kind, Remedy};
use crate::store::Change;

/// Calls `finish` exactly once, unless the engine stops first.
pub(super) fn begin(
    core: &Arc<Core>,
    tasks: &Handle,
    envelope: Envelope,
    finish: impl FnOnce(Ending) + Send + 'static,
) {
    let core = Arc::clone(core);
    let act = Act {
        cause: envelope.id,
        actor: envelope.actor,
        at: envelope.at,
        about: envelope.command.about(),
    };
    let allowed = may_ask(&act, envelope.version);
    let turn = core.turns.take(act.about.resource.as_ref());
    core.context.noticed(&act);
    core.context.running.begin(act.cause, act.actor.clone());
    let (deciding_core, deciding_act) = (Arc::clone(&core), act.clone());
    let deciding = tasks.spawn(async move {
        allowed?;
        let _mine = turn.come().await;
        let act = deciding_act;
        if act.about.intent_first {
            deciding_core.context.intend(&act).await?;
        }
        let decided = decide(&deciding_core, &act, envelope.command).await?;
        conclude(&deciding_core.context, &act, decided).await
    });
    core.context
        .running
        .began(act.cause, deciding.abort_handle());
    tasks.spawn(async move {
        let decided = deciding.await;
        core.context.running.end(act.cause);
        finish(end(&core, &act, decided).await);
    });
}

/// Who may ask at all; what may be issued is decided on the final draft.
fn may_ask(act: &Act, version: u32) -> Result<(), Report> {
    if version != VERSION {
        return Err(DispatchError::Version(version).into());
    }
    match (&act.actor, act.about.action) {
        (Actor::User(_), _) => Ok(()),
        (Actor::Scheduler, action) if BY_ITSELF.contains(&action) => Ok(()),
        (Actor::Scheduler, action) => Err(DispatchError::NotForScheduler(action).into()),
    }
}

/// One arm per area; an area never sees another area's commands.
async fn decide(core: &Arc<Core>, act: &Act, command: Command) -> Result<Decided, Report> {
    let context = &core.context;
    match command {
        Command::Acme(command) => handle::acme::decide(core, act, command).await,
        Command::Audit(command) => handle::audit::decide(core, act, command).await,
        Command::Authority(command) => handle::authority::decide(context, act, command).await,
        Command::Backup(command) => handle::backup::decide(context, act, command).await,
        Command::Certificate(command) => handle::certificate::decide(context, act, command).await,
        Command::Dns(command) => handle::dns::decide(context, act, command).await,
        Command::Import(command) => handle::import::decide(context, act, command).await,
        Command::Key(command) => handle::key::decide(context, act, command).await,
        Command::Profile(command) => handle::profile::decide(context, act, command),
        Command::Request(command) => handle::request::decide(context, act, command).await,
        Command::Revocation(command) => handle::revocation::decide(context, act, command).await,
        Command::System(command) => handle::system::decide(core, command).await,
        Command::Vault(command) => handle::vault::decide(context, act, command).await,
    }
}

async fn conclude(context: &Context, act: &Act, decided: Decided) -> Result<Ending, Report> {
    match decided {
        Decided::Change(decision) => commit(context, act, *decision).await,
        Decided::Started(job) => Ok(Ending::Started(job)),
    }
}

async fn commit(context: &Context, act: &Act, decision: Decision) -> Result<Ending, Report> {
    let entry = act.done(decision.resource, &decision.details);
    let (fact, wipe) = (decision.fact, decision.wipe);
    let audit = std::iter::once(entry).chain(decision.more).collect();
    let mut puts = decision.puts;
    let (seen, seen_put) = context.vault_seen();
    puts.extend(seen_put);
    let change = Change {
        guard: decision.guard,
        puts,
        audit,
        receipts: decision.receipts,
        fact: Some(fact.clone()),
        cause: Some(act.cause),
    };
    context.running.past_return(act.cause).await;
    let committed = context.store.commit(change).await;
    if committed.is_err() && matches!(fact, Fact::Vault(VaultFact::Unlocked)) {
        // What the audit could not record has not happened.
        context.vault.lock();
    }
    let at = committed?;
    context.noted(seen);
    for gone in wipe {
        gone.wipe(&context.vault);
    }
    if matches!(
        act.about.area,
        Area::Authority | Area::Key | Area::Revocation
    ) {
        context.issuers.forget(at);
    }
    if act.about.area == Area::Profile {
        context.profiles.forget(at);
    }
    Ok(Ending::Done { fact, at })
}

async fn end(core: &Core, act: &Act, decided: Result<Result<Ending, Report>, JoinError>) -> Ending {
    let report = match decided {
        Ok(Ok(ending)) => return ending,
        Ok(Err(report)) => report,
        Err(error) if error.is_cancelled() => return Ending::Cancelled,
        Err(_) => Report::bug(format!("we crashed at: {}", act.about.details)),
    };
    record_failure(core, act, &report).await;
    Ending::Failed(report)
}

/// Nothing was changed; that it was tried is recorded, if anything can be.
async fn record_failure(core: &Core, act: &Act, report: &Report) {
    let noted = core
        .refusals
        .note(&act.actor, act.about.action, &report.code, act.at);
    let Note::Write { uncounted_before } = noted else {
        return;
    };
    let mut entry = act.failed(report);
    if uncounted_before > 0 {
        entry.details += &format!("; {uncounted_before} more like it were counted before");
    }
    let change = Change::of(Vec::new(), vec![entry]);
    // The failure told to the sender is the more useful one; a store that fails says so by news.
    core.context.store.commit(change).await.ok();
}

#[derive(Debug)]
enum DispatchError {
    NotForScheduler(&'static str),
    Version(u32),
}

impl std::fmt::Display for DispatchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotForScheduler(action) => write!(f, "the scheduler may not ask for {action}"),
            Self::Version(version) => {
                write!(
                    f,
                    "this engine speaks version {VERSION} of its api, not {version}"
                )
            }
        }
    }
}

impl std::error::Error for DispatchError {}

impl Explain for DispatchError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotForScheduler(_) => "engine.not-allowed",
            Self::Version(_) => "engine.other-version",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Refused
    }

    fn remedy(&self) -> Remedy {
        match self {
            Self::NotForScheduler(_) => Remedy::ReportBug,
            Self::Version(_) => {
                Remedy::Do("Use the same version of the program everywhere".to_owned())
            }
        }
    }
}

/// What the scheduler may ask for.
const BY_ITSELF: [&str; 7] = [
    "acme.check-renewal",
    "acme.remove-records",
    "acme.renew",
    "audit.checkpoint",
    "authority.end-grant",
    "backup.create-scheduled",
    "vault.lock",
];
