//! The window before a real engine in memory: act and look by label.

mod export;
mod flow;
mod import;
mod profiles;
mod public;
mod restore;
mod revoke;
mod screens;
mod secrets;
mod slots;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chancery_engine::api::{
    Actor, AuthorityCommand, AuthorityFact, AuthorityId, CertificateCommand, CertificateFact,
    CertificateId, Clock, Command, Consent, Ending, Fact, Given, Grant, KeyChoice, KeyType,
    NewAuthority, NewCertificate, Reach, Secret, Timestamp, VaultCommand,
};
use chancery_engine::{Client, Home, Kdf, Settings, start};
use egui::{Role, Ui};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::app::{Here, Window};
pub(super) use public::order;

use super::remember::Memory;
use super::{Theme, theme};

pub(super) const PASSPHRASE: &str = "correct horse battery staple";

/// Draws `ui` in our own theme, before nothing but `state`.
pub(super) fn harness<State: 'static>(
    state: State,
    mut ui: impl FnMut(&mut Ui, &mut State) + 'static,
) -> Harness<'static, State> {
    Harness::builder()
        .with_size([640.0, 480.0])
        .with_context_setup(|context| theme::install(context, egui::ThemePreference::Dark))
        .build_ui_state(
            move |panel, state| {
                egui::CentralPanel::default().show(panel, |panel| ui(panel, state));
            },
            state,
        )
}

/// An engine in memory, whose clock stands.
pub(super) fn engine() -> Client {
    let settings = Settings {
        clock: Arc::new(Stopped),
        kdf: Kdf::WeakForTests,
        idle_lock: None,
        ..Settings::at(Home::Memory)
    };
    start(settings, Actor::User("anna".to_owned())).unwrap()
}

/// A vault, a root, an issuing authority that signs by itself.
pub(super) fn with_authorities(client: &Client) -> (AuthorityId, AuthorityId) {
    carry_out(
        client,
        Command::Vault(VaultCommand::Create {
            passphrase: Secret::new(PASSPHRASE.to_owned()),
            recovery: None,
        }),
    );
    let root = authority(client, "Example Root", None);
    let issuing = authority(client, "Example Issuing", Some(root));
    (root, issuing)
}

fn authority(client: &Client, name: &str, parent: Option<AuthorityId>) -> AuthorityId {
    let command = AuthorityCommand::Create(NewAuthority {
        name: name.to_owned(),
        subject: None,
        parent,
        key_type: KeyType::P256,
        days: None,
        path_len: parent.map(|_| 0),
        reach: Reach::Usual,
        grant: parent.map(|_| Grant {
            profiles: Vec::new(),
            until: None,
        }),
        consent: Consent {
            passphrase: Secret::new(PASSPHRASE.to_owned()),
            given: Given::Typed,
        },
    });
    match carry_out(client, Command::Authority(command)) {
        Fact::Authority(AuthorityFact::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

pub(super) fn issue(client: &Client, authority: AuthorityId, name: &str) -> CertificateId {
    let command = CertificateCommand::Issue {
        wish: NewCertificate {
            authority,
            profile: "server".parse().unwrap(),
            common_name: name.to_owned(),
            identifiers: vec![name.parse().unwrap()],
            days: None,
            beyond_ceiling: false,
            key: KeyChoice::New(KeyType::P256),
        },
        consent: None,
    };
    match carry_out(client, Command::Certificate(command)) {
        Fact::Certificate(CertificateFact::Issued { id, .. }) => id,
        other => panic!("{other:?}"),
    }
}

pub(super) fn carry_out(client: &Client, command: Command) -> Fact {
    match client.send(command).unwrap().wait() {
        Ending::Done { fact, .. } => fact,
        other => panic!("{other:?}"),
    }
}

/// The whole window, before `client`.
pub(super) fn window(client: Client) -> Harness<'static, Window> {
    window_of(client, [1280.0, 800.0])
}

pub(super) fn window_of(client: Client, size: [f32; 2]) -> Harness<'static, Window> {
    let context = egui::Context::default();
    let memory = Memory::default();
    let window = Window::new(
        &context,
        client,
        (Arc::new(Stopped), memory),
        Here {
            machine: "desk".to_owned(),
            home: "in memory".to_owned(),
            kdf: Kdf::WeakForTests,
        },
        Some(Theme::Dark),
    );
    Harness::builder()
        .with_size(size)
        .with_context_setup(|context| theme::install(context, egui::ThemePreference::Dark))
        .build_ui_state(
            |ui, window: &mut Window| {
                window.hear_and_ask(&ui.ctx().clone());
                window.draw(ui);
            },
            window,
        )
}

/// A clock that shows noon for ever.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(1_795_348_800)
    }
}

