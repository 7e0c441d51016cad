//! Chains: from a leaf to a root, and from a new CA certificate to its issuer.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use const_oid::ObjectIdentifier;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::UnixTime;
use webpki::ALL_VERIFICATION_ALGS;
use webpki::EndEntityCert;
use webpki::KeyUsage as Purpose;
use webpki::anchor_from_trusted_cert;

use crate::base::{Explain, Kind, Remedy, Timestamp};
use crate::x509::certificate::Certificate;
use crate::x509::constraints::ConstraintError;
use crate::x509::extension::KeyUsage;
use crate::x509::link::Link;
use crate::x509::oid;

/// What a leaf is verified for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Usage {
    Client,
    Code,
    Email,
    Ocsp,
    Server,
    Timestamp,
}

impl Usage {
    /// Those that a certificate with these purposes is for.
    pub(crate) fn among(purposes: &[ObjectIdentifier]) -> impl Iterator<Item = Self> {
        purposes.iter().filter_map(|purpose| match *purpose {
            oid::CLIENT_AUTH => Some(Self::Client),
            oid::CODE_SIGNING => Some(Self::Code),
            oid::EMAIL_PROTECTION => Some(Self::Email),
            oid::OCSP_SIGNING => Some(Self::Ocsp),
            oid::SERVER_AUTH => Some(Self::Server),
            oid::TIME_STAMPING => Some(Self::Timestamp),
            _ => None,
        })
    }
}

/// Verifies a chain as a program would that trusts `root` alone (RFC 5280, 6.1).
pub(crate) fn verify_chain(
    leaf: &[u8],
    intermediates: &[Vec<u8>],
    root: &[u8],
    at: Timestamp,
    usage: Usage,
) -> Result<(), ChainError> {
    let root = CertificateDer::from(root);
    let anchor = anchor_from_trusted_cert(&root).map_err(ChainError::from)?;
    let leaf = CertificateDer::from(leaf);
    let leaf = EndEntityCert::try_from(&leaf).map_err(ChainError::from)?;
    let intermediates: Vec<CertificateDer<'_>> = intermediates
        .iter()
        .map(|der| CertificateDer::from(&der[..]))
        .collect();
    let secs = u64::try_from(at.secs()).unwrap_or_default();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(secs));
    let purpose = match usage {
        Usage::Client => Purpose::client_auth(),
        Usage::Code => Purpose::required_if_present(&KEY_PURPOSE_CODE),
        Usage::Email => Purpose::required_if_present(&KEY_PURPOSE_EMAIL),
        Usage::Ocsp => Purpose::required_if_present(&KEY_PURPOSE_OCSP),
        Usage::Server => Purpose::server_auth(),
        Usage::Timestamp => Purpose::required_if_present(&KEY_PURPOSE_TIMESTAMP),
    };
    let anchors = [anchor];
    let verified = leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &intermediates,
        at,
        purpose,
        None,
        None,
    );
    verified.map(|_| ()).map_err(ChainError::from)
}

/// Verifies a CA certificate that is to be installed under `issuer`: signature, names, key ids,
/// time, CA flag, key usage, path length, and constraints that are repeated or narrowed.
pub(crate) fn verify_authority(
    authority: &Certificate,
    issuer: &Certificate,
    at: Timestamp,
) -> Result<(), ChainError> {
    for certificate in [authority, issuer] {
        check_authority(certificate, at)?;
    }
    if authority.issuer() != issuer.subject() {
        return Err(ChainError::OtherIssuer);
    }
    let ids = (authority.authority_key_id(), issuer.subject_key_id());
    if let (Some(named), Some(own)) = ids
        && named != own
    {
        return Err(ChainError::OtherIssuer);
    }
    let signature = authority.verify(issuer.public_key());
    signature.map_err(|_| ChainError::Signature)?;
    check_path_len(authority, issuer)?;
    check_constraints(authority, issuer)
}

/// Verifies a root that is to be installed: a CA certificate that its own key signed.
pub(crate) fn verify_root(root: &Certificate, at: Timestamp) -> Result<(), ChainError> {
    check_authority(root, at)?;
    match root.is_self_issued() {
        true => root
            .verify(root.public_key())
            .map_err(|_| ChainError::Signature),
        false => Err(ChainError::OtherIssuer),
    }
}

