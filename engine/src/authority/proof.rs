//! Whether a certificate verifies up to its root, asked before it is written for other programs.

use super::export::ExportError;
use super::hierarchy::effective_end;
use super::name_of;
use crate::base::{Identifier, Report, Timestamp, shown};
use crate::x509::{Certificate, ChainError, Link, Usage, verify_chain, verify_links};

/// Verifies a certificate as those will who trust the root, the last of `above`: for each purpose
/// that it names. What has expired is written for the record only, and what belongs to an authority
/// was verified when that was made. Where the validator meets something that it does not know, it
/// is left to a person, with what is said here; a chain that does not hold is refused.
pub(crate) fn verify(leaf: &[u8], above: &[Vec<u8>], at: Timestamp) -> Result<Vec<String>, Report> {
    let Some((root, intermediates)) = above.split_last() else {
        return Ok(Vec::new());
    };
    let read = Certificate::read(leaf)?;
    if read.is_ca() || at > effective_end(read.not_after(), above)? {
        return Ok(Vec::new());
    }
    let chain: Vec<Certificate> = above
        .iter()
        .map(|der| Certificate::read(der))
        .collect::<Result<_, _>>()?;
    let refused = |error| Report::from(ExportError::ChainDoesNotVerify(error));
    let links = verify_links(&read, &chain, at).map_err(refused)?;
    let below = std::iter::once(&read).chain(&chain);
    let mut remarks: Vec<String> = below
        .clone()
        .zip(&links)
        .filter_map(|(certificate, link)| {
            Some(format!("{} {}", title(certificate), weakness(*link)?))
        })
        .collect();
    for usage in Usage::among(read.extended_key_usage()) {
        match verify_chain(leaf, intermediates, root, at, usage) {
            // The validator knows no constraints on such names and refuses them all where there
            // are any; they were held against the constraints before the key signed.
            Err(ChainError::ConstraintViolated) if read.identifiers().iter().any(is_beyond) => (),
            Err(error @ (ChainError::Beyond(_) | ChainError::Malformed)) => {
                let critical = below.clone().take(chain.len()).flat_map(critical);
                remarks.extend(critical);
                if remarks.is_empty() {
                    remarks.push(error.to_string());
                }
                break;
            }
            // Old keys and signatures, which hold, and of which the validator knows nothing.
            Err(ChainError::Signature | ChainError::OtherIssuer) if !remarks.is_empty() => break,
            verified => verified.map_err(refused)?,
        }
    }
    Ok(remarks)
}

fn critical(certificate: &Certificate) -> Vec<String> {
    let unknown = certificate.unknown_critical().into_iter();
    unknown
        .map(|id| {
            format!(
                "{} has the critical extension {id}, which we do not know: whoever does not know \
                 it, either, refuses it",
                title(certificate)
            )
        })
        .collect()
}

const fn weakness(link: Link) -> Option<&'static str> {
    match link {
        Link::Old => {
            Some("is signed with SHA-1 or a short RSA key, which programs no longer accept")
        }
        Link::Unchecked => Some("is signed in a way that we cannot verify"),
        Link::None | Link::Verified => None,
    }
}

fn title(certificate: &Certificate) -> String {
    let name = name_of(certificate.subject(), certificate.identifiers());
    format!("the certificate of {}", shown(&name))
}

fn is_beyond(name: &Identifier) -> bool {
    matches!(name, Identifier::Email(_) | Identifier::Uri(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &[u8] = include_bytes!("fixtures/sha1-root.der");
    const LEAF: &[u8] = include_bytes!("fixtures/sha1-leaf.der");

    fn now() -> Timestamp {
        Certificate::read(LEAF).unwrap().not_before().plus_days(1)
    }

    #[test]
    fn what_is_signed_with_sha_1_is_left_to_a_person() {
        let remarks = verify(LEAF, &[ROOT.to_vec()], now()).unwrap();
        assert_eq!(remarks.len(), 1);
        assert!(
            remarks[0].contains("www.example.org is signed with SHA-1"),
            "{remarks:?}"
        );
    }

    #[test]
    fn a_signature_that_does_not_hold_is_refused_and_called_so() {
        let mut altered = LEAF.to_vec();
        *altered.last_mut().unwrap() ^= 1;
        let report = verify(&altered, &[ROOT.to_vec()], now()).unwrap_err();
        assert_eq!(report.code, "export.chain-does-not-verify");
        assert!(report.why[0].contains("signature"), "{report:?}");
        let report = verify(LEAF, &[LEAF.to_vec()], now()).unwrap_err();
        assert!(report.why[0].contains("another CA"), "{report:?}");
    }
}
