//! Serial numbers for new certificates.

use crate::base::Serial;

/// A serial of 16 octets out of the random bytes that `fill` draws (RFC 5280, 4.1.2.2). Two bits
/// are fixed, so that it is positive and always of the same length; 126 bits are random.
pub(crate) fn draw<E>(fill: impl FnOnce(&mut [u8; 16]) -> Result<(), E>) -> Result<Serial, E> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(Serial::from_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_serial_is_positive_and_sixteen_octets_long_whatever_is_drawn() {
        for octet in [0x00, 0x80, 0xff] {
            let serial = draw::<Infallible>(|bytes| {
                bytes.fill(octet);
                Ok(())
            });
            let serial = serial.unwrap();
            assert_eq!(serial.as_bytes().len(), 16);
            assert!(serial.as_bytes()[0] & 0x80 == 0);
        }
    }

    #[test]
    fn no_serial_is_made_when_no_random_bytes_can_be_drawn() {
        assert_eq!(draw(|_| Err("no entropy")), Err("no entropy"));
    }
}
