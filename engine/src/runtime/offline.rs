//! What needs no data folder: explaining a file, verifying somebody's audit.

use std::io::BufRead;
use std::path::Path;

use crate::api::{CrlContent, Description, ProviderKindRow, Report, Subtree, Verification};
use crate::audit;
use crate::authority::export;
use crate::dns;
use crate::x509;

/// Explains any certificate, request, CRL or bundle of them, PEM or DER, field by field. A private
/// key is named as one and never shown.
pub fn inspect(bytes: &[u8]) -> Result<Description, Report> {
    Ok(x509::describe(bytes)?)
}

/// A revocation list in PEM or DER; anything else is an error that says what it is.
pub fn inspect_crl(bytes: &[u8]) -> Result<CrlContent, Report> {
    let list = x509::read_list(bytes)?;
    Ok(CrlContent {
        number: list.number().cloned(),
        this_update: list.this_update(),
        next_update: list.next_update(),
        total: list.count(),
        entries: x509::listed(&list),
        description: x509::describe(list.der())?,
    })
}

/// The name space that a root is confined to unless its wish says otherwise.
pub fn private_names() -> Vec<Subtree> {
    x509::Constraints::private().permitted
}

/// Every kind of DNS provider, and what each wants to be told.
pub fn provider_kinds() -> Vec<ProviderKindRow> {
    let kinds = dns::kinds().iter();
    kinds
        .map(|kind| ProviderKindRow {
            kind: kind.name.to_owned(),
            title: kind.title.to_owned(),
            evidence: kind.evidence,
            fields: kind.fields.to_vec(),
        })
        .collect()
}

/// Refuses where an export of a new key, called as `name`, would replace a key that is in `folder`:
/// said before anything is signed for it.
pub fn require_no_key(folder: &Path, name: &str) -> Result<(), Report> {
    Ok(export::require_no_key(folder, name)?)
}

/// Follows an exported audit from its first entry, trusting nothing but `key_pem`. `since` is a
/// checkpoint that was kept elsewhere.
pub fn verify_audit(
    export: &mut dyn BufRead,
    key_pem: &[u8],
    since: Option<&[u8]>,
) -> Result<Verification, Report> {
    let found = audit::verify(export, key_pem, since)?;
    Ok(Verification {
        complete_to: found.complete_to,
        faults: found.faults,
        sealed_to: found.sealed_to,
    })
}
