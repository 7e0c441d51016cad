//! The database of `openssl ca` and easy-rsa, `index.txt`: one line for each certificate.
//!
//! Six fields, parted by tabs: `V`, `R` or `E`; when it ends; when and why it was revoked; the
//! serial in hexadecimal; a file, always `unknown`; the subject. openssl documents the format in
//! `ca(1)` and in `apps/lib/apps.c`.

use crate::base::{RevocationReason, Serial, Timestamp};

/// What an index says, line by line.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Index {
    pub(crate) lines: Vec<Line>,
    /// Lines that cannot be understood.
    pub(crate) damaged: Vec<Damaged>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Damaged {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) fault: LineFault,
    /// It says of a serial that cannot be read that it is revoked.
    pub(crate) revokes: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    /// `None` only where it is revoked: a line that does not revoke is damaged without it.
    pub(crate) not_after: Option<Timestamp>,
    pub(crate) revoked: Option<Revoked>,
    pub(crate) serial: Serial,
    /// As it is written: `/C=DE/CN=www`.
    pub(crate) subject: String,
    /// What else cannot be understood of a line that revokes.
    pub(crate) faults: Vec<LineFault>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Revoked {
    /// `None` where that cannot be read.
    pub(crate) at: Option<Timestamp>,
    /// `None` for `removeFromCRL`, which is no reason of a full list (RFC 5280, 5.3.1), and for what
    /// cannot be read.
    pub(crate) reason: Option<RevocationReason>,
    /// The key is not to be trusted since then (RFC 5280, 5.3.2), where the index knows.
    pub(crate) invalid_since: Option<Timestamp>,
}

/// Why a line cannot be understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LineFault {
    Fields,
    Status,
    End,
    Revocation,
    Reason,
    Serial,
    /// A date of revocation without `R`.
    Contradiction,
}

impl Index {
    /// Every line that can be understood, and the numbers of those that cannot. A line that revokes
    /// needs no more than a serial to be understood: what is lost of it must not make the
    /// certificate valid again. Empty lines and comments are skipped.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut index = Self::default();
        for (at, line) in text.lines().enumerate() {
            let number = at + 1;
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match read_line(number, line) {
                Ok(line) => index.lines.push(line),
                Err(damaged) => index.damaged.push(damaged),
            }
        }
        index
    }
}

impl Line {
    /// The last common name of the subject, or all of it.
    pub(crate) fn name(&self) -> String {
        let named = self.subject.rsplit_once("/CN=").map(|(_, name)| name);
        let name = named.map(|name| name.split('/').next().unwrap_or(name));
        let name = name.filter(|name| !name.is_empty());
        unescaped(name.unwrap_or(&self.subject))
    }
}

impl LineFault {
    /// Continues `the line `.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Fields => "has not six fields parted by tabs",
            Self::Status => "begins with neither V, R nor E",
            Self::End => "has no date of the form YYMMDDHHMMSSZ where the certificate ends",
            Self::Revocation => "has no date of the form YYMMDDHHMMSSZ where it was revoked",
            Self::Reason => "names a reason for revocation that openssl does not know",
            Self::Serial => "has no serial number in hexadecimal",
            Self::Contradiction => "contradicts itself: a date of revocation, and not revoked",
        }
    }
}

fn read_line(number: usize, line: &str) -> Result<Line, Damaged> {
    let fields = fields(line.trim_end_matches(['\r', '\n']));
    let field = |at: usize| fields.get(at).map_or("", String::as_str);
    let (status, end, date) = (field(0), field(1), field(2));
    let mut faults = Vec::new();
    if fields.len() != 6 {
        faults.push(LineFault::Fields);
    }
    let has_date = fields.len() == 6 && !date.is_empty();
    match status {
        "V" | "E" if has_date => faults.push(LineFault::Contradiction),
        "V" | "E" | "R" => (),
        _ => faults.push(LineFault::Status),
    }
    let revoked = (status == "R" || has_date).then(|| read_revoked(date, &mut faults));
    let not_after = read_date(end);
    if not_after.is_none() {
        faults.push(LineFault::End);
    }
    let damaged = |fault| Damaged {
        number,
        fault,
        revokes: revoked.is_some(),
    };
    match (read_serial(field(3)), faults.first()) {
        (_, Some(fault)) if revoked.is_none() => Err(damaged(*fault)),
        (None, fault) => Err(damaged(fault.copied().unwrap_or(LineFault::Serial))),
        (Some(serial), _) => Ok(Line {
            number,
            not_after,
            revoked,
            serial,
            subject: field(5).to_owned(),
            faults,
        }),
    }
}

