//! A form made from a description of its fields: what a service wants to be told.

use std::collections::BTreeMap;

use chancery_engine::api::{FieldInfo, FieldKind, Secret};
use egui::Ui;

use crate::gui::theme::size;
use crate::gui::widgets::choice;
use crate::gui::widgets::field::{Field, Look, below};
use crate::gui::widgets::fold::fold;
use crate::gui::widgets::secret_edit::SecretEdit;

#[derive(Default)]
pub(in crate::gui) struct Form {
    inputs: Vec<Input>,
}

struct Input {
    info: FieldInfo,
    value: Value,
    /// A secret that is in the vault already, and stays there unless another one is typed.
    kept: bool,
}

enum Value {
    Choice(String),
    Secret { edit: SecretEdit, tried: bool },
    Text(Field),
}

impl Form {
    /// Filled with what holds now; `kept` names the secrets that are in the vault.
    pub(in crate::gui) fn of(
        fields: &[FieldInfo],
        settings: &BTreeMap<String, String>,
        kept: &[String],
    ) -> Self {
        let inputs = fields.iter().map(|info| Input {
            value: Value::of(info, settings.get(&*info.name)),
            kept: kept.iter().any(|name| *name == info.name),
            info: info.clone(),
        });
        Self {
            inputs: inputs.collect(),
        }
    }

    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui) {
        for input in self.inputs.iter_mut().filter(|it| !it.info.advanced) {
            input.ui(ui);
        }
        let mut advanced = self.inputs.iter_mut().filter(|it| it.info.advanced);
        let Some(first) = advanced.next() else {
            return;
        };
        fold(ui, "More choices", |ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            first.ui(ui);
            for input in advanced {
                input.ui(ui);
            }
        });
    }

    pub(in crate::gui) fn is_complete(&self) -> bool {
        self.inputs.iter().all(|input| input.error().is_none())
    }

    pub(in crate::gui) fn show_errors(&mut self) {
        for input in &mut self.inputs {
            match &mut input.value {
                Value::Secret { tried, .. } => *tried = true,
                Value::Text(field) => field.show_error(),
                Value::Choice(_) => (),
            }
        }
    }

    /// Whether anything was typed or chosen that is not in `settings` yet.
    pub(in crate::gui) fn differs(&self, settings: &BTreeMap<String, String>) -> bool {
        self.inputs.iter().any(|input| {
            let held = settings.get(&*input.info.name);
            match &input.value {
                Value::Secret { edit, .. } => !edit.is_empty(),
                Value::Choice(word) => *word != chosen_without(&input.info, held),
                Value::Text(field) => field.text.trim() != held.map_or("", String::as_str),
            }
        })
    }

    /// Without what was left empty.
    pub(in crate::gui) fn settings(&self) -> BTreeMap<String, String> {
        let given = self.inputs.iter().filter_map(|input| {
            let text = input.value.text()?;
            (!text.is_empty()).then(|| (input.info.name.to_string(), text.to_owned()))
        });
        given.collect()
    }

    /// Those that were typed; their fields are empty afterwards.
    pub(in crate::gui) fn take_secrets(&mut self) -> BTreeMap<String, Secret<String>> {
        let mut secrets = BTreeMap::new();
        for input in &mut self.inputs {
            if let Value::Secret { edit, tried } = &mut input.value {
                *tried = false;
                if !edit.is_empty() {
                    secrets.insert(input.info.name.to_string(), edit.take());
                }
            }
        }
        secrets
    }
}

impl Value {
    fn of(info: &FieldInfo, held: Option<&String>) -> Self {
        if info.secret {
            return Self::Secret {
                edit: SecretEdit::default(),
                tried: false,
            };
        }
        match &info.kind {
            FieldKind::Choice(_) => Self::Choice(chosen_without(info, held)),
            _ => Self::Text(Field::holding(held.cloned().unwrap_or_default())),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Choice(word) => Some(word),
            Self::Secret { .. } => None,
            Self::Text(field) => Some(field.text.trim()),
        }
    }
}

/// What a choice shows before anybody has chosen: without a default the first, since what is shown
/// is what is sent.
fn chosen_without(info: &FieldInfo, held: Option<&String>) -> String {
    let words = match &info.kind {
        FieldKind::Choice(words) => &words[..],
        _ => &[],
    };
    let usual = info.default.as_deref();
    let usual = usual.or_else(|| words.first().map(|word| &**word));
    held.map_or(usual.unwrap_or_default(), String::as_str)
        .to_owned()
}

