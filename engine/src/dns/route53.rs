//! Amazon Route 53, API of 2013-04-01.

use std::sync::Arc;

use roxmltree::{Document, Node};
use serde_json::Value;

use crate::base::{Clock, Evidence, FieldInfo, ZonesInReach};
use crate::dns::error::{DnsError, SettingFault};
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::pages::Page;
use crate::dns::records::{AsSets, At, RecordSet, RecordSets, Written, Zones};
use crate::dns::service::{self, Service};
use crate::dns::sigv4::{Signed, Signer, query};
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request, Response, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "route53",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "access-key-id",
            "Access key ID",
            "Of an IAM user made for this alone; its policy needs route53:ListHostedZonesByName, \
             for the test route53:ListHostedZones, and for the one zone \
             route53:ListResourceRecordSets and route53:ChangeResourceRecordSets, which conditions \
             can narrow to TXT",
        )
        .required(),
        FieldInfo::new(
            "secret-access-key",
            "Secret access key",
            "Shown together with the access key ID, once",
        )
        .required()
        .secret(),
        FieldInfo::new(
            "session-token",
            "Session token",
            "Only with credentials that were lent for a while, as AWS STS lends them",
        )
        .secret()
        .advanced(),
        FieldInfo::new(
            "hosted-zone-id",
            "Hosted zone ID",
            "Needed only where several public zones have the same name; the policy then needs \
             route53:GetHostedZone instead of route53:ListHostedZonesByName",
        )
        .advanced(),
        FieldInfo::new(
            "region",
            "Region",
            "For which requests are signed; Route 53 has one for the world, and another in China",
        )
        .otherwise("us-east-1")
        .advanced(),
        service::endpoint("https://route53.amazonaws.com"),
    ],
    connect,
};

struct Route53 {
    service: Service,
    signer: Signer,
    clock: Arc<dyn Clock>,
    zone_id: Option<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(AsSets::of(Route53 {
        service: Service::of(&given, TITLE)?,
        signer: Signer {
            access_key_id: given.text("access-key-id")?.to_owned(),
            secret_access_key: given.take_secret("secret-access-key")?,
            session_token: given.take_optional_secret("session-token"),
            region: given.text("region")?.to_owned(),
            service: "route53",
        },
        zone_id: given.optional("hosted-zone-id").map(str::to_owned),
        clock: given.clock,
    })))
}

impl Zones for Route53 {
    /// An id, such as `Z1D633PJN98FT9`.
    type Zone = String;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<String>, DnsError> {
        let zones = match &self.zone_id {
            Some(id) => self.zone(id).await?,
            None => {
                let by_name = [("dnsname", name.as_str()), ("maxitems", "100")];
                let response = self.ask("/hostedzonesbyname", &query(&by_name)).await?;
                self.read(&response, zones_of)?
            }
        };
        let mut zones = zones.into_iter().filter(|zone| zone.name == name.as_str());
        match (zones.next(), zones.next()) {
            (zone, None) => Ok(zone.map(|zone| zone.id)),
            (_, Some(_)) => {
                let several = "several public zones have this name; the ID says which one is meant";
                Err(DnsError::setting(
                    "hosted-zone-id",
                    SettingFault::Other(several),
                ))
            }
        }
    }

    /// Which of them a policy allows to be changed, the service does not tell.
    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let names = self
            .service
            .every_page(None, |marker: Option<String>| async move {
                let mut pairs = vec![("maxitems", "100")];
                pairs.extend(marker.as_deref().map(|marker| ("marker", marker)));
                let response = self.ask("/hostedzone", &query(&pairs)).await?;
                let zones = self.read(&response, zones_of)?;
                let next = self.read(&response, |answer| text_of(answer, "NextMarker"))?;
                Ok(Page {
                    items: zones.into_iter().map(|zone| zone.name).collect(),
                    next: next.map(Some),
                })
            });
        Ok(ZonesInReach::Everything(names.await?))
    }
}

impl RecordSets for Route53 {
    async fn read(&self, at: &At<'_, String>) -> Result<RecordSet, DnsError> {
        let name = at.record.name.dotted();
        let path = format!("/hostedzone/{}/rrset", segment(&at.zone));
        let first = [("name", name.as_str()), ("type", "TXT"), ("maxitems", "1")];
        let response = self.ask(&path, &query(&first)).await?;
        // The list begins at the name and goes on behind it.
        let set = self.read(&response, |answer| {
            let mut sets = all(answer, "ResourceRecordSet");
            let set = sets.find(|set| {
                let is_name =
                    text_of(*set, "Name").is_some_and(|it| it.eq_ignore_ascii_case(&name));
                is_name && text_of(*set, "Type").as_deref() == Some("TXT")
            })?;
            let values = all(set, "Value").filter_map(|value| value.text());
            Some(RecordSet {
                values: values.map(str::to_owned).collect(),
                ttl_secs: text_of(set, "TTL").and_then(|ttl| ttl.parse().ok()),
                rest: Value::Null,
            })
        })?;
        Ok(set.unwrap_or_default())
    }

