//! Why the vault says no, and what to do then.

use std::error::Error;
use std::fmt;
use std::io;

use super::slot::SecretStoreError;
use crate::base::Explain;
use crate::base::KeyId;
use crate::base::Kind;
use crate::base::RecoveryCodeError;
use crate::base::Remedy;
use crate::base::SecretId;
use crate::base::SlotId;

#[derive(Debug)]
pub(crate) enum VaultError {
    Absent,
    AlreadyExists,
    /// What was typed is no recovery code.
    CodeMistyped(RecoveryCodeError),
    /// An attended authority key, and nobody who consents.
    ConsentNeeded(KeyId),
    /// The cryptographic library failed where it must not.
    Cryptography(&'static str),
    EmptyPassphrase,
    GrantOnlyForAuthorities(KeyId),
    /// The header's checksum is wrong, or its fields make no sense.
    HeaderDamaged,
    /// The checksum holds and the passphrase is right, but the seal is not ours: somebody changed
    /// the header, the slots or the list of records.
    HeaderTampered,
    InUse,
    KeyExists(KeyId),
    Locked,
    MemoryShort,
    NewerVersion(u16),
    /// No slot is the operating system's store's.
    NoOsStoreSlot,
    NoRecoverySlot,
    NotAVault,
    NotExportable(KeyId),
    /// The file was written before the last one that was seen.
    OlderCopy {
        found: u64,
        seen: u64,
    },
    OsStore(SecretStoreError),
    ParametersRefused {
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    },
    Read(io::Error),
    /// Not the bytes that were sealed: damaged, exchanged, or an older version put back.
    RecordAltered(KeyId),
    RecordMissing(KeyId),
    /// It was never kept here, or taken away.
    SecretMissing(SecretId),
    RecordsExtra,
    /// While we had it open, somebody put another version of the file in its place.
    Replaced,
    ShortPassphrase,
    /// There is always a passphrase.
    SlotNeeded,
    /// A slot whose secret is not at hand would be left behind by re-keying.
    SlotOutOfReach(String),
    TooLarge,
    Truncated,
    /// The new file is in place, but the disk did not confirm it.
    Unconfirmed(io::Error),
    UnknownKey(KeyId),
    /// A kind of key that this version cannot use.
    UnknownKeyType(KeyId),
    UnknownSlot(SlotId),
    Write(io::Error),
    /// No recovery slot belongs to this code.
    WrongCode,
    WrongPassphrase,
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("there is no vault yet"),
            Self::AlreadyExists => f.write_str("there is a vault already"),
            Self::CodeMistyped(why) => why.fmt(f),
            Self::ConsentNeeded(key) => {
                write!(f, "this key is used only with the passphrase: {key}")
            }
            Self::Cryptography(what) => write!(f, "the cryptographic library failed to {what}"),
            Self::EmptyPassphrase => f.write_str("the passphrase is empty"),
            Self::GrantOnlyForAuthorities(key) => {
                write!(f, "only an authority's key needs a grant: {key}")
            }
            Self::HeaderDamaged => f.write_str("the vault's header is damaged"),
            Self::HeaderTampered => f.write_str("the vault's header or list has been changed"),
            Self::InUse => f.write_str("another process has opened the vault"),
            Self::KeyExists(key) => write!(f, "the vault has this key already: {key}"),
            Self::Locked => f.write_str("the vault is locked"),
            Self::MemoryShort => f.write_str("there is too little memory to open the vault"),
            Self::NewerVersion(version) => {
                write!(
                    f,
                    "the vault has format {version}, which is newer than this program"
                )
            }
            Self::NoOsStoreSlot => {
                f.write_str("the operating system's store does not open this vault")
            }
            Self::NoRecoverySlot => f.write_str("no recovery code opens this vault"),
            Self::NotAVault => f.write_str("the file is not a vault"),
            Self::NotExportable(key) => {
                write!(f, "an authority's key does not leave the vault: {key}")
            }
            Self::OlderCopy { found, seen } => write!(
                f,
                "this vault is an older copy: it was written {found} times, \
                 and the last one seen {seen} times"
            ),
            Self::OsStore(why) => why.fmt(f),
            Self::ParametersRefused {
                memory_kib,
                passes,
                lanes,
            } => write!(
                f,
                "the vault asks for Argon2 costs outside the limits: \
                 {memory_kib} KiB, {passes} passes, {lanes} lanes"
            ),
            Self::Read(_) => f.write_str("the vault cannot be read"),
            Self::RecordAltered(key) => write!(f, "a sealed record has been altered: {key}"),
            Self::RecordMissing(key) => write!(f, "a sealed record is missing: {key}"),
            Self::SecretMissing(id) => write!(f, "the vault has no such secret: {id}"),
            Self::RecordsExtra => f.write_str("the vault holds bytes that its list does not name"),
            Self::Replaced => f.write_str("another version of the vault has been put in its place"),
            Self::ShortPassphrase => f.write_str("the passphrase is too short"),
            Self::SlotNeeded => f.write_str("the passphrase's slot is never taken away"),
            Self::SlotOutOfReach(label) => {
                write!(f, "a slot cannot be carried over to new keys: {label}")
            }
            Self::TooLarge => f.write_str("the vault would grow beyond its limits"),
            Self::Truncated => f.write_str("the vault's end is missing"),
            Self::Unconfirmed(_) => f.write_str("the disk did not confirm the vault's last change"),
            Self::UnknownKey(key) => write!(f, "the private key is not in this vault: {key}"),
            Self::UnknownKeyType(key) => {
                write!(f, "this version cannot use that kind of key: {key}")
            }
            Self::UnknownSlot(slot) => write!(f, "the vault has no such slot: {slot}"),
            Self::WrongCode => f.write_str("this recovery code opens another vault, or none"),
            Self::Write(_) => f.write_str("the vault cannot be written, and stays as it was"),
            Self::WrongPassphrase => f.write_str("the passphrase is wrong"),
        }
    }
}

