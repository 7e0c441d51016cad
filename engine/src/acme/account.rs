//! Accounts: made, found, given another key, ended (RFC 8555, 7.3).

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::AcmeError;
use super::jws::{self, Signatory, Unsigned};
use super::problem::Cause;
use super::session::{Failure, Session, Signs, sign};
use crate::base::{EmailName, Secret, unbase64url};
use crate::http::Response;

/// An account as the CA knows it.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) url: String,
    /// Whether the key had one before.
    pub(crate) existed: bool,
    pub(crate) is_valid: bool,
}

/// Binds a new account to one at the CA's web site (RFC 8555, 7.3.4).
pub(crate) struct Binding<'a> {
    pub(crate) key_id: &'a str,
    /// Base64url.
    pub(crate) mac_key: &'a Secret<String>,
}

impl Session {
    /// The account of this key; made if there is none.
    pub(crate) async fn create_account(
        &self,
        contacts: &[EmailName],
        binding: Option<Binding<'_>>,
    ) -> Result<Opened, Failure> {
        let url = self.server.directory.new_account.clone();
        let contacts: Vec<String> = contacts.iter().map(|it| format!("mailto:{it}")).collect();
        let mut payload = json!({ "termsOfServiceAgreed": true });
        if !contacts.is_empty() {
            payload["contact"] = contacts.into();
        }
        let is_bound = binding.is_some();
        if let Some(binding) = binding {
            let text = binding.mac_key;
            let mac_key = text.expose(|text| unbase64url(text.trim().trim_end_matches('=')));
            let mac_key = Secret::new(mac_key.ok_or(AcmeError::MacKey)?);
            payload["externalAccountBinding"] =
                mac_key.expose(|key| jws::binding(self.key(), binding.key_id, key, &url));
        }
        match self.post(&url, &payload).await {
            Err(Failure::Acme(AcmeError::Problem(problem)))
                if is_bound && problem.cause.may_be_of_a_binding() =>
            {
                Err(AcmeError::BindingRefused(problem).into())
            }
            made => opened(&made?),
        }
    }

    /// The account of this key, and nothing is made where there is none.
    pub(crate) async fn find_account(&self) -> Result<Opened, Failure> {
        let url = self.server.directory.new_account.clone();
        let payload = json!({ "onlyReturnExisting": true });
        opened(&self.post(&url, &payload).await?)
    }

    /// From here on the new key signs for the account, if the CA agrees (RFC 8555, 7.3.5).
    pub(crate) async fn change_key(&self, new: &Arc<dyn Signs>) -> Result<(), Failure> {
        let url = self.server.directory.key_change.clone();
        let url = url.ok_or(AcmeError::NotOffered("another key for an account"))?;
        let account = self.account().unwrap_or_default();
        let inner = json!({ "account": account, "oldKey": self.key().jwk() });
        let unsigned = Unsigned::new(new.public(), Signatory::Key, &url, None, Some(&inner));
        let payload = sign(&**new, unsigned).await?;
        self.post(&url, &payload).await?;
        Ok(())
    }

    /// For good.
    pub(crate) async fn deactivate_account(&self) -> Result<(), Failure> {
        let account = self.account().unwrap_or_default().to_owned();
        let done = self
            .post(&account, &json!({ "status": "deactivated" }))
            .await;
        match done {
            // A test server that was started again knows it no more.
            Err(failure) if failure.cause() == Some(Cause::AccountMissing) => Ok(()),
            // Only an account that is valid may ask; one that is not has been deactivated before.
            Err(failure) if failure.cause() == Some(Cause::Unauthorized) => {
                match self.bare().find_account().await {
                    Err(found) if found.cause() == Some(Cause::Unauthorized) => Ok(()),
                    Ok(found) if !found.is_valid => Ok(()),
                    _ => Err(failure),
                }
            }
            done => done.map(drop),
        }
    }

    /// Whether the CA still takes this key for the account.
    pub(crate) async fn is_known(&self) -> Result<bool, Failure> {
        match self.bare().find_account().await {
            Ok(opened) => Ok(self.account().is_none_or(|account| account == opened.url)),
            Err(failure) if failure.cause() == Some(Cause::AccountMissing) => Ok(false),
            // It is the account's, and the account has ended.
            Err(failure) if failure.cause() == Some(Cause::Unauthorized) => Ok(true),
            Err(failure) => Err(failure),
        }
    }
}

pub(super) fn opened(answer: &Response) -> Result<Opened, Failure> {
    let url = answer.header("location");
    let url = url.ok_or(AcmeError::NotUnderstood("it names no account"))?;
    let body: Value = answer.json().unwrap_or_default();
    Ok(Opened {
        url: url.to_owned(),
        existed: answer.status == 200,
        is_valid: body["status"] == "valid",
    })
}
