//! A backup: what it says of itself, and what restoring it in memory has shown.

use chancery_engine::api::{BackupManifest, BackupTrial, KeyTrial};
use egui::Ui;

use crate::gui::parts::time;
use crate::gui::theme::{Tone, icons};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::{badge, facts};

/// What it says of itself.
pub(in crate::gui) fn manifest(ui: &mut Ui, file: &str, manifest: &BackupManifest) {
    facts::facts(ui, "manifest", |ui| {
        facts::row(ui, "File", file);
        facts::row(ui, "Made", &time::absolute(manifest.made));
        let keys = match manifest.keys_inside {
            true => format!("{} inside, sealed", manifest.keys),
            false => "Not inside".to_owned(),
        };
        facts::row(ui, "Private keys", &keys);
        let holds = format!(
            "{} authorities, {} certificates, {} requests",
            manifest.authorities, manifest.certificates, manifest.requests
        );
        facts::row(ui, "Holds", &holds);
    });
}

/// What restoring it in memory has shown: the outcome in one line, then each authority, then each
/// fault.
pub(in crate::gui) fn trial(ui: &mut Ui, trial: &BackupTrial) {
    match trial.faults.is_empty() {
        true => {
            let words = format!(
                "Can be restored: {} rows read, audit complete up to entry {}",
                trial.rows, trial.audit_complete_to
            );
            badge::line(ui, Tone::Good, icons::DONE, &words);
        }
        false => badge::line(ui, Tone::Bad, icons::FAILED, "Cannot be restored as it is"),
    }
    for authority in &trial.authorities {
        let (tone, icon, word) = key(authority.key);
        badge::line(ui, tone, icon, &format!("{}: {word}", authority.name));
    }
    for fault in &trial.faults {
        badge::line(ui, Tone::Bad, icons::WARNING, &sentence(fault));
    }
    if !trial.faults.is_empty() {
        ui.label("Make a new backup, and keep this file until that one has been tried out.");
    }
}

const fn key(key: KeyTrial) -> (Tone, &'static str, &'static str) {
    match key {
        KeyTrial::Signed => (Tone::Good, icons::DONE, "its key signed"),
        KeyTrial::Sealed => (
            Tone::Off,
            icons::LOCK,
            "its key is there, and stays sealed without the passphrase",
        ),
        KeyTrial::Absent => (Tone::Off, icons::INFO, "its key is not in the backup"),
        _ => (Tone::Bad, icons::FAILED, "its key did not sign"),
    }
}
