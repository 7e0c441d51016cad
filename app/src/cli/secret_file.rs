//! Secrets that a service gave, by the name of their field and the file that holds each:
//! `--secret-file api-token=FILE`. Never from the words themselves, which others can read.

use std::collections::BTreeMap;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chancery_engine::api::Secret;
use zeroize::Zeroizing;

use super::{CliError, Talk, passphrase};

/// `NAME=FILE`; a file called `-` is standard input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SecretFile {
    name: String,
    file: PathBuf,
}

pub(crate) type Secrets = BTreeMap<String, Secret<String>>;

impl SecretFile {
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for SecretFile {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok(Self {
                name: name.to_owned(),
                file: file.into(),
            }),
            _ => Err("expected NAME=FILE, or NAME=- for standard input"),
        }
    }
}

/// What the files hold, without the end of their last line.
pub(crate) fn read(files: &[SecretFile], talk: Talk) -> Result<Secrets, CliError> {
    let from_input = files.iter().filter(|it| it.file == Path::new("-"));
    if from_input.count() > 1 {
        return Err(CliError::InputTwice);
    }
    let mut secrets = Secrets::new();
    for it in files {
        let secret = text_of(&it.file, talk)?;
        if secrets.insert(it.name.clone(), secret).is_some() {
            return Err(CliError::GivenTwice(it.name.clone()));
        }
    }
    Ok(secrets)
}

/// A command may hold a secret and has no copy; each attempt takes one.
pub(crate) fn copies(secrets: &Secrets) -> Secrets {
    let copy = |secret: &Secret<String>| secret.expose(|known| Secret::new(known.clone()));
    let copies = secrets.iter().map(|(name, it)| (name.clone(), copy(it)));
    copies.collect()
}

fn text_of(file: &Path, talk: Talk) -> Result<Secret<String>, CliError> {
    let bytes = match file == Path::new("-") {
        true => from_input(file)?,
        false => passphrase::bytes_of(file, talk)?,
    };
    match std::str::from_utf8(&bytes).map(|text| text.trim_end_matches(['\r', '\n'])) {
        Ok("") => Err(CliError::SecretEmpty(file.to_owned())),
        Ok(text) => Ok(Secret::new(text.to_owned())),
        Err(_) => Err(CliError::SecretNotText(file.to_owned())),
    }
}

fn from_input(file: &Path) -> Result<Zeroizing<Vec<u8>>, CliError> {
    // Reserved once, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX);
    let read = stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|source| CliError::CannotRead {
        file: file.to_owned(),
        source,
    })?;
    Ok(bytes)
}

const LIMIT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, bytes: &[u8]) -> (tempfile::TempDir, SecretFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, bytes).unwrap();
        let name = name.to_owned();
        (folder, SecretFile { name, file })
    }

    #[test]
    fn a_secret_is_the_whole_file_without_the_end_of_its_last_line() {
        let (_folder, file) = named("key", b"{\n \"a\": 1\n}\r\n");
        let secrets = read(&[file], Talk::new(false)).unwrap();
        assert_eq!(secrets["key"].expose(String::clone), "{\n \"a\": 1\n}");
    }

    #[test]
    fn an_empty_file_and_what_is_no_text_are_refused() {
        let refused = |bytes: &[u8]| {
            let (_folder, file) = named("key", bytes);
            read(&[file], Talk::new(false)).err().unwrap()
        };
        assert!(matches!(refused(b""), CliError::SecretEmpty(_)));
        assert!(matches!(refused(b"\n\n"), CliError::SecretEmpty(_)));
        assert!(matches!(refused(b"\xff"), CliError::SecretNotText(_)));
    }

    #[test]
    fn one_secret_comes_from_one_place() {
        let (_folder, file) = named("key", b"x");
        let twice = [file.clone(), file];
        let refused = read(&twice, Talk::new(false)).err().unwrap();
        assert!(matches!(refused, CliError::GivenTwice(_)), "{refused}");
        let both = ["a=-", "b=-"].map(|text| text.parse().unwrap());
        let refused = read(&both, Talk::new(false)).err().unwrap();
        assert!(matches!(refused, CliError::InputTwice), "{refused}");
    }

    #[test]
    fn a_name_and_a_file_are_both_needed() {
        for wrong in ["", "key", "=file", "key="] {
            assert!(wrong.parse::<SecretFile>().is_err(), "{wrong}");
        }
        let given: SecretFile = "key=a=b".parse().unwrap();
        assert_eq!(given.file, Path::new("a=b"));
    }
}
