//! A new account at a public CA: which CA, what it asks for, and agreeing to its terms.

use chancery_engine::api::{
    AccountSettings, AcmeAccountId, AcmeCommand, AcmeFact, Area, Command, DirectoryChoice,
    DirectoryInfo, EmailName, ExternalBinding, Fact, KNOWN_DIRECTORIES, KnownDirectory,
    ListAccounts, NewAccount as Wish, shown,
};
use egui::{Response, Ui};

use super::public_cas::account_dialogs::{limit, rehearsals};
use super::{Desk, Screen, View, heading, missing_ui, page, section};
use crate::gui::model::Wishes;
use crate::gui::navigation::{Place, Public};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::read_file::{ReadFile, Wanted};
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::field::{Field, Look, below};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::tick::tick;
use crate::gui::widgets::{badge, button, choice, facts, fold, report};

pub(in crate::gui) struct NewAccount {
    /// One of the known ones; `None` for a CA by its address.
    known: Option<&'static str>,
    url: Field,
    /// Root certificates, for a CA that this computer does not trust.
    roots: ReadFile,
    reading: Errand,
    /// What the CA has said of itself, and of which choice it holds.
    offer: Option<(DirectoryChoice, DirectoryInfo)>,
    /// What is being asked.
    asked: Option<DirectoryChoice>,
    name: Field,
    contacts: Field,
    key_id: Field,
    mac_key: SecretEdit,
    agreed: bool,
    limit: Field,
    rehearsal: Option<AcmeAccountId>,
    accounts: Watched<ListAccounts>,
    making: Errand,
    /// When it was sent there was no other.
    is_first: bool,
    /// The person has tried to go on, so that what is missing is shown.
    tried: bool,
    /// What is to be brought into sight.
    sought: Option<Part>,
}

/// A part of the form that may keep it from being sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Part {
    Address,
    Roots,
    KeyId,
    MacKey,
    Name,
    Contacts,
    Terms,
    Limit,
}

impl Default for NewAccount {
    fn default() -> Self {
        let daily_limit = AccountSettings::default().daily_limit;
        Self {
            known: Some(KNOWN_DIRECTORIES[0].name),
            url: Field::default(),
            roots: ReadFile::with(Wanted::Certificates),
            reading: Errand::default(),
            offer: None,
            asked: None,
            name: Field::default(),
            contacts: Field::default(),
            key_id: Field::default(),
            mac_key: SecretEdit::default(),
            agreed: false,
            limit: Field::holding(daily_limit.to_string()),
            rehearsal: None,
            accounts: Watched::default(),
            making: Errand::default(),
            is_first: false,
            tried: false,
            sought: None,
        }
    }
}

impl Screen for NewAccount {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Acme);
        self.accounts.tend(desk.context, desk.client, changed);
        self.roots.tend(desk.model, desk.wishes);
        if let Some(Fact::Acme(AcmeFact::Directory(info))) = self.reading.tend(desk.model)
            && let Some(asked) = self.asked.take()
        {
            let before = self
                .offer
                .as_ref()
                .map(|(of, _)| proposed_name(&of.directory));
            let name = self.name.text.trim();
            if name.is_empty() || before.is_some_and(|before| before == name) {
                self.name = Field::holding(proposed_name(&asked.directory));
            }
            // Who agreed to the terms of one CA has not agreed to those of another.
            self.agreed = false;
            self.offer = Some((asked, info));
        }
        if let Some(Fact::Acme(AcmeFact::AccountCreated { .. })) = self.making.tend(desk.model) {
            let is_first = self.is_first;
            *self = Self::default();
            // The first one is a step on the way to a certificate.
            desk.wishes.go(Place::PublicCas(match is_first {
                true => Public::Orders,
                false => Public::Accounts,
            }));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, wishes: &mut Wishes) {
        self.accounts.want(ui.ctx(), ListAccounts);
        let choice = self.choice();
        let is_read = choice.is_some() && self.offer().is_some();
        let (mut asking, mut making) = (false, false);
        let quiet = !self.reading.is_under_way() && !self.making.is_under_way();
        let missing = self.missing().filter(|_| self.tried);
        heading(ui, "New account", |ui| match is_read {
            true => {
                let verb = match self.making.is_under_way() {
                    true => "Making…",
                    false => "Make account",
                };
                making = button::primary(ui, verb, quiet).clicked();
            }
            false => {
                let verb = match self.reading.is_under_way() {
                    true => "Asking…",
                    false => "Ask the CA",
                };
                asking = button::primary(ui, verb, quiet).clicked();
            }
        });
        if let Some((_, words)) = &missing {
            missing_ui(ui, words);
        }
        page(ui, |ui| {
            ui.set_max_width(size::FORM.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            self.ca_ui(ui, wishes);
            if let Some(refused) = self.reading.refused() {
                report::report(ui, refused);
            }
            match self.offer().cloned() {
                Some(info) => self.account_ui(ui, &info),
                None => {
                    let text = "The CA is asked for its terms first; nothing about you is sent.";
                    ui.label(theme::soft(ui, text));
                }
            }
            if let Some(refused) = self.making.refused() {
                report::report(ui, refused);
            }
        });
        if asking {
            self.ask(choice, wishes);
        }
        if making {
            self.make(wishes);
        }
    }
}

