//! A row per field: asked, profile says, will be issued; differences marked, a choice for each.

use chancery_engine::api::{Choices, Field, Merged, Take, Verdict};
use egui::{ComboBox, Frame, Grid, Margin, RichText, Ui};

use crate::gui::parts::status;
use crate::gui::theme::{self, size};
use crate::gui::widgets::badge;
use crate::gui::widgets::report::sentence;

/// Draws the rows; a choice that differs from the profile's own rule goes into `choices`.
pub(super) fn comparison(ui: &mut Ui, rows: &[Merged], choices: &mut Choices) {
    let plan = Plan::for_width(ui.available_width());
    egui::ScrollArea::horizontal()
        .id_salt("comparison")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            Grid::new(("comparison", plan.narrow))
                .num_columns(plan.heads().len())
                .spacing([size::GAP_MEDIUM, size::GAP])
                .show(ui, |ui| {
                    for title in plan.heads() {
                        let title = theme::caption(ui, *title).color(theme::of(ui).soft);
                        ui.label(title);
                    }
                    ui.end_row();
                    for row in rows {
                        row_ui(ui, row, choices, plan);
                    }
                });
        });
}

/// What there is room for.
#[derive(Clone, Copy)]
struct Plan {
    /// Without what the profile says, and the verdict as an icon before the field.
    narrow: bool,
    /// Of each text. A time never breaks within it.
    text: f32,
}

impl Plan {
    fn for_width(width: f32) -> Self {
        let wide = (width - BESIDE_WIDE) / 3.0;
        let narrow = wide < NARROWEST;
        let text = match narrow {
            true => (width - BESIDE_NARROW) / 2.0,
            false => wide,
        };
        Self {
            narrow,
            text: text.max(NARROWEST),
        }
    }

    const fn heads(self) -> &'static [&'static str] {
        match self.narrow {
            true => &["Field", "Asked", "Will be issued", "Take"],
            false => &[
                "Field",
                "Asked",
                "Profile says",
                "Will be issued",
                "",
                "Take",
            ],
        }
    }
}

fn row_ui(ui: &mut Ui, row: &Merged, choices: &mut Choices, plan: Plan) {
    let asked = row.asked.as_deref();
    let issued = row.issued.as_deref();
    let marked = !matches!(row.verdict, Verdict::Kept);
    if plan.narrow {
        ui.horizontal_top(|ui| {
            verdict_icon(ui, &row.verdict);
            name(ui, row, NAME - ICON - size::GAP);
        });
        value(ui, plan.text, asked, "not asked", false);
        value(ui, plan.text, issued, "left out", marked);
    } else {
        name(ui, row, NAME);
        value(ui, plan.text, asked, "not asked", false);
        let profile = row.profile.as_deref();
        value(ui, plan.text, profile, "as asked", false);
        value(ui, plan.text, issued, "left out", marked);
        let (tone, icon, word) = status::verdict(&row.verdict);
        let sign = badge::badge(ui, tone, icon, word);
        if let Verdict::Refused(why) = &row.verdict {
            sign.on_hover_text(sentence(why));
        }
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

fn name(ui: &mut Ui, row: &Merged, width: f32) {
    ui.scope(|ui| {
        ui.set_width(width);
        let name = theme::strong(ui, row.field.to_string());
        ui.add(egui::Label::new(name).wrap());
    });
}

/// The word, and why, on hover.
fn verdict_icon(ui: &mut Ui, verdict: &Verdict) {
    let (tone, icon, word) = status::verdict(verdict);
    let words = match verdict {
        Verdict::Refused(why) => format!("{word}: {}", sentence(why)),
        _ => word.to_owned(),
    };
    let text = theme::toned(ui, tone, icon);
    let shown = ui.add_sized(
        [ICON, size::GAP_LARGE],
        egui::Label::new(text).selectable(false),
    );
    shown.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, word));
    shown.on_hover_text(words);
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
/// With the longest of its words.
const WIDEST_COMBO: f32 = 166.0;
const ICON: f32 = 18.0;
/// Wide enough for a time to the second.
const NARROWEST: f32 = 168.0;
/// What the three texts of the wide table leave to the other columns, the gaps and their padding.
const BESIDE_WIDE: f32 = NAME + COMBO + 90.0 + 6.0 * 12.0 + 40.0;
/// The same for the two texts of the narrow one.
const BESIDE_NARROW: f32 = NAME + WIDEST_COMBO + 3.0 * 12.0 + 4.0 * 4.0;

#[cfg(test)]
mod tests {
    use egui::{Color32, TextStyle};

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    fn the_narrowest_text_holds_a_time_without_a_break() {
        let mut harness = harness(0.0, |ui, width| {
            let font = TextStyle::Body.resolve(ui.style());
            let time = "2026-08-28T08:58:58Z".to_owned();
            let laid_out = ui.painter().layout_no_wrap(time, font, Color32::WHITE);
            *width = laid_out.size().x;
        });
        harness.run();
        let width = *harness.state();
        assert!((1.0..NARROWEST).contains(&width), "{width}");
    }
}
