//! `health`: whether anything needs a person, for people and for monitoring.

use chancery_engine::api::{Duty, Health, HealthQuestion, Report, Timestamp};

use super::print::{Exit, Told, table};
use super::session::Session;

pub(super) const ABOUT: &str = "Whether anything needs a person; exit code 1 if so";

pub(super) fn run(session: &Session) -> Result<Told, Report> {
    session.require_vault()?;
    let health = session.ask(&HealthQuestion)?;
    let told = Told::new(in_words(&health), &health)?;
    Ok(told.ending_with(match health.warnings.is_empty() {
        true => Exit::Done,
        false => Exit::Failed,
    }))
}

fn in_words(health: &Health) -> String {
    let mut words = match &health.warnings[..] {
        [] => "Nothing needs you.\n".to_owned(),
        warnings => warnings.iter().map(|it| format!("{it}\n")).collect(),
    };
    for (count, what) in [
        (health.pending_requests, "requests wait for a decision"),
        (health.running_jobs, "jobs are under way"),
    ] {
        if count > 0 {
            words.push_str(&format!("{count} {what}\n"));
        }
    }
    if !health.due.is_empty() {
        let rows: Vec<_> = health.due.iter().map(row).collect();
        words.push('\n');
        words.push_str(&table(["Due", "What"], &rows));
    }
    words
}

fn row((at, duty): &(Timestamp, Duty)) -> [String; 2] {
    let what = match duty {
        Duty::Backup => "make the scheduled backup".to_owned(),
        Duty::CheckRenewal(id) => format!("ask the CA when to renew {id}"),
        Duty::EndGrant(id) => format!("end the grant of {id}"),
        Duty::RemoveRecords(id) => format!("take what {id} has left out of the DNS"),
        Duty::Renew(id) => format!("renew {id}"),
        _ => "something that a newer version has filed".to_owned(),
    };
    [at.to_string(), what]
}
