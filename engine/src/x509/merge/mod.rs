//! What a request asks, what the profile says, and what will be issued, field by field.
//!
//! Nothing of a request is copied without a rule. A request can take less than its profile gives,
//! never more.

mod error;

use const_oid::ObjectIdentifier;

use crate::base::{
    Choices, Field, Identifier, Merged, NameKind, NameRule, Take, Timestamp, Verdict,
};
use crate::x509::additions::remaining;
use crate::x509::draft::{IssuerView, Validity, Wish, check};
use crate::x509::extension::{BasicConstraints, KeyUsage};
use crate::x509::name::Name;
use crate::x509::profile::Profile;
use crate::x509::request::CertificationRequest;
use crate::x509::{constraints, oid};
pub(crate) use error::MergeError;

/// Merges every field. The rows are complete even where one of them refuses; the wish is there
/// only if none does, and the error is the first refusal.
pub(crate) fn merge(
    request: &CertificationRequest,
    profile: &Profile,
    choices: &Choices,
    now: Timestamp,
    issuer: &IssuerView,
) -> (Vec<Merged>, Result<Wish, MergeError>) {
    let mut merge = Merge {
        request,
        profile,
        choices,
        rows: Vec::new(),
        refused: None,
    };
    let subject = merge.subject();
    let names = merge.names(&subject, issuer);
    let path_len = merge.basic_constraints(issuer);
    let key_usage = merge.key_usage();
    let extended_key_usage = merge.extended_key_usage();
    let constraints = merge.name_constraints(issuer);
    merge.others(issuer);
    merge.validity(now, issuer);
    let wish = Wish {
        days: choices.days,
        path_len,
        constraints,
        extended_key_usage,
        key_usage,
        beyond_ceiling: choices.days.is_some(),
        ..Wish::new(subject, names, request.key().clone())
    };
    let refused = merge.refused.map_or(Ok(wish), Err);
    (merge.rows, refused)
}

struct Merge<'a> {
    request: &'a CertificationRequest,
    profile: &'a Profile,
    choices: &'a Choices,
    rows: Vec<Merged>,
    refused: Option<MergeError>,
}

