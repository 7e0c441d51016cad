//! A row per field: asked, profile says, will be issued; differences marked, a choice for each.

use chancery_engine::api::{Choices, Field, Merged, Take, Verdict};
use egui::{ComboBox, Frame, Grid, Margin, RichText, Ui};

use crate::gui::parts::status;
use crate::gui::theme::{self, size};
use crate::gui::widgets::badge;
use crate::gui::widgets::report::sentence;

/// Draws the rows; a choice that differs from the profile's own rule goes into `choices`.
pub(super) fn comparison(ui: &mut Ui, rows: &[Merged], choices: &mut Choices) {
    egui::ScrollArea::horizontal()
        .id_salt("comparison")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            let text = ((ui.available_width() - FIXED) / 3.0).max(NARROWEST);
            Grid::new("comparison")
                .num_columns(6)
                .spacing([size::GAP_MEDIUM, size::GAP])
                .show(ui, |ui| {
                    head(ui);
                    for row in rows {
                        row_ui(ui, row, choices, text);
                    }
                });
        });
}

fn head(ui: &mut Ui) {
    for title in [
        "Field",
        "Asked",
        "Profile says",
        "Will be issued",
        "",
        "Take",
    ] {
        let title = theme::caption(ui, title).color(theme::of(ui).soft);
        ui.label(title);
    }
    ui.end_row();
}

fn row_ui(ui: &mut Ui, row: &Merged, choices: &mut Choices, width: f32) {
    ui.scope(|ui| {
        ui.set_width(NAME);
        let name = theme::strong(ui, row.field.to_string());
        ui.add(egui::Label::new(name).wrap());
    });
    value(ui, width, row.asked.as_deref(), "not asked", false);
    value(ui, width, row.profile.as_deref(), "as asked", false);
    let marked = !matches!(row.verdict, Verdict::Kept);
    value(ui, width, row.issued.as_deref(), "left out", marked);
    let (tone, icon, word) = status::verdict(&row.verdict);
    let sign = badge::badge(ui, tone, icon, word);
    if let Verdict::Refused(why) = &row.verdict {
        sign.on_hover_text(sentence(why));
    }
    take_ui(ui, row, choices);
    ui.end_row();
    if let Verdict::Refused(why) = &row.verdict {
        ui.label("");
        let why = theme::toned(ui, theme::Tone::Bad, sentence(why));
        ui.label(why);
        ui.end_row();
    }
}

fn value(ui: &mut Ui, width: f32, text: Option<&str>, nothing: &str, marked: bool) {
    let tokens = theme::of(ui);
    let fill = match marked {
        true => tokens.info.ground,
        false => tokens.ground,
    };
    let words = match text {
        Some(text) => RichText::new(text),
        None => theme::soft(ui, nothing).italics(),
    };
    Frame::new()
        .fill(fill)
        .corner_radius(f32::from(size::RADIUS_BADGE))
        .inner_margin(Margin::symmetric(PADDING, 2))
        .show(ui, |ui| {
            ui.set_width(width);
            ui.add(egui::Label::new(words).wrap());
        });
}

fn take_ui(ui: &mut Ui, row: &Merged, choices: &mut Choices) {
    if row.field == Field::Validity {
        ui.label(theme::soft(ui, "see below"));
        return;
    }
    let own = choices.takes.iter().find(|(field, _)| *field == row.field);
    let mut take = own.map_or(row.rule, |(_, take)| *take);
    let before = take;
    let shown = ComboBox::from_id_salt(("take", row.field.to_string()))
        .selected_text(words(take))
        .width(COMBO)
        .show_ui(ui, |ui| {
            for option in TAKES {
                ui.selectable_value(&mut take, option, words(option));
            }
        });
    let name = format!("Take for {}", row.field);
    shown
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
    if take != before {
        choices.takes.retain(|(field, _)| *field != row.field);
        choices.takes.push((row.field.clone(), take));
    }
}

const fn words(take: Take) -> &'static str {
    match take {
        Take::Profile => "the profile’s",
        Take::RefuseOther => "refuse if other",
        Take::Request => "the request’s",
        Take::RequestElseProfile => "request, else profile",
    }
}

const TAKES: [Take; 4] = [
    Take::Profile,
    Take::RefuseOther,
    Take::Request,
    Take::RequestElseProfile,
];

const PADDING: i8 = 4;
const NAME: f32 = 130.0;
const COMBO: f32 = 150.0;
const NARROWEST: f32 = 150.0;
/// What the columns beside the three texts take.
const FIXED: f32 = NAME + COMBO + 90.0 + 6.0 * 12.0 + 40.0;
