//! Forms as data: what a service wants to be told, from which window, command line and documents
//! derive.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One field of a form.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FieldInfo {
    /// As the command line writes it: `api-token`.
    pub name: Cow<'static, str>,
    /// As the window writes it: `API token`.
    pub label: Cow<'static, str>,
    /// One sentence without a full stop: what it is, and where a person finds it.
    pub help: Cow<'static, str>,
    pub kind: FieldKind,
    pub required: bool,
    /// Kept in the vault, and never shown again.
    pub secret: bool,
    /// What holds if nothing is given.
    pub default: Option<Cow<'static, str>>,
    /// Seldom needed; shown only when asked for.
    pub advanced: bool,
}

/// What a field takes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "of")]
#[non_exhaustive]
pub enum FieldKind {
    /// One line.
    Text,
    /// A whole number, not negative.
    Number,
    /// A host name or IP address, with a port behind a colon if need be.
    Address,
    /// `https://…`
    Url,
    /// One of these words.
    Choice(Cow<'static, [Cow<'static, str>]>),
    /// Several lines, each a value.
    Lines,
}

impl FieldInfo {
    /// A line of text that may be left out.
    pub const fn new(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            label: Cow::Borrowed(label),
            help: Cow::Borrowed(help),
            kind: FieldKind::Text,
            required: false,
            secret: false,
            default: None,
            advanced: false,
        }
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub const fn advanced(mut self) -> Self {
        self.advanced = true;
        self
    }

    pub const fn of(mut self, kind: FieldKind) -> Self {
        // A constant cannot drop what stood there; it held no memory.
        std::mem::forget(std::mem::replace(&mut self.kind, kind));
        self
    }

    pub const fn otherwise(mut self, default: &'static str) -> Self {
        let default = Some(Cow::Borrowed(default));
        std::mem::forget(std::mem::replace(&mut self.default, default));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: FieldInfo = FieldInfo::new("port", "Port", "Where the service listens")
        .of(FieldKind::Number)
        .otherwise("53")
        .advanced();

    #[test]
    fn a_field_reads_back_from_json_as_it_was_written() {
        const WORDS: FieldInfo = FieldInfo::new("hash", "Hash", "Which hash the key is for")
            .of(FieldKind::Choice(Cow::Borrowed(&[
                Cow::Borrowed("sha256"),
                Cow::Borrowed("sha512"),
            ])))
            .required();
        for field in [PORT, WORDS] {
            let json = serde_json::to_string(&field).unwrap();
            assert_eq!(serde_json::from_str::<FieldInfo>(&json).unwrap(), field);
        }
    }
}
