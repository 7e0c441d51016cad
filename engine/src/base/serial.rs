//! Serial numbers of certificates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digest::{hex, unhex};

/// A certificate's serial number: the magnitude of a non-negative integer, big-endian, without
/// leading zeros (RFC 5280, 4.1.2.2). Written as lower-case hexadecimal, whole bytes.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Serial(Vec<u8>);

impl Serial {
    /// From an integer's bytes; leading zeros do not count.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Self(bytes[zeros..].to_vec())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// In groups of four digits, for the eye: `01ab 23cd`.
    pub fn grouped(&self) -> String {
        let digits = self.to_string();
        let groups: Vec<&str> = (0..digits.len())
            .step_by(4)
            .map(|at| &digits[at..digits.len().min(at + 4)])
            .collect();
        groups.join(" ")
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0[..] {
            [] => f.write_str("00"),
            _ => f.write_str(&hex(&self.0)),
        }
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Serial {
    type Err = NotASerial;

    /// Accepts colons, spaces and either case, as other programs print serials.
    fn from_str(text: &str) -> Result<Self, NotASerial> {
        let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
        let even = if digits.len() % 2 == 1 {
            format!("0{digits}")
        } else {
            digits
        };
        match unhex(&even) {
            Some(bytes) if !bytes.is_empty() => Ok(Self::from_bytes(&bytes)),
            _ => Err(NotASerial),
        }
    }
}

impl TryFrom<String> for Serial {
    type Error = NotASerial;

    fn try_from(text: String) -> Result<Self, NotASerial> {
        text.parse()
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.to_string()
    }
}

/// The text is not a number in hexadecimal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotASerial;

impl fmt::Display for NotASerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a serial number in hexadecimal")
    }
}

impl std::error::Error for NotASerial {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_reads_back_however_other_programs_print_it() {
        let serial = Serial::from_bytes(&[0, 0x0a, 0xbc]);
        assert_eq!(serial.to_string(), "0abc");
        for text in ["0abc", "ABC", "0A:BC", "0a bc", "000abc"] {
            assert_eq!(text.parse(), Ok(serial.clone()), "{text}");
        }
        assert!("".parse::<Serial>().is_err());
        assert!("xyz".parse::<Serial>().is_err());
    }
}
