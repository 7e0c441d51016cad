//! Pebble, the hostile ACME server of Let's Encrypt's own tests, with HTTPS of a CA made for it.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::address::Address;
use super::process::{Running, done};
use super::program::program;

/// One Pebble, which forgets everything when it ends.
pub struct Pebble {
    process: Running,
    options: PebbleOptions,
    folder: TempDir,
    address: Address,
}

/// How Pebble behaves. It is always strict.
#[derive(Clone, Debug)]
pub struct PebbleOptions {
    /// The name server, on port 53, that it asks about challenges.
    pub resolver: Ipv4Addr,
    /// How many of a hundred good nonces are refused.
    pub nonce_reject_percent: u8,
    /// How many of a hundred valid authorisations are used again for a new order.
    pub authz_reuse_percent: u8,
    /// Key ids with their MAC keys in base64url; where there are any, every account needs one.
    pub external_accounts: Vec<(String, String)>,
    /// How many roots there are besides the first; each is an alternate chain.
    pub alternate_roots: u8,
    /// How many intermediates are in a chain.
    pub chain_length: u8,
    /// What `Retry-After` says while something is pending.
    pub retry_after_secs: u32,
    /// At most this long it waits before it validates.
    pub validation_sleep_secs: u32,
    /// What its directory says that a CAA record may name; Pebble itself never looks.
    pub caa_identity: String,
}

impl PebbleOptions {
    /// As hostile as a real one may be, and as fast as it can.
    pub fn asking(resolver: Ipv4Addr) -> Self {
        Self {
            resolver,
            nonce_reject_percent: 20,
            authz_reuse_percent: 0,
            external_accounts: Vec::new(),
            alternate_roots: 0,
            chain_length: 1,
            retry_after_secs: 1,
            validation_sleep_secs: 0,
            caa_identity: "ca.rig.test".to_owned(),
        }
    }

    /// Where every account needs this external one.
    #[must_use]
    pub fn with_external_account(mut self, kid: &str, mac_key: &str) -> Self {
        self.external_accounts
            .push((kid.to_owned(), mac_key.to_owned()));
        self
    }

    fn settings(&self, folder: &Path, address: Ipv4Addr) -> Value {
        let file = |name: &str| folder.join(name).display().to_string();
        let keys = self.external_accounts.iter().cloned();
        let keys: serde_json::Map<String, Value> =
            keys.map(|(kid, key)| (kid, key.into())).collect();
        json!({ "pebble": {
            "listenAddress": format!("{address}:{PORT}"),
            "managementListenAddress": format!("{address}:{MANAGEMENT_PORT}"),
            "certificate": file("https.pem"),
            "privateKey": file("https.key"),
            "httpPort": 5002,
            "tlsPort": 5001,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": !keys.is_empty(),
            "externalAccountMACKeys": keys,
            // Pebble 2.10 crashes at a name of fewer labels than one of these.
            "domainBlocklist": ["blocked.test"],
            "caaIdentities": [self.caa_identity],
            "retryAfter": { "authz": self.retry_after_secs, "order": self.retry_after_secs },
            "keyAlgorithm": "ecdsa",
            "profiles": {
                "default": { "description": "90 days", "validityPeriod": 90 * DAY },
                "shortlived": { "description": "6 days", "validityPeriod": 6 * DAY },
            },
            "certificateValidityPeriod": 90 * DAY,
        }})
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(program("pebble"));
        command
            .arg("-strict")
            .arg("-config")
            .arg(folder.join("pebble.json"));
        command.args(["-dnsserver", &format!("{}:53", self.resolver)]);
        let set = [
            (
                "PEBBLE_WFE_NONCEREJECT",
                u32::from(self.nonce_reject_percent),
            ),
            ("PEBBLE_AUTHZREUSE", u32::from(self.authz_reuse_percent)),
            ("PEBBLE_ALTERNATE_ROOTS", u32::from(self.alternate_roots)),
            ("PEBBLE_CHAIN_LENGTH", u32::from(self.chain_length)),
            (
                "PEBBLE_VA_NOSLEEP",
                u32::from(self.validation_sleep_secs == 0),
            ),
            ("PEBBLE_VA_SLEEPTIME", self.validation_sleep_secs),
        ];
        command.envs(set.map(|(name, value)| (name, value.to_string())));
        command
    }
}