/// Holds each certificate against the one above it: names, signature, CA flag, start and path
/// length, which [`verify_chain`] does not get to where it finds something that it does not know.
/// What is too old or unknown to be verified is said of each link.
pub(crate) fn verify_links(
    leaf: &Certificate,
    above: &[Certificate],
    at: Timestamp,
) -> Result<Vec<Link>, ChainError> {
    let (mut below, mut links, mut between) = (leaf, Vec::new(), 0u8);
    for issuer in above {
        match below.link_to(issuer) {
            Link::None if below.issuer() != issuer.subject() => {
                return Err(ChainError::OtherIssuer);
            }
            Link::None => return Err(ChainError::Signature),
            link => links.push(link),
        }
        if !issuer.may_sign_certificates() {
            return Err(ChainError::NotACa);
        }
        if at < below.not_before() {
            return Err(ChainError::NotYetValid(below.not_before()));
        }
        if issuer.path_len().is_some_and(|allowed| allowed < between) {
            return Err(ChainError::PathLen);
        }
        between = between.saturating_add(u8::from(!issuer.is_self_issued()));
        below = issuer;
    }
    Ok(links)
}

fn check_authority(certificate: &Certificate, at: Timestamp) -> Result<(), ChainError> {
    let signs = certificate.key_usage();
    let signs = signs.is_none_or(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
    if !certificate.is_ca() || !signs {
        return Err(ChainError::NotACa);
    }
    if at < certificate.not_before() {
        return Err(ChainError::NotYetValid(certificate.not_before()));
    }
    match at > certificate.not_after() {
        true => Err(ChainError::Expired(certificate.not_after())),
        false => Ok(()),
    }
}

/// A self-issued certificate does not count (RFC 5280, 6.1.4 (l)).
fn check_path_len(authority: &Certificate, issuer: &Certificate) -> Result<(), ChainError> {
    if authority.is_self_issued() {
        return Ok(());
    }
    match (issuer.path_len(), authority.path_len()) {
        (Some(0), _) => Err(ChainError::PathLen),
        (Some(own), Some(below)) if below >= own => Err(ChainError::PathLen),
        _ => Ok(()),
    }
}

fn check_constraints(authority: &Certificate, issuer: &Certificate) -> Result<(), ChainError> {
    let Some(own) = issuer.constraints()? else {
        return authority
            .constraints()
            .map(|_| ())
            .map_err(ChainError::from);
    };
    match authority.constraints()? {
        Some(below) if own.is_repeated_by(&below) => Ok(()),
        _ => Err(ChainError::Unconstrained),
    }
}

/// Why a chain does not hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ChainError {
    /// Something that the validator does not know, so that it says nothing of the chain.
    Beyond(&'static str),
    Constraint(ConstraintError),
    /// A name outside a CA's name constraints.
    ConstraintViolated,
    Expired(Timestamp),
    /// One of the certificates is not what it should be.
    Malformed,
    NotACa,
    NotYetValid(Timestamp),
    OtherIssuer,
    PathLen,
    /// The leaf is not for this purpose.
    Purpose,
    Signature,
    /// A CA below a constrained one whose own constraints allow more.
    Unconstrained,
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Beyond(what) => f.write_str(what),
            Self::Constraint(error) => fmt::Display::fmt(error, f),
            Self::ConstraintViolated => {
                f.write_str("a name lies outside the name constraints of a CA above it")
            }
            Self::Expired(end) => write!(f, "a certificate of the chain ended on {end}"),
            Self::Malformed => {
                f.write_str("a certificate of the chain is damaged, or of a form that we do not know")
            }
            Self::NotACa => f.write_str("a certificate of the chain is not that of a CA"),
            Self::NotYetValid(start) => {
                write!(f, "a certificate of the chain is not valid before {start}")
            }
            Self::OtherIssuer => f.write_str("the certificate was issued by another CA"),
            Self::PathLen => f.write_str("the path length of a CA allows no CA at this place"),
            Self::Purpose => f.write_str("the certificate is not for this purpose"),
            Self::Signature => f.write_str("the signature is not by the key of the issuing CA"),
            Self::Unconstrained => {
                f.write_str("the CA's certificate does not repeat its issuer's name constraints, or widens them")
            }
        }
    }
}

