//! From a wish to a signed certificate, in steps that cannot be left out or repeated.
//!
//! `Draft` → `Approved` → `Linted` → `SignedCertificate`: each step takes the one before by value,
//! so only an approved and linted draft can be signed, and only once.

pub(super) mod check;
mod error;
mod issuer;
mod signed;
mod validity;
mod wish;

use std::sync::Arc;

use crate::base::{Finding, Identifier, Serial, Severity, Timestamp};
use crate::x509::additions::remaining;
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::{NewTbs, Signed};
use crate::x509::constraints::Constraints;
use crate::x509::error::X509Error;
use crate::x509::extension::{BasicConstraints, Urls};
use crate::x509::key::PublicKey;
use crate::x509::name::Name;
use crate::x509::profile::Profile;
use crate::x509::{extension, lint, oid};
pub(crate) use error::{DraftError, LintError, SignatureMismatch};
pub(crate) use issuer::IssuerView;
pub(crate) use signed::SignedCertificate;
pub(super) use validity::Validity;
pub(crate) use wish::Wish;

/// A complete certificate to be. Nothing of it can change any more; it cannot be signed yet.
#[derive(Debug)]
pub(crate) struct Draft {
    tbs: Vec<u8>,
    profile: Arc<Profile>,
    subject: Name,
    identifiers: Vec<Identifier>,
    serial: Serial,
    validity: Validity,
    key: PublicKey,
    basic: BasicConstraints,
    issuer_key: PublicKey,
    algorithm: SignatureAlgorithm,
}

impl Draft {
    /// Checks a wish against profile and issuer and encodes it.
    pub(crate) fn prepare(
        profile: &Arc<Profile>,
        issuer: &IssuerView,
        wish: Wish,
        serial: Serial,
        now: Timestamp,
    ) -> Result<Self, DraftError> {
        if wish.key == issuer.key {
            return Err(DraftError::IssuersKey);
        }
        check::key(profile, &wish.key)?;
        let days = check::days(profile, wish.days, wish.beyond_ceiling)?;
        let validity = Validity::within(issuer, days, now)?;
        let path_len = check::path_len(profile, issuer, wish.path_len)?;
        let constraints = check::constraints(profile, issuer, wish.constraints.as_ref())?;
        if !profile.is_ca {
            check::names(profile, issuer, &wish.subject, &wish.identifiers)?;
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
        profile: &Arc<Profile>,
        wish: Wish,
        algorithm: SignatureAlgorithm,
        serial: Serial,
        now: Timestamp,
    ) -> Result<Self, DraftError> {
        if !profile.is_ca {
            return Err(DraftError::NotACa);
        }
        let days = check::days(profile, wish.days, wish.beyond_ceiling)?;
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
            additions: Arc::default(),
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
        profile: &Arc<Profile>,
        issuer: &IssuerView,
        wish: Wish,
        serial: Serial,
        validity: Validity,
        path_len: Option<u8>,
        constraints: Option<Constraints>,
    ) -> Result<Self, DraftError> {
        if profile.is_ca {
            check::authority(profile, &wish.subject, &wish.identifiers)?;
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
            profile: Arc::clone(profile),
            subject: wish.subject,
            identifiers: wish.identifiers,
            serial,
            validity,
            key: wish.key,
            basic,
            issuer_key: issuer.key.clone(),
            algorithm: issuer.algorithm,
        })
    }

    pub(crate) fn profile(&self) -> &Arc<Profile> {
        &self.profile
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
        let findings = lint::run(&self.0.tbs, &self.0.profile, &self.0.key)?;
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
    /// The bytes to be signed.
    pub(crate) fn tbs(&self) -> &[u8] {
        &self.draft.tbs
    }

    /// What a person should know; none of it stops the certificate.
    pub(crate) fn warnings(&self) -> &[Finding] {
        &self.findings
    }

    /// Has `sign` make the signature. An authority's certificate is given back only if the issuer's
    /// key verifies it: everything below hangs on it. For a leaf, whoever opened the key has
    /// compared its public half, and a client would refuse a signature that came out wrong.
    pub(crate) fn sign<E: From<SignatureMismatch>>(
        self,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<SignedCertificate, E> {
        let draft = self.draft;
        let signature = sign(&draft.tbs)?;
        if draft.is_ca() {
            let verified = draft
                .issuer_key
                .verify(draft.algorithm, &draft.tbs, &signature);
            verified.map_err(|_| SignatureMismatch)?;
        }
        Ok(SignedCertificate {
            der: Signed::write(&draft.tbs, draft.algorithm.der(), &signature),
        })
    }
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
        .unwrap_or(&profile.extended_key_usage);
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
    let urls = remaining(&issuer.urls, &profile.leave_out);
    if !urls.issuer.is_empty() || !urls.ocsp.is_empty() {
        list.push(extension::authority_info_access(&urls)?);
    }
    if !urls.crl.is_empty() {
        list.push(extension::crl_distribution_points(&urls.crl)?);
    }
    if purposes.contains(&oid::OCSP_SIGNING) {
        list.push(extension::ocsp_no_check()?);
    }
    list.extend(profile.additions.write_over(&issuer.additions)?);
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
