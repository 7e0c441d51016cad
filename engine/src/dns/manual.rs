//! No service at all: a person puts the record there.

use crate::base::{Evidence, ZonesInReach};
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "manual",
    title: "By hand: the record is shown, and a person puts it there",
    evidence: Evidence::Run,
    fields: &[],
    connect: |_| Ok(Box::new(Manual)),
};

struct Manual;

impl Driver for Manual {
    fn publish<'a>(&'a self, _: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async { Ok(Published::ByHand) })
    }

    /// What a person put there stays until a person takes it away.
    fn remove<'a>(&'a self, _: &'a Txt) -> Doing<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        let known = "a person changes the records, wherever they are";
        Box::pin(async move { Ok(ZonesInReach::CannotTell(known.to_owned())) })
    }
}
