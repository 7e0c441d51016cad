//! A passphrase typed twice, with a hint on its strength.

use chancery_engine::api::Secret;
use egui::{Response, Ui};

use crate::gui::widgets::field::{below, entered};
use crate::gui::widgets::secret_edit::SecretEdit;

#[derive(Default)]
pub(in crate::gui) struct NewPassphrase {
    one: SecretEdit,
    again: SecretEdit,
    again_left: bool,
    least: Strength,
}

/// What became of the two fields in this frame.
pub(in crate::gui) struct Typed {
    /// The first field, to be given the keyboard.
    pub(in crate::gui) field: Response,
    /// Long enough, and twice the same.
    pub(in crate::gui) ready: bool,
    /// Whether Enter has just ended the typing, and all is ready.
    pub(in crate::gui) entered: bool,
}

impl NewPassphrase {
    /// For a file that goes elsewhere: how strong it must be is decided there.
    pub(in crate::gui) fn of_a_file() -> Self {
        Self {
            least: Strength::Weak,
            ..Self::default()
        }
    }

    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, label: &str, label_again: &str) -> Typed {
        let field = self.one.ui(ui, label);
        let strength = self.one.expose(Strength::of);
        let words = match (strength, self.least) {
            (Strength::Empty, Strength::Weak) => "Whoever opens the file is asked for it",
            _ => strength.words(),
        };
        below(ui, words, None);
        let again = self.again.ui(ui, label_again);
        self.again_left |= again.lost_focus();
        let same = self
            .one
            .expose(|one| self.again.expose(|other| one == other));
        let differs = (!same && !self.again.is_empty()).then_some("The two differ");
        below(ui, "", differs.filter(|_| self.again_left));
        let ready = same && strength >= self.least;
        let entered = entered(ui, &field) || entered(ui, &again);
        if entered && !ready {
            match strength >= self.least {
                true => again.request_focus(),
                false => field.request_focus(),
            }
        }
        Typed {
            field,
            ready,
            entered: entered && ready,
        }
    }

    /// Moves the passphrase out and leaves both fields empty.
    pub(in crate::gui) fn take(&mut self) -> Secret<String> {
        let empty = Self {
            least: self.least,
            ..Self::default()
        };
        std::mem::replace(self, empty).one.take()
    }
}

/// A hint, not a promise: how long guessing takes depends on how it was chosen.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Strength {
    Empty,
    Weak,
    #[default]
    Fair,
    Strong,
}

impl Strength {
    fn of(text: &str) -> Self {
        let mut different: Vec<char> = text.chars().collect();
        let length = different.len();
        different.sort_unstable();
        different.dedup();
        match (length, different.len()) {
            (0, _) => Self::Empty,
            (..SHORT, _) | (_, ..=5) => Self::Weak,
            (SHORT..LONG, _) => Self::Fair,
            _ => Self::Strong,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Empty => {
                "At least 8 characters; four or more words that only you put together are best"
            }
            Self::Weak => "Weak: at least 8 characters, and not the same few again and again",
            Self::Fair => "Fair: longer is better, for instance a few words more",
            Self::Strong => "Strong, if it is not written anywhere else",
        }
    }
}

/// The vault takes no passphrase with fewer characters.
const SHORT: usize = 8;
const LONG: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_judged_by_its_length_and_variety() {
        assert_eq!(Strength::of(""), Strength::Empty);
        assert_eq!(Strength::of("short"), Strength::Weak);
        assert_eq!(Strength::of("horse-7"), Strength::Weak);
        assert_eq!(Strength::of("horse-78"), Strength::Fair);
        assert_eq!(Strength::of("aaaaaaaaaaaaaaaaaaaaaaaa"), Strength::Weak);
        assert_eq!(Strength::of("correct horse"), Strength::Fair);
        assert_eq!(
            Strength::of("correct horse battery staple"),
            Strength::Strong
        );
    }
}
