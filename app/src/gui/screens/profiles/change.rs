//! The form that changes a profile of one's own.

use std::fmt::Display;
use std::str::FromStr;

use chancery_engine::api::{
    AddressKind, CertificatePolicy, Command, CustomExtension, Field as Part, KeyType, NameKind,
    NameRule, ObjectId, ProfileCommand, ProfileContent, ProfileDetail, ProfileName, Take, Usage,
};
use egui::Ui;

use super::detail::rule;
use crate::gui::model::Wishes;
use crate::gui::parts::errand::Errand;
use crate::gui::screens::{heading, page, section};
use crate::gui::theme::{self, size};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::fold::fold;
use crate::gui::widgets::tick::tick;
use crate::gui::widgets::{button, choice, report};
use crate::purposes::PURPOSES;

pub(super) struct Change {
    name: ProfileName,
    /// What a copy of this original may have at most.
    highest_ceiling: u32,
    /// What has been ticked and chosen so far; texts are in the fields.
    content: ProfileContent,
    title: Field,
    purpose: Field,
    days: Field,
    ceiling: Field,
    other_purposes: Field,
    policies: Field,
    extensions: Field,
}

impl Change {
    pub(super) fn of(detail: &ProfileDetail) -> Self {
        let content = detail.content.clone();
        let is_other = |id: &&ObjectId| !PURPOSES.iter().any(|(_, known)| *known == id.as_str());
        Self {
            name: detail.row.name.clone(),
            highest_ceiling: detail.highest_ceiling_days,
            title: Field::holding(&content.title),
            purpose: Field::holding(&content.purpose),
            days: Field::holding(content.default_days.to_string()),
            ceiling: Field::holding(content.ceiling_days.to_string()),
            other_purposes: Field::holding(lines(content.purposes.iter().filter(is_other))),
            policies: Field::holding(lines(content.policies.iter())),
            extensions: Field::holding(lines(content.extensions.iter())),
            content,
        }
    }

    /// True when the person leaves it.
    pub(super) fn ui(&mut self, ui: &mut Ui, errand: &mut Errand, wishes: &mut Wishes) -> bool {
        let (mut left, mut save) = (false, false);
        let content = self.read();
        let title = format!("Change profile {}", self.name);
        heading(ui, &title, |ui| {
            let ready = content.is_some() && !errand.is_under_way();
            save = button::primary(ui, "Save profile", ready).clicked();
            left = ui.button("Cancel").clicked();
        });
        page(ui, |ui| {
            ui.set_max_width(size::FORM.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            let text = "It holds for what is issued from now on. What was issued stays as it is.";
            ui.label(theme::soft(ui, text));
            self.texts_ui(ui);
            section(ui, "What its keys are for");
            self.purposes_ui(ui);
            section(ui, "Names and keys");
            self.names_ui(ui);
            fold(ui, "More choices", |ui| self.more_ui(ui));
        });
        if save && let Some(content) = content {
            let command = ProfileCommand::Change {
                name: self.name.clone(),
                content: Box::new(content),
            };
            errand.send(wishes, Command::Profile(command));
        }
        left
    }

    fn texts_ui(&mut self, ui: &mut Ui) {
        let look = |label, help| Look {
            label,
            help,
            ..Look::default()
        };
        let wrong = self
            .title
            .text
            .trim()
            .is_empty()
            .then_some("A title is needed");
        let help = "What people read in lists";
        self.title.ui(ui, look("Title", help), wrong);
        let help = "What it is for, one sentence";
        self.purpose.ui(ui, look("Purpose", help), None);
        let wrong = days(&self.days.text).is_none().then_some(NO_DAYS);
        let help = "Where nothing else is asked";
        self.days.ui(ui, look("Lifetime in days", help), wrong);
        let wrong = days(&self.ceiling.text).is_none().then_some(NO_DAYS);
        let help = format!(
            "More than this only by a person who was warned; at most {}",
            self.highest_ceiling
        );
        self.ceiling
            .ui(ui, look("Longest lifetime in days", &help), wrong);
    }

    fn purposes_ui(&mut self, ui: &mut Ui) {
        ui.label(theme::caption(ui, "Extended key usage"));
        ticks(ui, |ui| {
            // A certificate that is good for any purpose is refused anyway.
            for (name, id) in PURPOSES.iter().take(PURPOSES.len() - 1) {
                if let Ok(id) = id.parse() {
                    member(ui, &mut self.content.purposes, id, name);
                }
            }
        });
        let wrong = all::<ObjectId>(&self.other_purposes.text).err();
        let look = Look {
            label: "Other purposes",
            help: "Object identifiers, one a line",
            example: "1.3.6.1.4.1.99999.2",
            lines: 2,
        };
        self.other_purposes.ui(ui, look, wrong.as_deref());
        let mut is_own = self.content.key_usage.is_some();
        let options = [
            (false, "As the purposes and the key ask".to_owned()),
            (true, "Only what is ticked here".to_owned()),
        ];
        choice::drop_down(ui, "Key usage", &mut is_own, &options);
        match is_own {
            true => {
                let ticked = self.content.key_usage.get_or_insert_default();
                ticks(ui, |ui| {
                    for usage in Usage::ALL {
                        member(ui, ticked, usage, usage.word());
                    }
                });
            }
            false => self.content.key_usage = None,
        }
    }

    fn names_ui(&mut self, ui: &mut Ui) {
        let options = [
            (NameRule::None, "None".to_owned()),
            (NameRule::Optional, "Some or none".to_owned()),
            (NameRule::Required, "At least one".to_owned()),
        ];
        let names = &mut self.content.names;
        choice::drop_down(ui, "Alternative names", names, &options);
        if *names != NameRule::None {
            ticks(ui, |ui| {
                for kind in NameKind::ALL {
                    member(ui, &mut self.content.kinds, kind, kind_of_name(kind));
                }
                tick(ui, &mut self.content.wildcards, "Wildcards");
            });
        }
        ui.label(theme::caption(ui, "Kinds of keys; none ticked takes any"));
        ticks(ui, |ui| {
            for kind in KeyType::ALL {
                member(ui, &mut self.content.key_types, kind, kind.title());
            }
        });
    }

    fn more_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        for (part, label) in RULED {
            let found = self.content.takes.iter().find(|(ruled, _)| ruled == part);
            let mut take = found.map(|(_, take)| *take);
            choice::wide_drop_down(ui, label, &mut take, &rules());
            self.content.takes.retain(|(ruled, _)| ruled != part);
            self.content
                .takes
                .extend(take.map(|take| (part.clone(), take)));
        }
        ui.label(theme::caption(ui, "Addresses of the authority left out"));
        ticks(ui, |ui| {
            for kind in AddressKind::ALL {
                member(ui, &mut self.content.leave_out, kind, address(kind));
            }
        });
        let wrong = all::<CertificatePolicy>(&self.policies.text).err();
        let look = Look {
            label: "Policies besides the authority’s",
            help: "Object identifier, or with the address of its statement; one a line",
            example: "1.3.6.1.4.1.99999.1=http://pki.example.internal/cps",
            lines: 2,
        };
        self.policies.ui(ui, look, wrong.as_deref());
        let wrong = all::<CustomExtension>(&self.extensions.text).err();
        let look = Look {
            label: "Extensions besides the authority’s",
            help: "Object identifier and its value in DER, hexadecimal; one a line",
            example: "1.3.6.1.4.1.99999.3=0500,critical",
            lines: 2,
        };
        self.extensions.ui(ui, look, wrong.as_deref());
    }

