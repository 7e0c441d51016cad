//! A resolver: it follows aliases from zone to zone and asks each zone's own server, as the
//! resolver of an office or of a public CA does.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use super::named::{Named, txt};

/// Knows only the zones that it is given, remembers what it heard for a second at most, and says
/// NXDOMAIN about the rest.
///
/// Two of them, each with another server for the same zone, are a split horizon.
pub struct Resolver(Named);

impl Resolver {
    /// Zones, each with the server that is asked about it.
    pub fn of(zones: &[(&str, Ipv4Addr)]) -> Self {
        let mut configured = String::from("zone \".\" { type primary; file \"root\"; };\n");
        for (zone, server) in zones {
            writeln!(
                configured,
                "zone \"{zone}\" {{ type static-stub; server-addresses {{ {server}; }}; }};"
            )
            .expect("a line");
        }
        let root = |_| vec![("root".to_owned(), ROOT.to_owned())];
        Self(Named::start(OPTIONS, root, &configured))
    }

    /// Where it listens, on port 53.
    pub fn address(&self) -> Ipv4Addr {
        self.0.address()
    }

    /// The texts at the end of a name's aliases.
    pub fn txt(&self, name: &str) -> Vec<String> {
        txt(self.address(), name)
    }
}

const OPTIONS: &str = "recursion yes; allow-recursion { any; }; qname-minimization off; \
     max-cache-ttl 0; max-ncache-ttl 0; servfail-ttl 0;";
const ROOT: &str =
    "$TTL 5\n@ IN SOA ns hostmaster 1 86400 3600 864000 1\n@ IN NS ns\nns IN A 127.0.0.1\n";
