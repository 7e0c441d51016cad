//! Verifies an export offline, or the store's own chain in steps; trusts nobody but the key.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::Read;

use super::chain::{Follower, Verification, is_number};
use super::error::AuditError;
use super::seal::{Checkpoint, is_store_id, read, read_key};
use super::{FORMAT, MAX_LINE};
use crate::base::unhex;
use crate::store::Snapshot;
use crate::store::audit::StoredEntry;

/// Follows an export from its first entry. `key_pem` is the audit's public key, and `since` a
/// checkpoint that was kept elsewhere. What is wrong with the export is found, not failed with; an
/// error means that nothing could be verified.
pub(crate) fn verify(
    export: &mut dyn BufRead,
    key_pem: &[u8],
    since: Option<&[u8]>,
) -> Result<Verification, AuditError> {
    let key = read_key(key_pem)?;
    let mut lines = Lines::of(export);
    let store = match lines.next()? {
        None => return Err(AuditError::Empty),
        Some(Line::Broken(_)) => return Err(AuditError::NotAnExport),
        Some(Line::Text(line)) => header(line)?,
    };
    let seals = Seals {
        store: &store,
        key_spki: &key,
    };
    let mut follower = Follower::default();
    if let Some(kept) = since {
        follower.expect(&seals.read(&kept_text(kept)?)?);
    }
    while let Some(line) = lines.next()? {
        let wrong = match line {
            Line::Text(line) => take(line, &mut follower, &seals).err(),
            Line::Broken(why) => Some(why.to_owned()),
        };
        if let Some(why) = wrong {
            follower.fault(format!("line {}: {why}", lines.number));
        }
    }
    Ok(follower.finish())
}

/// Follows at most `count` more entries of the store and the checkpoints among them; `false` when
/// the end was reached. Without `seals`, checkpoints are passed over.
pub(crate) fn step(
    follower: &mut Follower,
    snapshot: &Snapshot,
    seals: Option<&Seals<'_>>,
    count: usize,
) -> Result<bool, AuditError> {
    // The first step begins with 0, where nothing should be.
    let first = if follower.next() == 1 {
        0
    } else {
        follower.next()
    };
    let count = count.max(2);
    let page = snapshot.audit_from(first, count)?;
    let last = page.last().map_or(first, |entry| entry.sequence);
    // Behind an impossible number the follower would not get on.
    let is_end = page.len() < count || !is_number(last);
    let mut sealed = match seals {
        Some(seals) => {
            let until = if is_end { u64::MAX } else { last };
            let wanted = |sequence: &u64| (first..=until).contains(sequence);
            let texts = snapshot.checkpoints()?.into_iter();
            read_all(
                follower,
                seals,
                texts.filter(|(sequence, _)| wanted(sequence)),
            )
        }
        None => BTreeMap::new(),
    };
    for entry in &page {
        let later = sealed.split_off(&entry.sequence.saturating_add(1));
        sealed
            .values()
            .for_each(|checkpoint| follower.expect(checkpoint));
        sealed = later;
        follower.follow(entry);
    }
    sealed
        .values()
        .for_each(|checkpoint| follower.expect(checkpoint));
    Ok(!is_end)
}

/// What a verification says, a sentence a line, without full stops. A tail that was cut can only
/// be known from a checkpoint beyond it, so later entries are never excluded.
pub(crate) fn words(found: &Verification) -> Vec<String> {
    let last = found.complete_to;
    let mut words = found.faults.clone();
    words.push(match (last, words.is_empty()) {
        (0, true) => "there are no entries; later entries cannot be excluded".to_owned(),
        (_, true) => format!("complete up to entry {last}; later entries cannot be excluded"),
        (0, false) => "not complete from the first entry on".to_owned(),
        (_, false) => format!("complete up to entry {last} and no further"),
    });
    words.push(match found.sealed_to {
        Some(sealed) => format!("sealed by a checkpoint up to entry {sealed}"),
        None => "no checkpoint seals it: whoever could write it could have rewritten all of it"
            .to_owned(),
    });
    words
}

/// Whose checkpoints count.
pub(crate) struct Seals<'s> {
    /// Id of the store.
    pub(crate) store: &'s str,
    /// The audit's public key, SubjectPublicKeyInfo in DER.
    pub(crate) key_spki: &'s [u8],
}

impl Seals<'_> {
    fn read(&self, text: &str) -> Result<Checkpoint, AuditError> {
        let checkpoint = read(text, self.key_spki)?;
        match checkpoint.store == self.store {
            true => Ok(checkpoint),
            false => Err(AuditError::OtherStore {
                found: checkpoint.store,
                expected: self.store.to_owned(),
            }),
        }
    }
}

