//! CAs of other programs, made by those programs: taken over, used on, and judged by openssl.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::chancery::Installation;
use crate::counterpart::{openssl, openssl_done, run, tool};

#[test]
fn an_easy_rsa_ca_is_taken_over_and_its_certificates_are_revoked_here() {
    let (Some(_), Some(easyrsa)) = (tool("openssl"), easy_rsa()) else {
        return;
    };
    let installation = Installation::with_vault();
    let pki = installation.at("pki");
    let easy = |words: &[&str]| {
        let mut command = Command::new(&easyrsa);
        command
            .args(["--batch", "--use-algo=ec", "--curve=secp384r1"])
            .args(words)
            .env("EASYRSA_PKI", &pki)
            .current_dir(installation.path());
        let said = run(&mut command);
        assert_eq!(said.code, Some(0), "easyrsa {words:?}\n{said:#?}");
    };
    easy(&["init-pki"]);
    easy(&["--req-cn=EasyCA", "build-ca", "nopass"]);
    for name in ["one", "two", "three"] {
        easy(&["build-server-full", name, "nopass"]);
    }
    easy(&["revoke", "two", "superseded"]);
    easy(&["gen-crl"]);

    let answer = installation.answer("import pki");
    assert_eq!(answer["revoked"], 1, "{answer:#}");
    let again = installation.answer("import pki");
    let counts = ["certificates", "keys", "revoked"].map(|what| again[what].as_u64());
    assert_eq!(counts, [Some(0); 3], "{again:#}");

    let judge = Judge::of(&installation, "EasyCA");
    let (one, three) = (pki.join("issued/one.crt"), pki.join("issued/three.crt"));
    judge.accepts(&one);
    installation.done("cert revoke one --reason keyCompromise");
    let judge = Judge::of(&installation, "EasyCA");
    judge.refuses(&one);
    judge.accepts(&three);
    assert_eq!(judge.listed().matches("Serial Number:").count(), 2);
    assert!(judge.listed().contains("Superseded"), "{}", judge.listed());

    let id = installation.done("cert create four.example.org --ca EasyCA --confirm EasyCA");
    let four = installation.export(&id.id("cert"), "four").certificate;
    judge.accepts(&four);
}

#[test]
fn an_openssl_ca_with_an_odd_name_is_taken_over_and_its_crl_numbers_go_on() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    let old = OpensslCa::make(&installation, "old");
    for name in ["one", "two"] {
        old.issue(name);
    }
    old.ca("-revoke newcerts/1001.pem -crl_reason affiliationChanged");
    old.ca("-gencrl -out crl.pem");

    let refusal = installation.refused(4, "import old");
    assert_eq!(refusal.code, "container.password-needed");
    installation.write_secret("wrong", "not the password");
    let refusal = installation.refused(4, "import old --password-file wrong");
    assert_eq!(refusal.code, "container.wrong-password");
    installation.write_secret("right", OLD_PASSWORD);
    let line = "import old --password-file right --name Old";
    let preview = installation.answer(&format!("{line} --dry-run"));
    assert_eq!(preview["needs_passphrase"], true, "{preview:#}");
    let answer = installation.answer(line);
    assert_eq!(
        (&answer["revoked"], &answer["keys"]),
        (&1.into(), &1.into()),
        "{answer:#}"
    );

    let judge = Judge::of(&installation, "Old");
    judge.accepts(&old.file("newcerts/1000.pem"));
    judge.refuses(&old.file("newcerts/1001.pem"));
    // The last number was 0x2000; easy-rsa and openssl write the next one.
    assert!(judge.number() > 0x2000, "{:#x}", judge.number());
    installation.done("cert revoke 1000 --issuer Old --reason superseded");
    let judge = Judge::of(&installation, "Old");
    judge.refuses(&old.file("newcerts/1000.pem"));
    let id = installation.done("cert create new.example.org --ca Old --confirm Old");
    let new = installation.export(&id.id("cert"), "new").certificate;
    judge.accepts(&new);
    let names = |what: &str, file: &Path| {
        let shown = openssl_done(&format!("x509 -in {} -noout -{what}", file.display()));
        shown.split_once('=').map(|(_, name)| name.to_owned())
    };
    assert_eq!(
        names("issuer", &new),
        names("subject", &old.file("cacert.pem"))
    );
}

