//! Extended key usages by their names in RFC 5280 and as openssl calls them.

use chancery_engine::api::{NameError, ObjectId};

/// Name and object identifier.
pub(crate) const PURPOSES: &[(&str, &str)] = &[
    ("serverAuth", "1.3.6.1.5.5.7.3.1"),
    ("clientAuth", "1.3.6.1.5.5.7.3.2"),
    ("codeSigning", "1.3.6.1.5.5.7.3.3"),
    ("emailProtection", "1.3.6.1.5.5.7.3.4"),
    ("timeStamping", "1.3.6.1.5.5.7.3.8"),
    ("OCSPSigning", "1.3.6.1.5.5.7.3.9"),
    ("anyExtendedKeyUsage", "2.5.29.37.0"),
];

/// Its name, or the object identifier where it has none.
pub(crate) fn word(id: &ObjectId) -> String {
    let known = PURPOSES.iter().find(|(_, known)| *known == id.as_str());
    known.map_or_else(|| id.to_string(), |(name, _)| (*name).to_owned())
}

/// Of a name, or of an object identifier.
pub(crate) fn parse(text: &str) -> Result<ObjectId, NameError> {
    let known = PURPOSES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map_or(text, |(_, id)| id).parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_read_by_its_name_and_told_by_it() {
        for (name, id) in PURPOSES {
            let read = parse(&name.to_lowercase()).unwrap();
            assert_eq!((read.as_str(), word(&read).as_str()), (*id, *name));
        }
        assert_eq!(
            word(&parse("1.3.6.1.4.1.99999.1").unwrap()),
            "1.3.6.1.4.1.99999.1"
        );
        assert!(parse("serverauthentication").is_err());
    }
}
