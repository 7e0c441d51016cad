//! Backups that were cut, changed, mixed or made by somebody else.

use chancery_engine::read_manifest;

use super::{Kept, created, restored, stream_at, vault_at};
use crate::store::{VAULT, generate};

#[test]
fn a_backup_that_was_cut_anywhere_is_no_backup() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let vault = vault_at(&whole);
    let mut lengths: Vec<usize> = (0..whole.len()).step_by(997).collect();
    // Around each border: magic, version, length, manifest, salt, checksum, vault, stream.
    for border in [
        8,
        10,
        14,
        vault - 68,
        vault - 36,
        vault - 4,
        vault,
        whole.len(),
    ] {
        lengths.extend(border.saturating_sub(2)..(border + 2).min(whole.len()));
    }
    for length in lengths {
        let report = kept.verify(&whole[..length]).unwrap_err();
        assert_eq!(report.code, "backup.damaged", "{length}: {report:?}");
    }
    kept.verify(&whole).unwrap();
}

#[test]
fn a_backup_cut_between_two_chunks_says_that_its_end_is_missing() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let cut = stream_at(&whole) + SEALED_CHUNK;
    assert!(cut < whole.len(), "more than one chunk");
    let report = kept.verify(&whole[..cut]).unwrap_err();
    assert_eq!(report.what, "the backup's end is missing");
    let report = kept.verify(&whole[..stream_at(&whole)]).unwrap_err();
    assert_eq!(report.what, "the backup's end is missing");
}

#[test]
fn any_byte_of_a_backup_that_was_changed_is_noticed() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let head = stream_at(&whole);
    let places = (0..head)
        .step_by(37)
        .chain((head..whole.len()).step_by(4999));
    for place in places.chain([whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        let report = kept.verify(&changed).unwrap_err();
        assert!(report.code.starts_with("backup."), "{place}: {report:?}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert_eq!(kept.verify(&longer).unwrap_err().code, "backup.damaged");
}

#[test]
fn chunks_that_changed_places_or_came_from_another_backup_are_noticed() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let start = stream_at(&whole);
    let chunk = |at: usize| start + at * SEALED_CHUNK..start + (at + 1) * SEALED_CHUNK;
    assert!(chunk(1).end < whole.len(), "more than two chunks");
    let mut swapped = whole.clone();
    swapped[chunk(0)].copy_from_slice(&whole[chunk(1)]);
    swapped[chunk(1)].copy_from_slice(&whole[chunk(0)]);
    assert_eq!(kept.verify(&swapped).unwrap_err().code, "backup.damaged");
    let mut left_out = whole.clone();
    left_out.drain(chunk(0));
    assert_eq!(kept.verify(&left_out).unwrap_err().code, "backup.damaged");
    // The same store, the same vault, the next moment.
    let other = kept.folder.path().join("other");
    created(&kept.world, &other, true);
    let other = std::fs::read(&other).unwrap();
    let mut mixed = whole.clone();
    let from = stream_at(&other);
    mixed[chunk(0)].copy_from_slice(&other[from..from + SEALED_CHUNK]);
    assert_eq!(kept.verify(&mixed).unwrap_err().code, "backup.damaged");
    let exchanged = [&other[..from], &whole[start..]].concat();
    assert_eq!(kept.verify(&exchanged).unwrap_err().code, "backup.damaged");
}

#[test]
fn a_vault_inside_that_is_another_one_is_noticed() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let (at, start) = (vault_at(&whole), stream_at(&whole));
    kept.world.done(generate("later"));
    let newer = std::fs::read(kept.folder.path().join("data").join(VAULT)).unwrap();
    let length = u32::try_from(newer.len()).unwrap().to_be_bytes();
    let exchanged = [&whole[..at - 4], &length, &newer, &whole[start..]].concat();
    assert_eq!(kept.verify(&exchanged).unwrap_err().code, "backup.damaged");
}

#[test]
fn what_a_newer_version_made_is_refused_with_its_name() {
    let kept = Kept::new();
    let mut newer = std::fs::read(&kept.file).unwrap();
    newer[9] = 2;
    let report = kept.verify(&newer).unwrap_err();
    assert_eq!(report.code, "backup.newer-version");
    assert!(report.what.contains("made it"), "{}", report.what);
    assert!(report.what.contains("chancery 0."), "{}", report.what);
    let target = kept.folder.path().join("restored");
    let file = kept.written(&newer);
    assert_eq!(
        restored(&file, &target).unwrap_err().code,
        "backup.newer-version"
    );
    assert!(!target.exists());
}

#[test]
fn what_is_no_backup_is_told_and_lengths_are_not_believed() {
    let kept = Kept::new();
    let code = |bytes: &[u8]| kept.verify(bytes).unwrap_err().code;
    assert_eq!(code(b""), "backup.damaged");
    assert_eq!(code(b"-----BEGIN CERTIFICATE-----"), "backup.not-a-backup");
    assert_eq!(code(&[0; 100_000]), "backup.not-a-backup");
    let whole = std::fs::read(&kept.file).unwrap();
    for lie in [[0xff; 4], [0, 0xff, 0xff, 0xff], [0, 0, 0xff, 0xff]] {
        let mut manifest = whole.clone();
        manifest[10..14].copy_from_slice(&lie);
        assert_eq!(code(&manifest), "backup.damaged");
        let mut vault = whole.clone();
        let at = vault_at(&whole);
        vault[at - 4..at].copy_from_slice(&lie);
        assert!(code(&vault).starts_with("backup."));
    }
    let missing = kept.folder.path().join("missing");
    assert_eq!(
        read_manifest(&missing).unwrap_err().code,
        "backup.cannot-read"
    );
    assert_eq!(
        read_manifest(kept.folder.path()).unwrap_err().code,
        "backup.cannot-read"
    );
}

/// A full chunk of the stream, sealed.
const SEALED_CHUNK: usize = (64 << 10) + 16;