impl Merge<'_> {
    fn take(&self, field: &Field) -> Take {
        let chosen = self.choices.takes.iter().rev().find(|(of, _)| of == field);
        chosen.map_or_else(|| self.profile.take(field), |(_, take)| *take)
    }

    fn subject(&mut self) -> Name {
        let asked = self.request.subject();
        let rule = self.take(&Field::Subject);
        let copied = matches!(rule, Take::Request | Take::RequestElseProfile);
        let refused = rule == Take::RefuseOther && !asked.is_empty();
        let issued = match copied {
            true => asked.clone(),
            false => Name::none(),
        };
        let text = |name: &Name| (!name.is_empty()).then(|| name.to_string());
        let row = Row::new(Field::Subject, rule)
            .asked(text(asked))
            .issued(text(&issued));
        let row = row.profile((!copied).then(|| "empty".to_owned()));
        self.add(row, refused.then_some(MergeError::Subject));
        issued
    }

    /// A server's request without alternative names, as old programs write it, means its common
    /// name: where the rule lets the profile speak, that becomes the only alternative name.
    fn names(&mut self, subject: &Name, issuer: &IssuerView) -> Vec<Identifier> {
        let rule = self.take(&Field::Names);
        let row = Row::new(Field::Names, rule);
        let asked = match self.request.identifiers() {
            Ok(names) => names,
            Err(error) => {
                self.add(row, Some(error.into()));
                return Vec::new();
            }
        };
        let own = self.names_of_subject();
        let row = row
            .asked(list(&asked))
            .profile(match (self.profile.names, own.is_empty()) {
                (NameRule::None, _) => Some("none".to_owned()),
                (_, true) => None,
                (_, false) => Some(FROM_SUBJECT.to_owned()),
            });
        let other = rule == Take::RefuseOther && !asked.is_empty() && asked != own;
        let issued = match rule {
            Take::Request => asked,
            Take::RequestElseProfile if !asked.is_empty() => asked,
            _ => own,
        };
        let refused = match (other, self.profile.is_ca) {
            (true, _) => Some(MergeError::Names),
            (false, true) if !issued.is_empty() => Some(MergeError::Names),
            (false, true) => None,
            (false, false) => {
                let checked = check::names(self.profile, issuer, subject, &issued);
                checked.err().map(MergeError::from)
            }
        };
        self.add(row.issued(list(&issued)), refused);
        issued
    }

    /// Old programs write the host into the common name, and an address into the subject.
    fn names_of_subject(&self) -> Vec<Identifier> {
        let subject = self.request.subject();
        match self.profile.names {
            NameRule::Required if self.profile.kinds == [NameKind::Email] => {
                let addresses = subject.email_addresses().into_iter();
                let valid = addresses.filter_map(|address| address.parse().ok());
                valid.map(Identifier::Email).collect()
            }
            NameRule::Required => {
                let common_name = subject.first_common_name();
                let host = common_name.as_deref().and_then(constraints::as_named_host);
                host.into_iter().collect()
            }
            NameRule::None | NameRule::Optional => Vec::new(),
        }
    }

    /// The path length asked for; what stays `None` is the profile's.
    fn basic_constraints(&mut self, issuer: &IssuerView) -> Option<u8> {
        let rule = self.take(&Field::BasicConstraints);
        let own = BasicConstraints {
            is_ca: self.profile.is_ca,
            path_len: self.profile.path_len,
        };
        let row = Row::new(Field::BasicConstraints, rule).profile(Some(own.to_string()));
        let asked = match self.request.basic_constraints() {
            Ok(asked) => asked,
            Err(error) => {
                self.add(row, Some(error.into()));
                return None;
            }
        };
        let row = row.asked(asked.map(|asked| asked.to_string()));
        let wants_ca = asked.is_some_and(|asked| asked.is_ca);
        let refused = match (self.profile.is_ca, wants_ca, rule) {
            (false, true, Take::Profile) => None,
            (false, true, _) => Some(MergeError::CaAsked),
            (true, true, Take::RefuseOther) if asked != Some(own) => Some(MergeError::PathLen),
            _ => None,
        };
        let copied = matches!(rule, Take::Request | Take::RequestElseProfile);
        let path_len = asked.filter(|_| self.profile.is_ca && copied && wants_ca);
        let path_len = path_len.and_then(|asked| asked.path_len);
        let checked = check::path_len(self.profile, issuer, path_len);
        let refused = refused.or_else(|| checked.clone().err().map(MergeError::from));
        let issued = BasicConstraints {
            path_len: checked.ok().flatten(),
            ..own
        };
        self.add(row.issued(Some(issued.to_string())), refused);
        path_len
    }

    fn key_usage(&mut self) -> Option<KeyUsage> {
        let rule = self.take(&Field::KeyUsage);
        let own = self.profile.key_usage(self.request.key());
        let row = Row::new(Field::KeyUsage, rule).profile(Some(own.to_string()));
        let asked = match self.request.key_usage() {
            Ok(asked) => asked.filter(|asked| !asked.is_empty()),
            Err(error) => {
                self.add(row, Some(error.into()));
                return None;
            }
        };
        let row = row.asked(asked.map(|asked| asked.to_string()));
        let less = asked.filter(|asked| own.contains(*asked) && !self.profile.is_ca);
        let (issued, refused) = match (rule, asked) {
            (Take::Profile, _) | (_, None) => (None, None),
            (Take::RefuseOther, Some(asked)) if asked != own => (None, Some(MergeError::KeyUsage)),
            (Take::RefuseOther, Some(_)) => (None, None),
            (_, Some(asked)) if asked == own => (None, None),
            (_, Some(_)) if less.is_none() => (None, Some(MergeError::KeyUsage)),
            _ => (less, None),
        };
        self.add(row.issued(Some(issued.unwrap_or(own).to_string())), refused);
        issued
    }

    fn extended_key_usage(&mut self) -> Option<Vec<ObjectIdentifier>> {
        let rule = self.take(&Field::ExtendedKeyUsage);
        let own = &self.profile.extended_key_usage;
        let row = Row::new(Field::ExtendedKeyUsage, rule).profile(purposes(own));
        let asked = match self.request.extended_key_usage() {
            Ok(asked) => asked.unwrap_or_default(),
            Err(error) => {
                self.add(row, Some(error.into()));
                return None;
            }
        };
        let row = row.asked(purposes(&asked));
        let wider = asked.iter().find(|asked| !own.contains(asked));
        let refused = match (rule, wider) {
            (Take::Profile, _) | (_, None) => None,
            (_, Some(wider)) => Some(MergeError::ExtendedKeyUsage(oid::title(*wider))),
        };
        let copied = matches!(rule, Take::Request | Take::RequestElseProfile);
        let less = copied && refused.is_none() && !asked.is_empty() && asked.len() < own.len();
        let issued = less.then_some(asked);
        self.add(
            row.issued(purposes(issued.as_deref().unwrap_or(own))),
            refused,
        );
        issued
    }

    /// A CA below a constrained one can ask for narrower constraints.
    fn name_constraints(&mut self, issuer: &IssuerView) -> Option<constraints::Constraints> {
        let field = Field::Other(oid::NAME_CONSTRAINTS.to_string());
        let rule = self.take(&field);
        let own = issuer.constraints.as_ref().filter(|_| self.profile.is_ca);
        let row = Row::new(field, rule).profile(own.map(ToString::to_string));
        let asked = match self.request.name_constraints() {
            Ok(asked) => asked,
            Err(error) => {
                self.add(row, Some(error.into()));
                return None;
            }
        };
        if asked.is_none() && own.is_none() {
            return None;
        }
        let row = row.asked(asked.as_ref().map(ToString::to_string));
        let copied = matches!(rule, Take::Request | Take::RequestElseProfile);
        let (issued, refused) = match (asked, own) {
            (Some(_), _) if !self.profile.is_ca && rule != Take::Profile => {
                (None, Some(MergeError::NotForLeaves))
            }
            (Some(asked), own) if rule == Take::RefuseOther && own != Some(&asked) => (
                None,
                Some(MergeError::Extension(oid::title(oid::NAME_CONSTRAINTS))),
            ),
            (Some(asked), Some(own)) if copied => match own.narrowed_by(&asked) {
                Ok(narrowed) => (Some(narrowed), None),
                Err(error) => (None, Some(error.into())),
            },
            (Some(asked), None) if copied => (Some(asked), None),
            (_, own) => (own.cloned(), None),
        };
        self.add(
            row.issued(issued.as_ref().map(ToString::to_string)),
            refused,
        );
        issued
    }

    /// Any other extension is left out: we would not know what we certify. What a person set for
    /// the profile or the authority stands in the certificate whether or not it is asked for.
    fn others(&mut self, issuer: &IssuerView) {
        let set = self.set_by_people(issuer);
        let others = self
            .request
            .others()
            .filter(|id| *id != oid::NAME_CONSTRAINTS);
        let asked: Vec<ObjectIdentifier> = others.collect();
        for id in &asked {
            let field = Field::Other(id.to_string());
            let rule = self.take(&field);
            let own = match *id {
                // Both are in every certificate, with our own values.
                oid::SUBJECT_KEY_ID | oid::AUTHORITY_KEY_ID => {
                    Some("the identifier of the key".to_owned())
                }
                id if set.contains(&id) => Some(SET.to_owned()),
                _ => None,
            };
            let row = Row::new(field, rule).asked(Some(oid::title(*id)));
            let row = row.profile(own.clone()).issued(own);
            let refused = (rule != Take::Profile).then(|| MergeError::Extension(oid::title(*id)));
            self.add(row, refused);
        }
        for id in set.iter().filter(|id| !asked.contains(id)) {
            let row = Row::new(Field::Other(id.to_string()), Take::Profile);
            let title = Some(oid::title(*id));
            self.add(row.profile(title.clone()).issued(title), None);
        }
    }

    fn set_by_people(&self, issuer: &IssuerView) -> Vec<ObjectIdentifier> {
        let urls = remaining(&issuer.urls, &self.profile.leave_out);
        let access = !urls.issuer.is_empty() || !urls.ocsp.is_empty();
        let mut set = self.profile.additions.ids_over(&issuer.additions);
        set.extend(access.then_some(oid::AUTHORITY_INFO_ACCESS));
        set.extend((!urls.crl.is_empty()).then_some(oid::CRL_DISTRIBUTION_POINTS));
        set.extend(
            self.profile
                .is_for(oid::OCSP_SIGNING)
                .then_some(oid::OCSP_NO_CHECK),
        );
        set
    }

    fn validity(&mut self, now: Timestamp, issuer: &IssuerView) {
        let own = self.profile.lifetime.default;
        let asked = self.choices.days;
        let row = Row::new(Field::Validity, Take::Profile).profile(Some(format!("{own} days")));
        let row = row.asked(asked.map(|days| format!("{days} days")));
        let planned = check::days(self.profile, asked, asked.is_some())
            .and_then(|days| Ok((days, Validity::within(issuer, days, now)?)));
        match planned {
            Ok((days, validity)) => {
                let end = validity.not_after;
                self.add(row.issued(Some(format!("{days} days, until {end}"))), None);
            }
            Err(error) => self.add(row, Some(error.into())),
        }
    }

    fn add(&mut self, row: Row, refused: Option<MergeError>) {
        let mut row = row.0;
        row.verdict = match &refused {
            Some(error) => Verdict::Refused(error.to_string()),
            None if row.asked == row.issued => Verdict::Kept,
            None if row.asked.is_none() => Verdict::Added,
            None => Verdict::Changed,
        };
        if refused.is_some() {
            row.issued = None;
        }
        if self.refused.is_none() {
            self.refused = refused;
        }
        self.rows.push(row);
    }
}

/// A row being filled.
struct Row(Merged);

impl Row {
    fn new(field: Field, rule: Take) -> Self {
        Self(Merged {
            field,
            asked: None,
            profile: None,
            issued: None,
            rule,
            verdict: Verdict::Kept,
        })
    }

    fn asked(mut self, asked: Option<String>) -> Self {
        self.0.asked = asked;
        self
    }

    fn profile(mut self, profile: Option<String>) -> Self {
        self.0.profile = profile;
        self
    }

    fn issued(mut self, issued: Option<String>) -> Self {
        self.0.issued = issued;
        self
    }
}

fn list(names: &[Identifier]) -> Option<String> {
    let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn purposes(ids: &[ObjectIdentifier]) -> Option<String> {
    let titles: Vec<String> = ids.iter().map(|id| oid::title(*id)).collect();
    (!titles.is_empty()).then(|| titles.join(", "))
}

const SET: &str = "as set for the profile or the authority";
const FROM_SUBJECT: &str = "what the subject names, where a request names no alternative names";

#[cfg(test)]
mod tests;
