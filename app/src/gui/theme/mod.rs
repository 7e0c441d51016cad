//! The whole look: every colour, size, face and icon is named here and nowhere else.

mod fonts;
pub(super) mod icons;
mod tokens;

use std::collections::BTreeMap;

use egui::style::{ScrollStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, RichText, Shadow, Stroke, Style, TextStyle,
    ThemePreference, Ui, Visuals, vec2,
};

use crate::gui::remember::Theme;

pub(super) use tokens::{Tokens, Tone, size};

/// Installs faces and both themes; `preference` says which one is shown.
pub(super) fn install(context: &egui::Context, preference: ThemePreference) {
    context.set_fonts(fonts::definitions());
    for (theme, tokens) in [
        (egui::Theme::Dark, &tokens::DARK),
        (egui::Theme::Light, &tokens::LIGHT),
    ] {
        context.set_style_of(theme, style(tokens, theme == egui::Theme::Dark));
    }
    context.set_theme(preference);
}

impl From<Theme> for ThemePreference {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self::Dark,
            Theme::Light => Self::Light,
            Theme::System => Self::System,
        }
    }
}

/// The colours of the theme that `ui` is drawn in.
pub(super) fn of(ui: &Ui) -> &'static Tokens {
    match ui.visuals().dark_mode {
        true => &tokens::DARK,
        false => &tokens::LIGHT,
    }
}

/// What lies over the window while a dialog is open.
pub(super) fn veil(context: &egui::Context) -> Color32 {
    match context.theme() {
        egui::Theme::Dark => tokens::DARK.veil,
        egui::Theme::Light => tokens::LIGHT.veil,
    }
}

/// Paper and ink of what is scanned by cameras, the same in both themes.
pub(super) const fn print() -> (Color32, Color32) {
    (tokens::PAPER, tokens::INK)
}

/// The heading of a screen.
pub(super) fn title(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .text_style(TextStyle::Heading)
        .color(of(ui).strong)
}

/// The heading of a part of a screen.
pub(super) fn section(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .text_style(named(SECTION))
        .color(of(ui).strong)
}

/// Body text that stands out: names, selected things.
pub(super) fn strong(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .text_style(TextStyle::Button)
        .color(of(ui).strong)
}

/// Help, captions and what matters less.
pub(super) fn soft(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .text_style(TextStyle::Small)
        .color(of(ui).soft)
}

/// A label above a value or a field.
pub(super) fn caption(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .text_style(named(CAPTION))
        .color(of(ui).text)
}

/// Serials, fingerprints, object ids, PEM.
pub(super) fn mono(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Monospace)
}

/// Body text in the colour of a status.
pub(super) fn toned(ui: &Ui, tone: Tone, text: impl Into<String>) -> RichText {
    RichText::new(text).color(of(ui).tone(tone).text)
}

pub(super) fn icon(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(named(ICON))
}

/// An icon that stands alone where nothing else is.
pub(super) fn large_icon(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .text_style(named(ICON_LARGE))
        .color(of(ui).soft)
}

fn named(name: &str) -> TextStyle {
    TextStyle::Name(name.into())
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    let plain = FontFamily::Proportional;
    BTreeMap::from([
        (
            TextStyle::Heading,
            FontId::new(size::TITLE, fonts::semibold()),
        ),
        (
            named(SECTION),
            FontId::new(size::SECTION, fonts::semibold()),
        ),
        (TextStyle::Body, FontId::new(size::BODY, plain.clone())),
        (TextStyle::Button, FontId::new(size::BODY, fonts::medium())),
        (
            TextStyle::Monospace,
            FontId::new(size::MONO, FontFamily::Monospace),
        ),
        (TextStyle::Small, FontId::new(size::CAPTION, plain.clone())),
        (named(CAPTION), FontId::new(size::CAPTION, fonts::medium())),
        (named(ICON), FontId::new(size::ICON, plain.clone())),
        (named(ICON_LARGE), FontId::new(size::ICON_LARGE, plain)),
    ])
}

fn style(tokens: &Tokens, dark: bool) -> Style {
    let mut style = Style {
        text_styles: text_styles(),
        visuals: visuals(tokens, dark),
        animation_time: 0.12,
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(size::GAP, size::GAP);
    spacing.button_padding = vec2(12.0, 5.0);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.indent = size::GAP_LARGE;
    spacing.interact_size = vec2(size::CONTROL, size::CONTROL);
    spacing.text_edit_width = size::DETAIL_MIN;
    spacing.combo_width = 160.0;
    spacing.scroll = ScrollStyle {
        bar_width: size::SCROLL_BAR,
        floating: false,
        ..ScrollStyle::solid()
    };
    style.interaction.tooltip_delay = 0.4;
    style
}

fn visuals(tokens: &Tokens, dark: bool) -> Visuals {
    let mut visuals = match dark {
        true => Visuals::dark(),
        false => Visuals::light(),
    };
    let shadow = Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color: tokens.shadow,
    };
    visuals.widgets = widgets(tokens);
    visuals.selection.bg_fill = tokens.selected;
    visuals.selection.stroke = Stroke::new(size::FOCUS, tokens.accent);
    visuals.weak_text_color = Some(tokens.soft);
    visuals.hyperlink_color = tokens.accent;
    visuals.faint_bg_color = tokens.panel;
    visuals.extreme_bg_color = tokens.ground;
    visuals.code_bg_color = tokens.panel;
    visuals.warn_fg_color = tokens.due.text;
    visuals.error_fg_color = tokens.bad.text;
    visuals.panel_fill = tokens.ground;
    visuals.window_fill = tokens.raised;
    visuals.window_stroke = Stroke::new(size::LINE, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(size::RADIUS_CARD);
    visuals.menu_corner_radius = CornerRadius::same(size::RADIUS_CARD);
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(size::FOCUS, tokens.accent);
    visuals.striped = false;
    visuals.disabled_alpha = 0.7;
    visuals
}

fn widgets(tokens: &Tokens) -> Widgets {
    let state = |fill: Color32, edge: Stroke, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: edge,
        corner_radius: CornerRadius::same(size::RADIUS),
        fg_stroke: Stroke::new(size::LINE, text),
        expansion: 0.0,
    };
    let line = Stroke::new(size::LINE, tokens.line);
    let edge = Stroke::new(size::LINE, tokens.edge);
    let focus = Stroke::new(size::FOCUS, tokens.accent);
    // What has a ground in any case, above all the handle of a scroll bar, must show on every panel.
    let inactive = WidgetVisuals {
        bg_fill: tokens.line,
        ..state(tokens.raised, edge, tokens.text)
    };
    let hovered = WidgetVisuals {
        bg_fill: tokens.edge,
        ..state(tokens.hover, edge, tokens.strong)
    };
    Widgets {
        noninteractive: state(tokens.panel, line, tokens.text),
        inactive,
        hovered,
        active: state(tokens.selected, focus, tokens.strong),
        open: state(tokens.hover, edge, tokens.strong),
    }
}

const SECTION: &str = "section";
const CAPTION: &str = "caption";
const ICON: &str = "icon";
const ICON_LARGE: &str = "large icon";
