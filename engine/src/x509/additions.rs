//! What stands in a certificate because a person set it for its issuer or its profile: addresses,
//! policies, and extensions that we do not build ourselves.

mod error;

use const_oid::ObjectIdentifier;
use der::{Decode, Encode, Reader, Result as DerResult};

use crate::base::{
    AddressKind, Addresses, CertificatePolicy, CustomExtension, ObjectId, Publication, UriName,
};
use crate::x509::extension::Urls;
use crate::x509::{asn1, extension, oid};
pub(crate) use error::AdditionError;

/// Policies (RFC 5280, 4.2.1.4) and extensions, checked and ready to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Additions {
    pub(super) policies: Vec<Policy>,
    pub(super) extensions: Vec<Custom>,
}

#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) id: ObjectIdentifier,
    statement: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Custom {
    pub(super) id: ObjectIdentifier,
    critical: bool,
    value: Vec<u8>,
}

impl Additions {
    pub(super) fn read(
        policies: &[CertificatePolicy],
        extensions: &[CustomExtension],
    ) -> Result<Self, AdditionError> {
        if policies.len().max(extensions.len()) > MAX_EACH {
            return Err(AdditionError::TooMany);
        }
        let policies: Result<Vec<Policy>, AdditionError> =
            policies.iter().map(Policy::read).collect();
        let extensions: Result<Vec<Custom>, AdditionError> =
            extensions.iter().map(Custom::read).collect();
        let (policies, extensions) = (policies?, extensions?);
        let repeated = asn1::repeated(policies.iter().map(|policy| policy.id))
            .or_else(|| asn1::repeated(extensions.iter().map(|extension| extension.id)));
        match repeated {
            Some(id) => Err(AdditionError::Repeated(id)),
            None => Ok(Self {
                policies,
                extensions,
            }),
        }
    }

    /// Its own, and of `others` what it does not say itself, each extension encoded; the policies
    /// come first.
    pub(super) fn write_over(&self, others: &Self) -> DerResult<Vec<Vec<u8>>> {
        let policies: Vec<&Policy> = over(&self.policies, &others.policies, |it| it.id).collect();
        let mut list = Vec::new();
        if !policies.is_empty() {
            list.push(write_policies(&policies)?);
        }
        for custom in over(&self.extensions, &others.extensions, |it| it.id) {
            list.push(extension::write(custom.id, custom.critical, &custom.value)?);
        }
        Ok(list)
    }

    /// The extensions that [`Self::write_over`] writes.
    pub(super) fn ids_over(&self, others: &Self) -> Vec<ObjectIdentifier> {
        let policies = !self.policies.is_empty() || !others.policies.is_empty();
        let custom = over(&self.extensions, &others.extensions, |it| it.id);
        let policies = policies.then_some(oid::CERTIFICATE_POLICIES);
        policies
            .into_iter()
            .chain(custom.map(|custom| custom.id))
            .collect()
    }
}

fn over<'a, T>(
    own: &'a [T],
    others: &'a [T],
    id: impl Fn(&T) -> ObjectIdentifier + Copy,
) -> impl Iterator<Item = &'a T> {
    let unsaid = move |other: &&T| own.iter().all(|own| id(own) != id(other));
    own.iter().chain(others.iter().filter(unsaid))
}

/// What an authority publishes, checked and ready to be written.
pub(crate) fn read_publication(
    publication: &Publication,
) -> Result<(Urls, Additions), AdditionError> {
    let urls = read_addresses(&publication.addresses)?;
    let additions = Additions::read(&publication.policies, &publication.extensions)?;
    Ok((urls, additions))
}

fn read_addresses(addresses: &Addresses) -> Result<Urls, AdditionError> {
    let read = |all: &[UriName]| -> Result<Vec<String>, AdditionError> {
        let urls: Vec<String> = all.iter().map(ToString::to_string).collect();
        if urls.len() > MAX_EACH {
            return Err(AdditionError::TooMany);
        }
        for (at, url) in urls.iter().enumerate() {
            let is_web = url.starts_with("http://") || url.starts_with("https://");
            if !is_web || url.len() > LONGEST_URL {
                return Err(AdditionError::Address(url.clone()));
            }
            if urls[..at].contains(url) {
                return Err(AdditionError::AddressTwice(url.clone()));
            }
        }
        Ok(urls)
    };
    Ok(Urls {
        issuer: read(&addresses.issuer)?,
        crl: read(&addresses.crl)?,
        ocsp: read(&addresses.ocsp)?,
    })
}

