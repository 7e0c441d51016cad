//! Looking up, against a small server in the process.

mod asking;
mod caa;
mod kinds;
mod places;

use std::time::Duration;

use crate::dns::nameserver::NameServer;
use crate::dns::resolver::Resolver;

/// For servers that answer, however busy the machine is.
const LONG: Duration = Duration::from_secs(10);

/// For those that are silent, and are waited for several times.
const SHORT: Duration = Duration::from_millis(300);

fn resolver(servers: &[&NameServer]) -> Resolver {
    let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
    Resolver::of(&addresses).patient_for(LONG)
}
