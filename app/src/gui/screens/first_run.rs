//! From nothing to the first certificate, in five decisions: what for, passphrase, name, name
//! space, first host. Or to what is there already.

mod asked;
mod existing;
mod kit;
mod making;

use chancery_engine::api::CertificateId;
use egui::{Key, Response, Ui};

use super::{Desk, View};
use crate::gui::model::Wishes;
use crate::gui::navigation::{Place, Public};
use crate::gui::parts::centred;
use crate::gui::parts::new_passphrase::NewPassphrase;
use crate::gui::program::Lost;
use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::choice::{self, Card};
use crate::gui::widgets::field::{Field, Look, entered};
use crate::gui::widgets::{button, steps};
use asked::{Asked, wrong};
use existing::Existing;
use kit::KitStep;
use making::{Making, Plan};

#[derive(Default)]
pub(in crate::gui) struct FirstRun {
    step: Step,
    door: Door,
    passphrase: NewPassphrase,
    name: Field,
    domain: Field,
    host: Field,
    making: Making,
    kit: KitStep,
    existing: Existing,
    /// The step whose first control has been given the keyboard.
    greeted: Option<Step>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Step {
    #[default]
    Door,
    Passphrase,
    Authority,
    Existing,
    Making,
}

/// What the person came for. Only what works has a door.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Door {
    #[default]
    Private,
    /// A vault alone; the authority's certificate comes from a root elsewhere.
    Subordinate,
    /// A vault alone; then the way to the first certificate of a public CA.
    Public,
    /// A backup, or the folder of a vault.
    Existing,
}

