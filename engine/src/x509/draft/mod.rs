//! From a wish to a signed certificate, in steps that cannot be left out or repeated.
//!
//! `Draft` → `Approved` → `Linted` → `SignedCertificate`: each step takes the one before by value,
//! so only an approved and linted draft can be signed, and only once.

mod error;
mod validity;

use const_oid::ObjectIdentifier;

use crate::base::Finding;
use crate::base::Fingerprint;
use crate::base::Identifier;
use crate::base::Serial;
use crate::base::Severity;
use crate::base::Timestamp;
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::NewTbs;
use crate::x509::asn1::Signed;
use crate::x509::certificate::Certificate;
use crate::x509::constraints::Constraints;
use crate::x509::error::X509Error;
use crate::x509::extension;
use crate::x509::extension::BasicConstraints;
use crate::x509::extension::KeyUsage;
use crate::x509::extension::Urls;
use crate::x509::key::PublicKey;
use crate::x509::lint;
use crate::x509::name::Name;
use crate::x509::pem;
use crate::x509::profile::NameKind;
use crate::x509::profile::Names;
use crate::x509::profile::Profile;
use crate::x509::request::MAX_NAMES;
pub(crate) use error::{DraftError, LintError, SignatureMismatch};
use validity::Validity;

/// A CA as issuing sees it.
#[derive(Clone, Debug)]
pub(crate) struct IssuerView {
    pub(crate) subject: Name,
    pub(crate) key: PublicKey,
    /// The subject key identifier of its own certificate.
    pub(crate) key_id: Vec<u8>,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) path_len: Option<u8>,
    pub(crate) constraints: Option<Constraints>,
    /// Empty unless a person set them for this CA.
    pub(crate) urls: Urls,
}

impl IssuerView {
    /// Reads everything but the algorithm out of the CA's own certificate.
    pub(crate) fn of(
        certificate: &Certificate,
        algorithm: SignatureAlgorithm,
        urls: Urls,
    ) -> Result<Self, DraftError> {
        if !certificate.is_ca() {
            return Err(DraftError::NotACa);
        }
        let key = certificate.public_key().clone();
        let key_id = certificate.subject_key_id().map(<[u8]>::to_vec);
        Ok(Self {
            subject: certificate.subject().clone(),
            key_id: key_id.unwrap_or_else(|| key.key_id().to_vec()),
            key,
            algorithm,
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            path_len: certificate.path_len(),
            constraints: certificate.constraints()?,
            urls,
        })
    }
}

/// What is to be certified, after request, profile and a person's choices were merged.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) subject: Name,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) key: PublicKey,
    /// `None`: the profile's.
    pub(crate) days: Option<u32>,
    /// For a CA; `None`: the profile's.
    pub(crate) path_len: Option<u8>,
    /// For a CA, in addition to its issuer's.
    pub(crate) constraints: Option<Constraints>,
    /// Less than the profile's purposes; `None`: the profile's.
    pub(crate) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    /// Less than the profile's uses; `None`: the profile's.
    pub(crate) key_usage: Option<KeyUsage>,
    /// Whether a person allowed a lifetime above the profile's ceiling.
    pub(crate) beyond_ceiling: bool,
}

impl Wish {
    /// A wish that leaves everything else to the profile.
    pub(crate) fn new(subject: Name, identifiers: Vec<Identifier>, key: PublicKey) -> Self {
        Self {
            subject,
            identifiers,
            key,
            days: None,
            path_len: None,
            constraints: None,
            extended_key_usage: None,
            key_usage: None,
            beyond_ceiling: false,
        }
    }
}

/// A complete certificate to be. Nothing of it can change any more; it cannot be signed yet.
#[derive(Debug)]
pub(crate) struct Draft {
    tbs: Vec<u8>,
    profile: &'static Profile,
    subject: Name,
    identifiers: Vec<Identifier>,
    serial: Serial,
    validity: Validity,
    key: PublicKey,
    basic: BasicConstraints,
    constraints: Option<Constraints>,
    issuer_key: PublicKey,
    algorithm: SignatureAlgorithm,
}

