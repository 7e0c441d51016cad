//! Doors for `tests/fuzz`: what public CAs answer, and private keys as other clients keep them.

use std::time::Duration;

use super::account::opened;
use super::directory::Directory;
use super::error::AcmeError;
use super::jwk;
use super::jws::AccountKey;
use super::order::{Authorization, read_authorization, read_order};
use super::problem::Problem;
use super::renewal_info::{read, within};
use super::session::{links, pause};
use crate::base::shown;
use crate::http::Response;
use crate::x509::{Bundle, Openness, Reading};

/// An answer as everything that a CA is asked for; each error that tells of it can be shown.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) {
    let answer = Response::for_fuzzing(status, headers, body);
    let wait = pause(&answer, u32::from(status));
    assert!((Duration::from_millis(100)..=Duration::from_secs(60)).contains(&wait));
    for target in links(&answer, "alternate") {
        assert!(!target.contains('>'));
    }
    opened(&answer).ok();
    let refused = Problem::read(status, body);
    told(refused.clone().into());
    if let Ok(order) = read_order(&answer, String::new()) {
        told(order.why_invalid(Vec::new()));
        told(order.why_invalid(vec![(order.finalize.clone(), refused)]));
    }
    if let Ok(authorization) = read_authorization(&answer, "") {
        authorized(authorization);
    }
}

fn authorized(authorization: Authorization) {
    let Authorization {
        name,
        offered,
        problem,
        ..
    } = authorization;
    told(AcmeError::NoDnsChallenge { name, offered });
    if let Some(problem) = problem {
        told(problem.into());
    }
}

fn told(error: AcmeError) {
    let text = error.to_string();
    assert_eq!(shown(&text), text);
}

/// What a directory says of itself can be shown.
pub fn directory(body: &[u8]) {
    let Ok(directory) = Directory::read(body) else {
        return;
    };
    let info = directory.info("https://ca.example/directory");
    let words = info.terms.iter().chain(&info.website);
    let words = words.chain(&info.caa_identities);
    let profiles = info.profiles.iter().flat_map(|(name, words)| [name, words]);
    for text in words.chain(profiles) {
        assert_eq!(shown(text), *text);
    }
}

/// A certificate is renewed within the CA's window, and the CA is not asked all the time.
pub fn renewal(body: &[u8], ask_after_secs: u64) {
    let Ok(window) = read(body, Duration::from_secs(ask_after_secs)) else {
        return;
    };
    let at = within(window.start, window.end, "fuzzed");
    assert!(window.start <= at && at < window.end);
    assert!(window.ask_after >= Duration::from_secs(60));
}

/// A key that reads is one that an account may have, or is told to be none.
pub fn json_web_key(json: &[u8]) {
    let Some(der) = jwk::private_key(json) else {
        return;
    };
    let Ok(bundle) = der.expose(|der| Bundle::read(der, Reading::default())) else {
        return;
    };
    for found in bundle.keys {
        if let Openness::Open(key) = found.key
            && let Ok(account) = AccountKey::of(key.public_key())
        {
            assert_eq!(account.thumbprint().len(), 43);
        }
    }
}
