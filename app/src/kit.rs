//! The recovery kit: one page with the code, for a safe place, as PDF or as plain text.

mod pdf;

use chancery_engine::api::RecoveryCode;
use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

/// What the page says beside the code.
pub(crate) struct Kit<'a> {
    pub(crate) code: &'a RecoveryCode,
    /// The vault's id in hexadecimal.
    pub(crate) vault: String,
    /// `2026-11-22`.
    pub(crate) day: String,
    pub(crate) machine: String,
    pub(crate) folder: String,
}

impl Kit<'_> {
    /// The page as PDF. `None` if the code could not be drawn, which has not happened yet.
    pub(crate) fn pdf(&self) -> Option<Zeroizing<Vec<u8>>> {
        let code = qr(self.code)?;
        Some(self.code.expose(|text| pdf::page(self, text, &code)))
    }

    /// The same words without the picture. The code stands on a line of its own.
    pub(crate) fn text(&self) -> Zeroizing<Vec<u8>> {
        // Reserved once, so that growing leaves no copy behind.
        let mut page = Zeroizing::new(Vec::with_capacity(16 * 1024));
        let mut line = |text: &str| {
            page.extend(text.as_bytes());
            page.push(b'\n');
        };
        line(TITLE);
        line("");
        self.code.expose(|code| line(code));
        line("");
        let slot = self.slot();
        for (name, value) in self.facts(&slot) {
            line(&format!("{name:12} {value}"));
        }
        for (heading, lines) in WORDS {
            line("");
            line(heading);
            lines.iter().for_each(|text| line(text));
        }
        page
    }

    /// What `vault slots` calls it.
    fn slot(&self) -> String {
        format!("Recovery code {}", self.code.mark())
    }

    fn facts<'a>(&'a self, slot: &'a str) -> [(&'static str, &'a str); 5] {
        [
            ("Slot", slot),
            ("Vault", &self.vault),
            ("Made on", &self.day),
            ("Machine", &self.machine),
            ("Data folder", &self.folder),
        ]
    }
}

/// A QR code: rows of modules without the quiet zone around them.
pub(crate) struct Qr {
    pub(crate) width: usize,
    dark: Zeroizing<Vec<bool>>,
}

impl Qr {
    pub(crate) fn is_dark(&self, row: usize, column: usize) -> bool {
        let place = row * self.width + column;
        column < self.width && self.dark.get(place).copied().unwrap_or(false)
    }
}

/// The code as it is written down, readable although a quarter of it is damaged.
pub(crate) fn qr(code: &RecoveryCode) -> Option<Qr> {
    let drawn = code.expose(|text| QrCode::with_error_correction_level(text, EcLevel::Q));
    let drawn = drawn.ok()?;
    let width = drawn.width();
    let dark = drawn.into_colors().into_iter();
    let dark = dark.map(|colour| colour == Color::Dark).collect();
    Some(Qr {
        width,
        dark: Zeroizing::new(dark),
    })
}

const TITLE: &str = "Chancery recovery kit";

