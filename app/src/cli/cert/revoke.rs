//! Certificates that are no longer to be trusted: revoked, on hold, released.

use std::io::{Write, stderr};

use chancery_engine::api::{
    CertificateFilter, CertificateId, Command, Fact, FindAuthority, FindCertificate, FindIssued,
    FindKey, Fingerprint, ListKeys, PreviewRevocation, Report, RevocationCommand, RevocationFact,
    RevocationPreview, RevocationPreviewRow, RevocationReason, RevocationVerdict, Selection,
    Serial, Timestamp,
};
use clap::Args;
use serde_json::json;

use super::revoke_public::AtTheCa;
use crate::cli::print::{Told, day, table};
use crate::cli::session::Session;
use crate::cli::{CliError, question};

#[derive(Args)]
pub(crate) struct Revoke {
    #[command(flatten)]
    which: Which,
    /// Every certificate with this key: its id or name, or the SHA-256 of the public key
    #[arg(long, value_name = "KEY|FINGERPRINT", conflicts_with_all = ["certs", "issuer"])]
    key: Option<String>,
    /// Every certificate of this authority, by id, name or serial
    #[arg(long, value_name = "CA", conflicts_with_all = ["certs", "issuer", "key"])]
    all_of: Option<String>,
    /// Every certificate whose name, serial or fingerprint contains this
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["certs", "issuer", "key"])]
    filter: Option<String>,
    /// Why: unspecified, keyCompromise, cACompromise, affiliationChanged, superseded,
    /// cessationOfOperation, certificateHold or privilegeWithdrawn
    #[arg(long, value_name = "REASON")]
    reason: RevocationReason,
    /// Since when the key may have been in other hands: 2026-11-22, or with a time
    #[arg(long, value_name = "DATE")]
    invalid_since: Option<Timestamp>,
    /// Serials of the issuer whose certificates are not here
    #[arg(long, requires = "issuer", requires = "certs")]
    unlisted: bool,
    /// For a certificate of a public CA: sign with its own key, not with the account's
    #[arg(long, conflicts_with_all = ["key", "all_of", "filter", "unlisted", "invalid_since"])]
    by_certificate_key: bool,
    /// Only say what would be revoked
    #[arg(long)]
    dry_run: bool,
    /// Do not ask; needed by scripts that revoke more than one
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
pub(crate) struct Hold {
    #[command(flatten)]
    which: Which,
    /// Do not ask; needed by scripts that hold more than one
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
pub(crate) struct Which {
    /// Id, serial, fingerprint or name
    #[arg(value_name = "CERT")]
    certs: Vec<String>,
    /// The authority that issued them, by id, name or serial
    #[arg(long, value_name = "CA")]
    issuer: Option<String>,
}

impl Revoke {
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
        let what = self.selection(session)?;
        if let Selection::Certificates(ids) = &what
            && let Some(public) = self.at_the_ca(session, ids)?
        {
            return match self.dry_run {
                true => public.preview(session),
                false => public.carry_out(session, self.yes),
            };
        }
        let wish = Wish {
            what,
            reason: self.reason,
            invalid_since: self.invalid_since,
        };
        match self.dry_run {
            true => {
                let preview = wish.preview(session)?;
                say(session, &preview);
                Told::new(listed(&preview), &preview)
            }
            false => wish.carry_out(session, self.yes),
        }
    }

    fn at_the_ca(
        &self,
        session: &Session,
        ids: &[CertificateId],
    ) -> Result<Option<AtTheCa>, Report> {
        let public = AtTheCa::choose(session, ids, self.reason, self.by_certificate_key)?;
        if public.is_some() && self.invalid_since.is_some() {
            session
                .talk
                .warning("a public CA takes no date: --invalid-since is left out");
        }
        Ok(public)
    }

    fn selection(&self, session: &Session) -> Result<Selection, Report> {
        if let Some(key) = &self.key {
            return Ok(Selection::Key(key_fingerprint(session, key)?));
        }
        if self.unlisted {
            return self.which.serials(session);
        }
        if self.all_of.is_none() && self.filter.is_none() {
            return self.which.selection(session);
        }
        let authority = self.all_of.as_ref();
        let authority = authority.map(|ca| session.ask(&FindAuthority(ca.clone())));
        let filter = CertificateFilter {
            text: self.filter.clone().unwrap_or_default(),
            authority: authority.transpose()?,
            status: None,
        };
        Ok(Selection::Matching(filter))
    }
}

impl Hold {
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
        let wish = Wish {
            what: self.which.selection(session)?,
            reason: RevocationReason::CertificateHold,
            invalid_since: None,
        };
        wish.carry_out(session, self.yes)
    }
}

/// Takes back a hold.
pub(super) fn release(session: &Session, which: &Which) -> Result<Told, Report> {
    let certificates = which.ids(session)?;
    session.unlock()?;
    let release = || {
        let certificates = certificates.clone();
        Ok(Command::Revocation(RevocationCommand::Release {
            certificates,
        }))
    };
    session.carry_out(release, |fact| {
        matches!(fact, Fact::Revocation(RevocationFact::Released { .. })).then_some(())
    })?;
    session
        .talk
        .note("Nobody sees it before a new list is signed and put where it is fetched.");
    Told::new(lines(&certificates), &json!({ "released": certificates }))
}

