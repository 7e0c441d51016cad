//! What every certificate is held against before it is signed: the list of lints.

mod cabf;
mod house;
mod rfc5280;

use const_oid::ObjectIdentifier;

use crate::base::{Finding, Severity};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::Tbs;
use crate::x509::extension::{BasicConstraints, KeyUsage};
use crate::x509::general_name::Found;
use crate::x509::key::PublicKey;
use crate::x509::name::Name;
use crate::x509::profile::Profile;
use crate::x509::{extension, general_name, oid};

/// One rule. Its file says which and why.
pub(crate) struct Lint {
    /// Stable: `rfc5280-serial-positive`.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// The clause it follows: `RFC 5280, 4.1.2.2`.
    cites: &'static str,
    /// What is wrong, as a sentence without a full stop.
    check: fn(&Drafted<'_>) -> Option<String>,
}

impl Lint {
    fn finding(&self, drafted: &Drafted<'_>) -> Option<Finding> {
        let what = (self.check)(drafted)?;
        Some(Finding {
            lint: self.name.to_owned(),
            severity: self.severity,
            what,
            cites: self.cites.to_owned(),
        })
    }
}

/// Every finding about a `TBSCertificate` for this key, errors and warnings.
pub(super) fn run(tbs: &[u8], profile: &Profile, key: &PublicKey) -> der::Result<Vec<Finding>> {
    let tbs = Tbs::read(tbs)?;
    if tbs.spki != key.spki_der() {
        return Err(der::ErrorKind::Failed.into());
    }
    let drafted = Drafted::read(tbs, profile, key.clone())?;
    Ok(lints().filter_map(|lint| lint.finding(&drafted)).collect())
}

/// Every lint, in the order in which findings are told.
pub(crate) fn lints() -> impl Iterator<Item = &'static Lint> {
    rfc5280::LINTS.iter().chain(cabf::LINTS).chain(house::LINTS)
}

/// What a lint sees: the draft as it reads back, and the profile it was made with.
struct Drafted<'a> {
    tbs: Tbs<'a>,
    profile: &'a Profile,
    issuer: Name,
    subject: Name,
    key: PublicKey,
    algorithm: Option<SignatureAlgorithm>,
    basic: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
    purposes: Vec<ObjectIdentifier>,
    names: Vec<Found>,
}

impl<'a> Drafted<'a> {
    fn read(tbs: Tbs<'a>, profile: &'a Profile, key: PublicKey) -> der::Result<Self> {
        let value = |id| tbs.extension(id).map(|extension| extension.value);
        let unreadable = |_| der::Error::from(der::ErrorKind::Failed);
        let purposes = value(oid::EXTENDED_KEY_USAGE).map(extension::read_extended_key_usage);
        let names = value(oid::SUBJECT_ALT_NAME).map(general_name::read_all);
        Ok(Self {
            profile,
            issuer: Name::from_der(tbs.issuer).map_err(unreadable)?,
            subject: Name::from_der(tbs.subject).map_err(unreadable)?,
            key,
            algorithm: SignatureAlgorithm::from_der(tbs.algorithm),
            basic: value(oid::BASIC_CONSTRAINTS)
                .map(BasicConstraints::read)
                .transpose()?,
            usage: value(oid::KEY_USAGE).map(KeyUsage::read).transpose()?,
            purposes: purposes.transpose()?.unwrap_or_default(),
            names: names.transpose()?.unwrap_or_default(),
            tbs,
        })
    }

    fn is_ca(&self) -> bool {
        self.basic.is_some_and(|basic| basic.is_ca)
    }

    fn is_server(&self) -> bool {
        self.purposes.contains(&oid::SERVER_AUTH)
    }

    fn is_critical(&self, id: ObjectIdentifier) -> bool {
        self.tbs
            .extension(id)
            .is_some_and(|extension| extension.critical)
    }

    /// How long it is valid, in days, begun ones counted.
    fn days(&self) -> i64 {
        let last = self.tbs.not_after.at.plus_secs(1);
        let whole = self.tbs.not_before.at.days_until(last);
        match self.tbs.not_before.at.plus_days(whole) < last {
            true => whole + 1,
            false => whole,
        }
    }
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_has_a_name_of_its_own_and_a_clause() {
        for list in [rfc5280::LINTS, cabf::LINTS, house::LINTS] {
            let names: Vec<&str> = list.iter().map(|lint| lint.name).collect();
            assert!(
                names.is_sorted_by(|a, b| a < b),
                "alphabetical, and each once"
            );
        }
        for lint in lints() {
            let (source, _) = lint.name.split_once('-').unwrap();
            let cited = match source {
                "rfc5280" => lint.cites.starts_with("RFC "),
                "cabf" => lint.cites.starts_with("CA/Browser Forum"),
                _ => lint.cites.starts_with("Chancery"),
            };
            assert!(cited, "{}", lint.name);
        }
    }

    #[test]
    fn a_sound_draft_of_each_sort_has_no_findings() {
        for sound in [
            fixture::server(),
            fixture::client(),
            fixture::intermediate(),
        ] {
            let found: Vec<Finding> = lints().filter_map(|lint| lint.finding(&sound)).collect();
            assert_eq!(found, []);
        }
    }
}
