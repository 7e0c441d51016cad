//! Older backups that the schedule has made and may remove again.

use std::fs;
use std::path::{Path, PathBuf};

use super::head::read_manifest;
use crate::base::{BackupManifest, Timestamp};

/// `chancery-2026-11-22T020000Z.backup`: sorts by time, and is a name on every system.
pub(crate) fn scheduled_name(at: Timestamp) -> String {
    format!("{BEGIN}{}{END}", at.to_string().replace(':', ""))
}

/// Keeps the newest `keep` that the schedule of this vault has made, `made` just now among them,
/// and removes the others: nothing whose name or head says anything else. What cannot be looked at
/// or removed stays, and is looked at the next time; so does what a clock that ran ahead has dated,
/// until its day has come.
pub(crate) fn remove_surplus(made: &Path, now: Timestamp, vault: &str, keep: u32) -> Vec<PathBuf> {
    let folder = made.parent().unwrap_or(made);
    let mut ours: Vec<(Timestamp, PathBuf)> = files(folder)
        .filter(|path| is_named_as_ours(path) && path != made)
        .filter_map(|path| Some((of_vault(&path, vault)?.made, path)))
        .filter(|(at, _)| *at <= now)
        .collect();
    ours.sort();
    let others = usize::try_from(keep).map_or(usize::MAX, |keep| keep.saturating_sub(1));
    let surplus = ours.len().saturating_sub(others);
    let (old, _) = ours.split_at(surplus);
    let parts = files(folder).filter(|path| is_left_behind(path, vault));
    parts.for_each(|path| {
        fs::remove_file(path).ok();
    });
    let gone = old.iter().filter(|(_, path)| fs::remove_file(path).is_ok());
    gone.map(|(_, path)| path.clone()).collect()
}

/// No folders and no links.
fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|it| it.is_file()));
    files.map(|entry| entry.path())
}

fn of_vault(path: &Path, vault: &str) -> Option<BackupManifest> {
    let manifest = read_manifest(path).ok()?;
    (manifest.scheduled && manifest.vault == vault).then_some(manifest)
}

fn is_named_as_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let time = name
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_suffix(END));
    time.is_some_and(|time| {
        let shape = "0000-00-00T000000Z";
        time.len() == shape.len()
            && time
                .bytes()
                .zip(shape.bytes())
                .all(|(found, shape)| match shape {
                    b'0' => found.is_ascii_digit(),
                    other => found == other,
                })
    })
}

/// A part of ours whose making was cut short: nobody else makes one, since we hold the data folder.
fn is_left_behind(path: &Path, vault: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own = format!(".{}.part", std::process::id());
    name.starts_with(&format!(".{BEGIN}"))
        && name.ends_with(".part")
        && !name.ends_with(&own)
        && of_vault(path, vault).is_some()
}

const BEGIN: &str = "chancery-";
const END: &str = ".backup";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_as_the_schedule_names_it_is_looked_at() {
        let name = scheduled_name(Timestamp::from_secs(1_795_312_800));
        assert_eq!(name, "chancery-2026-11-22T020000Z.backup");
        assert!(is_named_as_ours(Path::new(&name)));
        for other in [
            "chancery-before-the-move.backup",
            "chancery-2026-11-22T020000Z.backup.old",
            "2026-11-22T020000Z.backup",
            "chancery-2026-11-22T0200.backup",
            "chancery.redb",
        ] {
            assert!(!is_named_as_ours(Path::new(other)), "{other}");
        }
    }
}
