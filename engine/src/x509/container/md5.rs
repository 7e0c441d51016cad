//! MD5 (RFC 1321), for one purpose: traditional encrypted keys derive theirs with it. Nothing is
//! verified or sealed with it, and aws-lc-rs does not bring it.

use zeroize::Zeroizing;

/// The digest of the parts, one after the other.
pub(super) fn md5(parts: &[&[u8]]) -> Zeroizing<[u8; 16]> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut message = Zeroizing::new(Vec::with_capacity(len + 72));
    for part in parts {
        message.extend_from_slice(part);
    }
    message.push(0x80);
    message.resize((len + 9).next_multiple_of(64) - 8, 0);
    message.extend_from_slice(&(len as u64).wrapping_mul(8).to_le_bytes());
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in message.chunks_exact(64) {
        absorb(&mut state, block);
    }
    let mut digest = Zeroizing::new([0; 16]);
    for (four, word) in digest.chunks_exact_mut(4).zip(state) {
        four.copy_from_slice(&word.to_le_bytes());
    }
    digest
}

fn absorb(state: &mut [u32; 4], block: &[u8]) {
    let mut words = Zeroizing::new([0u32; 16]);
    for (word, four) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = four
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte));
    }
    let [mut a, mut b, mut c, mut d] = *state;
    for step in 0..64 {
        let (mixed, at) = match step / 16 {
            0 => (b & c | !b & d, step),
            1 => (d & b | !d & c, 5 * step + 1),
            2 => (b ^ c ^ d, 3 * step + 5),
            _ => (c ^ (b | !d), 7 * step),
        };
        // The table of RFC 1321, 3.4: the sine of each step, times 2³².
        let sine = ((step + 1) as f64).sin().abs() * 4_294_967_296.0;
        let sum = a
            .wrapping_add(mixed)
            .wrapping_add(sine as u32)
            .wrapping_add(words[at % 16]);
        let turned = sum.rotate_left(TURNS[step / 16][step % 4]);
        (a, d, c, b) = (d, c, b, b.wrapping_add(turned));
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(add);
    }
}

const TURNS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::hex;

    /// RFC 1321, A.5.
    #[test]
    fn digests_are_those_of_the_rfc() {
        for (text, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ] {
            assert_eq!(hex(&*md5(&[text.as_bytes()])), digest);
        }
    }

    #[test]
    fn parts_and_every_length_of_padding_count_as_one_message() {
        for len in 50..130 {
            let message = vec![b'a'; len];
            let (left, right) = message.split_at(len / 3);
            assert_eq!(*md5(&[left, right]), *md5(&[&message]));
        }
    }
}
