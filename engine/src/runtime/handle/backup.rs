//! Backups: made, tried out, scheduled.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::vault::opener;
use super::{Answer, Decided, Decision, Sight, audit};
use crate::api::{
    BackupCommand, BackupFact, BackupFailure, BackupMade, BackupSchedule, BackupStatus,
    BackupStatusQuestion, BackupTrial, Fact, KeyTrial, Opener, Report, VaultState,
};
use crate::backup::{
    BackupError, Made, Opened, Plan, make, remove_surplus, scheduled_name, try_out,
};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::schedule::{BackupRecord, put};
use crate::store::{Change, Put};
use crate::vault::{self, Vault, VaultError};

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: BackupCommand,
) -> Result<Decided, Report> {
    match command {
        BackupCommand::ClearSchedule => clear_schedule(context),
        BackupCommand::Create {
            file,
            keys_inside,
            passphrase,
        } => {
            let plan = Plan {
                file,
                now: act.at,
                keys_inside,
                scheduled: false,
                passphrase,
            };
            create(context, act, plan).await
        }
        BackupCommand::CreateScheduled => create_scheduled(context, act).await,
        BackupCommand::SetSchedule { schedule } => set_schedule(context, act, schedule).await,
        BackupCommand::Verify { file, with } => verify(context, act, file, with).await,
    }
}

async fn create(context: &Context, act: &Act, plan: Plan) -> Result<Decided, Report> {
    let (plan, made) = write(context, act, plan).await?;
    let mut record = context.snapshot()?.backup()?;
    record.last_made = Some(last_made(&plan, &made.trial.found));
    Ok(decision(plan, made, &record, Vec::new()).into())
}

async fn create_scheduled(context: &Context, act: &Act) -> Result<Decided, Report> {
    let store = context.snapshot()?;
    let mut record = store.backup()?;
    let due = store.backup_due(act.at)?;
    let (Some(schedule), true) = (
        record.schedule.clone(),
        due.is_some_and(|due| due <= act.at),
    ) else {
        return Ok(Decision::of(Fact::Backup(BackupFact::NotDue)).into());
    };
    context.intend(act).await?;
    let plan = Plan {
        file: schedule.folder.join(scheduled_name(act.at)),
        now: act.at,
        keys_inside: schedule.keys_inside,
        scheduled: true,
        passphrase: None,
    };
    let (plan, made) = match write(context, act, plan).await {
        Ok(made) => made,
        Err(report) => {
            put_off(context, act, report.clone()).await?;
            return Err(report);
        }
    };
    record.last_made = Some(last_made(&plan, &made.trial.found));
    record.last_scheduled = record.last_made.clone();
    let faults = made.trial.found.faults.clone();
    let removed = match faults.is_empty() {
        true => {
            record.last_failure = None;
            let (file, vault) = (plan.file.clone(), made.manifest.vault.clone());
            let now = act.at;
            let remove = move || remove_surplus(&file, now, &vault, schedule.keep);
            context.files.run(remove).await?
        }
        // It is kept, being all there is; older and better ones are kept, too.
        false => {
            let report = BackupError::TrialFailed(faults).into();
            record.last_failure = Some(BackupFailure { at: act.at, report });
            Vec::new()
        }
    };
    let next = act.at.plus_secs(i64::from(schedule.every_hours) * 3600);
    let mut decision = decision(plan, made, &record, removed);
    decision
        .puts
        .extend(context.snapshot()?.backup_next(Some(next))?);
    Ok(decision.into())
}

/// Remembers why, and tries again a little later: an old backup is never touched by a failure.
async fn put_off(context: &Context, act: &Act, report: Report) -> Result<(), Report> {
    let store = context.snapshot()?;
    let mut record = store.backup()?;
    record.last_failure = Some(BackupFailure { at: act.at, report });
    let mut puts = store.backup_next(Some(act.at.plus_secs(AGAIN_AFTER_SECS)))?;
    puts.push(put(&record));
    context.store.commit(Change::of(puts, Vec::new())).await?;
    Ok(())
}