/// `urls` without the kinds that a profile leaves out.
pub(super) fn remaining(urls: &Urls, left_out: &[AddressKind]) -> Urls {
    let kept = |kind: AddressKind, all: &Vec<String>| match left_out.contains(&kind) {
        true => Vec::new(),
        false => all.clone(),
    };
    Urls {
        issuer: kept(AddressKind::Issuer, &urls.issuer),
        crl: kept(AddressKind::Crl, &urls.crl),
        ocsp: kept(AddressKind::Ocsp, &urls.ocsp),
    }
}

/// An object id that an encoding has room for.
pub(super) fn read_id(id: &ObjectId) -> Result<ObjectIdentifier, AdditionError> {
    ObjectIdentifier::new(id.as_str()).map_err(|_| AdditionError::ObjectId(id.clone()))
}

impl Policy {
    fn read(policy: &CertificatePolicy) -> Result<Self, AdditionError> {
        Ok(Self {
            id: read_id(&policy.id)?,
            statement: policy.statement.as_ref().map(ToString::to_string),
        })
    }

    fn write(&self) -> DerResult<Vec<u8>> {
        let qualifiers = match &self.statement {
            Some(url) => {
                let url = asn1::wrap(asn1::IA5_STRING, &[url.as_bytes()]);
                let statement = asn1::wrap(asn1::SEQUENCE, &[&oid::CPS.to_der()?, &url]);
                asn1::wrap(asn1::SEQUENCE, &[&statement])
            }
            None => Vec::new(),
        };
        Ok(asn1::wrap(
            asn1::SEQUENCE,
            &[&self.id.to_der()?, &qualifiers],
        ))
    }
}

fn write_policies(policies: &[&Policy]) -> DerResult<Vec<u8>> {
    let policies: DerResult<Vec<Vec<u8>>> = policies.iter().map(|policy| policy.write()).collect();
    extension::write(
        oid::CERTIFICATE_POLICIES,
        false,
        &asn1::sequence_of(&policies?),
    )
}

/// The policies of a certificate, without their qualifiers.
pub(super) fn read_policies(der: &[u8]) -> DerResult<Vec<ObjectIdentifier>> {
    asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let mut policies = Vec::new();
            while !reader.is_finished() {
                policies.push(asn1::in_sequence(reader, |reader| {
                    let id = ObjectIdentifier::decode(reader)?;
                    asn1::optional(reader, asn1::SEQUENCE)?;
                    Ok(id)
                })?);
            }
            Ok(policies)
        })
    })
}

impl Custom {
    fn read(extension: &CustomExtension) -> Result<Self, AdditionError> {
        let id = read_id(&extension.id)?;
        let value = extension.value.as_bytes();
        match () {
            () if OURS.contains(&id) => Err(AdditionError::Ours(id)),
            () if value.len() > LARGEST_VALUE || !asn1::is_der(value) => {
                Err(AdditionError::Value(id))
            }
            () => Ok(Self {
                id,
                critical: extension.critical,
                value: value.to_vec(),
            }),
        }
    }
}

/// Extensions whose value follows from the certificate, the profile or the issuer. A poisoned
/// certificate is none (RFC 6962, 3.1).
pub(super) const OURS: &[ObjectIdentifier] = &[
    oid::AUTHORITY_INFO_ACCESS,
    oid::AUTHORITY_KEY_ID,
    oid::BASIC_CONSTRAINTS,
    oid::CERTIFICATE_POLICIES,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::OCSP_NO_CHECK,
    oid::PRECERTIFICATE_POISON,
    oid::SUBJECT_ALT_NAME,
    oid::SUBJECT_KEY_ID,
];

/// Policies, extensions, or addresses of one kind.
const MAX_EACH: usize = 16;
const LONGEST_URL: usize = 1024;
const LARGEST_VALUE: usize = 4096;

#[cfg(test)]
mod tests;
