//! Certificate revocation lists (RFC 5280, 5): written from parts, read again and verified.

use std::error::Error;
use std::fmt;

use const_oid::ObjectIdentifier;
use der::asn1::GeneralizedTime;
use der::{Decode, Reader, Result as DerResult, SliceReader};

use crate::base::{
    CrlNumber, Explain, Fingerprint, Kind, Remedy, RevocationReason, Serial, Timestamp,
};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::{Extension, Signed, Time};
use crate::x509::error::X509Error;
use crate::x509::key::{PublicKey, VerifyError};
use crate::x509::name::Name;
use crate::x509::{asn1, extension, oid};

/// One revoked certificate on a list (RFC 5280, 5.3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CrlEntry {
    pub(crate) serial: Serial,
    pub(crate) at: Timestamp,
    /// `CRLReason`; 0 where none is said.
    pub(crate) reason: u8,
    pub(crate) invalid_since: Option<Timestamp>,
}

/// A full list to be (version 2). It covers everything its issuer has issued, so that it has no
/// issuing distribution point.
pub(crate) struct NewCrl {
    /// Encoded, one after the other: the only part that grows.
    entries: Vec<u8>,
    count: u64,
}

/// What stands on a list besides its entries.
pub(crate) struct CrlHead<'a> {
    pub(crate) issuer: &'a Name,
    /// The subject key identifier of the issuer's own certificate.
    pub(crate) key_id: &'a [u8],
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) number: &'a CrlNumber,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
}

impl NewCrl {
    pub(crate) const fn new() -> Self {
        Self {
            entries: Vec::new(),
            count: 0,
        }
    }

    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Reason `unspecified` is left out (RFC 5280, 5.3.1).
    pub(crate) fn push(&mut self, entry: &CrlEntry) -> Result<(), CrlError> {
        let encoded = write_entry(entry).map_err(|_| CrlError::Encoding)?;
        self.entries.extend_from_slice(&encoded);
        self.count += 1;
        Ok(())
    }

    /// The bytes to be signed. Without entries the list of them is absent, not empty (5.1.2.6).
    pub(crate) fn tbs(self, head: &CrlHead<'_>) -> Result<Vec<u8>, CrlError> {
        let start = head.write().map_err(|_| CrlError::Encoding)?;
        let extensions = head.extensions().map_err(|_| CrlError::Encoding)?;
        let mut list = Vec::with_capacity(6);
        if !self.entries.is_empty() {
            asn1::begin(&mut list, asn1::SEQUENCE, self.entries.len());
        }
        let length = start.len() + list.len() + self.entries.len() + extensions.len();
        let mut tbs = Vec::with_capacity(length + 6);
        asn1::begin(&mut tbs, asn1::SEQUENCE, length);
        for part in [&start, &list, &self.entries, &extensions] {
            tbs.extend_from_slice(part);
        }
        Ok(tbs)
    }
}

impl CrlHead<'_> {
    fn write(&self) -> DerResult<Vec<u8>> {
        let parts: [&[u8]; 5] = [
            VERSION_2,
            self.algorithm.der(),
            self.issuer.as_der(),
            &Time::write(self.this_update)?,
            &Time::write(self.next_update)?,
        ];
        Ok(parts.concat())
    }

    fn extensions(&self) -> DerResult<Vec<u8>> {
        let number = asn1::unsigned(self.number.as_bytes());
        let extensions = [
            extension::authority_key_id(self.key_id)?,
            extension::write(oid::CRL_NUMBER, false, &number)?,
        ];
        let list = asn1::sequence_of(&extensions);
        Ok(asn1::wrap(asn1::context(0), &[&list]))
    }

    /// The finished list, in DER.
    pub(crate) fn signed(&self, tbs: &[u8], signature: &[u8]) -> Vec<u8> {
        Signed::write(tbs, self.algorithm.der(), signature)
    }
}

fn write_entry(entry: &CrlEntry) -> DerResult<Vec<u8>> {
    let mut extensions = Vec::new();
    if entry.reason != RevocationReason::Unspecified.code() {
        let reason = asn1::wrap(asn1::ENUMERATED, &[&[entry.reason]]);
        extensions.push(extension::write(oid::CRL_REASON, false, &reason)?);
    }
    if let Some(since) = entry.invalid_since {
        let since = asn1::generalized_time(since)?;
        extensions.push(extension::write(oid::INVALIDITY_DATE, false, &since)?);
    }
    let extensions = match extensions.is_empty() {
        true => Vec::new(),
        false => asn1::sequence_of(&extensions),
    };
    let serial = asn1::unsigned(entry.serial.as_bytes());
    let at = Time::write(entry.at)?;
    Ok(asn1::wrap(asn1::SEQUENCE, &[&serial, &at, &extensions]))
}

/// A list as it was found, whoever issued it. Reading it says nothing about trust.
#[derive(Clone, Debug)]
pub(crate) struct CertificateList {
    der: Vec<u8>,
    issuer: Name,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    number: Option<CrlNumber>,
    authority_key_id: Option<Vec<u8>>,
    count: u64,
    /// A critical extension that we do not act on, or one that makes it less than a full list.
    unprocessed: Option<ObjectIdentifier>,
}

