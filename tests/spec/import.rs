//! What other programs have made, taken over: authorities, certificates, keys, an index.

mod adopted;
mod held;
mod index;
mod lists;

use std::fs;
use std::path::Path;

use chancery_engine::api::{
    AuthorityCommand, AuthorityRow, CertificateKey, CertificateRow, CertificateStatus, Command,
    Custody, Fact, FindAuthority, Grant, ImportCommand, ImportDone, ImportFact, ImportKind,
    ImportOutcome, ImportPreview, ImportRow, ImportSource, Kind, ListKeys, PreviewImport, Report,
    RevocationReason, Secret,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber,
};
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
        self.leaf_with(name, 0x1234)
    }

    fn leaf_with(&self, name: &str, serial: u64) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 1);
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
        unauthenticated: false,
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

#[test]
fn a_ca_without_its_key_is_known_and_signs_nothing_until_the_key_comes() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    taken(&world, &desk.put("ca.pem", &old.pem));
    let row = authority(&world, "Old Root");
    assert_eq!((&row.custody, row.key_type), (&Custody::Keyless, None));
    assert_eq!(row.key_title, "ECDSA P-256");
    let report = world.refused(issue(&csr(&["www.example.org"]), row.id, "server"));
    assert_eq!(
        (&report.code[..], report.kind),
        ("authority.keyless", Kind::Refused)
    );
    let grant = Command::Authority(AuthorityCommand::Grant {
        id: row.id,
        grant: Grant::default(),
        consent: typed(),
    });
    assert_eq!(world.refused(grant).code, "authority.keyless");

    let other = desk.put("other.key", ca("Another").key);
    assert_eq!(refused(&world, &other).code, "import.key-of-nothing");
    let done = taken(&world, &desk.put("ca.key", &old.key));
    assert_eq!((done.authorities, done.keys), (vec![row.id], 1));
    assert_eq!(authority(&world, "Old Root").custody, Custody::Attended);
    let shown = world.inventory().value.rows[0].key;
    assert!(matches!(shown, CertificateKey::Vault(_)), "{shown:?}");
}

#[test]
fn parents_are_found_among_what_comes_and_what_is_here() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let root = ca("Old Root");
    let (left, right) = (root.below("Left"), root.below("Right"));
    let deep = left.below("Deep");
    // The child first, so that order says nothing.
    taken(
        &world,
        &desk.put("a.pem", deep.pem.clone() + &root.pem + &left.pem),
    );
    taken(&world, &desk.put("b.pem", &right.pem));
    let shape: Vec<_> = world
        .authorities()
        .into_iter()
        .map(|row| (row.depth, row.name))
        .collect();
    let expected = [(0, "Old Root"), (1, "Left"), (2, "Deep"), (1, "Right")];
    assert_eq!(
        shape,
        expected.map(|(depth, name)| (depth, name.to_owned()))
    );
}

#[test]
fn a_certificate_with_its_key_comes_under_its_issuer_and_another_shows_who_issued_it() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let (old, far) = (ca("Old Root"), ca("Far Away"));
    taken(&world, &desk.put("ca.pem", &old.pem));
    let (leaf, key) = old.leaf("www.example.org");
    let done = taken(&world, &desk.put("www.pem", leaf + &key));
    assert_eq!((done.certificates, done.keys), (1, 1));
    let (leaf, _) = far.leaf("far.example.org");
    taken(&world, &desk.put("far.pem", leaf));
    let here = certificate(&world, "www.example.org");
    assert_eq!(
        (&here.issuer_name[..], here.issuer_is_here),
        ("Old Root", true)
    );
    assert!(matches!(here.key, CertificateKey::Vault(_)));
    let there = certificate(&world, "far.example.org");
    assert_eq!(
        (&there.issuer_name[..], there.issuer_is_here),
        ("CN=Far Away", false)
    );
    assert_eq!(there.key, CertificateKey::Endpoint);
}