/// Those that hold, by the entry they seal; the others are faults.
fn read_all(
    follower: &mut Follower,
    seals: &Seals<'_>,
    texts: impl Iterator<Item = (u64, String)>,
) -> BTreeMap<u64, Checkpoint> {
    let mut sealed = BTreeMap::new();
    for (sequence, text) in texts {
        match seals.read(&text) {
            Ok(checkpoint) if checkpoint.sequence == sequence => {
                sealed.insert(sequence, checkpoint);
            }
            Ok(other) => {
                let found = other.sequence;
                follower.fault(format!(
                    "checkpoint of entry {sequence}: it seals entry {found} instead"
                ));
            }
            Err(why) => follower.fault(format!("checkpoint of entry {sequence}: {why}")),
        }
    }
    sealed
}

/// What was kept may have come by mail: other line ends and white space around it do not matter.
fn kept_text(kept: &[u8]) -> Result<String, AuditError> {
    let text = std::str::from_utf8(kept).map_err(|_| AuditError::Checkpoint)?;
    let lines = text.trim_start_matches('\u{feff}').trim().lines();
    Ok(lines
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect())
}

/// The id of the store; empty if there was no vault yet, and so nothing to seal with.
fn header(line: &str) -> Result<String, AuditError> {
    let begin = r#"{"format":""#;
    let rest = line.strip_prefix(begin).ok_or(AuditError::NotAnExport)?;
    let (format, rest) = rest.split_once('"').ok_or(AuditError::NotAnExport)?;
    if format != FORMAT {
        let found = format.chars().take(64).collect();
        return Err(AuditError::Format { found });
    }
    rest.strip_prefix(r#","store":""#)
        .and_then(|rest| rest.strip_suffix(r#""}"#))
        .filter(|store| store.is_empty() || is_store_id(store))
        .map(ToOwned::to_owned)
        .ok_or(AuditError::NotAnExport)
}

/// Says what is wrong with the line, if it is neither an entry nor a checkpoint.
fn take(line: &str, follower: &mut Follower, seals: &Seals<'_>) -> Result<(), String> {
    if let Some(rest) = line.strip_prefix(r#"{"checkpoint":"#) {
        let text = checkpoint_text(rest).ok_or_else(|| AuditError::Checkpoint.to_string())?;
        let checkpoint = seals.read(&text).map_err(|why| why.to_string())?;
        follower.expect(&checkpoint);
    } else {
        follower.follow(&entry(line).ok_or("this is neither an entry nor a checkpoint")?);
    }
    Ok(())
}

/// Only as it is exported: JSON could spell the same text in other ways.
fn checkpoint_text(rest: &str) -> Option<String> {
    let json = rest.strip_suffix('}')?;
    let text: String = serde_json::from_str(json).ok()?;
    let exported = serde_json::Value::from(text.as_str()).to_string();
    (exported == json).then_some(text)
}

/// Cuts the line at fixed places and does not read the entry itself, since its bytes are hashed.
fn entry(line: &str) -> Option<StoredEntry> {
    let rest = line.strip_prefix(r#"{"sequence":"#)?;
    let (number, rest) = rest.split_once(r#","link":""#)?;
    let (digits, rest) = rest.split_once(r#"","entry":"#)?;
    let body = rest.strip_suffix('}')?;
    let sequence: u64 = number
        .parse()
        .ok()
        .filter(|read: &u64| read.to_string() == number)?;
    let link: [u8; 32] = unhex(digits)?.try_into().ok()?;
    let is_lower = !digits.bytes().any(|digit| digit.is_ascii_uppercase());
    is_lower.then(|| StoredEntry {
        sequence,
        link,
        body: body.to_owned(),
    })
}

/// Lines of bounded length, counted from 1.
struct Lines<'e> {
    from: &'e mut dyn BufRead,
    line: Vec<u8>,
    number: u64,
}

enum Line<'l> {
    /// Why it cannot be read.
    Broken(&'static str),
    Text(&'l str),
}

impl<'e> Lines<'e> {
    fn of(from: &'e mut dyn BufRead) -> Self {
        Self {
            from,
            line: Vec::new(),
            number: 0,
        }
    }

    fn next(&mut self) -> Result<Option<Line<'_>>, AuditError> {
        self.line.clear();
        let mut limited = Read::take(&mut *self.from, MAX_LINE as u64 + 1);
        let read = limited.read_until(b'\n', &mut self.line);
        if read.map_err(AuditError::Read)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.line.pop_if(|last| *last == b'\n').is_none() {
            return self.unended().map(Some);
        }
        Ok(Some(match std::str::from_utf8(&self.line) {
            Ok(text) => Line::Text(text),
            Err(_) => Line::Broken("this is not UTF-8"),
        }))
    }

    /// Either too long, or the last of a file that was cut.
    fn unended(&mut self) -> Result<Line<'_>, AuditError> {
        if self.line.len() <= MAX_LINE {
            return Ok(Line::Broken("the line was cut off"));
        }
        self.from.skip_until(b'\n').map_err(AuditError::Read)?;
        Ok(Line::Broken("the line is too long"))
    }
}
