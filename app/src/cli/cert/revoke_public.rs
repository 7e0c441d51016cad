//! Certificates of public CAs are revoked at their CA.

use chancery_engine::api::{
    AcmeCommand, AcmeFact, CertificateId, Command, Fact, OriginDetail, Report, RevocationReason,
    ShowCertificate, ShowOrigin, shown,
};
use serde_json::json;

use crate::cli::print::{Told, table};
use crate::cli::session::Session;
use crate::cli::{CliError, question};

/// Certificates that came by ACME, and why they are no longer to be trusted.
pub(super) struct AtTheCa {
    certificates: Vec<(CertificateId, OriginDetail)>,
    reason: RevocationReason,
    by_certificate_key: bool,
}

impl AtTheCa {
    /// `None` where none of them came by ACME. One command revokes at a CA or here, not both.
    pub(super) fn choose(
        session: &Session,
        ids: &[CertificateId],
        reason: RevocationReason,
        by_certificate_key: bool,
    ) -> Result<Option<Self>, Report> {
        let mut certificates = Vec::new();
        for id in ids {
            if let Some(origin) = session.ask(&ShowOrigin(*id))? {
                certificates.push((*id, origin));
            }
        }
        if certificates.is_empty() {
            return match (ids.first(), by_certificate_key) {
                (Some(id), true) => Err(CliError::NotPublic(*id).into()),
                _ => Ok(None),
            };
        }
        if certificates.len() < ids.len() {
            return Err(CliError::PublicAndPrivate.into());
        }
        Ok(Some(Self {
            certificates,
            reason,
            by_certificate_key,
        }))
    }

    pub(super) fn preview(&self, session: &Session) -> Result<Told, Report> {
        let rows = self.rows(session)?;
        let ids: Vec<_> = self.certificates.iter().map(|(id, _)| id).collect();
        let json = json!({ "reason": self.reason.name(), "at_the_ca": true, "certificates": ids });
        Told::new(
            table(["Id", "Name", "Account", "What happens"], &rows),
            &json,
        )
    }

    fn rows(&self, session: &Session) -> Result<Vec<[String; 4]>, Report> {
        let signer = match self.by_certificate_key {
            true => "certificate's own",
            false => "account's",
        };
        let row = |(id, origin): &(CertificateId, OriginDetail)| {
            let name = session.ask(&ShowCertificate(*id))?.row.name;
            let what = format!("will be revoked at its CA, signed with the {signer} key");
            Ok([id.to_string(), name, origin.account_name.clone(), what])
        };
        self.certificates.iter().map(row).collect()
    }

    pub(super) fn carry_out(&self, session: &Session, yes: bool) -> Result<Told, Report> {
        self.confirm(session, yes)?;
        session.unlock()?;
        let (reason, by_certificate_key) = (self.reason, self.by_certificate_key);
        let mut done = Vec::new();
        for (id, origin) in &self.certificates {
            let revoke = || {
                Ok(Command::Acme(AcmeCommand::Revoke {
                    id: *id,
                    reason,
                    by_certificate_key,
                }))
            };
            let revoked = session.carry_out(revoke, |fact| {
                matches!(fact, Fact::Acme(AcmeFact::Revoked { .. })).then_some(())
            });
            if let Err(report) = revoked {
                for id in &done {
                    session.talk.note(&format!("{id} is revoked."));
                }
                return Err(report);
            }
            let account = shown(&origin.account_name);
            session.talk.note(&format!(
                "The CA of {account} has revoked {id}, and it is not renewed any more."
            ));
            done.push(*id);
        }
        let text: String = done.iter().map(|id| format!("{id}\n")).collect();
        let json = json!({ "reason": reason.name(), "at_the_ca": true, "certificates": done });
        Told::new(text, &json)
    }

    /// As for those of our own: a script may revoke one that it names, and more with `--yes`.
    fn confirm(&self, session: &Session, yes: bool) -> Result<(), Report> {
        if yes {
            return Ok(());
        }
        let count = self.certificates.len();
        if !question::can_ask(session.talk) {
            return match count {
                0 | 1 => Ok(()),
                all => Err(CliError::NeedsYes { changing: all, all }.into()),
            };
        }
        for [id, name, _, what] in self.rows(session)? {
            session.talk.note(&format!("{id} {} {what}.", shown(&name)));
        }
        match question::ask(&format!("Revoke {count} for ever?"))? {
            true => Ok(()),
            false => Err(CliError::CalledOff.into()),
        }
    }
}
