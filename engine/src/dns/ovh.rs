//! OVHcloud, API version 1.0, with application keys.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::base::{Clock, Evidence, FieldInfo, FieldKind, Secret, ZonesInReach, hex, sha1};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::records::{At, OneByOne, SingleRecords, Zones};
use crate::dns::service::Service;
use crate::dns::text::unquoted;
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request, Response, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "ovh",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "application-key",
            "Application key",
            "Shown when a token is created at https://eu.api.ovh.com/createToken/",
        )
        .required(),
        FieldInfo::new(
            "application-secret",
            "Application secret",
            "Shown together with the application key, once",
        )
        .required()
        .secret(),
        FieldInfo::new(
            "consumer-key",
            "Consumer key",
            "Shown together with the application key; the rights GET, POST and DELETE on \
             /domain/zone/ZONE/* are enough, and GET on /domain/zone lists what is in reach",
        )
        .required()
        .secret(),
        FieldInfo::new(
            "endpoint",
            "API address",
            "Where the account is: besides Europe there are https://ca.api.ovh.com/1.0 and \
             https://api.us.ovhcloud.com/1.0",
        )
        .of(FieldKind::Url)
        .otherwise("https://eu.api.ovh.com/1.0")
        .advanced(),
    ],
    connect,
};

struct Ovh {
    service: Service,
    keys: Keys,
    clock: Arc<dyn Clock>,
    /// How many seconds the service's clock is ahead.
    ahead_secs: OnceCell<i64>,
}

struct Keys {
    application: String,
    secret: Secret<String>,
    consumer: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(OneByOne::of(Ovh {
        service: Service::of(&given, TITLE)?,
        keys: Keys {
            application: given.text("application-key")?.to_owned(),
            secret: given.take_secret("application-secret")?,
            consumer: given.take_secret("consumer-key")?,
        },
        clock: given.clock,
        ahead_secs: OnceCell::new(),
    })))
}

impl Zones for Ovh {
    /// The zone's name.
    type Zone = RecordName;

    fn service(&self) -> &Service {
        &self.service
    }

    /// A key for one zone may not ask for the zone itself, but for what is in it.
    async fn find(&self, name: &RecordName) -> Result<Option<RecordName>, DnsError> {
        let path = format!("/domain/zone/{name}/record?fieldType=NS");
        let found = self.ask_whether(Method::Get, &path, None).await?;
        Ok(found.map(|_| name.clone()))
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let response = self.exchange(Method::Get, "/domain/zone", None).await?;
        if error_code(&response) == "NOT_GRANTED_CALL" {
            let sentence = "this consumer key may not list zones, though it may change some";
            return Ok(ZonesInReach::CannotTell(sentence.to_owned()));
        }
        let names = self.service.read(&self.checked(response)?)?;
        Ok(ZonesInReach::Listed(names))
    }
}

impl SingleRecords for Ovh {
    type Id = u64;

    async fn list(&self, at: &At<'_, RecordName>) -> Result<Vec<(u64, String)>, DnsError> {
        let name = segment(at.relative(""));
        let path = format!("{}?fieldType=TXT&subDomain={name}", records_of(at));
        let response = self.ask(Method::Get, &path, None).await?;
        let ids: Vec<u64> = self.service.read(&response)?;
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            let path = format!("{}/{id}", records_of(at));
            let Some(response) = self.ask_whether(Method::Get, &path, None).await? else {
                continue;
            };
            let record: Record = self.service.read(&response)?;
            records.push((record.id, unquoted(&record.target)));
        }
        Ok(records)
    }

    async fn create(&self, at: &At<'_, RecordName>) -> Result<(), DnsError> {
        let body = json!({
            "fieldType": "TXT",
            "subDomain": at.relative(""),
            "target": at.record.value,
            "ttl": at.record.ttl_secs.max(SHORTEST_TTL_SECS),
        });
        let created = self.ask(Method::Post, &records_of(at), Some(&body)).await;
        created.map(|_| ())
    }

    async fn delete(&self, at: &At<'_, RecordName>, id: &u64) -> Result<(), DnsError> {
        let path = format!("{}/{id}", records_of(at));
        let deleted = self.ask_whether(Method::Delete, &path, None).await;
        deleted.map(|_| ())
    }

    /// Changes are served only after this.
    async fn settle(&self, at: &At<'_, RecordName>) -> Result<(), DnsError> {
        let path = format!("/domain/zone/{}/refresh", at.zone);
        self.ask(Method::Post, &path, None).await.map(|_| ())
    }
}

impl Ovh {
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, DnsError> {
        self.checked(self.exchange(method, path, body).await?)
    }

    async fn ask_whether(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Response>, DnsError> {
        let response = self.exchange(method, path, body).await?;
        match self.service.is_missing(&response) {
            true => Ok(None),
            false => self.checked(response).map(Some),
        }
    }

    fn checked(&self, response: Response) -> Result<Response, DnsError> {
        let is_unsigned = error_code(&response) == "INVALID_SIGNATURE";
        let checked = self.service.checked(response);
        checked.map_err(|error| match error {
            DnsError::Service { service, said, .. } if is_unsigned => {
                DnsError::TokenRefused { service, said }
            }
            error => error,
        })
    }

    /// `path` with its query, percent-encoded: the signature is over the address as it is sent.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, DnsError> {
        let ahead_secs = *self.ahead_secs.get_or_try_init(|| self.ask_time()).await?;
        let now_secs = self.clock.now().secs() + ahead_secs;
        let url = self.service.url(path);
        let text = body.map(Value::to_string).unwrap_or_default();
        let signature = self.keys.signature(method, &url, &text, now_secs);
        let mut request = Request::new(method, url)
            .header("X-Ovh-Application", self.keys.application.as_str())
            .secret_header("X-Ovh-Consumer", "", &self.keys.consumer)
            .header("X-Ovh-Timestamp", now_secs.to_string())
            .header("X-Ovh-Signature", signature);
        if body.is_some() {
            request = request.body("application/json", text);
        }
        self.service.exchange(request).await
    }

    async fn ask_time(&self) -> Result<i64, DnsError> {
        let request = Request::get(self.service.url("/auth/time"));
        let theirs: i64 = self.service.ask_json(request).await?;
        Ok(theirs.saturating_sub(self.clock.now().secs()))
    }
}

impl Keys {
    fn signature(&self, method: Method, url: &str, body: &str, now_secs: i64) -> String {
        let signed = self.secret.expose(|secret| {
            let consumer =
                |consumer: &String| format!("{secret}+{consumer}+{method}+{url}+{body}+{now_secs}");
            Secret::new(self.consumer.expose(consumer))
        });
        let digest = signed.expose(|signed| sha1(signed.as_bytes()));
        format!("$1${}", hex(&digest))
    }
}

fn records_of(at: &At<'_, RecordName>) -> String {
    format!("/domain/zone/{}/record", at.zone)
}

fn error_code(response: &Response) -> String {
    let body: Value = response.json().unwrap_or_default();
    body["errorCode"].as_str().unwrap_or_default().to_owned()
}

#[derive(Deserialize)]
struct Record {
    id: u64,
    target: String,
}

const TITLE: &str = "OVHcloud";

const SHORTEST_TTL_SECS: u32 = 60;

#[cfg(test)]
mod tests;
