//! Keys that stand for one yet to be made, so that a wish can be rehearsed.

use const_oid::ObjectIdentifier;
use der::Encode;

use super::{KeyError, PublicKey};
use crate::base::KeyType;
use crate::x509::{asn1, oid};

/// A public key of this type that nobody holds the private half of: good for a rehearsal, for
/// nothing else. Its numbers are not sound; only a rule that tells types apart looks at it.
pub(crate) fn trial_key(key_type: KeyType) -> Result<PublicKey, KeyError> {
    let null = [5, 0];
    let curve = |id: ObjectIdentifier| id.to_der();
    let (algorithm, parameters, key) = match key_type {
        KeyType::Ed25519 => (oid::ED25519, Ok(Vec::new()), vec![1; 32]),
        KeyType::P256 => (oid::EC_PUBLIC_KEY, curve(oid::P256), point(32)),
        KeyType::P384 => (oid::EC_PUBLIC_KEY, curve(oid::P384), point(48)),
        KeyType::P521 => (oid::EC_PUBLIC_KEY, curve(oid::P521), point(66)),
        KeyType::Rsa2048 => (oid::RSA, Ok(null.to_vec()), modulus(2048)),
        KeyType::Rsa3072 => (oid::RSA, Ok(null.to_vec()), modulus(3072)),
        KeyType::Rsa4096 => (oid::RSA, Ok(null.to_vec()), modulus(4096)),
        KeyType::MlDsa44 => (oid::ML_DSA_44, Ok(Vec::new()), vec![1; 1312]),
        KeyType::MlDsa65 => (oid::ML_DSA_65, Ok(Vec::new()), vec![1; 1952]),
        KeyType::MlDsa87 => (oid::ML_DSA_87, Ok(Vec::new()), vec![1; 2592]),
    };
    let malformed = |_| KeyError::Malformed;
    let id = algorithm.to_der().map_err(malformed)?;
    let parameters = parameters.map_err(malformed)?;
    let algorithm = asn1::wrap(asn1::SEQUENCE, &[&id, &parameters]);
    PublicKey::read(&asn1::wrap(
        asn1::SEQUENCE,
        &[&algorithm, &asn1::bit_string(&key)],
    ))
}

fn point(width: usize) -> Vec<u8> {
    [vec![4], vec![1; 2 * width]].concat()
}

fn modulus(bits: usize) -> Vec<u8> {
    let modulus = asn1::unsigned(&vec![0xff; bits / 8]);
    asn1::wrap(asn1::SEQUENCE, &[&modulus, &asn1::unsigned(&[1, 0, 1])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_for_a_rehearsal_is_of_the_type_that_is_to_be_made() {
        for key_type in KeyType::ALL {
            assert_eq!(trial_key(key_type).unwrap().title(), key_type.title());
        }
    }
}
