//! Why a record could not be changed or looked up, and how that is told.

mod remedy;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::base::shown;
use crate::http::HttpError;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum DnsError {
    UnknownProvider {
        name: String,
    },
    Setting {
        field: String,
        fault: SettingFault,
    },
    /// No name of a record.
    Name {
        name: String,
    },

    // What services over HTTP say.
    TokenRefused {
        service: &'static str,
        said: String,
    },
    /// The service does not know the zone, or the credential does not reach it.
    ZoneNotInAccount {
        service: &'static str,
        zone: String,
    },
    RateLimited {
        service: &'static str,
        wait: Option<Duration>,
    },
    /// The service refuses for a reason of its own.
    Service {
        service: &'static str,
        status: u16,
        said: String,
    },
    /// An answer that is not what the service's documentation says.
    NotUnderstood {
        service: &'static str,
        why: String,
    },
    /// Somebody else changed the same record set each time.
    KeepsChanging {
        service: &'static str,
        name: String,
    },
    Http {
        service: &'static str,
        source: HttpError,
    },

    /// The service holds only names that CNAME records lead to, and this is none of them.
    NotDelegated {
        name: String,
        target: String,
    },

    // What a server says to an update (RFC 2136, RFC 8945).
    UpdateRefused {
        server: String,
        zone: String,
    },
    NotAuthoritative {
        server: String,
        zone: String,
    },
    NotInZone {
        server: String,
        name: String,
    },
    TsigKey {
        server: String,
    },
    TsigSignature {
        server: String,
    },
    /// The clocks are too far apart; how far, where the server tells.
    TsigTime {
        server: String,
        apart_secs: Option<u64>,
    },
    /// The answer is not signed, or not by the key.
    AnswerNotSigned {
        server: String,
    },
    /// Another response code.
    UpdateFailed {
        server: String,
        code: String,
    },

    // What looking up says.
    NoResolvers {
        why: String,
    },
    NxDomain {
        name: String,
    },
    ServFail {
        name: String,
        server: String,
    },
    /// The server refuses to answer this question.
    QueryRefused {
        name: String,
        server: String,
    },
    NoZone {
        name: String,
    },
    CnameLoop {
        name: String,
    },
    CnameTooLong {
        name: String,
    },
    Timeout {
        server: String,
    },
    Unreachable {
        server: String,
        why: String,
    },
    AnswerNotUnderstood {
        server: String,
        why: String,
    },

    // What a command of the user's does.
    CommandNotStarted {
        program: String,
        why: String,
    },
    CommandFailed {
        program: String,
        code: Option<i32>,
        said: String,
    },
    CommandTimeout {
        program: String,
        secs: u64,
    },
}

/// What is wrong with a setting.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum SettingFault {
    Missing,
    Unknown,
    Number,
    Address,
    Url,
    SeveralLines,
    Choice {
        words: String,
    },
    Name,
    Base64,
    /// A sentence of the provider's own.
    Other(&'static str),
}

impl DnsError {
    pub(crate) fn setting(field: &str, fault: SettingFault) -> Self {
        let field = field.to_owned();
        Self::Setting { field, fault }
    }

    /// Whether trying the same again later may help by itself.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Http { source, .. } => source.is_passing(),
            // A fault of the service's, or it is busy with another change.
            Self::Service { status, .. } => matches!(status, 408 | 409 | 423 | 425 | 500..),
            Self::KeepsChanging { .. }
            | Self::RateLimited { .. }
            | Self::ServFail { .. }
            | Self::Timeout { .. }
            | Self::Unreachable { .. } => true,
            _ => false,
        }
    }
}

