//! `chancery cert`: the inventory, and certificates whose key is made here.

mod new;
mod public;
mod revoke;
mod revoke_public;

pub(crate) use new::issue;

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuthorityId, CertificateCommand, CertificateDetail, CertificateFact, CertificateFilter,
    CertificateFormat, CertificateId, CertificateKey, CertificateRow, CertificateStatus, Command,
    Destination, Fact, FindAuthority, FindCertificate, ListCertificates, Report, Revocation,
    ShowCertificate, Sort,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::cli::forms::{self, Place};
use crate::cli::print::{Told, day, fields, list, table, word};
use crate::cli::session::Session;
use crate::cli::{files, number};
use new::Create;
use public::{Renew, Renewal};
use revoke::{Hold, Revoke, Which, release};

pub(crate) const ABOUT: &str = "Certificates: made with a key of ours, listed, shown, exported";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Issue a certificate whose key is made here, or order one from a public CA; answers with its id
    ///
    /// Where the key can stay on its own host, make a request there and use `csr submit`, or
    /// `--csr` with a public CA.
    ///
    /// Examples:
    ///   chancery cert create www.example.internal --out www --with-key
    ///   chancery cert create example.org --san 'dns:*.example.org' --acme le --dns home --out www
    #[command(verbatim_doc_comment)]
    Create(Box<Create>),
    /// Write a certificate, its chain and, if asked for, its private key
    Export(Export),
    /// Put certificates on hold: not to be trusted until released
    Hold(Hold),
    /// List certificates
    List(List),
    /// Take back a hold
    Release(Which),
    /// Renew a certificate of a public CA now; answers with the new one's id
    Renew(Renew),
    /// Show when a certificate of a public CA is renewed, ask the CA, or change who renews it
    Renewal(Renewal),
    /// Revoke certificates for ever: at the public CA they came from, or here, where `crl create`
    /// then signs the list that says so
    Revoke(Revoke),
    /// Show one certificate
    Show {
        /// Id, serial, fingerprint or name
        cert: String,
        /// Only the certificate and its chain without the root, as PEM
        #[arg(long)]
        pem: bool,
    },
}

#[derive(Args)]
pub(crate) struct Export {
    /// Id, serial, fingerprint or name
    cert: String,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The form of the files; without, PEM
    #[arg(long, value_parser = forms::certificate_formats(), conflicts_with = "destination")]
    format: Option<CertificateFormat>,
    /// Where the files go, which chooses their form
    #[arg(long = "for", value_name = "DESTINATION", value_parser = forms::destinations())]
    destination: Option<Destination>,
    /// What to call the files, in place of the certificate's name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Write the private key too, readable by you alone
    #[arg(long)]
    with_key: bool,
    /// Seal the key with the password in this file's first line; a PFX asks for one without
    #[arg(long, value_name = "FILE", requires = "with_key")]
    password_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct List {
    /// Only those whose name, serial or fingerprint contains this
    #[arg(default_value = "")]
    text: String,
    /// Only those of this authority, by id, name or serial
    #[arg(long)]
    ca: Option<String>,
    /// Only those in this state
    #[arg(long, value_enum)]
    status: Option<StatusWord>,
    /// What comes first
    #[arg(long, value_enum, default_value_t)]
    sort: SortWord,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::limit)]
    limit: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum StatusWord {
    Active,
    Expired,
    Expiring,
    OnHold,
    PossiblyIssued,
    Revoked,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum SortWord {
    /// The soonest end
    #[default]
    Expiry,
    /// The latest issued
    Issued,
    Issuer,
    Name,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Create(words) => words.run(session),
            Self::Export(words) => words.run(session),
            Self::Hold(words) => words.run(session),
            Self::List(words) => words.run(session),
            Self::Release(which) => release(session, &which),
            Self::Renew(words) => words.run(session),
            Self::Renewal(words) => words.run(session),
            Self::Revoke(words) => words.run(session),
            Self::Show { cert, pem } => show(session, cert, pem),
        }
    }
}

/// The files of a certificate that was issued just now. Where they cannot be written, it is said
/// which one it is: it is valid all the same.
pub(crate) fn export_issued(
    session: &Session,
    id: CertificateId,
    folder: &Path,
    with_key: bool,
) -> Result<Vec<PathBuf>, Report> {
    let written = export_to(session, id, Place::new(folder), with_key);
    written.map(|written| written.files).map_err(|mut report| {
        report.why.push(format!(
            "{id} was issued and is valid; only its files could not be written, which `chancery \
             cert export {id}` does"
        ));
        report
    })
}

pub(crate) struct Written {
    /// The certificate's own first.
    files: Vec<PathBuf>,
    /// What they could not be checked for; it has been told.
    remarks: Vec<String>,
}

fn export_to(
    session: &Session,
    id: CertificateId,
    place: Place<'_, CertificateFormat>,
    with_key: bool,
) -> Result<Written, Report> {
    let _made = files::Folder::at(place.folder)?;
    let is_needed = place.form.format().needs_password() && with_key;
    let password = forms::password(session, place.password_file, is_needed)?;
    if with_key {
        session.unlock()?;
    }
    let export = || {
        Ok(Command::Certificate(CertificateCommand::Export {
            id,
            folder: place.folder.to_owned(),
            file_name: place.file_name.map(str::to_owned),
            form: place.form,
            with_key,
            password: forms::copy(password.as_ref()),
        }))
    };
    let written = session.carry_out(export, |fact| match fact {
        Fact::Certificate(CertificateFact::Exported { files, remarks, .. }) => {
            Some(Written { files, remarks })
        }
        _ => None,
    })?;
    for remark in &written.remarks {
        session.talk.warning(remark);
    }
    Ok(written)
}

