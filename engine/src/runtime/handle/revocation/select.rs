//! From what a person means to the serials that are meant.

use std::collections::HashSet;

use crate::api::{Report, RevocationReason, Selection, Timestamp};
use crate::authority::{Hierarchy, Target, Verdict};
use crate::runtime::handle::certificate::fitting;
use crate::store::Snapshot;

/// Each once, in the order in which they were named.
pub(super) fn targets(
    store: &Snapshot,
    hierarchy: &Hierarchy,
    what: &Selection,
    now: Timestamp,
) -> Result<Vec<Target>, Report> {
    let mut targets: Vec<Target> = match what {
        Selection::Certificates(ids) => ids
            .iter()
            .map(|id| hierarchy.target(store, *id))
            .collect::<Result<_, _>>()?,
        Selection::Key(key) => {
            let holders = store
                .holders_of_keys(std::slice::from_ref(key))?
                .into_iter();
            holders
                .map(|id| hierarchy.target(store, id))
                .collect::<Result<_, _>>()?
        }
        Selection::Matching { filter, .. } => {
            let rows = fitting(store, filter, now)?.into_iter();
            rows.map(|row| hierarchy.target(store, row.id))
                .collect::<Result<_, _>>()?
        }
        Selection::Serials { authority, serials } => serials
            .iter()
            .map(|serial| hierarchy.target_by_serial(store, *authority, serial.clone()))
            .collect::<Result<_, _>>()?,
    };
    let mut seen = HashSet::new();
    targets.retain(|target| seen.insert((target.issuer, target.serial.clone())));
    Ok(targets)
}

/// What becomes of each. An authority takes all below it along, so that nobody revokes it who meant
/// many and did not say so.
pub(super) fn judge(
    hierarchy: &Hierarchy,
    what: &Selection,
    target: &Target,
    reason: RevocationReason,
    now: Timestamp,
) -> Verdict {
    let others_only = matches!(
        what,
        Selection::Matching {
            authorities: false,
            ..
        }
    );
    match hierarchy.judge(target, reason, now) {
        verdict if verdict.changes() && target.is_authority && others_only => Verdict::LeftOut,
        verdict => verdict,
    }
}
