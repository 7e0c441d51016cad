//! Doors for `tests/fuzz`: a vault's file as it was found, and what is behind right seals.

use super::file::Contents;
use super::file::Header;
use super::file::Parts;
use super::file::sealed_for_fuzzing;
use super::list::Class;
use super::list::Described;
use super::list::RecordName;
use super::overview::Overview;
use super::seal::Key;
use super::slot::OsStoreSlot;
use super::slot::PassphraseSlot;
use super::slot::RecoverySlot;
use super::unlocked;
use crate::base::Secret;

/// The whole file. Its seals are right only in the seeds.
pub fn file(bytes: &[u8]) {
    let Ok(parts) = Parts::split(bytes) else {
        return;
    };
    Overview::of(&parts.header, None);
    parts.header.authority_vouches().unwrap();
    PassphraseSlot::cost(&parts.header, false).ok();
    OsStoreSlot::all(&parts.header).ok();
    RecoverySlot::open(&parts.header, &code()).err();
    Contents::open(&parts, &key()).ok();
}

/// A header whose checksum is right, a list behind a right seal, and what follows it.
pub fn list(fields: &[u8], list: &[u8], records: &[u8]) {
    let bytes = sealed_for_fuzzing(fields, list, records, &key());
    file(&bytes);
    let Ok(parts) = Parts::split(&bytes) else {
        return;
    };
    let Ok(contents) = Contents::open(&parts, &key()) else {
        return;
    };
    let written = contents.encode(&key()).unwrap();
    let again = Contents::open(&Parts::split(&written).unwrap(), &key()).unwrap();
    assert_eq!(vouched(&again.header), vouched(&contents.header));
    assert!(again.entries.keys().eq(contents.entries.keys()));
    unlocked::check_everyday(&contents, &key()).ok();
}

fn vouched(header: &Header) -> Vec<u8> {
    header.authority_vouches().unwrap()
}

/// A record that says of itself what it likes, and holds `plain` behind a right seal.
pub fn record(kind: u8, key_type: u8, public_key: &[u8], plain: &[u8]) {
    let fields = header();
    let bytes = sealed_for_fuzzing(&fields, &[0; 4], &[], &key());
    let mut contents = Contents::open(&Parts::split(&bytes).unwrap(), &key()).unwrap();
    let everyday = key()
        .derive(contents.header.vault, super::file::PURPOSE_EVERYDAY)
        .unwrap();
    let name = RecordName { kind, id: 7 };
    let what = Described {
        class: Class::Everyday,
        key_type,
        public_key: public_key.to_vec(),
    };
    if contents
        .put(name, what, &everyday, &Secret::new(plain.to_vec()))
        .is_err()
    {
        return;
    }
    unlocked::check_everyday(&contents, &key()).ok();
    let written = contents.encode(&key()).unwrap();
    let again = Contents::open(&Parts::split(&written).unwrap(), &key()).unwrap();
    let opened = again.open_record(name, &everyday).unwrap();
    opened.expose(|opened| assert_eq!(opened, plain));
}

/// One slot of no known kind.
fn header() -> Vec<u8> {
    let mut fields = vec![0; 16 + 8 + 8 + 8 + 1 + 8 + 32];
    fields.push(1);
    fields.extend([0xff; 1 + 16 + 8]);
    fields.extend([0; 4 + 4 + 32]);
    fields
}

/// Of a recovery slot that no file has.
fn code() -> Secret<String> {
    Secret::new(CODE.to_owned())
}

pub(super) fn key() -> Key {
    Key::fill(|bytes| {
        bytes.fill(0x42);
        Ok(())
    })
    .unwrap()
}

const CODE: &str = "00000-00000-00000-00000-00000-0Q342";
