//! The store that this operating system has, through `keyring-core`: its one door.

use std::collections::HashMap;
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use keyring_core::CredentialStore;
use keyring_core::Entry;
use keyring_core::Error;
use zeroize::Zeroizing;

use super::EntryName;
use super::SecretStore;
use super::SecretStoreError;
use crate::base::Secret;

/// Secret Service on Linux, the Keychain on macOS, the Credential Manager on Windows. A call that
/// takes longer than two minutes is given up; it may be waiting for a prompt that nobody sees.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemSecretStore;

impl SecretStore for SystemSecretStore {
    fn read(&self, entry: &EntryName) -> Result<Secret<String>, SecretStoreError> {
        let entry = *entry;
        within(move || Ok(Secret::new(find(&entry)?.get_password()?)))
    }

    fn write(&self, entry: &EntryName, secret: &Secret<String>) -> Result<(), SecretStoreError> {
        let entry = *entry;
        let text = secret.expose(|text| Zeroizing::new(text.clone()));
        within(move || Ok(find(&entry)?.set_password(&text)?))
    }

    fn delete(&self, entry: &EntryName) -> Result<(), SecretStoreError> {
        let entry = *entry;
        within(move || Ok(find(&entry)?.delete_credential()?))
    }
}

/// On a thread of its own, since nothing calls off a prompt.
fn within<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, SecretStoreError> + Send + 'static,
) -> Result<T, SecretStoreError> {
    let (sender, answer) = channel();
    Builder::new()
        .name("secret store".to_owned())
        // Nobody listens any more once the time is up.
        .spawn(move || sender.send(act()).ok())
        .map_err(|error| SecretStoreError::Failed(error.to_string()))?;
    let answer = answer.recv_timeout(LIMIT);
    answer.unwrap_or(Err(SecretStoreError::NoAnswer))
}

fn find(entry: &EntryName) -> Result<Entry, SecretStoreError> {
    if entry.presence() && !cfg!(target_os = "macos") {
        return Err(SecretStoreError::PresenceUnsupported);
    }
    let store = platform::store(entry.presence())?;
    let modifiers: HashMap<_, _> = platform::modifiers(entry.presence()).into_iter().collect();
    Ok(store.build(SERVICE, &entry.to_string(), Some(&modifiers))?)
}

impl From<Error> for SecretStoreError {
    fn from(error: Error) -> Self {
        match &error {
            Error::NoEntry => Self::NoEntry,
            Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => Self::NotOurs,
            Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => {
                let locked = matches!(error, Error::NoStorageAccess(_)).then_some(Self::Locked);
                let known = platform::cause(cause.as_ref()).or(locked);
                known.unwrap_or_else(|| Self::Failed(cause.to_string()))
            }
            other => Self::Failed(other.to_string()),
        }
    }
}

#[cfg(target_os = "linux")]
mod platform {
    //! Secret Service, over D-Bus.

    use std::sync::Arc;

    use super::{CredentialStore, SecretStoreError};

    /// Connecting fails where there is no session bus or nobody offers the service on it.
    pub(super) fn store(_: bool) -> Result<Arc<CredentialStore>, SecretStoreError> {
        let store = zbus_secret_service_keyring_store::Store::new();
        Ok(store.map_err(|_| SecretStoreError::Absent)?)
    }

    pub(super) fn modifiers(_: bool) -> [(&'static str, &'static str); 1] {
        [("label", "Chancery: opens the everyday keys of a vault")]
    }

    pub(super) fn cause(cause: &(dyn std::error::Error + 'static)) -> Option<SecretStoreError> {
        let gone = |text: String| {
            // The name that D-Bus gives an error is part of its protocol.
            text.contains("org.freedesktop.DBus.Error.ServiceUnknown")
                .then_some(SecretStoreError::Absent)
        };
        match cause.downcast_ref::<secret_service::Error>()? {
            secret_service::Error::Locked => Some(SecretStoreError::Locked),
            secret_service::Error::Prompt => Some(SecretStoreError::Dismissed),
            secret_service::Error::PromptDisconnected => Some(SecretStoreError::NoAnswer),
            secret_service::Error::Unavailable => Some(SecretStoreError::Absent),
            other => gone(other.to_string()),
        }
    }
}

#[cfg(target_os = "macos")]
mod platform {
    //! The Keychain; with presence, the protected one, which asks for Touch ID or the password.

    use std::sync::Arc;

    use super::{CredentialStore, Error, SecretStoreError};

    pub(super) fn store(presence: bool) -> Result<Arc<CredentialStore>, Error> {
        Ok(match presence {
            true => apple_native_keyring_store::protected::Store::new()?,
            false => apple_native_keyring_store::keychain::Store::new()?,
        })
    }

    pub(super) fn modifiers(presence: bool) -> Vec<(&'static str, &'static str)> {
        match presence {
            true => vec![("access-policy", "require-user-presence")],
            false => Vec::new(),
        }
    }

    pub(super) fn cause(cause: &(dyn std::error::Error + 'static)) -> Option<SecretStoreError> {
        let code = cause
            .downcast_ref::<security_framework::base::Error>()?
            .code();
        match code {
            // errSecUserCanceled, errSecAuthFailed
            -128 | -25293 => Some(SecretStoreError::Dismissed),
            // errSecInteractionNotAllowed
            -25308 => Some(SecretStoreError::Locked),
            // errSecNotAvailable, errSecNoSuchKeychain
            -25291 | -25294 => Some(SecretStoreError::Absent),
            // errSecMissingEntitlement: the protected Keychain is for signed programs
            -34018 => Some(SecretStoreError::PresenceUnsupported),
            _ => None,
        }
    }
}

#[cfg(windows)]
mod platform {
    //! The Credential Manager.

    use std::sync::Arc;

    use super::{CredentialStore, Error, SecretStoreError};

    pub(super) fn store(_: bool) -> Result<Arc<CredentialStore>, Error> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    /// What would be kept for an enterprise goes along with a roaming profile; a slot is for one
    /// machine.
    pub(super) fn modifiers(_: bool) -> [(&'static str, &'static str); 1] {
        [("persistence", "Local")]
    }

    /// A session over the network, such as that of ssh, has no credentials of a person.
    pub(super) fn cause(cause: &(dyn std::error::Error + 'static)) -> Option<SecretStoreError> {
        let said = cause.to_string();
        said.contains("ERROR_NO_SUCH_LOGON_SESSION")
            .then_some(SecretStoreError::Absent)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod platform {
    //! Systems of which we know no store.

    use std::sync::Arc;

    use super::{CredentialStore, Error, SecretStoreError};

    pub(super) fn store(_: bool) -> Result<Arc<CredentialStore>, SecretStoreError> {
        Err(SecretStoreError::Absent)
    }

    pub(super) fn modifiers(_: bool) -> [(&'static str, &'static str); 0] {
        []
    }

    pub(super) fn cause(_: &(dyn std::error::Error + 'static)) -> Option<SecretStoreError> {
        None
    }
}

const SERVICE: &str = "Chancery";
const LIMIT: Duration = Duration::from_secs(120);
