//! Why a public CA did not do what was asked, in plain words, and what to do then.

use std::error::Error;
use std::fmt;

use super::problem::{Cause, Problem};
use crate::base::{Explain, Kind, Remedy, Timestamp, shown};
use crate::http::HttpError;

#[derive(Clone, Debug)]
pub(crate) enum AcmeError {
    /// The key cannot sign for ACME: its title.
    KeyKind(String),
    /// The vault made a signature that is none.
    Signature,
    NotADirectory,
    /// What of an answer makes no sense.
    NotUnderstood(&'static str),
    /// The directory does not offer it.
    NotOffered(&'static str),
    Http(HttpError),
    /// A good nonce was refused time and again.
    NonceStorm(u32),
    Problem(Box<Problem>),
    /// The order ended as invalid: what the CA found of each name.
    OrderInvalid {
        of_names: Vec<(String, Problem)>,
        problem: Option<Box<Problem>>,
    },
    /// The CA wants another proof than one by DNS: the name, and what it offers.
    NoDnsChallenge {
        name: String,
        offered: Vec<String>,
    },
    /// The order is in a state that it cannot be in.
    OrderState(String),
    /// The CA was still working at the end of the time we give it.
    Slow(&'static str),
    /// The certificate that came is not the one that was asked for.
    WrongCertificate(&'static str),
    /// The MAC key of an external account is not base64url.
    MacKey,
    /// A proof of what nobody ordered, or in the name of somebody else.
    NotOrdered(String),
    /// The CA takes the external account, or the key for it, for another one's.
    BindingRefused(Box<Problem>),
}

impl AcmeError {
    /// Whether trying the same again later may help by itself.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Http(error) => error.is_passing(),
            Self::NonceStorm(_) | Self::Slow(_) => true,
            Self::Problem(problem) => problem.is_fault() || problem.is_limit_with_end(),
            _ => false,
        }
    }

    /// Whether the CA has understood and said no: nothing was done.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Problem(problem) if !problem.is_fault())
    }

    /// When it may be tried again, where the CA says so.
    pub(crate) fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Problem(problem) => problem.retry_at,
            _ => None,
        }
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        match self {
            Self::Problem(problem) => Some(problem.cause),
            _ => None,
        }
    }
}

impl From<HttpError> for AcmeError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

impl From<Problem> for AcmeError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl fmt::Display for AcmeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyKind(title) => write!(f, "a key of the kind {title} cannot be an account's"),
            Self::Signature => f.write_str("the vault made a signature of another form"),
            Self::NotADirectory => {
                f.write_str("the address answers, but with no directory of an ACME CA")
            }
            Self::NotUnderstood(what) => write!(f, "the CA's answer makes no sense: {what}"),
            Self::NotOffered(what) => write!(f, "the CA does not offer {what}"),
            Self::Http(_) => f.write_str("the CA could not be asked"),
            Self::NonceStorm(times) => write!(
                f,
                "the CA refused {times} fresh nonces of its own, one after the other"
            ),
            Self::Problem(problem) => problem.tell(f),
            Self::OrderInvalid { of_names, problem } => {
                f.write_str("the CA has given up the order")?;
                for (at, (name, problem)) in of_names.iter().enumerate() {
                    let mark = if at == 0 { ": " } else { "; " };
                    write!(f, "{mark}{}: ", shown(name))?;
                    problem.tell(f)?;
                }
                match problem {
                    Some(problem) if of_names.is_empty() => {
                        f.write_str(": ")?;
                        problem.tell(f)
                    }
                    _ => Ok(()),
                }
            }
            Self::NoDnsChallenge { name, offered } => write!(
                f,
                "the CA offers no proof by DNS for {}, only {}",
                shown(name),
                shown(&offered.join(", "))
            ),
            Self::OrderState(state) => {
                write!(f, "the CA says that the order is {}", shown(state))
            }
            Self::Slow(what) => write!(f, "the CA took too long {what}"),
            Self::WrongCertificate(why) => {
                write!(
                    f,
                    "the CA sent another certificate than was asked for: {why}"
                )
            }
            Self::NotOrdered(what) => {
                write!(
                    f,
                    "the CA asks for a proof that was not ordered: {}",
                    shown(what)
                )
            }
            Self::MacKey => f.write_str("the key for the external account is not base64url"),
            Self::BindingRefused(problem) => {
                f.write_str("the CA does not accept the binding to an account at its web site")?;
                problem.tell_detail(f)
            }
        }
    }
}

impl Problem {
    /// Whatever was asked may have been done, or not.
    fn is_fault(&self) -> bool {
        self.cause == Cause::ServerInternal || self.status == 503
    }

