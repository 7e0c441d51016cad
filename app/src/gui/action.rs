//! Everything a person can do from anywhere: text, tooltip, shortcut; for menus, buttons, palette.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::navigation::{Part, Place, Public};
use super::theme::icons;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Action {
    AddRequest,
    Audit,
    Authorities,
    Back,
    Backups,
    Certificates,
    Forward,
    Gallery,
    Import,
    Issue,
    Lock,
    NewAccount,
    NewAuthority,
    NewOrder,
    NewProvider,
    Palette,
    Profiles,
    PublicAccounts,
    PublicCas,
    PublicProviders,
    Rail,
    Requests,
    Secrets,
    Theme,
    Unlocking,
}

impl Action {
    pub(super) const ALL: [Self; 25] = [
        Self::AddRequest,
        Self::Audit,
        Self::Authorities,
        Self::Back,
        Self::Backups,
        Self::Certificates,
        Self::Forward,
        Self::Gallery,
        Self::Import,
        Self::Issue,
        Self::Lock,
        Self::NewAccount,
        Self::NewAuthority,
        Self::NewOrder,
        Self::NewProvider,
        Self::Palette,
        Self::Profiles,
        Self::PublicAccounts,
        Self::PublicCas,
        Self::PublicProviders,
        Self::Rail,
        Self::Requests,
        Self::Secrets,
        Self::Theme,
        Self::Unlocking,
    ];

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::AddRequest => "Add request…",
            Self::Audit => "Audit",
            Self::Authorities => "Authorities",
            Self::Back => "Back",
            Self::Backups => "Backups",
            Self::Certificates => "Certificates",
            Self::Forward => "Forward",
            Self::Gallery => "Gallery of widgets",
            Self::Import => "Import…",
            Self::Issue => "Issue certificate…",
            Self::Lock => "Lock vault",
            Self::NewAccount => "New account at a public CA…",
            Self::NewAuthority => "New authority…",
            Self::NewOrder => "Get a public certificate…",
            Self::NewProvider => "Add DNS provider…",
            Self::Palette => "Search or command",
            Self::Profiles => "Profiles",
            Self::PublicAccounts => "Accounts at public CAs",
            Self::PublicCas => "Public CAs",
            Self::PublicProviders => "DNS providers",
            Self::Rail => "Wide or narrow rail",
            Self::Requests => "Requests",
            Self::Secrets => "Secrets",
            Self::Theme => "Change theme",
            Self::Unlocking => "Ways to unlock",
        }
    }

    pub(super) const fn tooltip(self) -> &'static str {
        match self {
            Self::AddRequest => "Paste or open a request (CSR) whose key stays where it was made",
            Self::Audit => "What happened, who did it, and whether the record is complete",
            Self::Authorities => "Roots and the authorities below them",
            Self::Back => "To where you were before",
            Self::Backups => "Make one, try one, or have them made by themselves",
            Self::Certificates => "Everything that has been issued",
            Self::Forward => "To where you came back from",
            Self::Gallery => "Every widget of this window, for those who build it",
            Self::Import => "Take over a CA, certificates or keys from files of another program",
            Self::Issue => "Make a certificate for a server or a client",
            Self::Lock => "Wipe the open keys from memory; nothing can be read until unlocked",
            Self::NewAccount => "Join Let’s Encrypt or another CA that every browser trusts",
            Self::NewAuthority => "Create a root or an intermediate",
            Self::NewOrder => "For names on the Internet, from a CA that every browser trusts",
            Self::NewProvider => "Say where the DNS records of your names are changed",
            Self::Palette => "Find a screen, an action, a certificate or an authority",
            Self::Profiles => "What certificates of one sort contain; copies can be changed",
            Self::PublicAccounts => "Which public CAs know you, and with which key",
            Self::PublicCas => "Certificates that every browser trusts: orders, accounts, DNS",
            Self::PublicProviders => "Where the records that prove your names are published",
            Self::Rail => "Show or hide the words at the left",
            Self::Requests => "Requests that wait for a decision, and those decided",
            Self::Secrets => "Private keys, who may use them, and what opens the vault",
            Self::Theme => "Dark, light, or as the system",
            Self::Unlocking => "Passphrase, recovery code, the system’s store",
        }
    }

    pub(super) const fn icon(self) -> &'static str {
        match self {
            Self::AddRequest => icons::FILE,
            Self::Audit => icons::AUDIT,
            Self::Authorities => icons::AUTHORITIES,
            Self::Back => icons::ARROW_LEFT,
            Self::Backups => icons::EXPORT,
            Self::Certificates => icons::CERTIFICATE,
            Self::Forward => icons::ARROW_RIGHT,
            Self::Gallery => icons::GALLERY,
            Self::Import => icons::FOLDER,
            Self::Issue
            | Self::NewAccount
            | Self::NewAuthority
            | Self::NewOrder
            | Self::NewProvider => icons::PLUS,
            Self::Unlocking => icons::UNLOCK,
            Self::Lock => icons::LOCK,
            Self::Palette => icons::SEARCH,
            Self::Profiles => icons::FILE,
            Self::PublicAccounts | Self::PublicCas | Self::PublicProviders => icons::GLOBE,
            Self::Rail => icons::SIDEBAR,
            Self::Requests => icons::REQUESTS,
            Self::Secrets => icons::VAULT,
            Self::Theme => icons::SYSTEM,
        }
    }

    pub(super) const fn shortcut(self) -> Option<KeyboardShortcut> {
        let shift = Modifiers::COMMAND.plus(Modifiers::SHIFT);
        let (modifiers, key) = match self {
            Self::AddRequest => (Modifiers::COMMAND, Key::O),
            Self::Audit => (Modifiers::COMMAND, Key::Num4),
            Self::Authorities => (Modifiers::COMMAND, Key::Num3),
            Self::Back => (Modifiers::ALT, Key::ArrowLeft),
            Self::Certificates => (Modifiers::COMMAND, Key::Num1),
            Self::Forward => (Modifiers::ALT, Key::ArrowRight),
            Self::Backups
            | Self::Gallery
            | Self::NewAccount
            | Self::NewProvider
            | Self::PublicAccounts
            | Self::PublicProviders
            | Self::Unlocking => return None,
            Self::Import => (Modifiers::COMMAND, Key::I),
            Self::Issue => (Modifiers::COMMAND, Key::N),
            Self::Lock => (Modifiers::COMMAND, Key::L),
            Self::NewAuthority => (shift, Key::N),
            Self::NewOrder => (Modifiers::COMMAND, Key::G),
            Self::Palette => (Modifiers::COMMAND, Key::K),
            Self::Profiles => (Modifiers::COMMAND, Key::Num6),
            Self::PublicCas => (Modifiers::COMMAND, Key::Num7),
            Self::Rail => (Modifiers::COMMAND, Key::B),
            Self::Requests => (Modifiers::COMMAND, Key::Num2),
            Self::Secrets => (Modifiers::COMMAND, Key::Num5),
            Self::Theme => (shift, Key::T),
        };
        Some(KeyboardShortcut::new(modifiers, key))
    }

    /// Where the action leads, for those that only lead somewhere.
    pub(super) const fn place(self) -> Option<Place> {
        Some(match self {
            Self::AddRequest => Place::AddRequest,
            Self::Audit => Place::Audit,
            Self::Authorities => Place::Authorities(None),
            Self::Backups => Place::Secrets(Part::Backups),
            Self::Certificates => Place::Certificates,
            Self::Gallery => Place::Gallery,
            Self::Import => Place::Import,
            Self::Issue => Place::Issue,
            Self::NewAccount => Place::NewAccount,
            Self::NewAuthority => Place::NewAuthority,
            Self::NewOrder => Place::NewOrder,
            Self::NewProvider => Place::NewProvider,
            Self::Profiles => Place::Profiles,
            Self::PublicAccounts => Place::PublicCas(Public::Accounts),
            Self::PublicCas => Place::PublicCas(Public::Orders),
            Self::PublicProviders => Place::PublicCas(Public::Providers),
            Self::Requests => Place::Requests,
            Self::Secrets => Place::Secrets(Part::Keys),
            Self::Unlocking => Place::Secrets(Part::Slots),
            Self::Back | Self::Forward | Self::Lock | Self::Palette | Self::Rail | Self::Theme => {
                return None;
            }
        })
    }

    /// The action whose shortcut has just been pressed; takes the key away from everything else.
    pub(super) fn pressed(context: &egui::Context) -> Option<Self> {
        // Those with more modifiers first: Ctrl+N would also match Ctrl+Shift+N.
        let mut all = Self::ALL;
        all.sort_by_key(|action| action.shortcut().is_none_or(|keys| !keys.modifiers.shift));
        context.input_mut(|input| {
            all.into_iter().find(|action| {
                action
                    .shortcut()
                    .is_some_and(|shortcut| input.consume_shortcut(&shortcut))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_share_a_shortcut_and_none_takes_a_key_of_text_editing() {
        let editing = [Key::A, Key::C, Key::V, Key::X, Key::Y, Key::Z]
            .map(|key| KeyboardShortcut::new(Modifiers::COMMAND, key));
        let mut taken = editing.to_vec();
        for action in Action::ALL {
            let Some(shortcut) = action.shortcut() else {
                continue;
            };
            assert!(!taken.contains(&shortcut), "{action:?}");
            assert!(shortcut.modifiers.any(), "{action:?} is a bare key");
            taken.push(shortcut);
        }
    }

    #[test]
    fn every_action_says_what_it_does_in_sentence_case() {
        for action in Action::ALL {
            let text = action.text();
            assert!(text.starts_with(char::is_uppercase), "{text}");
            let abbreviated = |word: &str| word.chars().take(2).all(char::is_uppercase);
            let mut later = text.split(' ').skip(1).filter(|word| !abbreviated(word));
            assert!(
                later.all(|word| !word.starts_with(char::is_uppercase)),
                "{text}"
            );
            assert!(!action.tooltip().ends_with('.'), "{text}");
        }
    }
}
