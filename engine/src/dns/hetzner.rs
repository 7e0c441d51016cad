//! Hetzner, through the Cloud API, where its DNS has moved from the DNS Console.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::{Evidence, FieldInfo, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::pages::Page;
use crate::dns::records::{AsSets, At, RecordSet, RecordSets, Written, Zones};
use crate::dns::service::{self, Service};
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "hetzner",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "api-token",
            "API token",
            "Made in the Hetzner Console under Security, API tokens, with Read & Write; it reaches \
             all of the project, so keep the zone in one of its own; tokens of the former DNS \
             Console do not work",
        )
        .required()
        .secret(),
        service::endpoint("https://api.hetzner.cloud/v1"),
    ],
    connect,
};

struct Hetzner {
    service: Service,
    token: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(AsSets::of(Hetzner {
        service: Service::of(&given, TITLE)?,
        token: given.take_secret("api-token")?,
    })))
}

impl Zones for Hetzner {
    /// An id.
    type Zone = u64;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<u64>, DnsError> {
        let request = self.request(Method::Get, &format!("/zones/{name}"));
        let Some(response) = self.service.ask_whether(request).await? else {
            return Ok(None);
        };
        let found: Found = self.service.read(&response)?;
        Ok(Some(found.zone.id))
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let names = self.service.every_page(1, |page: u32| async move {
            let request = self.request(Method::Get, "/zones");
            let request = request.query(&[("per_page", "50"), ("page", &page.to_string())]);
            let zones: ZoneList = self.service.ask_json(request).await?;
            Ok(Page {
                items: zones.zones.into_iter().map(|zone| zone.name).collect(),
                next: zones.meta.pagination.next_page,
            })
        });
        Ok(ZonesInReach::Everything(names.await?))
    }
}

impl RecordSets for Hetzner {
    async fn read(&self, at: &At<'_, u64>) -> Result<RecordSet, DnsError> {
        let request = self.request(Method::Get, &set_of(at));
        let Some(response) = self.service.ask_whether(request).await? else {
            return Ok(RecordSet::default());
        };
        let Read { rrset } = self.service.read(&response)?;
        Ok(RecordSet {
            values: rrset.records.into_iter().map(|it| it.value).collect(),
            ttl_secs: rrset.ttl,
            rest: Value::Null,
        })
    }

    /// The service itself adds to the set and takes away from it, so that nobody's write is lost.
    async fn write(
        &self,
        at: &At<'_, u64>,
        from: &RecordSet,
        to: &RecordSet,
    ) -> Result<Written, DnsError> {
        let (added, removed) = (beyond(to, from), beyond(from, to));
        if !removed.is_empty() {
            let body = json!({ "records": removed });
            self.act(at, "remove_records", &body).await?;
        }
        if !added.is_empty() {
            let mut body = json!({ "records": added });
            // A set that is there keeps its own, or the zone's: another would be refused, or
            // would become that of all its values.
            let ttl_secs = match from.values.is_empty() {
                true => Some(at.record.ttl_secs.max(SHORTEST_TTL_SECS)),
                false => from.ttl_secs,
            };
            if let Some(ttl_secs) = ttl_secs {
                body["ttl"] = json!(ttl_secs);
            }
            self.act(at, "add_records", &body).await?;
        }
        Ok(Written::Surely)
    }
}

impl Hetzner {
    /// Starts an action and waits for its end.
    async fn act(&self, at: &At<'_, u64>, what: &str, body: &Value) -> Result<(), DnsError> {
        let path = format!("{}/actions/{what}", set_of(at));
        let mut request = self.request(Method::Post, &path).json(body);
        for _ in 0..LONGEST_ACTION_POLLS {
            let response = self.service.ask(request).await?;
            let Started { action } = self.service.read(&response)?;
            match action.status.as_str() {
                "success" => return Ok(()),
                "running" => tokio::time::sleep(BETWEEN_POLLS).await,
                _ => {
                    let message = action.error.map(|error| error.message).unwrap_or_default();
                    return Err(DnsError::Service {
                        service: TITLE,
                        status: response.status,
                        said: service::words(&response, message),
                    });
                }
            }
            request = self.request(Method::Get, &format!("/actions/{}", action.id));
        }
        Err(self.service.not_understood("its action does not end"))
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let url = self.service.url(path);
        Request::new(method, url).secret_header("Authorization", "Bearer ", &self.token)
    }
}

fn set_of(at: &At<'_, u64>) -> String {
    format!("/zones/{}/rrsets/{}/TXT", at.zone, at.relative("@"))
}

/// The values of `these` that `those` lack.
fn beyond(these: &RecordSet, those: &RecordSet) -> Vec<Value> {
    let values = these.values.iter();
    let values = values.filter(|value| !those.values.contains(value));
    values.map(|value| json!({ "value": value })).collect()
}

#[derive(Deserialize)]
struct Found {
    zone: Zone,
}

#[derive(Deserialize)]
struct Zone {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct ZoneList {
    zones: Vec<Zone>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    next_page: Option<u32>,
}

#[derive(Deserialize)]
struct Read {
    rrset: Set,
}

#[derive(Deserialize)]
struct Set {
    /// Missing if it is the zone's.
    ttl: Option<u32>,
    records: Vec<SetRecord>,
}

#[derive(Deserialize)]
struct SetRecord {
    value: String,
}

#[derive(Deserialize)]
struct Started {
    action: Action,
}

#[derive(Deserialize)]
struct Action {
    id: u64,
    status: String,
    error: Option<ActionError>,
}

#[derive(Deserialize)]
struct ActionError {
    message: String,
}

const TITLE: &str = "Hetzner";

const SHORTEST_TTL_SECS: u32 = 60;

const BETWEEN_POLLS: Duration = Duration::from_millis(500);

/// A minute.
const LONGEST_ACTION_POLLS: u32 = 120;

#[cfg(test)]
mod tests;