    /// `None` while a field cannot be read; it says so itself.
    fn read(&self) -> Option<ProfileContent> {
        let mut content = self.content.clone();
        let title = self.title.text.trim();
        let is_known = |id: &ObjectId| PURPOSES.iter().any(|(_, known)| *known == id.as_str());
        content.purposes.retain(is_known);
        content
            .purposes
            .extend(all(&self.other_purposes.text).ok()?);
        if content.names == NameRule::None {
            (content.kinds, content.wildcards) = (Vec::new(), false);
        }
        Some(ProfileContent {
            title: (!title.is_empty()).then(|| title.to_owned())?,
            purpose: self.purpose.text.trim().to_owned(),
            default_days: days(&self.days.text)?,
            ceiling_days: days(&self.ceiling.text)?,
            policies: all(&self.policies.text).ok()?,
            extensions: all(&self.extensions.text).ok()?,
            ..content
        })
    }
}

/// Boxes one after the other, closer to each other than the fields of a form.
fn ticks(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(size::GAP_LARGE, size::GAP_SMALL);
        add(ui);
    });
}

/// A box for `value`, ticked where it is among `chosen`. They keep their order.
fn member<T: PartialEq>(ui: &mut Ui, chosen: &mut Vec<T>, value: T, words: &str) {
    let mut is_in = chosen.contains(&value);
    if tick(ui, &mut is_in, words).changed() {
        match is_in {
            true => chosen.push(value),
            false => chosen.retain(|other| *other != value),
        }
    }
}

fn lines<T: Display>(all: impl Iterator<Item = T>) -> String {
    all.map(|one| one.to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

/// One a line; the first that cannot be read is named.
fn all<T: FromStr<Err: Display>>(text: &str) -> Result<Vec<T>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = lines.map(|line| {
        let read = line.parse::<T>();
        read.map_err(|error| format!("{line}: {error}"))
    });
    read.collect()
}

fn days(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|days| *days > 0)
}

fn rules() -> Vec<(Option<Take>, String)> {
    let named = [
        Take::Profile,
        Take::Request,
        Take::RequestElseProfile,
        Take::RefuseOther,
    ];
    let named = named.map(|take| (Some(take), report::sentence(rule(take))));
    std::iter::once((None, "As usual".to_owned()))
        .chain(named)
        .collect()
}

const fn kind_of_name(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Dns => "Host names",
        NameKind::Email => "E-mail addresses",
        NameKind::Ip => "IP addresses",
        NameKind::Uri => "URIs",
        _ => "Others",
    }
}

const fn address(kind: AddressKind) -> &'static str {
    match kind {
        AddressKind::Crl => "List of revoked (CRL)",
        AddressKind::Issuer => "Its certificate",
        AddressKind::Ocsp => "OCSP responder",
    }
}

/// The fields that a rule is often wanted for; those of other extensions stay as they are.
const RULED: &[(Part, &str)] = &[
    (Part::Subject, "Who decides the subject"),
    (Part::Names, "Who decides the alternative names"),
    (Part::KeyUsage, "Who decides the key usage"),
    (Part::ExtendedKeyUsage, "Who decides the extended key usage"),
];

const NO_DAYS: &str = "A number of days is needed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let read = all::<ObjectId>("1.2.3\n\n 2.5.29.37 \n").unwrap();
        assert_eq!(lines(read.iter()), "1.2.3\n2.5.29.37");
        let wrong = all::<ObjectId>("1.2.3\nhello").unwrap_err();
        assert!(wrong.starts_with("hello: "), "{wrong}");
        assert_eq!(all::<ObjectId>(""), Ok(Vec::new()));
    }

    #[test]
    fn days_are_whole_and_at_least_one() {
        assert_eq!(days(" 30 "), Some(30));
        for wrong in ["", "0", "-1", "1.5", "a", "99999999999"] {
            assert_eq!(days(wrong), None, "{wrong}");
        }
    }
}
