//! Why an account or an order is refused before any CA is asked, or at its end.

use std::fmt;

use crate::api::{AcmeAccountId, CertificateId, DnsName, OrderId, Timestamp, shown};
use crate::base::{Explain, Kind, Remedy};
use crate::dns::CaaVerdict;

#[derive(Debug)]
pub(in crate::runtime) enum AccountError {
    BindingNeeded(String),
    DirectoryUnknown(String),
    HasOrders(String),
    KeyInUse,
    KeyUnreadable,
    NameEmpty,
    NameTaken { name: String, holder: AcmeAccountId },
    NotActive(String),
    NotDeactivated(String),
    RootsUnreadable,
    TermsNotAgreed(Option<String>),
    Unknown(AcmeAccountId),
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BindingNeeded(directory) => write!(
                f,
                "{} makes accounts only for those who have one at its web site",
                shown(directory)
            ),
            Self::DirectoryUnknown(text) => {
                write!(f, "no CA is known as {}, and it is no address", shown(text))
            }
            Self::HasOrders(name) => {
                write!(f, "an order of the account {} is under way", shown(name))
            }
            Self::KeyInUse => f.write_str("the vault has this key already, for something else"),
            Self::KeyUnreadable => f.write_str("the file holds no private key that can be read"),
            Self::NameEmpty => f.write_str("an account needs a name"),
            Self::NameTaken { name, holder } => {
                write!(f, "{holder} is already called {}", shown(name))
            }
            Self::NotActive(name) => write!(f, "the account {} is not active", shown(name)),
            Self::NotDeactivated(name) => {
                write!(f, "the account {} is still active at the CA", shown(name))
            }
            Self::RootsUnreadable => f.write_str("the root file holds no certificate"),
            Self::TermsNotAgreed(None) => {
                f.write_str("the CA has terms, and nobody has agreed to them")
            }
            Self::TermsNotAgreed(Some(terms)) => {
                write!(f, "the CA's terms have to be agreed to: {}", shown(terms))
            }
            Self::Unknown(id) => write!(f, "there is no account {id}"),
        }
    }
}

impl std::error::Error for AccountError {}

impl Explain for AccountError {
    fn code(&self) -> &'static str {
        match self {
            Self::BindingNeeded(_) => "acme.binding-needed",
            Self::DirectoryUnknown(_) => "acme.directory-unknown",
            Self::HasOrders(_) => "acme.account-in-use",
            Self::KeyInUse => "acme.key-in-use",
            Self::KeyUnreadable => "acme.key-unreadable",
            Self::NameEmpty => "acme.name-empty",
            Self::NameTaken { .. } => "acme.name-taken",
            Self::NotActive(_) => "acme.account-not-active",
            Self::NotDeactivated(_) => "acme.account-active",
            Self::RootsUnreadable => "acme.roots-unreadable",
            Self::TermsNotAgreed(_) => "acme.terms",
            Self::Unknown(_) => "acme.account-unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::DirectoryUnknown(_)
            | Self::KeyUnreadable
            | Self::NameEmpty
            | Self::RootsUnreadable => Kind::Malformed,
            Self::HasOrders(_) => Kind::InUse,
            Self::Unknown(_) | Self::NameTaken { .. } => Kind::Failed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::BindingNeeded(_) => {
                    return Remedy::typed(
                        "Give the key id and the MAC key that the CA's web site shows",
                        ["--eab-kid ID --secret-file eab-key=FILE"],
                    );
                }
                Self::DirectoryUnknown(_) => {
                    return Remedy::typed(
                        "Give the https address of a directory, or a name such as letsencrypt, \
                         letsencrypt-staging, zerossl, google or sslcom-ecc",
                        ["chancery acme directory list"],
                    );
                }
                Self::HasOrders(_) => "Wait until it has ended, or cancel it",
                Self::KeyInUse => {
                    "Give the account a key of its own at the CA, or use the account that has it"
                }
                Self::KeyUnreadable => {
                    "Give the account's private key as PEM or DER (PKCS #8, PKCS #1, SEC 1), or as \
                     a JSON Web Key"
                }
                Self::NameEmpty => "Give it a name, such as letsencrypt",
                Self::NameTaken { .. } => "Choose another name",
                Self::NotActive(_) => "Choose another account, or make a new one",
                Self::NotDeactivated(_) => "Deactivate it first; that is for good. Where its CA is gone, leave it open there",
                Self::RootsUnreadable => "Give root certificates as PEM or DER",
                Self::TermsNotAgreed(_) => {
                    return Remedy::typed("Read them, and agree to them", ["--agree-terms"]);
                }
                Self::Unknown(_) => {
                    return Remedy::typed(
                        "Choose one of the accounts",
                        ["chancery acme account list"],
                    );
                }
            }
            .to_owned(),
        )
    }
}

