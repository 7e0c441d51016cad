//! `chancery csr`: the key stays on its host, a request comes in, a certificate goes out.

use std::path::PathBuf;

use chancery_engine::api::{
    CertificateFact, Choices, Command, Fact, FindAuthority, FindRequest, ListRequests, Merged,
    PreviewRequest, ProfileName, Report, RequestCommand, RequestDetail, RequestFact, RequestId,
    RequestPreview, RequestRow, RequestState, ShowCertificate, ShowRequest, Verdict,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::cert::{export_issued, tell_files};
use super::inspect::outline;
use super::print::{Told, day, fields, list, step, table, word};
use super::session::Session;
use super::{files, number};

pub(crate) const ABOUT: &str = "Certification requests: the key stays on its own host";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Issue what a waiting request asks, as its profile allows; answers with the certificate's id
    Approve(Approve),
    /// List requests, newest first
    List(List),
    /// Turn a waiting request down
    Reject {
        /// Id or name
        csr: String,
        /// Why, for whoever asks later
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Show one request, and what would be issued for it
    Show {
        /// Id or name
        csr: String,
        /// Only the request, as PEM
        #[arg(long)]
        pem: bool,
    },
    /// Take a request in, to be decided; answers with its id
    Submit(Submit),
}

#[derive(Args)]
pub(crate) struct Approve {
    /// Id or name
    csr: String,
    /// Lifetime in days, in place of the profile's own
    #[arg(long, value_name = "N", value_parser = number::days)]
    days: Option<u32>,
    /// Pass the profile's longest lifetime, up to 3650 days: such a certificate outlives its care
    #[arg(long)]
    beyond_ceiling: bool,
    /// Write the certificate and its chain into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Name the authority, where its key signs only with the passphrase and that is in a file
    #[arg(long, value_name = "CA")]
    confirm: Option<String>,
}

#[derive(Args)]
pub(crate) struct List {
    /// Only those in this state
    #[arg(long, value_enum)]
    state: Option<StateWord>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::limit)]
    limit: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum StateWord {
    Issued,
    Pending,
    Rejected,
}

#[derive(Args)]
pub(crate) struct Submit {
    /// The request, PEM or DER; `-` for standard input
    file: PathBuf,
    /// Who is to issue, by id, name or serial; not needed where there is only one
    #[arg(long, default_value = "", hide_default_value = true)]
    ca: String,
    /// One of `profile list`
    #[arg(long, default_value = "server")]
    profile: ProfileName,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Approve(words) => words.run(session),
            Self::List(words) => words.run(session),
            Self::Reject { csr, reason } => reject(session, csr, &reason),
            Self::Show { csr, pem } => show(session, csr, pem),
            Self::Submit(words) => words.run(session),
        }
    }
}

impl Submit {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let csr = files::read(&self.file)?;
        let authority = session.ask(&FindAuthority(self.ca))?;
        let submit = || {
            Ok(Command::Request(RequestCommand::Submit {
                csr: csr.clone(),
                authority,
                profile: self.profile.clone(),
            }))
        };
        let id = session.carry_out(submit, |fact| match fact {
            Fact::Request(RequestFact::Submitted { id }) => Some(id),
            _ => None,
        })?;
        session.talk.note(&format!(
            "It waits: see `chancery csr show {id}`, then approve or reject it."
        ));
        Told::new(id.to_string(), &session.ask(&ShowRequest(id))?.row)
    }
}

impl Approve {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let id = session.ask(&FindRequest(self.csr))?;
        let request = session.ask(&ShowRequest(id))?.row;
        let choices = Choices {
            takes: Vec::new(),
            days: self.days,
        };
        let _made = self.out.as_deref().map(files::Folder::at).transpose()?;
        // A request that cannot be granted is refused, and audited, by the command itself.
        if let Ok(preview) = preview(session, id, &choices, self.beyond_ceiling) {
            session.talk.findings(&preview.findings);
        }
        let what = format!("a certificate for {}", request.name);
        let confirmed = self.confirm.as_deref();
        let needs_consent = session.prepare_to_sign(request.authority, &request.profile, &what)?;
        let approve = || {
            let consent = needs_consent.then(|| session.consent(confirmed));
            Ok(Command::Request(RequestCommand::Approve {
                id,
                choices: choices.clone(),
                beyond_ceiling: self.beyond_ceiling,
                consent: consent.transpose()?,
            }))
        };
        let certificate = session.carry_out(approve, |fact| match fact {
            Fact::Certificate(CertificateFact::Issued { id, .. }) => Some(id),
            _ => None,
        })?;
        let written = match &self.out {
            Some(folder) => export_issued(session, certificate, folder, false)?,
            None => Vec::new(),
        };
        tell_files(session, &written);
        let row = session.ask(&ShowCertificate(certificate))?.row;
        let json = json!({ "id": certificate, "certificate": row, "files": written });
        Told::new(certificate.to_string(), &json)
    }
}