impl fmt::Display for DnsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProvider { name } => {
                write!(f, "there is no DNS provider called {}", shown(name))
            }
            Self::Setting { field, fault } => write!(f, "{}: {fault}", shown(field)),
            Self::Name { name } => write!(f, "this is no name of a record: {}", shown(name)),
            Self::TokenRefused { service, said } => {
                write!(f, "{service} refuses the credential{}", Said(said))
            }
            Self::ZoneNotInAccount { service, zone } => {
                write!(f, "{service} shows this credential no zone {zone}")
            }
            Self::RateLimited {
                service,
                wait: None,
            } => {
                write!(f, "{service} has had too many requests")
            }
            Self::RateLimited {
                service,
                wait: Some(wait),
            } => write!(
                f,
                "{service} has had too many requests and asks to wait {} s",
                wait.as_secs()
            ),
            Self::Service {
                service,
                status,
                said,
            } => {
                write!(f, "{service} refuses with status {status}{}", Said(said))
            }
            Self::NotUnderstood { service, why } => {
                write!(
                    f,
                    "the answer of {service} is not understood: {}",
                    shown(why)
                )
            }
            Self::KeepsChanging { service, name } => write!(
                f,
                "the record keeps being changed by somebody else at {service}: {name}"
            ),
            Self::NotDelegated { name, .. } => {
                write!(
                    f,
                    "no CNAME record leads from this name to the service: {name}"
                )
            }
            Self::Http { service, .. } => write!(f, "{service} could not be asked"),
            Self::UpdateRefused { server, zone } => {
                write!(f, "{server} refuses to change the zone {zone}")
            }
            Self::NotAuthoritative { server, zone } => {
                write!(f, "{server} does not serve the zone {zone}")
            }
            Self::NotInZone { server, name } => {
                write!(f, "{server} says that the name is outside the zone: {name}")
            }
            Self::TsigKey { server } => {
                write!(
                    f,
                    "{server} does not know the key, or not for this algorithm"
                )
            }
            Self::TsigSignature { server } => write!(
                f,
                "{server} finds the signature wrong: its secret for this key is another one"
            ),
            Self::TsigTime {
                server,
                apart_secs: Some(secs),
            } => {
                write!(
                    f,
                    "the clocks of this machine and of {server} are {secs} s apart"
                )
            }
            Self::TsigTime {
                server,
                apart_secs: None,
            } => {
                write!(
                    f,
                    "the clocks of this machine and of {server} are too far apart"
                )
            }
            Self::AnswerNotSigned { server } => {
                write!(f, "the answer of {server} is not signed with the key")
            }
            Self::UpdateFailed { server, code } => {
                write!(f, "{server} could not change the zone: {}", shown(code))
            }
            Self::NoResolvers { why } => {
                write!(
                    f,
                    "the resolvers of this machine cannot be found: {}",
                    shown(why)
                )
            }
            Self::NxDomain { name } => write!(f, "the name does not exist: {name}"),
            Self::ServFail { name, server } => {
                write!(f, "{server} failed to look up {name} (SERVFAIL)")
            }
            Self::QueryRefused { name, server } => {
                write!(f, "{server} refuses to look up {name}")
            }
            Self::NoZone { name } => write!(f, "no zone could be found for {name}"),
            Self::CnameLoop { name } => {
                write!(f, "the CNAME records of this name lead in a circle: {name}")
            }
            Self::CnameTooLong { name } => {
                write!(f, "the chain of CNAME records is too long: {name}")
            }
            Self::Timeout { server } => write!(f, "{server} did not answer in time"),
            Self::Unreachable { server, why } => {
                write!(f, "{server} cannot be reached: {}", shown(why))
            }
            Self::AnswerNotUnderstood { server, why } => {
                write!(
                    f,
                    "the answer of {server} is not understood: {}",
                    shown(why)
                )
            }
            Self::CommandNotStarted { program, why } => {
                write!(
                    f,
                    "the program {} could not be started: {}",
                    shown(program),
                    shown(why)
                )
            }
            Self::CommandFailed {
                program,
                code: Some(code),
                said,
            } => write!(
                f,
                "the program {} ended with code {code}{}",
                shown(program),
                Said(said)
            ),
            Self::CommandFailed {
                program,
                code: None,
                said,
            } => {
                write!(f, "the program {} was killed{}", shown(program), Said(said))
            }
            Self::CommandTimeout { program, secs } => write!(
                f,
                "the program {} was stopped, since it had not ended after {secs} s",
                shown(program)
            ),
        }
    }
}

/// The service's own words, if it had any.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.trim() {
            "" => Ok(()),
            said => write!(f, " and says: {}", shown(said)),
        }
    }
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "this is needed",
            Self::Unknown => "this provider has no such setting",
            Self::Number => "expected a whole number",
            Self::Address => "expected a host name or an IP address, with :PORT if need be",
            Self::Url => "expected an address such as https://api.example.org",
            Self::SeveralLines => "expected plain text, and here on one line",
            Self::Choice { words } => return write!(f, "expected one of {words}"),
            Self::Name => "expected a domain name",
            Self::Base64 => "expected base64, as the key file has it",
            Self::Other(sentence) => sentence,
        })
    }
}

impl Error for DnsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http { source, .. } => Some(source),
            _ => None,
        }
    }
}
