//! The recovery code: 130 random bits that a person can write down and type again.

use std::error::Error;
use std::fmt;

use zeroize::Zeroizing;

use super::Report;
use super::digest::{random, sha256};
use super::secret::Secret;

/// Thirty digits of Crockford's base 32: 26 of them random, and four that check these.
pub struct RecoveryCode(Secret<String>);

impl RecoveryCode {
    /// Draws a new one.
    pub fn new() -> Result<Self, Report> {
        let mut drawn = Zeroizing::new([0; RANDOM_DIGITS]);
        random(&mut drawn[..])?;
        drawn.iter_mut().for_each(|digit| *digit &= 31);
        Ok(Self::of(&drawn))
    }

    /// Reads what was typed: letters in either case, `O` for 0, `I` and `L` for 1, spaces and
    /// hyphens anywhere.
    pub fn parse(text: &str) -> Result<Self, RecoveryCodeError> {
        // Reserved once, so that growing leaves no copy behind.
        let mut digits = Zeroizing::new(Vec::with_capacity(DIGITS + 1));
        for typed in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let digit = value(typed).ok_or(RecoveryCodeError::NoDigit)?;
            if digits.len() == DIGITS {
                return Err(RecoveryCodeError::Length);
            }
            digits.push(digit);
        }
        let drawn = digits
            .first_chunk::<RANDOM_DIGITS>()
            .filter(|_| digits.len() == DIGITS)
            .ok_or(RecoveryCodeError::Length)?;
        match digits[RANDOM_DIGITS..] == check(drawn)[..] {
            true => Ok(Self::of(drawn)),
            false => Err(RecoveryCodeError::Mistyped),
        }
    }

    /// Lends the code as it is written down: six groups of five with hyphens between.
    pub fn expose<R>(&self, use_it: impl FnOnce(&str) -> R) -> R {
        self.0.expose(|text| use_it(text))
    }

    /// As it goes with a command.
    pub fn to_secret(&self) -> Secret<String> {
        self.expose(|text| Secret::new(text.to_owned()))
    }

    /// Whether `typed` is the group of that number, from 0.
    pub fn has_group(&self, group: usize, typed: &str) -> bool {
        let same = |text: &str| {
            let typed = typed.trim().chars().map(value);
            let group = text.split('-').nth(group)?;
            Some(group.chars().map(value).eq(typed))
        };
        self.expose(same).unwrap_or(false)
    }

    /// Four digits by which it is told from others, in the list of slots and on the paper. They are
    /// drawn from all of it by SHA-256: who knows them still has 2^130 codes to try.
    pub fn mark(&self) -> String {
        let hash = self.expose(|code| sha256(&[b"chancery recovery mark", code.as_bytes()]));
        let digits = first_digits(&hash).map(|digit| char::from(ALPHABET[usize::from(digit)]));
        digits.into_iter().collect()
    }

    pub const GROUPS: usize = DIGITS / GROUP;

    fn of(drawn: &[u8; RANDOM_DIGITS]) -> Self {
        let mut text = String::with_capacity(DIGITS + Self::GROUPS);
        for (place, digit) in drawn.iter().chain(&check(drawn)).enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*digit)]));
        }
        Self(Secret::new(text))
    }
}

/// Why a text is no recovery code. It says nothing of what was typed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecoveryCodeError {
    Length,
    /// The four digits that check the others do not fit.
    Mistyped,
    /// A sign that no code has.
    NoDigit,
}

impl fmt::Display for RecoveryCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a recovery code has thirty letters and digits",
            Self::Mistyped => "the recovery code is mistyped",
            Self::NoDigit => "the recovery code holds a sign that no code has",
        })
    }
}

impl Error for RecoveryCodeError {}

/// The first twenty bits of SHA-256 over a label and the 26 digits, each as a byte from 0 to 31.
fn check(drawn: &[u8; RANDOM_DIGITS]) -> [u8; CHECK_DIGITS] {
    first_digits(&sha256(&[b"chancery recovery code", drawn]))
}

/// The first twenty bits.
fn first_digits(hash: &[u8; 32]) -> [u8; CHECK_DIGITS] {
    let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], 0]) >> 12;
    let digit = |place: u32| u8::try_from(bits >> (5 * place) & 31).unwrap_or(0);
    [digit(3), digit(2), digit(1), digit(0)]
}

