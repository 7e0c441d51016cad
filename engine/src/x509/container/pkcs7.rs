//! PKCS #7 and CMS files that carry certificates and CRLs and sign nothing (RFC 5652, 5.1).

use const_oid::ObjectIdentifier;
use der::{Decode, Encode, Reader, SliceReader};

use crate::x509::asn1;
use crate::x509::container::bundle::{Bundle, FoundCertificate};
use crate::x509::container::error::ContainerError;
use crate::x509::container::pbe::unsupported;
use crate::x509::container::{ber, oid};

/// Reads DER or BER. Whether something is signed in it is not looked at: certificates speak for
/// themselves.
pub(super) fn read(bytes: &[u8]) -> Result<Bundle, ContainerError> {
    let der = ber::to_der(bytes, WHAT)?;
    let (id, content) = asn1::read_all(&der, |reader| {
        reader.sequence(|reader| {
            let id = ObjectIdentifier::decode(reader)?;
            Ok((id, asn1::content(reader, asn1::context(0))?))
        })
    })
    .map_err(damaged)?;
    if id != oid::SIGNED_DATA {
        return Err(unsupported(id));
    }
    let (certificates, crls) = asn1::read_all(content, |reader| {
        reader.sequence(|reader| {
            asn1::content(reader, asn1::INTEGER)?;
            asn1::content(reader, asn1::SET)?;
            asn1::sequence_tlv(reader)?;
            let certificates = asn1::optional(reader, asn1::context(0))?;
            let crls = asn1::optional(reader, asn1::context(1))?;
            asn1::content(reader, asn1::SET)?;
            Ok((certificates.unwrap_or_default(), crls.unwrap_or_default()))
        })
    })
    .map_err(damaged)?;
    let certificates = sequences(certificates).map_err(damaged)?;
    Ok(Bundle {
        certificates: certificates
            .into_iter()
            .map(FoundCertificate::plain)
            .collect(),
        crls: sequences(crls).map_err(damaged)?,
        ..Bundle::default()
    })
}

/// Certificates alone, in their order: a `SET` that is not sorted, as every program writes it, so
/// that the chain stays readable.
pub(crate) fn write_certificates(certificates: &[Vec<u8>]) -> Result<Vec<u8>, ContainerError> {
    let parts: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let data = asn1::wrap(asn1::SEQUENCE, &[&oid::DATA.to_der().map_err(damaged)?]);
    let signed = asn1::wrap(
        asn1::SEQUENCE,
        &[
            &[asn1::INTEGER, 1, 1],
            &[asn1::SET, 0],
            &data,
            &asn1::wrap(asn1::context(0), &parts),
            &[asn1::SET, 0],
        ],
    );
    let content = asn1::wrap(asn1::context(0), &[&signed]);
    Ok(asn1::wrap(
        asn1::SEQUENCE,
        &[&oid::SIGNED_DATA.to_der().map_err(damaged)?, &content],
    ))
}

/// Each SEQUENCE with tag and length; other choices, such as attribute certificates, are skipped.
fn sequences(list: &[u8]) -> der::Result<Vec<Vec<u8>>> {
    let mut reader = SliceReader::new(list)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        let is_sequence = reader.peek_byte() == Some(asn1::SEQUENCE);
        let element = reader.tlv_bytes()?;
        if is_sequence {
            found.push(element.to_vec());
        }
    }
    Ok(found)
}

fn damaged(_: der::Error) -> ContainerError {
    ContainerError::Damaged(WHAT)
}

const WHAT: &str = "PKCS #7 file";
