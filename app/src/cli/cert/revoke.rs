//! Certificates that are no longer to be trusted: revoked, on hold, released.

use std::io::{Write, stderr};

use chancery_engine::api::{
    CertificateFilter, CertificateId, Command, Fact, FindAuthority, FindCertificate, FindIssued,
    FindKey, Fingerprint, ListKeys, PreviewRevocation, Report, RevocationCommand, RevocationFact,
    RevocationPreview, RevocationPreviewRow, RevocationReason, RevocationVerdict, Selection,
    Serial, Timestamp,
};
use clap::Args;
use serde_json::{Value, json};

use super::revoke_public::AtTheCa;
use crate::cli::print::{Told, day, table};
use crate::cli::session::Session;
use crate::cli::{CliError, question};

#[derive(Args)]
pub(crate) struct Revoke {
    #[command(flatten)]
    which: Which,
    /// Every certificate with this key: its id or name, or the SHA-256 of the public key
    #[arg(long, value_name = "KEY|FINGERPRINT", value_parser = some_text, conflicts_with_all = ["certs", "issuer"])]
    key: Option<String>,
    /// Every certificate of this authority, by id, name or serial
    #[arg(long, value_name = "CA", value_parser = some_text, conflicts_with_all = ["certs", "issuer", "key"])]
    all_of: Option<String>,
    /// Every certificate whose name, serial or fingerprint contains this
    #[arg(long, value_name = "TEXT", value_parser = some_text, conflicts_with_all = ["certs", "issuer", "key"])]
    filter: Option<String>,
    /// With --all-of or --filter: certificates of authorities too, with all that is below them
    #[arg(long, conflicts_with_all = ["certs", "issuer", "key"])]
    with_authorities: bool,
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
    #[arg(value_name = "CERT", value_parser = some_text)]
    certs: Vec<String>,
    /// The authority that issued them, by id, name or serial
    #[arg(long, value_name = "CA", value_parser = some_text)]
    issuer: Option<String>,
}

/// An empty word, such as a variable of a script that is not set, means nothing and not everything.
fn some_text(text: &str) -> Result<String, &'static str> {
    match text.trim().is_empty() {
        true => Err("expected a text that is not empty"),
        false => Ok(text.to_owned()),
    }
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
                say(session, &preview.effect, &preview);
                Told::new(listed(&preview, self.reason), &previewed(&preview)?)
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
        Ok(Selection::Matching {
            filter,
            authorities: self.with_authorities,
        })
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
        .note("Nobody will see it before a new list is signed and put where it is fetched.");
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
        if !yes {
            self.confirm(session, &preview)?;
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
        say(session, &preview.done, &preview);
        if unchanged > 0 {
            let text = format!("{unchanged} left as they were; --dry-run says why");
            session.talk.note(&text);
        }
        let changed: Vec<&RevocationPreviewRow> =
            preview.rows.iter().filter(|row| changes(row)).collect();
        let text: String = changed.iter().map(|row| named(row) + "\n").collect();
        let outcome = match self.reason.is_hold() {
            true => "on-hold",
            false => "revoked",
        };
        let rows: Vec<_> = changed
            .iter()
            .map(|row| {
                json!({
                    "certificate": row.certificate,
                    "name": row.name,
                    "issuer": row.issuer,
                    "issuer_name": row.issuer_name,
                    "serial": row.serial,
                    "not_after": row.not_after,
                    "is_authority": row.is_authority,
                    "outcome": outcome,
                })
            })
            .collect();
        let json = json!({
            "reason": self.reason.name(),
            "certificates": certificates,
            "unchanged": unchanged,
            "barred_keys": barred_keys,
            "total": rows.len(),
            "rows": rows,
        });
        Told::new(text, &json)
    }

    /// Asks the person, who is told first what will be; a script may revoke one certificate that it
    /// names, and more with `--yes`. Where nothing would change, the refusal says why.
    fn confirm(&self, session: &Session, preview: &RevocationPreview) -> Result<(), Report> {
        let all = preview.rows.len();
        let changing = usize::try_from(preview.changing).unwrap_or(all);
        if changing == 0 {
            return Ok(());
        }
        if !question::can_ask(session.talk) {
            return match all {
                0 | 1 => Ok(()),
                all => Err(CliError::NeedsYes { changing, all }.into()),
            };
        }
        say(session, &preview.effect, preview);
        write!(stderr(), "{}", listed(preview, self.reason)).ok();
        let wish = match self.reason.is_hold() {
            true => format!("Put {changing} of these on hold?"),
            false => format!("Revoke {changing} of these?"),
        };
        match question::ask(&wish)? {
            true => Ok(()),
            false => Err(CliError::CalledOff.into()),
        }
    }
}

/// What it means, and who will see it when.
fn say(session: &Session, effect: &[String], preview: &RevocationPreview) {
    let publicity = preview.publicity.iter().flat_map(|group| &group.words);
    for words in effect.iter().chain(publicity) {
        session.talk.note(&format!("{words}."));
    }
}

fn previewed(preview: &RevocationPreview) -> Result<Value, Report> {
    let mut json = serde_json::to_value(preview).map_err(|_| CliError::Misunderstood)?;
    json["total"] = preview.rows.len().into();
    Ok(json)
}

/// Authorities in a table of their own: with one of them goes all that is below it.
fn listed(preview: &RevocationPreview, reason: RevocationReason) -> String {
    let (authorities, others): (Vec<_>, Vec<_>) =
        preview.rows.iter().partition(|row| row.is_authority);
    let listed = |rows: Vec<&RevocationPreviewRow>| {
        let rows: Vec<_> = rows.into_iter().map(|it| row(it, reason)).collect();
        table(["Id", "Name", "Issuer", "Ends", "What happens"], &rows)
    };
    match (authorities.is_empty(), others.is_empty()) {
        (true, _) => listed(others),
        (false, true) => format!("Authorities:\n{}", listed(authorities)),
        (false, false) => format!("{}\nAuthorities:\n{}", listed(others), listed(authorities)),
    }
}

fn row(row: &RevocationPreviewRow, reason: RevocationReason) -> [String; 5] {
    [
        named(row),
        row.name.clone(),
        row.issuer_name.clone(),
        row.not_after.map_or(String::new(), day),
        in_words(&row.verdict, reason),
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

fn in_words(verdict: &RevocationVerdict, reason: RevocationReason) -> String {
    match verdict {
        RevocationVerdict::Already(old) => format!("stays: {} since {}", old.reason, day(old.at)),
        RevocationVerdict::Changes(old) => format!("will change: was {}", old.reason),
        RevocationVerdict::Expired => "stays: has expired".to_owned(),
        RevocationVerdict::LeftOut => "stays, without --with-authorities".to_owned(),
        RevocationVerdict::Refused(report) => format!("stays: {}", report.what),
        RevocationVerdict::WillBeRevoked if reason.is_hold() => "will be put on hold".to_owned(),
        RevocationVerdict::WillBeRevoked => "will be revoked".to_owned(),
        _ => String::new(),
    }
}

fn lines(ids: &[CertificateId]) -> String {
    ids.iter().map(|id| format!("{id}\n")).collect()
}
