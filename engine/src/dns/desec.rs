//! deSEC, API version 1.

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
use crate::http::{Method, Request, Response, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "desec",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "api-token",
            "API token",
            "Made at desec.io under Token Management; a policy that allows writing only TXT of \
             _acme-challenge narrows it, and it needs no permission besides",
        )
        .required()
        .secret(),
        service::endpoint("https://desec.io/api/v1"),
    ],
    connect,
};

struct Desec {
    service: Service,
    token: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(AsSets::of(Desec {
        service: Service::of(&given, TITLE)?,
        token: given.take_secret("api-token")?,
    })))
}

impl Zones for Desec {
    type Zone = Domain;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<Domain>, DnsError> {
        let request = self.request(Method::Get, &format!("/domains/{name}/"));
        self.service.find_json(request).await
    }

    /// A policy may narrow what a token writes; it reads everything, and cannot read its policy.
    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let names = self.service.every_page(String::new(), |cursor| async move {
            let path = format!("/domains/?cursor={cursor}");
            let response = self.service.ask(self.request(Method::Get, &path)).await?;
            let domains: Vec<Domain> = self.service.read(&response)?;
            Ok(Page {
                items: domains.into_iter().map(|domain| domain.name).collect(),
                next: next_cursor(&response),
            })
        });
        Ok(ZonesInReach::Everything(names.await?))
    }
}

impl RecordSets for Desec {
    async fn read(&self, at: &At<'_, Domain>) -> Result<RecordSet, DnsError> {
        let sets = sets_of(at);
        let path = format!("{sets}{}/TXT/", at.relative("@"));
        let request = self.request(Method::Get, &path);
        let Some(set) = self.service.find_json::<Set>(request).await? else {
            return Ok(RecordSet::default());
        };
        Ok(RecordSet {
            values: set.records,
            ttl_secs: Some(set.ttl),
            rest: Value::Null,
        })
    }

    /// The one way to write that creates, replaces and removes alike; the API knows no condition.
    async fn write(
        &self,
        at: &At<'_, Domain>,
        _: &RecordSet,
        to: &RecordSet,
    ) -> Result<Written, DnsError> {
        let ttl_secs = to.ttl_secs.unwrap_or(at.record.ttl_secs);
        let request = self.request(Method::Put, &sets_of(at)).json(&json!([{
            "subname": at.relative(""),
            "type": "TXT",
            "ttl": ttl_secs.max(at.zone.minimum_ttl),
            "records": to.values,
        }]));
        self.service.ask(request).await?;
        Ok(Written::Perhaps)
    }
}

impl Desec {
    fn request(&self, method: Method, path: &str) -> Request {
        let url = self.service.url(path);
        Request::new(method, url).secret_header("Authorization", "Token ", &self.token)
    }
}

/// Of the next page that `Link` gives, whatever address it names.
fn next_cursor(response: &Response) -> Option<String> {
    let links = response.headers_named("link");
    let mut links = links.into_iter().flat_map(|links| links.split(','));
    let next = links.find(|link| link.contains("rel=\"next\""))?;
    let (_, url) = next.split_once('<')?;
    let (url, _) = url.split_once('>')?;
    let (_, cursor) = url.split_once("?cursor=")?;
    Some(cursor.to_owned())
}

fn sets_of(at: &At<'_, Domain>) -> String {
    format!("/domains/{}/rrsets/", segment(&at.zone.name))
}

#[derive(Deserialize)]
struct Domain {
    name: String,
    minimum_ttl: u32,
}

#[derive(Deserialize)]
struct Set {
    records: Vec<String>,
    ttl: u32,
}

const TITLE: &str = "deSEC";

#[cfg(test)]
mod tests;
