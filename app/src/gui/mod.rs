//! The window: one engine, one client, screens that ask, show and wish.

mod action;
mod app;
mod files;
mod frame;
mod model;
mod navigation;
mod parts;
mod program;
mod remember;
mod screens;
mod stuck;
mod theme;
mod watched;
mod widgets;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chancery_engine::api::{Actor, Report};
use chancery_engine::{Settings, start};

use program::{Program, StillStuck};

pub use remember::Theme;

/// What the window needs to begin.
#[derive(Clone)]
pub struct Start {
    pub settings: Settings,
    /// How this machine is called, for papers and labels.
    pub machine: String,
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
    /// A library of the desktop could not be loaded.
    MissingLibrary,
    /// Neither a Wayland nor an X display could be reached.
    NoDisplay,
    /// The display has no usable OpenGL.
    NoOpenGl(String),
}

/// Opens the window and returns when it has been closed. An engine that does not start is told in
/// a window too, as far as there can be one.
pub fn run(begin: Start) -> Result<(), CannotOpen> {
    let started = start(begin.settings.clone(), begin.actor.clone());
    let stuck = StillStuck::new(Mutex::new(started.as_ref().err().cloned()));
    let told = Arc::clone(&stuck);
    let opened = open(move |context| Box::new(Program::new(context, started, begin, told)));
    // Without a display the report is all there is to say.
    match stuck.lock().ok().and_then(|mut stuck| stuck.take()) {
        Some(report) => Err(CannotOpen::Engine(report)),
        None => opened,
    }
}

fn open(create: impl FnOnce(&egui::Context) -> Box<dyn eframe::App>) -> Result<(), CannotOpen> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Chancery")
            .with_app_id("chancery")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([400.0, 300.0]),
        ..eframe::NativeOptions::default()
    };
    let opened = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&opened);
    let create = move |creation: &eframe::CreationContext<'_>| {
        seen.store(true, Ordering::Relaxed);
        Ok(create(&creation.egui_ctx))
    };
    let open = || eframe::run_native("chancery", options, Box::new(create));
    // A library of the desktop that is missing ends in a panic inside of what loads it.
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(ended) => ended.map_err(CannotOpen::from),
        Err(_) if !opened.load(Ordering::Relaxed) => Err(CannotOpen::MissingLibrary),
        Err(crash) => resume_unwind(crash),
    }
}

impl CannotOpen {
    /// What the person can do now, a sentence without a full stop.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Engine(_) => "Mend what the engine says, then open the window again",
            Self::MissingLibrary => {
                "Install it (on Debian: libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0), or see \
                 `chancery --help` for what the command line can do"
            }
            Self::NoDisplay => {
                "Log in to a desktop, or see `chancery --help` for what the command line can do"
            }
            Self::NoOpenGl(_) => {
                "Install the OpenGL driver of the system (on Debian: libgl1 libegl1), or see \
                 `chancery --help` for what the command line can do"
            }
        }
    }
}

impl fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(report) => f.write_str(&report.what),
            Self::MissingLibrary => f.write_str("a library that windows need is missing"),
            Self::NoDisplay => f.write_str("there is no display to open a window on"),
            Self::NoOpenGl(why) => write!(
                f,
                "the display offers no OpenGL that the window could draw with: {why}"
            ),
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
