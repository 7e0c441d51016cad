//! What is in memory, and what is not, while the vault is unlocked.

use std::fs;
use std::fs::File;
use std::os::unix::fs::FileExt;
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
use crate::vault::file::RecordName;
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
    let error = refused(vault.sign(ROOT, Purpose::SignRequest, b"x", None));
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

#[cfg(target_os = "linux")]
#[test]
fn the_authority_key_is_nowhere_in_memory_after_it_was_used() {
    let vault = filled();
    let hidden = hidden_keys(&vault);
    use_key(&vault, ROOT, Some(&passphrase()));
    use_key(&vault, ISSUING, None);
    assert_eq!(found(&hidden.authority), 0, "the authority key");
    assert_eq!(found(&hidden.derived), 0, "the key derived from it");
    assert_eq!(found(&hidden.root), 0, "the attended private key");
    let mut turned = hidden.root;
    turned.reverse();
    assert_eq!(
        found(&turned),
        0,
        "the attended private key, least significant byte first"
    );
    // The search can find: the master key is in reach until the vault is locked.
    assert!(found(&hidden.master) > 0);
    vault.lock();
    drop(vault);
    assert_eq!(found(&hidden.master), 0, "the master key");
}

/// Keys with every bit flipped, so that the search does not find what it looks for in itself.
#[cfg(target_os = "linux")]
struct Hidden {
    master: [u8; 32],
    authority: [u8; 32],
    derived: [u8; 32],
    root: [u8; 32],
}

#[cfg(target_os = "linux")]
fn hidden_keys(vault: &crate::vault::Vault) -> Hidden {
    let unlocked = vault.unlocked().unwrap();
    let header = &unlocked.contents.header;
    let authority = PassphraseSlot::open(header, &passphrase(), true)
        .unwrap()
        .authority()
        .unwrap();
    let derived = authority.derive(header.vault, PURPOSE_AUTHORITY).unwrap();
    let root = unlocked
        .contents
        .open_record(RecordName::key(ROOT), &derived)
        .unwrap();
    Hidden {
        master: unlocked.master.expose(|key| hide(&key[..])),
        authority: authority.expose(|key| hide(&key[..])),
        derived: derived.expose(|key| hide(&key[..])),
        // Where the private number begins in the PKCS #8 of a P-256 key.
        root: root.expose(|der| hide(&der[36..68])),
    }
}

#[cfg(target_os = "linux")]
fn hide(bytes: &[u8]) -> [u8; 32] {
    let mut hidden = [0; 32];
    for (to, from) in hidden.iter_mut().zip(bytes) {
        *to = !*from;
    }
    hidden
}

/// How often the bytes stand in this process's writable memory.
#[cfg(target_os = "linux")]
fn found(hidden: &[u8; 32]) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let mut buffer = vec![0; 1 << 16];
    let mut count = 0;
    for line in fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (begin, end) = words.next().unwrap().split_once('-').unwrap();
        if !words.next().unwrap().starts_with("rw") {
            continue;
        }
        let mut at = u64::from_str_radix(begin, 16).unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        while at < end {
            let want = usize::try_from(end - at).unwrap().min(buffer.len());
            // A region may have gone since the list was read.
            let Ok(read) = memory.read_at(&mut buffer[..want], at) else {
                break;
            };
            count += matches(&buffer[..read], hidden);
            let step = if read == want && at + 32 < end {
                read.saturating_sub(31)
            } else {
                read
            };
            at += u64::try_from(step.max(1)).unwrap();
        }
    }
    buffer.fill(0);
    count
}

#[cfg(target_os = "linux")]
fn matches(haystack: &[u8], hidden: &[u8; 32]) -> usize {
    let first = !hidden[0];
    let starts = haystack
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == first);
    let hits = starts.filter(|(at, _)| {
        let Some(window) = haystack.get(*at..*at + 32) else {
            return false;
        };
        window
            .iter()
            .zip(hidden)
            .all(|(seen, hidden)| *seen == !*hidden)
    });
    hits.count()
}