#[test]
fn an_import_repeated_changes_nothing_and_says_so() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    let (leaf, key) = old.leaf("www.example.org");
    let source = desk.put("all.pem", old.pem.clone() + &old.key + &leaf + &key);
    taken(&world, &source);
    let before = (world.authorities(), world.inventory().value, keys(&world));
    let again = taken(&world, &source);
    assert_eq!(
        (again.authorities.len(), again.certificates, again.keys),
        (0, 0, 0)
    );
    let outcomes = again.rows.iter().map(|row| row.outcome);
    assert!(
        outcomes
            .clone()
            .all(|outcome| outcome == ImportOutcome::AlreadyHere)
    );
    assert_eq!(outcomes.count(), 4);
    assert_eq!(
        before,
        (world.authorities(), world.inventory().value, keys(&world))
    );
}

#[test]
fn a_preview_says_what_would_be_taken_and_takes_nothing() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    let source = desk.put("ca.pem", old.pem.clone() + &old.key);
    let shown = preview(&world, &source);
    assert_eq!(
        outcomes(&shown.rows),
        [(ImportKind::Authority, ImportOutcome::Taken)]
    );
    assert!(shown.needs_passphrase && !shown.needs_password);
    assert_eq!(shown.rows[0].into, "root, key attended");
    assert!(world.authorities().is_empty() && world.inventory().value.rows.is_empty());
    assert_eq!(taken(&world, &source).rows, shown.rows);
}

#[test]
fn the_key_of_an_authority_needs_the_passphrase() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    let source = desk.put("ca.pem", old.pem.clone() + &old.key);
    let with = |passphrase| {
        let source = source.clone();
        Command::Import(ImportCommand::Take { source, passphrase })
    };
    assert_eq!(world.refused(with(None)).code, "vault.consent-needed");
    let wrong = Some(Secret::new("not the passphrase".to_owned()));
    assert_eq!(world.refused(with(wrong)).kind, Kind::Locked);
    assert!(world.authorities().is_empty());
}

#[test]
fn the_wrong_key_beside_a_certificate_is_refused_with_all_of_the_file() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let source = desk.put("ca.pem", ca("Old Root").pem + &ca("Another").key);
    let report = refused(&world, &source);
    assert_eq!(
        (&report.code[..], report.kind),
        ("import.other-key", Kind::Refused)
    );
    assert!(world.authorities().is_empty() && world.inventory().value.rows.is_empty());
    let audit = world.audit();
    let outcomes: Vec<_> = audit
        .iter()
        .rev()
        .take(2)
        .map(|row| &row.outcome[..])
        .collect();
    assert_eq!(outcomes, ["refused", "intent"]);
}

#[test]
fn names_that_are_taken_get_a_number_and_a_given_name_is_used() {
    let (world, desk) = (World::with_vault(), Desk::new());
    taken(&world, &desk.put("a.pem", ca("Old Root").pem));
    taken(&world, &desk.put("b.pem", ca("Old Root").pem));
    let given = ImportSource {
        name: Some("Grandmother".to_owned()),
        ..desk.put("c.pem", ca("Old Root").pem)
    };
    taken(&world, &given);
    let names: Vec<_> = world
        .authorities()
        .into_iter()
        .map(|row| row.name)
        .collect();
    assert_eq!(names, ["Grandmother", "Old Root", "Old Root 2"]);
}

#[test]
fn a_ca_whose_constraints_we_cannot_keep_to_comes_without_its_key_and_says_why() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let odd = ca_of("Odd Root", |params| {
        let subtree = rcgen::GeneralSubtree::DirectoryName(rcgen::DistinguishedName::new());
        params.name_constraints = Some(rcgen::NameConstraints {
            permitted_subtrees: vec![subtree],
            excluded_subtrees: Vec::new(),
        });
    });
    let source = desk.put("ca.pem", odd.pem.clone() + &odd.key);
    let done = taken(&world, &source);
    assert_eq!(done.keys, 0);
    assert_eq!(authority(&world, "Odd Root").custody, Custody::Keyless);
    let row = done
        .rows
        .iter()
        .find(|row| row.kind == ImportKind::Authority);
    let into = &row.unwrap().into;
    assert!(into.contains("cannot keep to"), "{into}");
}

