//! Looking up hosts the way the machine does, so that a failure keeps its own type.

use std::fmt;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The machine's own way from names to addresses.
pub(super) struct HostLookup;

impl Resolve for HostLookup {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<_> = found
                .map_err(|error| CannotResolve(error.to_string()))?
                .collect();
            match found.is_empty() {
                true => Err(CannotResolve("no address".to_owned()).into()),
                false => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
    }
}

/// The name has no address, in the words of the operating system.
#[derive(Debug)]
pub(super) struct CannotResolve(pub(super) String);

impl fmt::Display for CannotResolve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotResolve {}
