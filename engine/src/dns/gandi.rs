//! Gandi LiveDNS, API version 5.

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
use crate::http::{Method, Request, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "gandi",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "personal-access-token",
            "Personal access token",
            "Made in the admin under Organizations, Personal Access Token, restricted to the one \
             domain, with Manage domain name technical configurations; it ends within a year",
        )
        .required()
        .secret(),
        service::endpoint("https://api.gandi.net/v5/livedns"),
    ],
    connect,
};

struct Gandi {
    service: Service,
    token: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(AsSets::of(Gandi {
        service: Service::of(&given, TITLE)?,
        token: given.take_secret("personal-access-token")?,
    })))
}

impl Zones for Gandi {
    /// The domain's name.
    type Zone = String;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<String>, DnsError> {
        let request = self.request(Method::Get, &format!("/domains/{name}"));
        let Some(domain) = self.service.find_json::<Domain>(request).await? else {
            return Ok(None);
        };
        Ok(Some(domain.fqdn))
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let names = self.service.every_page(1, |page: u32| async move {
            let request = self.request(Method::Get, "/domains");
            let per_page = PER_PAGE.to_string();
            let request = request.query(&[("per_page", &per_page), ("page", &page.to_string())]);
            let domains: Vec<Domain> = self.service.ask_json(request).await?;
            Ok(Page {
                next: (domains.len() >= PER_PAGE).then_some(page + 1),
                items: domains.into_iter().map(|domain| domain.fqdn).collect(),
            })
        });
        Ok(ZonesInReach::Listed(names.await?))
    }
}

impl RecordSets for Gandi {
    async fn read(&self, at: &At<'_, String>) -> Result<RecordSet, DnsError> {
        let request = self.request(Method::Get, &set_of(at));
        let Some(set) = self.service.find_json::<Set>(request).await? else {
            return Ok(RecordSet::default());
        };
        Ok(RecordSet {
            values: set.rrset_values,
            ttl_secs: Some(set.rrset_ttl),
            rest: Value::Null,
        })
    }

    /// The API knows no condition on a write.
    async fn write(
        &self,
        at: &At<'_, String>,
        _: &RecordSet,
        to: &RecordSet,
    ) -> Result<Written, DnsError> {
        let path = set_of(at);
        if to.values.is_empty() {
            let request = self.request(Method::Delete, &path);
            self.service.ask_whether(request).await?;
            return Ok(Written::Perhaps);
        }
        let ttl_secs = to.ttl_secs.unwrap_or(at.record.ttl_secs);
        let request = self.request(Method::Put, &path).json(&json!({
            "rrset_ttl": ttl_secs.max(SHORTEST_TTL_SECS),
            "rrset_values": to.values,
        }));
        self.service.ask(request).await?;
        Ok(Written::Perhaps)
    }
}

impl Gandi {
    fn request(&self, method: Method, path: &str) -> Request {
        let url = self.service.url(path);
        Request::new(method, url).secret_header("Authorization", "Bearer ", &self.token)
    }
}

fn set_of(at: &At<'_, String>) -> String {
    let (domain, name) = (segment(&at.zone), at.relative("@"));
    format!("/domains/{domain}/records/{name}/TXT")
}

#[derive(Deserialize)]
struct Domain {
    fqdn: String,
}

#[derive(Deserialize)]
struct Set {
    rrset_values: Vec<String>,
    rrset_ttl: u32,
}

const TITLE: &str = "Gandi LiveDNS";

const SHORTEST_TTL_SECS: u32 = 300;

const PER_PAGE: usize = 100;

#[cfg(test)]
mod tests;
