//! Adding one value beside others and taking it away again, for services that keep each value as
//! a record of its own, and for those that keep the set of a name as a whole.

use std::iter;

use tokio::sync::Mutex;

use crate::base::ZonesInReach;
use crate::dns::error::DnsError;
use crate::dns::name::RecordName;
use crate::dns::service::Service;
use crate::dns::text::{quoted, unquoted};
use crate::dns::{Doing, Driver, Published, Txt};

/// A service that holds zones.
pub(super) trait Zones: Send + Sync {
    /// How the service is told which zone is meant.
    type Zone: Send + Sync;

    fn service(&self) -> &Service;

    /// The zone of exactly this name, if the credential is shown it.
    fn find(
        &self,
        name: &RecordName,
    ) -> impl Future<Output = Result<Option<Self::Zone>, DnsError>> + Send;

    fn reach(&self) -> impl Future<Output = Result<ZonesInReach, DnsError>> + Send;
}

/// A service at which each value is a record of its own.
pub(super) trait SingleRecords: Zones {
    type Id: Send + Sync;

    /// The TXT records of the name: what each is called, and its value.
    fn list(
        &self,
        at: &At<'_, Self::Zone>,
    ) -> impl Future<Output = Result<Vec<(Self::Id, String)>, DnsError>> + Send;

    /// That the record is there already is no error.
    fn create(&self, at: &At<'_, Self::Zone>) -> impl Future<Output = Result<(), DnsError>> + Send;

    /// That the record is gone already is no error.
    fn delete(
        &self,
        at: &At<'_, Self::Zone>,
        id: &Self::Id,
    ) -> impl Future<Output = Result<(), DnsError>> + Send;

    /// After one or more of the above.
    fn settle(&self, _: &At<'_, Self::Zone>) -> impl Future<Output = Result<(), DnsError>> + Send {
        std::future::ready(Ok(()))
    }
}

/// A service that only knows all TXT values of a name together.
pub(super) trait RecordSets: Zones {
    /// The set; an empty one if there is none.
    fn read(
        &self,
        at: &At<'_, Self::Zone>,
    ) -> impl Future<Output = Result<RecordSet, DnsError>> + Send;

    /// Puts `to` in the place of `from`; an empty set is none.
    fn write(
        &self,
        at: &At<'_, Self::Zone>,
        from: &RecordSet,
        to: &RecordSet,
    ) -> impl Future<Output = Result<Written, DnsError>> + Send;
}

/// A record, and the service's zone that holds it.
pub(super) struct At<'a, Z> {
    pub(super) record: &'a Txt,
    pub(super) zone: Z,
    zone_name: RecordName,
}

/// All TXT values of a name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct RecordSet {
    /// As zone files write them.
    pub(super) values: Vec<String>,
    /// A set that is there keeps its own.
    pub(super) ttl_secs: Option<u32>,
    /// What else a write has to repeat or refer to.
    pub(super) rest: serde_json::Value,
}

pub(super) enum Written {
    /// The service writes only if nobody else has written since.
    Surely,
    /// Somebody else's write may have come in between, and is overwritten, or overwrites this one.
    Perhaps,
    /// The set is not what it was, or something else is wrong.
    Refused(DnsError),
}

/// The driver of a service with single records; what it is asked at once, it does in turn.
pub(super) struct OneByOne<T> {
    service: T,
    turn: Mutex<()>,
}

/// The driver of a service with whole sets; what it is asked at once, it does in turn, so that its
/// own writes do not overtake each other.
pub(super) struct AsSets<T> {
    service: T,
    turn: Mutex<()>,
}

impl<T> OneByOne<T> {
    pub(super) fn of(service: T) -> Self {
        let turn = Mutex::new(());
        Self { service, turn }
    }
}

impl<T> AsSets<T> {
    pub(super) fn of(service: T) -> Self {
        let turn = Mutex::new(());
        Self { service, turn }
    }
}

impl<T: SingleRecords> Driver for OneByOne<T> {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            let at = place(&self.service, record).await?;
            let records = self.service.list(&at).await?;
            if !records.iter().any(|(_, value)| *value == record.value) {
                self.service.create(&at).await?;
                self.service.settle(&at).await?;
            }
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            let at = place(&self.service, record).await?;
            let mut records = self.service.list(&at).await?;
            records.retain(|(_, value)| *value == record.value);
            for (id, _) in &records {
                self.service.delete(&at, id).await?;
            }
            match records.is_empty() {
                true => Ok(()),
                false => self.service.settle(&at).await,
            }
        })
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        Box::pin(self.service.reach())
    }
}

impl<T: RecordSets> Driver for AsSets<T> {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            self.change(record, RecordSet::with).await?;
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        Box::pin(self.change(record, RecordSet::without))
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        Box::pin(self.service.reach())
    }
}

