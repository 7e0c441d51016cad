//! One command on its way, as the audit sees it.

use crate::api::{About, Actor, CommandId, Report, Resource, Timestamp};
use crate::base::Kind;
use crate::store::audit::Entry;

/// Who wished what, and when: everything an audit entry needs but the outcome.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) cause: CommandId,
    pub(super) actor: Actor,
    pub(super) at: Timestamp,
    pub(super) about: About,
}

impl Act {
    /// Before the act, for what signs, reveals a secret or touches the outside.
    pub(super) fn intent(&self, resource: Option<Resource>, details: &str) -> Entry {
        self.entry("intent", resource, details)
    }

    /// What was done, to what; `details` are added to the command's own.
    pub(super) fn done(&self, resource: Option<Resource>, details: &str) -> Entry {
        self.entry("done", resource, details)
    }

    pub(super) fn failed(&self, report: &Report) -> Entry {
        let outcome = match report.kind {
            Kind::Refused | Kind::Malformed => "refused",
            Kind::Failed | Kind::InUse | Kind::Locked => "failed",
        };
        let why: String = report
            .why
            .iter()
            .map(|cause| format!(": {cause}"))
            .collect();
        let details = format!("{} ({}){why}", report.what, report.code);
        self.entry(outcome, None, &details)
    }

    fn entry(&self, outcome: &str, resource: Option<Resource>, details: &str) -> Entry {
        let details = match details {
            "" => self.about.details.clone(),
            more => format!("{}; {more}", self.about.details),
        };
        let resource = resource.or_else(|| self.about.resource.clone());
        Entry {
            at: self.at,
            actor: self.actor.clone(),
            action: self.about.action.to_owned(),
            outcome: outcome.to_owned(),
            resource: resource.map(|it| Resource {
                id: cut(it.id),
                ..it
            }),
            details: cut(details),
            cause: Some(self.cause),
            keys_used: Vec::new(),
        }
    }
}

/// An entry stays for ever; nobody may fill it with a book.
fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        None => text,
        Some((end, _)) => format!("{}… (cut)", &text[..end]),
    }
}

const MAX_CHARS: usize = 2000;
