//! Keys of accounts and certificates that sign for public CAs, in the vault where they are.

use std::sync::{Arc, Mutex, PoisonError};

use crate::acme::{AccountKey, Signing, Signs};
use crate::api::{KeyId, Report};
use crate::base::{Purpose, Receipt};
use crate::vault::Vault;
use crate::x509::PublicKey;

/// Collects the receipts of what it signs, for the next change that is audited.
pub(super) struct VaultSigner {
    vault: Arc<Vault>,
    key: KeyId,
    public: AccountKey,
    receipts: Receipts,
}

/// Uses of keys that are on their way into the audit.
#[derive(Clone, Default)]
pub(super) struct Receipts(Arc<Mutex<Vec<Receipt>>>);

impl Receipts {
    pub(super) fn take(&self) -> Vec<Receipt> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn push(&self, receipt: Receipt) {
        let mut receipts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        receipts.push(receipt);
    }
}

impl VaultSigner {
    /// The vault must be unlocked.
    pub(super) fn new(
        vault: &Arc<Vault>,
        key: KeyId,
        receipts: &Receipts,
    ) -> Result<Arc<Self>, Report> {
        let public = PublicKey::accept(&vault.public_key(key)?)?;
        Ok(Arc::new(Self {
            vault: Arc::clone(vault),
            key,
            public: AccountKey::of(&public)?,
            receipts: receipts.clone(),
        }))
    }
}

impl Signs for VaultSigner {
    fn public(&self) -> &AccountKey {
        &self.public
    }

    fn sign(&self, message: Vec<u8>) -> Signing {
        let signed = self
            .vault
            .sign(self.key, Purpose::AcmeRequest, &message, None);
        let signed = signed.map_err(Report::from).map(|(signature, receipt)| {
            self.receipts.push(receipt);
            signature
        });
        Box::pin(std::future::ready(signed))
    }
}
