//! Access tokens of OAuth 2.0 (RFC 6749): asked for with a credential, and kept while they hold.

use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::Mutex;

use crate::base::{Clock, Secret, Timestamp};
use crate::dns::error::DnsError;
use crate::dns::service::Service;
use crate::http::Request;

/// The access token of one driver. Tasks that need it at once wait for the one that asks.
pub(super) struct AccessToken {
    clock: Arc<dyn Clock>,
    held: Mutex<Option<Held>>,
}

struct Held {
    token: Arc<Secret<String>>,
    until: Timestamp,
}

/// What a token's issuer answers.
pub(super) struct Issued {
    token: Secret<String>,
    valid_secs: i64,
}

impl AccessToken {
    pub(super) fn of(clock: Arc<dyn Clock>) -> Self {
        let held = Mutex::new(None);
        Self { clock, held }
    }

    /// The token that is held, or else what `ask` answers.
    pub(super) async fn get(
        &self,
        ask: impl Future<Output = Result<Issued, DnsError>> + Send,
    ) -> Result<Arc<Secret<String>>, DnsError> {
        let mut held = self.held.lock().await;
        let now = self.clock.now();
        if let Some(Held { token, until }) = &*held
            && now < *until
        {
            return Ok(Arc::clone(token));
        }
        let issued = ask.await?;
        let token = Arc::new(issued.token);
        *held = Some(Held {
            token: Arc::clone(&token),
            until: now.plus_secs(issued.valid_secs - MARGIN_SECS),
        });
        Ok(token)
    }

    /// The service takes it no longer.
    pub(super) async fn forget(&self) {
        *self.held.lock().await = None;
    }
}

/// Asks a token's issuer. Whatever it refuses, it refuses the credential (RFC 6749, 5.2).
pub(super) async fn ask(service: &Service, request: Request) -> Result<Issued, DnsError> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: String,
        expires_in: i64,
    }
    let request = request.hiding_body().hiding_answer();
    let answer = service.ask_json(request).await;
    let answer: Answer = answer.map_err(|error| match error {
        DnsError::Service {
            service,
            status: 400,
            said,
        } => DnsError::TokenRefused { service, said },
        error => error,
    })?;
    Ok(Issued {
        token: Secret::new(answer.access_token),
        valid_secs: answer.expires_in,
    })
}

/// A token is let go this long before its end, so that it holds to the end of a request.
const MARGIN_SECS: i64 = 60;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Hands(AtomicI64);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(self.0.load(Ordering::Relaxed))
        }
    }

    async fn got(token: &AccessToken, next: &str) -> String {
        let issued = Issued {
            token: Secret::new(next.to_owned()),
            valid_secs: 3600,
        };
        let token = token.get(async { Ok(issued) }).await.unwrap();
        token.expose(String::clone)
    }

    #[tokio::test]
    async fn a_token_is_kept_until_shortly_before_its_end_or_until_it_is_refused() {
        let hands = Arc::new(Hands(AtomicI64::new(1000)));
        let token = AccessToken::of(Arc::<Hands>::clone(&hands));
        assert_eq!(got(&token, "first").await, "first");
        hands.0.store(1000 + 3539, Ordering::Relaxed);
        assert_eq!(got(&token, "second").await, "first");
        hands.0.store(1000 + 3540, Ordering::Relaxed);
        assert_eq!(got(&token, "second").await, "second");
        token.forget().await;
        assert_eq!(got(&token, "third").await, "third");
    }

    #[tokio::test]
    async fn a_failure_to_get_a_token_is_not_kept() {
        let token = AccessToken::of(Arc::new(Hands(AtomicI64::new(0))));
        let failing = async {
            Err(DnsError::TokenRefused {
                service: "a",
                said: String::new(),
            })
        };
        assert!(token.get(failing).await.is_err());
        assert_eq!(got(&token, "first").await, "first");
    }
}
