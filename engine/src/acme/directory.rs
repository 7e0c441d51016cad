//! What a directory offers (RFC 8555, 7.1.1; profiles of draft-aaron-acme-profiles; RFC 9773).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::AcmeError;
use crate::base::{DirectoryInfo, shown};

/// Where each kind of request goes.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Directory {
    pub(super) new_nonce: String,
    pub(super) new_account: String,
    pub(super) new_order: String,
    pub(super) revoke_cert: Option<String>,
    pub(super) key_change: Option<String>,
    pub(super) renewal_info: Option<String>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    terms_of_service: Option<String>,
    website: Option<String>,
    caa_identities: Vec<String>,
    external_account_required: bool,
    profiles: BTreeMap<String, String>,
}

impl Directory {
    pub(super) fn read(body: &[u8]) -> Result<Self, AcmeError> {
        serde_json::from_slice(body).map_err(|_| AcmeError::NotADirectory)
    }

    /// What a person is shown of it.
    pub(crate) fn info(&self, url: &str) -> DirectoryInfo {
        let safe = |text: &String| shown(text).into_owned();
        DirectoryInfo {
            url: url.to_owned(),
            terms: self.meta.terms_of_service.as_ref().map(safe),
            website: self.meta.website.as_ref().map(safe),
            caa_identities: self.meta.caa_identities.iter().map(safe).collect(),
            needs_binding: self.meta.external_account_required,
            profiles: self
                .meta
                .profiles
                .iter()
                .map(|(name, words)| (safe(name), safe(words)))
                .collect(),
            renewal_information: self.renewal_info.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_says_its_terms_profiles_and_whether_it_tells_when_to_renew() {
        let body =
            br#"{"newNonce":"https://ca/n","newAccount":"https://ca/a","newOrder":"https://ca/o",
            "renewalInfo":"https://ca/r","unknown":{"a":1},
            "meta":{"termsOfService":"https://ca/terms","externalAccountRequired":true,
            "profiles":{"shortlived":"six days"},"caaIdentities":["ca.example"]}}"#;
        let info = Directory::read(body).unwrap().info("https://ca/dir");
        assert_eq!(info.terms.as_deref(), Some("https://ca/terms"));
        assert_eq!(
            info.profiles,
            [("shortlived".to_owned(), "six days".to_owned())]
        );
        assert!(info.needs_binding && info.renewal_information);
    }

    #[test]
    fn a_page_that_is_no_directory_is_told_as_such() {
        for body in [&b"<html>"[..], b"{}", b"[1]"] {
            assert!(matches!(
                Directory::read(body),
                Err(AcmeError::NotADirectory)
            ));
        }
    }
}
