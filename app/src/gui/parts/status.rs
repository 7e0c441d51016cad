//! The states of our things as colour, icon and word.

use chancery_engine::api::{AuthorityState, CertificateStatus, RequestState, Severity, Verdict};

use crate::gui::theme::{Tone, icons};

/// Colour, icon, word.
pub(in crate::gui) type Sign = (Tone, &'static str, &'static str);

pub(in crate::gui) fn certificate(status: CertificateStatus) -> Sign {
    match status {
        CertificateStatus::Active => (Tone::Good, icons::DONE, "Active"),
        CertificateStatus::Expired => (Tone::Bad, icons::FAILED, "Expired"),
        CertificateStatus::Expiring => (Tone::Due, icons::CLOCK, "Expires soon"),
        CertificateStatus::OnHold => (Tone::Due, icons::WARNING, "On hold"),
        CertificateStatus::Revoked => (Tone::Bad, icons::CANCELLED, "Revoked"),
        CertificateStatus::PossiblyIssued => (Tone::Due, icons::WARNING, "Possibly issued"),
        _ => UNKNOWN,
    }
}

pub(in crate::gui) fn authority(state: AuthorityState) -> Sign {
    match state {
        AuthorityState::Active => (Tone::Good, icons::DONE, "Active"),
        AuthorityState::Expired => (Tone::Bad, icons::FAILED, "Expired"),
        AuthorityState::OnHold => (Tone::Due, icons::WARNING, "On hold"),
        AuthorityState::Revoked => (Tone::Bad, icons::CANCELLED, "Revoked"),
        AuthorityState::Requested => (Tone::Info, icons::WAITING, "Waits for its certificate"),
        _ => UNKNOWN,
    }
}

pub(in crate::gui) fn request(state: RequestState) -> Sign {
    match state {
        RequestState::Issued => (Tone::Good, icons::DONE, "Issued"),
        RequestState::Pending => (Tone::Info, icons::WAITING, "Waiting"),
        RequestState::Rejected => (Tone::Off, icons::CANCELLED, "Rejected"),
        _ => UNKNOWN,
    }
}

pub(in crate::gui) fn severity(severity: Severity) -> Sign {
    match severity {
        Severity::Error => (Tone::Bad, icons::FAILED, "Error"),
        Severity::Notice => (Tone::Info, icons::INFO, "Notice"),
        Severity::Warning => (Tone::Due, icons::WARNING, "Warning"),
    }
}

pub(in crate::gui) fn verdict(verdict: &Verdict) -> Sign {
    match verdict {
        Verdict::Added => (Tone::Info, icons::PLUS, "Added"),
        Verdict::Changed => (Tone::Due, icons::WARNING, "Changed"),
        Verdict::Kept => (Tone::Good, icons::CHECK, "As asked"),
        Verdict::Refused(_) => (Tone::Bad, icons::FAILED, "Refused"),
    }
}

/// `done`, `failed`, `intent` and `refused` of the audit.
pub(in crate::gui) fn outcome(outcome: &str) -> Sign {
    match outcome {
        "done" => (Tone::Good, icons::DONE, "Done"),
        "failed" => (Tone::Bad, icons::FAILED, "Failed"),
        "intent" => (Tone::Off, icons::WAITING, "Intent"),
        "refused" => (Tone::Due, icons::CANCELLED, "Refused"),
        _ => UNKNOWN,
    }
}

const UNKNOWN: Sign = (Tone::Off, icons::INFO, "Unknown");
