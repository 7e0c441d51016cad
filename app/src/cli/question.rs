//! Questions to the person at the terminal, answered with yes or no.

use std::io::{IsTerminal, Write, stderr, stdin};

use super::{CliError, Talk};

/// Whether a person is there to ask.
pub(crate) fn can_ask(talk: Talk) -> bool {
    !talk.is_json() && stdin().is_terminal()
}

/// Anything but a yes is a no.
pub(crate) fn ask(question: &str) -> Result<bool, CliError> {
    let mut out = stderr();
    write!(out, "{question} [y/N] ").ok();
    out.flush().ok();
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(CliError::Terminal)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// For what cannot be taken back: asks unless `yes`, and where nobody can be asked refuses.
pub(crate) fn require_yes(talk: Talk, yes: bool, what: &str) -> Result<(), CliError> {
    if yes {
        return Ok(());
    }
    if !can_ask(talk) {
        return Err(CliError::NotConfirmed(what.to_owned()));
    }
    match ask(&format!("To {what}: is that meant?"))? {
        true => Ok(()),
        false => Err(CliError::CalledOff),
    }
}