impl Which {
    fn ids(&self, session: &Session) -> Result<Vec<CertificateId>, Report> {
        if self.certs.is_empty() {
            return Err(CliError::NothingNamed.into());
        }
        let issuer = self.issuer.as_ref();
        let issuer = issuer.map(|ca| session.ask(&FindAuthority(ca.clone())));
        let issuer = issuer.transpose()?;
        let find = |text: &String| match issuer {
            Some(authority) => session.ask(&FindIssued {
                authority,
                text: text.clone(),
            }),
            None => session.ask(&FindCertificate(text.clone())),
        };
        self.certs.iter().map(find).collect()
    }

    fn selection(&self, session: &Session) -> Result<Selection, Report> {
        Ok(Selection::Certificates(self.ids(session)?))
    }

    fn serials(&self, session: &Session) -> Result<Selection, Report> {
        let issuer = self.issuer.clone().unwrap_or_default();
        let read = |text: &String| -> Result<Serial, Report> {
            let not_one = || CliError::NotASerial(text.clone());
            Ok(text.parse().map_err(|_| not_one())?)
        };
        Ok(Selection::Serials {
            authority: session.ask(&FindAuthority(issuer))?,
            serials: self.certs.iter().map(read).collect::<Result<_, _>>()?,
        })
    }
}

fn key_fingerprint(session: &Session, key: &str) -> Result<Fingerprint, Report> {
    if let Ok(fingerprint) = key.parse() {
        return Ok(fingerprint);
    }
    let id = session.ask(&FindKey(key.to_owned()))?;
    let keys = session.ask(&ListKeys)?;
    let row = keys.into_iter().find(|row| row.id == id);
    Ok(row.ok_or(CliError::Misunderstood)?.fingerprint)
}

/// What is to be revoked, and why.
struct Wish {
    what: Selection,
    reason: RevocationReason,
    invalid_since: Option<Timestamp>,
}

impl Wish {
    fn preview(&self, session: &Session) -> Result<RevocationPreview, Report> {
        session.ask(&PreviewRevocation {
            what: self.what.clone(),
            reason: self.reason,
        })
    }

    fn carry_out(&self, session: &Session, yes: bool) -> Result<Told, Report> {
        let preview = self.preview(session)?;
        say(session, &preview);
        if !yes {
            confirm(session, &preview)?;
        }
        session.unlock()?;
        let revoke = || {
            Ok(Command::Revocation(RevocationCommand::Revoke {
                what: self.what.clone(),
                reason: self.reason,
                invalid_since: self.invalid_since,
            }))
        };
        let (certificates, unchanged, barred_keys) =
            session.carry_out(revoke, |fact| match fact {
                Fact::Revocation(RevocationFact::Revoked {
                    certificates,
                    unchanged,
                    barred_keys,
                    ..
                }) => Some((certificates, unchanged, barred_keys)),
                _ => None,
            })?;
        if unchanged > 0 {
            let text = format!("{unchanged} left as they were; --dry-run says why");
            session.talk.note(&text);
        }
        let changed: Vec<&RevocationPreviewRow> =
            preview.rows.iter().filter(|row| changes(row)).collect();
        let text: String = changed.iter().map(|row| named(row) + "\n").collect();
        let json = json!({
            "reason": self.reason,
            "certificates": certificates,
            "unchanged": unchanged,
            "barred_keys": barred_keys,
            "rows": changed,
        });
        Told::new(text, &json)
    }
}

/// What it means, and who will see it when.
fn say(session: &Session, preview: &RevocationPreview) {
    let publicity = preview.publicity.iter().flat_map(|group| &group.words);
    for words in preview.effect.iter().chain(publicity) {
        session.talk.note(&format!("{words}."));
    }
}

/// Asks the person; a script may revoke one certificate that it names, and more with `--yes`.
fn confirm(session: &Session, preview: &RevocationPreview) -> Result<(), Report> {
    if !question::can_ask(session.talk) {
        return match preview.rows.len() {
            0 | 1 => Ok(()),
            count => Err(CliError::NeedsYes(count).into()),
        };
    }
    write!(stderr(), "{}", listed(preview)).ok();
    match question::ask(&format!("Revoke {} of these?", preview.changing))? {
        true => Ok(()),
        false => Err(CliError::CalledOff.into()),
    }
}

fn listed(preview: &RevocationPreview) -> String {
    let rows: Vec<_> = preview.rows.iter().map(row).collect();
    table(["Id", "Name", "Issuer", "Ends", "What happens"], &rows)
}

fn row(row: &RevocationPreviewRow) -> [String; 5] {
    [
        named(row),
        row.name.clone(),
        row.issuer_name.clone(),
        row.not_after.map_or(String::new(), day),
        in_words(&row.verdict),
    ]
}

fn named(row: &RevocationPreviewRow) -> String {
    row.certificate
        .map_or_else(|| row.serial.to_string(), |id| id.to_string())
}

fn changes(row: &RevocationPreviewRow) -> bool {
    matches!(
        row.verdict,
        RevocationVerdict::Changes(_) | RevocationVerdict::WillBeRevoked
    )
}

fn in_words(verdict: &RevocationVerdict) -> String {
    match verdict {
        RevocationVerdict::Already(old) => format!("stays: {} since {}", old.reason, day(old.at)),
        RevocationVerdict::Changes(old) => format!("changes: was {}", old.reason),
        RevocationVerdict::Expired => "stays: has expired".to_owned(),
        RevocationVerdict::Refused(report) => format!("refused: {}", report.what),
        RevocationVerdict::WillBeRevoked => "is revoked".to_owned(),
        _ => String::new(),
    }
}

fn lines(ids: &[CertificateId]) -> String {
    ids.iter().map(|id| format!("{id}\n")).collect()
}
