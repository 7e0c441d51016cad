//! DNS providers: what each can change, what its last test said, and the test itself.

use chancery_engine::api::{Command, DnsCommand, DnsProviderId, ProviderRow};
use egui::{Context, Role, Ui, WidgetInfo};

use crate::gui::model::{Model, Wishes};
use crate::gui::navigation::Place;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::provider_test;
use crate::gui::screens::{View, page};
use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::{badge, card, report};

#[derive(Default)]
pub(super) struct Providers {
    testing: Option<DnsProviderId>,
    test: Errand,
    removing: Option<(DnsProviderId, String, u64)>,
    removal: Errand,
}

#[derive(Clone, Copy)]
enum Asked {
    Change,
    Remove,
    Test,
}

impl Providers {
    pub(super) fn tend(&mut self, model: &mut Model) {
        if self.test.tend(model).is_some() {
            self.testing = None;
        }
        if self.removal.tend(model).is_some() {
            self.removing = None;
        }
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        providers: &[ProviderRow],
        view: &View<'_>,
        wishes: &mut Wishes,
    ) {
        page(ui, |ui| {
            ui.set_max_width(WIDTH.min(ui.available_width()));
            for provider in providers {
                match self.provider_ui(ui, provider, view) {
                    Some(Asked::Change) => wishes.go(Place::Provider(provider.id)),
                    Some(Asked::Remove) => {
                        self.removal.forget();
                        let name = provider.name.clone();
                        self.removing = Some((provider.id, name, provider.certificates));
                    }
                    Some(Asked::Test) => {
                        self.testing = Some(provider.id);
                        let command = DnsCommand::TestProvider { id: provider.id };
                        self.test.send(wishes, Command::Dns(command));
                    }
                    None => (),
                }
            }
        });
    }

    fn provider_ui(&self, ui: &mut Ui, provider: &ProviderRow, view: &View<'_>) -> Option<Asked> {
        let is_tested = self.testing == Some(provider.id);
        let under_way = self.test.is_under_way();
        card::card(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.label(theme::icon(icons::ENDPOINT).color(theme::of(ui).soft));
                ui.label(theme::strong(ui, &provider.name));
                let (tone, icon, word) = provider_test::sign(provider.last_test.as_ref());
                badge::badge(ui, tone, icon, word);
            });
            ui.label(&provider.kind_title);
            let renewed = match provider.certificates {
                0 => "No certificate is renewed by it yet".to_owned(),
                1 => "1 certificate is renewed by it".to_owned(),
                count => format!("{count} certificates are renewed by it"),
            };
            ui.label(theme::soft(ui, renewed));
            provider_test::result(ui, provider.last_test.as_ref(), view.now);
            if is_tested && let Some(refused) = self.test.refused() {
                report::report(ui, refused);
            }
            ui.add_space(size::GAP_SMALL);
            ui.horizontal_wrapped(|ui| {
                let verb = match is_tested && under_way {
                    true => "Testing…",
                    false => "Test",
                };
                let tested = named(ui, verb, &format!("Test {}", provider.name), !under_way);
                let changed = named(ui, "Change…", &format!("Change {}…", provider.name), true);
                let removed = named(ui, "Remove…", &format!("Remove {}…", provider.name), true);
                match (tested, changed, removed) {
                    (true, ..) => Some(Asked::Test),
                    (_, true, _) => Some(Asked::Change),
                    (_, _, true) => Some(Asked::Remove),
                    _ => None,
                }
            })
            .inner
        })
    }

    pub(super) fn dialog_ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some((id, name, certificates)) = &self.removing else {
            return;
        };
        let title = format!("Remove {name}");
        let mut consequences = vec!["Its secrets are wiped from the vault.".to_owned()];
        match *certificates {
            0 => (),
            1 => consequences
                .push("1 certificate came by it, and can no longer be renewed.".to_owned()),
            count => consequences.push(format!(
                "{count} certificates came by it, and can no longer be renewed."
            )),
        }
        let dialog = Confirm {
            title: &title,
            consequences: &consequences,
            verb: "Remove provider",
            destroys: true,
        };
        let removal = &self.removal;
        let answer = dialog.show(context, |ui| {
            if let Some(refused) = removal.refused() {
                report::report(ui, refused);
            }
            !removal.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let command = DnsCommand::RemoveProvider { id: *id };
                self.removal.send(wishes, Command::Dns(command));
            }
            Some(Answer::Leave) => self.removing = None,
            None => (),
        }
    }
}

/// A button whose name says also on what it acts.
fn named(ui: &mut Ui, words: &str, name: &str, enabled: bool) -> bool {
    let button = ui.add_enabled(enabled, egui::Button::new(words));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    button.clicked()
}

const WIDTH: f32 = 720.0;
