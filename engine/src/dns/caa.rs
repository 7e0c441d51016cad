//! CAA (RFC 8659, RFC 8657): which authorities a domain lets issue, told before an order is made.

use hickory_proto::rr::rdata::CAA;
use hickory_proto::rr::{RData, Record, RecordType};

use crate::base::DnsName;
use crate::dns::error::DnsError;
use crate::dns::name::RecordName;
use crate::dns::resolver::Resolver;

/// The CAA record set that counts for a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CaaSet {
    /// The name, or the one above it, that holds the set.
    pub(crate) at: RecordName,
    pub(crate) records: Vec<CaaRecord>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CaaRecord {
    pub(crate) is_critical: bool,
    /// In lower case: `issue`.
    pub(crate) tag: String,
    /// Of `issue` and `issuewild`: `letsencrypt.org`; empty where nobody may issue.
    pub(crate) issuer: String,
    pub(crate) parameters: Vec<(String, String)>,
}

/// Who wants to issue, and how the name is proved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Issuer<'a> {
    /// The domains by which the authority calls itself (`caaIdentities` of its directory).
    pub(crate) domains: &'a [String],
    pub(crate) account: Option<&'a str>,
    /// `dns-01`.
    pub(crate) method: &'a str,
}

/// Whether CAA lets an authority issue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum CaaVerdict {
    Allowed,
    /// Only these authorities; nobody at all if there are none.
    OtherIssuers(Vec<String>),
    /// The authority, but only for these accounts.
    OtherAccounts(Vec<String>),
    /// The authority, but only by these methods.
    OtherMethods(Vec<String>),
    /// A critical record of a kind that no authority can be expected to understand.
    UnknownCritical(String),
}

impl Resolver {
    /// The set that counts: that of the name, or else of the nearest above that has one (RFC 8659,
    /// 3). A failed look-up is an error, since an authority then refuses as well.
    pub(crate) async fn caa(&self, name: &DnsName) -> Result<Option<CaaSet>, DnsError> {
        let base = name.as_str().trim_start_matches("*.");
        let mut candidate: Option<RecordName> = Some(base.parse()?);
        while let Some(at) = candidate {
            let found = self.look_up(&at, RecordType::CAA).await?;
            let records = read(&found.records);
            if !records.is_empty() {
                return Ok(Some(CaaSet { at, records }));
            }
            candidate = at.parent();
        }
        Ok(None)
    }
}

/// The CAA records among `records`, whoever owns them: a set behind an alias counts as well.
pub(super) fn read(records: &[Record]) -> Vec<CaaRecord> {
    let records = records.iter();
    let read = records.filter_map(|record| match &record.data {
        RData::CAA(caa) => Some(CaaRecord::of(caa)),
        _ => None,
    });
    read.collect()
}

impl CaaRecord {
    fn of(caa: &CAA) -> Self {
        Self::read(caa.issuer_critical, &caa.tag, &caa.value)
    }

    /// `issuer-domain-name; name=value; …` (RFC 8659, 4.2).
    pub(super) fn read(is_critical: bool, tag: &str, value: &[u8]) -> Self {
        let text = String::from_utf8_lossy(value);
        let mut parts = text.split(';');
        let issuer = parts.next().unwrap_or_default().trim();
        let parameters = parts.filter_map(|part| {
            let (name, value) = part.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        });
        Self {
            is_critical,
            tag: tag.to_ascii_lowercase(),
            issuer: issuer.trim_end_matches('.').to_ascii_lowercase(),
            parameters: parameters.collect(),
        }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn allows_account(&self, account: Option<&str>) -> bool {
        let limit = self.parameter("accounturi");
        limit.is_none_or(|limit| account == Some(limit))
    }

    fn allows_method(&self, method: &str) -> bool {
        let limit = self.parameter("validationmethods");
        limit.is_none_or(|limit| limit.split(',').any(|one| one.trim() == method))
    }
}

impl CaaSet {
    /// What the set says to `issuer` about a name, or about a wildcard.
    pub(crate) fn verdict(&self, is_wildcard: bool, issuer: Issuer<'_>) -> CaaVerdict {
        let unknown = self
            .records
            .iter()
            .find(|record| record.is_critical && !KNOWN_TAGS.contains(&record.tag.as_str()));
        if let Some(record) = unknown {
            return CaaVerdict::UnknownCritical(record.tag.clone());
        }
        let relevant = self.relevant(is_wildcard);
        if relevant.is_empty() {
            return CaaVerdict::Allowed;
        }
        let names_us = |record: &&&CaaRecord| {
            let mut domains = issuer.domains.iter();
            domains.any(|domain| domain.eq_ignore_ascii_case(&record.issuer))
        };
        let ours: Vec<&CaaRecord> = relevant.iter().filter(names_us).copied().collect();
        if ours.is_empty() {
            let named = relevant.iter().map(|record| record.issuer.clone());
            return CaaVerdict::OtherIssuers(named.filter(|name| !name.is_empty()).collect());
        }
        let for_account: Vec<&CaaRecord> = ours
            .iter()
            .filter(|record| record.allows_account(issuer.account))
            .copied()
            .collect();
        let said = |records: &[&CaaRecord], name| {
            let values = records.iter().filter_map(|record| record.parameter(name));
            values.map(str::to_owned).collect()
        };
        match for_account.as_slice() {
            [] => CaaVerdict::OtherAccounts(said(&ours, "accounturi")),
            some if some
                .iter()
                .any(|record| record.allows_method(issuer.method)) =>
            {
                CaaVerdict::Allowed
            }
            some => CaaVerdict::OtherMethods(said(some, "validationmethods")),
        }
    }