impl<T: RecordSets> AsSets<T> {
    /// Reads the set and writes it changed, until `changed` finds nothing left to do.
    async fn change(
        &self,
        record: &Txt,
        changed: fn(&RecordSet, &Txt) -> Option<RecordSet>,
    ) -> Result<(), DnsError> {
        let _turn = self.turn.lock().await;
        let at = place(&self.service, record).await?;
        let mut set = self.service.read(&at).await?;
        for _ in 0..ATTEMPTS {
            let Some(wanted) = changed(&set, record) else {
                return Ok(());
            };
            match self.service.write(&at, &set, &wanted).await? {
                Written::Surely => return Ok(()),
                Written::Perhaps => set = self.service.read(&at).await?,
                Written::Refused(error) => {
                    let now = self.service.read(&at).await?;
                    if now == set {
                        return Err(error);
                    }
                    set = now;
                }
            }
        }
        match changed(&set, record) {
            None => Ok(()),
            Some(_) => Err(DnsError::KeepsChanging {
                service: self.service.service().title,
                name: record.name.to_string(),
            }),
        }
    }
}

/// The longest zone of the service that is the record's or above it.
async fn place<'a, T: Zones>(service: &T, record: &'a Txt) -> Result<At<'a, T::Zone>, DnsError> {
    let title = service.service().title;
    if !record.name.is_within(&record.zone) {
        return Err(DnsError::NotInZone {
            server: title.to_owned(),
            name: record.name.to_string(),
        });
    }
    for zone_name in zones_above(&record.zone) {
        if let Some(zone) = service.find(&zone_name).await? {
            return Ok(At {
                record,
                zone,
                zone_name,
            });
        }
    }
    Err(DnsError::ZoneNotInAccount {
        service: title,
        zone: record.zone.to_string(),
    })
}

/// The zone itself and those above it, but for top-level domains, which nobody keeps at a service.
fn zones_above(zone: &RecordName) -> impl Iterator<Item = RecordName> + use<> {
    let parents = iter::successors(zone.parent(), RecordName::parent);
    let parents = parents.filter(|name| name.as_str().contains('.'));
    iter::once(zone.clone()).chain(parents)
}

impl<Z> At<'_, Z> {
    /// The record's name in front of the zone's; `apex` for the zone itself.
    pub(super) fn relative(&self, apex: &'static str) -> &str {
        match self.record.name.relative_to(&self.zone_name) {
            None | Some("") => apex,
            Some(relative) => relative,
        }
    }
}

impl RecordSet {
    /// With the record's value; `None` if it is there.
    fn with(&self, record: &Txt) -> Option<Self> {
        if self
            .values
            .iter()
            .any(|value| unquoted(value) == record.value)
        {
            return None;
        }
        let mut set = self.clone();
        set.values.push(quoted(&record.value));
        set.ttl_secs.get_or_insert(record.ttl_secs);
        Some(set)
    }

    /// Without the record's value; `None` if it is not there.
    fn without(&self, record: &Txt) -> Option<Self> {
        let mut set = self.clone();
        set.values.retain(|value| unquoted(value) != record.value);
        (set.values.len() < self.values.len()).then_some(set)
    }
}

/// How often a change is tried that somebody else's overwrites.
pub(super) const ATTEMPTS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn txt(value: &str) -> Txt {
        Txt {
            zone: "b.a.example.org".parse().unwrap(),
            name: "_acme-challenge.b.a.example.org".parse().unwrap(),
            value: value.to_owned(),
            ttl_secs: 60,
        }
    }

    #[test]
    fn a_zone_is_looked_for_from_its_own_name_upwards_but_not_at_the_top() {
        let above = |zone: &str| -> Vec<String> {
            let zones = zones_above(&zone.parse().unwrap());
            zones.map(|zone| zone.to_string()).collect()
        };
        assert_eq!(
            above("b.a.example.org"),
            ["b.a.example.org", "a.example.org", "example.org"]
        );
        assert_eq!(above("example.org"), ["example.org"]);
        assert_eq!(above("internal"), ["internal"]);
    }

    #[test]
    fn a_name_is_told_relative_to_the_zone_that_was_found() {
        let record = txt("new");
        let at = |zone: &str| At {
            record: &record,
            zone: (),
            zone_name: zone.parse().unwrap(),
        };
        assert_eq!(at("example.org").relative("@"), "_acme-challenge.b.a");
        assert_eq!(at("_acme-challenge.b.a.example.org").relative("@"), "@");
    }

    #[test]
    fn a_set_keeps_its_time_to_live_and_a_new_one_takes_the_records() {
        let new = RecordSet::default().with(&txt("new")).unwrap();
        assert_eq!(new.ttl_secs, Some(60));
        let old = RecordSet {
            values: vec!["\"old\"".to_owned()],
            ttl_secs: Some(3600),
            ..RecordSet::default()
        };
        let both = old.with(&txt("new")).unwrap();
        assert_eq!(both.ttl_secs, Some(3600));
        assert_eq!(both.values, ["\"old\"", "\"new\""]);
        assert_eq!(both.with(&txt("new")), None);
        assert_eq!(both.without(&txt("new")), Some(old.clone()));
        assert_eq!(old.without(&txt("new")), None);
    }
}
