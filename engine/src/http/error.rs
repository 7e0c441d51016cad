//! Why an exchange over HTTP failed, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::CertificateError;

use crate::base::{Explain, Kind, Remedy, shown};
use crate::http::host::CannotResolve;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum HttpError {
    /// The settings give a URL that is not one, or not `https`.
    Url {
        why: &'static str,
    },
    /// A header's value has characters that no header carries.
    Header {
        name: String,
    },
    /// A root certificate of the settings cannot be read.
    Roots,
    CannotResolve {
        host: String,
        why: String,
    },
    CannotConnect {
        host: String,
        why: String,
    },
    UnknownIssuer {
        host: String,
    },
    /// The certificate is for other names.
    WrongName {
        host: String,
    },
    Expired {
        host: String,
    },
    NotYetValid {
        host: String,
    },
    /// TLS fails for another reason.
    Tls {
        host: String,
        why: String,
    },
    Timeout {
        host: String,
    },
    /// The connection ended in the middle of an answer.
    Broken {
        host: String,
        why: String,
    },
    TooLarge {
        host: String,
    },
}

impl HttpError {
    /// Whether trying the same again later may help by itself.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::CannotResolve { .. }
                | Self::CannotConnect { .. }
                | Self::Timeout { .. }
                | Self::Broken { .. }
        )
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { why } => write!(f, "the address cannot be used: {why}"),
            Self::Header { name } => {
                write!(
                    f,
                    "a value has characters that the header {name} cannot carry"
                )
            }
            Self::Roots => f.write_str("a root certificate to trust cannot be read"),
            Self::CannotResolve { host, why } => {
                write!(f, "the name {} leads to no address: {why}", shown(host))
            }
            Self::CannotConnect { host, why } => {
                write!(f, "there is no connection to {}: {why}", shown(host))
            }
            Self::UnknownIssuer { host } => write!(
                f,
                "the certificate of {} is from an authority that is not trusted here",
                shown(host)
            ),
            Self::WrongName { host } => {
                write!(f, "the certificate presented is not for {}", shown(host))
            }
            Self::Expired { host } => write!(f, "the certificate of {} has expired", shown(host)),
            Self::NotYetValid { host } => {
                write!(f, "the certificate of {} is not valid yet", shown(host))
            }
            Self::Tls { host, why } => {
                write!(f, "no secure connection to {}: {}", shown(host), shown(why))
            }
            Self::Timeout { host } => write!(f, "{} did not answer in time", shown(host)),
            Self::Broken { host, why } => write!(
                f,
                "{} broke the connection in the middle of an answer: {}",
                shown(host),
                shown(why)
            ),
            Self::TooLarge { host } => {
                write!(f, "{} sent more than is read here, 1 MiB", shown(host))
            }
        }
    }
}

impl Error for HttpError {}

impl Explain for HttpError {
    fn code(&self) -> &'static str {
        match self {
            Self::Url { .. } => "http.url",
            Self::Header { .. } => "http.header",
            Self::Roots => "http.roots",
            Self::CannotResolve { .. } => "http.cannot-resolve",
            Self::CannotConnect { .. } => "http.cannot-connect",
            Self::UnknownIssuer { .. } => "http.unknown-issuer",
            Self::WrongName { .. } => "http.wrong-name",
            Self::Expired { .. } => "http.expired",
            Self::NotYetValid { .. } => "http.not-yet-valid",
            Self::Tls { .. } => "http.tls",
            Self::Timeout { .. } => "http.timeout",
            Self::Broken { .. } => "http.broken",
            Self::TooLarge { .. } => "http.too-large",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Url { .. } | Self::Header { .. } | Self::Roots => Kind::Malformed,
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::Url { .. } => "Give an address that begins with https://",
                Self::Header { .. } => {
                    "Copy the value again, without spaces, line breaks and quotation marks around it"
                }
                Self::Roots => "Give root certificates as PEM or DER files",
                Self::CannotResolve { .. } => {
                    "Check the name, and whether this machine's resolvers know it"
                }
                Self::CannotConnect { .. } => {
                    "Check the address and port, the network, and whether a firewall or proxy is in \
                     between"
                }
                Self::UnknownIssuer { .. } => {
                    "If a private authority or a proxy of your own issued it, name its root \
                     certificate in the settings; otherwise do not go on"
                }
                Self::WrongName { .. } => "Use the name that the service's certificate is for",
                Self::Expired { .. } | Self::NotYetValid { .. } => {
                    "Check this machine's clock; if it is right, whoever runs the service has to \
                     renew the certificate"
                }
                Self::Tls { .. } => {
                    "Check that the address is that of an HTTPS service of TLS 1.2 or later"
                }
                Self::Timeout { .. } | Self::Broken { .. } => return Remedy::Retry,
                Self::TooLarge { .. } => "Check that the address is that of the service",
            }
            .to_owned(),
        )
    }
}

/// `failure` by its cause. Its own text is never used: it holds the URL, which may hold a secret.
pub(super) fn sorted(host: &str, failure: reqwest::Error) -> HttpError {
    let host = host.to_owned();
    if failure.is_builder() {
        let why = "it is not a URL of HTTP";
        return HttpError::Url { why };
    }
    let causes = Causes(Some(&failure)).skip(1).collect::<Vec<_>>();
    for cause in &causes {
        if let Some(CannotResolve(why)) = cause.downcast_ref() {
            let why = why.clone();
            return HttpError::CannotResolve { host, why };
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return of_tls(host, tls);
        }
    }
    let why = causes.last().map(ToString::to_string).unwrap_or_default();
    match () {
        () if failure.is_timeout() => HttpError::Timeout { host },
        () if failure.is_connect() => HttpError::CannotConnect { host, why },
        () => HttpError::Broken { host, why },
    }
}

fn of_tls(host: String, error: &rustls::Error) -> HttpError {
    let rustls::Error::InvalidCertificate(invalid) = error else {
        let why = error.to_string();
        return HttpError::Tls { host, why };
    };
    match invalid {
        // The latter: an authority of the same name with another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            HttpError::UnknownIssuer { host }
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            HttpError::WrongName { host }
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            HttpError::Expired { host }
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            HttpError::NotYetValid { host }
        }
        other => HttpError::Tls {
            host,
            why: other.to_string(),
        },
    }
}

/// An error and what is behind it; an [`io::Error`] hides its cause from `source`.
struct Causes<'a>(Option<&'a (dyn Error + 'static)>);

impl<'a> Iterator for Causes<'a> {
    type Item = &'a (dyn Error + 'static);

    fn next(&mut self) -> Option<Self::Item> {
        let error = self.0?;
        let inside = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        self.0 = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
        Some(error)
    }
}