impl Draft {
    /// Checks a wish against profile and issuer and encodes it.
    pub(crate) fn prepare(
        profile: &'static Profile,
        issuer: &IssuerView,
        wish: Wish,
        serial: Serial,
        now: Timestamp,
    ) -> Result<Self, DraftError> {
        if wish.key == issuer.key {
            return Err(DraftError::IssuersKey);
        }
        let days = days(profile, wish.days, wish.beyond_ceiling)?;
        let validity = Validity::within(issuer, days, now)?;
        let path_len = path_len(profile, issuer, wish.path_len)?;
        let constraints = constraints(profile, issuer, wish.constraints.as_ref())?;
        if !profile.is_ca {
            check_names(profile, &wish)?;
            check_constraints(issuer, &wish)?;
        }
        Self::encode(
            profile,
            issuer,
            wish,
            serial,
            validity,
            path_len,
            constraints,
        )
    }

    /// A root: its own issuer.
    pub(crate) fn self_signed(
        profile: &'static Profile,
        wish: Wish,
        algorithm: SignatureAlgorithm,
        serial: Serial,
        now: Timestamp,
    ) -> Result<Self, DraftError> {
        if !profile.is_ca {
            return Err(DraftError::NotACa);
        }
        let days = days(profile, wish.days, wish.beyond_ceiling)?;
        let validity = Validity::of_root(days, now);
        let itself = IssuerView {
            subject: wish.subject.clone(),
            key: wish.key.clone(),
            key_id: wish.key.key_id().to_vec(),
            algorithm,
            not_before: validity.not_before,
            not_after: validity.not_after,
            path_len: None,
            constraints: wish.constraints.clone(),
            urls: Urls::default(),
        };
        let path_len = wish.path_len.or(profile.path_len);
        let constraints = wish.constraints.clone();
        Self::encode(
            profile,
            &itself,
            wish,
            serial,
            validity,
            path_len,
            constraints,
        )
    }

    fn encode(
        profile: &'static Profile,
        issuer: &IssuerView,
        wish: Wish,
        serial: Serial,
        validity: Validity,
        path_len: Option<u8>,
        constraints: Option<Constraints>,
    ) -> Result<Self, DraftError> {
        if profile.is_ca && wish.subject.is_empty() {
            return Err(DraftError::NoSubject);
        }
        let basic = BasicConstraints {
            is_ca: profile.is_ca,
            path_len,
        };
        let malformed = |_| DraftError::Encoding;
        let extensions = extensions(profile, issuer, &wish, basic, constraints.as_ref());
        let new = NewTbs {
            serial: serial.as_bytes(),
            algorithm: issuer.algorithm.der(),
            issuer: issuer.subject.as_der(),
            not_before: validity.not_before,
            not_after: validity.not_after,
            subject: wish.subject.as_der(),
            spki: wish.key.spki_der(),
            extensions: &extensions.map_err(malformed)?,
        };
        Ok(Self {
            tbs: new.write().map_err(malformed)?,
            profile,
            subject: wish.subject,
            identifiers: wish.identifiers,
            serial,
            validity,
            key: wish.key,
            basic,
            constraints,
            issuer_key: issuer.key.clone(),
            algorithm: issuer.algorithm,
        })
    }

    pub(crate) fn profile(&self) -> &'static Profile {
        self.profile
    }

    pub(crate) fn subject(&self) -> &Name {
        &self.subject
    }

    pub(crate) fn identifiers(&self) -> &[Identifier] {
        &self.identifiers
    }

    pub(crate) fn serial(&self) -> &Serial {
        &self.serial
    }

    pub(crate) fn not_before(&self) -> Timestamp {
        self.validity.not_before
    }

    pub(crate) fn not_after(&self) -> Timestamp {
        self.validity.not_after
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn is_ca(&self) -> bool {
        self.basic.is_ca
    }

    pub(crate) fn path_len(&self) -> Option<u8> {
        self.basic.path_len
    }

    pub(crate) fn constraints(&self) -> Option<&Constraints> {
        self.constraints.as_ref()
    }

    /// Lets policy decide on exactly what will be signed.
    pub(crate) fn approve<E>(
        self,
        decide: impl FnOnce(&Self) -> Result<(), E>,
    ) -> Result<Approved, E> {
        decide(&self)?;
        Ok(Approved(self))
    }
}

/// A draft that policy allowed.
#[derive(Debug)]
pub(crate) struct Approved(Draft);