#[derive(Debug)]
pub(in crate::runtime) enum OrderError {
    Budget {
        used: u32,
        next_free: Timestamp,
    },
    CalledOff(OrderId),
    CaaForbids {
        name: DnsName,
        /// Where the records stand.
        at: String,
        verdict: CaaVerdict,
        /// What they would have to name.
        domains: Vec<String>,
        /// The address of ours at the CA.
        account: Option<String>,
    },
    Ended(OrderId),
    KeyElsewhere(CertificateId),
    NamesDiffer,
    NoNames,
    NoRehearsal,
    NotByAcme(CertificateId),
    NothingLeft(OrderId),
    NotVisible {
        missing: Vec<String>,
    },
    NotWaiting(OrderId),
    PrivateName(String),
    ProfileUnknown {
        wanted: String,
        offered: Vec<String>,
    },
    TooLate(OrderId),
    TooMany(usize),
    UnderWay(OrderId),
    Unknown(OrderId),
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget { used, next_free } => write!(
                f,
                "{used} certificates were ordered for these names within a day, and that is the \
                 account's own limit; the next place is free at {next_free}"
            ),
            Self::CalledOff(id) => write!(f, "{id} was called off"),
            Self::CaaForbids {
                name, at, verdict, ..
            } => {
                write!(
                    f,
                    "CAA records at {at} forbid this CA to issue for {name}: "
                )?;
                tell_verdict(f, verdict)
            }
            Self::Ended(id) => write!(f, "{id} has ended already"),
            Self::KeyElsewhere(id) => write!(
                f,
                "the private key of {id} is on its own host; only the account's key can sign here"
            ),
            Self::NamesDiffer => f.write_str("the request asks for other names than are ordered"),
            Self::NoNames => f.write_str("a certificate of a public CA needs at least one name"),
            Self::NoRehearsal => {
                f.write_str("there is no account at a staging directory for a dry run")
            }
            Self::NothingLeft(id) => {
                write!(
                    f,
                    "{id} has left nothing in the DNS that is ours to take away"
                )
            }
            Self::NotByAcme(id) => write!(f, "{id} did not come from a public CA by ACME"),
            Self::NotVisible { missing } => {
                let more = missing.len().saturating_sub(SHOWN);
                let first: Vec<&str> = missing.iter().take(SHOWN).map(String::as_str).collect();
                write!(
                    f,
                    "not every server shows the records within the time given: {}",
                    first.join("; ")
                )?;
                match more {
                    0 => Ok(()),
                    _ => write!(f, "; and {more} more"),
                }
            }
            Self::NotWaiting(id) => write!(f, "{id} does not wait for the DNS"),
            Self::PrivateName(name) => {
                write!(f, "no public CA may issue for {}", shown(name))
            }
            Self::ProfileUnknown { wanted, offered } => {
                write!(f, "the CA offers no profile {}", shown(wanted))?;
                match offered.is_empty() {
                    true => f.write_str(": it offers none"),
                    false => write!(f, ", only {}", shown(&offered.join(", "))),
                }
            }
            Self::TooLate(id) => {
                write!(
                    f,
                    "{id} has come so far that the CA may have issued already"
                )
            }
            Self::TooMany(found) => write!(f, "{found} names are ordered, and 100 is the most"),
            Self::UnderWay(id) => write!(f, "{id} is under way for the same names"),
            Self::Unknown(id) => write!(f, "there is no order {id}"),
        }
    }
}

impl std::error::Error for OrderError {}

