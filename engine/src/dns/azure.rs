//! Azure DNS, API version 2018-05-01, with an application's secret.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::{Evidence, FieldInfo, FieldKind, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::oauth::{self, AccessToken, Issued};
use crate::dns::pages::Page;
use crate::dns::records::{AsSets, At, RecordSet, RecordSets, Written, Zones};
use crate::dns::service::{self, Service};
use crate::dns::text::{joined, strings};
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request, Response, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "azure",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "tenant-id",
            "Directory (tenant) ID",
            "Shown in Microsoft Entra ID on the overview of the application's registration",
        )
        .required(),
        FieldInfo::new(
            "client-id",
            "Application (client) ID",
            "Shown on the same overview; give the application the role DNS Zone Contributor on the \
             one zone, or a role of your own for its TXT records",
        )
        .required(),
        FieldInfo::new(
            "client-secret",
            "Client secret",
            "The value, not the ID, that Certificates & secrets of the application shows once",
        )
        .required()
        .secret(),
        FieldInfo::new(
            "subscription-id",
            "Subscription ID",
            "Shown in the portal on the overview of the DNS zone",
        )
        .required(),
        FieldInfo::new(
            "resource-group",
            "Resource group",
            "Shown in the portal on the overview of the DNS zone",
        )
        .required(),
        service::endpoint("https://management.azure.com"),
        FieldInfo::new(
            "sign-in",
            "Sign-in address",
            "Where tokens come from; national clouds have their own, as they have API addresses",
        )
        .of(FieldKind::Url)
        .otherwise("https://login.microsoftonline.com")
        .advanced(),
    ],
    connect,
};

struct Azure {
    service: Service,
    /// Of the resource group's DNS zones.
    zones: String,
    application: Application,
    token: AccessToken,
}

struct Application {
    token_url: String,
    client_id: String,
    secret: Secret<String>,
    scope: String,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    let service = Service::of(&given, TITLE)?;
    let sign_in = given.text("sign-in")?.trim_end_matches('/');
    let tenant = segment(given.text("tenant-id")?);
    let application = Application {
        token_url: format!("{sign_in}/{tenant}/oauth2/v2.0/token"),
        client_id: given.text("client-id")?.to_owned(),
        secret: given.take_secret("client-secret")?,
        scope: service.url("/.default"),
    };
    let subscription = segment(given.text("subscription-id")?);
    let group = segment(given.text("resource-group")?);
    Ok(Box::new(AsSets::of(Azure {
        service,
        zones: format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network\
             /dnsZones"
        ),
        application,
        token: AccessToken::of(given.clock),
    })))
}

impl Zones for Azure {
    type Zone = RecordName;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<RecordName>, DnsError> {
        let request = self.request(Method::Get, &format!("/{name}"));
        let response = self.exchange(request).await?;
        match self.service.is_missing(&response) {
            true => Ok(None),
            false => {
                let zone: Zone = self.service.read(&self.service.checked(response)?)?;
                Ok(zone.name.parse().ok())
            }
        }
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let first = self.request(Method::Get, "");
        let names = self.service.every_page(first, |request| async move {
            let response = self.exchange(request).await?;
            if response.status == 403 {
                let (items, next) = (vec![None], None);
                return Ok(Page { items, next });
            }
            let list: ZoneList = self.service.read(&self.service.checked(response)?)?;
            // The token goes to no other address.
            let is_elsewhere = |next: &String| !next.starts_with(&self.service.url("/"));
            if list.next_link.as_ref().is_some_and(is_elsewhere) {
                return Err(self.service.not_understood("its list goes on elsewhere"));
            }
            Ok(Page {
                items: list.value.into_iter().map(|zone| Some(zone.name)).collect(),
                next: list.next_link.map(Request::get),
            })
        });
        let names: Option<Vec<String>> = names.await?.into_iter().collect();
        Ok(match names {
            Some(names) => ZonesInReach::Listed(names),
            None => {
                let sentence = "this application may not list the zones of the resource group, \
                                though it may have a role on some of them";
                ZonesInReach::CannotTell(sentence.to_owned())
            }
        })
    }
}

