//! The small doors to signatures for parts that know no certificates: verifying one of Ed25519,
//! and signing with an RSA key that a service gave out.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RSA_PKCS1_SHA256, RsaKeyPair};

/// Whether `spki` is the SubjectPublicKeyInfo of an Ed25519 key, in DER (RFC 8410, section 4).
pub(crate) fn is_ed25519(spki: &[u8]) -> bool {
    parse(spki).is_some()
}

/// Whether `signature` is one of `message` by the key in `spki` (RFC 8032, section 5.1.7); no
/// signature is, if `spki` is not an Ed25519 key.
pub(crate) fn verifies_ed25519(spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    parse(spki).is_some_and(|key| key.verify_sig(message, signature).is_ok())
}

/// Signs `message` as RS256 (RFC 7518, section 3.3) with an RSA key in PKCS #8; `None` if it is
/// none, or shorter than 2048 bits.
pub(crate) fn sign_rs256(pkcs8: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let pair = RsaKeyPair::from_pkcs8(pkcs8).ok()?;
    let mut signature = vec![0; pair.public_modulus_len()];
    let signed = pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message,
        &mut signature,
    );
    signed.is_ok().then_some(signature)
}

/// The length keeps out a bare key of 32 bytes, which the library would take as well.
fn parse(spki: &[u8]) -> Option<ParsedPublicKey> {
    let is_der = spki.len() == SPKI_BYTES;
    is_der.then(|| ParsedPublicKey::new(&ED25519, spki).ok())?
}

const SPKI_BYTES: usize = 44;

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    fn pair() -> (Ed25519KeyPair, Vec<u8>) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let spki = der.as_ref().to_vec();
        (pair, spki)
    }

    #[test]
    fn a_signature_holds_for_its_message_and_key_alone() {
        let (pair, spki) = pair();
        let signature = pair.sign(b"message");
        assert!(verifies_ed25519(&spki, b"message", signature.as_ref()));
        assert!(!verifies_ed25519(&spki, b"massage", signature.as_ref()));
        assert!(!verifies_ed25519(
            &spki,
            b"message",
            &signature.as_ref()[..63]
        ));
        assert!(!verifies_ed25519(&spki, b"message", b""));
        let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
        let foreign = other.sign(b"message");
        assert!(!verifies_ed25519(&spki, b"message", foreign.as_ref()));
    }

    #[test]
    fn only_a_complete_ed25519_key_is_one() {
        let (pair, spki) = pair();
        assert!(is_ed25519(&spki));
        assert!(!is_ed25519(pair.public_key().as_ref()));
        assert!(!is_ed25519(&spki[..43]));
        assert!(!is_ed25519(b""));
        let mut ecdsa = spki;
        ecdsa[8] ^= 1;
        assert!(!is_ed25519(&ecdsa));
    }
}
