//! Every widget in every state, to look at while building the window.

use std::borrow::Cow;

use chancery_engine::api::{Kind, Remedy, Report};
use egui::Ui;

use super::{Desk, Screen, View, heading, page, section};
use crate::gui::model::Wishes;
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::widgets::choice::{self, Card};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::table::{Column, Rows, Shape, Table};
use crate::gui::widgets::{
    alert, badge, button, empty_state, facts, filter, progress, report, steps, tree,
};

#[derive(Default)]
pub(in crate::gui) struct Gallery {
    text: Field,
    wrong: Field,
    secret: SecretEdit,
    search: String,
    chip: bool,
    choice: usize,
    table: Table,
    row: Option<u64>,
}

impl Screen for Gallery {
    fn logic(&mut self, _desk: &mut Desk<'_>) {}

    fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, _wishes: &mut Wishes) {
        heading(ui, "Gallery of widgets", |ui| {
            button::primary(ui, "Primary action", true);
            button::plain(ui, "Another…", true);
        });
        page(ui, |ui| {
            ui.set_max_width((size::FORM * 1.5).min(ui.available_width()));
            words_ui(ui);
            self.input_ui(ui);
            section(ui, "Told");
            for tone in TONES {
                alert::alert(
                    ui,
                    tone,
                    "Something worth knowing",
                    "And what follows from it.",
                );
            }
            report::report(ui, &example());
            progress::progress(ui, "Following the chain", true);
            steps::steps(ui, &["First", "Second", "Third"], 1);
            section(ui, "Lists");
            self.lists_ui(ui);
        });
    }
}

impl Gallery {
    fn input_ui(&mut self, ui: &mut Ui) {
        section(ui, "Asked");
        let look = Look {
            label: "Text",
            help: "Help stands below",
            example: "www.example.internal",
            ..Look::default()
        };
        self.text.ui(ui, look, None);
        self.wrong.show_error();
        let look = Look {
            label: "Wrong",
            ..look
        };
        self.wrong.ui(ui, look, Some("A name is needed"));
        self.secret.ui(ui, "Passphrase");
        ui.horizontal_wrapped(|ui| {
            filter::search(ui, &mut self.search, "Search");
            if filter::chip(ui, self.chip, "Chip") {
                self.chip = !self.chip;
            }
        });
        let options = [(0, "The first".to_owned()), (1, "The second".to_owned())];
        choice::drop_down(ui, "Choice", &mut self.choice, &options);
        for (number, title) in ["A card", "Another card"].into_iter().enumerate() {
            let card = Card {
                icon: icons::VAULT,
                title,
                text: "For a choice that matters",
            };
            if choice::card(ui, self.choice == number, &card).clicked() {
                self.choice = number;
            }
        }
        ui.horizontal_wrapped(|ui| {
            button::primary(ui, "Primary", true);
            button::primary(ui, "Not now", false);
            button::plain(ui, "Plain", true);
            button::destroy(ui, "Destroy", true);
            button::icon(ui, icons::COPY, "Copy");
        });
    }

    fn lists_ui(&mut self, ui: &mut Ui) {
        let rows = tree::arrange(&[None, Some(0), Some(0), Some(1)], |parent| *parent);
        let name = |place: usize| format!("Branch {place}");
        tree::tree(ui, &rows, Some(1), name, |ui, place| {
            ui.label(theme::strong(ui, format!("Branch {place}")));
        });
        ui.allocate_ui(egui::vec2(ui.available_width(), 200.0), |ui| {
            let shape = Shape {
                name: "Numbers",
                columns: COLUMNS,
                sorted: Some((0, false)),
                total: 1_000_000,
            };
            let output = self.table.ui(ui, &shape, &Numbers(self.row));
            self.row = output.selected.or(self.row);
        });
        ui.allocate_ui(egui::vec2(ui.available_width(), 200.0), |ui| {
            ui.set_height(200.0);
            empty_state::no_match(ui, "nothing");
        });
        empty_state::loading(ui);
    }
}

fn words_ui(ui: &mut Ui) {
    section(ui, "Words");
    ui.label(theme::title(ui, "Title 0123456789"));
    ui.label(theme::section(ui, "Section 0123456789"));
    ui.label(theme::strong(ui, "Strong 0123456789"));
    ui.label("Body -> 10x20 2001:db8::1 != <= fi Grüße Ελλάδα Москва");
    ui.label(theme::soft(ui, "Soft 0123456789"));
    ui.label(theme::mono(
        "Mono 0123456789 -> 10x20 2001:db8::1 != <= fi 0O 1lI",
    ));
    ui.horizontal_wrapped(|ui| {
        for tone in TONES {
            badge::badge(ui, tone, alert::icon_of(tone), "A status");
        }
        if ui.link("A link").clicked() {
            ui.ctx().copy_text("A link".to_owned());
        }
    });
    facts::facts(ui, "gallery facts", |ui| {
        facts::row(ui, "Label", "Value");
        facts::mono_row(ui, "Serial", "01ab 23cd 45ef", "01ab23cd45ef");
    });
}

fn example() -> Report {
    Report {
        code: Cow::Borrowed("store.disk-full"),
        kind: Kind::Failed,
        what: "something could not be done".to_owned(),
        why: vec!["the disk is full".to_owned()],
        remedy: Remedy::Do("Free some space, then try again".to_owned()),
    }
}

struct Numbers(Option<u64>);

impl Rows for Numbers {
    fn name(&self, row: u64) -> Option<String> {
        Some(format!("Number {row}"))
    }

    fn is_selected(&self, row: u64) -> bool {
        self.0 == Some(row)
    }

    fn cell(&self, ui: &mut Ui, row: u64, column: usize) {
        match column {
            0 => drop(ui.label(format!("Number {row}"))),
            _ => drop(ui.label(row.to_string())),
        }
    }
}

const TONES: [Tone; 5] = [Tone::Good, Tone::Due, Tone::Bad, Tone::Info, Tone::Off];

const COLUMNS: &[Column] = &[
    Column {
        title: "Name",
        width: 0.0,
        right: false,
        sortable: true,
    },
    Column {
        title: "Number",
        width: 120.0,
        right: true,
        sortable: false,
    },
];
