//! The raw material of the look: colours of both themes, and sizes in points.

use egui::Color32;

/// The colours of one theme; their meaning is in `docs/ui.md`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) struct Tokens {
    pub(in crate::gui) ground: Color32,
    pub(in crate::gui) panel: Color32,
    pub(in crate::gui) raised: Color32,
    pub(in crate::gui) hover: Color32,
    pub(in crate::gui) selected: Color32,
    /// Decoration only; controls have an `edge`.
    pub(in crate::gui) line: Color32,
    pub(in crate::gui) edge: Color32,
    pub(in crate::gui) strong: Color32,
    pub(in crate::gui) text: Color32,
    pub(in crate::gui) soft: Color32,
    /// You can act, or you are here; never a status.
    pub(in crate::gui) accent: Color32,
    pub(in crate::gui) on_accent: Color32,
    pub(in crate::gui) good: Pair,
    pub(in crate::gui) due: Pair,
    pub(in crate::gui) bad: Pair,
    pub(in crate::gui) info: Pair,
    pub(in crate::gui) off: Pair,
    pub(in crate::gui) destroy: Pair,
    pub(in crate::gui) shadow: Color32,
    /// Lies over everything behind a dialog.
    pub(in crate::gui) veil: Color32,
}

/// A colour for words, and the ground they may stand on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) struct Pair {
    pub(in crate::gui) text: Color32,
    pub(in crate::gui) ground: Color32,
}

/// A status, as a colour; words and an icon always say it too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) enum Tone {
    Bad,
    Due,
    Good,
    Info,
    Off,
}