impl Explain for OrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::Budget { .. } => "acme.budget",
            Self::CalledOff(_) => "acme.called-off",
            Self::CaaForbids { .. } => "acme.caa-forbids",
            Self::Ended(_) => "acme.order-ended",
            Self::KeyElsewhere(_) => "acme.key-elsewhere",
            Self::NamesDiffer => "acme.names-differ",
            Self::NoNames => "acme.no-names",
            Self::NoRehearsal => "acme.no-rehearsal",
            Self::NotByAcme(_) => "acme.not-by-acme",
            Self::NothingLeft(_) => "acme.nothing-left",
            Self::NotVisible { .. } => "acme.not-visible",
            Self::NotWaiting(_) => "acme.not-waiting",
            Self::PrivateName(_) => "acme.private-name",
            Self::ProfileUnknown { .. } => "acme.profile",
            Self::TooLate(_) => "acme.too-late",
            Self::TooMany(_) => "acme.too-many-names",
            Self::UnderWay(_) => "acme.under-way",
            Self::Unknown(_) => "acme.order-unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NoNames | Self::TooMany(_) | Self::NamesDiffer | Self::ProfileUnknown { .. } => {
                Kind::Malformed
            }
            Self::NotVisible { .. }
            | Self::Ended(_)
            | Self::NothingLeft(_)
            | Self::Unknown(_)
            | Self::NotWaiting(_) => Kind::Failed,
            Self::UnderWay(_) => Kind::InUse,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        if let Self::CaaForbids {
            name,
            domains,
            verdict,
            account,
            ..
        } = self
        {
            let tag = if name.is_wildcard() {
                "issuewild"
            } else {
                "issue"
            };
            let domain = domains.first().map_or("the CA's domain", String::as_str);
            return Remedy::Do(match (verdict, account) {
                // Who has bound the domain to accounts wants it to stay bound.
                (CaaVerdict::OtherAccounts(_), Some(account)) => format!(
                    "Add the record CAA 0 {tag} \"{}; accounturi={}\", or choose the account that \
                     the records name",
                    shown(domain),
                    shown(account)
                ),
                _ => format!(
                    "Add the record CAA 0 {tag} \"{}\", or choose a CA that the records name",
                    shown(domain)
                ),
            });
        }
        Remedy::Do(
            match self {
                Self::CaaForbids { .. } => "",
                Self::CalledOff(_) => "Order again if it is wanted after all",
                Self::Budget { .. } => {
                    return Remedy::typed(
                        "Use the certificate that came last; who needs more raises the account's \
                         limit a day",
                        ["chancery acme account change ACCOUNT --daily-limit N"],
                    );
                }
                Self::Ended(_) => "Look at what came of it, or order again",
                Self::KeyElsewhere(_) => {
                    "Revoke with the account's key; renew with the same key, or order again with a \
                     new request from that host"
                }
                Self::NamesDiffer => {
                    "Make the request for exactly the ordered names, or order exactly its names"
                }
                Self::NoNames => "Give a name, such as www.example.org or *.example.org",
                Self::NoRehearsal => {
                    return Remedy::typed(
                        "Make an account at a staging directory, or say which account to rehearse \
                         with",
                        [
                            "chancery acme account create NAME --directory letsencrypt-staging",
                            "chancery acme account change ACCOUNT --rehearsal ACCOUNT",
                        ],
                    );
                }
                Self::NotByAcme(_) => {
                    return Remedy::typed(
                        "Revoke or replace it as a certificate that was issued here",
                        ["chancery cert revoke CERT", "chancery cert create CN"],
                    );
                }
                Self::NotVisible { .. } => {
                    return Remedy::typed(
                        "Look at the servers shown: a secondary that lags needs more time, a lame \
                         one is to be taken out of the zone; or go on anyway",
                        [
                            "--propagation-limit SECS",
                            "chancery acme order go-on ORDER",
                        ],
                    );
                }
                Self::NothingLeft(_) => "Nothing is left to do",
                Self::NotWaiting(_) => "Look at the order: it says what it does",
                Self::PrivateName(_) => {
                    return Remedy::typed(
                        "Order a public name, or issue it with your own CA",
                        ["chancery cert create CN"],
                    );
                }
                Self::ProfileUnknown { .. } => "Choose one of those, or none",
                Self::TooLate(_) => "Let it end; revoke the certificate if it is not wanted",
                Self::TooMany(_) => "Part them into several certificates",
                Self::UnderWay(_) => "Wait until it has ended, or cancel it",
                Self::Unknown(_) => {
                    return Remedy::typed("Choose one of the orders", ["chancery acme order list"]);
                }
            }
            .to_owned(),
        )
    }
}

fn tell_verdict(f: &mut fmt::Formatter<'_>, verdict: &CaaVerdict) -> fmt::Result {
    let list = |all: &[String]| shown(&all.join(", ")).into_owned();
    match verdict {
        CaaVerdict::Allowed => Ok(()),
        CaaVerdict::OtherIssuers(none) if none.is_empty() => f.write_str("nobody may"),
        CaaVerdict::OtherIssuers(others) => write!(f, "only {} may", list(others)),
        CaaVerdict::OtherAccounts(others) => write!(f, "only the account {} may", list(others)),
        CaaVerdict::OtherMethods(others) => write!(f, "only after a proof by {}", list(others)),
        CaaVerdict::UnknownCritical(tag) => {
            write!(f, "one of the kind {} is critical", shown(tag))
        }
    }
}

/// How many servers a sentence names.
const SHOWN: usize = 4;
