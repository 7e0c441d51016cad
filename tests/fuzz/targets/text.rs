//! Names, numbers, days and ids that a person or a file writes: what reads is written so that it reads again.
#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use chancery_engine::api::{
    AddressKind, AuthorityId, CertificateFormat, CertificateId, CertificatePolicy, CommandId,
    CrlNumber, CustomExtension, Destination, DnsName, EmailName, Fingerprint, HexBytes, Identifier,
    IpSubtree, JobId, KeyId, KeyType, NameKind, NameRule, ObjectId, ProfileName, RecoveryCode,
    RequestId, RevocationReason, Serial, Subtree, Timestamp, TrustFormat, UriName, Usage, shown,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    reads_again::<AddressKind>(text);
    reads_again::<AuthorityId>(text);
    reads_again::<CertificateFormat>(text);
    reads_again::<CertificateId>(text);
    reads_again::<CertificatePolicy>(text);
    reads_again::<CommandId>(text);
    reads_again::<CrlNumber>(text);
    reads_again::<CustomExtension>(text);
    reads_again::<Destination>(text);
    reads_again::<DnsName>(text);
    reads_again::<EmailName>(text);
    reads_again::<Fingerprint>(text);
    reads_again::<HexBytes>(text);
    reads_again::<Identifier>(text);
    reads_again::<IpSubtree>(text);
    reads_again::<JobId>(text);
    reads_again::<KeyId>(text);
    reads_again::<NameKind>(text);
    reads_again::<NameRule>(text);
    reads_again::<ObjectId>(text);
    reads_again::<ProfileName>(text);
    reads_again::<RequestId>(text);
    reads_again::<RevocationReason>(text);
    reads_again::<Serial>(text);
    reads_again::<Subtree>(text);
    reads_again::<TrustFormat>(text);
    reads_again::<UriName>(text);
    reads_again::<Usage>(text);
    moment(text);
    recovery_code(text);
    text.parse::<KeyType>().ok();
    let safe = shown(text);
    assert_eq!(shown(&safe), safe);
    related(text);
});

fn reads_again<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    let Ok(read) = text.parse::<T>() else {
        return;
    };
    let written = read.to_string();
    assert_eq!(written.parse::<T>().ok(), Some(read), "{written:?}");
}

/// A moment is written to the second.
fn moment(text: &str) {
    let Ok(moment) = text.parse::<Timestamp>() else {
        return;
    };
    let again = moment.to_string().parse::<Timestamp>();
    assert_eq!(again.map(Timestamp::secs), Ok(moment.secs()));
}

fn recovery_code(text: &str) {
    let Ok(code) = RecoveryCode::parse(text) else {
        return;
    };
    let written = code.expose(str::to_owned);
    let again = RecoveryCode::parse(&written).map(|again| again.expose(str::to_owned));
    assert_eq!(again, Ok(written));
}

/// Name spaces against names, and against one another.
fn related(text: &str) {
    let Some((one, other)) = text.split_once(' ') else {
        return;
    };
    let Ok(space) = one.parse::<Subtree>() else {
        return;
    };
    if let Ok(name) = other.parse::<Identifier>() {
        assert!(!space.contains(&name) || space.mentions(&name));
    }
    if let Ok(part) = other.parse::<Subtree>() {
        assert!(!(space.covers(&part) && part.covers(&space)) || space == part);
    }
}
