//! A search of this process's whole memory, as in a core dump, for keys that must not be there.

use std::fs;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::ISSUING;
use super::ROOT;
use super::bytes_of;
use super::filled;
use super::passphrase;
use super::use_key;
use super::vault_beside;
use crate::vault::Opener;
use crate::vault::Vault;
use crate::vault::file::PURPOSE_AUTHORITY;
use crate::vault::list::RecordName;
use crate::vault::slot::PassphraseSlot;

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

/// As on a machine whose session opens the vault: what a dump of the process holds afterwards.
#[test]
fn the_authority_key_is_nowhere_in_memory_after_the_operating_systems_store_opened_the_vault() {
    let kept = Arc::default();
    let vault = vault_beside(bytes_of(&filled()), &kept);
    vault.unlock(&passphrase()).unwrap();
    vault
        .add_os_store(&passphrase(), "this computer", false)
        .unwrap();
    let hidden = hidden_keys(&vault);
    vault.lock();
    vault.open(Opener::OsStore, false).unwrap();
    use_key(&vault, ISSUING, None);
    assert_eq!(found(&hidden.authority), 0, "the authority key");
    assert_eq!(found(&hidden.derived), 0, "the key derived from it");
    assert_eq!(found(&hidden.root), 0, "the attended private key");
    assert!(found(&hidden.master) > 0, "the search can find");
}

/// Keys with every bit flipped, so that the search does not find what it looks for in itself.
struct Hidden {
    master: [u8; 32],
    authority: [u8; 32],
    derived: [u8; 32],
    root: [u8; 32],
}

fn hidden_keys(vault: &Vault) -> Hidden {
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

fn hide(bytes: &[u8]) -> [u8; 32] {
    let mut hidden = [0; 32];
    for (to, from) in hidden.iter_mut().zip(bytes) {
        *to = !*from;
    }
    hidden
}

/// How often either half of the bytes stands in this process's writable memory. (The allocator
/// writes over the beginning of what is freed, which would hide a key that nobody wiped.)
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
            let (one, two) = hidden.split_at(HALF);
            count += matches(&buffer[..read], one) + matches(&buffer[..read], two);
            let step = if at + u64::try_from(read).unwrap() < end && read > HALF {
                read - HALF + 1
            } else {
                read
            };
            at += u64::try_from(step.max(1)).unwrap();
        }
    }
    buffer.fill(0);
    count
}

fn matches(haystack: &[u8], hidden: &[u8]) -> usize {
    let first = !hidden[0];
    let bytes = haystack.iter().enumerate();
    let starts = bytes.filter(|(_, byte)| **byte == first);
    let hits = starts.filter(|(at, _)| {
        let window = haystack[*at..].get(..hidden.len());
        window.is_some_and(|seen| {
            seen.iter()
                .zip(hidden)
                .all(|(seen, hidden)| *seen == !*hidden)
        })
    });
    hits.count()
}

const HALF: usize = 16;