#[test]
fn every_form_in_which_openssl_writes_a_ca_is_read_and_a_weak_one_signs_nothing() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    let openssl = |line: &str| {
        let mut command = Command::new("openssl");
        command
            .args(line.split_whitespace())
            .current_dir(installation.path());
        let said = run(&mut command);
        assert_eq!(said.code, Some(0), "openssl {line}\n{said:#?}");
    };
    installation.write_secret("right", OLD_PASSWORD);
    installation.write_secret("wrong", "not the password");
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 3650 -set_serial 0 -subj /CN=Old -keyout k.pem -out c.pem",
    );
    openssl("x509 -in c.pem -outform DER -out c.der");
    openssl("crl2pkcs7 -nocrl -certfile c.pem -out c.p7b");
    openssl("pkcs12 -export -in c.pem -inkey k.pem -passout file:right -out c.p12");
    openssl("pkcs12 -export -legacy -in c.pem -inkey k.pem -passout file:right -out old.p12");
    openssl("pkcs12 -export -in c.pem -inkey k.pem -passout pass: -out empty.p12");
    openssl("rsa -in k.pem -traditional -out k.rsa");
    openssl("pkcs8 -topk8 -in k.pem -passout file:right -out k.p8");
    let becomes = |line: &str| {
        let rows = &installation.answer(&format!("import {line} --dry-run"))["rows"];
        rows[0]["into"].as_str().unwrap_or_default().to_owned()
    };
    for file in ["c.pem", "c.der", "c.p7b"] {
        assert_eq!(becomes(file), "root, without its key", "{file}");
    }
    for file in ["c.p12", "old.p12"] {
        assert_eq!(
            becomes(&format!("{file} --password-file right")),
            "root, key attended"
        );
        let wrong = installation.refused(4, &format!("import {file} --password-file wrong"));
        assert_eq!(wrong.code, "container.wrong-password", "{file}");
    }
    // An empty password is none that anybody could be asked for.
    assert_eq!(becomes("empty.p12"), "root, key attended");
    installation.done("import c.der");
    for file in ["k.rsa", "k.p8 --password-file right"] {
        assert_eq!(becomes(file), "the key of Old, attended", "{file}");
    }
    installation.done("import k.p8 --password-file right");
    installation.done("cert create www.example.org --ca Old --confirm Old");

    openssl("req -x509 -newkey rsa:1024 -nodes -sha1 -subj /CN=Weak -keyout w.key -out w.crt");
    fs::copy(installation.at("w.crt"), installation.at("weak.pem")).unwrap();
    let key = fs::read(installation.at("w.key")).unwrap();
    let both = [fs::read(installation.at("weak.pem")).unwrap(), key].concat();
    fs::write(installation.at("weak.pem"), both).unwrap();
    let answer = installation.answer("import weak.pem");
    assert_eq!(answer["keys"], 0, "{answer:#}");
    let refusal = installation.refused(3, "cert create www.example.org --ca Weak --confirm Weak");
    assert_eq!(refusal.code, "authority.keyless");
}

/// A CA as `openssl ca` keeps it, its key sealed and its name as old directories made them.
struct OpensslCa {
    folder: PathBuf,
}

impl OpensslCa {
    fn make(installation: &Installation, name: &str) -> Self {
        let old = Self {
            folder: installation.at(name),
        };
        for folder in ["newcerts", "private"] {
            fs::create_dir_all(old.file(folder)).unwrap();
        }
        fs::write(old.file("openssl.cnf"), CONFIG).unwrap();
        fs::write(old.file("index.txt"), "").unwrap();
        fs::write(old.file("serial"), "1000\n").unwrap();
        fs::write(old.file("crlnumber"), "2000\n").unwrap();
        fs::write(old.file("password"), OLD_PASSWORD).unwrap();
        old.openssl(
            "req -x509 -config openssl.cnf -newkey rsa:2048 -keyout private/cakey.pem \
             -passout file:password -out cacert.pem -days 3650",
        );
        old
    }

    fn issue(&self, name: &str) {
        self.openssl(&format!(
            "req -new -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"
        ));
        self.ca(&format!("-in {name}.csr -notext"));
        fs::remove_file(self.file(&format!("{name}.key"))).unwrap();
    }

    fn ca(&self, words: &str) {
        self.openssl(&format!(
            "ca -batch -config openssl.cnf -passin file:password {words}"
        ));
    }

    fn openssl(&self, line: &str) {
        let mut command = Command::new("openssl");
        command
            .args(line.split_whitespace())
            .current_dir(&self.folder);
        let said = run(&mut command);
        assert_eq!(said.code, Some(0), "openssl {line}\n{said:#?}");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// openssl, which trusts one authority and has its newest list.
struct Judge {
    authority: PathBuf,
    list: PathBuf,
}

impl Judge {
    /// With a list that is made now.
    fn of(installation: &Installation, authority: &str) -> Self {
        let list = installation.at("now.crl");
        let place = list.display();
        installation.done(&format!(
            "crl create {authority} --confirm {authority} --format pem --out {place}"
        ));
        Self {
            authority: installation.export_authority(authority, "authority"),
            list,
        }
    }

    #[track_caller]
    fn accepts(&self, certificate: &Path) {
        let said = self.verify(certificate);
        assert!(said.contains(": OK"), "{said}");
    }

    #[track_caller]
    fn refuses(&self, certificate: &Path) {
        let said = self.verify(certificate);
        assert!(said.contains("certificate revoked"), "{said}");
    }

    fn verify(&self, certificate: &Path) -> String {
        let said = openssl(&format!(
            "verify -crl_check -CAfile {} -CRLfile {} {}",
            self.authority.display(),
            self.list.display(),
            certificate.display()
        ));
        said.out + &said.err
    }

    fn listed(&self) -> String {
        openssl_done(&format!("crl -in {} -noout -text", self.list.display()))
    }

    fn number(&self) -> u128 {
        let said = openssl_done(&format!(
            "crl -in {} -noout -crlnumber",
            self.list.display()
        ));
        let digits = said.trim().trim_start_matches("crlNumber=0x");
        u128::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("{said}"))
    }
}

/// Debian puts it where no path leads.
fn easy_rsa() -> Option<PathBuf> {
    let usual = PathBuf::from("/usr/share/easy-rsa/easyrsa");
    match usual.is_file() {
        true => Some(usual),
        false => tool("easyrsa"),
    }
}

const OLD_PASSWORD: &str = "correct-horse-8Hs2";

/// Two organisational units, domain components, a part of two values, strings in Teletex and BMP,
/// and no subject key identifier.
const CONFIG: &str = "
[ca]
default_ca = own
[own]
dir = .
database = $dir/index.txt
new_certs_dir = $dir/newcerts
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
serial = $dir/serial
crlnumber = $dir/crlnumber
default_md = sha256
default_days = 365
default_crl_days = 30
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
string_mask = default
utf8 = yes
x509_extensions = extensions
[name]
0.DC = org
1.DC = example
O = Grüße GmbH
0.OU = First
1.OU = Second
L = Ελλάδα
CN = Old CA
+OU = Third
[extensions]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = none
";
