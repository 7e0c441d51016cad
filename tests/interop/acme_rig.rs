//! A public CA, name servers and an installation of ours: what the tests of ACME begin with.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use spec::rig::{Bind, Pebble, PebbleOptions, Piece, Resolver, Zone};

use crate::chancery::{Files, Installation, Said, ids};
use crate::counterpart::{has, openssl_done};

/// A CA, a name server with its resolver, and an installation of ours.
pub(crate) struct Rig {
    pub(crate) bind: Bind,
    pub(crate) resolver: Resolver,
    /// One of its own: what we looked for too early is remembered as missing for a second.
    _of_the_ca: Resolver,
    pub(crate) pebble: Pebble,
    pub(crate) installation: Installation,
}

impl Rig {
    /// Serves `rig.test`; `None` where a counterpart is missing.
    #[track_caller]
    pub(crate) fn start() -> Option<Self> {
        Self::of(Zone::new("rig.test"))
    }

    #[track_caller]
    pub(crate) fn of(zone: Zone) -> Option<Self> {
        let is_possible = has(&[Piece::Bind, Piece::Pebble]);
        is_possible.then(|| Self::with([zone], &[], |options| options))
    }

    /// The zones are on BIND, the others elsewhere; what is missing panics, so ask first.
    pub(crate) fn with<const N: usize>(
        zones: [Zone; N],
        elsewhere: &[(&str, Ipv4Addr)],
        change: impl FnOnce(PebbleOptions) -> PebbleOptions,
    ) -> Self {
        let bind = Bind::start(zones);
        let names = bind.zone_names();
        let mut known: Vec<(&str, Ipv4Addr)> = elsewhere.to_vec();
        known.extend(names.iter().map(|name| (name.as_str(), bind.address())));
        let (resolver, of_the_ca) = (Resolver::of(&known), Resolver::of(&known));
        let pebble = Pebble::start(change(PebbleOptions::asking(of_the_ca.address())));
        let installation = Installation::with_vault();
        installation.write_secret("tsig", &bind.tsig_secret());
        Self {
            bind,
            resolver,
            _of_the_ca: of_the_ca,
            pebble,
            installation,
        }
    }

    pub(crate) fn place(&self) -> String {
        let root = self.pebble.root_file();
        format!(
            "--directory {} --root {}",
            self.pebble.directory(),
            root.display()
        )
    }

    /// With the account `pebble` and the provider `bind`.
    #[track_caller]
    pub(crate) fn with_account(&self, more: &str) {
        self.installation.done(&format!(
            "acme account create pebble {} --agree-terms {more}",
            self.place()
        ));
        self.with_provider();
    }

    #[track_caller]
    pub(crate) fn with_provider(&self) {
        self.add_provider("bind", self.bind.tsig_name(), "tsig");
    }

    /// One that changes BIND's zones with a key of this name, whose secret is in this file.
    #[track_caller]
    pub(crate) fn add_provider(&self, name: &str, key_name: &str, secret: &str) {
        self.installation.done(&format!(
            "dns provider add {name} --kind rfc2136 --set server={} --set key-name={key_name} \
             --secret-file key-secret={secret}",
            self.bind.address(),
        ));
    }

    /// One that is a script: this line, nsupdate, that line.
    #[track_caller]
    pub(crate) fn with_program(&self, name: &str, first: &str, last: &str) {
        let script = format!(
            "#!/bin/sh\nset -e\n{first}\ncase \"$1\" in\n\
             publish) change=\"update add $2 5 TXT $3\" ;;\n\
             remove) change=\"update delete $2 TXT $3\" ;;\nesac\n\
             printf '%s\\n' 'server {}' 'zone rig.test' \"$change\" send | nsupdate -k '{}'\n{last}\n",
            self.bind.address(),
            self.bind.tsig_file().display()
        );
        let file = self.installation.at(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
        let path = file.display();
        self.installation.done(&format!(
            "dns provider add {name} --kind command --set program={path}"
        ));
    }

    /// The words of an order through the provider `bind`.
    pub(crate) fn by(&self) -> String {
        self.through("bind")
    }

    /// The words of an order through a provider.
    pub(crate) fn through(&self, provider: &str) -> String {
        let resolver = self.resolver.address();
        format!("--acme pebble --dns {provider} --resolver {resolver}")
    }

    /// Orders through `bind`; gives back the certificate's id.
    #[track_caller]
    pub(crate) fn order(&self, words: &str) -> String {
        let line = format!("cert create {words} {}", self.by());
        self.installation.done(&line).id("cert")
    }

    /// The id of the order that was begun last.
    #[track_caller]
    pub(crate) fn last_order(&self) -> String {
        let orders = self.installation.done("--json acme order list").out;
        ids(&orders, "order").remove(0)
    }

    /// What was written there, if it leads to the CA's root.
    #[track_caller]
    pub(crate) fn verified(&self, folder: &str) -> Files {
        self.verified_by(&self.pebble.issuing_root(), folder)
    }

    /// The same for another of its roots, in PEM.
    #[track_caller]
    pub(crate) fn verified_by(&self, root: &str, folder: &str) -> Files {
        let files = Files::in_folder(&self.installation.at(folder));
        let file = self.installation.at("issuing-root.pem");
        fs::write(&file, root).unwrap();
        openssl_done(&format!(
            "verify -CAfile {} -untrusted {} {}",
            file.display(),
            files.chain.display(),
            files.certificate.display()
        ));
        files
    }

    pub(crate) fn begin(&self, words: &str) -> Begun {
        Begun::of(&self.installation, words)
    }
}

/// A command that runs beside the test, and what it says of itself; killed with the value.
pub(crate) struct Begun {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Begun {
    pub(crate) fn of(installation: &Installation, words: &str) -> Self {
        let mut command = installation.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        // Read to the end, so that it is never stopped by a pipe that nobody reads.
        thread::spawn(move || {
            let lines = errors.lines().map_while(Result::ok);
            lines.for_each(|line| drop(sender.send(line)));
        });
        Self {
            child,
            lines,
            said: Vec::new(),
        }
    }

    /// The next line on standard error that has this in it.
    #[track_caller]
    pub(crate) fn hears(&mut self, part: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("it never said “{part}”: {:#?}", self.said);
            };
            self.said.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    /// The order that it says it has begun.
    #[track_caller]
    pub(crate) fn order(&mut self) -> String {
        let line = self.hears("is under way");
        ids(&line, "order").remove(0)
    }

    /// As the power does that fails: without a word.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it has said when it has ended by itself.
    pub(crate) fn ended(mut self) -> Said {
        let mut out = String::new();
        let mut from = self.child.stdout.take().unwrap();
        from.read_to_string(&mut out).unwrap();
        let code = self.child.wait().unwrap().code();
        self.said.extend(self.lines.iter());
        let err = self.said.join("\n");
        Said { code, out, err }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Long, since it is a failure when it is over, and a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(120);
