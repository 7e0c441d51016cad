//! Backups: made now or by themselves, tried out by restoring them in memory.

use chancery_engine::api::{BackupMade, BackupSchedule, BackupStatus};
use egui::Ui;

use super::dialogs::Asked;
use crate::gui::parts::time;
use crate::gui::screens::{View, page, section};
use crate::gui::theme::{Tone, icons};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::{alert, badge, facts, report};

pub(super) fn backups(ui: &mut Ui, status: &BackupStatus, view: &View<'_>) -> Option<Asked> {
    let mut asked = None;
    page(ui, |ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        ui.label(
            "One sealed file with everything: certificates, requests, the audit, and the vault if \
             you want its keys in it. The vault’s passphrase opens it, on any computer.",
        );
        failures_ui(ui, status, view);
        section(ui, "Last");
        last_ui(ui, status, view);
        section(ui, "By themselves");
        asked = schedule_ui(ui, status, view);
    });
    asked
}

fn failures_ui(ui: &mut Ui, status: &BackupStatus, view: &View<'_>) {
    if status.last_made.is_none() && status.last_failure.is_none() {
        let text = "If this disk fails, every key and certificate on it is gone.";
        alert::alert(ui, Tone::Due, "There is no backup yet", text);
    }
    if let Some(failure) = &status.last_failure {
        let when = time::relative(view.now, failure.at);
        badge::line(
            ui,
            Tone::Bad,
            icons::FAILED,
            &format!("The last one that was due could not be made, {when}"),
        );
        report::report(ui, &failure.report);
    }
    if status.waits_for_unlock {
        let text = "One is due and is made as soon as the vault is unlocked.";
        alert::alert(ui, Tone::Info, "A backup waits", text);
    }
}

fn last_ui(ui: &mut Ui, status: &BackupStatus, view: &View<'_>) {
    facts::facts(ui, "last backups", |ui| {
        match &status.last_made {
            Some(made) => made_ui(ui, made, view),
            None => drop(facts::row(ui, "Made", "Never")),
        }
        match &status.last_verified {
            Some((at, file)) => {
                let words = format!("{}, {}", time::relative(view.now, *at), file.display());
                facts::row(ui, "Tried out", &words).on_hover_text(time::absolute(*at));
            }
            None => drop(facts::row(ui, "Tried out", "No file on request so far")),
        }
    });
}

fn made_ui(ui: &mut Ui, made: &BackupMade, view: &View<'_>) {
    let how = match made.scheduled {
        true => "by itself",
        false => "on request",
    };
    let when = format!("{}, {how}", time::relative(view.now, made.at));
    facts::row(ui, "Made", &when).on_hover_text(time::absolute(made.at));
    facts::row(ui, "File", &made.file.display().to_string());
    let keys = match made.keys_inside {
        true => "Inside, sealed as they are in the vault",
        false => "Not inside",
    };
    facts::row(ui, "Private keys", keys);
    let trial = match (made.keys_inside, made.all_keys_tried) {
        (false, _) => "Restored in memory and read through",
        (true, true) => "Restored in memory; the key of every authority signed",
        (true, false) => {
            "Restored in memory; keys that need the passphrase were not tried, as it was not given"
        }
    };
    facts::row(ui, "Trial", trial);
}

fn schedule_ui(ui: &mut Ui, status: &BackupStatus, view: &View<'_>) -> Option<Asked> {
    let mut asked = None;
    match &status.schedule {
        Some(schedule) => {
            facts::facts(ui, "schedule", |ui| {
                facts::row(ui, "How often", &often(schedule));
                facts::row(ui, "Folder", &schedule.folder.display().to_string());
                let keys = match schedule.keys_inside {
                    true => "Inside",
                    false => "Not inside",
                };
                facts::row(ui, "Private keys", keys);
                if let Some(due) = status.next_due {
                    let words = sentence(&time::relative(view.now, due));
                    facts::row(ui, "Next", &words).on_hover_text(time::absolute(due));
                }
            });
        }
        None => drop(ui.label("None are made by themselves.")),
    }
    ui.horizontal_wrapped(|ui| {
        let verb = match status.schedule.is_some() {
            true => "Change schedule…",
            false => "Set schedule…",
        };
        if ui.button(verb).clicked() {
            asked = Some(Asked::Schedule(status.schedule.clone()));
        }
        if status.schedule.is_some() && ui.button("Make none by themselves").clicked() {
            asked = Some(Asked::ClearSchedule);
        }
    });
    asked
}

fn often(schedule: &BackupSchedule) -> String {
    let every = match schedule.every_hours {
        24 => "Every day".to_owned(),
        168 => "Every week".to_owned(),
        hours if hours % 24 == 0 => format!("Every {} days", hours / 24),
        hours => format!("Every {hours} hours"),
    };
    format!("{every}; the newest {} stay", schedule.keep)
}

const WIDTH: f32 = 720.0;
