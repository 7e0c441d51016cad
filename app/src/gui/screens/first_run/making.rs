//! The commands of the first run, one after the other, and how far they have come.

use chancery_engine::api::{
    AuthorityCommand, AuthorityFact, CertificateCommand, CertificateFact, CertificateId, Command,
    Consent, Fact, Given, Grant, Identifier, KeyChoice, KeyType, NewAuthority, NewCertificate,
    Reach, Secret, Subtree, VaultCommand,
};
use egui::Ui;

use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::{badge, report};

/// What is to be made.
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) domains: Vec<Subtree>,
    pub(super) hosts: Vec<Identifier>,
}

#[derive(Default)]
pub(super) struct Making {
    plan: Option<Plan>,
    passphrase: Option<Secret<String>>,
    errand: Errand,
    /// How many stages are done.
    done: usize,
    /// The ending of the stage before this one.
    last: Option<Fact>,
    certificate: Option<CertificateId>,
}

impl Making {
    /// The vault, and what `plan` says beyond it.
    pub(super) fn begin(
        passphrase: Secret<String>,
        plan: Option<Plan>,
        wishes: &mut Wishes,
    ) -> Self {
        let mut making = Self {
            plan,
            passphrase: Some(passphrase),
            ..Self::default()
        };
        making.go_on(wishes);
        making
    }

    /// Goes on with the stage that failed, by another plan.
    pub(super) fn resume(&mut self, plan: Plan, wishes: &mut Wishes) {
        self.plan = Some(plan);
        self.go_on(wishes);
    }

    /// Begins the stage that comes next, or the one that failed once more.
    pub(super) fn go_on(&mut self, wishes: &mut Wishes) {
        if let Some(command) = self.command() {
            self.errand.send(wishes, command);
        }
    }

    fn command(&self) -> Option<Command> {
        let passphrase = self.passphrase.as_ref()?;
        match (self.done, &self.plan, &self.last) {
            (0, ..) => Some(Command::Vault(VaultCommand::Create {
                passphrase: again(passphrase),
                recovery: None,
            })),
            (done, Some(plan), Some(last)) => after(plan, passphrase, last, done),
            _ => None,
        }
    }

    /// Takes the ending of one stage and begins the next.
    pub(super) fn tend(&mut self, model: &mut Model, wishes: &mut Wishes) {
        let Some(fact) = self.errand.tend(model) else {
            return;
        };
        self.done += 1;
        if let Fact::Certificate(CertificateFact::Issued { id, .. }) = fact {
            self.certificate = Some(id);
        }
        self.last = Some(fact);
        self.go_on(wishes);
    }

    pub(super) fn ui(&self, ui: &mut Ui) {
        for (index, stage) in self.stages().iter().enumerate() {
            let failed = self.errand.refused().is_some();
            let (tone, icon) = match index.cmp(&self.done) {
                std::cmp::Ordering::Less => (Tone::Good, icons::DONE),
                std::cmp::Ordering::Equal if failed => (Tone::Bad, icons::FAILED),
                std::cmp::Ordering::Equal => (Tone::Info, icons::WAITING),
                std::cmp::Ordering::Greater => (Tone::Off, icons::CLOCK),
            };
            badge::status(ui, tone, icon, stage);
        }
        if let Some(refused) = self.errand.refused() {
            report::report(ui, refused);
        } else if self.errand.is_under_way() {
            ui.label(theme::soft(
                ui,
                "The vault takes a moment: guessing is made slow",
            ));
        }
    }

    /// For what follows: the recovery kit. It is wiped with the first run at the latest.
    pub(super) fn passphrase_again(&self) -> Option<Secret<String>> {
        self.passphrase.as_ref().map(again)
    }

    /// `Some` when all is done; the certificate where one was planned.
    pub(super) fn finished(&self) -> Option<Option<CertificateId>> {
        (self.done == self.stages().len()).then_some(self.certificate)
    }

    pub(super) const fn has_failed(&self) -> bool {
        self.errand.refused().is_some()
    }

    pub(super) const fn has_a_vault(&self) -> bool {
        self.done > 0
    }

    /// From here on the name and the name space stay as they are.
    pub(super) const fn has_a_root(&self) -> bool {
        self.done > 1
    }

    fn stages(&self) -> &'static [&'static str] {
        match self.plan {
            Some(_) => &STAGES,
            None => &STAGES[..1],
        }
    }
}

/// The command that follows from `fact`, the ending of stage number `done`.
fn after(plan: &Plan, passphrase: &Secret<String>, fact: &Fact, done: usize) -> Option<Command> {
    let consent = Consent {
        passphrase: again(passphrase),
        given: Given::Typed,
    };
    match (done, fact) {
        (1, Fact::Vault(_)) => {
            let reach = match plan.domains.is_empty() {
                true => Reach::Usual,
                false => Reach::Only(plan.domains.clone()),
            };
            let new = authority(format!("{} Root", plan.name), reach, consent);
            Some(Command::Authority(AuthorityCommand::Create(new)))
        }
        (2, Fact::Authority(AuthorityFact::Created { id })) => {
            let name = format!("{} Issuing", plan.name);
            let new = NewAuthority {
                parent: Some(*id),
                path_len: Some(0),
                key_type: KeyType::P256,
                grant: Some(Grant {
                    profiles: Vec::new(),
                    until: None,
                }),
                ..authority(name, Reach::Usual, consent)
            };
            Some(Command::Authority(AuthorityCommand::Create(new)))
        }
        (3, Fact::Authority(AuthorityFact::Created { id })) => {
            let wish = NewCertificate {
                authority: *id,
                profile: "server".parse().ok()?,
                common_name: plan.hosts.first()?.value(),
                identifiers: plan.hosts.clone(),
                days: None,
                beyond_ceiling: false,
                key: KeyChoice::New(KeyType::P256),
            };
            let consent = None;
            Some(Command::Certificate(CertificateCommand::Issue {
                wish,
                consent,
            }))
        }
        _ => None,
    }
}

fn authority(name: String, reach: Reach, consent: Consent) -> NewAuthority {
    NewAuthority {
        name,
        subject: None,
        parent: None,
        key_type: KeyType::P384,
        days: None,
        path_len: None,
        reach,
        grant: None,
        consent,
    }
}

/// Each command wipes its own copy.
fn again(passphrase: &Secret<String>) -> Secret<String> {
    Secret::new(passphrase.expose(Clone::clone))
}

const STAGES: [&str; 4] = ["Vault", "Root", "Issuing authority", "First certificate"];
