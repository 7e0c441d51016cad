//! The forms of exported files as the window offers them: for certificates, and for those who are
//! to trust.

use chancery_engine::api::{CertificateFormat, Destination, TrustFormat};

/// What an export dialog must know of a form.
pub(in crate::gui) trait FileForm: Copy + Default + PartialEq + 'static {
    const ALL: &'static [Self];

    /// What this destination takes.
    fn of(destination: Destination) -> Self;

    fn title(self) -> &'static str;

    /// Without its key such a file is none.
    fn holds_key(self) -> bool;

    fn needs_password(self) -> bool;
}

impl FileForm for CertificateFormat {
    const ALL: &'static [Self] = &Self::ALL;

    fn of(destination: Destination) -> Self {
        destination.needs().certificate
    }

    fn title(self) -> &'static str {
        Self::title(self)
    }

    fn holds_key(self) -> bool {
        Self::holds_key(self)
    }

    fn needs_password(self) -> bool {
        Self::needs_password(self)
    }
}

impl FileForm for TrustFormat {
    const ALL: &'static [Self] = &Self::ALL;

    fn of(destination: Destination) -> Self {
        destination.needs().trust
    }

    fn title(self) -> &'static str {
        Self::title(self)
    }

    fn holds_key(self) -> bool {
        false
    }

    fn needs_password(self) -> bool {
        Self::needs_password(self)
    }
}

/// The programs that take files of this form, by what people call them; empty where none does.
pub(in crate::gui) fn opens_in<F: FileForm>(format: F) -> String {
    let takers = Destination::ALL
        .into_iter()
        .filter(|destination| F::of(*destination) == format)
        .map(|destination| destination.needs().title);
    takers.collect::<Vec<_>>().join("; ")
}

/// Every place, after the line for whoever wants to choose the form.
pub(in crate::gui) fn places() -> Vec<(Option<Destination>, String)> {
    let rest = Destination::ALL.map(|it| (Some(it), it.needs().title.to_owned()));
    let mut all = vec![(None, "Another program: choose the form".to_owned())];
    all.extend(rest);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_destination_stands_in_the_list_and_below_the_form_that_it_takes() {
        assert_eq!(places().len(), Destination::ALL.len() + 1);
        for destination in Destination::ALL {
            let needs = destination.needs();
            assert!(opens_in(needs.certificate).contains(needs.title));
            assert!(opens_in(needs.trust).contains(needs.title));
        }
    }

    #[test]
    fn a_form_that_no_destination_takes_opens_in_nothing() {
        assert_eq!(opens_in(CertificateFormat::Der), "");
    }
}
