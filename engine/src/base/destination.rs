//! Where certificates go, and which form each place needs: the destination is chosen, not the
//! cipher. The one table of them; the help and the guide are made from it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::format::{CertificateFormat, TrustFormat, UnknownForm};

/// A program or system that certificates are exported for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    Android,
    Apache,
    Caddy,
    Cisco,
    Haproxy,
    Iis,
    Ios,
    Java,
    Java8,
    Macos,
    Mongodb,
    Mysql,
    Nginx,
    Postfix,
    Postgres,
    Tomcat,
    Traefik,
    Windows,
    WindowsOld,
}

/// What a destination needs.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    /// The name for the command line: `java-8`.
    pub slug: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// For a certificate that it shows, with the key.
    pub certificate: CertificateFormat,
    /// For an authority that it is to trust.
    pub trust: TrustFormat,
    /// What a file that holds the key or the trusted bytes is called there.
    pub key_extension: &'static str,
    pub trust_extension: &'static str,
    /// A sentence without a full stop.
    pub reason: &'static str,
}

impl Destination {
    pub const ALL: [Self; 19] = [
        Self::Android,
        Self::Apache,
        Self::Caddy,
        Self::Cisco,
        Self::Haproxy,
        Self::Iis,
        Self::Ios,
        Self::Java,
        Self::Java8,
        Self::Macos,
        Self::Mongodb,
        Self::Mysql,
        Self::Nginx,
        Self::Postfix,
        Self::Postgres,
        Self::Tomcat,
        Self::Traefik,
        Self::Windows,
        Self::WindowsOld,
    ];

    pub const fn needs(self) -> Needs {
        match self {
            Self::Android => legacy(
                ("android", "Android", "p12"),
                (TrustFormat::Der, "crt"),
                "Older versions open triple DES alone",
            ),
            Self::Apache => pem(
                ("apache", "Apache httpd"),
                "SSLCertificateFile takes NAME.fullchain.crt, SSLCertificateKeyFile NAME.key",
            ),
            Self::Caddy => pem(
                ("caddy", "Caddy"),
                "tls takes NAME.fullchain.crt and NAME.key",
            ),
            Self::Cisco => legacy(
                ("cisco", "Cisco IOS and ASA", "pfx"),
                (TrustFormat::Pem, "crt"),
                "They open triple DES alone; in a terminal they take the file in base64",
            ),
            Self::Haproxy => combined(
                ("haproxy", "HAProxy"),
                "crt takes one file with key, certificate and chain",
            ),
            Self::Iis => modern(
                ("iis", "IIS on Windows Server 2019 and later", "pfx"),
                (TrustFormat::Der, "cer"),
                "Windows imports a key with its certificate and chain from one PFX",
            ),
            Self::Ios => legacy(
                ("ios", "iPhone and iPad", "p12"),
                (TrustFormat::Der, "cer"),
                "Older versions open triple DES alone",
            ),
            Self::Java => modern(
                ("java", "Java 9 and later, or 8 from update 301", "p12"),
                (TrustFormat::P12, "p12"),
                "PKCS #12 is its own key store and trust store",
            ),
            Self::Java8 => legacy(
                ("java-8", "Java 8 before update 301", "p12"),
                (TrustFormat::Jks, "jks"),
                "It opens triple DES alone, and as trust store only its own JKS",
            ),
            Self::Macos => legacy(
                ("macos", "macOS Keychain", "p12"),
                (TrustFormat::Der, "cer"),
                "Versions in use refuse AES-256 with SHA-256",
            ),
            Self::Mongodb => combined(
                ("mongodb", "MongoDB"),
                "certificateKeyFile takes one file with key, certificate and chain",
            ),
            Self::Mysql => pem(
                ("mysql", "MySQL and MariaDB"),
                "ssl_cert takes NAME.fullchain.crt, ssl_key NAME.key",
            ),
            Self::Nginx => pem(
                ("nginx", "nginx"),
                "ssl_certificate takes NAME.fullchain.crt, ssl_certificate_key NAME.key",
            ),
            Self::Postfix => pem(
                ("postfix", "Postfix"),
                "smtpd_tls_cert_file takes NAME.fullchain.crt, smtpd_tls_key_file NAME.key",
            ),
            Self::Postgres => pem(
                ("postgres", "PostgreSQL"),
                "ssl_cert_file takes NAME.fullchain.crt, ssl_key_file NAME.key",
            ),
            Self::Tomcat => modern(
                ("tomcat", "Tomcat on Java 9 and later", "p12"),
                (TrustFormat::P12, "p12"),
                "certificateKeystoreFile takes PKCS #12",
            ),
            Self::Traefik => pem(
                ("traefik", "Traefik"),
                "certFile takes NAME.fullchain.crt, keyFile NAME.key",
            ),
            Self::Windows => modern(
                (
                    "windows",
                    "Windows 10 from 1709, 11, Server 2019 and later",
                    "pfx",
                ),
                (TrustFormat::Der, "cer"),
                "Windows imports a key with its certificate and chain from one PFX",
            ),
            Self::WindowsOld => legacy(
                ("windows-old", "Windows 7 to 8.1, Server to 2016", "pfx"),
                (TrustFormat::Der, "cer"),
                "It opens triple DES alone",
            ),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.needs().slug)
    }
}

impl FromStr for Destination {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let found = Self::ALL.into_iter().find(|it| it.needs().slug == text);
        found.ok_or_else(|| UnknownForm::among(Self::ALL.iter().map(|it| it.needs().slug)))
    }
}

const fn pem((slug, title): (&'static str, &'static str), reason: &'static str) -> Needs {
    Needs {
        slug,
        title,
        certificate: CertificateFormat::Pem,
        trust: TrustFormat::Pem,
        key_extension: "key",
        trust_extension: "crt",
        reason,
    }
}

const fn combined((slug, title): (&'static str, &'static str), reason: &'static str) -> Needs {
    Needs {
        certificate: CertificateFormat::Combined,
        key_extension: "pem",
        ..pem((slug, title), reason)
    }
}

const fn modern(
    (slug, title, key_extension): (&'static str, &'static str, &'static str),
    (trust, trust_extension): (TrustFormat, &'static str),
    reason: &'static str,
) -> Needs {
    Needs {
        slug,
        title,
        certificate: CertificateFormat::Pfx,
        trust,
        key_extension,
        trust_extension,
        reason,
    }
}

const fn legacy(
    key: (&'static str, &'static str, &'static str),
    trust: (TrustFormat, &'static str),
    reason: &'static str,
) -> Needs {
    Needs {
        certificate: CertificateFormat::PfxLegacy,
        ..modern(key, trust, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_destination_reads_back_from_its_own_text_and_none_stands_twice() {
        for known in Destination::ALL {
            assert_eq!(known.to_string().parse(), Ok(known));
        }
        let mut sorted = Destination::ALL;
        sorted.sort();
        assert_eq!(sorted, Destination::ALL);
    }

    #[test]
    fn what_knows_triple_des_alone_is_never_given_more() {
        for known in Destination::ALL {
            let needs = known.needs();
            let legacy = needs.reason.contains("triple DES") || needs.reason.contains("refuse AES");
            assert_eq!(
                needs.certificate == CertificateFormat::PfxLegacy,
                legacy,
                "{known}"
            );
        }
    }
}
