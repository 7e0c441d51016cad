//! A revocation list whose entries are wanted one by one.

use super::{InspectError, describe};
use crate::base::ListedRevocation;
use crate::x509::crl::{CertificateList, reason_name};
use crate::x509::pem;

/// Reads a list from PEM or DER of at most 64 MiB; anything else is said to be what it is.
pub(crate) fn read_list(bytes: &[u8]) -> Result<CertificateList, InspectError> {
    let description = describe(bytes)?;
    let der = match pem::is_pem(bytes) {
        true => {
            let first = pem::decode(bytes, super::MAX_SIZE)?.into_iter().next();
            first.map_or_else(Vec::new, |block| block.der)
        }
        false => bytes.to_vec(),
    };
    CertificateList::from_der(der).map_err(|_| InspectError::NotACrl(description.title))
}

/// Of a list with many entries only the first.
pub(crate) fn listed(list: &CertificateList) -> Vec<ListedRevocation> {
    let entries = list.entries().take(MOST);
    entries
        .map(|entry| ListedRevocation {
            serial: entry.serial,
            at: entry.at,
            reason: reason_name(entry.reason).to_owned(),
            invalid_since: entry.invalid_since,
        })
        .collect()
}

const MOST: usize = 10_000;