impl Error for VaultError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read(cause) | Self::Unconfirmed(cause) | Self::Write(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<RecoveryCodeError> for VaultError {
    fn from(why: RecoveryCodeError) -> Self {
        Self::CodeMistyped(why)
    }
}

impl From<SecretStoreError> for VaultError {
    fn from(why: SecretStoreError) -> Self {
        Self::OsStore(why)
    }
}

impl Explain for VaultError {
    fn code(&self) -> &'static str {
        match self {
            Self::Absent => "vault.absent",
            Self::AlreadyExists => "vault.already-exists",
            Self::CodeMistyped(_) => "vault.recovery-code-mistyped",
            Self::ConsentNeeded(_) => "vault.consent-needed",
            Self::Cryptography(_) => "vault.cryptography-failed",
            Self::EmptyPassphrase => "vault.passphrase-empty",
            Self::GrantOnlyForAuthorities(_) => "vault.grant-not-needed",
            Self::HeaderDamaged
            | Self::HeaderTampered
            | Self::RecordAltered(_)
            | Self::RecordMissing(_)
            | Self::RecordsExtra
            | Self::Replaced
            | Self::Truncated => "vault.damaged",
            Self::InUse => "vault.in-use",
            Self::KeyExists(_) => "vault.key-exists",
            Self::Locked => "vault.locked",
            Self::MemoryShort => "vault.memory-short",
            Self::NewerVersion(_) | Self::UnknownKeyType(_) => "vault.newer-version",
            Self::NoOsStoreSlot => "vault.no-os-store-slot",
            Self::NoRecoverySlot => "vault.no-recovery-slot",
            Self::NotAVault => "vault.not-a-vault",
            Self::NotExportable(_) => "vault.key-not-exportable",
            Self::OlderCopy { .. } => "vault.older-copy",
            Self::OsStore(why) => why.code(),
            Self::ParametersRefused { .. } => "vault.parameters-refused",
            Self::Read(_) => "vault.read-failed",
            Self::ShortPassphrase => "vault.passphrase-short",
            Self::SlotNeeded => "vault.slot-needed",
            Self::SlotOutOfReach(_) => "vault.slot-out-of-reach",
            Self::TooLarge => "vault.too-large",
            Self::Unconfirmed(_) => "vault.write-unconfirmed",
            Self::SecretMissing(_) => "vault.secret-missing",
            Self::UnknownKey(_) => "vault.key-unknown",
            Self::UnknownSlot(_) => "vault.slot-unknown",
            Self::Write(_) => "vault.write-failed",
            Self::WrongCode => "vault.wrong-recovery-code",
            Self::WrongPassphrase => "vault.wrong-passphrase",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::ConsentNeeded(_)
            | Self::Locked
            | Self::NoOsStoreSlot
            | Self::NoRecoverySlot
            | Self::WrongCode
            | Self::WrongPassphrase => Kind::Locked,
            Self::OsStore(why) => why.kind(),
            Self::CodeMistyped(_) | Self::EmptyPassphrase | Self::ShortPassphrase => {
                Kind::Malformed
            }
            Self::InUse => Kind::InUse,
            Self::AlreadyExists
            | Self::GrantOnlyForAuthorities(_)
            | Self::NotExportable(_)
            | Self::OlderCopy { .. }
            | Self::ParametersRefused { .. }
            | Self::SlotNeeded => Kind::Refused,
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::Cryptography(_) => return Remedy::ReportBug,
            Self::OlderCopy { .. } => {
                return Remedy::typed(self.step(), ["chancery vault unlock --accept-older"]);
            }
            Self::Write(cause) => write_remedy(cause).to_owned(),
            other => other.step().to_owned(),
        })
    }
}

