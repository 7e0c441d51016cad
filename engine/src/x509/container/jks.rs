//! Java's own key stores, as far as they hold trusted certificates: read, and written for Java
//! that reads nothing else.
//!
//! The form is the one of OpenJDK's `sun.security.provider.JavaKeyStore`. Private keys in it are
//! hidden, not sealed; they are neither read nor written.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};

use crate::base::{Report, Secret, Timestamp, shown};
use crate::x509::container::bundle::{Bundle, FoundCertificate, Reading};
use crate::x509::container::error::ContainerError;
use crate::x509::container::pbe::Password;

/// Trusted certificates with the names that Java calls them by, which are in lower case.
pub(crate) fn write_trust(
    anchors: &[(String, Vec<u8>)],
    password: &Secret<String>,
    at: Timestamp,
) -> Result<Vec<u8>, Report> {
    let too_long = |_| Report::bug("a trust store is too large to be written");
    let mut store = [MAGIC, &[0, 0, 0, VERSION]].concat();
    store.extend(
        u32::try_from(anchors.len())
            .map_err(too_long)?
            .to_be_bytes(),
    );
    for (name, der) in anchors {
        store.extend(TRUSTED.to_be_bytes());
        store.extend(text(&name.to_lowercase()));
        store.extend(at.0.to_be_bytes());
        store.extend(text(X509));
        store.extend(u32::try_from(der.len()).map_err(too_long)?.to_be_bytes());
        store.extend_from_slice(der);
    }
    let digest = digest(&Password::new(password), &store);
    store.extend_from_slice(&digest);
    Ok(store)
}

pub(super) fn is_jks(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) || bytes.starts_with(JCEKS)
}

/// The trusted certificates, once the digest says that the password is right.
pub(super) fn read(bytes: &[u8], reading: Reading<'_>) -> Result<Bundle, ContainerError> {
    if bytes.starts_with(JCEKS) {
        return Err(ContainerError::Unsupported("JCEKS key stores".to_owned()));
    }
    let split = bytes.len().checked_sub(DIGEST_LEN);
    let (store, found) = split
        .and_then(|at| bytes.split_at_checked(at))
        .ok_or(ContainerError::Damaged(WHAT))?;
    let password = reading
        .password
        .ok_or(ContainerError::PasswordNeeded(WHAT))?;
    if digest(&Password::new(password), store) != found {
        return Err(ContainerError::WrongPassword(WHAT));
    }
    entries(store).ok_or(ContainerError::Damaged(WHAT))
}

fn entries(store: &[u8]) -> Option<Bundle> {
    let mut rest = Rest(store.strip_prefix(MAGIC)?);
    let mut bundle = Bundle::default();
    let version = rest.number()?;
    if !matches!(version, 1 | 2) {
        return None;
    }
    for _ in 0..rest.number()? {
        let tag = rest.number()?;
        let name = rest.text()?;
        rest.take(8)?;
        match tag {
            TRUSTED => bundle.certificates.push(FoundCertificate {
                name: Some(name),
                ..FoundCertificate::plain(rest.certificate(version)?)
            }),
            PRIVATE => {
                let len = rest.number()?;
                rest.take(len)?;
                for _ in 0..rest.number()? {
                    let der = rest.certificate(version)?;
                    bundle.certificates.push(FoundCertificate::plain(der));
                }
                let what = format!(
                    "the private key {}: Java seals it in a way of its own; turn the file into \
                     PKCS #12 with keytool -importkeystore -deststoretype PKCS12",
                    shown(&name)
                );
                bundle.skipped.push(what);
            }
            _ => return None,
        }
    }
    rest.0.is_empty().then_some(bundle)
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, len: u32) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(len).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Java's modified UTF-8; what is no UTF-8 in it becomes a mark.
    fn text(&mut self) -> Option<String> {
        let len = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        Some(String::from_utf8_lossy(self.take(len.into())?).into_owned())
    }

    /// Version 1 does not say what kind it is.
    fn certificate(&mut self, version: u32) -> Option<Vec<u8>> {
        if version == 2 {
            self.text().filter(|kind| kind == X509)?;
        }
        let len = self.number()?;
        self.take(len).map(<[u8]>::to_vec)
    }
}

/// Java's modified UTF-8 behind its length: zero takes two octets, and the halves of a surrogate
/// pair three each. A name has never 65536 octets; one that had would be cut.
fn text(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    for unit in text.encode_utf16() {
        let low = |shift: u16| 0x80 | (unit >> shift & 0x3f) as u8;
        match unit {
            1..0x80 => octets.push(unit as u8),
            0 | 0x80..0x800 => octets.extend([0xc0 | (unit >> 6) as u8, low(0)]),
            _ => octets.extend([0xe0 | (unit >> 12) as u8, low(6), low(0)]),
        }
    }
    octets.truncate(MAX_NAME);
    [&(octets.len() as u16).to_be_bytes()[..], &octets].concat()
}

fn digest(password: &Password, store: &[u8]) -> Vec<u8> {
    let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(password.bare_utf16());
    digest.update(b"Mighty Aphrodite");
    digest.update(store);
    digest.finish().as_ref().to_vec()
}

const WHAT: &str = "Java key store";
const MAGIC: &[u8] = &[0xfe, 0xed, 0xfe, 0xed];
const JCEKS: &[u8] = &[0xce, 0xce, 0xce, 0xce];
const VERSION: u8 = 2;
const PRIVATE: u32 = 1;
const TRUSTED: u32 = 2;
const X509: &str = "X.509";
const DIGEST_LEN: usize = 20;
const MAX_NAME: usize = 0xffff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_left_with_the_reason() {
        let mut store = MAGIC.to_vec();
        for number in [2u32, 1, PRIVATE] {
            store.extend(number.to_be_bytes());
        }
        store.extend([0, 1, b't']);
        store.extend([0; 8 + 4 + 4]);
        let skipped = entries(&store).unwrap().skipped;
        assert!(skipped[0].starts_with("the private key t: "), "{skipped:?}");
        assert!(skipped[0].contains("keytool"), "{skipped:?}");
    }
}