impl NewAccount {
    fn ca_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let known = KNOWN_DIRECTORIES
            .iter()
            .map(|known| (Some(known.name), known.title.to_owned()));
        let other = (None, "Another one, by its address".to_owned());
        let options: Vec<(Option<&str>, String)> = known.chain([other]).collect();
        let known = self.known.and_then(KnownDirectory::find);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            choice::wide_drop_down(ui, "Certification authority", &mut self.known, &options);
            let help = known.map_or("", |known| match known.needs_binding {
                true => "Wants an account at its web site first",
                false => "Needs no account at its web site",
            });
            below(ui, help, None);
        });
        if self.known.is_none() {
            self.other_ui(ui, wishes);
        }
    }

    fn other_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let error = match self.url.text.trim() {
            text if text.starts_with("https://") => None,
            _ => Some("An address that begins with https://"),
        };
        let look = Look {
            label: "Address of its directory",
            help: "The CA’s documentation names it as ACME directory",
            example: "https://ca.example.org/acme/directory",
            ..Look::default()
        };
        let url = self.url.ui(ui, look, error);
        self.bring(Part::Address, &url);
        let look = Look {
            label: "File with its root certificate, if this computer does not trust it",
            help: "PEM or DER",
            example: "/home/anna/root.pem",
            lines: 1,
        };
        let roots = ui.scope(|ui| self.roots.ui(ui, wishes, look)).response;
        self.bring(Part::Roots, &roots);
    }

    /// Into sight, if that is what is sought.
    fn bring(&mut self, part: Part, response: &Response) {
        if self.sought == Some(part) {
            response.scroll_to_me(Some(egui::Align::Center));
            self.sought = None;
        }
    }

    /// The first thing, in the order of the form, without which nobody is asked.
    fn missing(&self) -> Option<(Part, String)> {
        let url = self.url.text.trim();
        let Some(info) = self.offer() else {
            return match self.known {
                None if !url.starts_with("https://") => {
                    Some((Part::Address, "Its address is missing".to_owned()))
                }
                None if self.roots.is_wrong() => Some((
                    Part::Roots,
                    "The file with its root certificate is none".to_owned(),
                )),
                _ => None,
            };
        };
        let binds = self.needs_binding(info);
        let of = |part, words: &str| Some((part, words.to_owned()));
        if binds && self.key_id.text.trim().is_empty() {
            return of(Part::KeyId, "The key id from its web site is missing");
        }
        if binds && self.mac_key.is_empty() {
            return of(Part::MacKey, "The key from its web site is missing");
        }
        if self.name.text.trim().is_empty() {
            return of(Part::Name, "A name is needed");
        }
        if let Err(error) = contacts(&self.contacts.text) {
            return Some((Part::Contacts, error));
        }
        if info.terms.is_some() && !self.agreed {
            return of(Part::Terms, "Read the terms and agree to them first");
        }
        match limit(&self.limit.text) {
            Err(_) => of(Part::Limit, "The number of certificates a day is none"),
            Ok(_) => None,
        }
    }

    fn account_ui(&mut self, ui: &mut Ui, info: &DirectoryInfo) {
        section(ui, "What the CA says");
        offer_ui(ui, info);
        if self.needs_binding(info) {
            section(ui, "Your account at its web site");
            self.binding_ui(ui, info);
        }
        section(ui, "Your account");
        let missing = self.name.text.trim().is_empty();
        let look = Look {
            label: "Name here",
            help: "How it is called in lists",
            ..Look::default()
        };
        let name = self
            .name
            .ui(ui, look, missing.then_some("A name is needed"));
        self.bring(Part::Name, &name);
        let error = contacts(&self.contacts.text).err();
        let look = Look {
            label: "E-mail address, if you like",
            help: "Where the CA may warn you; more than one with a comma between",
            example: "anna@example.org",
            ..Look::default()
        };
        let contacts = self.contacts.ui(ui, look, error.as_deref());
        self.bring(Part::Contacts, &contacts);
        if info.terms.is_some() {
            let text = "I have read the terms and agree to them";
            let terms = tick(ui, &mut self.agreed, text);
            self.bring(Part::Terms, &terms);
            if self.tried && !self.agreed {
                below(ui, "", Some("The CA makes no account without that"));
            }
        }
        let open = self.sought == Some(Part::Limit);
        fold::opened(ui, "More choices", open, |ui| self.more_ui(ui));
    }

    fn binding_ui(&mut self, ui: &mut Ui, info: &DirectoryInfo) {
        let place = match &info.website {
            Some(website) => format!("Log in at {}", shown(website)),
            None => "Log in at the CA’s web site".to_owned(),
        };
        let words = format!(
            "{place}, and have it show credentials for ACME (external account binding, EAB): a \
             key id and a key."
        );
        ui.label(words);
        let missing = self.key_id.text.trim().is_empty();
        let look = Look {
            label: "Key id",
            ..Look::default()
        };
        let key_id = self
            .key_id
            .ui(ui, look, missing.then_some("It is needed here"));
        self.bring(Part::KeyId, &key_id);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            let mac_key = self.mac_key.ui(ui, "Key (HMAC)");
            self.bring(Part::MacKey, &mac_key);
            let missing = self.tried && self.mac_key.is_empty();
            let help = "Used once, and kept nowhere";
            below(ui, help, missing.then_some("It is needed here"));
        });
    }

    fn more_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        let look = Look {
            label: "Certificates a day for the same names",
            help: "Protects you from using up the CA’s own limits by mistake",
            ..Look::default()
        };
        let error = limit(&self.limit.text).err();
        let field = self.limit.ui(ui, look, error);
        self.bring(Part::Limit, &field);
        let accounts = self.accounts.shown().map_or(&[][..], Vec::as_slice);
        let options = rehearsals(accounts, AcmeAccountId::from_raw(0));
        choice::wide_drop_down(ui, "Rehearse with", &mut self.rehearsal, &options);
    }

    /// The choice, understood; `None` while the address is none.
    fn choice(&self) -> Option<DirectoryChoice> {
        let directory = match self.known {
            Some(known) => known.to_owned(),
            None => {
                let url = self.url.text.trim();
                url.starts_with("https://").then(|| url.to_owned())?
            }
        };
        let roots = match self.known {
            Some(_) => Vec::new(),
            None if self.roots.is_wrong() => return None,
            None => self.roots.bytes().to_vec(),
        };
        Some(DirectoryChoice { directory, roots })
    }

    /// What this very choice has said.
    fn offer(&self) -> Option<&DirectoryInfo> {
        let (of, info) = self.offer.as_ref()?;
        (Some(of) == self.choice().as_ref()).then_some(info)
    }

    fn needs_binding(&self, info: &DirectoryInfo) -> bool {
        let known = self.known.and_then(KnownDirectory::find);
        info.needs_binding || known.is_some_and(|known| known.needs_binding)
    }

    fn ask(&mut self, choice: Option<DirectoryChoice>, wishes: &mut Wishes) {
        self.url.show_error();
        self.tried = true;
        self.sought = self.missing().map(|(part, _)| part);
        if let Some(directory) = choice {
            self.tried = false;
            self.asked = Some(directory.clone());
            let command = AcmeCommand::ReadDirectory { directory };
            self.reading.send(wishes, Command::Acme(command));
        }
    }

    fn make(&mut self, wishes: &mut Wishes) {
        self.tried = true;
        for field in [&mut self.name, &mut self.contacts, &mut self.key_id] {
            field.show_error();
        }
        self.limit.show_error();
        self.sought = self.missing().map(|(part, _)| part);
        let Some(wish) = self.wish().filter(|_| self.sought.is_none()) else {
            return;
        };
        let binds = self.offer().is_some_and(|info| self.needs_binding(info));
        let key_id = self.key_id.text.trim().to_owned();
        let binding = binds.then(|| ExternalBinding {
            key_id,
            mac_key: self.mac_key.take(),
        });
        let command = AcmeCommand::CreateAccount { wish, binding };
        self.is_first = self.accounts.shown().is_none_or(Vec::is_empty);
        self.making.send(wishes, Command::Acme(command));
        self.tried = false;
    }

    /// The form, understood; `None` while a field shows what is missing.
    fn wish(&self) -> Option<Wish> {
        let info = self.offer()?;
        let name = self.name.text.trim();
        let may_go_on = !name.is_empty() && (self.agreed || info.terms.is_none());
        may_go_on.then_some(())?;
        Some(Wish {
            name: name.to_owned(),
            directory: self.choice()?,
            contacts: contacts(&self.contacts.text).ok()?,
            terms_agreed: self.agreed,
            settings: AccountSettings {
                daily_limit: limit(&self.limit.text).ok()?,
                rehearsal: self.rehearsal,
            },
        })
    }
}