    /// Where no end is told, a person decides how long to wait.
    fn is_limit_with_end(&self) -> bool {
        self.cause == Cause::RateLimited && self.retry_at.is_some()
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause.words())?;
        self.tell_detail(f)?;
        for (name, words) in &self.of_names {
            write!(f, "; {name}: {words}")?;
        }
        Ok(())
    }

    /// The CA's own words, if it had any.
    fn tell_detail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail.trim_end_matches('.') {
            "" => Ok(()),
            words => write!(f, " ({words})"),
        }
    }
}

impl Cause {
    /// What CAs answer with where a key id or its MAC key is wrong; RFC 8555, 7.3.4, names none.
    pub(super) const fn may_be_of_a_binding(self) -> bool {
        matches!(
            self,
            Self::Unauthorized | Self::Malformed | Self::BindingNeeded
        )
    }

    const fn words(self) -> &'static str {
        match self {
            Self::AccountMissing => "the CA knows no account with this key",
            Self::AlreadyReplaced => "the certificate has been replaced by another order already",
            Self::AlreadyRevoked => "the CA has revoked it already",
            Self::BadCsr => "the CA does not accept the certification request",
            Self::BadNonce => "the CA refused a nonce of its own",
            Self::BadPublicKey => "the CA does not accept this kind of key",
            Self::BadRevocationReason => "the CA does not accept this reason",
            Self::BindingNeeded => "the CA wants the account bound to one at its web site",
            Self::Caa => "a CAA record in the DNS forbids this CA to issue for the name",
            Self::Connection => "the CA could not reach the server it had to ask",
            Self::Dns => "the CA got no usable answer from the DNS",
            Self::IncorrectResponse => "the CA found a record, but not the one it wants",
            Self::Contact => "the CA does not accept the contact address",
            Self::InvalidProfile => "the CA has no such profile, or not for this account",
            Self::Malformed => "the CA does not understand the request",
            Self::OrderNotReady => "the CA says that the order is not ready yet",
            Self::RateLimited => "the CA's limit is reached",
            Self::RejectedIdentifier => "the CA does not issue for this name",
            Self::ServerInternal => "the CA has a fault of its own",
            Self::TermsChanged => "the CA has new terms, which a person has to agree to",
            Self::Unauthorized => {
                "the CA does not accept the proof, or the account may not do this"
            }
            Self::Other => "the CA refuses",
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::AccountMissing => "acme.account-missing",
            Self::AlreadyReplaced => "acme.already-replaced",
            Self::AlreadyRevoked => "acme.already-revoked",
            Self::BadCsr => "acme.bad-request",
            Self::BadNonce => "acme.nonce-storm",
            Self::BadPublicKey => "acme.key-kind",
            Self::BadRevocationReason => "acme.bad-reason",
            Self::BindingNeeded => "acme.binding-needed",
            Self::Caa => "acme.caa-forbids",
            Self::Connection => "acme.connection",
            Self::Dns => "acme.dns",
            Self::IncorrectResponse => "acme.wrong-record",
            Self::Contact => "acme.contact",
            Self::InvalidProfile => "acme.profile",
            Self::Malformed | Self::OrderNotReady => "acme.not-understood",
            Self::RateLimited => "acme.rate-limited",
            Self::RejectedIdentifier => "acme.rejected-name",
            Self::ServerInternal => "acme.server-fault",
            Self::TermsChanged => "acme.terms-changed",
            Self::Unauthorized => "acme.unauthorized",
            Self::Other => "acme.refused",
        }
    }

    const fn step(self) -> Option<&'static str> {
        Some(match self {
            Self::AccountMissing => {
                "Make a new account at this CA; a test server forgets its accounts when it is \
                 started again"
            }
            Self::AlreadyReplaced => "Look at the inventory: its successor is there, or elsewhere",
            Self::AlreadyRevoked => "Nothing is left to do",
            Self::BadCsr => "Check that the request asks for exactly the names that are ordered",
            Self::BadPublicKey => "Choose ECDSA P-256, P-384 or RSA 2048",
            Self::BadRevocationReason => "Choose unspecified, keyCompromise or superseded",
            Self::BindingNeeded => "Give the key id and the MAC key that the CA's web site shows",
            Self::Caa => {
                "Add a CAA record with issue (for a wildcard issuewild) that names this CA, or \
                 remove the ones that name others"
            }
            Self::Connection | Self::Dns => {
                "Check that the name's servers answer from the Internet for the TXT record of \
                 _acme-challenge.NAME; look for a server that is lame or answers SERVFAIL"
            }
            Self::IncorrectResponse => {
                "Check that no other value stands alone at _acme-challenge.NAME, and that all \
                 servers of the zone show the same"
            }
            Self::Contact => "Give an e-mail address in a public domain, or none",
            Self::InvalidProfile => "Choose one of the profiles that the CA offers",
            Self::RateLimited => "Wait until the time shown; asking again before does not help",
            Self::RejectedIdentifier => {
                "Order names in a public domain that you hold; a private CA issues for others"
            }
            Self::TermsChanged => {
                "Read the terms at the address shown, agree to them there, then order again"
            }
            Self::Unauthorized => {
                "Look at what the CA found for each name, and check that the account is active"
            }
            Self::BadNonce
            | Self::Malformed
            | Self::OrderNotReady
            | Self::ServerInternal
            | Self::Other => return None,
        })
    }

    /// What to type for the step.
    const fn typed(self) -> &'static [&'static str] {
        match self {
            Self::BindingNeeded => &["--eab-kid ID --secret-file eab-key=FILE"],
            Self::Connection | Self::Dns => &["dig TXT _acme-challenge.NAME"],
            Self::InvalidProfile => &["chancery acme directory show NAME"],
            _ => &[],
        }
    }
}

