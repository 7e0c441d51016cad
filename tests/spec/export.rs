//! Files for other programs: what each form holds, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuthorityCommand, AuthorityFact, AuthorityId, CertificateCommand, CertificateFact,
    CertificateFormat, CertificateId, Command, Destination, Fact, Form, ImportCommand,
    ImportSource, KeyChoice, KeyType, Kind, NewCertificate, Publication, Report, Secret,
    TrustFormat,
};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, NameConstraints,
};
use spec::{World, csr, issue, issued};
use tempfile::TempDir;

#[test]
fn every_form_is_written_and_no_other_file_beside_it() {
    let stage = Stage::new(KeyType::P256);
    for (format, files) in [
        (
            CertificateFormat::Pem,
            &["db.crt", "db.chain.crt", "db.fullchain.crt", "db.key"][..],
        ),
        (CertificateFormat::Der, &["db.der", "db.key"]),
        (CertificateFormat::P7b, &["db.p7b", "db.key"]),
        (CertificateFormat::Pfx, &["db.pfx"]),
        (CertificateFormat::PfxLegacy, &["db.pfx"]),
        (CertificateFormat::Combined, &["db.pem"]),
    ] {
        let folder = stage.folder.path().join(format.slug());
        let files_written =
            stage.written(Form::Format(format), true, Some("file password"), &folder);
        assert_eq!(names(&files_written), files, "{format}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), files.len());
        assert_private(files_written.last().unwrap());
    }
}

#[test]
fn a_destination_chooses_the_form_and_the_name() {
    let stage = Stage::new(KeyType::P256);
    for destination in Destination::ALL {
        let needs = destination.needs();
        let folder = stage.folder.path().join(needs.slug);
        let password = needs
            .certificate
            .needs_password()
            .then_some("file password");
        let form = Form::For(destination);
        let written = stage.written(form, true, password, &folder);
        let last = format!("db.{}", needs.key_extension);
        assert_eq!(names(&written).last().unwrap(), &last, "{destination}");
    }
}

#[test]
fn forms_that_are_nothing_without_key_or_password_are_refused() {
    let stage = Stage::new(KeyType::P256);
    let folder = stage.folder.path().join("none");
    let refused = |format, with_key, password| {
        let report = stage.refused(Form::Format(format), with_key, password, &folder);
        assert_eq!(report.kind, Kind::Refused, "{report:?}");
        report.code
    };
    for format in [
        CertificateFormat::Pfx,
        CertificateFormat::PfxLegacy,
        CertificateFormat::Combined,
    ] {
        assert_eq!(
            refused(format, false, Some("password")),
            "export.key-needed"
        );
    }
    for format in [CertificateFormat::Pfx, CertificateFormat::PfxLegacy] {
        assert_eq!(refused(format, true, None), "export.password-needed");
        assert_eq!(refused(format, true, Some("")), "export.password-needed");
    }
    let pem = CertificateFormat::Pem;
    assert_eq!(
        refused(pem, false, Some("password")),
        "export.password-unused"
    );
    assert_eq!(refused(pem, true, Some("")), "export.password-needed");
    assert!(!folder.exists(), "nothing was written");
}

#[test]
fn a_key_is_written_again_over_itself_and_never_over_another() {
    let stage = Stage::new(KeyType::P256);
    let folder = stage.folder.path().join("out");
    for format in [CertificateFormat::Pfx, CertificateFormat::Combined] {
        let form = Form::Format(format);
        let first = stage.written(form, true, Some("file password"), &folder);
        stage.written(form, true, Some("file password"), &folder);
        let kept = fs::read(&first[0]).unwrap();
        // What cannot be opened may hold any key.
        let report = stage.refused(form, true, Some("another password"), &folder);
        assert_eq!(report.code, "export.key-exists");
        assert_eq!(fs::read(&first[0]).unwrap(), kept);
        let other = Stage::new(KeyType::P256);
        let report = other.refused(form, true, Some("file password"), &folder);
        assert_eq!(report.code, "export.key-exists");
        assert_eq!(fs::read(&first[0]).unwrap(), kept);
    }
}

#[test]
fn old_forms_refuse_new_keys_with_the_reason() {
    for key_type in [KeyType::Ed25519, KeyType::MlDsa65] {
        let stage = Stage::new(key_type);
        let folder = stage.folder.path().join("out");
        let legacy = Form::Format(CertificateFormat::PfxLegacy);
        let report = stage.refused(legacy, true, Some("password"), &folder);
        assert_eq!(report.code, "container.unreadable");
        assert!(report.what.contains(key_type.title()), "{}", report.what);
        assert!(!folder.exists());
        let modern = Form::Format(CertificateFormat::Pfx);
        stage.written(modern, true, Some("password"), &folder);
    }
}

#[test]
fn a_key_that_was_never_here_is_in_no_form() {
    let (world, ca) = World::with_authorities();
    let id = issued(
        world
            .done(issue(&csr(&["www.example.internal"]), ca, "server"))
            .0,
    );
    let folder = tempfile::tempdir().unwrap();
    let form = Form::Format(CertificateFormat::Pfx);
    let command = export(id, form, true, Some("password"), folder.path());
    assert_eq!(world.refused(command).code, "certificate.key-elsewhere");
}

#[test]
fn trust_stores_hold_the_root_and_have_a_password() {
    let stage = Stage::new(KeyType::P256);
    let ca = stage.authority;
    let trust = |format, password: Option<&str>| {
        let folder = stage.folder.path().join("trust");
        Command::Authority(AuthorityCommand::Export {
            id: ca,
            folder,
            form: Form::Format(format),
            password: password.map(|text| Secret::new(text.to_owned())),
        })
    };
    for format in TrustFormat::ALL {
        let password = format.needs_password().then_some("changeit");
        match stage.world.done(trust(format, password)).0 {
            Fact::Authority(AuthorityFact::Exported { files, .. }) => {
                let extension = match format {
                    TrustFormat::Pem => "crt",
                    other => other.slug(),
                };
                let inside = match format.needs_password() {
                    true => "Example_Root",
                    false => "Example_Issuing_CA",
                };
                assert_eq!(names(&files)[0], format!("{inside}.{extension}"));
            }
            other => panic!("{other:?}"),
        }
    }
    for format in [TrustFormat::P12, TrustFormat::Jks] {
        let report = stage.world.refused(trust(format, None));
        assert_eq!(report.code, "export.password-needed");
    }
    let report = stage
        .world
        .refused(trust(TrustFormat::Der, Some("password")));
    assert_eq!(report.code, "export.password-unused");
}

#[test]
fn what_has_a_critical_extension_of_its_own_is_written_and_said_not_to_be_checked() {
    let (world, authority) = World::with_authorities();
    world.done(Command::Authority(AuthorityCommand::Configure {
        id: authority,
        publication: Box::new(Publication {
            extensions: vec!["1.3.6.1.4.1.99999.8=0500,critical".parse().unwrap()],
            ..Publication::default()
        }),
    }));
    let id = issued(
        world
            .done(issue(&csr(&["www.example.internal"]), authority, "server"))
            .0,
    );
    let folder = tempfile::tempdir().unwrap();
    let form = Form::Format(CertificateFormat::Pem);
    match world.done(export(id, form, false, None, folder.path())).0 {
        Fact::Certificate(CertificateFact::Exported { files, remarks, .. }) => {
            assert_eq!(files.len(), 3);
            assert_eq!(remarks.len(), 1, "{remarks:?}");
            assert!(remarks[0].contains("1.3.6.1.4.1.99999.8"), "{remarks:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_that_does_not_hold_is_refused_with_its_reason_and_leaves_nothing() {
    let (world, folder) = (World::with_vault(), tempfile::tempdir().unwrap());
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("example.org".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let root = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::new(["www.example.net".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let leaf = params.signed_by(&KeyPair::generate().unwrap(), &issuer);
    let file = folder.path().join("all.pem");
    fs::write(&file, root + &leaf.unwrap().pem()).unwrap();
    world.done(Command::Import(ImportCommand::Take {
        source: ImportSource {
            path: file,
            name: None,
            password: None,
            unauthenticated: false,
        },
        passphrase: None,
    }));
    let rows = world.inventory().value;
    let leaf = rows.rows.iter().find(|row| !row.identifiers.is_empty());
    let out = folder.path().join("out");
    let form = Form::Format(CertificateFormat::Pem);
    let report = world.refused(export(leaf.unwrap().id, form, false, None, &out));
    assert_eq!(report.code, "export.chain-does-not-verify");
    assert!(report.why[0].contains("name constraints"), "{report:?}");
    assert!(!out.exists());
}

#[test]
fn the_audit_names_the_form_and_never_the_password() {
    let stage = Stage::new(KeyType::P256);
    let folder = stage.folder.path().join("out");
    let form = Form::Format(CertificateFormat::Pfx);
    stage.written(form, true, Some("a password to look for"), &folder);
    let audit = stage.world.audit();
    let said: Vec<&str> = audit.iter().map(|row| row.details.as_str()).collect();
    assert!(
        said.iter()
            .any(|it| it.contains("as pfx with the private key")),
        "{said:?}"
    );
    assert!(!format!("{audit:?}").contains("to look for"));
}

/// The guide's table is the program's.
#[test]
fn the_guide_lists_every_form_and_every_destination_as_they_are() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/export.md");
    let guide = fs::read_to_string(guide).unwrap();
    for destination in Destination::ALL {
        let needs = destination.needs();
        let row = format!(
            "| `{}` | {} | `{}` | `{}` | {} |",
            needs.slug, needs.title, needs.certificate, needs.trust, needs.reason
        );
        assert!(guide.contains(&row), "{row}");
    }
    let is_row = |line: &&str| line.starts_with("| `") && !line.starts_with("| `--");
    let rows = guide.lines().filter(is_row);
    let forms = CertificateFormat::ALL.len() + TrustFormat::ALL.len();
    assert_eq!(rows.count(), Destination::ALL.len() + forms);
    for slug in CertificateFormat::ALL.map(CertificateFormat::slug) {
        assert!(guide.contains(&format!("| `{slug}` | `NAME")), "{slug}");
    }
}

/// An issuing authority and a certificate whose key is in the vault.
struct Stage {
    world: World,
    folder: TempDir,
    authority: AuthorityId,
    id: CertificateId,
}

impl Stage {
    fn new(key_type: KeyType) -> Self {
        let (world, authority) = World::with_authorities();
        let wish = NewCertificate {
            authority,
            profile: "client".parse().unwrap(),
            common_name: "db.example.internal".to_owned(),
            identifiers: vec!["dns:db.example.internal".parse().unwrap()],
            days: None,
            beyond_ceiling: false,
            key: KeyChoice::New(key_type),
        };
        let consent = None;
        let command = Command::Certificate(CertificateCommand::Issue { wish, consent });
        Self {
            id: issued(world.done(command).0),
            folder: tempfile::tempdir().unwrap(),
            world,
            authority,
        }
    }

    fn written(
        &self,
        form: Form<CertificateFormat>,
        with_key: bool,
        password: Option<&str>,
        folder: &Path,
    ) -> Vec<PathBuf> {
        let command = export(self.id, form, with_key, password, folder);
        match self.world.done(command).0 {
            Fact::Certificate(CertificateFact::Exported { files, .. }) => files,
            other => panic!("{other:?}"),
        }
    }

    fn refused(
        &self,
        form: Form<CertificateFormat>,
        with_key: bool,
        password: Option<&str>,
        folder: &Path,
    ) -> Report {
        let command = export(self.id, form, with_key, password, folder);
        self.world.refused(command)
    }
}

fn export(
    id: CertificateId,
    form: Form<CertificateFormat>,
    with_key: bool,
    password: Option<&str>,
    folder: &Path,
) -> Command {
    Command::Certificate(CertificateCommand::Export {
        id,
        folder: folder.to_owned(),
        file_name: Some("db".to_owned()),
        form,
        with_key,
        password: password.map(|text| Secret::new(text.to_owned())),
    })
}

fn names(files: &[PathBuf]) -> Vec<String> {
    let name = |file: &PathBuf| file.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(name).collect()
}

#[cfg(unix)]
fn assert_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", file.display());
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}
