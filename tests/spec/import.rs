//! What other programs have made, taken over: authorities, certificates, keys, an index.

use std::fs;
use std::path::Path;

use chancery_engine::api::{
    AuthorityCommand, AuthorityRow, CertificateKey, Command, Custody, Fact, Grant, ImportCommand,
    ImportDone, ImportFact, ImportKind, ImportOutcome, ImportPreview, ImportRow, ImportSource,
    Kind, ListKeys, PreviewImport, Report,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use spec::{World, csr, issue, passphrase, typed};
use tempfile::TempDir;

/// A CA that another program made.
struct Ca {
    pem: String,
    key: String,
    issuer: Issuer<'static, KeyPair>,
}

fn ca(name: &str) -> Ca {
    ca_of(name, |_| ())
}

fn ca_of(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Ca {
    let key = KeyPair::generate().unwrap();
    let params = ca_params(name, change);
    let pem = params.self_signed(&key).unwrap().pem();
    Ca {
        pem,
        key: key.serialize_pem(),
        issuer: Issuer::new(params, key),
    }
}

fn ca_params(name: &str, change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    change(&mut params);
    params
}

impl Ca {
    fn below(&self, name: &str) -> Ca {
        let key = KeyPair::generate().unwrap();
        let params = ca_params(name, |_| ());
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Ca {
            pem,
            key: key.serialize_pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate and its key.
    fn leaf(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        (pem, key.serialize_pem())
    }
}

/// A folder to take over from.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> ImportSource {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        from(&path)
    }

    fn all(&self) -> ImportSource {
        from(self.0.path())
    }
}

fn from(path: &Path) -> ImportSource {
    ImportSource {
        path: path.to_owned(),
        name: None,
        password: None,
    }
}

fn take(source: &ImportSource) -> Command {
    Command::Import(ImportCommand::Take {
        source: source.clone(),
        passphrase: Some(passphrase()),
    })
}

fn taken(world: &World, source: &ImportSource) -> ImportDone {
    match world.done(take(source)).0 {
        Fact::Import(ImportFact::Taken(done)) => done,
        other => panic!("expected an import, got {other:?}"),
    }
}

fn refused(world: &World, source: &ImportSource) -> Report {
    world.refused(take(source))
}

fn preview(world: &World, source: &ImportSource) -> ImportPreview {
    let answered = world.client.read(&PreviewImport(source.clone()));
    (*answered.expect("a preview").value).clone()
}

fn authority(world: &World, name: &str) -> AuthorityRow {
    let mut all = world.authorities().into_iter();
    all.find(|row| row.name == name).expect("the authority")
}

fn outcomes(rows: &[ImportRow]) -> Vec<(ImportKind, ImportOutcome)> {
    rows.iter().map(|row| (row.kind, row.outcome)).collect()
}

#[test]
fn a_ca_with_its_key_becomes_an_authority_that_signs_with_the_passphrase() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    let source = desk.put("ca.pem", old.pem.clone() + &old.key);
    let done = taken(&world, &source);
    assert_eq!(
        (done.authorities.len(), done.certificates, done.keys),
        (1, 1, 1)
    );
    let row = authority(&world, "Old Root");
    assert_eq!((row.is_root, &row.custody), (true, &Custody::Attended));
    let report = world.refused(issue(&csr(&["www.example.org"]), row.id, "server"));
    assert_eq!(report.code, "authority.needs-passphrase");
    world.done(Command::Authority(AuthorityCommand::Grant {
        id: row.id,
        grant: Grant::default(),
        consent: typed(),
    }));
    world.done(issue(&csr(&["www.example.org"]), row.id, "server"));
    assert_eq!(authority(&world, "Old Root").issued, 1);
}
