//! Writes all entries and checkpoints as JSON lines, a page of entries at a time.

use std::io::Write;
use std::iter::Peekable;

use super::error::AuditError;
use super::{FORMAT, MAX_BODY};
use crate::base::hex;
use crate::store::audit::StoredEntry;
use crate::store::{Snapshot, StoreError};

/// Writes the export and says how many entries it has. `store` is the id that checkpoints name.
/// `out` should be buffered; it is flushed at the end.
pub(crate) fn write(
    snapshot: &Snapshot,
    store: &str,
    out: &mut dyn Write,
) -> Result<u64, AuditError> {
    let pages = |first, count| snapshot.audit_from(first, count);
    lines(store, snapshot.checkpoints()?, pages, out)
}

/// `pages` gives at most so many entries from the first on.
pub(super) fn lines(
    store: &str,
    checkpoints: Vec<(u64, String)>,
    pages: impl Fn(u64, usize) -> Result<Vec<StoredEntry>, StoreError>,
    out: &mut dyn Write,
) -> Result<u64, AuditError> {
    let mut checkpoints = checkpoints.into_iter().peekable();
    let mut written = 0;
    let mut first = Some(0);
    writeln!(out, r#"{{"format":"{FORMAT}","store":"{store}"}}"#).map_err(AuditError::Write)?;
    while let Some(from) = first {
        let page = pages(from, PAGE)?;
        for entry in &page {
            sealed_before(entry.sequence, &mut checkpoints, out)?;
            entry_line(entry, out)?;
            written += 1;
        }
        first = page.last().and_then(|entry| entry.sequence.checked_add(1));
    }
    for (_, text) in checkpoints {
        checkpoint_line(&text, out)?;
    }
    out.flush().map_err(AuditError::Write)?;
    Ok(written)
}

/// A checkpoint stands behind the entry it seals, that is, before the next one.
fn sealed_before(
    sequence: u64,
    checkpoints: &mut Peekable<impl Iterator<Item = (u64, String)>>,
    out: &mut dyn Write,
) -> Result<(), AuditError> {
    while let Some((_, text)) = checkpoints.next_if(|(sealed, _)| *sealed < sequence) {
        checkpoint_line(&text, out)?;
    }
    Ok(())
}

/// The stored bytes stand last, so that a reader in any language cuts out exactly what is hashed.
fn entry_line(entry: &StoredEntry, out: &mut dyn Write) -> Result<(), AuditError> {
    let StoredEntry {
        sequence,
        link,
        body,
    } = entry;
    if MAX_BODY < body.len() || body.bytes().any(|byte| byte < b' ') {
        return Err(AuditError::Entry {
            sequence: *sequence,
        });
    }
    let link = hex(link);
    writeln!(
        out,
        r#"{{"sequence":{sequence},"link":"{link}","entry":{body}}}"#
    )
    .map_err(AuditError::Write)
}

fn checkpoint_line(text: &str, out: &mut dyn Write) -> Result<(), AuditError> {
    let text = serde_json::Value::from(text);
    writeln!(out, r#"{{"checkpoint":{text}}}"#).map_err(AuditError::Write)
}

const PAGE: usize = 512;