fn read_serial(text: &str) -> Option<Serial> {
    let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.parse().ok().filter(|_| is_hex)
}

/// openssl writes octets that are not printable in ASCII as `\xC3`; those that together are no
/// UTF-8 stay as they are written.
fn unescaped(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let digits = rest.strip_prefix("\\x").and_then(|rest| rest.get(..2));
        let digits = digits.filter(|digits| digits.bytes().all(|it| it.is_ascii_hexdigit()));
        let octet = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let length = match octet {
            Some(octet) => {
                octets.push(octet);
                4
            }
            None => {
                octets.extend_from_slice(&rest.as_bytes()[..next.len_utf8()]);
                next.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    String::from_utf8(octets).unwrap_or_else(|_| text.to_owned())
}

/// A backslash takes the tab or backslash behind it as it is (`TXT_DB_write` escapes tabs).
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = character == '\\' && characters.peek() == Some(&'\t');
        let next = if escaped {
            characters.next()
        } else {
            Some(character)
        };
        match (next, fields.last_mut()) {
            (Some('\t'), _) if !escaped => fields.push(String::new()),
            (Some(character), Some(field)) => field.push(character),
            _ => (),
        }
    }
    fields
}

/// `DATE[,reason[,extra]]`: with `holdInstruction` the extra is an object id, with
/// `keyTime` and `CAkeyTime` the date since when the key is not to be trusted. What cannot be read
/// is left out.
fn read_revoked(text: &str, faults: &mut Vec<LineFault>) -> Revoked {
    let mut parts = text.splitn(3, ',');
    let at = parts.next().and_then(read_date);
    let (reason, extra) = (parts.next(), parts.next());
    let known = match reason {
        None => Some((Some(RevocationReason::Unspecified), false)),
        Some(word) => reason_of(word),
    };
    let (reason, dated) = known.unwrap_or_default();
    let invalid_since = extra.filter(|_| dated).and_then(read_date);
    if at.is_none() || (dated && invalid_since.is_none()) {
        faults.push(LineFault::Revocation);
    }
    if known.is_none() {
        faults.push(LineFault::Reason);
    }
    Revoked {
        at,
        reason,
        invalid_since,
    }
}

/// The reason, and whether a date belongs to it.
fn reason_of(word: &str) -> Option<(Option<RevocationReason>, bool)> {
    let known = REASONS.iter();
    let mut named = known.filter(|(name, ..)| name.eq_ignore_ascii_case(word));
    named.next().map(|(_, reason, dated)| (*reason, *dated))
}

/// `YYMMDDHHMMSSZ` with years from 1950 to 2049, or `YYYYMMDDHHMMSSZ` (RFC 5280, 4.1.2.5).
fn read_date(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z')?;
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = digits.get(from..to)?;
        let all = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| all)
    };
    let (year, rest) = match digits.len() {
        12 => match number(0, 2)? {
            year @ 50.. => (1900 + year, 2),
            year => (2000 + year, 2),
        },
        14 => (number(0, 4)?, 4),
        _ => return None,
    };
    let part = |at: usize| number(rest + 2 * at, rest + 2 * at + 2);
    let (month, day) = (part(0)?, part(1)?);
    let (hour, minute, second) = (part(2)?, part(3)?, part(4)?);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let days = days_since_1970(year, month, day).filter(|_| is_time)?;
    let secs = hour * 3600 + minute * 60 + second;
    Some(Timestamp::from_secs(days * 86_400 + secs))
}

