//! The form for a new authority: a root, an intermediate below one here, or one below a root
//! elsewhere.

use chancery_engine::api::{
    Area, AuthorityCommand, AuthorityFact, AuthorityId, AuthorityRow, AuthorityState, Command,
    Consent, Fact, Grant, KeyType, ListAuthorities, NewAuthority, NewAuthorityRequest, Reach,
};
use egui::Ui;

use super::{Desk, Screen, View, heading, page};
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::consent::ConsentDialog;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{names, words};
use crate::gui::theme::{icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::button;
use crate::gui::widgets::choice::{self, Card};
use crate::gui::widgets::field::{Field, Look, below};
use crate::gui::widgets::fold::fold;
use crate::gui::widgets::tick::tick;

#[derive(Default)]
pub(in crate::gui) struct NewAuthorityForm {
    kind: Kind,
    name: Field,
    parent: Option<AuthorityId>,
    space: Space,
    permitted: Field,
    more: More,
    list: Watched<ListAuthorities>,
    consent: ConsentDialog,
    errand: Errand,
    /// Where to go when it is done; told by `logic`, gone to by `ui`.
    done: Option<AuthorityId>,
    /// Whether the kind has been proposed from what there is.
    proposed: bool,
}

/// What most people leave as it is.
#[derive(Default)]
struct More {
    subject: Field,
    key_type: Option<KeyType>,
    years: Field,
    path_len: Option<u8>,
    attended: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Kind {
    #[default]
    Root,
    Intermediate,
    Requested,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Space {
    Anything,
    Only,
    #[default]
    Usual,
}

/// The form, understood.
struct Parsed {
    name: String,
    subject: Option<String>,
    parent: Option<AuthorityId>,
    days: Option<u32>,
    reach: Reach,
    grant: Option<Grant>,
}

impl Screen for NewAuthorityForm {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Authority);
        self.list.tend(desk.context, desk.client, changed);
        if let Some(Fact::Authority(
            AuthorityFact::Created { id } | AuthorityFact::Requested { id },
        )) = self.errand.tend(desk.model)
        {
            self.done = Some(id);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, wishes: &mut Wishes) {
        if let Some(id) = self.done.take() {
            *self = Self::default();
            wishes.go(Place::Authorities(Some(id)));
        }
        self.list.want(ui.ctx(), ListAuthorities);
        heading(ui, "New authority", |_| ());
        self.propose();
        page(ui, |ui| {
            ui.set_max_width(size::FORM.min(ui.available_width()));
            self.form_ui(ui);
            ui.add_space(size::GAP);
            let parsed = self.parse();
            let verb = self.kind.verb();
            if let Err(Some(fault)) = &parsed
                && self.name_is_there()
            {
                below(ui, "", Some(fault));
            }
            if button::primary(ui, verb, true).clicked() {
                self.name.show_error();
                self.permitted.show_error();
                self.more.years.show_error();
                if let Ok(parsed) = parsed {
                    let lines = self.what_is_signed(&parsed);
                    self.consent.ask(self.kind.title(), verb, lines);
                }
            }
        });
        self.consent_ui(ui, wishes);
    }
}

impl NewAuthorityForm {
    /// With a root already there, most people want an authority below it.
    fn propose(&mut self) {
        if self.proposed || self.list.shown().is_none() {
            return;
        }
        self.proposed = true;
        if let Some(parent) = self.parents().first() {
            (self.kind, self.parent) = (Kind::Intermediate, Some(parent.0));
        }
    }

    fn form_ui(&mut self, ui: &mut Ui) {
        let has_parents = !self.parents().is_empty();
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        for kind in Kind::ALL {
            let usable = kind != Kind::Intermediate || has_parents;
            ui.add_enabled_ui(usable, |ui| {
                if choice::card(ui, self.kind == kind, &kind.card()).clicked() {
                    self.kind = kind;
                }
            });
        }
        let error = (!self.name_is_there()).then_some("A name is needed");
        let look = Look {
            label: "Name",
            help: "What it is called here, and the common name in its certificate",
            example: self.kind.example(),
            ..Look::default()
        };
        self.name.ui(ui, look, error);
        if self.kind == Kind::Intermediate {
            let parents: Vec<(Option<AuthorityId>, String)> = self
                .parents()
                .into_iter()
                .map(|(id, name)| (Some(id), name))
                .collect();
            choice::drop_down(ui, "Signed by", &mut self.parent, &parents);
        }
        self.space_ui(ui);
        fold(ui, "More choices", |ui| self.more_ui(ui));
    }

    fn space_ui(&mut self, ui: &mut Ui) {
        let usual = match self.kind {
            Kind::Root => "Private names and addresses only",
            Kind::Intermediate => "The same as its parent",
            Kind::Requested => "As the parent decides",
        };
        let options = [
            (Space::Usual, usual.to_owned()),
            (Space::Only, "Only these".to_owned()),
            (Space::Anything, "Any name, without a constraint".to_owned()),
        ];
        choice::drop_down(ui, "May issue for", &mut self.space, &options);
        if self.space == Space::Only {
            let error = match names::subtrees(&self.permitted.text) {
                Ok(trees) if trees.is_empty() => {
                    Some("At least one name space is needed".to_owned())
                }
                Ok(_) => None,
                Err(error) => Some(error),
            };
            let look = Look {
                label: "Name spaces",
                help: "Domains, address blocks such as 10.0.0.0/8, email:HOST, uri:HOST",
                example: "example.internal, 10.0.0.0/8",
                ..Look::default()
            };
            self.permitted.ui(ui, look, error.as_deref());
        }
    }

    fn more_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        let mut key_type = self.key_type();
        choice::drop_down(ui, "Key", &mut key_type, &words::key_types());
        self.more.key_type = Some(key_type);
        if self.kind != Kind::Requested {
            let look = Look {
                label: "Lifetime in years",
                help: "Empty for the usual: 20 for a root, 10 below one",
                ..Look::default()
            };
            let error = self.days().err();
            self.more.years.ui(ui, look, error.as_deref());
        }
        let levels = [
            (None, "As many as wanted".to_owned()),
            (Some(0), "None: it issues certificates only".to_owned()),
            (Some(1), "One level".to_owned()),
            (Some(2), "Two levels".to_owned()),
        ];
        choice::drop_down(ui, "Authorities below it", &mut self.more.path_len, &levels);
        let look = Look {
            label: "Distinguished name",
            help: "Empty for the name alone",
            example: "O=Example, CN=Example Root",
            ..Look::default()
        };
        self.more.subject.ui(ui, look, None);
        if self.kind != Kind::Root {
            let text = "Signs with the passphrase only";
            tick(ui, &mut self.more.attended, text);
        }
    }

    fn consent_ui(&mut self, ui: &Ui, wishes: &mut Wishes) {
        if let Some(consent) = self.consent.ui(ui.ctx(), &mut self.errand)
            && let Ok(parsed) = self.parse()
        {
            let command = self.command(parsed, consent);
            self.errand.send(wishes, Command::Authority(command));
        }
    }

    fn command(&self, parsed: Parsed, consent: Consent) -> AuthorityCommand {
        let (key_type, path_len) = (self.key_type(), self.more.path_len);
        let Parsed {
            name,
            subject,
            parent,
            days,
            reach,
            grant,
        } = parsed;
        match self.kind {
            Kind::Requested => AuthorityCommand::Request(NewAuthorityRequest {
                name,
                subject,
                key_type,
                path_len,
                reach,
                grant,
                consent,
            }),
            Kind::Root | Kind::Intermediate => AuthorityCommand::Create(NewAuthority {
                name,
                subject,
                parent,
                key_type,
                days,
                path_len,
                reach,
                grant,
                consent,
            }),
        }
    }

    /// The fault that no field shows, if any.
    fn parse(&self) -> Result<Parsed, Option<String>> {
        let parent = match self.kind {
            Kind::Intermediate if self.parent.is_none() => {
                return Err(Some("Choose who signs it".to_owned()));
            }
            Kind::Intermediate => self.parent,
            Kind::Root | Kind::Requested => None,
        };
        let reach = match self.space {
            Space::Anything => Reach::Anything,
            Space::Usual => Reach::Usual,
            Space::Only => match names::subtrees(&self.permitted.text) {
                Ok(trees) if !trees.is_empty() => Reach::Only(trees),
                _ => return Err(None),
            },
        };
        let unattended = self.kind != Kind::Root && !self.more.attended;
        let subject = self.more.subject.text.trim();
        if !self.name_is_there() {
            return Err(None);
        }
        Ok(Parsed {
            name: self.name.text.trim().to_owned(),
            subject: (!subject.is_empty()).then(|| subject.to_owned()),
            parent,
            days: self.days().map_err(|_| None)?,
            reach,
            grant: unattended.then(|| Grant {
                profiles: Vec::new(),
                until: None,
            }),
        })
    }

    fn what_is_signed(&self, parsed: &Parsed) -> Vec<String> {
        let key = self.key_type().title();
        let name = &parsed.name;
        let mut lines = vec![match self.kind {
            Kind::Root => {
                format!("Makes a key ({key}) and the root certificate {name}, signed by itself.")
            }
            Kind::Intermediate => {
                let parent = self
                    .parents()
                    .into_iter()
                    .find(|(id, _)| Some(*id) == parsed.parent);
                let parent = parent.map_or(String::new(), |(_, name)| name);
                format!(
                    "{parent} signs the certificate of {name}, an authority below it, with a new key ({key})."
                )
            }
            Kind::Requested => {
                format!("Makes a key ({key}) and a request for {name}, to be signed elsewhere.")
            }
        }];
        if parsed.grant.is_some() {
            lines.push(format!(
                "{name} will sign alone while the vault is unlocked. You can end that at any time."
            ));
        }
        lines
    }

    fn name_is_there(&self) -> bool {
        !self.name.text.trim().is_empty()
    }

    fn key_type(&self) -> KeyType {
        self.more.key_type.unwrap_or(match self.kind {
            Kind::Root => KeyType::P384,
            Kind::Intermediate | Kind::Requested => KeyType::P256,
        })
    }

    fn days(&self) -> Result<Option<u32>, String> {
        match self.more.years.text.trim() {
            "" => Ok(None),
            years => match years.parse::<u32>() {
                Ok(years @ 1..=50) => Ok(Some(years * 365)),
                _ => Err("Between 1 and 50 years".to_owned()),
            },
        }
    }

    fn parents(&self) -> Vec<(AuthorityId, String)> {
        let usable =
            |row: &&AuthorityRow| row.state == AuthorityState::Active && row.path_len != Some(0);
        let rows = self.list.shown().map_or(&[][..], Vec::as_slice);
        rows.iter()
            .filter(usable)
            .map(|row| (row.id, row.name.clone()))
            .collect()
    }
}

impl Kind {
    const ALL: [Self; 3] = [Self::Root, Self::Intermediate, Self::Requested];

    const fn card(self) -> Card<'static> {
        match self {
            Self::Root => Card {
                icon: icons::ROOT,
                title: "Root",
                text: "Trusted by itself; signs with the passphrase",
            },
            Self::Intermediate => Card {
                icon: icons::AUTHORITIES,
                title: "Intermediate, signed here",
                text: "Issues certificates day by day, below an authority of this vault",
            },
            Self::Requested => Card {
                icon: icons::EXPORT,
                title: "Intermediate, signed elsewhere",
                text: "Makes a key here and a request that you carry to an offline root as a file",
            },
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Root => "Create root",
            Self::Intermediate => "Sign with the parent’s key",
            Self::Requested => "Make request",
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Root => "Create root",
            Self::Intermediate => "Create intermediate",
            Self::Requested => "Make request",
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Root => "Example Root",
            Self::Intermediate | Self::Requested => "Example Issuing",
        }
    }
}