#[test]
fn an_expired_ca_is_taken_and_shown_as_expired() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca_of("Old Root", |params| {
        params.not_before = rcgen::date_time_ymd(2010, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let done = taken(&world, &desk.put("ca.pem", old.pem.clone() + &old.key));
    assert_eq!(
        done.rows[0].warnings,
        ["it has expired on 2020-01-01T00:00:00Z"]
    );
    let row = authority(&world, "Old Root");
    assert_eq!(row.state, chancery_engine::api::AuthorityState::Expired);
}

#[test]
fn an_index_is_kept_with_its_revocations_and_its_holes() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    desk.put("ca.crt", &old.pem);
    desk.put("private/ca.key", &old.key);
    for (name, serial) in [("a", 0x10), ("b", 0x11)] {
        let file = format!("newcerts/{serial:X}.pem");
        desk.put(
            &file,
            old.leaf_with(&format!("{name}.example.org"), serial).0,
        );
    }
    desk.put("crlnumber", "1000\n");
    desk.put("vars", "set_var EASYRSA_DN \"org\"\n");
    desk.put(
        "index.txt",
        "V\t270101000000Z\t\t10\tunknown\t/CN=a.example.org\n\
         R\t270101000000Z\t260501120000Z,superseded\t11\tunknown\t/CN=b.example.org\n\
         V\t280101000000Z\t\t12\tunknown\t/CN=lost.example.org\n\
         R\t280101000000Z\t260502120000Z,keyCompromise\t13\tunknown\t/CN=gone.example.org\n\
         nonsense\n\
         V\t280101000000Z\t\t12\tunknown\t/CN=again.example.org\n",
    );
    let done = taken(&world, &desk.all());
    assert_eq!((done.certificates, done.keys, done.revoked), (3, 1, 2));
    let status = |name: &str| certificate(&world, name).status;
    assert_eq!(status("b.example.org"), CertificateStatus::Revoked);
    let revoked = certificate(&world, "b.example.org").revocation.unwrap();
    assert_eq!(revoked.reason, RevocationReason::Superseded);
    assert_eq!(revoked.at.to_string(), "2026-05-01T12:00:00Z");
    let gone = certificate(&world, "gone.example.org").revocation.unwrap();
    assert_eq!(gone.reason, RevocationReason::KeyCompromise);
    assert_eq!(
        status("lost.example.org"),
        CertificateStatus::PossiblyIssued
    );
    let told = |from: &str| {
        let row = done.rows.iter().find(|row| row.from == from).unwrap();
        (row.outcome, row.into.clone())
    };
    assert_eq!(told("index.txt, line 5").0, ImportOutcome::NotTaken);
    assert!(told("index.txt, line 5").1.contains("six fields"));
    assert!(told("index.txt, line 6").1.contains("line 3 as well"));
    assert!(told("vars").1.contains("profile"));
    assert!(told("crlnumber").1.ends_with("above 4095"));

    let again = taken(&world, &desk.all());
    assert_eq!((again.certificates, again.keys, again.revoked), (0, 0, 0));
    assert_eq!(world.inventory().value.rows.len(), 5);
    // What was missing comes later, and takes its place.
    desk.put("newcerts/12.pem", old.leaf_with("lost.example.org", 0x12).0);
    assert_eq!(taken(&world, &desk.all()).certificates, 1);
    assert_eq!(world.inventory().value.rows.len(), 5);
    assert_ne!(
        status("lost.example.org"),
        CertificateStatus::PossiblyIssued
    );
}

#[test]
fn an_index_that_contradicts_a_certificate_is_said() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    desk.put("ca.crt", &old.pem);
    desk.put("issued/a.crt", old.leaf_with("a.example.org", 0x10).0);
    desk.put(
        "index.txt",
        "V\t300101000000Z\t\t10\tunknown\t/CN=a.example.org\n",
    );
    let rows = preview(&world, &desk.all()).rows;
    let leaf = rows.iter().find(|row| row.kind == ImportKind::Certificate);
    let warning = &leaf.unwrap().warnings[0];
    assert!(
        warning.contains("line 1") && warning.contains("2030-01-01"),
        "{warning}"
    );
}

