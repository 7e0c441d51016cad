//! The list of providers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::SystemClock;
use crate::dns::{DnsError, KINDS, open};
use crate::http;

#[test]
fn providers_stand_by_name_and_each_field_says_what_it_is() {
    assert!(KINDS.is_sorted_by(|a, b| a.name < b.name));
    for kind in KINDS {
        let fields: Vec<_> = kind.fields.iter().map(|field| &field.name).collect();
        for (at, field) in kind.fields.iter().enumerate() {
            let place = format!("{} {}", kind.name, field.name);
            assert!(!fields[..at].contains(&&field.name), "{place}: twice");
            assert!(
                field.help.len() > 10 && !field.help.ends_with('.'),
                "{place}"
            );
            assert!(field.default.is_none() || !field.required, "{place}");
            assert!(field.default.is_none() || !field.secret, "{place}");
        }
    }
}

#[test]
fn a_provider_that_does_not_exist_is_refused_by_name() {
    let http = http::Client::new(&http::Settings::default()).unwrap();
    let clock = Arc::new(SystemClock);
    let opened = open("nosuch", BTreeMap::new(), BTreeMap::new(), http, clock);
    let Err(DnsError::UnknownProvider { name }) = opened else {
        panic!("it was opened, or failed otherwise");
    };
    assert_eq!(name, "nosuch");
}
