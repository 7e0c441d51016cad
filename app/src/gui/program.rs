//! The window from its opening to its closing, also across two engines: between them a backup is
//! restored, or another data folder opened.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex};

use chancery_engine::api::{Actor, BackupManifest, BackupTrial, Kind, Opener, Remedy, Report};
use chancery_engine::{Client, Home, Settings, VAULT_FILE, restore, start};
use egui::{CentralPanel, Context, Frame, Margin, Ui};

use super::Start;
use super::app::{Here, Window};
use super::parts::centred;
use super::remember::{Memory, Theme};
use super::stuck::Stuck;
use super::theme::{self, size};

/// Where the person wants to go on.
pub(super) enum Departure {
    /// In another data folder.
    Open(PathBuf),
    /// With what a backup holds.
    Restore {
        file: PathBuf,
        with: Opener,
        into: PathBuf,
    },
}

/// What the next window says first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Arrival {
    /// Where it now works, if that is not where the program will look the next time.
    pub(super) elsewhere: Option<PathBuf>,
    pub(super) restored: Option<(BackupManifest, BackupTrial)>,
}

/// What was to be restored or opened and could not be, and why.
pub(super) struct Lost {
    pub(super) path: PathBuf,
    pub(super) is_backup: bool,
    pub(super) report: Report,
}

pub(super) struct Program {
    begin: Start,
    stage: Stage,
    still_stuck: StillStuck,
}

/// Why there is no engine, for whoever waits for the end of the window.
pub(super) type StillStuck = Arc<Mutex<Option<Report>>>;

enum Stage {
    Open(Box<Window>),
    /// Between two engines.
    Under {
        way: &'static str,
        ended: Receiver<Ended>,
    },
    Stuck(Stuck),
}

/// The engine that runs now, with its settings; and what became of the departure.
struct Ended {
    started: Result<(Client, Settings), Report>,
    outcome: Result<Arrival, Lost>,
}

impl Program {
    /// `still_stuck` holds why there is no engine, as long as there is none.
    pub(super) fn new(
        context: &Context,
        started: Result<Client, Report>,
        begin: Start,
        still_stuck: StillStuck,
    ) -> Self {
        let stage = match started {
            Ok(client) => Stage::Open(Box::new(window(context, client, &begin))),
            Err(report) => Stage::Stuck(Stuck::new(context, theme_of(&begin), report)),
        };
        let program = Self {
            begin,
            stage,
            still_stuck,
        };
        program.tell();
        program
    }

    fn tell(&self) {
        let why = match &self.stage {
            Stage::Stuck(stuck) => Some(stuck.report().clone()),
            Stage::Open(_) | Stage::Under { .. } => None,
        };
        if let Ok(mut told) = self.still_stuck.lock() {
            *told = why;
        }
    }

    /// Runs before every `draw`, and also while the window is hidden.
    pub(super) fn hear_and_ask(&mut self, context: &Context) {
        if let Stage::Under { ended, .. } = &self.stage {
            match ended.try_recv() {
                Ok(ended) => {
                    self.stage = self.arrive(context, ended);
                    self.tell();
                }
                Err(TryRecvError::Disconnected) => {
                    let theme = theme_of(&self.begin);
                    self.stage = Stage::Stuck(Stuck::new(context, theme, no_answer()));
                    self.tell();
                }
                Err(TryRecvError::Empty) => (),
            }
        }
        if let Stage::Open(window) = &mut self.stage {
            window.hear_and_ask(context);
            if let Some(departure) = window.leaving.take() {
                self.depart(context, departure);
            }
        }
    }

    pub(super) fn draw(&mut self, ui: &mut Ui) {
        match &mut self.stage {
            Stage::Open(window) => window.draw(ui),
            Stage::Under { way, .. } => under_way_ui(ui, way),
            Stage::Stuck(stuck) => {
                if stuck.draw(ui) {
                    let context = ui.ctx().clone();
                    self.try_again(&context);
                }
            }
        }
    }

    /// Perhaps what was in the way is gone.
    fn try_again(&mut self, context: &Context) {
        let (sender, ended) = channel();
        let way = "Starting…";
        self.stage = Stage::Under { way, ended };
        let (begin, context) = (self.begin.clone(), context.clone());
        std::thread::spawn(move || {
            let settings = begin.settings;
            let started = start(settings.clone(), begin.actor);
            let ended = Ended {
                started: started.map(|client| (client, settings)),
                outcome: Ok(Arrival {
                    elsewhere: None,
                    restored: None,
                }),
            };
            // The program may be gone by now; then nobody waits for the outcome.
            if sender.send(ended).is_ok() {
                context.request_repaint();
            }
        });
    }

    /// Neither the end of an engine nor a restoring may hold up a frame.
    fn depart(&mut self, context: &Context, departure: Departure) {
        let (sender, ended) = channel();
        let way = match departure {
            Departure::Open(_) => "Opening the data folder…",
            Departure::Restore { .. } => "Restoring the backup…",
        };
        let left = std::mem::replace(&mut self.stage, Stage::Under { way, ended });
        let (begin, context) = (self.begin.clone(), context.clone());
        std::thread::spawn(move || {
            // With its last client the engine ends, and lets go of the folder.
            drop(left);
            // The program may be gone by now; then nobody waits for the outcome.
            if sender.send(go(&begin, departure)).is_ok() {
                context.request_repaint();
            }
        });
    }

