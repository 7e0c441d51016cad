//! PowerDNS Authoritative through its HTTP API.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::{Evidence, FieldInfo, FieldKind, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::records::{AsSets, At, RecordSet, RecordSets, Written, Zones};
use crate::dns::service::Service;
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "powerdns",
    title: TITLE,
    evidence: Evidence::Run,
    fields: &[
        FieldInfo::new(
            "endpoint",
            "API address",
            "Where the server's API listens, such as https://ns1.example.org:8081",
        )
        .of(FieldKind::Url)
        .required(),
        FieldInfo::new(
            "server-id",
            "Server id",
            "Which of the servers behind the API; localhost unless a proxy is in between",
        )
        .otherwise("localhost")
        .advanced(),
        FieldInfo::new(
            "api-key",
            "API key",
            "The value of api-key in the server's configuration",
        )
        .required()
        .secret(),
    ],
    connect,
};

struct PowerDns {
    service: Service,
    server_id: String,
    key: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(AsSets::of(PowerDns {
        service: Service::of(&given, TITLE)?,
        server_id: given.text("server-id")?.to_owned(),
        key: given.take_secret("api-key")?,
    })))
}

impl Zones for PowerDns {
    /// The zone's name.
    type Zone = RecordName;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<RecordName>, DnsError> {
        let request = self.request(Method::Get, &path_of(name));
        let request = request.query(&[("rrsets", "false")]);
        let Some(_) = self.service.find_json::<Zone>(request).await? else {
            return Ok(None);
        };
        Ok(Some(name.clone()))
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let request = self.request(Method::Get, "/zones");
        let zones: Vec<Zone> = self.service.ask_json(request).await?;
        let zones = zones.into_iter().map(|zone| {
            let name = zone.name.trim_end_matches('.');
            name.to_owned()
        });
        Ok(ZonesInReach::Everything(zones.collect()))
    }
}

impl RecordSets for PowerDns {
    async fn read(&self, at: &At<'_, RecordName>) -> Result<RecordSet, DnsError> {
        let name = at.record.name.dotted();
        let request = self
            .request(Method::Get, &path_of(&at.zone))
            .query(&[("rrset_name", &name), ("rrset_type", "TXT")]);
        let zone: Zone = self.service.ask_json(request).await?;
        // Older servers do not know the filter and list the whole zone.
        let mut sets = zone.rrsets.into_iter();
        let set = sets.find(|set| set.kind == "TXT" && set.name.eq_ignore_ascii_case(&name));
        Ok(set.map_or_else(RecordSet::default, |set| {
            let records = set.records.into_iter();
            let (disabled, served): (Vec<_>, Vec<_>) = records.partition(|record| record.disabled);
            RecordSet {
                values: served.into_iter().map(|record| record.content).collect(),
                ttl_secs: Some(set.ttl),
                rest: json!(disabled),
            }
        }))
    }

    /// The API knows no condition on a write. What is disabled stays.
    async fn write(
        &self,
        at: &At<'_, RecordName>,
        _: &RecordSet,
        to: &RecordSet,
    ) -> Result<Written, DnsError> {
        let disabled = to.rest.as_array().cloned().unwrap_or_default();
        let served = to.values.iter();
        let served = served.map(|value| json!({ "content": value, "disabled": false }));
        let records: Vec<Value> = disabled.into_iter().chain(served).collect();
        let change = match records.is_empty() {
            true => "DELETE",
            false => "REPLACE",
        };
        let request = self.request(Method::Patch, &path_of(&at.zone));
        let request = request.json(&json!({
            "rrsets": [{
                "name": at.record.name.dotted(),
                "type": "TXT",
                "ttl": to.ttl_secs.unwrap_or(at.record.ttl_secs),
                "changetype": change,
                "records": records,
            }]
        }));
        self.service.ask(request).await?;
        Ok(Written::Perhaps)
    }
}

impl PowerDns {
    fn request(&self, method: Method, path: &str) -> Request {
        let server = segment(&self.server_id);
        let url = self.service.url(&format!("/api/v1/servers/{server}{path}"));
        Request::new(method, url).secret_header("X-API-Key", "", &self.key)
    }
}

fn path_of(zone: &RecordName) -> String {
    format!("/zones/{}", zone.dotted())
}

#[derive(Deserialize)]
struct Zone {
    name: String,
    #[serde(default)]
    rrsets: Vec<Set>,
}

#[derive(Deserialize)]
struct Set {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    ttl: u32,
    records: Vec<SetRecord>,
}

#[derive(Deserialize, Serialize)]
struct SetRecord {
    content: String,
    #[serde(default)]
    disabled: bool,
}

const TITLE: &str = "PowerDNS";

#[cfg(test)]
mod tests;
