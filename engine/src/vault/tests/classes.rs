//! What the master key opens by itself, and what it does not.

use std::sync::Arc;

use super::ISSUING;
use super::LEAF;
use super::ROOT;
use super::filled;
use super::passphrase;
use super::refused;
use super::use_key;
use super::vault_of;
use crate::base::Purpose;
use crate::vault::VaultError;
use crate::vault::file::PURPOSE_AUTHORITY;
use crate::vault::file::Parts;
use crate::vault::list::RecordName;
use crate::vault::slot::PassphraseSlot;

/// As a slot of the operating system's store would: with the master key and no passphrase.
#[test]
fn the_master_key_alone_opens_no_authority_record() {
    let bytes = super::bytes_of(&filled());
    let parts = Parts::split(&bytes).unwrap();
    let master = PassphraseSlot::open(&parts.header, &passphrase(), true)
        .unwrap()
        .master;
    let vault = vault_of(bytes.clone());
    let lease = Arc::new(vault.storage.acquire().unwrap());
    vault.unlock_with(&parts, master, lease).unwrap();

    use_key(&vault, LEAF, None);
    use_key(&vault, ISSUING, None);
    let error = refused(vault.sign(ROOT, Purpose::Request, b"x", None));
    assert!(matches!(error, VaultError::ConsentNeeded(ROOT)));
    let unlocked = vault.unlocked().unwrap();
    for id in [ROOT, ISSUING] {
        let name = RecordName::key(id);
        for key in [&unlocked.master, &unlocked.everyday] {
            let derived = key
                .derive(unlocked.contents.header.vault, PURPOSE_AUTHORITY)
                .unwrap();
            for opening in [key, &derived] {
                let error = refused(unlocked.contents.open_record(name, opening));
                assert!(matches!(error, VaultError::RecordAltered(_)));
            }
        }
    }
}
