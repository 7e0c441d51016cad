//! What was sent and received for an order, secrets blanked: to read, to copy, to save.

use std::fmt::Write as _;
use std::path::PathBuf;

use chancery_engine::api::{Exchange, OrderDetail, shown};
use egui::{CollapsingHeader, Context, Ui};

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::parts::path_field::PathField;
use crate::gui::parts::time;
use crate::gui::screens::{View, page};
use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Look, below};
use crate::gui::widgets::report::sentence;

#[derive(Default)]
pub(super) struct Transcript {
    saving: Option<Saving>,
}

struct Saving {
    folder: PathField,
    file: String,
    text: String,
    asked: Option<WishId>,
    failed: Option<String>,
}

impl Transcript {
    pub(super) fn tend(&mut self, model: &mut Model) {
        let Some(saving) = &mut self.saving else {
            return;
        };
        saving.folder.tend(model);
        match saving.asked.and_then(|asked| model.take_file(asked)) {
            Some(FileAnswer::Written(_)) => self.saving = None,
            Some(FileAnswer::Failed(why)) => {
                (saving.asked, saving.failed) = (None, Some(sentence(&why)));
            }
            _ => (),
        }
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        detail: &OrderDetail,
        exchanges: &[Exchange],
        view: &View<'_>,
    ) {
        if exchanges.is_empty() {
            ui.label("Nothing has been sent yet.");
            return;
        }
        ui.horizontal_wrapped(|ui| {
            if ui.button(format!("{} Copy all", icons::COPY)).clicked() {
                ui.ctx().copy_text(text(exchanges));
            }
            if ui.button("Save to a file…").clicked() {
                self.saving = Some(Saving {
                    folder: PathField::holding(view.folder).focused(),
                    file: format!("{}.txt", detail.row.id),
                    text: text(exchanges),
                    asked: None,
                    failed: None,
                });
            }
            ui.label(theme::soft(
                ui,
                "What went to the CA and the DNS provider, and what came back; secrets are blanked",
            ));
        });
        ui.add_space(size::GAP_SMALL);
        page(ui, |ui| {
            for (at, exchange) in exchanges.iter().enumerate() {
                exchange_ui(ui, at, exchange);
            }
        });
    }

    pub(super) fn dialog_ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some(saving) = &mut self.saving else {
            return;
        };
        let consequences = [format!("The file is called {}.", saving.file)];
        let dialog = Confirm {
            title: "Save the raw protocol",
            consequences: &consequences,
            verb: "Save file",
            destroys: false,
        };
        let (folder, failed) = (&mut saving.folder, saving.failed.as_deref());
        let under_way = saving.asked.is_some();
        let answer = dialog.show(context, |ui| {
            let look = Look {
                label: "Folder",
                example: "/home/anna/orders",
                lines: 1,
                ..Look::default()
            };
            folder.ui(ui, wishes, look, FileAsk::PickFolder);
            below(ui, "Keys and tokens are not in it", failed);
            !folder.field.text.trim().is_empty() && !under_way
        });
        match answer {
            Some(Answer::Go) => {
                let folder = PathBuf::from(saving.folder.field.text.trim());
                let ask = FileAsk::Write {
                    path: folder.join(&saving.file),
                    text: saving.text.clone(),
                };
                saving.failed = None;
                saving.asked = Some(wishes.file(ask));
            }
            Some(Answer::Leave) => self.saving = None,
            None => (),
        }
    }
}

fn exchange_ui(ui: &mut Ui, at: usize, exchange: &Exchange) {
    let title = format!(
        "{}  {}",
        time::time_of_day(exchange.at),
        first_line(exchange)
    );
    CollapsingHeader::new(theme::mono(title))
        .id_salt(at)
        .show(ui, |ui| {
            for (label, body) in [("Sent", &exchange.sent), ("Received", &exchange.received)] {
                if !body.is_empty() {
                    ui.label(theme::soft(ui, label));
                    ui.label(theme::mono(body.as_str()));
                }
            }
        });
}

/// `POST https://… 201`.
fn first_line(exchange: &Exchange) -> String {
    let status = match exchange.status {
        Some(status) => status.to_string(),
        None => "no answer".to_owned(),
    };
    let (method, url) = (shown(&exchange.method), shown(&exchange.url));
    format!("{method} {url} {status}")
}

fn text(exchanges: &[Exchange]) -> String {
    let mut text = String::new();
    for exchange in exchanges {
        // Writing to a string never fails.
        write!(
            text,
            "=== {} {}\n--- sent\n{}\n--- received\n{}\n\n",
            exchange.at,
            first_line(exchange),
            exchange.sent.trim_end(),
            exchange.received.trim_end()
        )
        .ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use chancery_engine::api::Timestamp;

    use super::*;

    #[test]
    fn the_saved_protocol_has_every_exchange_in_its_order() {
        let exchange = |url: &str, status| Exchange {
            at: Timestamp::default(),
            method: "POST".to_owned(),
            url: url.to_owned(),
            status,
            sent: "{\"a\":1}\n".to_owned(),
            received: "ok".to_owned(),
        };
        let text = text(&[
            exchange("https://a/1", Some(201)),
            exchange("https://a/2", None),
        ]);
        let first = text.find("POST https://a/1 201").unwrap();
        let second = text.find("POST https://a/2 no answer").unwrap();
        assert!(first < second);
        assert!(
            text.contains("--- sent\n{\"a\":1}\n--- received\nok\n"),
            "{text}"
        );
    }
}