#[test]
fn a_folder_of_another_kind_is_refused_and_so_is_one_without_its_ca() {
    let (world, desk) = (World::with_vault(), Desk::new());
    desk.put("readme.txt", "nothing");
    assert_eq!(refused(&world, &desk.all()).code, "import.no-index");
    desk.put("index.txt", "");
    assert_eq!(refused(&world, &desk.all()).code, "import.no-authority");
    let missing = from(&desk.0.path().join("missing"));
    assert_eq!(refused(&world, &missing).code, "import.cannot-read");
    let nothing = desk.put("empty.pem", "");
    assert_eq!(refused(&world, &nothing).kind, Kind::Malformed);
}

#[test]
fn the_key_of_another_ca_in_the_folder_is_refused() {
    let (world, desk) = (World::with_vault(), Desk::new());
    desk.put("ca.crt", ca("Old Root").pem);
    desk.put("private/ca.key", ca("Another").key);
    desk.put("index.txt", "");
    assert_eq!(refused(&world, &desk.all()).code, "import.other-key");
    assert!(world.authorities().is_empty());
}

#[cfg(unix)]
#[test]
fn links_pipes_and_huge_files_in_a_folder_are_left_and_said() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    desk.put("ca.crt", &old.pem);
    desk.put("index.txt", "");
    let path = |name: &str| desk.0.path().join(name);
    std::os::unix::fs::symlink(path("ca.crt"), path("link.crt")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(path("pipe.pem"))
        .status();
    assert!(made.unwrap().success());
    fs::File::create(path("huge.pem"))
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let done = taken(&world, &desk.all());
    let why = |name: &str| {
        let row = done.rows.iter().find(|row| row.from == name).unwrap();
        assert_eq!(row.outcome, ImportOutcome::NotTaken);
        row.into.clone()
    };
    assert!(why("link.crt").contains("link"));
    assert!(why("pipe.pem").contains("no regular file"));
    assert!(why("huge.pem").contains("larger"));
    assert_eq!(
        refused(&world, &from(&path("pipe.pem"))).code,
        "import.cannot-read"
    );
}

#[test]
fn a_key_that_was_taken_before_a_crash_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let (world, desk) = (World::at(folder.path()), Desk::new());
    world.make_vault();
    let old = ca("Old Root");
    let source = desk.put("ca.pem", old.pem.clone() + &old.key);
    // The store fails once the vault has the key.
    let store = fs::read(folder.path().join("chancery.redb")).unwrap();
    taken(&world, &source);
    drop(world);
    fs::write(folder.path().join("chancery.redb"), store).unwrap();
    let world = World::at(folder.path());
    world.unlock();
    assert!(world.authorities().is_empty());
    taken(&world, &source);
    assert_eq!(authority(&world, "Old Root").custody, Custody::Attended);
}

#[test]
fn an_authority_whose_key_is_elsewhere_is_not_the_one_that_issues_nor_online() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let root = ca("Old Root");
    let issuing = root.below("Old Issuing");
    taken(&world, &desk.put("root.pem", &root.pem));
    taken(
        &world,
        &desk.put("issuing.pem", issuing.pem.clone() + &issuing.key),
    );
    taken(&world, &desk.put("other.pem", ca("Other Root").pem));
    assert!(!authority(&world, "Old Root").online_root);
    let meant = world
        .client
        .read(&FindAuthority(String::new()))
        .unwrap()
        .value;
    assert_eq!(*meant, authority(&world, "Old Issuing").id);
    taken(&world, &desk.put("root.key", &root.key));
    assert!(authority(&world, "Old Root").online_root);
}

fn certificate(world: &World, name: &str) -> CertificateRow {
    let rows = world.inventory().value;
    let mut all = rows.rows.iter().filter(|row| row.name == name);
    all.next().expect("the certificate").clone()
}

fn keys(world: &World) -> usize {
    world.client.read(&ListKeys).expect("keys").value.len()
}
