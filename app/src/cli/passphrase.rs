//! Where the vault's passphrase, and the password of an exported file, come from: the terminal, without echo, or a file. Never from the
//! command line or the environment, which others on this machine can read.

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use chancery_engine::api::{Given, Secret};
use zeroize::Zeroizing;

use super::{CliError, Talk, recovery};

/// Where to take it from.
pub(crate) enum Source {
    File(PathBuf),
    Terminal,
}

impl Source {
    /// Asks for the passphrase of a vault that is there.
    pub(crate) fn known(&self, talk: Talk) -> Result<Secret<String>, CliError> {
        match self {
            Self::File(file) => first_line(file, talk),
            Self::Terminal => typed("Passphrase: "),
        }
    }

    /// Asks for a new one; typed twice, since nobody sees what is typed.
    pub(crate) fn fresh(&self, talk: Talk) -> Result<Secret<String>, CliError> {
        match self {
            Self::File(file) => first_line(file, talk),
            Self::Terminal => typed_twice("New passphrase: "),
        }
    }

    /// A recovery code in the passphrase's place.
    pub(crate) fn recovery_code(&self, talk: Talk) -> Result<Secret<String>, CliError> {
        match self {
            Self::File(file) => recovery::known(Some(file), talk),
            Self::Terminal => recovery::known(None, talk),
        }
    }

    /// What it proves: a file proves no person, so the authority is named with it (`--confirm`).
    pub(crate) fn given(&self, confirmed: Option<&str>) -> Given {
        match (self, confirmed) {
            (Self::Terminal, _) => Given::Typed,
            (Self::File(_), Some(name)) => Given::Confirmed(name.to_owned()),
            (Self::File(_), None) => Given::File,
        }
    }
}

/// A password for a file that is to be written: from `file`, else typed twice.
pub(crate) fn for_file(file: Option<&Path>, talk: Talk) -> Result<Secret<String>, CliError> {
    match file {
        Some(file) => match known_for_file(file, talk)? {
            password if password.expose(String::is_empty) => {
                Err(CliError::PasswordEmpty(file.to_owned()))
            }
            password => Ok(password),
        },
        None if !io::stdin().is_terminal() => Err(CliError::NoFilePassword),
        None => typed_twice("Password for the file: "),
    }
}

fn typed_twice(prompt: &str) -> Result<Secret<String>, CliError> {
    let first = typed(prompt)?;
    let second = typed("The same again: ")?;
    let same = first.expose(|first| second.expose(|second| first == second));
    match same {
        true => Ok(first),
        false => Err(CliError::PassphrasesDiffer),
    }
}

/// The password of an encrypted file.
pub(crate) fn typed_for_file(file: &Path) -> Result<Secret<String>, CliError> {
    typed(&format!("Password of {}: ", file.display()))
}

/// Without echo.
pub(crate) fn typed(prompt: &str) -> Result<Secret<String>, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::NoPassphrase);
    }
    let passphrase = rpassword::prompt_password(prompt).map_err(CliError::Terminal)?;
    let passphrase = Secret::new(passphrase);
    match passphrase.expose(String::is_empty) {
        true => Err(CliError::PassphraseEmpty(None)),
        false => Ok(passphrase),
    }
}

/// The first line, without its end; a passphrase is never empty.
pub(crate) fn first_line(file: &Path, talk: Talk) -> Result<Secret<String>, CliError> {
    match known_for_file(file, talk)? {
        line if line.expose(String::is_empty) => {
            Err(CliError::PassphraseEmpty(Some(file.to_owned())))
        }
        line => Ok(line),
    }
}

/// The same for what opens a file that somebody else has made, which may be empty on purpose.
pub(crate) fn known_for_file(file: &Path, talk: Talk) -> Result<Secret<String>, CliError> {
    let bytes = bytes_of(file, talk)?;
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(line) => Ok(Secret::new(line.to_owned())),
        Err(_) => Err(CliError::PassphraseNotText(file.to_owned())),
    }
}

/// What a file with a secret holds, with a warning where others can read it.
pub(crate) fn bytes_of(file: &Path, talk: Talk) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let failed = |source| CliError::CannotRead {
        file: file.to_owned(),
        source,
    };
    let opened = File::open(file).map_err(failed)?;
    if readable_by_others(&opened.metadata().map_err(failed)?) {
        talk.warning(&format!(
            "other people on this machine can read {}; `chmod 600` keeps them out",
            file.display()
        ));
    }
    // Reserved once, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX);
    opened.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Whether the mode lets the group or everyone read; a pipe is nobody else's.
#[cfg(unix)]
fn readable_by_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.is_file() && metadata.permissions().mode() & 0o077 != 0
}

/// Windows keeps a person's files from others by their folder, which no mode tells.
#[cfg(not(unix))]
fn readable_by_others(_: &Metadata) -> bool {
    false
}

const LIMIT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_in(bytes: &[u8]) -> Result<String, CliError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passphrase");
        std::fs::write(&file, bytes).unwrap();
        let secret = Source::File(file).known(Talk::new(false))?;
        Ok(secret.expose(String::clone))
    }

    #[test]
    fn the_first_line_counts_and_its_end_does_not() {
        for file in [
            "correct horse",
            "correct horse\n",
            "correct horse\r\nmore\n",
        ] {
            assert_eq!(secret_in(file.as_bytes()).unwrap(), "correct horse");
        }
        assert_eq!(
            secret_in(" spaces stay \n".as_bytes()).unwrap(),
            " spaces stay "
        );
    }

    #[test]
    fn an_empty_line_and_what_is_no_text_are_refused() {
        let refused = |bytes: &[u8]| secret_in(bytes).unwrap_err();
        assert!(matches!(refused(b""), CliError::PassphraseEmpty(_)));
        assert!(matches!(refused(b"\nsecond"), CliError::PassphraseEmpty(_)));
        assert!(matches!(refused(b"\xff"), CliError::PassphraseNotText(_)));
    }

    #[test]
    fn a_file_proves_no_person_unless_the_authority_is_named() {
        let file = Source::File("p".into());
        assert_eq!(file.given(None), Given::File);
        assert_eq!(
            file.given(Some("Root")),
            Given::Confirmed("Root".to_owned())
        );
        assert_eq!(Source::Terminal.given(Some("Root")), Given::Typed);
    }
}