fn offer_ui(ui: &mut Ui, info: &DirectoryInfo) {
    facts::facts(ui, "offer", |ui| {
        link_row(ui, "Terms", info.terms.as_deref());
        link_row(ui, "Web site", info.website.as_deref());
        if !info.profiles.is_empty() {
            let names: Vec<&str> = info.profiles.iter().map(|(name, _)| &**name).collect();
            facts::row(ui, "Kinds of certificate", &shown(&names.join(", ")));
        }
    });
    let (tone, icon, words) = match info.renewal_information {
        true => (Tone::Good, icons::CHECK, "It says itself when to renew"),
        false => (
            Tone::Off,
            icons::INFO,
            "It does not say when to renew; two thirds of the lifetime are waited for",
        ),
    };
    badge::line(ui, tone, icon, words);
}

/// An address of the CA's: opened by a click, and copied.
fn link_row(ui: &mut Ui, label: &str, url: Option<&str>) {
    let Some(url) = url else {
        return;
    };
    facts::row_with(ui, label, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = button::SMALL;
            let words = shown(url).into_owned();
            // What else a CA might write there is not opened.
            match url.starts_with("https://") || url.starts_with("http://") {
                true => drop(ui.hyperlink_to(words, url)),
                false => drop(ui.label(words)),
            }
            let name = format!("Copy {}", label.to_lowercase());
            if button::small_icon(ui, icons::COPY, &name).clicked() {
                ui.ctx().copy_text(url.to_owned());
            }
        });
    });
}

