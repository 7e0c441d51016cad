//! New authorities: what their certificate is to say, before any key is made.

use super::error::AuthorityError;
use super::issuer::Issuer;
use crate::base::{
    AuthorityId, CertificateId, Fingerprint, Grant, KeyId, KeyType, KeyUse, Publication, Purpose,
    Reach, Receipt, Report, Secret, Timestamp, hex,
};
use crate::store::authority::{self, AuthorityRecord, Installed};
use crate::store::key::{self, KeyRecord};
use crate::store::{Put, Rows};
use crate::vault::{Class, Vault};
use crate::x509::{
    Asked, Constraints, Name, PublicKey, SignatureAlgorithm, SignedCertificate, Wish, write_request,
};

/// Everything a person has said about an authority to be.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) subject: Name,
    pub(crate) key_type: KeyType,
    pub(crate) days: Option<u32>,
    pub(crate) path_len: Option<u8>,
    pub(crate) constraints: Option<Constraints>,
    pub(crate) grant: Option<Grant>,
}

/// Reads the wishes; `parent` is `None` for a root, and for one whose parent is elsewhere.
pub(crate) fn plan(
    (name, subject): (&str, Option<&str>),
    (key_type, days, path_len): (KeyType, Option<u32>, Option<u8>),
    (reach, grant): (&Reach, Option<Grant>),
    is_root: bool,
) -> Result<Plan, Report> {
    let name = name.trim();
    if name.is_empty() {
        return Err(AuthorityError::NameEmpty.into());
    }
    let subject = match subject {
        Some(text) => Name::parse(text)?,
        None => Name::common_name(name),
    };
    let constraints = match reach {
        Reach::Anything => None,
        Reach::Only(subtrees) => Some(Constraints::only(subtrees.clone())),
        Reach::Usual if is_root => Some(Constraints::private()),
        Reach::Usual => None,
    };
    Ok(Plan {
        name: name.to_owned(),
        subject,
        key_type,
        days,
        path_len,
        constraints,
        grant,
    })
}

impl Plan {
    pub(crate) fn wish(&self, key: PublicKey) -> Wish {
        Wish {
            days: self.days,
            path_len: self.path_len,
            constraints: self.constraints.clone(),
            ..Wish::new(self.subject.clone(), Vec::new(), key)
        }
    }
}

/// A key just made in the vault; its row is not yet written.
pub(crate) struct NewKey {
    pub(crate) id: KeyId,
    pub(crate) public: PublicKey,
    pub(crate) key_type: KeyType,
}

impl NewKey {
    /// Vault first, store second (rule 13): a crash in between leaves an orphan that is shown.
    pub(crate) fn make(
        vault: &Vault,
        (id, class): (KeyId, Class),
        key_type: KeyType,
        passphrase: Option<&Secret<String>>,
    ) -> Result<Self, Report> {
        let spki = vault.generate(id, class, key_type, passphrase)?;
        Ok(Self {
            id,
            public: PublicKey::accept(&spki)?,
            key_type,
        })
    }

    pub(crate) fn rows(&self, name: &str, used_for: KeyUse, created: Timestamp) -> Vec<Put> {
        let record = KeyRecord {
            name: name.to_owned(),
            key_type: self.key_type,
            used_for,
            created,
            fingerprint: self.public.spki_fingerprint(),
            spki: hex(self.public.spki_der()),
        };
        let mut puts = Vec::from(key::put(self.id, &record));
        if let KeyUse::Authority(authority) = used_for {
            let why = format!("it is the key of the authority {authority}");
            puts.push(Put::bar_key(self.public.spki_fingerprint(), &why));
        }
        puts
    }

    /// A request for this key, for an authority elsewhere to sign.
    pub(crate) fn request(
        &self,
        vault: &Vault,
        plan: &Plan,
        passphrase: &Secret<String>,
    ) -> Result<(Vec<u8>, Option<Receipt>), Report> {
        let asked = Asked::authority(plan.path_len, plan.constraints.clone());
        let algorithm = SignatureAlgorithm::of(self.key_type);
        let mut receipt = None;
        let mut sign = |message: &[u8]| -> Result<Vec<u8>, Report> {
            let (signature, used) =
                vault.sign(self.id, Purpose::Request, message, Some(passphrase))?;
            receipt = Some(used);
            Ok(signature)
        };
        let der = write_request(&plan.subject, &self.public, algorithm, &asked, &mut sign)?;
        Ok((der, receipt))
    }
}

/// The rows of an authority whose certificate has been signed here.
pub(crate) fn new_rows(
    id: AuthorityId,
    plan: &Plan,
    parent: Option<&Issuer>,
    key: &NewKey,
    (certificate_id, certificate): (CertificateId, &SignedCertificate),
    created: Timestamp,
) -> Result<Vec<Put>, Report> {
    let der = certificate.der();
    let read = crate::x509::Certificate::read(der)?;
    let record = AuthorityRecord {
        installed: Some(Installed {
            certificate: certificate_id,
            is_root: parent.is_none(),
            not_before: read.not_before(),
            not_after: read.not_after(),
            path_len: read.path_len(),
            constraints: read.constraints()?,
            serial: read.serial().clone(),
            fingerprint: Fingerprint::of(der),
            upstream: Vec::new(),
        }),
        ..waiting(plan, parent.map(|parent| parent.id), key, created)
    };
    let mut puts = Vec::from(authority::put(id, &record));
    puts.push(authority::put_der(id, der.to_vec()));
    Ok(puts)
}

/// An authority that has a key and no certificate yet.
pub(crate) fn waiting(
    plan: &Plan,
    parent: Option<AuthorityId>,
    key: &NewKey,
    created: Timestamp,
) -> AuthorityRecord {
    AuthorityRecord {
        name: plan.name.clone(),
        subject: plan.subject.to_string(),
        parent,
        key: Some(key.id),
        key_type: Some(key.key_type),
        keyless_because: None,
        created,
        grant: plan.grant.clone(),
        installed: None,
        publication: Publication::default(),
    }
}

/// Looked at inside the transaction too.
pub(crate) fn name_is_free(rows: &impl Rows, name: &str) -> Result<(), Report> {
    match authority::holder_of(rows, name)? {
        None => Ok(()),
        Some(holder) => Err(AuthorityError::NameTaken {
            name: name.to_owned(),
            holder,
        }
        .into()),
    }
}