impl Tokens {
    pub(in crate::gui) const fn tone(&self, tone: Tone) -> Pair {
        match tone {
            Tone::Bad => self.bad,
            Tone::Due => self.due,
            Tone::Good => self.good,
            Tone::Info => self.info,
            Tone::Off => self.off,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where colours are mixed"
)]
const fn hex(rgb: u32) -> Color32 {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

const fn pair(text: u32, ground: u32) -> Pair {
    Pair {
        text: hex(text),
        ground: hex(ground),
    }
}

/// What cameras read best.
pub(in crate::gui) const PAPER: Color32 = Color32::WHITE;
pub(in crate::gui) const INK: Color32 = Color32::BLACK;

pub(in crate::gui) const DARK: Tokens = Tokens {
    ground: hex(0x14171a),
    panel: hex(0x1a1e22),
    raised: hex(0x22272c),
    hover: hex(0x2a3036),
    selected: hex(0x1d3a57),
    line: hex(0x30363d),
    edge: hex(0x707a85),
    strong: hex(0xf2f4f6),
    text: hex(0xd5dae0),
    soft: hex(0x9aa4ae),
    accent: hex(0x6cb2ff),
    on_accent: hex(0x0b1a2a),
    good: pair(0x5fc98b, 0x16301f),
    due: pair(0xe0b04a, 0x352a10),
    bad: pair(0xff8a80, 0x3d1c1b),
    info: pair(0x8ab8f0, 0x18304a),
    off: pair(0x98a2ad, 0x2a3036),
    destroy: pair(0xffffff, 0xc93a32),
    shadow: Color32::from_black_alpha(102),
    veil: Color32::from_black_alpha(140),
};

pub(in crate::gui) const LIGHT: Tokens = Tokens {
    ground: hex(0xffffff),
    panel: hex(0xf5f6f8),
    raised: hex(0xffffff),
    hover: hex(0xeceef1),
    selected: hex(0xd8e8fb),
    line: hex(0xdadee3),
    edge: hex(0x7c8691),
    strong: hex(0x14181c),
    text: hex(0x2b3238),
    soft: hex(0x59636d),
    accent: hex(0x0b5cad),
    on_accent: hex(0xffffff),
    good: pair(0x146c3c, 0xe1f4e8),
    due: pair(0x7a5200, 0xfbf0d3),
    bad: pair(0xb3261e, 0xfce6e4),
    info: pair(0x1d5b9e, 0xe2eefb),
    off: pair(0x59636d, 0xeceef1),
    destroy: pair(0xffffff, 0xb3261e),
    shadow: Color32::from_black_alpha(41),
    veil: Color32::from_black_alpha(90),
};

/// Sizes in points, on a grid of four.
pub(in crate::gui) mod size {
    pub(in crate::gui) const TITLE: f32 = 20.0;
    pub(in crate::gui) const SECTION: f32 = 15.0;
    pub(in crate::gui) const BODY: f32 = 13.0;
    pub(in crate::gui) const MONO: f32 = 12.5;
    pub(in crate::gui) const CAPTION: f32 = 12.0;
    pub(in crate::gui) const ICON: f32 = 16.0;
    pub(in crate::gui) const ICON_LARGE: f32 = 40.0;

    pub(in crate::gui) const GAP: f32 = 8.0;
    pub(in crate::gui) const GAP_SMALL: f32 = 4.0;
    pub(in crate::gui) const GAP_MEDIUM: f32 = 12.0;
    pub(in crate::gui) const GAP_LARGE: f32 = 16.0;
    pub(in crate::gui) const GAP_SECTION: f32 = 24.0;

    pub(in crate::gui) const RAIL: f32 = 208.0;
    pub(in crate::gui) const RAIL_NARROW: f32 = 52.0;
    pub(in crate::gui) const TOP_BAR: f32 = 44.0;
    pub(in crate::gui) const STATUS_LINE: f32 = 24.0;
    pub(in crate::gui) const ROW: f32 = 28.0;
    pub(in crate::gui) const CONTROL: f32 = 28.0;
    pub(in crate::gui) const FORM: f32 = 560.0;
    pub(in crate::gui) const DIALOG: f32 = 480.0;
    pub(in crate::gui) const DETAIL: f32 = 400.0;
    pub(in crate::gui) const DETAIL_MIN: f32 = 320.0;
    pub(in crate::gui) const DETAIL_MAX: f32 = 640.0;
    pub(in crate::gui) const EMPTY: f32 = 360.0;
    pub(in crate::gui) const SCROLL_BAR: f32 = 10.0;

    pub(in crate::gui) const RADIUS: u8 = 6;
    pub(in crate::gui) const RADIUS_CARD: u8 = 8;
    pub(in crate::gui) const RADIUS_BADGE: u8 = 4;
    pub(in crate::gui) const LINE: f32 = 1.0;
    pub(in crate::gui) const FOCUS: f32 = 2.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_can_be_read_on_every_ground_it_may_stand_on() {
        for theme in [DARK, LIGHT] {
            let grounds = grounds(&theme);
            let texts = [
                theme.strong,
                theme.text,
                theme.soft,
                theme.accent,
                theme.good.text,
                theme.due.text,
                theme.bad.text,
                theme.info.text,
                theme.off.text,
            ];
            for text in texts {
                for ground in grounds {
                    let contrast = contrast(text, ground);
                    assert!(contrast >= 4.5, "{text:?} on {ground:?}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn every_status_can_be_read_on_its_own_ground_and_every_fill_carries_its_word() {
        for theme in [DARK, LIGHT] {
            let filled = Pair {
                text: theme.on_accent,
                ground: theme.accent,
            };
            for pair in [
                theme.good,
                theme.due,
                theme.bad,
                theme.info,
                theme.off,
                theme.destroy,
                filled,
            ] {
                let contrast = contrast(pair.text, pair.ground);
                assert!(contrast >= 4.5, "{pair:?}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn the_edge_of_a_control_can_be_seen_on_every_ground() {
        for theme in [DARK, LIGHT] {
            for ground in [theme.ground, theme.panel, theme.raised] {
                let contrast = contrast(theme.edge, ground);
                assert!(contrast >= 3.4, "edge on {ground:?}: {contrast:.2}");
            }
        }
    }

    fn grounds(theme: &Tokens) -> [Color32; 5] {
        let Tokens {
            ground,
            panel,
            raised,
            hover,
            selected,
            ..
        } = *theme;
        [ground, panel, raised, hover, selected]
    }

    /// The contrast ratio of WCAG 2.2, success criterion 1.4.3.
    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(colour: Color32) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            match share <= 0.04045 {
                true => share / 12.92,
                false => ((share + 0.055) / 1.055).powf(2.4),
            }
        };
        let [red, green, blue, _] = colour.to_array();
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}
