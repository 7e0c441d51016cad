//! BIND as the primary of some zones, changed by RFC 2136 with a TSIG key, on port 53.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::named::{ADMIN, Named, USER, dig, status, txt};
use super::process::wait_until;
use super::program::program;

/// An authoritative server, whose zones name its address in their NS and A records.
///
/// It follows no alias into another zone and answers for nothing else; whoever needs that asks a
/// [`super::Resolver`].
pub struct Bind {
    named: Named,
    zones: Vec<Zone>,
    /// Those that answer SERVFAIL.
    broken: Mutex<Vec<String>>,
}

/// A zone to serve.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    records: Vec<String>,
    only: Option<String>,
}

impl Zone {
    /// With NS, and an address for itself and for `www`; the key may change any TXT record of it.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            records: Vec::new(),
            only: None,
        }
    }

    /// With one more record, as a zone's file has it: `www CAA 0 issue "ca.example"`.
    #[must_use]
    pub fn with(mut self, record: &str) -> Self {
        self.records.push(record.to_owned());
        self
    }

    /// Where the key may change the TXT records of this full name and of no other.
    #[must_use]
    pub fn changed_only_at(mut self, name: &str) -> Self {
        self.only = Some(name.to_owned());
        self
    }
}

impl Bind {
    pub fn start(zones: impl IntoIterator<Item = Zone>) -> Self {
        let zones: Vec<Zone> = zones.into_iter().collect();
        let files = |address| zones.iter().map(|zone| zone.file(address)).collect();
        let named = Named::start(OPTIONS, files, &configured(&zones, &[]));
        Self {
            named,
            zones,
            broken: Mutex::default(),
        }
    }

    /// Where it listens, on port 53.
    pub fn address(&self) -> Ipv4Addr {
        self.named.address()
    }

    // --- the key that a client is given

    /// The algorithm is hmac-sha256.
    pub fn tsig_name(&self) -> &'static str {
        USER
    }

    /// In base64.
    pub fn tsig_secret(&self) -> String {
        self.named.key(USER).secret
    }

    /// The key as `nsupdate -k` takes it.
    pub fn tsig_file(&self) -> PathBuf {
        self.named.key(USER).file
    }

    // --- what is served now

    /// All records of a zone, one a line.
    pub fn zone_text(&self, zone: &str) -> String {
        dig(self.address(), &[zone, "AXFR"])
    }

    /// The texts at a full name, without quotes.
    pub fn txt(&self, name: &str) -> Vec<String> {
        txt(self.address(), name)
    }

    pub fn log(&self) -> String {
        self.named.said()
    }

    // --- changes

    /// Changes a zone with the client's key; `Err` has what nsupdate says.
    pub fn change(&self, zone: &str, change: &str) -> Result<(), String> {
        self.nsupdate(USER, zone, change)
    }

    /// Adds a record as the zone's owner: `www.rig.test 5 CNAME www.other.test`.
    #[track_caller]
    pub fn add(&self, zone: &str, record: &str) {
        let done = self.nsupdate(ADMIN, zone, &format!("update add {record}"));
        done.unwrap_or_else(|why| panic!("{record}: {why}"));
    }

    /// Removes records as the zone's owner: all of a name, or those of a type there.
    #[track_caller]
    pub fn remove(&self, zone: &str, records: &str) {
        let done = self.nsupdate(ADMIN, zone, &format!("update delete {records}"));
        done.unwrap_or_else(|why| panic!("{records}: {why}"));
    }

    /// Lets a zone answer SERVFAIL to everything, changes included.
    pub fn break_zone(&self, zone: &str) {
        let mut broken = self.broken();
        broken.push(zone.to_owned());
        self.named
            .change_zones(OPTIONS, &configured(&self.zones, &broken));
        wait_until("SERVFAIL", || status(self.address(), zone) == "SERVFAIL");
    }

    /// Lets it answer again, with what it had.
    pub fn mend_zone(&self, zone: &str) {
        let mut broken = self.broken();
        broken.retain(|name| name != zone);
        self.named
            .change_zones(OPTIONS, &configured(&self.zones, &broken));
        wait_until("NOERROR", || status(self.address(), zone) == "NOERROR");
    }

    pub fn zone_names(&self) -> Vec<String> {
        self.zones.iter().map(|zone| zone.name.clone()).collect()
    }

    fn nsupdate(&self, key: &str, zone: &str, change: &str) -> Result<(), String> {
        let mut command = Command::new(program("nsupdate"));
        command.arg("-k").arg(self.named.key(key).file);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.stderr(Stdio::piped()).spawn().expect("nsupdate");
        let words = format!("server {}\nzone {zone}\n{change}\nsend\n", self.address());
        let mut input = child.stdin.take().expect("its input");
        input.write_all(words.as_bytes()).expect("it listens");
        drop(input);
        let output = child.wait_with_output().expect("its end");
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }

    fn broken(&self) -> MutexGuard<'_, Vec<String>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Zone {
    fn file(&self, address: Ipv4Addr) -> (String, String) {
        let mut text = format!(
            "$TTL 5\n@ IN SOA ns hostmaster 1 86400 3600 864000 1\n@ IN NS ns\n\
             ns IN A {address}\n@ IN A {address}\nwww IN A {address}\n"
        );
        for record in &self.records {
            writeln!(text, "{record}").expect("a line");
        }
        (self.name.clone(), text)
    }

    fn grant(&self) -> String {
        match &self.only {
            Some(name) => format!("grant {USER} name {name} TXT;"),
            None => format!("grant {USER} zonesub TXT;"),
        }
    }
}

/// A zone answers SERVFAIL while it waits for a primary that is not there.
fn configured(zones: &[Zone], broken: &[String]) -> String {
    let mut text = String::new();
    for zone in zones {
        let name = &zone.name;
        let inside = match broken.contains(name) {
            true => format!(
                "type secondary; file \"{name}.broken\"; primaries {{ 127.0.0.1 port 1; }};"
            ),
            false => format!(
                "type primary; file \"{name}\"; update-policy {{ grant {ADMIN} zonesub ANY; {} }};",
                zone.grant()
            ),
        };
        writeln!(text, "zone \"{name}\" {{ {inside} }};").expect("a line");
    }
    text
}

const OPTIONS: &str = "recursion no;";