impl CertificateList {
    /// Every entry is read once, so that what is cut off or damaged is refused.
    pub(crate) fn from_der(der: Vec<u8>) -> Result<Self, X509Error> {
        let malformed = X509Error::malformed("CRL");
        let signed = Signed::read(&der).map_err(&malformed)?;
        let tbs = TbsCrl::read(signed.tbs).map_err(&malformed)?;
        let found = tbs.survey().map_err(&malformed)?;
        Ok(Self {
            issuer: Name::from_der(tbs.issuer)?,
            this_update: tbs.this_update,
            next_update: tbs.next_update,
            number: found.number,
            authority_key_id: found.authority_key_id,
            count: found.count,
            unprocessed: found.unprocessed,
            der,
        })
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn into_der(self) -> Vec<u8> {
        self.der
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    pub(crate) fn issuer(&self) -> &Name {
        &self.issuer
    }

    pub(crate) fn this_update(&self) -> Timestamp {
        self.this_update
    }

    pub(crate) fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    pub(crate) fn number(&self) -> Option<&CrlNumber> {
        self.number.as_ref()
    }

    pub(crate) fn authority_key_id(&self) -> Option<&[u8]> {
        self.authority_key_id.as_deref()
    }

    /// How many entries it has.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// In the order in which they stand.
    pub(crate) fn entries(&self) -> impl Iterator<Item = CrlEntry> + '_ {
        let list = Signed::read(&self.der).and_then(|signed| TbsCrl::read(signed.tbs));
        // They were all read once when the list was.
        let entries = list.map_or(&[][..], |tbs| tbs.entries);
        Entries(SliceReader::new(entries).ok()).filter_map(|entry| Some(entry.ok()?.entry))
    }

    /// Whether it is a full list of this issuer, and this key made its signature.
    pub(crate) fn verify(&self, issuer: &Name, key: &PublicKey) -> Result<(), CrlError> {
        if self.issuer != *issuer {
            return Err(CrlError::OtherIssuer(self.issuer.to_string()));
        }
        if let Some(id) = self.unprocessed {
            return Err(CrlError::NotFull(oid::title(id)));
        }
        let signed = Signed::read(&self.der).map_err(|_| CrlError::Signature)?;
        let tbs = TbsCrl::read(signed.tbs).map_err(|_| CrlError::Signature)?;
        match SignatureAlgorithm::from_der(signed.algorithm) {
            Some(algorithm) if tbs.algorithm == signed.algorithm => key
                .verify(algorithm, signed.tbs, signed.signature)
                .map_err(|_: VerifyError| CrlError::Signature),
            _ => Err(CrlError::Signature),
        }
    }
}

/// The name of a `CRLReason` in RFC 5280, 5.3.1.
pub(super) fn reason_name(code: u8) -> &'static str {
    let ours = RevocationReason::ALL.into_iter();
    match (code, ours.clone().find(|reason| reason.code() == code)) {
        (_, Some(reason)) => reason.name(),
        (8, None) => "removeFromCRL",
        (10, None) => "aACompromise",
        (_, None) => "unknown",
    }
}

/// A `TBSCertList` (RFC 5280, 5.1.2).
struct TbsCrl<'a> {
    algorithm: &'a [u8],
    issuer: &'a [u8],
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    /// One after the other.
    entries: &'a [u8],
    extensions: Vec<Extension<'a>>,
}

impl<'a> TbsCrl<'a> {
    fn read(der: &'a [u8]) -> DerResult<Self> {
        asn1::read_all(der, |reader| reader.sequence(Self::read_fields))
    }

    fn read_fields(reader: &mut SliceReader<'a>) -> DerResult<Self> {
        // Version 1 says none.
        if asn1::optional(reader, asn1::INTEGER)?.is_some_and(|version| version != [1]) {
            return Err(der::ErrorKind::Failed.into());
        }
        let algorithm = asn1::sequence_tlv(reader)?;
        let issuer = asn1::sequence_tlv(reader)?;
        let this_update = Time::read(reader)?.at;
        let next_update = match reader.peek_byte() {
            Some(asn1::UTC_TIME | asn1::GENERALIZED_TIME) => Some(Time::read(reader)?.at),
            _ => None,
        };
        let entries = asn1::optional(reader, asn1::SEQUENCE)?.unwrap_or_default();
        let extensions = match asn1::optional(reader, asn1::context(0))? {
            Some(list) => asn1::read_extensions(list)?,
            None => Vec::new(),
        };
        Ok(Self {
            algorithm,
            issuer,
            this_update,
            next_update,
            entries,
            extensions,
        })
    }

