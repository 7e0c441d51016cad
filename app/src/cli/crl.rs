//! `chancery crl`: the lists of what each authority has revoked.

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuthorityId, Command, CrlDetail, CrlPlace, CrlRow, Fact, FindAuthority, ListCrls, Report,
    RevocationCommand, RevocationFact, ShowCrl,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::cli::inspect::outline;
use crate::cli::print::{Told, day, fields, table};
use crate::cli::session::Session;
use crate::cli::{CliError, files, number};

pub(crate) const ABOUT: &str = "Revocation lists (CRLs): signed, shown, written for others";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Sign a new list of everything that an authority has revoked; answers with its number
    Create(Create),
    /// Write the newest list of an authority for others to fetch
    Export(Export),
    /// List the authorities with their newest lists, and what those do not show yet
    List,
    /// Show the newest list of an authority, or one in a file
    Show {
        /// Id, name or serial of the authority, or a file
        #[arg(value_name = "CA|FILE")]
        what: String,
    },
}

/// How a list is encoded.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Text
    #[default]
    Pem,
    /// Bytes, as they are fetched
    Der,
}

impl Format {
    const fn is_der(self) -> bool {
        matches!(self, Self::Der)
    }
}

#[derive(Args)]
pub(crate) struct Create {
    /// Id, name or serial; not needed where there is only one
    #[arg(default_value = "", hide_default_value = true)]
    ca: String,
    /// Write it to this file or folder, too
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<PathBuf>,
    /// How the file is encoded: DER is what is fetched
    #[arg(long, value_enum, default_value = "der", requires = "out")]
    format: Format,
    /// Until the next one is due: 1 to 366; without, 7, and 180 for a root
    #[arg(long, value_name = "N", value_parser = number::days_of_list)]
    days: Option<u16>,
    /// The clock was wrong when the last list was made, and is right now
    #[arg(long)]
    clock_is_right: bool,
    /// Name the authority, where its key signs only with the passphrase and that is in a file
    #[arg(long, value_name = "CA")]
    confirm: Option<String>,
}

#[derive(Args)]
pub(crate) struct Export {
    /// Id, name or serial
    ca: String,
    /// The file to write, or a folder
    #[arg(long, value_name = "FILE|DIR")]
    out: PathBuf,
    /// How it is encoded: DER is what is fetched
    #[arg(long, value_enum, default_value = "der")]
    format: Format,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Create(words) => words.run(session),
            Self::Export(words) => words.run(session),
            Self::List => list(session),
            Self::Show { what } => show(session, what),
        }
    }
}

impl Create {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let authority = session.ask(&FindAuthority(self.ca))?;
        // A number is spent for good: what has no place is told before.
        let _made = self.out.as_deref().map(prepared).transpose()?;
        let with_consent = session.prepare_to_sign_list(authority)?;
        let create = || {
            let consent = || session.consent(self.confirm.as_deref());
            Ok(Command::Revocation(RevocationCommand::CreateCrl {
                authority,
                days: self.days,
                despite_clock: self.clock_is_right,
                consent: with_consent.then(consent).transpose()?,
            }))
        };
        let (number, entries, next_update) = session.carry_out(create, |fact| match fact {
            Fact::Revocation(RevocationFact::CrlCreated {
                number,
                entries,
                next_update,
                ..
            }) => Some((number, entries, next_update)),
            _ => None,
        })?;
        let file = self
            .out
            .map(|out| export(session, authority, &out, self.format))
            .transpose()
            .inspect_err(|_| {
                session.talk.note(&format!(
                    "The list is signed and kept, number {number}. Only the file is missing: \
                     `chancery crl export {authority} --out FILE` writes it."
                ));
            })?;
        if let Some(file) = &file {
            session.talk.note(&format!("wrote {}", file.display()));
        }
        session.talk.note(&format!(
            "Revoked: {entries}. The next list is due {next_update}."
        ));
        let json = json!({
            "id": number,
            "authority": authority,
            "number": number,
            "entries": entries,
            "next_update": next_update,
            "file": file,
        });
        Told::new(number.to_string(), &json)
    }
}

impl Export {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let authority = session.ask(&FindAuthority(self.ca))?;
        let _made = prepared(&self.out)?;
        let file = export(session, authority, &self.out, self.format)?;
        let json = json!({ "authority": authority, "file": file });
        Told::new(format!("{}\n", file.display()), &json)
    }
}

fn export(
    session: &Session,
    authority: AuthorityId,
    out: &Path,
    format: Format,
) -> Result<PathBuf, Report> {
    let export = || {
        Ok(Command::Revocation(RevocationCommand::ExportCrl {
            authority,
            place: place(out),
            der: format.is_der(),
        }))
    };
    session.carry_out(export, |fact| match fact {
        Fact::Revocation(RevocationFact::CrlExported { file, .. }) => Some(file),
        _ => None,
    })
}

/// A folder is made where it is missing; a file's has to be there.
fn prepared(out: &Path) -> Result<Option<files::Folder>, CliError> {
    match place(out) {
        CrlPlace::File(file) => files::require_place(&file).map(|()| None),
        CrlPlace::Folder(folder) => files::Folder::at(&folder).map(Some),
    }
}

/// A folder is one that is there, or a name that ends like one.
fn place(out: &Path) -> CrlPlace {
    let ends_like_one = out.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    match ends_like_one || out.is_dir() {
        true => CrlPlace::Folder(out.to_owned()),
        false => CrlPlace::File(out.to_owned()),
    }
}

fn list(session: &Session) -> Result<Told, Report> {
    let all = session.ask(&ListCrls)?;
    let rows: Vec<_> = all.iter().map(row).collect();
    let titles = [
        "Authority",
        "Revoked",
        "Not shown",
        "Number",
        "Made",
        "Next",
    ];
    let json = json!({ "total": all.len(), "rows": all });
    Told::new(table(titles, &rows), &json)
}

fn row(list: &CrlRow) -> [String; 6] {
    let newest = list.newest.as_ref();
    let say = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
    [
        list.authority_name.clone(),
        list.revoked.to_string(),
        list.unlisted.to_string(),
        say(newest.map(|newest| newest.number.to_string())),
        say(newest.map(|newest| day(newest.this_update))),
        say(newest.map(|newest| day(newest.next_update))),
    ]
}

fn show(session: &Session, what: String) -> Result<Told, Report> {
    let file = PathBuf::from(&what);
    if file.is_file() {
        let list = chancery_engine::inspect_crl(&files::read(&file)?)?;
        let json = json!({
            "row": null,
            "description": list.description,
            "number": list.number,
            "this_update": list.this_update,
            "next_update": list.next_update,
            "total": list.total,
            "rows": list.entries,
        });
        return Told::new(outline(&list.description), &json);
    }
    let authority = session.ask(&FindAuthority(what))?;
    let detail = session.ask(&ShowCrl(authority))?;
    let newest = detail.row.newest.as_ref();
    let json = json!({
        "row": detail.row,
        "description": detail.description,
        "number": newest.map(|newest| &newest.number),
        "this_update": newest.map(|newest| newest.this_update),
        "next_update": newest.map(|newest| newest.next_update),
        "total": newest.map(|newest| newest.entries),
        "rows": detail.entries,
    });
    Told::new(in_words(&detail), &json)
}

fn in_words(detail: &CrlDetail) -> String {
    let row = &detail.row;
    let head = fields(&[
        (
            "Authority",
            format!("{}, {}", row.authority_name, row.authority),
        ),
        ("Revoked now", row.revoked.to_string()),
        ("Not shown yet", row.unlisted.to_string()),
    ]);
    format!("{head}{}", outline(&detail.description))
}
