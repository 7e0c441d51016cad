//! Taking over an existing CA, certificate or key: one file, or the folder of another program.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{About, Area, Question};
use crate::base::{AuthorityId, ImportRow, Secret};

#[non_exhaustive]
pub enum ImportCommand {
    /// Takes over what a file or a folder holds, all of it in one change. What is here already is
    /// left as it is, so that a repetition changes nothing.
    Take {
        source: ImportSource,
        /// The vault's passphrase, which seals the key of an authority; without it such keys are
        /// refused.
        passphrase: Option<Secret<String>>,
    },
}

/// What is to be taken over. The engine reads it, and only regular files.
#[derive(Clone, Eq, PartialEq)]
pub struct ImportSource {
    /// PEM, DER, PKCS #7, PKCS #8 or PKCS #12; or the folder of `openssl ca` or easy-rsa.
    pub path: PathBuf,
    /// What to call the authority here, in place of its common name.
    pub name: Option<String>,
    pub password: Option<FilePassword>,
    /// Also PKCS #12 without a MAC, which anyone could have changed.
    pub unauthenticated: bool,
}

/// What opens an encrypted file. Copies share the one secret; two are equal only as copies.
#[derive(Clone)]
pub struct FilePassword(Arc<Secret<String>>);

impl FilePassword {
    pub fn new(password: Secret<String>) -> Self {
        Self(Arc::new(password))
    }

    pub(crate) fn secret(&self) -> &Secret<String> {
        &self.0
    }
}

impl Eq for FilePassword {}

impl PartialEq for FilePassword {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum ImportFact {
    Taken(ImportDone),
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ImportDone {
    /// Made here, or given the key they lacked; not those that were put below them.
    pub authorities: Vec<AuthorityId>,
    /// How many certificates have come, those of authorities among them.
    pub certificates: u64,
    pub keys: u64,
    /// Serials that are revoked from now on.
    pub revoked: u64,
    /// Everything that was found, as in the preview.
    pub rows: Vec<ImportRow>,
}

/// Asks what would be taken over, what not, and why; changes nothing.
#[derive(Clone, Eq, PartialEq)]
pub struct PreviewImport(pub ImportSource);

impl Question for PreviewImport {
    type Answer = ImportPreview;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    pub rows: Vec<ImportRow>,
    /// How many keys would be taken; for any of them the vault has to be open.
    pub keys: u64,
    /// The key of an authority is among what would be taken: the vault's passphrase is needed.
    pub needs_passphrase: bool,
    /// Something is encrypted, and the password was not given.
    pub needs_password: bool,
    /// Something would come without its key, and the vault, which may hold it, is locked.
    pub vault_may_hold_keys: bool,
}

impl ImportCommand {
    pub(super) fn about(&self) -> About {
        match self {
            Self::Take { source, .. } => About {
                area: Area::Authority,
                action: "import.take",
                resource: None,
                details: format!("import from {}", source.path.display()),
                intent_first: true,
            },
        }
    }
}
