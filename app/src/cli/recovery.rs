//! The recovery code on the command line: shown in a terminal or written to a file, never answered.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::path::{Path, PathBuf};

use chancery_engine::api::{Clock, RecoveryCode, Report, Secret, SystemClock};

use super::passphrase::{bytes_of, typed};
use super::print::day;
use super::{CliError, Talk, files};
use crate::kit::Kit;

/// Where a new code goes.
pub(crate) enum Place {
    /// One whose name ends in `.pdf` becomes a page to print, another one plain text.
    File(PathBuf),
    Terminal,
}

impl Place {
    /// Refuses what would only fail once something has been made.
    pub(crate) fn choose(file: Option<PathBuf>, talk: Talk) -> Result<Self, CliError> {
        match file {
            Some(file) => {
                files::require_free(&file)?;
                Ok(Self::File(file))
            }
            None if stdin().is_terminal() && stderr().is_terminal() && !talk.is_json() => {
                Ok(Self::Terminal)
            }
            None => Err(CliError::NoPlaceForCode),
        }
    }

    /// Has the code written down before it opens anything.
    pub(crate) fn keep(&self, kit: &Kit<'_>, talk: Talk) -> Result<(), Report> {
        match self {
            Self::File(file) => {
                let is_pdf = file
                    .extension()
                    .is_some_and(|end| end.eq_ignore_ascii_case("pdf"));
                let page = match is_pdf {
                    true => kit.pdf().ok_or(CliError::Misunderstood)?,
                    false => kit.text(),
                };
                files::write_new_private(file, &page)?;
                talk.note(&format!(
                    "The recovery code is in {}, which only you can read. Print it, keep it away \
                     from this machine, and delete the file.",
                    file.display()
                ));
                Ok(())
            }
            Self::Terminal => Ok(show(kit)?),
        }
    }

    /// What was kept for a slot that was not added after all.
    pub(crate) fn discard(&self) {
        if let Self::File(file) = self {
            // Whether or not it can be removed, its code opens nothing.
            std::fs::remove_file(file).ok();
        }
    }
}

/// Today's page for this code.
pub(crate) fn kit<'a>(
    code: &'a RecoveryCode,
    vault: String,
    machine: &str,
    folder: &Path,
) -> Kit<'a> {
    Kit {
        code,
        vault,
        day: day(SystemClock.now()),
        machine: machine.to_owned(),
        folder: files::absolute(folder).display().to_string(),
    }
}

/// Takes a code that somebody has: from a file, a kit as we wrote it included, or typed.
pub(crate) fn known(file: Option<&Path>, talk: Talk) -> Result<Secret<String>, CliError> {
    match file {
        Some(file) => read(file, talk),
        None => typed("Recovery code: "),
    }
}

/// The first line that is a code; without one the first line as it is, so that the engine says what
/// is wrong with it.
fn read(file: &Path, talk: Talk) -> Result<Secret<String>, CliError> {
    let bytes = bytes_of(file, talk)?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| CliError::PassphraseNotText(file.to_owned()))?;
    let mut lines = text.lines();
    let found = lines.find(|line| RecoveryCode::parse(line).is_ok());
    let line = found.or_else(|| text.lines().next()).unwrap_or_default();
    match line.trim() {
        "" => Err(CliError::PassphraseEmpty(Some(file.to_owned()))),
        line => Ok(Secret::new(line.to_owned())),
    }
}

/// Shows the code once, and asks for two of its groups, which two depends on the code.
fn show(kit: &Kit<'_>) -> Result<(), CliError> {
    let failed = CliError::Terminal;
    kit.code.expose(|code| {
        writeln!(
            stderr(),
            "The recovery code of vault {}:\n\n    {code}\n\nWrite it down now. With it and a copy \
             of the data folder anybody opens the vault.",
            kit.vault
        )
        .map_err(failed)
    })?;
    for group in asked(kit.code) {
        let prompt = format!("Type group {} of the code: ", group + 1);
        let mut tries = 0;
        while !typed(&prompt)?.expose(|typed| kit.code.has_group(group, typed)) {
            tries += 1;
            if tries == TRIES {
                return Err(CliError::CodeNotCopied);
            }
            writeln!(stderr(), "That is another one.").map_err(failed)?;
        }
    }
    Ok(())
}

fn asked(code: &RecoveryCode) -> [usize; 2] {
    let sum: usize = code.expose(|code| code.bytes().map(usize::from).sum());
    let first = sum % RecoveryCode::GROUPS;
    let apart = 1 + sum / RecoveryCode::GROUPS % (RecoveryCode::GROUPS - 1);
    let second = (first + apart) % RecoveryCode::GROUPS;
    [first.min(second), first.max(second)]
}

const TRIES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_different_groups_are_asked_for_in_their_order() {
        for _ in 0..100 {
            let [first, second] = asked(&RecoveryCode::new().unwrap());
            assert!(first < second && second < RecoveryCode::GROUPS);
        }
    }

    #[test]
    fn a_code_is_found_in_the_kit_that_we_wrote_and_in_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let code = RecoveryCode::new().unwrap();
        let written = code.expose(str::to_owned);
        let page = kit(&code, "00".to_owned(), "machine", folder.path()).text();
        for bytes in [
            &page[..],
            written.as_bytes(),
            format!("\n {written} \n").as_bytes(),
        ] {
            let file = folder.path().join("kit");
            std::fs::write(&file, bytes).unwrap();
            let found = known(Some(&file), Talk::new(true)).unwrap();
            assert_eq!(found.expose(String::clone), written);
        }
    }
}
