//! When a CA wants a certificate renewed (RFC 9773), and when to without its word.

use serde::Deserialize;
use std::time::Duration;

use super::error::AcmeError;
use super::session::Server;
use crate::base::{Serial, Timestamp, base64url, sha256, shown};

/// How a CA is told which certificate is meant: its issuer's key identifier and its serial
/// (RFC 9773, 4.1).
pub(crate) fn certificate_id(authority_key_id: &[u8], serial: &Serial) -> String {
    let serial = serial.as_bytes();
    // The serial as DER writes an INTEGER: positive.
    let padded = match serial.first() {
        Some(first) if *first >= 0x80 => [&[0], serial].concat(),
        _ => serial.to_vec(),
    };
    format!("{}.{}", base64url(authority_key_id), base64url(&padded))
}

/// The CA's window.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Window {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) explanation: Option<String>,
    /// How long not to ask again.
    pub(crate) ask_after: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    suggested_window: WireWindow,
    #[serde(rename = "explanationURL")]
    explanation_url: Option<String>,
}

#[derive(Deserialize)]
struct WireWindow {
    start: String,
    end: String,
}

impl Server {
    /// `None` where the CA tells nothing of renewals.
    pub(crate) async fn renewal_window(&self, id: &str) -> Result<Option<Window>, AcmeError> {
        let Some(base) = &self.directory.renewal_info else {
            return Ok(None);
        };
        let url = format!("{}/{id}", base.trim_end_matches('/'));
        let answer = self.get(&url).await?;
        let ask_after = answer.retry_after().unwrap_or(USUAL_PAUSE);
        read(&answer.body, ask_after).map(Some)
    }
}

pub(super) fn read(body: &[u8], ask_after: Duration) -> Result<Window, AcmeError> {
    let wire: Wire = serde_json::from_slice(body)
        .map_err(|_| AcmeError::NotUnderstood("it is no renewal window"))?;
    let moment = |text: &str| text.parse::<Timestamp>();
    let window = (
        moment(&wire.suggested_window.start),
        moment(&wire.suggested_window.end),
    );
    match window {
        (Ok(start), Ok(end)) if start < end => Ok(Window {
            start,
            end,
            explanation: wire.explanation_url.map(|url| shown(&url).into_owned()),
            ask_after: ask_after.clamp(SHORTEST_PAUSE, LONGEST_PAUSE),
        }),
        _ => Err(AcmeError::NotUnderstood(
            "the renewal window ends before it begins",
        )),
    }
}

/// A moment within the window, the same whenever it is asked for one certificate, so that the many
/// of one CA are spread and none moves about.
pub(crate) fn within(start: Timestamp, end: Timestamp, id: &str) -> Timestamp {
    let digest = sha256(&[id.as_bytes(), &start.0.to_be_bytes(), &end.0.to_be_bytes()]);
    let mut drawn = [0; 8];
    drawn.copy_from_slice(&digest[..8]);
    let length = u64::try_from(end.0.saturating_sub(start.0))
        .unwrap_or(0)
        .max(1);
    let offset = u64::from_be_bytes(drawn) % length;
    Timestamp(start.0.saturating_add(i64::try_from(offset).unwrap_or(0)))
}

/// Where the CA says nothing: between six and seven tenths of the lifetime, spread.
pub(crate) fn by_lifetime(not_before: Timestamp, not_after: Timestamp, id: &str) -> Timestamp {
    let lifetime = not_after.0.saturating_sub(not_before.0);
    let share = |tenths: i64| Timestamp(not_before.0.saturating_add(lifetime / 30 * tenths));
    // Two thirds are the twentieth thirtieth; one thirtieth to either side spreads.
    within(share(19), share(21), id)
}

/// What RFC 9773, 4.3 takes where a CA does not say.
const USUAL_PAUSE: Duration = Duration::from_secs(6 * 3600);
/// Nobody is asked more often (RFC 9773, 4.3.1 suggests a minute).
const SHORTEST_PAUSE: Duration = Duration::from_secs(60);
/// Nor less often, whatever the CA says.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9773, 4.1.
    #[test]
    fn a_certificate_is_named_as_in_the_example_of_the_rfc() {
        let key_id = [
            0x69, 0x88, 0x5B, 0x6B, 0x87, 0x46, 0x40, 0x41, 0xE1, 0xB3, 0x7B, 0x84, 0x7B, 0xA0,
            0xAE, 0x2C, 0xDE, 0x01, 0xC8, 0xD4,
        ];
        let serial = Serial::from_bytes(&[0x87, 0x65, 0x43, 0x21]);
        assert_eq!(
            certificate_id(&key_id, &serial),
            "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"
        );
    }

    #[test]
    fn a_window_is_read_with_its_explanation_and_the_pause_stays_within_reason() {
        let body = br#"{"suggestedWindow":{"start":"2026-11-22T10:00:00Z","end":"2026-11-24T10:00:00Z"},"explanationURL":"https://ca/why"}"#;
        let window = read(body, Duration::from_secs(1)).unwrap();
        assert_eq!(window.start.to_string(), "2026-11-22T10:00:00Z");
        assert_eq!(window.explanation.as_deref(), Some("https://ca/why"));
        assert_eq!(window.ask_after, SHORTEST_PAUSE);
    }

    #[test]
    fn a_window_that_makes_no_sense_is_refused() {
        for body in [
            r#"{"suggestedWindow":{"start":"2026-11-24T10:00:00Z","end":"2026-11-22T10:00:00Z"}}"#,
            r#"{"suggestedWindow":{"start":"soon","end":"later"}}"#,
            r#"{}"#,
            "<html>",
        ] {
            assert!(read(body.as_bytes(), USUAL_PAUSE).is_err(), "{body}");
        }
    }

    #[test]
    fn the_moment_within_a_window_stays_and_differs_between_certificates() {
        let (start, end) = (Timestamp(1_000_000), Timestamp(9_000_000));
        let first = within(start, end, "a");
        assert_eq!(first, within(start, end, "a"));
        assert_ne!(first, within(start, end, "b"));
        assert!(start <= first && first < end);
    }

    #[test]
    fn without_a_word_of_the_ca_two_thirds_of_the_lifetime_pass_whatever_it_is() {
        for days in [6, 47, 90, 398] {
            let from = Timestamp(0);
            let to = from.plus_days(days);
            let at = by_lifetime(from, to, "x").0;
            assert!(at >= to.0 / 30 * 19 && at <= to.0 / 30 * 21, "{days}");
        }
    }
}