impl VaultError {
    /// The next step, where it does not depend on the cause.
    fn step(&self) -> &'static str {
        match self {
            Self::Absent => "Create a vault first",
            Self::AlreadyExists => "Unlock it, or choose another data folder",
            Self::CodeMistyped(_) => {
                "Compare it with the paper, group by group; nothing has been tried"
            }
            Self::ConsentNeeded(_) => "Give the passphrase together with the act",
            Self::EmptyPassphrase => "Choose a passphrase that nobody guesses",
            Self::GrantOnlyForAuthorities(_) => {
                "Use the key as it is; it signs whenever the vault is unlocked"
            }
            Self::HeaderDamaged
            | Self::HeaderTampered
            | Self::NotAVault
            | Self::ParametersRefused { .. }
            | Self::RecordAltered(_)
            | Self::RecordMissing(_)
            | Self::RecordsExtra
            | Self::Replaced
            | Self::Truncated => "Keep the file for evidence and put back the latest backup of it",
            Self::InUse => "Close the other program, or give it this work",
            Self::KeyExists(_) => "Make the key under a new id",
            Self::Locked => "Unlock the vault",
            Self::MemoryShort => "Close other programs and try again",
            Self::NewerVersion(_) | Self::UnknownKeyType(_) => {
                "Use the program version that wrote the vault, or a later one"
            }
            Self::NoOsStoreSlot => "Use the passphrase, or add such a slot with it",
            Self::NoRecoverySlot => "Use the passphrase; without it nothing opens this vault",
            Self::OlderCopy { .. } => "Put back the latest copy, or unlock this one on purpose",
            Self::OsStore(why) => why.step(),
            Self::NotExportable(_) => "Have the vault sign instead, or back up the whole vault",
            Self::Read(_) => "See that the file and its folder may be read by you",
            Self::ShortPassphrase => "Choose at least 8 characters; four random words are good",
            Self::SlotNeeded => "Change the passphrase instead",
            Self::SlotOutOfReach(_) => "Use the program version that made the slot, or a later one",
            Self::TooLarge => "Use a second data folder for further keys",
            Self::Unconfirmed(_) => {
                "Check the disk, unlock the vault again, and look whether the change is there"
            }
            Self::SecretMissing(_) => "Enter the secret again where it is used",
            Self::UnknownKey(_) => {
                "Restore a backup that holds it; one without keys, and an older copy of the vault, \
                 do not"
            }
            Self::UnknownSlot(_) => "Look up the slot's id in the list of slots",
            Self::WrongCode => "Look for the paper that names this vault's id",
            Self::WrongPassphrase => "Type the passphrase again; mind capital letters and layout",
            Self::Cryptography(_) | Self::Write(_) => "Try again",
        }
    }
}