/// Headings and lines, broken as they stand on the page.
const WORDS: [(&str, &[&str]); 3] = [
    (
        "What this is",
        &[
            "Whoever has this code and a copy of the data folder opens the vault named above",
            "without its passphrase, every private key in it included.",
            "The code alone, without the vault's file, opens nothing.",
        ],
    ),
    (
        "When the passphrase is forgotten",
        &[
            "On a command line:  chancery vault recover",
            "It asks for this code and for a new passphrase.",
            "In the window: on the page that asks for the passphrase, choose the recovery code.",
            "It works on any machine that has a copy of the data folder.",
            "Capital or small letters, spaces and hyphens make no difference;",
            "the letters O, I and L stand for the digits 0, 1 and 1.",
            "Make a new code afterwards, and destroy this page.",
        ],
    ),
    (
        "Where to keep it, and where not",
        &[
            "In a safe, with a notary, or in a sealed envelope, away from the machine.",
            "Not beside a backup of the data folder, not in a cloud folder, not as a photograph,",
            "not in a mail, and not on the machine itself once it is printed.",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> RecoveryCode {
        RecoveryCode::new().unwrap()
    }

    fn kit(code: &RecoveryCode) -> Kit<'_> {
        Kit {
            code,
            vault: "00112233445566778899aabbccddeeff".to_owned(),
            day: "2026-11-22".to_owned(),
            machine: "büro (links) \\ 中".to_owned(),
            folder: format!("/home/anna/{}", "a-long-name/".repeat(12)),
        }
    }

    fn stream(pdf: &str) -> &str {
        let begin = pdf.find("stream\n").unwrap() + 7;
        &pdf[begin..pdf.find("\nendstream").unwrap()]
    }

    #[test]
    fn the_page_holds_the_code_and_what_to_do_with_it() {
        let code = code();
        let pdf = kit(&code).pdf().unwrap();
        let pdf = String::from_utf8_lossy(&pdf);
        let text = kit(&code).text();
        let text = String::from_utf8_lossy(&text);
        for page in [stream(&pdf), &text] {
            code.expose(|written| assert!(page.contains(written), "{page}"));
            for said in [
                "00112233445566778899aabbccddeeff",
                "2026-11-22",
                "vault recover",
                &format!("Recovery code {}", code.mark()),
            ] {
                assert!(page.contains(said), "{said}");
            }
        }
        let alone = text
            .lines()
            .filter(|line| RecoveryCode::parse(line).is_ok());
        assert_eq!(alone.count(), 1);
    }

    #[test]
    fn every_offset_of_the_pdf_leads_to_the_object_it_names() {
        let code = code();
        let pdf = kit(&code).pdf().unwrap();
        assert!(pdf.starts_with(b"%PDF-1.4\n"));
        assert!(pdf.ends_with(b"%%EOF\n"));
        // The page is ASCII, so that offsets in text and bytes are the same.
        assert!(pdf.is_ascii());
        let text = String::from_utf8(pdf.to_vec()).unwrap();
        let start = text.rsplit("startxref\n").next().unwrap();
        let start: usize = start.lines().next().unwrap().parse().unwrap();
        let table = &text[start..];
        assert!(table.starts_with("xref\n"));
        let entries = table.lines().filter(|line| line.ends_with(" n "));
        let mut count = 0;
        for (number, entry) in entries.enumerate() {
            let offset: usize = entry[..10].parse().unwrap();
            let begins = format!("{} 0 obj\n", number + 1);
            assert!(text[offset..].starts_with(&begins), "{entry}");
            count += 1;
        }
        assert!(table.contains(&format!("/Size {} ", count + 1)), "{table}");
        let length = text.split("/Length ").nth(1).unwrap();
        let length: usize = length.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(stream(&text).len(), length);
    }

    #[test]
    fn foreign_signs_of_names_cannot_end_a_text_of_the_page() {
        let code = code();
        let pdf = kit(&code).pdf().unwrap();
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains(r"b\374ro \(links\) \\ ?"), "{text}");
    }

    #[test]
    fn the_page_draws_each_dark_module_once() {
        let code = code();
        let drawn = qr(&code).unwrap();
        let places = (0..drawn.width).flat_map(|row| (0..drawn.width).map(move |at| (row, at)));
        let dark = places.filter(|(row, at)| drawn.is_dark(*row, *at)).count();
        let pdf = kit(&code).pdf().unwrap();
        let text = String::from_utf8_lossy(&pdf);
        let squares: usize = stream(&text)
            .lines()
            .filter_map(|line| line.strip_suffix(" re"))
            .map(|line| {
                let wide: f64 = line.split(' ').nth(2).unwrap().parse().unwrap();
                (wide / pdf::MODULE).round() as usize
            })
            .sum();
        assert_eq!(squares, dark);
        // The finder in the corner, as every QR code has it.
        for at in 0..7 {
            assert!(drawn.is_dark(0, at) && drawn.is_dark(at, 0) && !drawn.is_dark(7, at));
        }
        assert!(!drawn.is_dark(0, drawn.width));
    }
}
