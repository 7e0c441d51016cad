//! Cloudflare, API version 4.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::{Evidence, FieldInfo, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::pages::Page;
use crate::dns::records::{At, OneByOne, SingleRecords, Zones};
use crate::dns::service::{self, Service};
use crate::dns::text::{quoted, unquoted};
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request, Response, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "cloudflare",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "api-token",
            "API token",
            "Made under My Profile, API Tokens, from the template Edit zone DNS, for the one zone; \
             it needs Zone DNS Edit and Zone Zone Read, and the Global API Key will not do",
        )
        .required()
        .secret(),
        service::endpoint("https://api.cloudflare.com/client/v4"),
    ],
    connect,
};

struct Cloudflare {
    service: Service,
    token: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(OneByOne::of(Cloudflare {
        service: Service::of(&given, TITLE)?,
        token: given.take_secret("api-token")?,
    })))
}

impl Zones for Cloudflare {
    /// An id.
    type Zone = String;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<String>, DnsError> {
        let request = self.request(Method::Get, "/zones");
        let request = request.query(&[("name", name.as_str())]);
        let zones: List<Zone> = self.service.read(&self.ask(request).await?)?;
        let mut zones = zones.result.into_iter();
        let zone = zones.find(|zone| zone.name.eq_ignore_ascii_case(name.as_str()));
        Ok(zone.map(|zone| zone.id))
    }

    /// A token reaches the zones that it is made for; how many may come, it does not tell.
    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let zones = self.zones().await;
        let reaches_nothing = match &zones {
            Ok(zones) => zones.is_empty(),
            Err(error) => matches!(error, DnsError::TokenRefused { .. }),
        };
        if reaches_nothing {
            // A token of a person's, unlike one of an account's, can be asked what is wrong with it.
            self.verify().await?;
        }
        zones.map(ZonesInReach::Listed)
    }
}

impl SingleRecords for Cloudflare {
    type Id = String;

    async fn list(&self, at: &At<'_, String>) -> Result<Vec<(String, String)>, DnsError> {
        let name = at.record.name.as_str();
        let path = format!("/zones/{}/dns_records", segment(&at.zone));
        let request = self.request(Method::Get, &path);
        let request = request.query(&[("type", "TXT"), ("name.exact", name), ("per_page", "100")]);
        let records: List<Record> = self.service.read(&self.ask(request).await?)?;
        let records = records.result.into_iter();
        let records = records.filter(|record| record.name.eq_ignore_ascii_case(name));
        let records = records.map(|record| (record.id, unquoted(&record.content)));
        Ok(records.collect())
    }

    async fn create(&self, at: &At<'_, String>) -> Result<(), DnsError> {
        let path = format!("/zones/{}/dns_records", segment(&at.zone));
        let request = self.request(Method::Post, &path).json(&json!({
            "type": "TXT",
            "name": at.record.name.as_str(),
            "content": quoted(&at.record.value),
            "ttl": at.record.ttl_secs.max(SHORTEST_TTL_SECS),
        }));
        let response = self.service.send(request).await?;
        match codes(&response).iter().any(|code| IDENTICAL.contains(code)) {
            true => Ok(()),
            false => self.checked(response).map(|_| ()),
        }
    }

    async fn delete(&self, at: &At<'_, String>, id: &String) -> Result<(), DnsError> {
        let path = format!("/zones/{}/dns_records/{}", segment(&at.zone), segment(id));
        let request = self.request(Method::Delete, &path);
        self.service.ask_whether(request).await.map(|_| ())
    }
}

impl Cloudflare {
    async fn zones(&self) -> Result<Vec<String>, DnsError> {
        let names = self.service.every_page(1, |page: u32| async move {
            let request = self.request(Method::Get, "/zones");
            let request = request.query(&[("per_page", "50"), ("page", &page.to_string())]);
            let zones: List<Zone> = self.service.read(&self.ask(request).await?)?;
            let pages = zones.result_info.map_or(1, |info| info.total_pages);
            Ok(Page {
                items: zones.result.into_iter().map(|zone| zone.name).collect(),
                next: (page < pages).then_some(page + 1),
            })
        });
        names.await
    }

    async fn verify(&self) -> Result<(), DnsError> {
        let request = self.request(Method::Get, "/user/tokens/verify");
        let token: Single<TokenStatus> = self.service.read(&self.ask(request).await?)?;
        match token.result.status.as_str() {
            "active" => Ok(()),
            status => Err(DnsError::TokenRefused {
                service: TITLE,
                said: format!("This API token is {status}"),
            }),
        }
    }

    async fn ask(&self, request: Request) -> Result<Response, DnsError> {
        self.checked(self.service.send(request).await?)
    }

    fn checked(&self, response: Response) -> Result<Response, DnsError> {
        let is_no_token = codes(&response).contains(&NO_HEADER);
        let checked = self.service.checked(response);
        checked.map_err(|error| match error {
            DnsError::Service { service, said, .. } if is_no_token => {
                DnsError::TokenRefused { service, said }
            }
            error => error,
        })
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let url = self.service.url(path);
        Request::new(method, url).secret_header("Authorization", "Bearer ", &self.token)
    }
}

/// The numbers of the errors in an answer.
fn codes(response: &Response) -> Vec<u64> {
    let body: Value = response.json().unwrap_or_default();
    let errors = body["errors"].as_array().into_iter().flatten();
    errors.filter_map(|error| error["code"].as_u64()).collect()
}

#[derive(Deserialize)]
struct List<T> {
    result: Vec<T>,
    result_info: Option<Pages>,
}

#[derive(Deserialize)]
struct Single<T> {
    result: T,
}

#[derive(Deserialize)]
struct Pages {
    total_pages: u32,
}

#[derive(Deserialize)]
struct Zone {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    name: String,
    content: String,
}

#[derive(Deserialize)]
struct TokenStatus {
    status: String,
}

const TITLE: &str = "Cloudflare";

const SHORTEST_TTL_SECS: u32 = 60;

/// “Invalid request headers”: the token is not even of the form of one.
const NO_HEADER: u64 = 6003;

/// “An identical record already exists”, today and formerly.
const IDENTICAL: &[u64] = &[81058, 81057];

#[cfg(test)]
mod tests;