fn write_remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "Make room on the disk and try again"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "Make the vault's folder writable for you and try again"
        }
        io::ErrorKind::NotFound => "Create the vault's folder and try again",
        _ => "Check the disk and try again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Report;

    fn all() -> Vec<VaultError> {
        let key = KeyId::from_raw(1);
        let cause = || io::Error::from(io::ErrorKind::StorageFull);
        vec![
            VaultError::Absent,
            VaultError::AlreadyExists,
            VaultError::CodeMistyped(RecoveryCodeError::Mistyped),
            VaultError::ConsentNeeded(key),
            VaultError::Cryptography("sign"),
            VaultError::EmptyPassphrase,
            VaultError::GrantOnlyForAuthorities(key),
            VaultError::HeaderDamaged,
            VaultError::HeaderTampered,
            VaultError::InUse,
            VaultError::KeyExists(key),
            VaultError::Locked,
            VaultError::MemoryShort,
            VaultError::NewerVersion(2),
            VaultError::NoOsStoreSlot,
            VaultError::NoRecoverySlot,
            VaultError::NotAVault,
            VaultError::NotExportable(key),
            VaultError::OlderCopy { found: 1, seen: 2 },
            VaultError::OsStore(SecretStoreError::Absent),
            VaultError::OsStore(SecretStoreError::Dismissed),
            VaultError::OsStore(SecretStoreError::Failed("words".to_owned())),
            VaultError::OsStore(SecretStoreError::Locked),
            VaultError::OsStore(SecretStoreError::NoAnswer),
            VaultError::OsStore(SecretStoreError::NoEntry),
            VaultError::OsStore(SecretStoreError::NotOurs),
            VaultError::OsStore(SecretStoreError::PresenceUnsupported),
            VaultError::ParametersRefused {
                memory_kib: 1,
                passes: 1,
                lanes: 1,
            },
            VaultError::Read(cause()),
            VaultError::RecordAltered(key),
            VaultError::RecordMissing(key),
            VaultError::RecordsExtra,
            VaultError::Replaced,
            VaultError::SecretMissing(SecretId::from_raw(1)),
            VaultError::ShortPassphrase,
            VaultError::SlotNeeded,
            VaultError::SlotOutOfReach("Later".to_owned()),
            VaultError::TooLarge,
            VaultError::Truncated,
            VaultError::Unconfirmed(cause()),
            VaultError::UnknownKey(key),
            VaultError::UnknownKeyType(key),
            VaultError::UnknownSlot(SlotId::from_raw(1)),
            VaultError::WrongCode,
            VaultError::Write(cause()),
            VaultError::WrongPassphrase,
        ]
    }

    #[test]
    fn every_failure_is_one_sentence_with_a_step_to_take() {
        for error in all() {
            let report = Report::from(error);
            let remedy = report.remedy.to_string();
            assert!(report.code.starts_with("vault."), "{report:?}");
            assert!(
                !report.what.ends_with('.') && !remedy.ends_with('.'),
                "{report:?}"
            );
            assert!(remedy.starts_with(char::is_uppercase), "{report:?}");
            assert_eq!(
                report.why.len(),
                usize::from(CAUSED.contains(&&*report.code)),
                "{report:?}"
            );
        }
    }

    const CAUSED: [&str; 3] = [
        "vault.read-failed",
        "vault.write-failed",
        "vault.write-unconfirmed",
    ];

    #[test]
    fn the_remedy_for_a_failed_write_fits_its_cause() {
        let step = |kind: io::ErrorKind| VaultError::Write(kind.into()).remedy().to_string();
        assert!(step(io::ErrorKind::StorageFull).contains("room"));
        assert!(step(io::ErrorKind::ReadOnlyFilesystem).contains("writable"));
        assert!(step(io::ErrorKind::PermissionDenied).contains("writable"));
        assert!(step(io::ErrorKind::NotFound).contains("Create"));
    }
}
