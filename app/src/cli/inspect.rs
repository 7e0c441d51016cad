//! `chancery inspect`: anything, explained for people. It needs no data folder.

use std::path::PathBuf;

use chancery_engine::api::{Description, Report, shown};
use clap::Args;

use super::files;
use super::print::Told;

pub(crate) const ABOUT: &str = "Explain a certificate, request or key file; needs no data folder";

#[derive(Args)]
pub(crate) struct Inspect {
    /// PEM or DER; `-` for standard input
    file: PathBuf,
}

impl Inspect {
    pub(crate) fn run(self) -> Result<Told, Report> {
        let description = chancery_engine::inspect(&files::read(&self.file)?)?;
        Told::new(outline(&description), &description)
    }
}

/// Titles with their fields and parts below them, two spaces further in.
pub(crate) fn outline(description: &Description) -> String {
    let mut text = String::new();
    outline_into(&mut text, description, 0);
    text
}

fn outline_into(text: &mut String, description: &Description, depth: usize) {
    let margin = "  ".repeat(depth);
    text.push_str(&format!("{margin}{}\n", shown(&description.title)));
    let labels = description.fields.iter();
    let width = labels.map(|field| field.label.chars().count()).max();
    let width = width.unwrap_or(0);
    for field in &description.fields {
        let (label, value) = (shown(&field.label), shown(&field.value));
        let line = format!("{margin}  {label:width$}  {value}");
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    for part in &description.parts {
        outline_into(text, part, depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use chancery_engine::api::DescribedField;

    use super::*;

    #[test]
    fn parts_stand_further_in_than_what_they_belong_to() {
        let field = |label: &str, value: &str| DescribedField {
            label: label.to_owned(),
            value: value.to_owned(),
            mono: false,
        };
        let part = Description {
            title: "Names".to_owned(),
            fields: vec![field("DNS", "a\u{202e}b")],
            parts: Vec::new(),
        };
        let whole = Description {
            title: "Certificate".to_owned(),
            fields: vec![field("Serial", "01"), field("Key", "P-256")],
            parts: vec![part],
        };
        let expected =
            "Certificate\n  Serial  01\n  Key     P-256\n  Names\n    DNS  a\\u{202e}b\n";
        assert_eq!(outline(&whole), expected);
    }
}
