//! Doors for `tests/fuzz`: what servers and people write.

use crate::base::{Secret, TxtAnswer, shown};
use crate::dns::caa::{self, CaaRecord, CaaSet, CaaVerdict, Issuer};
use crate::dns::name::RecordName;
use crate::dns::tsig::TsigKey;
use crate::dns::{exchange, propagation, resolver, rfc2136, service, text, zone};
use crate::http::Response;

/// An answer to a look-up: values count only from a server that serves the zone.
pub fn answer(bytes: &[u8], asked: &str) {
    let (Ok(message), Ok(name)) = (exchange::understood(bytes), asked.parse::<RecordName>()) else {
        return;
    };
    if let TxtAnswer::Found(values) = propagation::sorted(&message) {
        assert!(message.authoritative && !values.is_empty());
    }
    let server = ([127, 0, 0, 1], 53).into();
    if let Ok(found) = resolver::sorted(message, &name, server) {
        zone::target(&found.records, &name).ok();
        judged(CaaSet {
            records: caa::read(&found.records),
            at: name,
        });
    }
}

/// An answer to an update: without the key nothing passes for signed.
pub fn update(bytes: &[u8]) {
    let secret = Secret::new("c2VjcmV0".to_owned());
    if let Ok(key) = TsigKey::new("rig-key", "hmac-sha256", &secret) {
        assert!(!rfc2136::accepts(bytes, key));
    }
}

/// One CAA record.
pub fn caa_record(is_critical: bool, tag: &str, value: &[u8]) {
    if let Ok(at) = "example.org".parse() {
        let records = vec![CaaRecord::read(is_critical, tag, value)];
        judged(CaaSet { at, records });
    }
}

/// A refusal of a provider: its words can be shown.
pub fn refusal(status: u16, body: &[u8]) {
    let words = service::said(&Response::for_fuzzing(status, &[], body));
    assert_eq!(shown(&words), words);
}

/// A TXT record's value as providers write it: what is read is written so that it reads again.
pub fn txt(text: &str) {
    let value = text::unquoted(text);
    assert_eq!(text::unquoted(&text::quoted(&value)), value);
    let strings = text::strings(text);
    if !strings.is_empty() {
        assert_eq!(text::strings(&text::joined(&strings)), strings);
    }
}

/// The name of a record: what reads is written so that it reads again.
pub fn name(text: &str) {
    if let Ok(name) = text.parse::<RecordName>() {
        assert_eq!(name.dotted().parse().ok(), Some(name));
    }
}

/// Nobody may issue who is not named, where anybody is.
fn judged(set: CaaSet) {
    let domains = ["ca.example".to_owned()];
    let issuer = Issuer {
        domains: &domains,
        account: None,
        method: "dns-01",
    };
    let mut issue = set.records.iter().filter(|record| record.tag == "issue");
    let is_open = issue.clone().count() == 0 || issue.any(|record| record.issuer == domains[0]);
    assert!(is_open || set.verdict(false, issuer) != CaaVerdict::Allowed);
}
