//! The records are taken out of the DNS again, however the order ends.

use super::desk::{Desk, Trouble};
use super::publish::{Deed, each_target};
use crate::api::Report;
use crate::store::acme::ChallengeRecord;

pub(super) async fn clean(desk: &mut Desk) -> Result<(), Trouble> {
    let store = desk.context().snapshot()?;
    store.spare_standing(desk.id, &mut desk.record)?;
    drop(store);
    if desk.record.challenges.iter().any(ChallengeRecord::is_left) {
        let driver = desk.driver()?;
        let mut outcomes = each_target(desk, &driver, ChallengeRecord::is_left, Deed::Remove)?;
        let (mut trouble, mut taken) = (None, 0);
        while let Some(done) = outcomes.join_next().await {
            let done = done.map_err(|_| Report::bug("removing a record has crashed"))?;
            for (at, outcome) in done {
                match outcome {
                    Ok(_) => {
                        desk.record.challenges[at].may_be_published = false;
                        taken += 1;
                    }
                    Err(error) => trouble = Some(error),
                }
            }
        }
        if let Some(error) = trouble {
            desk.save().await?;
            return Err(error.into());
        }
        desk.step(match taken {
            1 => "The record is out of the DNS again".to_owned(),
            _ => format!("{taken} records are out of the DNS again"),
        });
    }
    let by_hand: Vec<String> = desk
        .record
        .challenges
        .iter()
        .filter(|it| it.by_hand && !it.stays_for_renewals())
        .map(|it| it.row.target.clone())
        .collect();
    if !by_hand.is_empty() {
        desk.step(format!(
            "Made by hand, and to be taken away by hand: {}",
            by_hand.join(", ")
        ));
    }
    let staying = desk
        .record
        .challenges
        .iter()
        .filter(|it| it.stays_for_renewals())
        .count();
    if staying > 0 {
        desk.step(format!(
            "{staying} records stay in the DNS and prove the names for renewals, too"
        ));
    }
    desk.end().await
}