/// Seals the audit, then writes and tries out. Where an older store was put back, or the keys have
/// been left out, the audit cannot be sealed; that keeps nobody from keeping what there is.
async fn write(context: &Context, act: &Act, plan: Plan) -> Result<(Plan, Made), Report> {
    require_unlocked(context)?;
    match audit::seal(context, act).await {
        Err(report) if !UNSEALED.contains(&report.code.as_ref()) => return Err(report),
        _ => (),
    }
    let (store, vault) = (Arc::clone(&context.store), Arc::clone(&context.vault));
    let disk = Arc::clone(&context.disk);
    let made = context
        .files
        .run(move || {
            let made = make(&plan, &store, &vault, &disk)?;
            Ok::<_, Report>((plan, made))
        })
        .await?;
    // The pool's own thread must never be the last to hold the store.
    made
}

fn decision(plan: Plan, made: Made, record: &BackupRecord, removed: Vec<PathBuf>) -> Decision {
    let details = format!(
        "{} bytes, {}{}",
        made.bytes,
        words(&made.trial.found),
        match removed.len() {
            0 => String::new(),
            count => format!("; {count} older removed"),
        }
    );
    let fact = BackupFact::Created {
        file: plan.file,
        bytes: made.bytes,
        manifest: Box::new(made.manifest),
        trial: made.trial.found,
        removed,
    };
    Decision {
        puts: vec![put(record)],
        receipts: made.trial.receipts,
        details,
        ..Decision::of(Fact::Backup(fact))
    }
}

async fn verify(
    context: &Context,
    act: &Act,
    file: PathBuf,
    with: Option<Opener>,
) -> Result<Decided, Report> {
    let (vault, path) = (Arc::clone(&context.vault), file.clone());
    let tried = context.files.run(move || {
        let with = with.as_ref().map(opener);
        let unlock = |copy| unlock_copy(copy, &vault, with);
        let opened = Opened::at(&path, unlock);
        let mut opened = opened.map_err(|error| without_opener(error, with))?;
        let trial = try_out(&mut opened, with)?;
        Ok::<_, Report>((opened.manifest, trial))
    });
    let (manifest, trial) = tried.await??;
    let mut record = context.snapshot()?.backup()?;
    record.last_verified = Some((act.at, file.clone()));
    let details = words(&trial.found);
    let fact = BackupFact::Verified {
        file,
        manifest: Box::new(manifest),
        trial: trial.found,
    };
    Ok(Decision {
        puts: vec![put(&record)],
        receipts: trial.receipts,
        details,
        ..Decision::of(Fact::Backup(fact))
    }
    .into())
}

fn unlock_copy(
    copy: Vault,
    open: &Vault,
    with: Option<vault::Opener<'_>>,
) -> Result<Vault, VaultError> {
    let copy = copy.accepting_like(open);
    match with {
        Some(with) => copy.open(with, true)?,
        None => copy.unlock_like(open)?,
    }
    Ok(copy)
}

/// Other keys than those that are open here: it is of another vault, or from before a re-keying.
fn without_opener(error: BackupError, with: Option<vault::Opener<'_>>) -> BackupError {
    match (error, with) {
        (BackupError::Vault(VaultError::HeaderTampered | VaultError::Locked), None) => {
            BackupError::NeedsPassphrase
        }
        (error, _) => error,
    }
}

/// The folder is made now and not later: a disk that is not there is to be told, not replaced.
async fn set_schedule(
    context: &Context,
    act: &Act,
    schedule: BackupSchedule,
) -> Result<Decided, Report> {
    let plausible = (1..=MOST_HOURS).contains(&schedule.every_hours)
        && (1..=MOST_KEPT).contains(&schedule.keep);
    if !plausible {
        return Err(BackupError::ScheduleMeaningless.into());
    }
    if !schedule.folder.is_absolute() {
        return Err(BackupError::ScheduleRelative(schedule.folder).into());
    }
    let folder = schedule.folder.clone();
    let make = move || make_private_folder(&folder);
    context.files.run(make).await??;
    let store = context.snapshot()?;
    let mut record = store.backup()?;
    record.schedule = Some(schedule.clone());
    record.last_failure = None;
    let fact = BackupFact::ScheduleSet { schedule };
    Ok(Decision {
        puts: with_next(store.backup_next(Some(act.at))?, &record),
        ..Decision::of(Fact::Backup(fact))
    }
    .into())
}

