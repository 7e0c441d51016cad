//! For tests of drivers: a record, a clock, and what every service has to be told apart by.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::base::{Clock, Explain, Secret, Timestamp, ZonesInReach};
use crate::dns::pages::MOST_PAGES;
use crate::dns::{self, Driver, Txt};
use crate::http::{Client, Expected, Player, Settings};

/// When all tests of drivers happen.
pub(super) const NOW: Timestamp = Timestamp::from_secs(1_795_860_000);

pub(super) fn txt(value: &str) -> Txt {
    Txt {
        zone: "example.org".parse().unwrap(),
        name: "_acme-challenge.example.org".parse().unwrap(),
        value: value.to_owned(),
        ttl_secs: 60,
    }
}

/// The same name in a zone of which the service may hold only a parent.
pub(super) fn txt_in_child(value: &str) -> Txt {
    Txt {
        zone: "dev.example.org".parse().unwrap(),
        name: "_acme-challenge.dev.example.org".parse().unwrap(),
        value: value.to_owned(),
        ttl_secs: 60,
    }
}

/// Settings and secrets of a driver, as they are given.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) kind: &'static str,
    pub(super) settings: &'static [(&'static str, &'static str)],
    pub(super) secrets: &'static [(&'static str, &'static str)],
}

impl Form {
    /// Every page of the list of zones is read, and a list without an end is given up. `page` plays
    /// the page of a number, from 0 on, with these zones and more to come or not; one with more to
    /// come has `full` of them. Each begins with what `before` plays.
    pub(super) async fn reads_every_page(
        self,
        before: impl Fn() -> Vec<Expected>,
        full: usize,
        page: impl Fn(usize, &[String], bool) -> Expected,
        in_reach: fn(Vec<String>) -> ZonesInReach,
    ) {
        let zones: Vec<String> = (0..full).map(|zone| format!("{zone}.test")).collect();
        let last = ["example.org".to_owned()];
        let mut script = before();
        script.extend([
            page(0, &zones, true),
            page(1, &zones, true),
            page(2, &last, false),
        ]);
        let service = Player::start(script).await;
        let reach = self.driver(&service).reach().await;
        assert_eq!(reach, Ok(in_reach([&zones, &zones, &last[..]].concat())));
        service.finish();

        let mut script = before();
        script.extend((0..MOST_PAGES).map(|number| page(number, &zones, true)));
        let service = Player::start(script).await;
        let error = self.driver(&service).reach().await.unwrap_err();
        assert_eq!(error.code(), "dns.service-not-understood", "{error}");
        assert!(error.to_string().contains("does not end"), "{error}");
        service.finish();
    }

    pub(super) fn driver(self, service: &Player) -> Box<dyn Driver> {
        self.driver_with(service, &[], &[])
    }

    /// `settings` and `secrets` are more, or others; `{service}` in a value is the player's address.
    pub(super) fn driver_with(
        self,
        service: &Player,
        settings: &[(&str, &str)],
        secrets: &[(&str, &str)],
    ) -> Box<dyn Driver> {
        let owned = |(name, value): &(&str, &str)| {
            let value = value.replace("{service}", service.url());
            ((*name).to_owned(), value)
        };
        let mut all = BTreeMap::from([("endpoint".to_owned(), service.url().to_owned())]);
        all.extend(self.settings.iter().map(owned));
        all.extend(settings.iter().map(owned));
        let secrets = self.secrets.iter().chain(secrets).map(owned);
        let secrets = secrets.map(|(name, value)| (name, Secret::new(value)));
        let http = Client::new(&Settings::default()).unwrap();
        dns::open(self.kind, all, secrets.collect(), http, Arc::new(Stopped)).unwrap()
    }

    /// What each driver makes of refusals that are alike everywhere, at the request that `first`
    /// makes after what `before` plays; and of `refusals` of the service's own, each with the
    /// code and words that are to come of it. A body that is a string is sent as it is.
    pub(super) async fn tells_refusals_apart(
        self,
        before: impl Fn() -> Vec<Expected>,
        first: impl Fn() -> Expected,
        refusals: &[(u16, Value, &str, &str)],
    ) {
        let too_many = first().answers_with(429, &[("Retry-After", "7")], "{}");
        let page = first().answers_with(200, HTML, PROXY_PAGE);
        let forbidden = first().answers_with(403, HTML, PROXY_PAGE);
        let moved = first().answers_with(302, &[("Location", "https://login.test/")], "");
        let down = first().answers_with(503, HTML, PROXY_PAGE);
        let mut cases = vec![
            (too_many, "dns.rate-limited", "wait 7 s", true),
            (page, "dns.service-not-understood", "Sign in", false),
            (forbidden, "dns.service-not-understood", "Sign in", false),
            (
                moved,
                "dns.service-not-understood",
                "another address",
                false,
            ),
            (down, "dns.service-refused", "503 and says: Sign in", true),
            (
                first().breaks_off(),
                "http.broken",
                "could not be asked",
                true,
            ),
        ];
        for (status, body, code, words) in refusals {
            let refused = match body {
                Value::String(text) => first().answers_with(*status, &[], text),
                body => first().answers(*status, body.clone()),
            };
            let is_passing = *status >= 500 || *code == "dns.rate-limited";
            cases.push((refused, code, words, is_passing));
        }
        for (refused, code, words, is_passing) in cases {
            let mut script = before();
            script.push(refused);
            let service = Player::start(script).await;
            let error = self.driver(&service).publish(&txt("new")).await;
            let error = error.unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            assert!(error.to_string().contains(words), "{error}: no {words}");
            assert_eq!(error.is_passing(), is_passing, "{error}");
            service.finish();
        }
    }
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }
}

const HTML: &[(&str, &str)] = &[("Content-Type", "text/html")];

const PROXY_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>";
