//! RSA keys that must not be certified: too short, badly chosen, or known to be broken.

use std::cmp::Ordering;
use std::fmt;

use der::asn1::UintRef;
use der::{Decode, Reader};

use crate::x509::asn1;
use crate::x509::key::KeyError;

/// A way in which a modulus can be factored by anyone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Weakness {
    /// Its primes lie close together (Fermat's method).
    ClosePrimes,
    /// Made by a chip with the ROCA fault (CVE-2017-15361).
    Roca,
    SmallFactor,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClosePrimes => "its two primes lie too close together",
            Self::Roca => "it was made by a chip with the ROCA fault",
            Self::SmallFactor => "its modulus has a small factor",
        })
    }
}

/// Judges an `RSAPublicKey` (RFC 8017, A.1.1) by what can be seen from outside.
pub(super) fn judge(public_key: &[u8]) -> Result<(), KeyError> {
    let (modulus, exponent) = read(public_key).map_err(|_| KeyError::Malformed)?;
    let bits = bit_length(modulus);
    if !(2048..=8192).contains(&bits) {
        return Err(KeyError::RsaSize(bits));
    }
    let small = bit_length(exponent) < 17;
    if small || exponent.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::RsaExponent);
    }
    match weakness(&Natural::from_bytes(modulus)) {
        Some(weakness) => Err(KeyError::RsaWeak(weakness)),
        None => Ok(()),
    }
}

pub(super) fn modulus_bits(public_key: &[u8]) -> der::Result<usize> {
    read(public_key).map(|(modulus, _)| bit_length(modulus))
}

/// Copies of both, without leading zeros.
pub(super) fn numbers(public_key: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let bare = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        number[zeros..].to_vec()
    };
    read(public_key).map(|(modulus, exponent)| (bare(modulus), bare(exponent)))
}

/// The magnitudes of modulus and exponent.
fn read(public_key: &[u8]) -> der::Result<(&[u8], &[u8])> {
    asn1::read_all(public_key, |reader| {
        reader.sequence(|reader| {
            let modulus = UintRef::decode(reader)?.as_bytes();
            Ok((modulus, UintRef::decode(reader)?.as_bytes()))
        })
    })
}

fn bit_length(magnitude: &[u8]) -> usize {
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    match magnitude.get(zeros) {
        Some(first) => (magnitude.len() - zeros) * 8 - first.leading_zeros() as usize,
        None => 0,
    }
}

fn weakness(modulus: &Natural) -> Option<Weakness> {
    let remainders: Vec<(u32, u32)> = primes_below(SMALL_FACTOR_LIMIT)
        .map(|prime| (prime, modulus.remainder(prime)))
        .collect();
    if remainders.iter().any(|(_, remainder)| *remainder == 0) {
        return Some(Weakness::SmallFactor);
    }
    let marked = |(prime, remainder): &(u32, u32)| is_power_of_65537(*remainder, *prime);
    let mut looked_at = remainders
        .iter()
        .filter(|(prime, _)| *prime <= LAST_ROCA_PRIME);
    if looked_at.all(marked) {
        return Some(Weakness::Roca);
    }
    has_close_primes(modulus).then_some(Weakness::ClosePrimes)
}

fn primes_below(limit: u32) -> impl Iterator<Item = u32> {
    let is_prime = |n: &u32| {
        (2..*n)
            .take_while(|d| d * d <= *n)
            .all(|d| !n.is_multiple_of(d))
    };
    (3..limit).step_by(2).filter(is_prime)
}

/// The faulty chips chose primes that are powers of 65537 modulo each small prime, so the modulus
/// is one, too. A sound modulus is one for all of these primes with a chance below 2⁻²⁷
/// (Nemec et al., “The Return of Coppersmith's Attack”, 2017).
fn is_power_of_65537(remainder: u32, prime: u32) -> bool {
    let generator = 65537 % prime;
    let mut power = 1;
    loop {
        if power == remainder {
            return true;
        }
        power = power * generator % prime;
        if power == 1 {
            return false;
        }
    }
}

/// A few rounds of Fermat's method: is n + … = a² for an a just above √n? (CVE-2022-26320)
fn has_close_primes(modulus: &Natural) -> bool {
    let mut a = modulus.root();
    for _ in 0..FERMAT_ROUNDS {
        let square = a.squared();
        if square.compare(modulus) != Ordering::Less {
            let rest = square.minus(modulus);
            if rest.may_be_square() && rest.root().squared().compare(&rest) == Ordering::Equal {
                return true;
            }
        }
        a = a.plus_one();
    }
    false
}

/// A natural number: 32-bit digits, the lowest first, without leading zeros.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Natural(Vec<u32>);