impl FirstRun {
    /// Whether the person is between the first command and the last word.
    pub(in crate::gui) fn is_under_way(&self) -> bool {
        self.step == Step::Making || self.making.has_a_vault()
    }

    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>) {
        self.making.tend(desk.model, desk.wishes);
        self.kit.tend(desk.model);
        self.existing.tend(desk.model);
    }

    /// What is there already could not be restored or opened.
    pub(in crate::gui) fn came_back(&mut self, lost: Lost) {
        (self.door, self.step) = (Door::Existing, Step::Existing);
        self.existing = Existing::after(lost);
    }

    /// `vault` is the id of the vault, as soon as there is one.
    pub(in crate::gui) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        vault: Option<&str>,
        wishes: &mut Wishes,
    ) {
        centred::column(ui, size::FORM, |ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            ui.label(theme::title(ui, "Welcome to Chancery"));
            steps::steps(ui, self.steps(), self.number());
            match self.step {
                Step::Door => self.door_ui(ui),
                Step::Passphrase => self.passphrase_ui(ui, wishes),
                Step::Authority => self.authority_ui(ui, wishes),
                Step::Existing => self.existing_ui(ui, view, wishes),
                Step::Making => self.making_ui(ui, view, vault, wishes),
            }
        });
    }

    const fn steps(&self) -> &'static [&'static str] {
        match self.door {
            Door::Private => &["What for", "Passphrase", "Authority and first name", "Make"],
            Door::Public | Door::Subordinate => &["What for", "Passphrase"],
            Door::Existing => &["What for", "Backup or folder"],
        }
    }

    const fn number(&self) -> usize {
        match self.step {
            Step::Door => 0,
            Step::Existing | Step::Passphrase => 1,
            Step::Authority => 2,
            Step::Making => self.steps().len() - 1,
        }
    }

    fn door_ui(&mut self, ui: &mut Ui) {
        ui.label("Your keys stay on this computer. What do you want to do first?");
        let mut entered = false;
        for (door, card) in DOORS {
            let shown = choice::card(ui, self.door == *door, card);
            if shown.clicked() {
                self.door = *door;
            }
            entered |= shown.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if self.door == *door {
                self.greet(&shown);
            }
        }
        if button::primary(ui, "Continue", true).clicked() || entered {
            self.step = match self.door {
                Door::Private | Door::Public | Door::Subordinate => Step::Passphrase,
                Door::Existing => Step::Existing,
            };
        }
    }

    fn existing_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        if self.existing.ui(ui, view, wishes) {
            self.step = Step::Door;
        }
    }

    fn passphrase_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        ui.label("The passphrase protects every private key. Nobody can recover it for you.");
        let typed = self
            .passphrase
            .ui(ui, "Passphrase", "The same passphrase again");
        self.greet(&typed.field);
        ui.horizontal(|ui| {
            let verb = match self.door {
                Door::Private => "Continue",
                Door::Existing | Door::Public | Door::Subordinate => "Create vault",
            };
            if button::primary(ui, verb, typed.ready).clicked() || typed.entered {
                self.passphrase_given(wishes);
            }
            if ui.button("Back").clicked() {
                self.step = Step::Door;
            }
        });
    }

    /// Gives the keyboard to the first control of a step, once.
    fn greet(&mut self, control: &Response) {
        if self.greeted != Some(self.step) {
            self.greeted = Some(self.step);
            control.request_focus();
        }
    }

    fn passphrase_given(&mut self, wishes: &mut Wishes) {
        match self.door {
            Door::Private => self.step = Step::Authority,
            Door::Existing | Door::Public | Door::Subordinate => {
                self.step = Step::Making;
                self.making = Making::begin(self.passphrase.take(), None, wishes);
            }
        }
    }

    fn authority_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let asked = Asked::read(&self.name.text, &self.domain.text, &self.host.text);
        let mut fields = Vec::new();
        if self.making.has_a_root() {
            ui.label("The root is there, with its name and what it may issue for.");
        } else {
            fields.extend(self.root_ui(ui, &asked));
        }
        fields.push((self.host_ui(ui, &asked), asked.hosts.is_ok()));
        if let Some((first, _)) = fields.first() {
            self.greet(first);
        }
        let entered = fields.iter().any(|(field, _)| entered(ui, field));
        ui.label(theme::soft(ui, WILL_BE_MADE));
        let clicked = self.authority_buttons(ui, wishes);
        if !clicked && !entered {
            return;
        }
        match asked.plan() {
            Some(plan) => self.make(plan, wishes),
            None => {
                self.name.show_error();
                self.domain.show_error();
                self.host.show_error();
                if let Some((wrong, _)) = fields.iter().find(|(_, good)| !good) {
                    wrong.request_focus();
                }
            }
        }
    }

    /// The fields of the root, and whether each is well filled in.
    fn root_ui(&mut self, ui: &mut Ui, asked: &Asked) -> [(Response, bool); 2] {
        let look = Look {
            label: "Name of the private CA",
            help: "People will see it in certificates",
            example: "Example",
            ..Look::default()
        };
        let name = self.name.ui(ui, look, wrong(&asked.name));
        let look = Look {
            label: "Names it may issue for",
            help: "Domains or address blocks; empty for private name space such as .internal and 10.0.0.0/8",
            example: "example.internal",
            ..Look::default()
        };
        let domain = self.domain.ui(ui, look, wrong(&asked.domains));
        [(name, asked.name.is_ok()), (domain, asked.domains.is_ok())]
    }

    fn host_ui(&mut self, ui: &mut Ui, asked: &Asked) -> Response {
        let look = Look {
            label: "First certificate, for the server",
            help: "Its host name or address; more than one with a comma between",
            example: "www.example.internal",
            ..Look::default()
        };
        self.host.ui(ui, look, wrong(&asked.hosts))
    }

    /// True when all is to be made. Once there is a vault its passphrase cannot be chosen anew.
    fn authority_buttons(&mut self, ui: &mut Ui, wishes: &mut Wishes) -> bool {
        let mut clicked = false;
        ui.horizontal(|ui| {
            clicked = button::primary(ui, "Create everything", true).clicked();
            if self.making.has_a_vault() {
                self.leave_ui(ui, wishes);
            } else if ui.button("Back").clicked() {
                self.step = Step::Passphrase;
            }
        });
        clicked
    }

    fn make(&mut self, plan: Plan, wishes: &mut Wishes) {
        self.step = Step::Making;
        match self.making.has_a_vault() {
            true => self.making.resume(plan, wishes),
            false => self.making = Making::begin(self.passphrase.take(), Some(plan), wishes),
        }
    }

    fn making_ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        vault: Option<&str>,
        wishes: &mut Wishes,
    ) {
        if self.kit.is_open() {
            self.kit.ui(ui, view, &self.making, wishes);
            return;
        }
        self.making.ui(ui);
        if let Some(certificate) = self.making.finished() {
            if !self.kit.is_done() {
                let offer = self.kit.offer_ui(ui);
                self.greet(&offer);
                if offer.clicked() {
                    self.greeted = None;
                    self.kit.open(vault.unwrap_or_default(), view);
                }
            }
            self.finished_ui(ui, certificate, wishes);
        } else if self.making.has_failed() {
            ui.horizontal(|ui| self.failed_ui(ui, wishes));
        }
    }

    fn failed_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let again = button::primary(ui, "Try again", true);
        self.greet(&again);
        if again.clicked() {
            self.greeted = None;
            self.making.go_on(wishes);
        }
        let has_a_vault = self.making.has_a_vault();
        if ui.button("Back").clicked() {
            match has_a_vault {
                true => self.step = Step::Authority,
                false => {
                    self.step = Step::Passphrase;
                    self.making = Making::default();
                }
            }
        }
        if has_a_vault {
            self.leave_ui(ui, wishes);
        }
    }

    /// The way out that keeps what has been made.
    fn leave_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        if ui.button("Go on in the window").clicked() {
            *self = Self::default();
            wishes.go(Place::Authorities(None));
        }
    }

    fn finished_ui(
        &mut self,
        ui: &mut Ui,
        certificate: Option<CertificateId>,
        wishes: &mut Wishes,
    ) {
        let (text, verb, place) = match certificate {
            None if self.door == Door::Public => (
                "The vault is there. Next, say where the DNS of your names is changed.",
                "Public CAs",
                Place::PublicCas(Public::Orders),
            ),
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
        let go = match self.kit.is_done() {
            true => {
                ui.label(text);
                button::primary(ui, verb, true)
            }
            false => ui.button(format!("Skip: {}", uncapitalized(verb))),
        };
        self.greet(&go);
        if go.clicked() {
            *self = Self::default();
            wishes.go(place);
        }
    }
}

/// `Show the certificate` behind a colon; `CAs` stays as it is.
fn uncapitalized(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

const WILL_BE_MADE: &str = "This makes a root that signs with the passphrase, an issuing \
    authority below it that signs alone while the vault is open, and one certificate.";

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
        Door::Public,
        Card {
            icon: icons::GLOBE,
            title: "A public certificate",
            text: "For names on the Internet, from a CA that every browser trusts, such as Let’s Encrypt",
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
    (
        Door::Existing,
        Card {
            icon: icons::FOLDER,
            title: "Open or restore what is there already",
            text: "A backup of a vault, or the data folder of an installation on another disk",
        },
    ),
];
