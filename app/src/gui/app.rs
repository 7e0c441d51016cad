//! The window's life: `logic` hears and asks, also while hidden; `ui` draws and keeps wishes.

use std::sync::Arc;

use chancery_engine::api::{
    Area, AuthorityFact, CertificateFact, Clock, Command, Fact, HealthQuestion, Timestamp,
    VaultCommand, VaultState, VaultStatusQuestion,
};
use chancery_engine::{Client, Kdf, News};

use super::action::Action;
use super::files::{FileAnswer, FileAsk, Files};
use super::frame::ended::Ended;
use super::frame::jobs::Jobs;
use super::frame::search::Search;
use super::frame::warnings::Warnings;
use super::model::{Model, Wishes};
use super::navigation::Navigation;
use super::parts::errand::Errand;
use super::parts::words::{self, Told};
use super::program::Departure;
use super::remember::{LARGEST, Memory, Remembered, SMALLEST, Theme};
use super::screens::first_run::FirstRun;
use super::screens::unlock::Unlock;
use super::screens::{Desk, Screens};
use super::theme;
use super::watched::Watched;
use super::widgets::toast::Toasts;

/// Everything the window knows. What a locked vault must not show is in `screens` and `search`.
pub(super) struct Window {
    pub(super) engine: Engine,
    pub(super) model: Model,
    pub(super) wishes: Wishes,
    pub(super) screens: Screens,
    pub(super) doors: Doors,
    pub(super) frame: Frame,
    pub(super) remembered: Remembered,
    pub(super) here: Here,
    /// Where the person wants to go on, if not with this engine.
    pub(super) leaving: Option<Departure>,
}

/// Where all this is, for papers that are kept elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Here {
    pub(super) machine: String,
    /// The data folder.
    pub(super) home: String,
    /// What trying a passphrase may cost.
    pub(super) kdf: Kdf,
}

/// The ways to and from the engine and the file system.
pub(super) struct Engine {
    client: Client,
    clock: Arc<dyn Clock>,
    news: News,
    files: Files,
    memory: Memory,
}

/// What stands before the screens.
#[derive(Default)]
pub(super) struct Doors {
    pub(super) status: Watched<VaultStatusQuestion>,
    pub(super) first_run: FirstRun,
    pub(super) unlock: Unlock,
    was_open: bool,
}

/// What stands around the screens.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) navigation: Navigation,
    pub(super) health: Watched<HealthQuestion>,
    pub(super) search: Search,
    pub(super) jobs: Jobs,
    pub(super) ended: Ended,
    pub(super) warnings: Warnings,
    pub(super) toasts: Toasts,
    pub(super) locking: Errand,
}

impl Window {
    pub(super) fn new(
        context: &egui::Context,
        client: Client,
        (clock, memory): (Arc<dyn Clock>, Memory),
        here: Here,
        theme: Option<Theme>,
    ) -> Self {
        let mut remembered = memory.recall();
        remembered.theme = theme.unwrap_or(remembered.theme);
        theme::install(context, remembered.theme.into());
        context.set_zoom_factor(remembered.scale);
        let bell = context.clone();
        Self {
            engine: Engine {
                news: client.news(move || bell.request_repaint()),
                client,
                clock,
                files: Files::new(here.kdf),
                memory,
            },
            model: Model::default(),
            wishes: Wishes::default(),
            screens: Screens::default(),
            doors: Doors::default(),
            frame: Frame::default(),
            remembered,
            here,
            leaving: None,
        }
    }

    /// Hears, collects, sends, asks. Runs before every `ui`, and also while the window is hidden.
    pub(super) fn hear_and_ask(&mut self, context: &egui::Context) {
        for notice in self.engine.news.drain() {
            self.model.hear(notice);
        }
        for (wish, answer) in self.engine.files.drain() {
            if let FileAnswer::Written(path) = &answer {
                let words = format!("Written to {}", path.display());
                self.frame.toasts.fact(context, words);
            }
            self.model.put_file(wish, answer);
        }
        self.model.collect_endings();
        self.tell(context);
        self.keep_scale(context);
        let mut desk = Desk {
            context,
            client: &self.engine.client,
            model: &mut self.model,
            wishes: &mut self.wishes,
        };
        let changed = desk.model.changed(Area::Vault);
        self.doors.status.want(context, VaultStatusQuestion);
        self.doors.status.tend(context, desk.client, changed);
        self.doors.first_run.logic(&mut desk);
        self.doors.unlock.logic(&mut desk);
        if self.is_open() {
            let mut desk = Desk {
                context,
                client: &self.engine.client,
                model: &mut self.model,
                wishes: &mut self.wishes,
            };
            let here = self.frame.navigation.here();
            self.screens.at(here).logic(&mut desk);
            self.frame.logic(&mut desk);
        }
        self.forget_when_locked();
        self.carry_out(context);
    }

