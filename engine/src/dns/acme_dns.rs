//! acme-dns: a small server that holds nothing but challenges, reached by a CNAME record.

use serde_json::json;

use crate::base::{Evidence, FieldInfo, FieldKind, Secret, ZonesInReach};
use crate::dns::error::{DnsError, SettingFault};
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::service::Service;
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};
use crate::http::Request;

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "acme-dns",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "endpoint",
            "API address",
            "Where the acme-dns server's API listens, such as https://auth.example.org",
        )
        .of(FieldKind::Url)
        .required(),
        FieldInfo::new(
            "full-domain",
            "Full domain",
            "The name that registering gave; the CNAME record of _acme-challenge leads to it",
        )
        .required(),
        FieldInfo::new(
            "username",
            "User name",
            "The user name that registering gave",
        )
        .required(),
        FieldInfo::new("password", "Password", "The password that registering gave")
            .required()
            .secret(),
    ],
    connect,
};

struct AcmeDns {
    service: Service,
    full_domain: RecordName,
    username: String,
    password: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    let not_a_name = |_| DnsError::setting("full-domain", SettingFault::Name);
    Ok(Box::new(AcmeDns {
        service: Service::of(&given, TITLE)?,
        full_domain: given.text("full-domain")?.parse().map_err(not_a_name)?,
        username: given.text("username")?.to_owned(),
        password: given.take_secret("password")?,
    }))
}

impl Driver for AcmeDns {
    /// The server keeps the two newest values: enough for an apex and its wildcard.
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            if record.name != self.full_domain {
                return Err(DnsError::NotDelegated {
                    name: record.name.to_string(),
                    target: self.full_domain.to_string(),
                });
            }
            let subdomain = self.full_domain.as_str().split('.').next();
            let request = Request::post(self.service.url("/update"))
                .header("X-Api-User", &self.username)
                .secret_header("X-Api-Key", "", &self.password)
                .json(&json!({ "subdomain": subdomain, "txt": record.value }));
            let response = self.service.send(request).await?;
            match response.status {
                200 => Ok(Published::Done),
                // It tells a wrong user, password and subdomain apart by words alone.
                _ => Err(self.service.failure(&response)),
            }
        })
    }

    /// The server has no way to take a value away; newer ones push it out.
    fn remove<'a>(&'a self, _: &'a Txt) -> Doing<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        let name = self.full_domain.to_string();
        Box::pin(async move { Ok(ZonesInReach::Names(vec![name])) })
    }
}

const TITLE: &str = "acme-dns";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::base::{Explain, SystemClock};
    use crate::dns;
    use crate::http::{self, Player, Source};

    const DOCS: Source =
        Source::written("2026-11-28", "https://github.com/joohoi/acme-dns, README");

    const VALUE: &str = "___validation_token_received_from_the_ca___";

    fn driver(service: &Player) -> Box<dyn Driver> {
        let settings = [
            ("endpoint", service.url()),
            ("full-domain", "8e5700ea.auth.example.org"),
            ("username", "c36f50e8"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let password = ("password".to_owned(), Secret::new("htB9mR9D".to_owned()));
        let secrets = BTreeMap::from([password]);
        let clock = Arc::new(SystemClock);
        dns::open("acme-dns", settings.into(), secrets, client(), clock).unwrap()
    }

    fn client() -> http::Client {
        http::Client::new(&http::Settings::default()).unwrap()
    }

    fn record(name: &str) -> Txt {
        Txt {
            zone: "auth.example.org".parse().unwrap(),
            name: name.parse().unwrap(),
            value: VALUE.to_owned(),
            ttl_secs: 60,
        }
    }

    #[tokio::test]
    async fn a_value_is_sent_for_the_subdomain_with_the_accounts_key() {
        let service = Player::start([DOCS
            .post("/update")
            .with_header("X-Api-User", "c36f50e8")
            .with_header("X-Api-Key", "htB9mR9D")
            .with_json(json!({ "subdomain": "8e5700ea", "txt": VALUE }))
            .answers(200, json!({ "txt": VALUE }))])
        .await;
        let record = record("8e5700ea.auth.example.org");
        let driver = driver(&service);
        assert_eq!(driver.publish(&record).await, Ok(Published::Done));
        driver.remove(&record).await.unwrap();
        service.finish();
    }

    #[tokio::test]
    async fn without_the_cname_record_nothing_is_sent_and_it_is_shown() {
        let service = Player::start([]).await;
        let record = record("_acme-challenge.example.org");
        let error = driver(&service).publish(&record).await.unwrap_err();
        assert_eq!(error.code(), "dns.not-delegated");
        let remedy = error.remedy().to_string();
        assert!(remedy.contains("8e5700ea.auth.example.org"), "{remedy}");
        service.finish();
    }

    #[tokio::test]
    async fn refusals_are_told_in_the_servers_words() {
        for (status, said, code) in [
            (401, "forbidden", "dns.token-refused"),
            (400, "bad_txt", "dns.service-refused"),
        ] {
            let answer = json!({ "error": said });
            let service = Player::start([DOCS.post("/update").answers(status, answer)]).await;
            let record = record("8e5700ea.auth.example.org");
            let error = driver(&service).publish(&record).await.unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.to_string().ends_with(said), "{error}");
            service.finish();
        }
    }
}
