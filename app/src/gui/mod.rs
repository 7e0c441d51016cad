//! The window: one engine, one client, screens that ask, show and wish.

mod action;
mod app;
mod files;
mod frame;
mod model;
mod navigation;
mod parts;
mod remember;
mod screens;
mod theme;
mod watched;
mod widgets;

use std::fmt;

use chancery_engine::api::{Actor, Report};
use chancery_engine::{Home, Settings, start};

pub use app::Window;
pub use remember::Theme;

/// What the window needs to begin.
pub struct Start {
    pub settings: Settings,
    /// Who sits before it, for the audit.
    pub actor: Actor,
    /// In place of the theme that was remembered.
    pub theme: Option<Theme>,
}

/// No window, and what can be done about it.
#[derive(Debug)]
pub enum CannotOpen {
    /// The engine did not start.
    Engine(Report),
    /// Neither a Wayland nor an X display could be reached.
    NoDisplay,
    /// The display has no usable OpenGL.
    NoOpenGl(String),
}

/// Opens the window and returns when it has been closed.
pub fn run(begin: Start) -> Result<(), CannotOpen> {
    let clock = begin.settings.clock.clone();
    let memory = match &begin.settings.home {
        Home::Folder(folder) => remember::Memory::within(folder),
        Home::Memory => remember::Memory::default(),
    };
    let client = start(begin.settings, begin.actor).map_err(CannotOpen::Engine)?;
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Chancery")
            .with_app_id("chancery")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([400.0, 300.0]),
        ..eframe::NativeOptions::default()
    };
    let create = move |creation: &eframe::CreationContext<'_>| {
        let context = &creation.egui_ctx;
        let window = Window::new(context, client, clock, memory, begin.theme);
        Ok(Box::new(window) as Box<dyn eframe::App>)
    };
    eframe::run_native("chancery", options, Box::new(create)).map_err(CannotOpen::from)
}

impl fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(report) => f.write_str(&report.what),
            Self::NoDisplay => f.write_str("there is no display to open a window on"),
            Self::NoOpenGl(why) => {
                write!(
                    f,
                    "the display offers no OpenGL that the window could draw with: {why}"
                )
            }
        }
    }
}

impl CannotOpen {
    /// The step to take, without a full stop.
    pub fn remedy(&self) -> &str {
        match self {
            Self::Engine(_) => "See what the engine said",
            Self::NoDisplay => "Log in to a desktop, or use the command line: chancery --help",
            Self::NoOpenGl(_) => {
                "Install the system's OpenGL driver (on Debian: libgl1 libegl1), or use the \
                 command line: chancery --help"
            }
        }
    }
}

impl std::error::Error for CannotOpen {}

impl From<eframe::Error> for CannotOpen {
    fn from(error: eframe::Error) -> Self {
        match error {
            eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_) => Self::NoDisplay,
            other => Self::NoOpenGl(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
