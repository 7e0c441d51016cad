//! The faces: a certificate must be shown as it is, so digits have one width and nothing is joined.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontTweak};

/// Replaces egui's own faces by ours; the system's faces remain behind them for other scripts.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces = [
        (REGULAR, FontData::from_static(INTER_REGULAR)),
        (MEDIUM, FontData::from_static(INTER_MEDIUM)),
        (SEMIBOLD, FontData::from_static(INTER_SEMIBOLD)),
        (MONO, FontData::from_static(JETBRAINS_MONO)),
        (ICONS, FontData::from_static(PHOSPHOR).tweak(lowered())),
    ];
    for (name, data) in faces {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    }
    let families = [
        (FontFamily::Proportional, &[REGULAR, ICONS][..]),
        (FontFamily::Monospace, &[MONO, REGULAR, ICONS]),
        (medium(), &[MEDIUM, REGULAR, ICONS]),
        (semibold(), &[SEMIBOLD, REGULAR, ICONS]),
    ];
    for (family, names) in families {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        fonts.families.insert(family, names);
    }
    fonts
}

/// Weight 500: buttons, and what is selected.
pub(super) fn medium() -> FontFamily {
    FontFamily::Name(MEDIUM.into())
}

/// Weight 600: titles.
pub(super) fn semibold() -> FontFamily {
    FontFamily::Name(SEMIBOLD.into())
}

/// An icon stands on the base line of its word; this much lower it looks centred.
fn lowered() -> FontTweak {
    FontTweak {
        scale: 1.15,
        y_offset_factor: 0.08,
        ..FontTweak::default()
    }
}

const REGULAR: &str = "Inter";
const MEDIUM: &str = "Inter Medium";
const SEMIBOLD: &str = "Inter SemiBold";
const MONO: &str = "JetBrains Mono";
const ICONS: &str = "Phosphor";

const INTER_REGULAR: &[u8] = include_bytes!("../../../../assets/fonts/Inter-Regular-tabular.otf");
const INTER_MEDIUM: &[u8] = include_bytes!("../../../../assets/fonts/Inter-Medium-tabular.otf");
const INTER_SEMIBOLD: &[u8] = include_bytes!("../../../../assets/fonts/Inter-SemiBold-tabular.otf");
const JETBRAINS_MONO: &[u8] =
    include_bytes!("../../../../assets/fonts/JetBrainsMono-Regular-plain.ttf");
const PHOSPHOR: &[u8] = include_bytes!("../../../../assets/icons/Phosphor-subset.ttf");

#[cfg(test)]
mod tests {
    use egui::epaint::text::Fonts;
    use egui::{Color32, FontId, TextStyle};

    use super::*;
    use crate::gui::theme::{icons, text_styles};

    #[test]
    fn ten_digits_have_one_width_in_every_style() {
        for font in text_styles().into_values() {
            let widths: Vec<f32> = ('0'..='9')
                .map(|digit| width(&font, &digit.to_string().repeat(8)))
                .collect();
            assert!(
                widths.iter().all(|width| (width - widths[0]).abs() < 0.01),
                "{font:?}: {widths:?}"
            );
        }
    }

    #[test]
    fn nothing_of_a_certificate_is_joined_or_exchanged() {
        for font in text_styles().into_values() {
            let galley = lay_out(&font, PITFALLS);
            let glyphs: String = galley.rows[0]
                .row
                .glyphs
                .iter()
                .map(|glyph| glyph.chr)
                .collect();
            assert_eq!(glyphs, PITFALLS, "{font:?}");
            for (index, character) in PITFALLS.char_indices() {
                let alone = lay_out(&font, &character.to_string());
                let (here, there) = (
                    &galley.rows[0].row.glyphs[index],
                    &alone.rows[0].row.glyphs[0],
                );
                let pixels = |glyph: &egui::epaint::text::Glyph| {
                    let [left, top] = glyph.uv_rect.min;
                    let [right, bottom] = glyph.uv_rect.max;
                    (right - left, bottom - top)
                };
                assert_eq!(pixels(here).1, pixels(there).1, "{character} in {font:?}");
                assert!(
                    pixels(here).0.abs_diff(pixels(there).0) <= 1,
                    "{character} in {font:?}"
                );
            }
        }
    }

    #[test]
    fn every_icon_is_in_the_font() {
        let mut fonts = fonts();
        let font = TextStyle::Body.resolve(&style());
        for icon in icons::ALL {
            assert!(fonts.has_glyphs(&font, icon), "{:x?}", icon.chars());
        }
    }

    const PITFALLS: &str = "-> 10x20 2001:db8::1 != <= fi";

    fn width(font: &FontId, text: &str) -> f32 {
        lay_out(font, text).rect.width()
    }

    fn lay_out(font: &FontId, text: &str) -> Arc<egui::Galley> {
        fonts().with_pixels_per_point(1.0).layout_no_wrap(
            text.to_owned(),
            font.clone(),
            Color32::WHITE,
        )
    }

    fn fonts() -> Fonts {
        Fonts::new(egui::epaint::TextOptions::default(), definitions())
    }

    fn style() -> egui::Style {
        egui::Style {
            text_styles: text_styles(),
            ..egui::Style::default()
        }
    }
}
