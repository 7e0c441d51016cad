//! What a provider is given: settings and secrets, checked against the fields of its form.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Clock, FieldInfo, FieldKind, Secret};
use crate::dns::error::{DnsError, SettingFault};
use crate::http;

/// Checked, with defaults filled in.
pub(crate) struct Given {
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, Secret<String>>,
    pub(crate) http: http::Client,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Given {
    /// Refuses what is missing, unknown, malformed, or secret where it should not be.
    pub(crate) fn checked(
        fields: &[FieldInfo],
        mut settings: BTreeMap<String, String>,
        secrets: BTreeMap<String, Secret<String>>,
        http: http::Client,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, DnsError> {
        settings.retain(|_, value| !value.trim().is_empty());
        let known = |name: &str, secret| {
            fields
                .iter()
                .any(|field| field.name == name && field.secret == secret)
        };
        let mut unknown = settings.keys().filter(|name| !known(name, false));
        let mut unknown_secret = secrets.keys().filter(|name| !known(name, true));
        if let Some(name) = unknown.next().or_else(|| unknown_secret.next()) {
            return Err(DnsError::setting(name, SettingFault::Unknown));
        }
        for field in fields {
            let fault = match field.secret {
                true => fault_of_secret(field, secrets.get(&*field.name)),
                false => fault_of_setting(field, settings.get(&*field.name)),
            };
            if let Some(fault) = fault {
                return Err(DnsError::setting(&field.name, fault));
            }
            if let Some(default) = &field.default {
                let name = field.name.clone().into_owned();
                settings.entry(name).or_insert_with(|| default.to_string());
            }
        }
        Ok(Self {
            settings,
            secrets,
            http,
            clock,
        })
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(|value| value.trim())
    }

    /// A setting that is required or has a default.
    pub(crate) fn text(&self, name: &str) -> Result<&str, DnsError> {
        let missing = || DnsError::setting(name, SettingFault::Missing);
        self.optional(name).ok_or_else(missing)
    }

    pub(crate) fn number(&self, name: &str) -> Result<u64, DnsError> {
        let not_a_number = |_| DnsError::setting(name, SettingFault::Number);
        self.text(name)?.parse().map_err(not_a_number)
    }

    /// The lines that are not empty.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.optional(name).unwrap_or_default().lines();
        let lines = lines.map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    /// Hands a required secret over.
    pub(crate) fn take_secret(&mut self, name: &str) -> Result<Secret<String>, DnsError> {
        let missing = || DnsError::setting(name, SettingFault::Missing);
        self.secrets.remove(name).ok_or_else(missing)
    }

    pub(crate) fn take_optional_secret(&mut self, name: &str) -> Option<Secret<String>> {
        self.secrets.remove(name)
    }
}

fn fault_of_secret(field: &FieldInfo, secret: Option<&Secret<String>>) -> Option<SettingFault> {
    match secret {
        None => field.required.then_some(SettingFault::Missing),
        Some(secret) => {
            let is_empty = secret.expose(|secret| secret.trim().is_empty());
            is_empty.then_some(SettingFault::Missing)
        }
    }
}

fn fault_of_setting(field: &FieldInfo, value: Option<&String>) -> Option<SettingFault> {
    let Some(value) = value.map(|value| value.trim()) else {
        return field.required.then_some(SettingFault::Missing);
    };
    let is_line = !value.contains(['\n', '\r', '\0']);
    match &field.kind {
        FieldKind::Lines => value.contains('\0').then_some(SettingFault::SeveralLines),
        _ if !is_line => Some(SettingFault::SeveralLines),
        FieldKind::Number => value
            .parse::<u64>()
            .is_err()
            .then_some(SettingFault::Number),
        FieldKind::Address => {
            let has_gap = value.contains(|c: char| c.is_whitespace() || c == '/');
            has_gap.then_some(SettingFault::Address)
        }
        FieldKind::Url => {
            let is_url = ["https://", "http://"]
                .iter()
                .any(|scheme| value.len() > scheme.len() && value.starts_with(scheme));
            (!is_url).then_some(SettingFault::Url)
        }
        FieldKind::Choice(words) => {
            let is_known = words.iter().any(|word| word == value);
            let words = words.join(", ");
            (!is_known).then_some(SettingFault::Choice { words })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::base::SystemClock;

    const FIELDS: &[FieldInfo] = &[
        FieldInfo::new("server", "Server", "Where it is")
            .of(FieldKind::Address)
            .required(),
        FieldInfo::new("hash", "Hash", "Which hash")
            .of(FieldKind::Choice(Cow::Borrowed(&[
                Cow::Borrowed("sha256"),
                Cow::Borrowed("sha512"),
            ])))
            .otherwise("sha256"),
        FieldInfo::new("wait", "Wait", "How long").of(FieldKind::Number),
        FieldInfo::new("endpoint", "Endpoint", "The service").of(FieldKind::Url),
        FieldInfo::new("arguments", "Arguments", "One a line").of(FieldKind::Lines),
        FieldInfo::new("token", "Token", "The secret")
            .required()
            .secret(),
    ];

    fn checked(settings: &[(&str, &str)], token: Option<&str>) -> Result<Given, DnsError> {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let secrets = token.map(|token| ("token".to_owned(), Secret::new(token.to_owned())));
        let http = http::Client::new(&http::Settings::default()).unwrap();
        Given::checked(
            FIELDS,
            settings.collect(),
            secrets.into_iter().collect(),
            http,
            Arc::new(SystemClock),
        )
    }

    fn fault(settings: &[(&str, &str)], token: Option<&str>) -> (String, SettingFault) {
        match checked(settings, token) {
            Err(DnsError::Setting { field, fault }) => (field, fault),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("{settings:?} was taken"),
        }
    }

    #[test]
    fn what_is_complete_is_taken_and_defaults_are_filled_in() {
        let settings = [
            ("server", " ns.example.org:53 "),
            ("arguments", "a\n\n b \n"),
        ];
        let mut given = checked(&settings, Some("t")).unwrap();
        assert_eq!(given.text("server").unwrap(), "ns.example.org:53");
        assert_eq!(given.text("hash").unwrap(), "sha256");
        assert_eq!(given.optional("wait"), None);
        assert_eq!(given.lines("arguments"), ["a", "b"]);
        let token = given.take_secret("token").unwrap();
        assert!(token.expose(|token| token == "t"));
    }

    #[test]
    fn each_fault_names_its_field() {
        let server = ("server", "ns");
        for (settings, token, field, expected) in [
            (vec![], Some("t"), "server", SettingFault::Missing),
            (
                vec![("server", "  ")],
                Some("t"),
                "server",
                SettingFault::Missing,
            ),
            (vec![server], None, "token", SettingFault::Missing),
            (vec![server], Some(" "), "token", SettingFault::Missing),
            (
                vec![server, ("colour", "red")],
                Some("t"),
                "colour",
                SettingFault::Unknown,
            ),
            (
                vec![server, ("token", "t")],
                Some("t"),
                "token",
                SettingFault::Unknown,
            ),
            (
                vec![server, ("wait", "-1")],
                Some("t"),
                "wait",
                SettingFault::Number,
            ),
            (
                vec![server, ("endpoint", "example.org")],
                Some("t"),
                "endpoint",
                SettingFault::Url,
            ),
            (
                vec![("server", "a b")],
                Some("t"),
                "server",
                SettingFault::Address,
            ),
            (
                vec![("server", "a\nb")],
                Some("t"),
                "server",
                SettingFault::SeveralLines,
            ),
            (
                vec![server, ("arguments", "a\0b")],
                Some("t"),
                "arguments",
                SettingFault::SeveralLines,
            ),
        ] {
            assert_eq!(fault(&settings, token), (field.to_owned(), expected));
        }
        let (field, SettingFault::Choice { words }) = fault(&[server, ("hash", "md5")], Some("t"))
        else {
            panic!("another fault");
        };
        assert_eq!((field.as_str(), words.as_str()), ("hash", "sha256, sha512"));
    }
}