impl Error for AcmeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http(error) => Some(error),
            _ => None,
        }
    }
}

impl Explain for AcmeError {
    fn code(&self) -> &'static str {
        match self {
            Self::KeyKind(_) => "acme.key-kind",
            Self::Signature => "acme.signature",
            Self::NotADirectory => "acme.not-a-directory",
            Self::NotUnderstood(_) => "acme.not-understood",
            Self::NotOffered(_) => "acme.not-offered",
            Self::Http(error) => error.code(),
            Self::NonceStorm(_) => "acme.nonce-storm",
            Self::Problem(problem) => problem.cause.code(),
            Self::OrderInvalid { of_names, problem } => {
                let named = of_names.first().map(|(_, problem)| problem);
                let cause = named.or(problem.as_deref());
                cause.map_or("acme.order-invalid", |problem| problem.cause.code())
            }
            Self::NoDnsChallenge { .. } => "acme.no-dns-challenge",
            Self::OrderState(_) => "acme.order-invalid",
            Self::Slow(_) => "acme.slow",
            Self::WrongCertificate(_) => "acme.wrong-certificate",
            Self::MacKey => "acme.mac-key",
            Self::NotOrdered(_) => "acme.not-ordered",
            Self::BindingRefused(_) => "acme.binding-refused",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::MacKey | Self::KeyKind(_) => Kind::Malformed,
            Self::Http(error) => error.kind(),
            Self::Problem(problem) => match problem.cause {
                Cause::Caa
                | Cause::RateLimited
                | Cause::RejectedIdentifier
                | Cause::TermsChanged
                | Cause::BindingNeeded => Kind::Refused,
                _ => Kind::Failed,
            },
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::KeyKind(_) => "Choose a key of ECDSA, RSA or Ed25519",
            Self::NotADirectory => {
                "Check the address: it is the one that the CA calls its ACME directory"
            }
            Self::NotUnderstood(_) => {
                return Remedy::typed(
                    "Look at what was sent and received, and tell the CA",
                    ["chancery acme order transcript ORDER"],
                );
            }
            Self::NotOffered(_) => "Choose another CA, or do without",
            Self::Http(error) => return error.remedy(),
            Self::Problem(problem) => return problem.remedy(),
            Self::OrderInvalid { of_names, problem } => {
                let named = of_names.first().map(|(_, problem)| problem);
                match named.or(problem.as_deref()) {
                    Some(problem) => return problem.remedy(),
                    None => "Order again; if it happens again, look at the transcript",
                }
            }
            Self::NoDnsChallenge { .. } => "Choose a CA that proves names by DNS (dns-01)",
            Self::OrderState(_) => "Order again",
            Self::NonceStorm(_) | Self::Slow(_) => return Remedy::Retry,
            Self::WrongCertificate(_) => "Do not use it; order again, and tell the CA",
            Self::NotOrdered(_) => "Do not go on with this CA; look at the transcript",
            Self::MacKey => "Copy the MAC key again as the CA's web site shows it",
            Self::BindingRefused(_) => {
                "Copy the key id and the MAC key again as the CA's web site shows them; many CAs \
                 take each pair once, or only for a while"
            }
            Self::Signature => return Remedy::ReportBug,
        };
        Remedy::Do(step.to_owned())
    }
}

impl Problem {
    fn remedy(&self) -> Remedy {
        let Some(step) = self.cause.step() else {
            return match self.cause {
                Cause::BadNonce | Cause::ServerInternal | Cause::OrderNotReady => Remedy::Retry,
                _ => Remedy::Do("Read the CA's own words, and look at the transcript".to_owned()),
            };
        };
        let step = match (self.retry_at, &self.page) {
            (Some(at), _) => format!("{step}; the CA says that it may go on at {at}"),
            (None, Some(page)) => format!("{step}: {}", shown(page)),
            (None, None) => step.to_owned(),
        };
        Remedy::typed(step, self.cause.typed().iter().copied())
    }
}
