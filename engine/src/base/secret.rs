//! Values that must not be copied, printed, compared or stored by accident.

use zeroize::{Zeroize, Zeroizing};

/// A secret value, wiped from memory on drop.
///
/// Deliberately implements none of `Clone`, `Debug`, `Display`, `PartialEq`, `Serialize`:
///
/// ```
/// let password = chancery_engine::api::Secret::new(String::from("hunter2"));
/// assert_eq!(password.expose(String::len), 7);
/// ```
///
/// ```compile_fail
/// let password = chancery_engine::api::Secret::new(String::from("hunter2"));
/// println!("{password:?}");
/// ```
///
/// ```compile_fail
/// let password = chancery_engine::api::Secret::new(String::from("hunter2"));
/// let copy = password.clone();
/// ```
///
/// ```compile_fail
/// let password = chancery_engine::api::Secret::new(String::from("hunter2"));
/// assert!(password == password);
/// ```
///
/// A [`Fact`](crate::api::Fact) derives what a secret lacks, so one that holds a secret does not
/// compile.
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes ownership of `value`; nothing else may keep a copy.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Lends the secret to `use_it`. Searching for `expose` finds every place that sees plaintext.
    pub fn expose<R>(&self, use_it: impl FnOnce(&T) -> R) -> R {
        use_it(&self.0)
    }
}
