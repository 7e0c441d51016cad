//! A second name server of the same zones, which knows nothing new until it is told to catch up.

use std::net::Ipv4Addr;

use super::bind::Bind;
use super::named::{Named, serial, txt};
use super::process::wait_until;

/// Listed as an NS of every zone of its primary. It hears no notify and asks by itself only
/// after a day.
pub struct Secondary {
    named: Named,
    primary: Ipv4Addr,
    zones: Vec<String>,
}

impl Secondary {
    pub fn of(bind: &Bind) -> Self {
        let primary = bind.address();
        let zones = bind.zone_names();
        let configured = zones.iter().map(|zone| {
            format!(
                "zone \"{zone}\" {{ type secondary; file \"{zone}\"; primaries {{ {primary}; }}; }};\n"
            )
        });
        let configured: String = configured.collect();
        let secondary = Self {
            named: Named::start(OPTIONS, |_| Vec::new(), &configured),
            primary,
            zones,
        };
        for zone in &secondary.zones {
            bind.add(zone, &format!("ns2.{zone} 5 A {}", secondary.address()));
            bind.add(zone, &format!("{zone} 5 NS ns2.{zone}"));
        }
        secondary.catch_up();
        secondary
    }

    /// Where it listens, on port 53.
    pub fn address(&self) -> Ipv4Addr {
        self.named.address()
    }

    /// The texts that it serves at a full name.
    pub fn txt(&self, name: &str) -> Vec<String> {
        txt(self.address(), name)
    }

    /// Fetches every zone, and comes back when what the primary had is served here, too.
    pub fn catch_up(&self) {
        for zone in &self.zones {
            let wanted = serial(self.primary, zone);
            assert!(wanted.is_some(), "the primary does not serve {zone}");
            self.named.control(&format!("retransfer {zone}"));
            wait_until("the zone's serial number", || {
                serial(self.address(), zone) >= wanted
            });
        }
    }
}

const OPTIONS: &str = "recursion no; min-refresh-time 86400; allow-notify { none; };";
