//! Google Cloud DNS, API version 1, with the key of a service account.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::{
    Clock, Evidence, FieldInfo, Secret, ZonesInReach, base64url, sign_rs256, unbase64,
};
use crate::dns::error::{DnsError, SettingFault};
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::oauth::{self, AccessToken, Issued};
use crate::dns::pages::Page;
use crate::dns::records::{AsSets, At, RecordSet, RecordSets, Written, Zones};
use crate::dns::service::{self, Service};
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request, Response, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "google",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "service-account-key",
            "Service account key",
            "The whole JSON file that IAM, Service Accounts, Keys gives; the account needs a role \
             with dns.managedZones.list, dns.resourceRecordSets.* and dns.changes.create, all of \
             which DNS Administrator has",
        )
        .required()
        .secret(),
        FieldInfo::new(
            "project",
            "Project",
            "The id of the project that holds the zones; without it, the one of the key",
        ),
        service::endpoint("https://dns.googleapis.com/dns/v1"),
    ],
    connect,
};

struct Google {
    service: Service,
    project: String,
    account: Account,
    token: AccessToken,
    clock: Arc<dyn Clock>,
}

/// What stands in a key's file.
struct Account {
    client_email: String,
    key_id: String,
    /// PKCS #8
    key: Secret<Vec<u8>>,
    token_uri: String,
    project: String,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    let file = given.take_secret(KEY_FIELD)?;
    let account = file.expose(|file| Account::read(file));
    let account = account.ok_or_else(|| {
        let fault = "expected the JSON file of a service account's key, with an RSA key in it";
        DnsError::setting(KEY_FIELD, SettingFault::Other(fault))
    })?;
    let project = given.optional("project").unwrap_or(&account.project);
    Ok(Box::new(AsSets::of(Google {
        service: Service::of(&given, TITLE)?,
        project: segment(project),
        account,
        token: AccessToken::of(Arc::clone(&given.clock)),
        clock: given.clock,
    })))
}

impl Zones for Google {
    /// The name of the managed zone, which is not its domain name.
    type Zone = String;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<String>, DnsError> {
        let name = name.dotted();
        let zones = self.zones(&[("dnsName", &name)]).await?;
        let mut zones = zones.into_iter().filter(|zone| zone.dns_name == name);
        Ok(zones.next().map(|zone| zone.name))
    }

    /// A role may be given for single zones, but only one for the project lists them.
    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let zones = self.zones(&[]).await?.into_iter();
        let names = zones.map(|zone| zone.dns_name.trim_end_matches('.').to_owned());
        Ok(ZonesInReach::Everything(names.collect()))
    }
}

impl RecordSets for Google {
    async fn read(&self, at: &At<'_, String>) -> Result<RecordSet, DnsError> {
        let path = format!("/managedZones/{}/rrsets", segment(&at.zone));
        let name = at.record.name.dotted();
        let request = self.request(Method::Get, &path);
        let response = self
            .ask(request.query(&[("name", &name), ("type", "TXT")]))
            .await?;
        let sets: SetList = self.service.read(&response)?;
        let mut sets = sets.rrsets.into_iter();
        let set = sets.find(|set| set.kind == "TXT" && set.name.eq_ignore_ascii_case(&name));
        Ok(set.map_or_else(RecordSet::default, |set| RecordSet {
            values: set.rrdatas,
            ttl_secs: Some(set.ttl),
            rest: Value::Null,
        }))
    }

    /// One change takes the old set away, exactly as it was read, and adds the new one; the
    /// service does both or neither. That it is pending then, whoever asks the zone's servers sees.
    async fn write(
        &self,
        at: &At<'_, String>,
        from: &RecordSet,
        to: &RecordSet,
    ) -> Result<Written, DnsError> {
        let set = |set: &RecordSet| -> Vec<Set> {
            let there = (!set.values.is_empty()).then(|| Set {
                name: at.record.name.dotted(),
                kind: "TXT".to_owned(),
                ttl: set.ttl_secs.unwrap_or(at.record.ttl_secs),
                rrdatas: set.values.clone(),
            });
            there.into_iter().collect()
        };
        let path = format!("/managedZones/{}/changes", segment(&at.zone));
        let change = json!({ "additions": set(to), "deletions": set(from) });
        let request = self.request(Method::Post, &path).json(&change);
        match self.ask(request).await {
            Ok(_) => Ok(Written::Surely),
            // The old set is gone or another; or there is one already.
            Err(
                error @ DnsError::Service {
                    status: 404 | 409 | 412,
                    ..
                },
            ) => Ok(Written::Refused(error)),
            Err(error) => Err(error),
        }
    }
}