fn value(typed: char) -> Option<u8> {
    let typed = match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET
        .iter()
        .position(|known| char::from(*known) == typed)?;
    u8::try_from(place).ok()
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM_DIGITS: usize = 26;
const CHECK_DIGITS: usize = 4;
const DIGITS: usize = RANDOM_DIGITS + CHECK_DIGITS;
const GROUP: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &RecoveryCode) -> String {
        code.expose(str::to_owned)
    }

    fn refused(text: &str) -> RecoveryCodeError {
        RecoveryCode::parse(text).err().unwrap()
    }

    #[test]
    fn a_code_is_six_groups_of_five_and_reads_back_however_it_is_typed() {
        let code = RecoveryCode::new().unwrap();
        let written = text(&code);
        let groups: Vec<&str> = written.split('-').collect();
        assert_eq!(groups.len(), RecoveryCode::GROUPS);
        assert!(groups.iter().all(|group| group.len() == 5), "{written}");
        for typed in [
            written.clone(),
            written.to_lowercase(),
            written.replace('-', ""),
            written.replace('-', " \t"),
            format!("  {written}\r\n"),
            written.replace('0', "o").replace('1', "L"),
            written.replace('0', "O").replace('1', "i"),
        ] {
            assert_eq!(
                text(&RecoveryCode::parse(&typed).unwrap()),
                written,
                "{typed}"
            );
        }
        assert_ne!(text(&RecoveryCode::new().unwrap()), written);
    }

    #[test]
    fn a_mark_is_four_digits_of_the_code_and_the_same_for_the_same_code() {
        let code = RecoveryCode::new().unwrap();
        assert_eq!(code.mark().len(), CHECK_DIGITS);
        let again = RecoveryCode::parse(&text(&code).to_lowercase()).unwrap();
        assert_eq!(again.mark(), code.mark());
        let others = (0..8).map(|_| RecoveryCode::new().unwrap().mark());
        assert!(others.into_iter().any(|other| other != code.mark()));
    }

    #[test]
    fn a_mistyped_digit_and_an_exchange_of_neighbours_are_noticed_at_every_place() {
        let mut drawn = [0; RANDOM_DIGITS];
        (drawn.iter_mut().zip(7..)).for_each(|(digit, place)| *digit = place * 5 % 32);
        let written = text(&RecoveryCode::of(&drawn)).replace('-', "");
        let digits: Vec<char> = written.chars().collect();
        for place in 0..DIGITS {
            for other in ALPHABET.iter().map(|byte| char::from(*byte)) {
                let mut typed = digits.clone();
                typed[place] = other;
                let typed: String = typed.into_iter().collect();
                let noticed = RecoveryCode::parse(&typed).is_err();
                assert_eq!(noticed, typed != written, "{typed}");
            }
            let mut typed = digits.clone();
            typed.swap(place, (place + 1).min(DIGITS - 1));
            let typed: String = typed.into_iter().collect();
            assert_eq!(RecoveryCode::parse(&typed).is_err(), typed != written);
        }
    }

    #[test]
    fn what_is_too_short_too_long_or_has_a_foreign_sign_is_told_apart() {
        let written = text(&RecoveryCode::new().unwrap());
        assert_eq!(refused(""), RecoveryCodeError::Length);
        assert_eq!(refused(&written[..34]), RecoveryCodeError::Length);
        assert_eq!(refused(&format!("{written}0")), RecoveryCodeError::Length);
        for foreign in ["U", "!", "é", "0\u{0}"] {
            let typed = format!("{foreign}{}", &written[1..]);
            assert_eq!(refused(&typed), RecoveryCodeError::NoDigit, "{foreign:?}");
        }
    }

    /// Computed with Python's hashlib, so that another implementation has something to compare with.
    #[test]
    fn the_checking_digits_are_those_that_the_document_describes() {
        let zeros = RecoveryCode::of(&[0; RANDOM_DIGITS]);
        assert_eq!(text(&zeros), "00000-00000-00000-00000-00000-0Q342");
    }

    #[test]
    fn a_group_is_compared_as_it_is_typed() {
        let code = RecoveryCode::of(&[1; RANDOM_DIGITS]);
        assert!(code.has_group(2, " iLl11 "));
        assert!(!code.has_group(2, "11112"));
        assert!(!code.has_group(2, "1111"));
        assert!(!code.has_group(2, ""));
        assert!(!code.has_group(6, ""));
    }
}
