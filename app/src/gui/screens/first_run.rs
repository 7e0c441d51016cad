//! From nothing to the first certificate, in five decisions: what for, passphrase, name, name
//! space, first host.

mod making;

use chancery_engine::api::CertificateId;
use egui::Ui;

use super::Desk;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::{centred, names};
use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::choice::{self, Card};
use crate::gui::widgets::field::{Field, Look, below};
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{button, steps};
use making::Making;

#[derive(Default)]
pub(in crate::gui) struct FirstRun {
    step: Step,
    door: Door,
    passphrase: SecretEdit,
    again: SecretEdit,
    again_left: bool,
    name: Field,
    domain: Field,
    host: Field,
    making: Making,
    /// The step whose first field has been given the keyboard.
    greeted: Step,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Step {
    #[default]
    Door,
    Passphrase,
    Authority,
    Making,
}

/// What the person came for. Only what works has a door.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Door {
    #[default]
    Private,
    /// A vault alone; the authority's certificate comes from a root elsewhere.
    Subordinate,
}

impl FirstRun {
    /// Whether the person is between the first command and the last word.
    pub(in crate::gui) fn is_under_way(&self) -> bool {
        self.step == Step::Making
    }

    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>) {
        self.making.tend(desk.model, desk.wishes);
    }

    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        centred::column(ui, size::FORM, |ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            ui.label(theme::title(ui, "Welcome to Chancery"));
            steps::steps(ui, &STEPS[..self.count()], self.number());
            match self.step {
                Step::Door => self.door_ui(ui),
                Step::Passphrase => self.passphrase_ui(ui, wishes),
                Step::Authority => self.authority_ui(ui, wishes),
                Step::Making => self.making_ui(ui, wishes),
            }
        });
    }

    const fn count(&self) -> usize {
        match self.door {
            Door::Private => STEPS.len(),
            Door::Subordinate => 2,
        }
    }

    const fn number(&self) -> usize {
        match self.step {
            Step::Door => 0,
            Step::Passphrase => 1,
            Step::Authority => 2,
            Step::Making => self.count() - 1,
        }
    }

    fn door_ui(&mut self, ui: &mut Ui) {
        ui.label("Nothing leaves this computer. What do you want to do first?");
        for (door, card) in DOORS {
            if choice::card(ui, self.door == *door, card).clicked() {
                self.door = *door;
            }
        }
        if button::primary(ui, "Continue", true).clicked() {
            self.step = Step::Passphrase;
        }
    }

    fn passphrase_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        ui.label("The passphrase protects every private key. Nobody can recover it for you.");
        let field = self.passphrase.ui(ui, "Passphrase");
        let strength = self.passphrase.expose(Strength::of);
        below(ui, strength.words(), None);
        let again = self.again.ui(ui, "The same passphrase again");
        self.again_left |= again.lost_focus();
        let same = self
            .passphrase
            .expose(|one| self.again.expose(|other| one == other));
        let differs = (!same && !self.again.is_empty()).then_some("The two differ");
        below(ui, "", differs.filter(|_| self.again_left));
        self.greet(&field);
        let ready = same && strength >= Strength::Fair;
        ui.horizontal(|ui| {
            let verb = match self.door {
                Door::Private => "Continue",
                Door::Subordinate => "Create vault",
            };
            if button::primary(ui, verb, ready).clicked() {
                self.again = SecretEdit::default();
                self.passphrase_given(wishes);
            }
            if ui.button("Back").clicked() {
                self.step = Step::Door;
            }
        });
    }

    /// Gives the keyboard to the first field of a step, once.
    fn greet(&mut self, field: &egui::Response) {
        if self.greeted != self.step {
            self.greeted = self.step;
            field.request_focus();
        }
    }

    fn passphrase_given(&mut self, wishes: &mut Wishes) {
        match self.door {
            Door::Private => self.step = Step::Authority,
            Door::Subordinate => {
                self.step = Step::Making;
                self.making = Making::vault(self.passphrase.take(), wishes);
            }
        }
    }

    fn authority_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let name_error = self
            .name
            .text
            .trim()
            .is_empty()
            .then_some("A name is needed");
        let look = Look {
            label: "Name of the private CA",
            help: "People will see it in certificates",
            example: "Example",
            ..Look::default()
        };
        let field = self.name.ui(ui, look, name_error);
        self.greet(&field);
        let domains = names::subtrees(&self.domain.text);
        let look = Look {
            label: "Names it may issue for",
            help: "Domains or address blocks; empty for private name space such as .internal and 10.0.0.0/8",
            example: "example.internal",
            ..Look::default()
        };
        self.domain
            .ui(ui, look, domains.as_ref().err().map(String::as_str));
        let hosts = names::identifiers(&self.host.text);
        let missing = || "The first certificate needs a name".to_owned();
        let host_error = match &hosts {
            Ok(hosts) => hosts.is_empty().then(missing),
            Err(error) => Some(error.clone()),
        };
        let look = Look {
            label: "First certificate, for the server",
            help: "Its host name or address; more than one with a comma between",
            example: "www.example.internal",
            ..Look::default()
        };
        self.host.ui(ui, look, host_error.as_deref());
        ui.label(theme::soft(ui, WILL_BE_MADE));
        ui.horizontal(|ui| {
            if button::primary(ui, "Create everything", true).clicked() {
                self.name.show_error();
                self.domain.show_error();
                self.host.show_error();
                if let (None, Ok(domains), None, Ok(hosts)) =
                    (name_error, domains, host_error, hosts)
                {
                    let plan = making::Plan {
                        name: self.name.text.trim().to_owned(),
                        domains,
                        hosts,
                    };
                    self.step = Step::Making;
                    self.making = Making::everything(self.passphrase.take(), plan, wishes);
                }
            }
            if ui.button("Back").clicked() {
                self.step = Step::Passphrase;
            }
        });
    }

    fn making_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        self.making.ui(ui);
        if let Some(certificate) = self.making.finished() {
            self.finished_ui(ui, certificate, wishes);
        } else if self.making.has_failed() {
            ui.horizontal(|ui| {
                if self.making.has_a_vault() {
                    if button::primary(ui, "Go on in the window", true).clicked() {
                        *self = Self::default();
                        wishes.go(Place::Authorities(None));
                    }
                } else if button::primary(ui, "Start again", true).clicked() {
                    *self = Self::default();
                }
            });
        }
    }

    fn finished_ui(
        &mut self,
        ui: &mut Ui,
        certificate: Option<CertificateId>,
        wishes: &mut Wishes,
    ) {
        let (text, verb, place) = match certificate {
            Some(id) => (
                "Everything is there. Next, write the certificate's files for your server.",
                "Show the certificate",
                Place::Certificate(id),
            ),
            None => (
                "The vault is there. Next, make the request that the root elsewhere will sign.",
                "New authority…",
                Place::NewAuthority,
            ),
        };
        ui.label(text);
        if button::primary(ui, verb, true).clicked() {
            *self = Self::default();
            wishes.go(place);
        }
    }
}