impl Pebble {
    pub fn start(options: PebbleOptions) -> Self {
        let address = Address::claim().unwrap_or_else(|why| panic!("{why}"));
        let folder = TempDir::new().expect("a folder");
        make_https(folder.path(), address.get());
        let settings = options.settings(folder.path(), address.get());
        fs::write(folder.path().join("pebble.json"), settings.to_string()).expect("a file");
        let process = begin(&options, folder.path(), address.get());
        Self {
            process,
            options,
            folder,
            address,
        }
    }

    /// Ends it and starts it again at the same place: accounts, orders and issuing keys are gone.
    pub fn restart(&mut self) {
        self.process.end();
        self.process = begin(&self.options, self.folder.path(), self.address.get());
    }

    /// Nothing gets to it any more, as if the network were down; it goes on.
    pub fn cut_off(&self) {
        self.address.cut_off();
    }

    /// It is in reach again, with all that it had.
    pub fn join_again(&self) {
        self.address.join_again();
    }

    /// The address of the directory.
    pub fn directory(&self) -> String {
        format!("https://{}:{PORT}/dir", self.address.get())
    }

    /// The certificate, in PEM, that its HTTPS is trusted by.
    pub fn root_file(&self) -> PathBuf {
        self.folder.path().join("https-ca.pem")
    }

    /// The root, in PEM, of the certificates that it issues.
    pub fn issuing_root(&self) -> String {
        self.alternate_root(0)
    }

    /// The root of the chain of this number; 0 is that of the usual one.
    pub fn alternate_root(&self, number: u8) -> String {
        self.manage(&format!("/roots/{number}"), &[])
    }

    /// What it says of this certificate's renewal from now on, word for word, be it JSON or not.
    pub fn set_renewal_info(&self, leaf_pem: &str, answer: &str) {
        let body = json!({ "certificate": leaf_pem, "ariResponse": answer });
        self.manage("/set-renewal-info/", &["--data", &body.to_string()]);
    }

    /// What it says of a certificate that it issued, by its serial in hexadecimal: JSON with
    /// `Status` and `Reason`.
    pub fn status(&self, serial: &str) -> String {
        self.manage(&format!("/cert-status-by-serial/{serial}"), &[])
    }

    /// Fetches from the ACME side with curl.
    pub fn get(&self, path: &str) -> String {
        self.curl(PORT, path, &[])
    }

    pub fn log(&self) -> String {
        self.process.said()
    }

    /// For a measurement of its memory.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    fn manage(&self, path: &str, words: &[&str]) -> String {
        self.curl(MANAGEMENT_PORT, path, words)
    }

    fn curl(&self, port: u16, path: &str, words: &[&str]) -> String {
        let mut command = Command::new(program("curl"));
        command.args([
            "--silent",
            "--show-error",
            "--fail",
            "--noproxy",
            "*",
            "--cacert",
        ]);
        command.arg(self.root_file()).args(words);
        command.arg(format!("https://{}:{port}{path}", self.address.get()));
        done(&mut command)
    }
}

fn begin(options: &PebbleOptions, folder: &Path, address: Ipv4Addr) -> Running {
    let mut process = Running::start(&mut options.command(folder), &folder.join("log"));
    let is_open = |port| TcpStream::connect((address, port)).is_ok();
    process.wait_until("Pebble listens", || {
        is_open(PORT) && is_open(MANAGEMENT_PORT)
    });
    process
}

/// A CA, and below it the certificate of the HTTPS side.
fn make_https(folder: &Path, address: Ipv4Addr) {
    let names = format!("subjectAltName=IP:{address}");
    let openssl = |line: &str, more: &[&str]| {
        let mut command = Command::new(program("openssl"));
        command.current_dir(folder).args(line.split(' ')).args(more);
        done(&mut command);
    };
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
         -keyout https-ca.key -out https-ca.pem -addext basicConstraints=critical,CA:TRUE \
         -addext keyUsage=critical,keyCertSign,cRLSign",
        &["-subj", "/CN=HTTPS of the rig"],
    );
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=pebble \
         -keyout https.key -out https.csr",
        &["-addext", &names],
    );
    fs::write(
        folder.join("extensions"),
        format!("{names}\nextendedKeyUsage=serverAuth\n"),
    )
    .expect("a file");
    openssl(
        "x509 -req -in https.csr -CA https-ca.pem -CAkey https-ca.key -days 30 \
         -extfile extensions -out https.pem",
        &[],
    );
}

const PORT: u16 = 14000;
const MANAGEMENT_PORT: u16 = 15000;
const DAY: u64 = 86_400;