impl Google {
    /// The public zones, or those of them for which `filter` asks.
    async fn zones(&self, filter: &[(&str, &str)]) -> Result<Vec<Zone>, DnsError> {
        let zones = self
            .service
            .every_page(None, |token: Option<String>| async move {
                let mut pairs = filter.to_vec();
                pairs.extend(token.as_deref().map(|token| ("pageToken", token)));
                let mut request = self.request(Method::Get, "/managedZones");
                if !pairs.is_empty() {
                    request = request.query(&pairs);
                }
                let list: ZoneList = self.service.read(&self.ask(request).await?)?;
                Ok(Page {
                    items: list.managed_zones,
                    next: list.next_page_token.map(Some),
                })
            });
        let mut zones = zones.await?;
        zones.retain(|zone| zone.visibility.as_deref() != Some("private"));
        Ok(zones)
    }

    /// With the token; everything but what means success is told.
    async fn ask(&self, request: Request) -> Result<Response, DnsError> {
        let token = self.token.get(self.ask_token()).await?;
        let request = request.secret_header("Authorization", "Bearer ", &token);
        let response = self.service.exchange(request).await?;
        if response.status == 401 {
            self.token.forget().await;
        }
        match response.status == 403 && is_about_rates(&response) {
            true => Err(DnsError::RateLimited {
                service: TITLE,
                wait: response.retry_after(),
            }),
            false => self.service.checked(response),
        }
    }

    async fn ask_token(&self) -> Result<Issued, DnsError> {
        let assertion = self.account.assertion(self.clock.now().secs());
        let assertion = assertion.ok_or_else(|| {
            let fault = "its RSA key cannot sign";
            DnsError::setting(KEY_FIELD, SettingFault::Other(fault))
        })?;
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let request = assertion.expose(|assertion| {
            let form = [("grant_type", grant), ("assertion", assertion)];
            Request::post(self.account.token_uri.as_str()).form(&form)
        });
        oauth::ask(&self.service, request.knowing(&assertion)).await
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let path = format!("/projects/{}{path}", self.project);
        Request::new(method, self.service.url(&path))
    }
}

impl Account {
    fn read(file: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct File {
            client_email: String,
            private_key_id: String,
            private_key: String,
            token_uri: String,
            project_id: String,
        }
        let file: File = serde_json::from_str(file).ok()?;
        let pem = Secret::new(file.private_key);
        let key = pem.expose(|pem| {
            let body = pem.trim().strip_prefix("-----BEGIN PRIVATE KEY-----")?;
            let body = body.strip_suffix("-----END PRIVATE KEY-----")?;
            let body = Secret::new(body.split_whitespace().collect::<String>());
            body.expose(|body| unbase64(body)).map(Secret::new)
        })?;
        // A key that cannot sign is told at once.
        key.expose(|key| sign_rs256(key, b""))?;
        Some(Self {
            client_email: file.client_email,
            key_id: file.private_key_id,
            key,
            token_uri: file.token_uri,
            project: file.project_id,
        })
    }

    /// A JSON Web Token (RFC 7519) that the account signs for itself (RFC 7523, 2.1).
    fn assertion(&self, now_secs: i64) -> Option<Secret<String>> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.client_email,
            "scope": SCOPE,
            "aud": self.token_uri,
            "iat": now_secs,
            "exp": now_secs + LONGEST_SECS,
        });
        let parts = [header, claims].map(|part| base64url(part.to_string().as_bytes()));
        let signed = parts.join(".");
        let signature = self.key.expose(|key| sign_rs256(key, signed.as_bytes()))?;
        Some(Secret::new(format!("{signed}.{}", base64url(&signature))))
    }
}

/// Google counts requests with status 403, too.
fn is_about_rates(response: &Response) -> bool {
    let body: Value = response.json().unwrap_or_default();
    let reason = body["error"]["errors"][0]["reason"].as_str();
    reason.is_some_and(|reason| {
        [
            "rateLimitExceeded",
            "userRateLimitExceeded",
            "quotaExceeded",
        ]
        .contains(&reason)
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ZoneList {
    #[serde(default)]
    managed_zones: Vec<Zone>,
    next_page_token: Option<String>,
    /// Tells an answer of the service from any other.
    #[serde(rename = "kind")]
    _kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Zone {
    name: String,
    dns_name: String,
    visibility: Option<String>,
}

#[derive(Deserialize)]
struct SetList {
    rrsets: Vec<Set>,
}

#[derive(Deserialize, Serialize)]
struct Set {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    ttl: u32,
    rrdatas: Vec<String>,
}

const TITLE: &str = "Google Cloud DNS";

const KEY_FIELD: &str = "service-account-key";

const SCOPE: &str = "https://www.googleapis.com/auth/ndev.clouddns.readwrite";

/// What Google allows at most.
const LONGEST_SECS: i64 = 3600;

#[cfg(test)]
mod tests;
