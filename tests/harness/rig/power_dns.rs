//! PowerDNS with its HTTP API: another kind of provider than BIND.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::address::Address;
use super::named::{dig, txt};
use super::process::{Running, done};
use super::program::program;

/// Serves one zone on port 53, and its API over plain HTTP.
pub struct PowerDns {
    process: Running,
    zone: String,
    /// Its files, until it has ended.
    _folder: TempDir,
    address: Address,
}

impl PowerDns {
    pub fn start(zone: &str) -> Self {
        let address = Address::claim().unwrap_or_else(|why| panic!("{why}"));
        let folder = TempDir::new().expect("a folder");
        make_database(&folder.path().join("pdns.db"));
        let settings = settings(folder.path(), address.get());
        fs::write(folder.path().join("pdns.conf"), settings).expect("a configuration");
        let mut command = Command::new(program("pdns_server"));
        command.arg(format!("--config-dir={}", folder.path().display()));
        let mut process = Running::start(&mut command, &folder.path().join("log"));
        let is_open = |port| TcpStream::connect((address.get(), port)).is_ok();
        process.wait_until("PowerDNS listens", || is_open(API_PORT) && is_open(53));
        let server = Self {
            process,
            zone: zone.to_owned(),
            _folder: folder,
            address,
        };
        server.make_zone();
        server
    }

    /// Where it listens, on port 53.
    pub fn address(&self) -> Ipv4Addr {
        self.address.get()
    }

    /// The address of the API, without a path.
    pub fn api(&self) -> String {
        format!("http://{}:{API_PORT}", self.address())
    }

    pub fn api_key(&self) -> &'static str {
        API_KEY
    }

    /// All records of the zone, one a line.
    pub fn zone_text(&self) -> String {
        dig(self.address(), &[&self.zone, "AXFR"])
    }

    /// The texts at a full name, without quotes.
    pub fn txt(&self, name: &str) -> Vec<String> {
        txt(self.address(), name)
    }

    pub fn log(&self) -> String {
        self.process.said()
    }

    /// Asks the API with a method, a path below `/api/v1/servers/localhost` and a body; gives back
    /// the status of its answer.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> u16 {
        let mut command = Command::new(program("curl"));
        command.args(["--silent", "--show-error", "--noproxy", "*", "-X", method]);
        command.args(["--output", "/dev/null", "--write-out", "%{http_code}"]);
        command.args(["-H", &format!("X-API-Key: {API_KEY}")]);
        command.args(["--data", &body.to_string()]);
        command.arg(format!("{}/api/v1/servers/localhost{path}", self.api()));
        done(&mut command).parse().expect("a status")
    }

    fn make_zone(&self) {
        let (zone, address) = (&self.zone, self.address().to_string());
        let host = |name: String| {
            let records = json!([{ "content": address, "disabled": false }]);
            json!({ "name": name, "type": "A", "ttl": 5, "records": records })
        };
        let hosts = [
            format!("ns.{zone}."),
            format!("{zone}."),
            format!("www.{zone}."),
        ];
        let hosts: Vec<Value> = hosts.map(host).into();
        let new = json!({
            "name": format!("{zone}."),
            "kind": "Native",
            "nameservers": [format!("ns.{zone}.")],
            "rrsets": hosts,
        });
        let status = self.ask("POST", "/zones", &new);
        assert_eq!(status, 201, "no zone: {}", self.log());
    }
}

fn settings(folder: &Path, address: Ipv4Addr) -> String {
    let place = folder.display();
    format!(
        "launch=gsqlite3\ngsqlite3-database={place}/pdns.db\ngsqlite3-pragma-synchronous=0\n\
         socket-dir={place}\ndaemon=no\nguardian=no\nsetuid=\nsetgid=\nsecurity-poll-suffix=\n\
         local-address={address}\nlocal-port=53\n\
         webserver=yes\nwebserver-address={address}\nwebserver-port={API_PORT}\n\
         webserver-allow-from=127.0.0.0/8\napi=yes\napi-key={API_KEY}\n\
         cache-ttl=0\nquery-cache-ttl=0\nnegquery-cache-ttl=0\nzone-cache-refresh-interval=0\n\
         default-soa-content=ns.@ hostmaster.@ 0 86400 3600 864000 1\n\
         default-ttl=5\nallow-axfr-ips=127.0.0.0/8\n"
    )
}

/// Debian brings the tables as a file and no tool of PowerDNS that makes them.
fn make_database(file: &Path) {
    let mut command = Command::new(program("python3"));
    let words =
        "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())";
    done(command.args(["-c", words]).arg(file).arg(TABLES));
}

const TABLES: &str = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
const API_PORT: u16 = 8081;
const API_KEY: &str = "rig-api-key";