impl List {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let state = self.state.map(StateWord::state);
        let (total, rows) = session.pages(self.limit, |first, rows| ListRequests {
            state,
            first,
            rows,
        })?;
        session.tell_rest(rows.len(), total);
        let lines: Vec<_> = rows.iter().map(row).collect();
        let titles = [
            "Id",
            "Name",
            "State",
            "Authority",
            "Profile",
            "Key",
            "Submitted",
        ];
        let json = json!({ "total": total, "rows": rows });
        Told::new(table(titles, &lines), &json)
    }
}

impl StateWord {
    const fn state(self) -> RequestState {
        match self {
            Self::Issued => RequestState::Issued,
            Self::Pending => RequestState::Pending,
            Self::Rejected => RequestState::Rejected,
        }
    }
}

fn row(request: &RequestRow) -> [String; 7] {
    [
        request.id.to_string(),
        request.name.clone(),
        word(&request.state),
        request.authority_name.clone(),
        request.profile.to_string(),
        request.key_title.clone(),
        day(request.submitted),
    ]
}

fn reject(session: &Session, csr: String, reason: &str) -> Result<Told, Report> {
    let id = session.ask(&FindRequest(csr))?;
    let reject = || {
        let reason = reason.to_owned();
        Ok(Command::Request(RequestCommand::Reject { id, reason }))
    };
    session.carry_out(reject, |fact| {
        matches!(fact, Fact::Request(RequestFact::Rejected { .. })).then_some(())
    })?;
    Told::new(id.to_string(), &json!({ "id": id }))
}

fn show(session: &Session, csr: String, pem: bool) -> Result<Told, Report> {
    let id = session.ask(&FindRequest(csr))?;
    let detail = session.ask(&ShowRequest(id))?;
    if pem {
        return Told::new(detail.pem.clone(), &detail);
    }
    let waits = detail.row.state == RequestState::Pending;
    let preview = waits.then(|| preview(session, id, &Choices::default(), false));
    let preview = preview.transpose()?;
    let mut text = in_words(&detail);
    if let Some(preview) = &preview {
        text.push_str(&comparison(preview));
    }
    text.push_str(&format!("\n{}", outline(&detail.description)));
    Told::new(text, &json!({ "request": detail, "preview": preview }))
}

fn preview(
    session: &Session,
    id: RequestId,
    choices: &Choices,
    beyond_ceiling: bool,
) -> Result<RequestPreview, Report> {
    session.ask(&PreviewRequest {
        id,
        choices: choices.clone(),
        beyond_ceiling,
    })
}

fn in_words(detail: &RequestDetail) -> String {
    let row = &detail.row;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    fields(&[
        ("Id", row.id.to_string()),
        ("Name", row.name.clone()),
        ("Names", list(&row.identifiers)),
        ("State", word(&row.state)),
        (
            "Authority",
            format!("{}, {}", row.authority_name, row.authority),
        ),
        ("Profile", row.profile.to_string()),
        ("Key", row.key_title.clone()),
        (
            "Submitted",
            format!("{} by {}", row.submitted, row.submitted_by),
        ),
        (
            "Decided",
            detail.decided.map_or(String::new(), |at| at.to_string()),
        ),
        ("Decided by", text(&detail.decided_by)),
        ("Reason", text(&detail.reason)),
        (
            "Certificate",
            detail
                .certificate
                .map_or(String::new(), |id| id.to_string()),
        ),
    ])
}

/// What was asked for beside what would be issued, and what stands against it.
fn comparison(preview: &RequestPreview) -> String {
    let rows: Vec<_> = preview.rows.iter().map(compared).collect();
    let mut text = format!("\n{}", table(["", "Asked for", "Issued", ""], &rows));
    for finding in &preview.findings {
        let severity = word(&finding.severity);
        text.push_str(&format!(
            "{severity}: {} ({})\n",
            finding.what, finding.cites
        ));
    }
    if let Some(refused) = &preview.refused {
        let report = format!(
            "cannot be approved: {}\n  {}\n",
            refused.what,
            step(&refused.remedy)
        );
        text.push_str(&report);
    }
    text
}

fn compared(merged: &Merged) -> [String; 4] {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let verdict = match &merged.verdict {
        Verdict::Added => "added".to_owned(),
        Verdict::Changed => "changed".to_owned(),
        Verdict::Kept => "as asked".to_owned(),
        Verdict::Refused(why) => format!("refused: {why}"),
    };
    [
        merged.field.to_string(),
        text(&merged.asked),
        text(&merged.issued),
        verdict,
    ]
}
