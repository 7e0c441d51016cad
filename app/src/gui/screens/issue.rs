//! Issue: whose the key shall be comes first, because the two ways have nothing else in common.

use chancery_engine::api::{
    Area, AuthorityId, CertificateCommand, CertificateFact, CertificateId, Command, Consent,
    Custody, Fact, Identifier, KeyChoice, KeyType, ListAuthorities, ListProfiles, NewCertificate,
    PreviewCertificate, ProfileName, Severity,
};
use egui::Ui;

use super::{Desk, Screen, View, heading, page, section};
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::consent::ConsentDialog;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{choices, findings, names, words};
use crate::gui::theme::{self, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::choice::{self, Card};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::fold::fold;
use crate::gui::widgets::tick::tick;
use crate::gui::widgets::{button, report};

#[derive(Default)]
pub(in crate::gui) struct Issue {
    owner: Owner,
    names: Field,
    authority: Option<AuthorityId>,
    profile: Option<ProfileName>,
    key_type: KeyType,
    days: Field,
    beyond_ceiling: bool,
    authorities: Watched<ListAuthorities>,
    profiles: Watched<ListProfiles>,
    preview: Watched<PreviewCertificate>,
    consent: ConsentDialog,
    errand: Errand,
    done: Option<CertificateId>,
}

/// Whose the private key is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Owner {
    #[default]
    Endpoint,
    Vault,
}

impl Screen for Issue {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let authorities = desk.model.changed(Area::Authority);
        let profiles = desk.model.changed(Area::System);
        self.authorities
            .tend(desk.context, desk.client, authorities);
        self.profiles.tend(desk.context, desk.client, profiles);
        self.preview.tend(desk.context, desk.client, authorities);
        if let Some(Fact::Certificate(CertificateFact::Issued { id, .. })) =
            self.errand.tend(desk.model)
        {
            self.done = Some(id);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, wishes: &mut Wishes) {
        if let Some(id) = self.done.take() {
            *self = Self::default();
            wishes.go(Place::Certificate(id));
        }
        self.authorities.want(ui.ctx(), ListAuthorities);
        self.profiles.want(ui.ctx(), ListProfiles);
        self.propose();
        heading(ui, "Issue certificate", |_| ());
        page(ui, |ui| {
            ui.set_max_width(size::FORM.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            self.owner_ui(ui);
            self.names_ui(ui);
            match self.owner {
                Owner::Endpoint => self.recipe_ui(ui, wishes),
                Owner::Vault => self.vault_ui(ui, wishes),
            }
        });
        if let Some(consent) = self.consent.ui(ui.ctx(), &mut self.errand) {
            self.issue(Some(consent), wishes);
        }
    }
}

impl Issue {
    fn owner_ui(&mut self, ui: &mut Ui) {
        for (owner, card) in OWNERS {
            if choice::card(ui, self.owner == *owner, card).clicked() {
                self.owner = *owner;
            }
        }
    }

    fn names_ui(&mut self, ui: &mut Ui) {
        let error = match names::identifiers(&self.names.text) {
            Ok(names) if names.is_empty() => Some("A name is needed".to_owned()),
            Ok(_) => None,
            Err(error) => Some(error),
        };
        let look = Look {
            label: "Names",
            help: "Host names or addresses; the first becomes the common name",
            example: "www.example.internal, 10.0.0.1",
            ..Look::default()
        };
        self.names.ui(ui, look, error.as_deref());
    }