    /// Whether the screens may be seen.
    pub(super) fn is_open(&self) -> bool {
        self.state() == Some(VaultState::Unlocked) && !self.doors.first_run.is_under_way()
    }

    pub(super) fn state(&self) -> Option<VaultState> {
        self.doors.status.shown().map(|status| status.state)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    pub(super) fn act(&mut self, action: Action) {
        if let Some(place) = action.place() {
            self.wishes.go(place);
        }
        match action {
            Action::Back => drop(self.frame.navigation.back()),
            Action::Forward => drop(self.frame.navigation.forward()),
            Action::Lock => {
                let command = Command::Vault(VaultCommand::Lock);
                self.frame.locking.send(&mut self.wishes, command);
            }
            Action::Palette => self.frame.search.open(),
            Action::Rail => {
                self.remembered.narrow_rail = !self.remembered.narrow_rail;
                self.engine.memory.keep(&self.remembered);
            }
            Action::Theme => self.next_theme(),
            _ => (),
        }
    }

    fn next_theme(&mut self) {
        self.remembered.theme = self.remembered.theme.next();
        self.engine.memory.keep(&self.remembered);
    }

    /// Facts as toasts; only those that this window's person can place.
    fn tell(&mut self, context: &egui::Context) {
        context.set_theme(self.remembered.theme);
        for fact in self.model.take_heard() {
            if let Fact::Certificate(CertificateFact::Exported { files, .. })
            | Fact::Authority(AuthorityFact::Exported { files, .. }) = &fact
                && let Some(folder) = files.first().and_then(|file| file.parent())
            {
                self.remembered.folder = folder.display().to_string();
                self.engine.memory.keep(&self.remembered);
            }
            if self.is_open() {
                self.frame.ended.hear(&fact);
            }
            match (self.is_open(), words::fact(&fact)) {
                (true, Some(Told::Done(words))) => self.frame.toasts.fact(context, words),
                (true, Some(Told::Failed(words))) => self.frame.toasts.failure(words),
                _ => (),
            }
        }
    }

    /// egui changes the scale by its own keys; what it has become is remembered.
    fn keep_scale(&mut self, context: &egui::Context) {
        let scale = context.zoom_factor().clamp(SMALLEST, LARGEST);
        if (scale - context.zoom_factor()).abs() > f32::EPSILON {
            context.set_zoom_factor(scale);
        }
        if (scale - self.remembered.scale).abs() > f32::EPSILON {
            self.remembered.scale = scale;
            self.engine.memory.keep(&self.remembered);
        }
    }

    /// Nothing of a locked vault stays readable, nor in this process' drawing state.
    fn forget_when_locked(&mut self) {
        let open = self.state() == Some(VaultState::Unlocked);
        if open && !self.doors.was_open {
            // It has been drawn once more since it sent the passphrase in.
            self.doors.unlock = Unlock::default();
        }
        if self.doors.was_open && !open {
            let navigation = std::mem::take(&mut self.frame.navigation);
            self.screens = Screens::default();
            self.frame = Frame {
                navigation,
                ..Frame::default()
            };
        }
        self.doors.was_open = open;
    }

    fn carry_out(&mut self, context: &egui::Context) {
        for (wish, command) in std::mem::take(&mut self.wishes.commands) {
            let doing = command.about().details;
            let ticket = self.engine.client.send(command);
            self.model.sent(wish, doing, ticket);
            context.request_repaint();
        }
        for (wish, ask) in std::mem::take(&mut self.wishes.files) {
            if let FileAsk::Write { path, .. } | FileAsk::WritePrivate { path, .. } = &ask
                && let Some(folder) = path.parent()
            {
                self.remembered.folder = folder.display().to_string();
            }
            self.engine.files.ask(context, wish, ask);
        }
        self.leaving = self.wishes.leave.take().or(self.leaving.take());
        if let Some(place) = self.wishes.go.take() {
            self.frame.navigation.go(place);
            context.request_repaint();
        }
    }
}
