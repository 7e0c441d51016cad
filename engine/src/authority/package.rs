//! The files that hold a key with its certificate and chain, and trust stores: made for other
//! programs, and opened again before they are written anywhere.

use std::sync::Arc;

use super::export::{Content, ExportError, Package};
use crate::base::{CertificateFormat, Report, Secret, Timestamp, TrustFormat};
use crate::x509::{
    Bundle, Certificate, ContainerError, Identity, Openness, PublicKey, Reading, Strength, pem,
    seal_key, write_certificates, write_identity, write_jks, write_p12,
};

/// What goes into an export of a certificate.
pub(crate) struct Parts {
    /// PKCS #8 in DER; `None` where it was not asked for.
    pub(crate) key: Option<Secret<Vec<u8>>>,
    pub(crate) certificate: Vec<u8>,
    /// Without the root, nearest first.
    pub(crate) chain: Vec<Vec<u8>>,
    /// What programs call it.
    pub(crate) name: String,
    pub(crate) password: Option<Arc<Secret<String>>>,
}

/// Whether what is asked for goes together, before a key is touched.
pub(crate) fn require_parts(
    format: CertificateFormat,
    with_key: bool,
    password: Option<&Secret<String>>,
) -> Result<(), ExportError> {
    let has_password = password.is_some_and(|it| !it.expose(String::is_empty));
    match () {
        () if format.holds_key() && !with_key => Err(ExportError::KeyNeeded(format.slug())),
        () if format.needs_password() && !has_password => {
            Err(ExportError::PasswordNeeded(format.slug()))
        }
        () if password.is_some() && !with_key => Err(ExportError::PasswordUnused),
        () if password.is_some() && !has_password => Err(ExportError::PasswordEmpty),
        () => Ok(()),
    }
}

impl Parts {
    /// Key, certificate and chain in one file.
    pub(crate) fn together(&self, format: CertificateFormat) -> Result<Content, Report> {
        let key = self.key.as_ref();
        let key = key.ok_or_else(|| ExportError::KeyNeeded(format.slug()))?;
        let identity = Identity {
            key,
            certificate: &self.certificate,
            chain: &self.chain,
            name: &self.name,
        };
        let password = || ExportError::PasswordNeeded(format.slug());
        let bytes = match format {
            CertificateFormat::Pfx => {
                let password = self.password.as_deref().ok_or_else(password)?;
                write_identity(&identity, password, Strength::Modern)?
            }
            CertificateFormat::PfxLegacy => {
                let password = self.password.as_deref().ok_or_else(password)?;
                for der in [&self.certificate].into_iter().chain(&self.chain) {
                    require_old_key("PFX with triple DES", der)?;
                }
                write_identity(&identity, password, Strength::Legacy)?
            }
            _ => self.combined(key)?,
        };
        let package = self.package(Secret::new(bytes))?;
        let expected = [&self.certificate].into_iter().chain(&self.chain);
        self.check(&package, expected)?;
        Ok(Content::Package(package))
    }

    /// The key alone, sealed where there is a password.
    pub(crate) fn key_alone(&self) -> Result<Option<Content>, Report> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let package = self.package(self.key_text(key)?)?;
        self.check(&package, std::iter::empty())?;
        Ok(Some(Content::Package(package)))
    }

    fn combined(&self, key: &Secret<Vec<u8>>) -> Result<Vec<u8>, Report> {
        let chain = [&self.certificate].into_iter().chain(&self.chain);
        let chain: String = chain
            .map(|der| pem::encode(pem::CERTIFICATE, der))
            .collect();
        let key = self.key_text(key)?;
        Ok(key.expose(|key| {
            let mut all = Vec::with_capacity(key.len() + chain.len());
            all.extend_from_slice(key);
            all.extend_from_slice(chain.as_bytes());
            all
        }))
    }

    fn key_text(&self, key: &Secret<Vec<u8>>) -> Result<Secret<Vec<u8>>, Report> {
        match self.password.as_deref() {
            None => Ok(key.expose(|der| pem::encode_private(der))),
            Some(password) => {
                let sealed = seal_key(key, password)?;
                let text = pem::encode(pem::ENCRYPTED_PRIVATE_KEY, &sealed);
                Ok(Secret::new(text.into_bytes()))
            }
        }
    }

    fn package(&self, bytes: Secret<Vec<u8>>) -> Result<Package, Report> {
        Ok(Package {
            bytes,
            key: Certificate::from_der(self.certificate.clone())?
                .public_key()
                .clone(),
            password: self.password.clone(),
        })
    }

    /// Opens what is to be written: one key, which is the certificate's, and the certificates in
    /// their order.
    fn check<'a>(
        &self,
        package: &Package,
        expected: impl Iterator<Item = &'a Vec<u8>>,
    ) -> Result<(), Report> {
        let reading = Reading {
            password: self.password.as_deref(),
            unauthenticated: false,
        };
        let read = package.bytes.expose(|bytes| Bundle::read(bytes, reading))?;
        let certificates = read.certificates.iter().map(|found| &found.der);
        let good = holds_only(&read, &package.key) && certificates.eq(expected);
        match good {
            true => Ok(()),
            false => Err(Report::bug(
                "an export does not hold the key and the certificates that belong together",
            )),
        }
    }
}

/// Whether there is one open key in it, this one.
pub(super) fn holds_only(bundle: &Bundle, key: &PublicKey) -> bool {
    match &bundle.keys[..] {
        [found] => matches!(&found.key, Openness::Open(open) if open.public_key() == key),
        _ => false,
    }
}

/// Certificates without a key: the certificate and its chain, in this order.
pub(crate) fn certificates_alone(certificates: &[Vec<u8>]) -> Result<Content, Report> {
    let bytes = write_certificates(certificates)?;
    checked(bytes, certificates, None)
}

/// What those need who are to trust these.
pub(crate) fn trust_store(
    format: TrustFormat,
    anchors: &[(String, Vec<u8>)],
    password: &Secret<String>,
    at: Timestamp,
) -> Result<Content, Report> {
    let bytes = match format {
        TrustFormat::Jks => {
            for (_, der) in anchors {
                require_old_key("JKS trust store", der)?;
            }
            write_jks(anchors, password, at)?
        }
        _ => write_p12(anchors, password)?,
    };
    let ders: Vec<Vec<u8>> = anchors.iter().map(|(_, der)| der.clone()).collect();
    checked(bytes, &ders, Some(password))
}

fn checked(
    bytes: Vec<u8>,
    expected: &[Vec<u8>],
    password: Option<&Secret<String>>,
) -> Result<Content, Report> {
    let reading = Reading {
        password,
        unauthenticated: false,
    };
    let read = Bundle::read(&bytes, reading)?;
    let found = read.certificates.iter().map(|found| &found.der);
    match found.eq(expected) && read.keys.is_empty() {
        true => Ok(Content::Plain(bytes)),
        false => Err(Report::bug(
            "an export does not hold the certificates that belong together",
        )),
    }
}

/// Programs that need an old form know ECDSA and RSA and nothing later.
fn require_old_key(format: &'static str, der: &[u8]) -> Result<(), Report> {
    let certificate = Certificate::from_der(der.to_vec())?;
    let key = certificate.public_key();
    match key.is_known_to_old_programs() {
        true => Ok(()),
        false => Err(ContainerError::Unreadable {
            format,
            key: key.title(),
        }
        .into()),
    }
}
