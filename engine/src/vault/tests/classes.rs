//! What the master key opens by itself, and what it does not.

use std::sync::Arc;

use super::ISSUING;
use super::LEAF;
use super::ROOT;
use super::filled;
use super::passphrase;
use super::refused;
use super::use_key;
use super::vault_beside;
use crate::base::Purpose;
use crate::vault::Opener;
use crate::vault::VaultError;
use crate::vault::file::PURPOSE_AUTHORITY;
use crate::vault::list::RecordName;

#[test]
fn the_operating_systems_store_alone_opens_no_authority_record() {
    let kept = Arc::default();
    let vault = vault_beside(super::bytes_of(&filled()), &kept);
    vault.unlock(&passphrase()).unwrap();
    vault
        .add_os_store(&passphrase(), "this computer", false)
        .unwrap();
    vault.lock();
    vault.open(Opener::OsStore, false).unwrap();

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