impl Approved {
    /// Decodes the draft again and holds it against every lint. A finding of severity `Error`
    /// stops it.
    pub(crate) fn lint(self) -> Result<Linted, LintError> {
        let findings = lint::run(&self.0.tbs, self.0.profile)?;
        match findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
        {
            true => Err(LintError::Findings(findings)),
            false => Ok(Linted {
                draft: self.0,
                findings,
            }),
        }
    }
}

/// A draft that may be signed, once.
#[derive(Debug)]
pub(crate) struct Linted {
    draft: Draft,
    findings: Vec<Finding>,
}

impl Linted {
    pub(crate) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The bytes to be signed.
    pub(crate) fn tbs(&self) -> &[u8] {
        &self.draft.tbs
    }

    /// What a person should know; none of it stops the certificate.
    pub(crate) fn warnings(&self) -> &[Finding] {
        &self.findings
    }

    /// Has `sign` make the signature, and gives the certificate back only if the issuer's key
    /// verifies it.
    pub(crate) fn sign<E: From<SignatureMismatch>>(
        self,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<SignedCertificate, E> {
        let Draft {
            tbs,
            issuer_key,
            algorithm,
            ..
        } = self.draft;
        let signature = sign(&tbs)?;
        match issuer_key.verify(algorithm, &tbs, &signature) {
            Ok(()) => Ok(SignedCertificate {
                der: Signed::write(&tbs, algorithm.der(), &signature),
                subject: self.draft.subject,
                identifiers: self.draft.identifiers,
                serial: self.draft.serial,
                validity: self.draft.validity,
                key: self.draft.key,
                basic: self.draft.basic,
                constraints: self.draft.constraints,
                profile: self.draft.profile,
                warnings: self.findings,
            }),
            Err(_) => Err(SignatureMismatch.into()),
        }
    }
}

/// A certificate we issued, with what its draft knew about it.
#[derive(Clone, Debug)]
pub(crate) struct SignedCertificate {
    der: Vec<u8>,
    subject: Name,
    identifiers: Vec<Identifier>,
    serial: Serial,
    validity: Validity,
    key: PublicKey,
    basic: BasicConstraints,
    constraints: Option<Constraints>,
    profile: &'static Profile,
    warnings: Vec<Finding>,
}

impl SignedCertificate {
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn into_der(self) -> Vec<u8> {
        self.der
    }

    pub(crate) fn pem(&self) -> String {
        pem::encode(pem::CERTIFICATE, &self.der)
    }

    /// SHA-256 of the DER.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    pub(crate) fn profile(&self) -> &'static Profile {
        self.profile
    }

    pub(crate) fn subject(&self) -> &Name {
        &self.subject
    }

    pub(crate) fn identifiers(&self) -> &[Identifier] {
        &self.identifiers
    }

    pub(crate) fn serial(&self) -> &Serial {
        &self.serial
    }

    pub(crate) fn not_before(&self) -> Timestamp {
        self.validity.not_before
    }