    fn recipe_ui(&self, ui: &mut Ui, wishes: &mut Wishes) {
        section(ui, "On the host that will use it");
        ui.label("Make the key and the request there. Only the request comes here.");
        let names = names::identifiers(&self.names.text).unwrap_or_default();
        let recipe = recipe(&names);
        egui::Frame::new()
            .fill(theme::of(ui).panel)
            .corner_radius(f32::from(size::RADIUS_CARD))
            .inner_margin(egui::Margin::same(12))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.label(theme::mono(&recipe));
            });
        ui.horizontal_wrapped(|ui| {
            if button::primary(ui, "Add the request…", true).clicked() {
                wishes.go(Place::AddRequest);
            }
            if ui
                .button(format!("{} Copy the commands", icons::COPY))
                .clicked()
            {
                ui.ctx().copy_text(recipe);
            }
        });
    }

    fn vault_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let authorities = choices::issuers(self.authorities.shown());
        if authorities.is_empty() && self.authorities.shown().is_some() {
            ui.label("There is no authority yet that could sign it.");
            if button::primary(ui, "New authority…", true).clicked() {
                wishes.go(Place::NewAuthority);
            }
            return;
        }
        let profiles = choices::profiles(self.profiles.shown(), false);
        choice::drop_down(ui, "Profile", &mut self.profile, &profiles);
        choice::drop_down(ui, "Authority", &mut self.authority, &authorities);
        fold(ui, "More choices", |ui| self.more_ui(ui));
        let wish = self.wish();
        if let Some(wish) = wish.clone() {
            self.preview.want(ui.ctx(), PreviewCertificate(wish));
        }
        let mut refused = false;
        if wish.is_some() {
            section(ui, "Findings");
            if let Some(failed) = self.preview.failed() {
                report::report(ui, failed);
                refused = true;
            } else if let Some(found) = self.preview.shown() {
                findings::findings(ui, found);
                refused = found.iter().any(|found| found.severity == Severity::Error);
            }
        }
        if let Some(refused) = self.errand.refused()
            && !self.consent.is_open()
        {
            report::report(ui, refused);
        }
        let ready = !self.errand.is_under_way() && !refused;
        let verb = match self.errand.is_under_way() {
            true => "Issuing…",
            false => "Issue certificate",
        };
        if button::primary(ui, verb, ready).clicked() {
            self.names.show_error();
            self.days.show_error();
            if wish.is_some() {
                self.go(wishes);
            }
        }
    }

    fn more_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        choice::drop_down(ui, "Key", &mut self.key_type, &words::key_types());
        let row = self.profiles.shown().and_then(|rows| {
            rows.iter()
                .find(|row| Some(&row.name) == self.profile.as_ref())
        });
        let help = row.map_or(String::new(), |row| {
            format!(
                "Empty for {}; at most {} without a warning",
                row.default_days, row.ceiling_days
            )
        });
        let ceiling = row.map_or(u32::MAX, |row| row.ceiling_days);
        let error = self.days().err();
        let look = Look {
            label: "Days",
            help: &help,
            ..Look::default()
        };
        self.days.ui(ui, look, error);
        if matches!(self.days(), Ok(Some(days)) if days > ceiling) {
            let beyond = "I have been warned: longer than the profile’s ceiling";
            tick(ui, &mut self.beyond_ceiling, beyond);
        }
    }

    fn go(&mut self, wishes: &mut Wishes) {
        let rows = self.authorities.shown().map_or(&[][..], Vec::as_slice);
        let issuer = rows.iter().find(|row| Some(row.id) == self.authority);
        self.errand.forget();
        match issuer {
            Some(issuer) if issuer.custody == Custody::Attended => {
                let lines = vec![format!(
                    "{} signs a certificate for {}, with a new key in the vault.",
                    issuer.name,
                    self.names.text.trim()
                )];
                let title = format!("Sign with {}", issuer.name);
                self.consent.ask(title, "Sign certificate", lines);
            }
            _ => self.issue(None, wishes),
        }
    }

    fn issue(&mut self, consent: Option<Consent>, wishes: &mut Wishes) {
        if let Some(wish) = self.wish() {
            let command = CertificateCommand::Issue { wish, consent };
            self.errand.send(wishes, Command::Certificate(command));
        }
    }

    /// The form, understood; `None` while a field shows what is missing.
    fn wish(&self) -> Option<NewCertificate> {
        let identifiers = names::identifiers(&self.names.text).ok()?;
        Some(NewCertificate {
            authority: self.authority?,
            profile: self.profile.clone()?,
            common_name: identifiers.first()?.value(),
            identifiers,
            days: self.days().ok()?,
            beyond_ceiling: self.beyond_ceiling,
            key: KeyChoice::New(self.key_type),
        })
    }

    fn days(&self) -> Result<Option<u32>, &'static str> {
        match self.days.text.trim() {
            "" => Ok(None),
            text => match text.parse() {
                Ok(days @ 1..=3650) => Ok(Some(days)),
                _ => Err("Between 1 and 3650 days"),
            },
        }
    }

    fn propose(&mut self) {
        if self.authority.is_none() {
            self.authority = choices::usual(self.authorities.shown());
        }
        if self.profile.is_none() {
            let profiles = choices::profiles(self.profiles.shown(), false);
            self.profile = choices::usual_profile(&profiles);
        }
    }
}

/// What to type on the host, for these names. One that would end the quotes is left out.
fn recipe(names: &[Identifier]) -> String {
    let quotable = |name: &&Identifier| !name.value().contains('\'');
    let names: Vec<&Identifier> = names.iter().filter(quotable).collect();
    let first = names
        .first()
        .map_or("www.example.internal".to_owned(), |name| name.value());
    let file = first.replace(['*', ':', '/'], "_");
    let alternatives: Vec<String> = match names[..] {
        [] => vec![format!("DNS:{first}")],
        _ => names.iter().map(|name| for_openssl(name)).collect(),
    };
    format!(
        "openssl ecparam -name prime256v1 -genkey -noout \\\n  \
         -out {file}.key\n\
         openssl req -new -key {file}.key \\\n  \
         -out {file}.csr -subj '/CN={first}' \\\n  \
         -addext 'subjectAltName={}'",
        alternatives.join(",")
    )
}

fn for_openssl(name: &Identifier) -> String {
    match name {
        Identifier::Dns(name) => format!("DNS:{name}"),
        Identifier::Email(name) => format!("email:{name}"),
        Identifier::Ip(address) => format!("IP:{address}"),
        other => format!("URI:{}", other.value()),
    }
}

const OWNERS: &[(Owner, Card<'static>)] = &[
    (
        Owner::Endpoint,
        Card {
            icon: icons::ENDPOINT,
            title: "The key stays on its host",
            text: "Best for servers: the private key is made where it is used and never travels",
        },
    ),
    (
        Owner::Vault,
        Card {
            icon: icons::VAULT,
            title: "The key is made in the vault",
            text: "For devices that cannot make a request; you carry the key there as a file",
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipe_names_what_was_typed() {
        let names = names::identifiers("*.example.internal 10.0.0.1").unwrap();
        let recipe = recipe(&names);
        assert!(recipe.contains("-out _.example.internal.key"), "{recipe}");
        assert!(
            recipe.contains("subjectAltName=DNS:*.example.internal,IP:10.0.0.1"),
            "{recipe}"
        );
    }
}
