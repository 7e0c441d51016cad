//! Serials and fingerprints: grouped for the eye, copied as openssl prints them.

use chancery_engine::api::{Fingerprint, Serial};
use egui::Ui;

use crate::gui::widgets::facts;

pub(in crate::gui) fn serial_row(ui: &mut Ui, serial: &Serial) {
    let copied = serial.to_string().to_uppercase();
    facts::mono_row(ui, "Serial", &serial.grouped(), &copied);
}

pub(in crate::gui) fn fingerprint_row(ui: &mut Ui, fingerprint: &Fingerprint) {
    let digits = fingerprint.to_string();
    facts::mono_row(ui, "SHA-256", &apart(&digits, 4, " "), &as_openssl(&digits));
}

/// `AB:CD:…`, as `openssl x509 -fingerprint` prints.
fn as_openssl(digits: &str) -> String {
    apart(&digits.to_uppercase(), 2, ":")
}

fn apart(digits: &str, size: usize, between: &str) -> String {
    let plain: Vec<char> = digits.chars().filter(char::is_ascii_hexdigit).collect();
    let groups: Vec<String> = plain
        .chunks(size)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_grouped_for_the_eye_and_copied_as_openssl_prints_it() {
        assert_eq!(apart("0123456789ab", 4, " "), "0123 4567 89ab");
        assert_eq!(as_openssl("0123ab"), "01:23:AB");
        assert_eq!(as_openssl("01:23:AB"), "01:23:AB");
    }
}