/// Draws until something with this label is there.
pub(super) fn see<S>(harness: &mut Harness<'_, S>, label: &str) {
    wait(harness, label, |harness| {
        harness.query_all_by_label_contains(label).next().is_some()
    });
}

/// Presses the button of this name as soon as it can be pressed.
pub(super) fn press<S>(harness: &mut Harness<'_, S>, label: &str) {
    press_role(harness, Role::Button, label);
}

pub(super) fn press_role<S>(harness: &mut Harness<'_, S>, role: Role, label: &str) {
    wait(harness, label, |harness| {
        let found = harness.query_all_by_role_and_label(role, label).next();
        found.is_some_and(|node| !node.accesskit_node().is_disabled())
    });
    let node = harness.query_all_by_role_and_label(role, label).last();
    node.unwrap().click();
    harness.run_steps(3);
}

pub(super) fn type_into<S>(harness: &mut Harness<'_, S>, label: &str, text: &str) {
    let role = match label.contains("assphrase") {
        true => Role::PasswordInput,
        false => Role::TextInput,
    };
    type_into_role(harness, role, label, text);
}

pub(super) fn type_into_role<S>(harness: &mut Harness<'_, S>, role: Role, label: &str, text: &str) {
    wait(harness, label, |harness| {
        harness
            .query_all_by_role_and_label(role, label)
            .next()
            .is_some()
    });
    harness.get_by_role_and_label(role, label).focus();
    harness.run_steps(2);
    harness.get_by_role_and_label(role, label).type_text(text);
    harness.run_steps(2);
}

/// Draws until no button of this name is there.
pub(super) fn gone<S>(harness: &mut Harness<'_, S>, label: &str) {
    wait(harness, label, |harness| {
        let mut found = harness.query_all_by_role_and_label(Role::Button, label);
        found.next().is_none()
    });
}

/// Opens the drop-down of this label and takes the line with these words.
pub(super) fn choose<S>(harness: &mut Harness<'_, S>, label: &str, words: &str) {
    press_role(harness, Role::ComboBox, label);
    see(harness, words);
    // It may have to be scrolled to.
    let line = harness.query_all_by_role_and_label(Role::Button, words);
    line.last().unwrap().scroll_to_me();
    harness.run_steps(20);
    press(harness, words);
}

pub(super) fn type_secret<S>(harness: &mut Harness<'_, S>, label: &str, text: &str) {
    type_into_role(harness, Role::PasswordInput, label, text);
}

pub(super) fn clear_secret<S>(harness: &mut Harness<'_, S>, label: &str) {
    harness
        .get_by_role_and_label(Role::PasswordInput, label)
        .focus();
    empty(harness);
}

pub(super) fn clear<S>(harness: &mut Harness<'_, S>, label: &str) {
    harness
        .get_by_role_and_label(Role::TextInput, label)
        .focus();
    empty(harness);
}

fn empty<S>(harness: &mut Harness<'_, S>) {
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(2);
    harness.key_press(egui::Key::Backspace);
    harness.run_steps(2);
}

fn wait<S>(harness: &mut Harness<'_, S>, what: &str, there: impl Fn(&Harness<'_, S>) -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while Instant::now() < end {
        harness.step();
        if there(harness) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("waited in vain for {what:?}; there is:\n{}", told(harness));
}

/// Every label on the screen, for the message of a test that fails.
fn told<S>(harness: &Harness<'_, S>) -> String {
    let nodes = harness.query_all_by(|_| true);
    let label = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        let words = node.label().or_else(|| node.value())?;
        Some(format!("{:?} {words}", node.role()))
    };
    nodes.filter_map(label).collect::<Vec<_>>().join("\n")
}
