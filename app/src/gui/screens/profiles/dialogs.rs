//! Copying and removing a profile.

use chancery_engine::api::{Command, ProfileCommand, ProfileName};
use egui::Context;

use crate::gui::model::Wishes;
use crate::gui::parts::errand::Errand;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::report;

pub(super) enum Dialog {
    Copy {
        from: ProfileName,
        name: Field,
        greeted: bool,
    },
    Remove(ProfileName),
}

impl Dialog {
    pub(super) fn copy(from: ProfileName) -> Self {
        Self::Copy {
            from,
            name: Field::default(),
            greeted: false,
        }
    }

    /// True when the person leaves it.
    pub(super) fn ui(
        &mut self,
        context: &Context,
        errand: &mut Errand,
        wishes: &mut Wishes,
    ) -> bool {
        match self {
            Self::Copy {
                from,
                name,
                greeted,
            } => copy_ui(context, from, (name, greeted), errand, wishes),
            Self::Remove(name) => remove_ui(context, name, errand, wishes),
        }
    }
}

fn copy_ui(
    context: &Context,
    from: &ProfileName,
    (name, greeted): (&mut Field, &mut bool),
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let consequences = [format!(
        "A profile of your own that says what {from} says, until you change it."
    )];
    let dialog = Confirm {
        title: "Copy profile",
        consequences: &consequences,
        verb: "Copy profile",
        destroys: false,
    };
    let typed = name.text.trim().parse::<ProfileName>();
    let answer = dialog.show(context, |ui| {
        let look = Look {
            label: "Name of the copy",
            help: "Lower-case letters, digits and hyphens; it is what requests name",
            example: "web",
            ..Look::default()
        };
        let wrong = typed.as_ref().err().map(ToString::to_string);
        let wrong = wrong.map(|wrong| report::sentence(&wrong));
        let field = name.ui(ui, look, wrong.as_deref());
        if !std::mem::replace(greeted, true) {
            field.request_focus();
        }
        if let Some(refused) = errand.refused() {
            report::report(ui, refused);
        }
        typed.is_ok() && !errand.is_under_way()
    });
    if answer == Some(Answer::Go)
        && let Ok(name) = typed
    {
        let from = from.clone();
        let command = ProfileCommand::Copy { from, name };
        errand.send(wishes, Command::Profile(command));
    }
    answer == Some(Answer::Leave)
}

fn remove_ui(
    context: &Context,
    name: &ProfileName,
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let consequences = [
        format!("Nothing can be issued with {name} any more. What was issued stays as it is."),
        "It is refused while a grant or a waiting request names it.".to_owned(),
    ];
    let dialog = Confirm {
        title: "Remove profile",
        consequences: &consequences,
        verb: "Remove profile",
        destroys: true,
    };
    let answer = dialog.show(context, |ui| {
        if let Some(refused) = errand.refused() {
            report::report(ui, refused);
        }
        !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        let name = name.clone();
        let command = ProfileCommand::Remove { name };
        errand.send(wishes, Command::Profile(command));
    }
    answer == Some(Answer::Leave)
}