impl RecordSets for Azure {
    async fn read(&self, at: &At<'_, RecordName>) -> Result<RecordSet, DnsError> {
        let request = self.request(Method::Get, &set_of(at));
        let response = self.exchange(request).await?;
        if self.service.is_missing(&response) {
            return Ok(RecordSet::default());
        }
        let set: Set = self.service.read(&self.service.checked(response)?)?;
        let values = set.properties.records.iter();
        Ok(RecordSet {
            values: values.map(|record| joined(&record.value)).collect(),
            ttl_secs: Some(set.properties.ttl),
            rest: json!({ "etag": set.etag, "metadata": set.properties.metadata }),
        })
    }

    /// Only if the set is still the one that was read, or still none.
    async fn write(
        &self,
        at: &At<'_, RecordName>,
        from: &RecordSet,
        to: &RecordSet,
    ) -> Result<Written, DnsError> {
        let path = set_of(at);
        let request = match to.values.is_empty() {
            true => self.request(Method::Delete, &path),
            false => {
                let values = to.values.iter();
                let records = values.map(|value| json!({ "value": strings(value) }));
                let mut properties = json!({
                    "TTL": to.ttl_secs.unwrap_or(at.record.ttl_secs),
                    "TXTRecords": records.collect::<Vec<_>>(),
                });
                if let metadata @ Value::Object(_) = &to.rest["metadata"] {
                    properties["metadata"] = metadata.clone();
                }
                let body = json!({ "properties": properties });
                self.request(Method::Put, &path).json(&body)
            }
        };
        let request = match from.rest["etag"].as_str() {
            Some(etag) => request.header("If-Match", etag),
            None => request.header("If-None-Match", "*"),
        };
        let response = self.exchange(request).await?;
        let was_changed = matches!(response.status, 404 | 409 | 412);
        match self.service.checked(response) {
            Ok(_) => Ok(Written::Surely),
            Err(error) if was_changed => Ok(Written::Refused(error)),
            Err(error) => Err(error),
        }
    }
}

impl Azure {
    /// With the token.
    async fn exchange(&self, request: Request) -> Result<Response, DnsError> {
        let token = self.token.get(self.ask_token()).await?;
        let request = request.secret_header("Authorization", "Bearer ", &token);
        let response = self.service.exchange(request).await?;
        if response.status == 401 {
            self.token.forget().await;
        }
        Ok(response)
    }

    async fn ask_token(&self) -> Result<Issued, DnsError> {
        let Application {
            token_url,
            client_id,
            secret,
            scope,
        } = &self.application;
        let request = secret.expose(|secret| {
            Request::post(token_url.as_str()).form(&[
                ("grant_type", "client_credentials"),
                ("client_id", client_id),
                ("client_secret", secret),
                ("scope", scope),
            ])
        });
        oauth::ask(&self.service, request.knowing(secret)).await
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let url = self.service.url(&format!("{}{path}", self.zones));
        Request::new(method, url).query(&[("api-version", "2018-05-01")])
    }
}

fn set_of(at: &At<'_, RecordName>) -> String {
    format!("/{}/TXT/{}", at.zone, at.relative("@"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ZoneList {
    value: Vec<Zone>,
    next_link: Option<String>,
}

#[derive(Deserialize)]
struct Zone {
    name: String,
}

#[derive(Deserialize)]
struct Set {
    etag: String,
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "TTL")]
    ttl: u32,
    #[serde(rename = "TXTRecords", default)]
    records: Vec<SetRecord>,
    #[serde(default)]
    metadata: Value,
}

#[derive(Deserialize)]
struct SetRecord {
    /// In strings of at most 255 bytes.
    value: Vec<String>,
}

const TITLE: &str = "Azure DNS";

#[cfg(test)]
mod tests;