pub(crate) fn tell_files(session: &Session, files: &[PathBuf]) {
    for file in files {
        session.talk.note(&format!("wrote {}", file.display()));
    }
}

impl Export {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let id = session.ask(&FindCertificate(self.cert))?;
        let place = Place {
            folder: &self.out,
            file_name: self.name.as_deref(),
            form: forms::form(self.format, self.destination),
            password_file: self.password_file.as_ref(),
        };
        let Written { files, remarks } = export_to(session, id, place, self.with_key)?;
        let text: String = files
            .iter()
            .map(|file| format!("{}\n", file.display()))
            .collect();
        Told::new(
            text,
            &json!({ "id": id, "files": files, "remarks": remarks }),
        )
    }
}

impl List {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let authority: Option<AuthorityId> = match self.ca {
            Some(ca) => Some(session.ask(&FindAuthority(ca))?),
            None => None,
        };
        let (sort, descending) = self.sort.order();
        let filter = CertificateFilter {
            text: self.text,
            authority,
            status: self.status.map(StatusWord::status),
        };
        let (total, rows) = session.pages(self.limit, |first, rows| ListCertificates {
            filter: filter.clone(),
            sort,
            descending,
            first,
            rows,
        })?;
        session.tell_rest(rows.len(), total);
        let lines: Vec<_> = rows.iter().map(row).collect();
        let titles = ["Id", "Name", "Issuer", "Profile", "Status", "Ends", "Key"];
        let json = json!({ "total": total, "rows": rows });
        Told::new(table(titles, &lines), &json)
    }
}

impl StatusWord {
    const fn status(self) -> CertificateStatus {
        match self {
            Self::Active => CertificateStatus::Active,
            Self::Expired => CertificateStatus::Expired,
            Self::Expiring => CertificateStatus::Expiring,
            Self::OnHold => CertificateStatus::OnHold,
            Self::PossiblyIssued => CertificateStatus::PossiblyIssued,
            Self::Revoked => CertificateStatus::Revoked,
        }
    }
}

impl SortWord {
    /// The column, and whether the largest comes first.
    const fn order(self) -> (Sort, bool) {
        match self {
            Self::Expiry => (Sort::Expiry, false),
            Self::Issued => (Sort::Issued, true),
            Self::Issuer => (Sort::Issuer, false),
            Self::Name => (Sort::Name, false),
        }
    }
}

fn row(cert: &CertificateRow) -> [String; 7] {
    [
        cert.id.to_string(),
        cert.name.clone(),
        cert.issuer_name.clone(),
        cert.profile.to_string(),
        word(&cert.status),
        day(cert.not_after),
        key_place(&cert.key),
    ]
}

fn key_place(key: &CertificateKey) -> String {
    match key {
        CertificateKey::Endpoint => "on its host".to_owned(),
        CertificateKey::Vault(_) => "in the vault".to_owned(),
        _ => String::new(),
    }
}

fn show(session: &Session, cert: String, pem: bool) -> Result<Told, Report> {
    let id = session.ask(&FindCertificate(cert))?;
    let detail = session.ask(&ShowCertificate(id))?;
    let text = match pem {
        true => format!("{}{}", detail.pem, detail.chain_pem),
        false => in_words(&detail),
    };
    Told::new(text, &detail)
}

fn in_words(detail: &CertificateDetail) -> String {
    let row = &detail.row;
    let key = match &row.key {
        CertificateKey::Vault(id) => format!("{}, in the vault: {id}", row.key_title),
        _ => format!("{}, on its host", row.key_title),
    };
    let above: Vec<&str> = detail.chain.iter().map(|above| above.1.as_str()).collect();
    fields(&[
        ("Id", row.id.to_string()),
        ("Name", row.name.clone()),
        ("Names", list(&row.identifiers)),
        ("Status", word(&row.status)),
        ("Revoked", row.revocation.map_or(String::new(), revoked)),
        ("Profile", row.profile.to_string()),
        (
            "Issuer",
            match row.issuer_is_here {
                true => format!("{}, {}", row.issuer_name, row.issuer),
                false => format!("{}, not here", row.issuer_name),
            },
        ),
        ("Chain", above.join(", ")),
        ("Valid from", row.not_before.to_string()),
        ("Valid until", row.not_after.to_string()),
        ("Chain until", detail.effective_not_after.to_string()),
        ("Issued", detail.issued.to_string()),
        ("Key", key),
        (
            "Request",
            detail.request.map_or(String::new(), |id| id.to_string()),
        ),
        ("Serial", row.serial.to_string()),
        ("SHA-256", row.fingerprint.grouped()),
    ])
}

fn revoked(revocation: Revocation) -> String {
    let since = revocation.invalid_since;
    let since = since.map_or(String::new(), |since| {
        format!(", not to be trusted since {since}")
    });
    format!("{}, {}{since}", revocation.at, revocation.reason)
}