/// In the Gregorian calendar; `None` for a day that it does not have.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [
        31,
        28 + i64::from(leap),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let at = usize::try_from(month - 1).ok()?;
    let length = *lengths.get(at)?;
    let before: i64 = lengths[..at].iter().sum();
    let years = year - 1;
    let to_year = 365 * years + years / 4 - years / 100 + years / 400;
    (1..=length)
        .contains(&day)
        .then_some(to_year - DAYS_TO_1970 + before + day - 1)
}

/// From the first day of the year 1.
const DAYS_TO_1970: i64 = 719_162;

const REASONS: &[(&str, Option<RevocationReason>, bool)] = &[
    ("unspecified", Some(RevocationReason::Unspecified), false),
    (
        "keyCompromise",
        Some(RevocationReason::KeyCompromise),
        false,
    ),
    ("CACompromise", Some(RevocationReason::CaCompromise), false),
    (
        "affiliationChanged",
        Some(RevocationReason::AffiliationChanged),
        false,
    ),
    ("superseded", Some(RevocationReason::Superseded), false),
    (
        "cessationOfOperation",
        Some(RevocationReason::CessationOfOperation),
        false,
    ),
    (
        "certificateHold",
        Some(RevocationReason::CertificateHold),
        false,
    ),
    ("removeFromCRL", None, false),
    (
        "holdInstruction",
        Some(RevocationReason::CertificateHold),
        false,
    ),
    ("keyTime", Some(RevocationReason::KeyCompromise), true),
    ("CAkeyTime", Some(RevocationReason::CaCompromise), true),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Result<Line, Damaged> {
        let mut index = Index::read(line.as_bytes());
        match index.damaged.pop() {
            Some(damaged) => Err(damaged),
            None => Ok(index.lines.remove(0)),
        }
    }

    fn at(text: &str) -> String {
        read_date(text).map_or_else(|| "none".to_owned(), |at| at.to_string())
    }

    #[test]
    fn the_lines_that_openssl_writes_are_understood() {
        let valid = one("V\t271122101112Z\t\t0A\tunknown\t/C=DE/O=Example/CN=www.example").unwrap();
        assert_eq!(valid.serial.to_string(), "0a");
        assert_eq!(valid.not_after.unwrap().to_string(), "2027-11-22T10:11:12Z");
        assert_eq!((&valid.name()[..], valid.revoked), ("www.example", None));
        let revoked = one("R\t20511122101112Z\t261101000000Z,superseded\t1000\tunknown\t/O=a/O=b");
        let revoked = revoked.unwrap();
        assert_eq!(revoked.name(), "/O=a/O=b");
        assert_eq!(
            revoked.not_after.unwrap().to_string(),
            "2051-11-22T10:11:12Z"
        );
        let why = revoked.revoked.unwrap();
        assert_eq!(why.at.unwrap().to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(why.reason, Some(RevocationReason::Superseded));
        let expired = one("E\t491231235959Z\t\t00\tunknown\t/CN=a\\\tb").unwrap();
        assert_eq!(
            (expired.serial.to_string(), expired.name()),
            ("00".to_owned(), "a\tb".to_owned())
        );
    }

    #[test]
    fn every_reason_that_openssl_writes_is_understood() {
        let with = |why: &str| {
            let line = format!("R\t271122101112Z\t261101000000Z{why}\t01\tunknown\t/CN=a");
            let line = one(&line).unwrap();
            (line.revoked.unwrap(), line.faults)
        };
        assert_eq!(with("").0.reason, Some(RevocationReason::Unspecified));
        for (word, reason, dated) in REASONS {
            let extra = if *dated { ",20261001000000Z" } else { "" };
            let (read, faults) = with(&format!(",{word}{extra}"));
            assert_eq!((read.reason, faults), (*reason, vec![]), "{word}");
            assert_eq!(read.invalid_since.is_some(), *dated, "{word}");
        }
        let (held, faults) = with(",holdInstruction,1.2.840.10040.2.2");
        assert_eq!(held.reason, Some(RevocationReason::CertificateHold));
        assert_eq!(faults, []);
    }

    #[test]
    fn a_line_that_revokes_is_kept_whatever_else_cannot_be_read_of_it() {
        let cases = [
            (
                "R\t271122101112Z\t261101000000Z,boredom\t0A\tunknown\t/CN=a",
                LineFault::Reason,
            ),
            (
                "R\t271122101112Z\t261101000000Z,keyTime\t0A\tunknown\t/CN=a",
                LineFault::Revocation,
            ),
            (
                "R\t271122101112Z\tonce\t0A\tunknown\t/CN=a",
                LineFault::Revocation,
            ),
            (
                "R\t271122101112Z\t\t0A\tunknown\t/CN=a",
                LineFault::Revocation,
            ),
            (
                "V\t271122101112Z\t261101000000Z\t0A\tunknown\t/CN=a",
                LineFault::Contradiction,
            ),
            (
                "X\t271122101112Z\t261101000000Z\t0A\tunknown\t/CN=a",
                LineFault::Status,
            ),
            (
                "R\tlater\t261101000000Z\t0A\tunknown\t/CN=a",
                LineFault::End,
            ),
            (
                "R\t271122101112Z\t261101000000Z\t0A\t/CN=a",
                LineFault::Fields,
            ),
        ];
        for (line, fault) in cases {
            let read = one(line).unwrap();
            assert_eq!(
                (&read.serial.to_string()[..], &read.faults[..]),
                ("0a", &[fault][..]),
                "{line}"
            );
            assert!(read.revoked.is_some(), "{line}");
        }
        let compromised = one(cases[1].0).unwrap().revoked.unwrap();
        assert_eq!(compromised.reason, Some(RevocationReason::KeyCompromise));
        let lost = one("R\t271122101112Z\t261101000000Z\t?\tunknown\t/CN=a").unwrap_err();
        assert_eq!((lost.fault, lost.revokes), (LineFault::Serial, true));
    }

    #[test]
    fn names_are_read_as_openssl_escapes_them() {
        assert_eq!(unescaped(r"M\xC3\xBCller"), "Müller");
        assert_eq!(unescaped(r"a\b\x4"), r"a\b\x4");
        assert_eq!(
            unescaped(r"M\xFCller ü"),
            r"M\xFCller ü",
            "no UTF-8: Latin 1"
        );
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(at("700101000000Z"), "1970-01-01T00:00:00Z");
        assert_eq!(at("500101000000Z"), "1950-01-01T00:00:00Z");
        assert_eq!(at("240229235959Z"), "2024-02-29T23:59:59Z");
        assert_eq!(at("20000229000000Z"), "2000-02-29T00:00:00Z");
        for wrong in [
            "",
            "Z",
            "250229000000Z",
            "21000229000000Z",
            "251301000000Z",
            "250100000000Z",
            "250101240000Z",
            "250101006000Z",
            "2501010000Z",
            "250101000000",
            "+50101000000Z",
        ] {
            assert_eq!(at(wrong), "none", "{wrong}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_understood_is_named_and_the_others_are_kept() {
        let good = "V\t271122101112Z\t\t0A\tunknown\t/CN=a";
        let cases = [
            ("V\t271122101112Z\t0A\tunknown\t/CN=a", LineFault::Fields),
            ("X\t271122101112Z\t\t0A\tunknown\t/CN=a", LineFault::Status),
            ("V\tlater\t\t0A\tunknown\t/CN=a", LineFault::End),
            ("V\t271122101112Z\t\t-0A\tunknown\t/CN=a", LineFault::Serial),
            ("V\t271122101112Z\t\t\tunknown\t/CN=a", LineFault::Serial),
        ];
        for (line, fault) in cases {
            let index = Index::read(format!("# made by hand\n\n{line}\r\n{good}\n").as_bytes());
            let damaged = Damaged {
                number: 3,
                fault,
                revokes: false,
            };
            assert_eq!(index.damaged, [damaged], "{line}");
            assert_eq!((index.lines.len(), index.lines[0].number), (1, 4));
        }
        assert_eq!(
            Index::read(&[0xff, b'\n']).damaged[0].fault,
            LineFault::Fields
        );
        assert_eq!(Index::read(b""), Index::default());
    }
}
