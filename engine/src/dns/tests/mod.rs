//! Looking up, against a small server in the process.

mod asking;
mod caa;
mod kinds;
mod places;

use std::time::Duration;

use crate::dns::nameserver::NameServer;
use crate::dns::resolver::Resolver;

/// Short, since the servers are in this process; those that stay silent are waited for twice.
const PATIENCE: Duration = Duration::from_millis(300);

fn resolver(servers: &[&NameServer]) -> Resolver {
    let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
    Resolver::of(&addresses).patient_for(PATIENCE)
}