fn clear_schedule(context: &Context) -> Result<Decided, Report> {
    let store = context.snapshot()?;
    let mut record = store.backup()?;
    record.schedule = None;
    record.last_failure = None;
    Ok(Decision {
        puts: with_next(store.backup_next(None)?, &record),
        ..Decision::of(Fact::Backup(BackupFact::ScheduleCleared))
    }
    .into())
}

fn with_next(mut puts: Vec<Put>, record: &BackupRecord) -> Vec<Put> {
    puts.push(put(record));
    puts
}

/// What health says of backups.
pub(super) fn warnings(sight: &Sight<'_>) -> Result<Vec<String>, Report> {
    let status = BackupStatusQuestion.answer(sight)?;
    let failed = status.last_failure.map(|failure| {
        let what = failure.report.what;
        format!("the scheduled backup of {} failed: {what}", failure.at)
    });
    let waits = status
        .waits_for_unlock
        .then(|| "a scheduled backup is due, and waits until the vault is unlocked".to_owned());
    Ok(failed.into_iter().chain(waits).collect())
}

impl Answer for BackupStatusQuestion {
    fn answer(&self, sight: &Sight<'_>) -> Result<BackupStatus, Report> {
        let record = sight.store.backup()?;
        let next_due = sight.store.backup_due(sight.now)?;
        let is_due = next_due.is_some_and(|due| due <= sight.now);
        let is_locked = sight.context.vault_state()? == VaultState::Locked;
        Ok(BackupStatus {
            schedule: record.schedule,
            last_made: record.last_made,
            last_scheduled: record.last_scheduled,
            last_verified: record.last_verified,
            next_due,
            waits_for_unlock: is_due && is_locked,
            last_failure: record.last_failure,
        })
    }
}

fn require_unlocked(context: &Context) -> Result<(), Report> {
    match context.vault_state()? {
        VaultState::Unlocked => Ok(()),
        VaultState::Locked => Err(VaultError::Locked.into()),
        VaultState::Absent => Err(VaultError::Absent.into()),
    }
}

fn last_made(plan: &Plan, trial: &BackupTrial) -> BackupMade {
    let sealed = trial.authorities.iter();
    let mut sealed = sealed.filter(|it| it.key == KeyTrial::Sealed);
    BackupMade {
        at: plan.now,
        file: plan.file.clone(),
        scheduled: plan.scheduled,
        keys_inside: plan.keys_inside,
        all_keys_tried: sealed.next().is_none(),
    }
}

/// For the audit.
fn words(trial: &BackupTrial) -> String {
    let signed = trial.authorities.iter();
    let signed = signed.filter(|it| it.key == KeyTrial::Signed).count();
    let faults = match &trial.faults[..] {
        [] => "no fault".to_owned(),
        [only] => format!("fault: {only}"),
        [first, rest @ ..] => format!("fault: {first}; {} more", rest.len()),
    };
    format!(
        "restored in memory: {} rows, {signed} of {} authorities' keys signed, {faults}",
        trial.rows,
        trial.authorities.len()
    )
}

fn make_private_folder(folder: &Path) -> Result<(), BackupError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(folder);
    made.map_err(|error| BackupError::CannotWrite(folder.to_owned(), error))
}

/// Why an audit is not sealed that is backed up all the same.
const UNSEALED: [&str; 3] = ["audit.no-key", "audit.rolled-back", "vault.key-unknown"];

/// After a failure of the schedule.
const AGAIN_AFTER_SECS: i64 = 15 * 60;

/// A year.
const MOST_HOURS: u32 = 8760;
const MOST_KEPT: u32 = 1000;
