//! PowerDNS Authoritative through its HTTP API.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::base::{Evidence, FieldInfo, FieldKind, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::service::Service;
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};
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
    Ok(Box::new(PowerDns {
        service: Service::of(&given, TITLE)?,
        server_id: given.text("server-id")?.to_owned(),
        key: given.take_secret("api-key")?,
    }))
}

impl Driver for PowerDns {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            let is_there = |values: &[Value]| values.iter().any(|value| value.is(record));
            self.change(record, is_there, |values| values.push(Value::of(record)))
                .await?;
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        let is_gone = |values: &[Value]| !values.iter().any(|value| value.is(record));
        Box::pin(self.change(record, is_gone, |values| {
            values.retain(|value| !value.is(record))
        }))
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        Box::pin(async move {
            let zones: Vec<Zone> = self
                .service
                .ask_json(self.request(Method::Get, "/zones"))
                .await?;
            let zones = zones.into_iter().map(|zone| {
                let name = zone.name.trim_end_matches('.');
                name.to_owned()
            });
            Ok(ZonesInReach::Everything(zones.collect()))
        })
    }
}

impl PowerDns {
    /// Reads the record set, changes it, writes it and reads it again: the API knows no condition
    /// on a write, so that somebody else's may come in between.
    async fn change(
        &self,
        record: &Txt,
        is_done: impl Fn(&[Value]) -> bool,
        apply: impl Fn(&mut Vec<Value>),
    ) -> Result<(), DnsError> {
        for _ in 0..ATTEMPTS {
            let mut values = self.values(record).await?;
            if is_done(&values) {
                return Ok(());
            }
            apply(&mut values);
            self.write(record, &values).await?;
        }
        match is_done(&self.values(record).await?) {
            true => Ok(()),
            false => Err(DnsError::KeepsChanging {
                service: TITLE,
                name: record.name.to_string(),
            }),
        }
    }

    async fn values(&self, record: &Txt) -> Result<Vec<Value>, DnsError> {
        let name = record.name.dotted();
        let request = self
            .request(Method::Get, &path_of(record))
            .query(&[("rrset_name", &name), ("rrset_type", "TXT")]);
        let response = self.service.send(request).await?;
        if response.status == 404 {
            return Err(not_served(record));
        }
        if !response.is_success() {
            return Err(self.service.failure(&response));
        }
        let zone: Zone = self.service.read(&response)?;
        // Older servers do not know the filter and list the whole zone.
        let sets = zone.rrsets.into_iter();
        let values = sets
            .filter(|set| set.kind == "TXT" && set.name.eq_ignore_ascii_case(&name))
            .flat_map(|set| set.records);
        Ok(values.collect())
    }

    async fn write(&self, record: &Txt, values: &[Value]) -> Result<(), DnsError> {
        let change = match values {
            [] => "DELETE",
            _ => "REPLACE",
        };
        let request = self.request(Method::Patch, &path_of(record)).json(&json!({
            "rrsets": [{
                "name": record.name.dotted(),
                "type": "TXT",
                "ttl": record.ttl_secs,
                "changetype": change,
                "records": values,
            }]
        }));
        self.service.ask(request).await.map(|_| ())
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let server = segment(&self.server_id);
        let url = self.service.url(&format!("/api/v1/servers/{server}{path}"));
        Request::new(method, url).secret_header("X-API-Key", "", &self.key)
    }
}

fn path_of(record: &Txt) -> String {
    format!("/zones/{}", record.zone.dotted())
}

fn not_served(record: &Txt) -> DnsError {
    DnsError::ZoneNotInAccount {
        service: TITLE,
        zone: record.zone.to_string(),
    }
}

#[derive(Deserialize)]
struct Zone {
    name: String,
    #[serde(default)]
    rrsets: Vec<RecordSet>,
}

#[derive(Deserialize)]
struct RecordSet {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    records: Vec<Value>,
}

/// One value as the API writes it: in quotation marks.
#[derive(Deserialize, Serialize)]
struct Value {
    content: String,
    #[serde(default)]
    disabled: bool,
}

impl Value {
    fn of(record: &Txt) -> Self {
        let escaped = record.value.replace('\\', "\\\\").replace('"', "\\\"");
        Self {
            content: format!("\"{escaped}\""),
            disabled: false,
        }
    }

    fn is(&self, record: &Txt) -> bool {
        !self.disabled && self.content == Self::of(record).content
    }
}

const TITLE: &str = "PowerDNS";

/// How often a change is tried that somebody else's overwrites.
const ATTEMPTS: usize = 4;

#[cfg(test)]
mod tests;