fn contacts(text: &str) -> Result<Vec<EmailName>, String> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    words
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.parse()
                .map_err(|error| sentence(&format!("{error}: {}", shown(word))))
        })
        .collect()
}

/// The name of a known CA, of others the host.
fn proposed_name(directory: &str) -> String {
    let host = directory.split("://").nth(1).unwrap_or(directory);
    host.split(['/', ':']).next().unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use chancery_engine::api::Timestamp;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::app::Here;
    use crate::gui::tests::harness;

    #[test]
    fn an_account_is_called_after_its_ca_unless_a_person_says_otherwise() {
        assert_eq!(proposed_name("letsencrypt"), "letsencrypt");
        assert_eq!(
            proposed_name("https://ca.rig.test:14000/dir"),
            "ca.rig.test"
        );
    }

    #[test]
    fn what_is_missing_is_named_beside_the_button_and_brought_into_sight() {
        let directory = DirectoryChoice {
            directory: KNOWN_DIRECTORIES[0].name.to_owned(),
            roots: Vec::new(),
        };
        let info = DirectoryInfo {
            url: KNOWN_DIRECTORIES[0].url.to_owned(),
            terms: Some("https://ca.example.org/terms".to_owned()),
            website: None,
            caa_identities: Vec::new(),
            needs_binding: false,
            profiles: Vec::new(),
            renewal_information: true,
        };
        let form = NewAccount {
            offer: Some((directory, info)),
            name: Field::holding("letsencrypt"),
            ..NewAccount::default()
        };
        let mut harness = harness((form, Wishes::default()), |ui, (form, wishes)| {
            let view = View {
                now: Timestamp::from_secs(0),
                folder: "",
                here: &Here::default(),
            };
            form.ui(ui, &view, wishes);
        });
        harness.set_size(egui::vec2(640.0, LOW));
        harness.run_steps(3);
        let terms = "I have read the terms and agree to them";
        let below = harness.get_by_label(terms).rect().top();
        assert!(below > LOW, "{below}");
        harness.get_by_label("Make account").click();
        harness.run_steps(20);
        let missing = "Read the terms and agree to them first";
        assert!(harness.query_by_label_contains(missing).is_some());
        let now = harness.get_by_label(terms).rect().bottom();
        assert!(now < LOW, "{now}");
        assert!(harness.state().1.is_empty());
        harness.get_by_label(terms).click();
        harness.run_steps(3);
        assert!(harness.query_by_label_contains(missing).is_none());
        harness.get_by_label("Make account").click();
        harness.run_steps(3);
        assert_eq!(harness.state().1.commands.len(), 1);
    }

    /// So high that the terms are out of sight.
    const LOW: f32 = 300.0;

    #[test]
    fn contacts_are_read_one_by_one_and_a_bad_one_is_named() {
        assert_eq!(contacts("a@example.org, b@example.org").unwrap().len(), 2);
        assert!(contacts("").unwrap().is_empty());
        assert!(contacts("anna").unwrap_err().ends_with("anna"));
    }
}