    /// Everything is looked at once.
    fn survey(&self) -> DerResult<Survey> {
        let ids = self.extensions.iter().map(|extension| extension.id);
        if asn1::repeated(ids).is_some() {
            return Err(der::ErrorKind::Failed.into());
        }
        let mut found = Survey::default();
        for extension in &self.extensions {
            match extension.id {
                oid::CRL_NUMBER => found.number = Some(read_number(extension.value)?),
                oid::AUTHORITY_KEY_ID => {
                    let id = extension::read_authority_key_id(extension.value)?;
                    found.authority_key_id = id.map(<[u8]>::to_vec);
                }
                oid::DELTA_CRL_INDICATOR | oid::ISSUING_DISTRIBUTION_POINT => {
                    found.unprocessed = Some(extension.id);
                }
                id if extension.critical => found.unprocessed = Some(id),
                _ => (),
            }
        }
        for entry in Entries(Some(SliceReader::new(self.entries)?)) {
            let entry = entry?;
            found.count += 1;
            found.unprocessed = found.unprocessed.or(entry.unprocessed);
        }
        Ok(found)
    }
}

#[derive(Default)]
struct Survey {
    number: Option<CrlNumber>,
    authority_key_id: Option<Vec<u8>>,
    count: u64,
    unprocessed: Option<ObjectIdentifier>,
}

/// Ends with the first error, or with `None` where there is nothing to read.
struct Entries<'a>(Option<SliceReader<'a>>);

struct ReadEntry {
    entry: CrlEntry,
    unprocessed: Option<ObjectIdentifier>,
}

impl Iterator for Entries<'_> {
    type Item = DerResult<ReadEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.0.as_mut().filter(|reader| !reader.is_finished())?;
        let read = reader.sequence(read_entry);
        if read.is_err() {
            self.0 = None;
        }
        Some(read)
    }
}

fn read_entry(reader: &mut SliceReader<'_>) -> DerResult<ReadEntry> {
    let serial = Serial::from_bytes(asn1::content(reader, asn1::INTEGER)?);
    let at = Time::read(reader)?.at;
    let mut read = ReadEntry {
        entry: CrlEntry {
            serial,
            at,
            reason: 0,
            invalid_since: None,
        },
        unprocessed: None,
    };
    if reader.is_finished() {
        return Ok(read);
    }
    for extension in asn1::read_extensions(reader.tlv_bytes()?)? {
        match extension.id {
            oid::CRL_REASON => read.entry.reason = read_reason(extension.value)?,
            oid::INVALIDITY_DATE => {
                read.entry.invalid_since = Some(read_generalized(extension.value)?);
            }
            id if extension.critical => read.unprocessed = Some(id),
            _ => (),
        }
    }
    Ok(read)
}

fn read_reason(der: &[u8]) -> DerResult<u8> {
    match asn1::read_all(der, |reader| asn1::content(reader, asn1::ENUMERATED))? {
        [code @ 0..=127] => Ok(*code),
        _ => Err(der::ErrorKind::Failed.into()),
    }
}

fn read_generalized(der: &[u8]) -> DerResult<Timestamp> {
    let since = asn1::read_all(der, GeneralizedTime::decode)?.to_unix_duration();
    let secs = i64::try_from(since.as_secs()).map_err(|_| der::ErrorKind::Failed)?;
    Ok(Timestamp::from_secs(secs))
}

fn read_number(der: &[u8]) -> DerResult<CrlNumber> {
    let number = asn1::read_all(der, |reader| asn1::content(reader, asn1::INTEGER))?;
    let encoded = asn1::unsigned(CrlNumber::from_bytes(number).as_bytes());
    // Not negative, and in the shortest form.
    match encoded == der && number.len() <= MOST_NUMBER_OCTETS {
        true => Ok(CrlNumber::from_bytes(number)),
        false => Err(der::ErrorKind::Failed.into()),
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum CrlError {
    /// A date that a list cannot say.
    Encoding,
    /// Names the extension that makes it a part of a list.
    NotFull(String),
    /// Holds the issuer that it names.
    OtherIssuer(String),
    Signature,
}

impl fmt::Display for CrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => f.write_str("a date on the list lies outside what lists can say"),
            Self::NotFull(what) => write!(f, "this is not a full CRL that we can judge: {what}"),
            Self::OtherIssuer(name) => write!(f, "this CRL was issued by another: {name}"),
            Self::Signature => f.write_str("the CRL's signature was not made by this authority"),
        }
    }
}

impl Error for CrlError {}

impl Explain for CrlError {
    fn code(&self) -> &'static str {
        match self {
            Self::Encoding => "crl.date-out-of-range",
            Self::NotFull(_) => "crl.not-full",
            Self::OtherIssuer(_) => "crl.other-issuer",
            Self::Signature => "crl.signature-invalid",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Refused
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::Encoding => "Give dates between 1970 and 9999",
            Self::NotFull(_) => "Take the full CRL of the authority",
            Self::OtherIssuer(_) | Self::Signature => "Fetch the CRL again from where it is kept",
        };
        Remedy::Do(step.to_owned())
    }
}

const VERSION_2: &[u8] = &[asn1::INTEGER, 1, 1];

/// RFC 5280, 5.2.3.
const MOST_NUMBER_OCTETS: usize = 20;

#[cfg(test)]
mod tests;
