//! Why the operating system's store did not give, take or drop a secret, and what to do then.

use std::error::Error;
use std::fmt;

use crate::base::Kind;
use crate::base::shown;

/// The causes that a person can tell apart and do something about.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SecretStoreError {
    /// No such service runs here.
    Absent,
    /// A person said no, or there was nowhere to ask.
    Dismissed,
    /// In the store's own words.
    Failed(String),
    Locked,
    /// Nobody answered the store's prompt in time, or the store itself does not answer.
    NoAnswer,
    /// The store works, and has nothing under this name: another machine, another person.
    NoEntry,
    /// There is such an entry, and it is not what we put there.
    NotOurs,
    /// This system, or this build of the program, cannot ask for a person's presence.
    PresenceUnsupported,
}

impl SecretStoreError {
    pub(in crate::vault) const fn code(&self) -> &'static str {
        match self {
            Self::Absent => "vault.os-store-absent",
            Self::Dismissed => "vault.os-store-dismissed",
            Self::Failed(_) => "vault.os-store-failed",
            Self::Locked => "vault.os-store-locked",
            Self::NoAnswer => "vault.os-store-no-answer",
            Self::NoEntry => "vault.os-store-no-entry",
            Self::NotOurs => "vault.os-store-not-ours",
            Self::PresenceUnsupported => "vault.presence-unsupported",
        }
    }

    pub(in crate::vault) const fn kind(&self) -> Kind {
        match self {
            Self::Dismissed | Self::Locked | Self::NoAnswer | Self::NoEntry | Self::NotOurs => {
                Kind::Locked
            }
            Self::PresenceUnsupported => Kind::Refused,
            Self::Absent | Self::Failed(_) => Kind::Failed,
        }
    }

    pub(in crate::vault) const fn step(&self) -> &'static str {
        match self {
            Self::Absent => {
                "Use the passphrase, or start the service: a desktop session brings GNOME Keyring, \
                 KWallet or KeePassXC with it"
            }
            Self::Dismissed => "Try again and agree to the store's question, or use the passphrase",
            Self::Failed(_) => "Use the passphrase, and look at the store with its own program",
            Self::Locked => "Unlock the store with its own program, or use the passphrase",
            Self::NoAnswer => "Look for the store's question on the screen, or use the passphrase",
            Self::NoEntry => {
                "Use the passphrase; then take this slot away and add one for this machine"
            }
            Self::NotOurs => "Use the passphrase; then take this slot away and add a new one",
            Self::PresenceUnsupported => {
                "Leave that condition out; on macOS it needs a signed build of this program"
            }
        }
    }
}

impl fmt::Display for SecretStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "no store of secrets runs on this system",
            Self::Dismissed => "the question of the operating system's store was dismissed",
            Self::Failed(said) => {
                return write!(f, "the operating system's store failed: {}", shown(said));
            }
            Self::Locked => "the operating system's store is locked",
            Self::NoAnswer => "the operating system's store did not answer in time",
            Self::NoEntry => "the operating system's store has no entry for this vault",
            Self::NotOurs => {
                "the entry in the operating system's store is not the one we put there"
            }
            Self::PresenceUnsupported => "this system cannot ask whether a person is there",
        })
    }
}

impl Error for SecretStoreError {}