    pub(crate) fn not_after(&self) -> Timestamp {
        self.validity.not_after
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(crate) fn is_ca(&self) -> bool {
        self.basic.is_ca
    }

    pub(crate) fn path_len(&self) -> Option<u8> {
        self.basic.path_len
    }

    pub(crate) fn constraints(&self) -> Option<&Constraints> {
        self.constraints.as_ref()
    }

    pub(crate) fn warnings(&self) -> &[Finding] {
        &self.warnings
    }
}

fn days(profile: &Profile, asked: Option<u32>, beyond: bool) -> Result<u32, DraftError> {
    let days = asked.unwrap_or(profile.lifetime.default);
    let limit = match beyond {
        true => profile.lifetime.limit,
        false => profile.lifetime.ceiling,
    };
    match days {
        0 => Err(DraftError::NoDays),
        days if days > limit => Err(DraftError::TooLong { days, limit }),
        days => Ok(days),
    }
}

/// A sub-CA's path length is always smaller than its issuer's.
fn path_len(
    profile: &Profile,
    issuer: &IssuerView,
    asked: Option<u8>,
) -> Result<Option<u8>, DraftError> {
    if !profile.is_ca {
        return match asked {
            None => Ok(None),
            Some(_) => Err(DraftError::NotACa),
        };
    }
    let path_len = asked.or(profile.path_len);
    match (issuer.path_len, path_len) {
        (Some(0), _) => Err(DraftError::NoCaBelow),
        (Some(own), Some(below)) if below >= own => Err(DraftError::PathLen { own, below }),
        (Some(own), None) => Ok(Some(own - 1)),
        (_, path_len) => Ok(path_len),
    }
}

/// A CA below a constrained one repeats its constraints, because a trust anchor's own are not
/// processed (RFC 5280, 6.1.1).
fn constraints(
    profile: &Profile,
    issuer: &IssuerView,
    asked: Option<&Constraints>,
) -> Result<Option<Constraints>, DraftError> {
    match (profile.is_ca, &issuer.constraints, asked) {
        (false, _, None) => Ok(None),
        (false, _, Some(_)) => Err(DraftError::NotACa),
        (true, own, None) => Ok(own.clone()),
        (true, None, Some(asked)) => Ok(Some(asked.clone())),
        (true, Some(own), Some(asked)) => Ok(Some(own.narrowed_by(asked)?)),
    }
}

fn check_names(profile: &Profile, wish: &Wish) -> Result<(), DraftError> {
    let names = &wish.identifiers;
    if names.len() > MAX_NAMES {
        return Err(DraftError::TooManyNames(names.len()));
    }
    match (names.is_empty(), profile.names) {
        (true, Names::Required) => return Err(DraftError::NoNames),
        (true, Names::Optional) if wish.subject.is_empty() => return Err(DraftError::NoNames),
        _ => {}
    }
    for name in names {
        if !profile.kinds.contains(&NameKind::of(name)) {
            return Err(DraftError::NameKind(profile.title, name.clone()));
        }
        if let Identifier::Dns(host) = name
            && host.is_wildcard()
            && !(profile.wildcards && host.labels().count() > 2)
        {
            return Err(DraftError::Wildcard(profile.title, name.clone()));
        }
    }
    Ok(())
}

fn check_constraints(issuer: &IssuerView, wish: &Wish) -> Result<(), DraftError> {
    let Some(constraints) = &issuer.constraints else {
        return Ok(());
    };
    let common_names = wish.subject.common_names();
    constraints.check(&wish.identifiers, None)?;
    for cn in &common_names {
        constraints.check_common_name(cn)?;
    }
    Ok(constraints.check_email_addresses(&wish.subject.email_addresses())?)
}

/// In the order in which openssl prints them best: what it is, for what, for whom, by whom.
fn extensions(
    profile: &Profile,
    issuer: &IssuerView,
    wish: &Wish,
    basic: BasicConstraints,
    constraints: Option<&Constraints>,
) -> der::Result<Vec<Vec<u8>>> {
    let mut list = Vec::with_capacity(8);
    let key_usage = wish
        .key_usage
        .unwrap_or_else(|| profile.key_usage(&wish.key));
    let purposes = wish
        .extended_key_usage
        .as_deref()
        .unwrap_or(profile.extended_key_usage);
    if basic.is_ca {
        list.push(extension::basic_constraints(basic)?);
    }
    list.push(extension::key_usage(key_usage)?);
    if !purposes.is_empty() {
        list.push(extension::extended_key_usage(purposes)?);
    }
    if !wish.identifiers.is_empty() {
        let critical = wish.subject.is_empty();
        list.push(extension::subject_alt_name(&wish.identifiers, critical)?);
    }
    list.push(extension::subject_key_id(&wish.key.key_id())?);
    list.push(extension::authority_key_id(&issuer.key_id)?);
    if let Some(constraints) = constraints {
        list.push(constraints.extension()?);
    }
    if !issuer.urls.issuer.is_empty() || !issuer.urls.ocsp.is_empty() {
        list.push(extension::authority_info_access(&issuer.urls)?);
    }
    if !issuer.urls.crl.is_empty() {
        list.push(extension::crl_distribution_points(&issuer.urls.crl)?);
    }
    Ok(list)
}

impl From<der::Error> for LintError {
    fn from(_: der::Error) -> Self {
        Self::Unreadable(X509Error::Malformed {
            what: "certificate",
        })
    }
}

#[cfg(test)]
mod tests;