    fn arrive(&mut self, context: &Context, ended: Ended) -> Stage {
        let (client, settings) = match ended.started {
            Ok(started) => started,
            Err(report) => {
                return Stage::Stuck(Stuck::new(context, theme_of(&self.begin), report));
            }
        };
        self.begin.settings = settings;
        let mut window = window(context, client, &self.begin);
        match ended.outcome {
            Ok(arrival) => window.doors.unlock.arrived(arrival),
            Err(lost) => window.doors.first_run.came_back(lost),
        }
        context.request_repaint();
        Stage::Open(Box::new(window))
    }
}

impl eframe::App for Program {
    fn logic(&mut self, context: &Context, _frame: &mut eframe::Frame) {
        self.hear_and_ask(context);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }
}

fn window(context: &Context, client: Client, begin: &Start) -> Window {
    let settings = &begin.settings;
    let home = match &settings.home {
        Home::Folder(folder) => folder.display().to_string(),
        Home::Memory => "in memory".to_owned(),
    };
    let memory = memory_of(begin);
    let here = Here {
        machine: begin.machine.clone(),
        home,
        kdf: settings.kdf,
    };
    let clock = Arc::clone(&settings.clock);
    Window::new(context, client, (clock, memory), here, begin.theme)
}

fn memory_of(begin: &Start) -> Memory {
    match &begin.settings.home {
        Home::Folder(folder) => Memory::within(folder),
        Home::Memory => Memory::default(),
    }
}

/// The theme that a window would have.
fn theme_of(begin: &Start) -> Theme {
    begin
        .theme
        .unwrap_or_else(|| memory_of(begin).recall().theme)
}

/// Where it fails, the engine that was left begins again.
fn go(begin: &Start, departure: Departure) -> Ended {
    let there = |folder: PathBuf| Settings {
        home: Home::Folder(folder),
        ..begin.settings.clone()
    };
    let (path, is_backup) = match &departure {
        Departure::Open(folder) => (folder.clone(), false),
        Departure::Restore { file, .. } => (file.clone(), true),
    };
    let gone = match departure {
        Departure::Open(folder) => open(there(folder), &begin.actor),
        Departure::Restore { file, with, into } => {
            let settings = there(into);
            let restored = restore(&file, &settings, begin.actor.clone(), &with);
            restored.and_then(|restored| {
                let client = start(settings.clone(), begin.actor.clone())?;
                let found = (restored.manifest, restored.trial);
                Ok((client, settings, Some(found)))
            })
        }
    };
    match gone {
        Ok((client, settings, restored)) => Ended {
            outcome: Ok(Arrival {
                elsewhere: elsewhere(&begin.settings.home, &settings.home),
                restored,
            }),
            started: Ok((client, settings)),
        },
        Err(report) => {
            let settings = begin.settings.clone();
            let started = start(settings.clone(), begin.actor.clone());
            Ended {
                started: started.map(|client| (client, settings)),
                outcome: Err(Lost {
                    path,
                    is_backup,
                    report,
                }),
            }
        }
    }
}

type Gone = (Client, Settings, Option<(BackupManifest, BackupTrial)>);

/// An engine makes what it does not find; here it is to find something.
fn open(settings: Settings, actor: &Actor) -> Result<Gone, Report> {
    match &settings.home {
        Home::Folder(folder) if !folder.join(VAULT_FILE).is_file() => Err(no_vault(folder)),
        _ => Ok((start(settings.clone(), actor.clone())?, settings, None)),
    }
}

fn elsewhere(before: &Home, now: &Home) -> Option<PathBuf> {
    match (before, now) {
        (Home::Folder(before), Home::Folder(now)) if before == now => None,
        (_, Home::Folder(now)) => Some(now.clone()),
        (_, Home::Memory) => None,
    }
}

fn no_vault(folder: &Path) -> Report {
    Report {
        code: Cow::Borrowed("window.no-vault"),
        kind: Kind::Refused,
        what: format!("no vault lies in {}", folder.display()),
        why: Vec::new(),
        remedy: Remedy::Do(format!("Choose the folder that holds {VAULT_FILE}")),
    }
}

/// The thread between the two engines broke; nobody restores half, so that starting again is safe.
fn no_answer() -> Report {
    Report {
        code: Cow::Borrowed("window.no-answer"),
        kind: Kind::Failed,
        what: "what was begun ended without an answer".to_owned(),
        why: Vec::new(),
        remedy: Remedy::Do("Start the program again".to_owned()),
    }
}

fn under_way_ui(ui: &mut Ui, way: &str) {
    let frame = Frame::new()
        .fill(theme::of(ui).ground)
        .inner_margin(Margin::same(16));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        centred::column(ui, size::FORM, |ui| {
            ui.label(theme::title(ui, way));
            let text = "This takes a moment: guessing a passphrase is made slow";
            ui.label(theme::soft(ui, text));
        });
    });
}