/// A hint, not a promise: how long guessing takes depends on how it was chosen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Strength {
    Empty,
    Weak,
    Fair,
    Strong,
}

impl Strength {
    fn of(text: &str) -> Self {
        let mut different: Vec<char> = text.chars().collect();
        let length = different.len();
        different.sort_unstable();
        different.dedup();
        match (length, different.len()) {
            (0, _) => Self::Empty,
            (..SHORT, _) | (_, ..=5) => Self::Weak,
            (SHORT..LONG, _) => Self::Fair,
            _ => Self::Strong,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Empty => {
                "At least 10 characters; four or more words that only you put together are best"
            }
            Self::Weak => "Weak: at least 10 characters, and not the same few again and again",
            Self::Fair => "Fair: longer is better, for instance a few words more",
            Self::Strong => "Strong, if it is not written anywhere else",
        }
    }
}

const SHORT: usize = 10;
const LONG: usize = 18;

const STEPS: [&str; 4] = ["What for", "Passphrase", "Authority and first name", "Make"];

const WILL_BE_MADE: &str = "This makes a root whose key asks for the passphrase at each use, an issuing \
    authority below it that works unattended while the vault is open, and one certificate.";

const DOORS: &[(Door, Card<'static>)] = &[
    (
        Door::Private,
        Card {
            icon: icons::AUTHORITIES,
            title: "A private CA",
            text: "A root, an issuing authority and the first server certificate, all on this computer",
        },
    ),
    (
        Door::Subordinate,
        Card {
            icon: icons::ROOT,
            title: "An issuing authority below a root that is elsewhere",
            text: "Makes the vault; the root signs a request that you carry there as a file",
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_judged_by_its_length_and_variety() {
        assert_eq!(Strength::of(""), Strength::Empty);
        assert_eq!(Strength::of("short"), Strength::Weak);
        assert_eq!(Strength::of("aaaaaaaaaaaaaaaaaaaaaaaa"), Strength::Weak);
        assert_eq!(Strength::of("correct horse"), Strength::Fair);
        assert_eq!(
            Strength::of("correct horse battery staple"),
            Strength::Strong
        );
    }
}
