//! lego, the client of others that ours is compared with.

use std::path::Path;
use std::process::Command;

use super::bind::Bind;
use super::pebble::Pebble;
use super::program::program;

/// lego, ready to order one certificate for these names through BIND, without propagation checks.
/// It keeps its account and what it got in `home`.
pub fn lego(pebble: &Pebble, bind: &Bind, home: &Path, names: &[&str]) -> Command {
    let server = format!("{}:53", bind.address());
    let mut command = Command::new(program("lego"));
    command
        .env("LEGO_CA_CERTIFICATES", pebble.root_file())
        .env("RFC2136_NAMESERVER", &server)
        .env("RFC2136_TSIG_ALGORITHM", "hmac-sha256.")
        .env("RFC2136_TSIG_KEY", bind.tsig_name())
        .env("RFC2136_TSIG_SECRET", bind.tsig_secret())
        .args(["--server", &pebble.directory(), "--accept-tos"])
        .args(["--email", "person@rig.test", "--path"])
        .arg(home)
        .args(["--dns", "rfc2136", "--dns.resolvers", &server])
        .arg("--dns.propagation-disable-ans");
    for name in names {
        command.args(["--domains", name]);
    }
    command.arg("run");
    command
}
