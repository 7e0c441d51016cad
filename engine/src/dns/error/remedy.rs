//! The code and the kind of each error, and what to do about it.

use crate::base::{Explain, Kind, Remedy};
use crate::dns::error::DnsError;

impl Explain for DnsError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider { .. } => "dns.unknown-provider",
            Self::Setting { .. } => "dns.setting",
            Self::Name { .. } => "dns.name",
            Self::TokenRefused { .. } => "dns.token-refused",
            Self::ZoneNotInAccount { .. } => "dns.zone-not-in-account",
            Self::RateLimited { .. } => "dns.rate-limited",
            Self::Service { .. } => "dns.service-refused",
            Self::NotUnderstood { .. } => "dns.service-not-understood",
            Self::KeepsChanging { .. } => "dns.keeps-changing",
            Self::NotDelegated { .. } => "dns.not-delegated",
            Self::Http { source, .. } => source.code(),
            Self::UpdateRefused { .. } => "dns.update-refused",
            Self::NotAuthoritative { .. } => "dns.not-authoritative",
            Self::NotInZone { .. } => "dns.not-in-zone",
            Self::TsigKey { .. } => "dns.tsig-key",
            Self::TsigSignature { .. } => "dns.tsig-signature",
            Self::TsigTime { .. } => "dns.tsig-time",
            Self::AnswerNotSigned { .. } => "dns.answer-not-signed",
            Self::UpdateFailed { .. } => "dns.update-failed",
            Self::NoResolvers { .. } => "dns.no-resolvers",
            Self::NxDomain { .. } => "dns.nxdomain",
            Self::ServFail { .. } => "dns.servfail",
            Self::QueryRefused { .. } => "dns.query-refused",
            Self::NoZone { .. } => "dns.no-zone",
            Self::CnameLoop { .. } => "dns.cname-loop",
            Self::CnameTooLong { .. } => "dns.cname-too-long",
            Self::Timeout { .. } => "dns.timeout",
            Self::Unreachable { .. } => "dns.unreachable",
            Self::AnswerNotUnderstood { .. } => "dns.answer-not-understood",
            Self::CommandNotStarted { .. } => "dns.command-not-started",
            Self::CommandFailed { .. } => "dns.command-failed",
            Self::CommandTimeout { .. } => "dns.command-timeout",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::UnknownProvider { .. } | Self::Setting { .. } | Self::Name { .. } => {
                Kind::Malformed
            }
            Self::Http { source, .. } => source.kind(),
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::UnknownProvider { .. } => "Choose one of the list of providers",
                Self::Setting { .. } => "Correct this setting of the provider",
                Self::Name { .. } => {
                    "Write names in other scripts as xn--…, and without a wildcard"
                }
                Self::TokenRefused { .. } => {
                    "Check that the credential is complete, has not ended, and may change DNS \
                     records"
                }
                Self::ZoneNotInAccount { .. } => {
                    "Check that the zone is in this account, and that the credential reaches it"
                }
                Self::RateLimited {
                    wait: Some(wait), ..
                } => {
                    return Remedy::Do(format!("Try again in {} s", wait.as_secs()));
                }
                Self::RateLimited { wait: None, .. } => "Try again in some minutes",
                Self::Service { .. } => "Do what the service's words say",
                Self::NotUnderstood { .. } => {
                    "Check the API address; if it is right, report what the transcript shows"
                }
                Self::KeepsChanging { .. } => {
                    "Let one program at a time change this record, and try again"
                }
                Self::NotDelegated { name, target } => {
                    return Remedy::Do(format!(
                        "Add this record once, and keep it: {name} CNAME {target}"
                    ));
                }
                Self::Http { source, .. } => return source.remedy(),
                Self::UpdateRefused { .. } => {
                    "Have the server's update policy allow this key to change the TXT record of \
                     this name; some servers say the same when the key's name, algorithm or secret \
                     is wrong"
                }
                Self::NotAuthoritative { .. } => {
                    "Name the zone's primary server, and the zone that it serves"
                }
                Self::NotInZone { .. } => "Name the zone that holds this name",
                Self::TsigKey { .. } => {
                    "Check the key's name and algorithm against the server's configuration"
                }
                Self::TsigSignature { .. } => {
                    "Copy the key's secret again from the server's configuration"
                }
                Self::TsigTime { .. } => "Set the clocks of this machine and of the server",
                Self::AnswerNotSigned { .. } => {
                    "Check that nothing between here and the server answers in its place"
                }
                Self::UpdateFailed { .. } => "Look into the server's log",
                Self::NoResolvers { .. } => "Name resolvers in the settings",
                Self::NxDomain { .. } => {
                    "Check the spelling, and that the domain is registered and delegated; where other \
                     servers answer inside than outside, name resolvers that see what the CA sees"
                }
                Self::ServFail { .. } => {
                    "Check the zone's servers and its DNSSEC signatures; another resolver may say \
                     more"
                }
                Self::QueryRefused { .. } => "Name resolvers that answer this machine",
                Self::NoZone { .. } => "Check that the domain is registered and delegated",
                Self::CnameLoop { .. } | Self::CnameTooLong { .. } => {
                    "Let the CNAME record point straight at the name that is to hold the TXT record"
                }
                Self::Timeout { .. } | Self::Unreachable { .. } => {
                    "Check the server's address, the network, and whether a firewall lets DNS \
                     through on UDP and TCP"
                }
                Self::AnswerNotUnderstood { .. } => {
                    "Check that the address is that of a DNS server"
                }
                Self::CommandNotStarted { .. } => {
                    "Give the program's whole path, and make it executable"
                }
                Self::CommandFailed { .. } => "Run the program by hand with the same arguments",
                Self::CommandTimeout { .. } => {
                    "Find out what the program waits for, or raise its time limit"
                }
            }
            .to_owned(),
        )
    }
}