impl Error for ChainError {}

impl From<ConstraintError> for ChainError {
    fn from(error: ConstraintError) -> Self {
        Self::Constraint(error)
    }
}

impl From<webpki::Error> for ChainError {
    fn from(error: webpki::Error) -> Self {
        use webpki::Error as Found;
        let moment = |time: UnixTime| {
            Timestamp::from_secs(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
        };
        match error {
            Found::CertExpired { not_after, .. } => Self::Expired(moment(not_after)),
            Found::CertNotValidYet { not_before, .. } => Self::NotYetValid(moment(not_before)),
            Found::EndEntityUsedAsCa | Found::CaUsedAsEndEntity => Self::NotACa,
            Found::NameConstraintViolation => Self::ConstraintViolated,
            Found::PathLenConstraintViolated => Self::PathLen,
            Found::RequiredEkuNotFoundContext(_) => Self::Purpose,
            Found::InvalidSignatureForPublicKey | Found::SignatureAlgorithmMismatch => {
                Self::Signature
            }
            Found::UnknownIssuer => Self::OtherIssuer,
            Found::UnsupportedCriticalExtension => Self::Beyond(
                "a certificate of the chain has a critical extension that we do not know",
            ),
            Found::UnsupportedCertVersion => {
                Self::Beyond("a certificate of the chain is of a version before 3")
            }
            Found::UnsupportedSignatureAlgorithmContext(_)
            | Found::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Self::Beyond(
                "a certificate of the chain is signed with SHA-1, or in another way that we do not \
                 verify",
            ),
            Found::MaximumNameConstraintComparisonsExceeded
            | Found::MaximumPathBuildCallsExceeded
            | Found::MaximumPathDepthExceeded
            | Found::MaximumSignatureChecksExceeded => {
                Self::Beyond("the chain is longer than we follow, or has more name constraints")
            }
            _ => Self::Malformed,
        }
    }
}

impl Explain for ChainError {
    fn code(&self) -> &'static str {
        match self {
            Self::Constraint(error) => error.code(),
            Self::ConstraintViolated | Self::Unconstrained => "chain.constraints",
            Self::Expired(_) | Self::NotYetValid(_) => "chain.time",
            Self::Beyond(_) | Self::Malformed => "chain.malformed",
            Self::NotACa | Self::Purpose => "chain.purpose",
            Self::OtherIssuer | Self::Signature => "chain.issuer",
            Self::PathLen => "chain.path-length",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Constraint(error) => error.kind(),
            Self::Beyond(_) | Self::Malformed => Kind::Malformed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::Constraint(error) => return error.remedy(),
            Self::ConstraintViolated => "Use a CA whose name constraints hold the name".to_owned(),
            Self::Expired(_) => "Renew the certificate that ended".to_owned(),
            Self::Beyond(_) => "Have it checked by the program that is to trust it".to_owned(),
            Self::Malformed => "Copy the whole file again, in PEM or DER form".to_owned(),
            Self::NotACa | Self::Purpose => {
                "Have the certificate issued again with the right profile".to_owned()
            }
            Self::NotYetValid(_) => "Check this computer's clock".to_owned(),
            Self::OtherIssuer | Self::Signature => {
                "Choose the certificate of the CA that signed it".to_owned()
            }
            Self::PathLen => "Have a CA with a greater path length sign it".to_owned(),
            Self::Unconstrained => {
                "Have the issuing CA sign the request again with its name constraints".to_owned()
            }
        })
    }
}

/// The contents of id-kp-codeSigning and its like (RFC 5280, 4.2.1.12), without tag and length.
const KEY_PURPOSE_CODE: [u8; 8] = key_purpose(3);
const KEY_PURPOSE_EMAIL: [u8; 8] = key_purpose(4);
const KEY_PURPOSE_TIMESTAMP: [u8; 8] = key_purpose(8);
const KEY_PURPOSE_OCSP: [u8; 8] = key_purpose(9);

const fn key_purpose(last: u8) -> [u8; 8] {
    [0x2b, 6, 1, 5, 5, 7, 3, last]
}

#[cfg(test)]
mod tests;