impl Natural {
    fn from_bytes(magnitude: &[u8]) -> Self {
        let digit = |chunk: &[u8]| {
            chunk
                .iter()
                .fold(0, |sum, byte| sum << 8 | u32::from(*byte))
        };
        Self(magnitude.rchunks(4).map(digit).collect()).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    fn remainder(&self, divisor: u32) -> u32 {
        let step = |rest: u64, digit: &u32| (rest << 32 | u64::from(*digit)) % u64::from(divisor);
        self.0.iter().rev().fold(0, step) as u32
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn plus_one(&self) -> Self {
        let mut digits = self.0.clone();
        for digit in &mut digits {
            let (sum, carried) = digit.overflowing_add(1);
            *digit = sum;
            if !carried {
                return Self(digits);
            }
        }
        digits.push(1);
        Self(digits)
    }

    /// `self - other`, which must not be greater.
    fn minus(&self, other: &Self) -> Self {
        let mut borrowed = false;
        let mut digits = self.0.clone();
        for (at, digit) in digits.iter_mut().enumerate() {
            let other = other.0.get(at).copied().unwrap_or(0);
            let (less, first) = digit.overflowing_sub(other);
            let (less, second) = less.overflowing_sub(u32::from(borrowed));
            *digit = less;
            borrowed = first || second;
        }
        Self(digits).trimmed()
    }

    fn squared(&self) -> Self {
        let mut digits = vec![0u32; self.0.len() * 2];
        for (at, a) in self.0.iter().enumerate() {
            let mut carry = 0u64;
            for (offset, b) in self.0.iter().enumerate() {
                let place = &mut digits[at + offset];
                let sum = u64::from(*a) * u64::from(*b) + u64::from(*place) + carry;
                *place = sum as u32;
                carry = sum >> 32;
            }
            digits[at + self.0.len()] = carry as u32;
        }
        Self(digits).trimmed()
    }

    /// The largest number whose square is not greater, two bits of the square at a time.
    fn root(&self) -> Self {
        let pairs = self.0.len() * 16;
        let mut rest = vec![0u32; self.0.len() + 2];
        let mut root = vec![0u32; self.0.len() + 2];
        for pair in (0..pairs).rev() {
            let bits = self.0[pair / 16] >> (pair % 16 * 2) & 3;
            shift_left(&mut rest, 2, bits);
            // The trial is 4·root + 1; the root itself grows by one bit.
            shift_left(&mut root, 2, 1);
            let fits = rest.iter().rev().cmp(root.iter().rev()) != Ordering::Less;
            if fits {
                subtract(&mut rest, &root);
            }
            shift_right(&mut root);
            root[0] = root[0] & !1 | u32::from(fits);
        }
        Self(root).trimmed()
    }

    /// Whether its last digits are those of a square; most numbers fail this.
    fn may_be_square(&self) -> bool {
        let is_square = |rest: u32, of: u32| (0..of).any(|n| n * n % of == rest);
        self.0.is_empty()
            || is_square(self.0[0] % 256, 256)
                && [63, 65, 11, 17, 19, 23, 31]
                    .iter()
                    .all(|of| is_square(self.remainder(*of), *of))
    }
}

fn shift_left(digits: &mut [u32], by: u32, low: u32) {
    let mut carry = low;
    for digit in digits {
        let next = *digit >> (32 - by);
        *digit = *digit << by | carry;
        carry = next;
    }
}

fn shift_right(digits: &mut [u32]) {
    let mut carry = 0;
    for digit in digits.iter_mut().rev() {
        let next = *digit << 31;
        *digit = *digit >> 1 | carry;
        carry = next;
    }
}

fn subtract(digits: &mut [u32], other: &[u32]) {
    let mut borrowed = false;
    for (digit, other) in digits.iter_mut().zip(other) {
        let (less, first) = digit.overflowing_sub(*other);
        let (less, second) = less.overflowing_sub(u32::from(borrowed));
        *digit = less;
        borrowed = first || second;
    }
}

const SMALL_FACTOR_LIMIT: u32 = 752;
const LAST_ROCA_PRIME: u32 = 167;
const FERMAT_ROUNDS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn modulus(digits: &str) -> Vec<u8> {
        let digits: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(16)).collect();
        let pairs = digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8);
        pairs.collect()
    }

    fn judged(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
        let (modulus, exponent) = (asn1::unsigned(modulus), asn1::unsigned(exponent));
        judge(&asn1::wrap(asn1::SEQUENCE, &[&modulus, &exponent]))
    }

    #[test]
    fn a_sound_modulus_is_taken() {
        assert_eq!(judged(&modulus(SOUND), &[1, 0, 1]), Ok(()));
    }

    #[test]
    fn moduli_that_anyone_can_factor_are_refused() {
        for (digits, weakness) in [
            (CLOSE, Weakness::ClosePrimes),
            (ROCA, Weakness::Roca),
            (SMALL, Weakness::SmallFactor),
        ] {
            let verdict = judged(&modulus(digits), &[1, 0, 1]);
            assert_eq!(verdict, Err(KeyError::RsaWeak(weakness)));
        }
    }

    #[test]
    fn short_and_long_moduli_and_small_or_even_exponents_are_refused() {
        let sound = modulus(SOUND);
        let refused = |modulus: &[u8]| judged(modulus, &[1, 0, 1]);
        assert_eq!(refused(&sound[..128]), Err(KeyError::RsaSize(1024)));
        let shorter = [&[0x7f], &sound[1..]].concat();
        assert_eq!(refused(&shorter), Err(KeyError::RsaSize(2047)));
        let longer = [&[1], &[0; 1023][..], &[1]].concat();
        assert_eq!(refused(&longer), Err(KeyError::RsaSize(8193)));
        for exponent in [&[3][..], &[0xff, 0xff], &[1, 0, 0], &[0]] {
            assert_eq!(judged(&sound, exponent), Err(KeyError::RsaExponent));
        }
    }

    #[test]
    fn roots_and_squares_of_large_numbers_agree() {
        for digits in [SOUND, CLOSE, "ffffffffffffffff", "010000000000000000", "01"] {
            let number = Natural::from_bytes(&modulus(digits));
            let root = number.root();
            assert_ne!(root.squared().compare(&number), Ordering::Greater);
            assert_eq!(
                root.plus_one().squared().compare(&number),
                Ordering::Greater
            );
            assert_eq!(number.squared().root(), number);
        }
    }

    const SOUND: &str = "\
        d4626508bbb83202a425fbcf674fda6a75eb26e31e909030fd0794da72531cca9c89cb42f609658d136cd59b\
        95eb10a4f759c92eef320f6ef8dede3b3cdc9ea1f95af235515872c0d3b859dfa487e1492ea40c044b668b31\
        e160b4c9dee533490c1943faa71b3b90298b6db52107eedec478fe70e524afb5fc66ffc5bebc8a47cc034558\
        aac2f922b1af71c82e5edfdd8da94663605b1c9ad338cb1f0b62a2ce06dfab2d1d133b5e52736313b7c7be56\
        1a5982196b093465ef47afa80b68510b60ec893c07cd6c3e0345036c4d88f9c73919d97856fa748bbd64fba0\
        118d81427ecd5aba2e9a143840d2958fb5db55b779abf3c5ab11734dac172f9919becfa7";
    const CLOSE: &str = "\
        c6874ca6231eceace02367167133560099e8d39d0fba43d263c9bec704ec63ab8a2b3d9b3c4394f02877a2fd\
        062bed40ed44d35b41daecdd8a3d99be93458aa83e633fb9ead05fee953f360f856cbe13f663035d5482578f\
        09f54e41075dc6afa1063323723e6d65fdff7154578eb4e234d03c7748e7d9a6c7dbc182ddf180482ab4ad16\
        eca9e5b9c27a3caf61399384458cd3aff10aeccb4a3c4d185e7e3d75c29dc2a87de11abbd37f5738c595bd5a\
        3016ef22483b54b05acbd3ac6a12737a9fdd16b2474a9d9a677bac2342b4528c8ed8ab958fcf8643b4689c97\
        1bd0f44d104a406b0c7ec1dae4eeb67b107d97acde6c8738d62bae36207fc57cb68cd931";
    const ROCA: &str = "\
        ba6cad651a97a0fbe7129d4fee40fb4a073fe565b84e33cf13fc000d0d76de77dc08160726d6dc7104bb4291\
        cc0052e1f2076a333ff4dddeaceb764dc57318e7f5d4469b7905b2569b8affee7553ffe61f75f1c94ce7e07d\
        d60bc76a94508379b7a1a8f0c78698ef935a387fa709aaa6dbb31400fe60601971d2e5f135ef7b4b13dffd7d\
        af76c513141e21e9555584b54b4c5984f4ec51e905194607ce68eb76348a12a980369f03c5948c61daa5dbc9\
        a5838100541ede83100af2278f894e96ba933a5c79ce6995b62799a2ced72cb32642de707baa1b4c65d48b74\
        78490eb8e118fb110c304bbcbb3b65966c4fd1d6d075e4e21ed54d7b694b6a0cb8062861";
    const SMALL: &str = "\
        d4626508bbb83202a425fbcf674fda6a75eb26e31e909030fd0794da72531cca9c89cb42f609658d136cd59b\
        95eb10a4f759c92eef320f6ef8dede3b3cdc9ea1f95af235515872c0d3b859dfa487e1492ea40c044b668b31\
        e160b4c9dee533490c1943faa71b3b90298b6db52107eedec478fe70e524afb5fc66ffc5bebc8a47cc034558\
        aac2f922b1af71c82e5edfdd8da94663605b1c9ad338cb1f0b62a2ce06dfab2d1d133b5e52736313b7c7be56\
        1a5982196b093465ef47afa80b68510b60ec893c07cd6c3e0345036c4d88f9c73919d97856fa748bbd64fba0\
        118d81427ecd5aba2e9a143840d2958fb5db55b779abf3c5ab11734dac172f9919bed3ad";
}