    /// One batch takes the old set away, exactly as it was read, and makes the new one; the
    /// service does both or neither.
    async fn write(
        &self,
        at: &At<'_, String>,
        from: &RecordSet,
        to: &RecordSet,
    ) -> Result<Written, DnsError> {
        let path = format!("/hostedzone/{}/rrset", segment(&at.zone));
        let changes = [("DELETE", from), ("CREATE", to)];
        let changes = changes
            .into_iter()
            .filter(|(_, set)| !set.values.is_empty())
            .map(|(action, set)| change(action, at, set));
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <ChangeBatch><Changes>{}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>",
            changes.collect::<String>()
        );
        let response = self.exchange(Method::Post, &path, "", body).await?;
        match self.checked(response) {
            Ok(_) => Ok(Written::Surely),
            Err(error @ DnsError::Service { status: 400, .. }) => Ok(Written::Refused(error)),
            Err(error) => Err(error),
        }
    }
}

impl Route53 {
    /// The zone of the id that is given; none if there is none.
    async fn zone(&self, id: &str) -> Result<Vec<Zone>, DnsError> {
        let path = format!("/hostedzone/{}", segment(id));
        let response = self.exchange(Method::Get, &path, "", String::new()).await?;
        match self.service.is_missing(&response) {
            true => Ok(Vec::new()),
            false => self.read(&self.checked(response)?, zones_of),
        }
    }

    async fn ask(&self, path: &str, query: &str) -> Result<Response, DnsError> {
        let response = self
            .exchange(Method::Get, path, query, String::new())
            .await?;
        self.checked(response)
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        query: &str,
        body: String,
    ) -> Result<Response, DnsError> {
        let url = self.service.url(&format!("/2013-04-01{path}"));
        let (host, path) = parts(&url);
        let signed = Signed {
            method,
            host,
            path,
            query,
            body: body.as_bytes(),
        };
        let signature = self.signer.sign(&signed, self.clock.now());
        let mark = if query.is_empty() { "" } else { "?" };
        let mut request = Request::new(method, format!("{url}{mark}{query}"))
            .header("X-Amz-Date", signature.date)
            .secret_header("Authorization", "", &signature.authorization);
        if let Some(token) = &self.signer.session_token {
            request = request.secret_header("X-Amz-Security-Token", "", token);
        }
        if !body.is_empty() {
            request = request.body("application/xml", body);
        }
        self.service.exchange(request).await
    }

    fn checked(&self, response: Response) -> Result<Response, DnsError> {
        if response.is_success() {
            return self.service.checked(response);
        }
        let Some((code, said)) = error_of(&response.text()) else {
            return Err(self.service.failure(&response));
        };
        // A signature that is found wrong is answered with all that should have been signed.
        let said = service::words(&response, said);
        let service = TITLE;
        Err(match (response.status, code.as_str()) {
            (_, "Throttling" | "ThrottlingException" | "PriorRequestNotComplete") | (429, _) => {
                let wait = response.retry_after();
                DnsError::RateLimited { service, wait }
            }
            (401 | 403, _) => DnsError::TokenRefused { service, said },
            (status, _) => DnsError::Service {
                service,
                status,
                said,
            },
        })
    }

    fn read<T>(
        &self,
        response: &Response,
        read: impl FnOnce(Node<'_, '_>) -> T,
    ) -> Result<T, DnsError> {
        let text = response.text();
        match Document::parse(&text) {
            Ok(answer) => Ok(read(answer.root())),
            Err(error) => Err(self.service.not_understood(error.to_string())),
        }
    }
}

/// The code, which may be missing, and the words of an answer of failure.
fn error_of(text: &str) -> Option<(String, String)> {
    let answer = Document::parse(text).ok()?;
    let code = text_of(answer.root(), "Code").unwrap_or_default();
    Some((code, text_of(answer.root(), "Message")?))
}

/// The host and the path of an address without a query.
fn parts(url: &str) -> (&str, &str) {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find('/').unwrap_or(rest.len());
    rest.split_at(end)
}

fn change(action: &str, at: &At<'_, String>, set: &RecordSet) -> String {
    let values = set.values.iter().map(|value| {
        format!(
            "<ResourceRecord><Value>{}</Value></ResourceRecord>",
            escaped(value)
        )
    });
    format!(
        "<Change><Action>{action}</Action><ResourceRecordSet><Name>{}</Name><Type>TXT</Type>\
         <TTL>{}</TTL><ResourceRecords>{}</ResourceRecords></ResourceRecordSet></Change>",
        at.record.name.dotted(),
        set.ttl_secs.unwrap_or(at.record.ttl_secs),
        values.collect::<String>()
    )
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

struct Zone {
    id: String,
    name: String,
}

/// The public zones of an answer.
fn zones_of(answer: Node<'_, '_>) -> Vec<Zone> {
    let zones = all(answer, "HostedZone");
    let zones = zones.filter(|zone| text_of(*zone, "PrivateZone").as_deref() != Some("true"));
    let zones = zones.filter_map(|zone| {
        let id = text_of(zone, "Id")?;
        let name = text_of(zone, "Name")?;
        Some(Zone {
            id: id.trim_start_matches("/hostedzone/").to_owned(),
            name: name.trim_end_matches('.').to_ascii_lowercase(),
        })
    });
    zones.collect()
}

/// Every element of this name, whatever its namespace.
fn all<'a, 'i>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    let nodes = node.descendants();
    nodes.filter(move |node| node.is_element() && node.tag_name().name() == name)
}

fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    let element = all(node, name).next()?;
    element.text().map(str::to_owned)
}

const TITLE: &str = "Route 53";

#[cfg(test)]
mod tests;
