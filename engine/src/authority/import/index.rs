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
    /// Number of a line that cannot be understood, and why.
    pub(crate) damaged: Vec<(usize, LineFault)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) not_after: Timestamp,
    pub(crate) revoked: Option<Revoked>,
    pub(crate) serial: Serial,
    /// As it is written: `/C=DE/CN=www`.
    pub(crate) subject: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Revoked {
    pub(crate) at: Timestamp,
    /// `None` for `removeFromCRL`, which is no reason of a full list (RFC 5280, 5.3.1).
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
    /// `R` without a date, or a date without `R`.
    Contradiction,
}

impl Index {
    /// Every line that can be understood, and the numbers of those that cannot. Empty lines and
    /// comments are skipped.
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
                Err(fault) => index.damaged.push((number, fault)),
            }
        }
        index
    }
}

impl Line {
    /// The last common name of the subject, or all of it.
    pub(crate) fn name(&self) -> &str {
        let named = self.subject.rsplit_once("/CN=").map(|(_, name)| name);
        let name = named.map(|name| name.split('/').next().unwrap_or(name));
        name.filter(|name| !name.is_empty())
            .unwrap_or(&self.subject)
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
            Self::Contradiction => "contradicts itself: revoked without a date, or a date alone",
        }
    }
}

fn read_line(number: usize, line: &str) -> Result<Line, LineFault> {
    let fields = fields(line.trim_end_matches(['\r', '\n']));
    let [status, end, revoked, serial, _file, subject] = &fields[..] else {
        return Err(LineFault::Fields);
    };
    let revoked = match (&status[..], &revoked[..]) {
        ("V" | "E", "") => None,
        ("R", "") | ("V" | "E", _) => return Err(LineFault::Contradiction),
        ("R", text) => Some(read_revoked(text)?),
        _ => return Err(LineFault::Status),
    };
    let is_hex = !serial.is_empty() && serial.bytes().all(|byte| byte.is_ascii_hexdigit());
    let serial = serial.parse().ok().filter(|_| is_hex);
    Ok(Line {
        number,
        not_after: read_date(end).ok_or(LineFault::End)?,
        revoked,
        serial: serial.ok_or(LineFault::Serial)?,
        subject: subject.clone(),
    })
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
/// `keyTime` and `CAkeyTime` the date since when the key is not to be trusted.
fn read_revoked(text: &str) -> Result<Revoked, LineFault> {
    let mut parts = text.splitn(3, ',');
    let at = parts.next().and_then(read_date);
    let (reason, extra) = (parts.next(), parts.next());
    let (reason, dated) = match reason {
        None => (Some(RevocationReason::Unspecified), false),
        Some(word) => reason_of(word).ok_or(LineFault::Reason)?,
    };
    Ok(Revoked {
        at: at.ok_or(LineFault::Revocation)?,
        reason,
        invalid_since: match (dated, extra) {
            (true, Some(date)) => Some(read_date(date).ok_or(LineFault::Revocation)?),
            (true, None) => return Err(LineFault::Revocation),
            (false, _) => None,
        },
    })
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

    fn one(line: &str) -> Result<Line, LineFault> {
        let mut index = Index::read(line.as_bytes());
        match index.damaged.pop() {
            Some((_, fault)) => Err(fault),
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
        assert_eq!(valid.not_after.to_string(), "2027-11-22T10:11:12Z");
        assert_eq!((valid.name(), valid.revoked), ("www.example", None));
        let revoked = one("R\t20511122101112Z\t261101000000Z,superseded\t1000\tunknown\t/O=a/O=b");
        let revoked = revoked.unwrap();
        assert_eq!(revoked.name(), "/O=a/O=b");
        assert_eq!(revoked.not_after.to_string(), "2051-11-22T10:11:12Z");
        let why = revoked.revoked.unwrap();
        assert_eq!(why.at.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(why.reason, Some(RevocationReason::Superseded));
        let expired = one("E\t491231235959Z\t\t00\tunknown\t/CN=a\\\tb").unwrap();
        assert_eq!(
            (expired.serial.to_string(), expired.name()),
            ("00".to_owned(), "a\tb")
        );
    }

    #[test]
    fn every_reason_that_openssl_writes_is_understood() {
        let with = |why: &str| {
            let line = format!("R\t271122101112Z\t261101000000Z{why}\t01\tunknown\t/CN=a");
            one(&line).map(|line| line.revoked.unwrap())
        };
        assert_eq!(
            with("").unwrap().reason,
            Some(RevocationReason::Unspecified)
        );
        for (word, reason, dated) in REASONS {
            let extra = if *dated { ",20261001000000Z" } else { "" };
            let read = with(&format!(",{word}{extra}")).unwrap();
            assert_eq!(read.reason, *reason, "{word}");
            assert_eq!(read.invalid_since.is_some(), *dated, "{word}");
        }
        let held = with(",holdInstruction,1.2.840.10040.2.2").unwrap();
        assert_eq!(held.reason, Some(RevocationReason::CertificateHold));
        assert_eq!(with(",keyTime"), Err(LineFault::Revocation));
        assert_eq!(with(",boredom"), Err(LineFault::Reason));
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
            (
                "R\t271122101112Z\tonce\t0A\tunknown\t/CN=a",
                LineFault::Revocation,
            ),
            (
                "R\t271122101112Z\t\t0A\tunknown\t/CN=a",
                LineFault::Contradiction,
            ),
            (
                "V\t271122101112Z\t261101000000Z\t0A\tunknown\t/CN=a",
                LineFault::Contradiction,
            ),
            ("V\t271122101112Z\t\t-0A\tunknown\t/CN=a", LineFault::Serial),
            ("V\t271122101112Z\t\t\tunknown\t/CN=a", LineFault::Serial),
        ];
        for (line, fault) in cases {
            let index = Index::read(format!("# made by hand\n\n{line}\r\n{good}\n").as_bytes());
            assert_eq!(index.damaged, [(3, fault)], "{line}");
            assert_eq!((index.lines.len(), index.lines[0].number), (1, 4));
        }
        assert_eq!(
            Index::read(&[0xff, b'\n']).damaged,
            [(1, LineFault::Fields)]
        );
        assert_eq!(Index::read(b""), Index::default());
    }
}