impl Input {
    fn ui(&mut self, ui: &mut Ui) {
        let error = self.error();
        let label = match self.info.required {
            true => self.info.label.to_string(),
            false => format!("{}, if needed", self.info.label),
        };
        match &mut self.value {
            Value::Choice(chosen) => {
                let words = match &self.info.kind {
                    FieldKind::Choice(words) => &words[..],
                    _ => &[],
                };
                let options: Vec<(String, String)> = words
                    .iter()
                    .map(|word| (word.to_string(), word.to_string()))
                    .collect();
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
                    choice::drop_down(ui, &self.info.label, chosen, &options);
                    below(ui, &self.info.help, None);
                });
            }
            Value::Secret { edit, tried } => {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
                    let left = edit.ui(ui, &label).lost_focus();
                    *tried |= left && !edit.is_empty();
                    let help = match self.kept {
                        true => "It is in the vault; leave this empty to keep it",
                        false => &self.info.help,
                    };
                    below(ui, help, error.filter(|_| *tried));
                });
            }
            Value::Text(field) => {
                let look = Look {
                    label: &label,
                    help: &self.info.help,
                    example: self.info.default.as_deref().unwrap_or_default(),
                    lines: match self.info.kind {
                        FieldKind::Lines => 3,
                        _ => 1,
                    },
                };
                field.ui(ui, look, error);
            }
        }
    }

    /// What the service itself would object to is left to the engine.
    fn error(&self) -> Option<&'static str> {
        let text = match &self.value {
            Value::Secret { edit, .. } => {
                let missing = self.info.required && !self.kept && edit.is_empty();
                return missing.then_some(NEEDED);
            }
            Value::Choice(word) => word.as_str(),
            Value::Text(field) => field.text.trim(),
        };
        let has_default = self.info.default.is_some();
        match (&self.info.kind, text) {
            (_, "") => (self.info.required && !has_default).then_some(NEEDED),
            (FieldKind::Number, text) if text.parse::<u64>().is_err() => Some("A whole number"),
            (FieldKind::Url, text) if !text.contains("://") => Some("An address as https://…"),
            (FieldKind::Address, text) if text.contains(char::is_whitespace) => {
                Some("One host name or address")
            }
            _ => None,
        }
    }
}

const NEEDED: &str = "This is needed";

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use egui::Role;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::tests::harness;

    fn fields() -> Vec<FieldInfo> {
        let words = [Cow::Borrowed("sha256"), Cow::Borrowed("sha512")];
        vec![
            FieldInfo::new("endpoint", "API address", "Where it listens")
                .of(FieldKind::Url)
                .required(),
            FieldInfo::new("token", "Token", "The web site shows it once")
                .required()
                .secret(),
            FieldInfo::new("hash", "Hash", "Which one the key is for")
                .of(FieldKind::Choice(Cow::Owned(words.to_vec()))),
            FieldInfo::new("wait", "Wait", "In seconds")
                .of(FieldKind::Number)
                .otherwise("60")
                .advanced(),
        ]
    }

    #[test]
    fn a_form_says_what_is_missing_and_hands_its_secrets_over_once() {
        let mut form = Form::of(&fields(), &BTreeMap::new(), &[]);
        assert!(!form.is_complete());
        form.show_errors();
        let mut harness = harness(form, |ui, form| form.ui(ui));
        harness.run();
        assert_eq!(harness.query_all_by_label_contains(NEEDED).count(), 2);
        assert!(harness.query_by_label_contains("Wait").is_none());
        for (role, label, text) in [
            (Role::TextInput, "API address", "https://a.example"),
            (Role::PasswordInput, "Token", "hush"),
        ] {
            harness.get_by_role_and_label(role, label).focus();
            harness.run();
            harness.get_by_role_and_label(role, label).type_text(text);
            harness.run();
        }
        let form = harness.state_mut();
        assert!(form.is_complete());
        let settings = form.settings();
        assert_eq!(settings["endpoint"], "https://a.example");
        assert_eq!(settings["hash"], "sha256");
        assert!(!settings.contains_key("wait") && !settings.contains_key("token"));
        assert!(form.take_secrets()["token"].expose(|text| text == "hush"));
        assert!(form.take_secrets().is_empty());
    }

    #[test]
    fn a_secret_in_the_vault_need_not_be_typed_again() {
        let held = BTreeMap::from([("endpoint".to_owned(), "https://a.example".to_owned())]);
        let form = Form::of(&fields(), &held, &["token".to_owned()]);
        assert!(form.is_complete());
        assert_eq!(form.settings()["endpoint"], "https://a.example");
    }

    #[test]
    fn a_number_and_an_address_are_checked() {
        for (name, bad) in [("wait", "soon"), ("endpoint", "example.org")] {
            let mut held = BTreeMap::from([("endpoint".to_owned(), "https://a".to_owned())]);
            held.insert(name.to_owned(), bad.to_owned());
            let form = Form::of(&fields(), &held, &["token".to_owned()]);
            assert!(!form.is_complete(), "{name} {bad}");
        }
    }
}