    /// `issuewild` where there is one and a wildcard is asked for; otherwise `issue` (RFC 8659,
    /// 4.3).
    fn relevant(&self, is_wildcard: bool) -> Vec<&CaaRecord> {
        let tagged = |tag| -> Vec<&CaaRecord> {
            let records = self.records.iter();
            records.filter(|record| record.tag == tag).collect()
        };
        match is_wildcard {
            true if !tagged("issuewild").is_empty() => tagged("issuewild"),
            _ => tagged("issue"),
        }
    }
}

/// The registry “Certification Authority Restriction Properties”, as far as authorities follow it.
const KNOWN_TAGS: &[&str] = &[
    "issue",
    "issuewild",
    "iodef",
    "issuemail",
    "issuevmc",
    "contactemail",
    "contactphone",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn set(records: &[(&str, &str)]) -> CaaSet {
        let records = records.iter().map(|(tag, value)| {
            let (is_critical, tag) = match tag.strip_prefix('!') {
                Some(tag) => (true, tag),
                None => (false, *tag),
            };
            CaaRecord::read(is_critical, tag, value.as_bytes())
        });
        CaaSet {
            at: "example.org".parse().unwrap(),
            records: records.collect(),
        }
    }

    fn verdict(records: &[(&str, &str)], is_wildcard: bool) -> CaaVerdict {
        let issuer = Issuer {
            domains: &["ca.example".to_owned()],
            account: Some("https://ca.example/acct/1"),
            method: "dns-01",
        };
        set(records).verdict(is_wildcard, issuer)
    }

    #[test]
    fn who_is_named_may_issue_and_nobody_else() {
        let ours = ("issue", "CA.Example.");
        let other = ("issue", "other.example");
        assert_eq!(verdict(&[ours], false), CaaVerdict::Allowed);
        assert_eq!(verdict(&[other, ours], false), CaaVerdict::Allowed);
        let others = CaaVerdict::OtherIssuers(vec!["other.example".to_owned()]);
        assert_eq!(verdict(&[other], false), others);
        assert_eq!(
            verdict(&[("ISSUE", ";")], false),
            CaaVerdict::OtherIssuers(vec![])
        );
        assert_eq!(
            verdict(&[("issue", "")], false),
            CaaVerdict::OtherIssuers(vec![])
        );
        assert_eq!(
            verdict(&[("iodef", "mailto:a@example.org")], false),
            CaaVerdict::Allowed
        );
    }

    #[test]
    fn a_wildcard_follows_issuewild_where_there_is_one() {
        let nobody = CaaVerdict::OtherIssuers(vec![]);
        let records = [("issue", "ca.example"), ("issuewild", ";")];
        assert_eq!(verdict(&records, false), CaaVerdict::Allowed);
        assert_eq!(verdict(&records, true), nobody);
        assert_eq!(
            verdict(&[("issue", "ca.example")], true),
            CaaVerdict::Allowed
        );
        assert_eq!(verdict(&[("issuewild", ";")], false), CaaVerdict::Allowed);
    }

    #[test]
    fn accounts_and_methods_are_held_to_what_the_record_says() {
        let account = "https://ca.example/acct/1";
        let bound = |limit: &str| format!("ca.example; accounturi={limit}");
        assert_eq!(
            verdict(&[("issue", &bound(account))], false),
            CaaVerdict::Allowed
        );
        let other = "https://ca.example/acct/2";
        let others = CaaVerdict::OtherAccounts(vec![other.to_owned()]);
        assert_eq!(verdict(&[("issue", &bound(other))], false), others);
        let by = |methods: &str| format!("ca.example ;validationmethods = {methods}");
        assert_eq!(
            verdict(&[("issue", &by("http-01,dns-01"))], false),
            CaaVerdict::Allowed
        );
        let methods = CaaVerdict::OtherMethods(vec!["http-01".to_owned()]);
        assert_eq!(verdict(&[("issue", &by("http-01"))], false), methods);
        let either = [("issue", bound(other)), ("issue", by("dns-01"))];
        let either = either.each_ref().map(|(tag, value)| (*tag, value.as_str()));
        assert_eq!(verdict(&either, false), CaaVerdict::Allowed);
    }

    #[test]
    fn a_critical_record_that_nobody_understands_forbids() {
        let records = [("issue", "ca.example"), ("!colour", "red")];
        assert_eq!(
            verdict(&records, false),
            CaaVerdict::UnknownCritical("colour".to_owned())
        );
        let records = [("!issue", "ca.example"), ("colour", "red")];
        assert_eq!(verdict(&records, false), CaaVerdict::Allowed);
    }
}
