//! Files for other programs: written atomically, opened again and checked.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{self, Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::package::holds_only;
use crate::base::{Explain, Kind, Remedy, Secret};
use crate::x509::{Bundle, ChainError, PublicKey, Reading};

/// One file to write.
pub(crate) struct Sheet {
    pub(crate) path: PathBuf,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Plain(Vec<u8>),
    /// A private key, alone or with what belongs to it.
    Package(Package),
}

/// A file with one private key; mode 0600 from the first byte.
pub(crate) struct Package {
    pub(crate) bytes: Secret<Vec<u8>>,
    /// The public half of the key in it.
    pub(crate) key: PublicKey,
    /// What it is sealed with.
    pub(crate) password: Option<Arc<Secret<String>>>,
}

/// Writes each beside its place, makes it durable, reads it back, and moves all of them there once
/// that went well. Where a private key would replace another content, nothing is written at all:
/// the key that is there may be the only copy of one in use.
pub(crate) fn write(folder: &Path, sheets: &[Sheet]) -> Result<Vec<PathBuf>, ExportError> {
    fs::create_dir_all(folder).map_err(|error| ExportError::at(folder, error))?;
    // Not canonical: that would be a path that few programs on Windows can read.
    let folder = path::absolute(folder).map_err(|error| ExportError::at(folder, error))?;
    for sheet in sheets {
        require_free(&folder.join(&sheet.path), &sheet.content)?;
    }
    let parts = sheets
        .iter()
        .map(|sheet| Part::fill(folder.join(&sheet.path), &sheet.content));
    let parts: Vec<Part> = parts.collect::<Result<_, _>>()?;
    let written = parts.into_iter().map(Part::put);
    let written: Vec<PathBuf> = written.collect::<Result<_, _>>()?;
    sync_folder(&folder).map_err(|error| ExportError::at(&folder, error))?;
    Ok(written)
}

/// Whether a new key for `name` has a place in the folder, asked before anything is signed.
pub(crate) fn require_no_key(folder: &Path, name: &str) -> Result<(), ExportError> {
    let path = folder.join(format!("{}.key", file_name(name)));
    match path.try_exists() {
        Ok(false) => Ok(()),
        Ok(true) => Err(ExportError::KeyExists(path)),
        Err(error) => Err(ExportError::at(&path, error)),
    }
}

/// A file name that is one on every system: letters, digits, `.`, `-` and `_`; `*` becomes `_`.
pub(crate) fn file_name(name: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => c,
        _ => '_',
    };
    let safe: String = name.chars().map(plain).take(100).collect();
    match safe.trim_matches('.') {
        "" => "certificate".to_owned(),
        rest => rest.to_owned(),
    }
}

fn require_free(path: &Path, content: &Content) -> Result<(), ExportError> {
    let kept = match content {
        Content::Plain(_) => return Ok(()),
        Content::Package(package) => read_private(path).map(|found| package.is_copied_in(&found)),
    };
    match kept {
        Ok(true) => Ok(()),
        Ok(false) => Err(ExportError::KeyExists(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ExportError::at(path, error)),
    }
}

impl Package {
    /// Whether `found` holds the same key: such a file may be replaced, whatever else is in it.
    fn is_copied_in(&self, found: &[u8]) -> bool {
        let reading = Reading {
            password: self.password.as_deref(),
            unauthenticated: false,
        };
        self.bytes.expose(|bytes| bytes == found)
            || Bundle::read(found, reading).is_ok_and(|bundle| holds_only(&bundle, &self.key))
    }
}

/// A file that is written and checked and not yet in its place.
struct Part {
    path: PathBuf,
    beside: PathBuf,
}

impl Part {
    fn fill(path: PathBuf, content: &Content) -> Result<Self, ExportError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let part = Self { beside, path };
        match fill(&part.beside, content).and_then(|()| holds(&part.beside, content)) {
            Ok(true) => Ok(part),
            Ok(false) => Err(ExportError::ReadsBackDifferent(part.path.clone())),
            Err(error) => Err(ExportError::at(&part.path, error)),
        }
    }

    fn put(self) -> Result<PathBuf, ExportError> {
        match fs::rename(&self.beside, &self.path) {
            Ok(()) => Ok(self.path.clone()),
            Err(error) => Err(ExportError::at(&self.path, error)),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // In its place, or not wanted any more; one that stays is harmless.
        fs::remove_file(&self.beside).ok();
    }
}

fn fill(path: &Path, content: &Content) -> io::Result<()> {
    match content {
        Content::Plain(bytes) => {
            let mut file = File::create(path)?;
            file.write_all(bytes)?;
            file.sync_all()
        }
        Content::Package(Package { bytes: secret, .. }) => {
            let mut file = private(path)?;
            secret.expose(|bytes| file.write_all(bytes))?;
            file.sync_all()
        }
    }
}

/// What an earlier, killed run left here is removed first, so that its mode does not stay.
fn private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn holds(path: &Path, content: &Content) -> io::Result<bool> {
    let found = read_private(path)?;
    Ok(match content {
        Content::Plain(bytes) => *found == *bytes,
        Content::Package(Package { bytes: secret, .. }) => secret.expose(|bytes| *found == *bytes),
    })
}

fn read_private(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    // Reserved once, so that growing leaves no copy behind.
    let reserved = usize::try_from(len).unwrap_or(0).min(MAX_RESERVED);
    let mut found = Zeroizing::new(Vec::with_capacity(reserved + 1));
    file.read_to_end(&mut found)?;
    Ok(found)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[derive(Debug)]
pub(crate) enum ExportError {
    ChainDoesNotVerify(ChainError),
    Io(PathBuf, io::Error),
    /// Of a format that is none without its key.
    KeyNeeded(&'static str),
    /// A file with another content stands where the private key would go.
    KeyExists(PathBuf),
    PasswordEmpty,
    /// Of a format that is sealed with one.
    PasswordNeeded(&'static str),
    /// There is nothing to be sealed with it.
    PasswordUnused,
    ReadsBackDifferent(PathBuf),
}

impl ExportError {
    pub(crate) fn at(path: &Path, error: io::Error) -> Self {
        Self::Io(path.to_owned(), error)
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChainDoesNotVerify(_) => {
                f.write_str("the certificate does not verify up to its root")
            }
            Self::Io(path, _) => write!(f, "{} could not be written", path.display()),
            Self::KeyExists(path) => {
                write!(f, "another private key is kept in {}", path.display())
            }
            Self::KeyNeeded(format) => {
                write!(
                    f,
                    "a file in the form {format} is for a certificate with its private key"
                )
            }
            Self::PasswordEmpty => f.write_str("the password for the file is empty"),
            Self::PasswordNeeded(format) => {
                write!(f, "a file in the form {format} is sealed with a password")
            }
            Self::PasswordUnused => {
                f.write_str("a password was given, and there is nothing to seal with it")
            }
            Self::ReadsBackDifferent(path) => {
                write!(f, "{} does not read back as it was written", path.display())
            }
        }
    }
}

impl std::error::Error for ExportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::ChainDoesNotVerify(error) => Some(error),
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

impl Explain for ExportError {
    fn code(&self) -> &'static str {
        match self {
            Self::ChainDoesNotVerify(_) => "export.chain-does-not-verify",
            Self::Io(..) => "export.cannot-write",
            Self::KeyExists(_) => "export.key-exists",
            Self::KeyNeeded(_) => "export.key-needed",
            Self::PasswordEmpty | Self::PasswordNeeded(_) => "export.password-needed",
            Self::PasswordUnused => "export.password-unused",
            Self::ReadsBackDifferent(_) => "export.reads-back-different",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::ChainDoesNotVerify(_) | Self::Io(..) | Self::ReadsBackDifferent(_) => {
                Kind::Failed
            }
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::ChainDoesNotVerify(_) => {
                    "Do not install it; issue it again from an authority whose chain holds"
                }
                Self::Io(..) => "Choose a folder that you may write to and that has space left",
                Self::KeyExists(_) => {
                    return Remedy::typed(
                        "Move the old key away first, or choose another folder or another name \
                         for the files",
                        ["--name NAME"],
                    );
                }
                Self::KeyNeeded(_) => {
                    return Remedy::typed(
                        "Choose p7b for the certificates alone, or export with the private key",
                        ["--with-key"],
                    );
                }
                Self::PasswordEmpty | Self::PasswordNeeded(_) => {
                    "Choose a password for the file, and tell it to those who are to open it \
                     another way"
                }
                Self::PasswordUnused => {
                    "Leave the password out, or export the private key with the certificate"
                }
                Self::ReadsBackDifferent(_) => "Check the disk, then export again",
            }
            .to_owned(),
        )
    }
}

/// Far above any file with a key.
const MAX_RESERVED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::Certificate;

    #[test]
    fn a_file_name_is_one_on_every_system() {
        assert_eq!(file_name("*.example.internal"), "_.example.internal");
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name("Grüße"), "Gr__e");
        assert_eq!(file_name(".."), "certificate");
    }

    fn key(content: &str) -> Sheet {
        Sheet {
            path: "a.key".into(),
            content: Content::Package(Package {
                bytes: Secret::new(content.as_bytes().to_vec()),
                key: Certificate::read(CERTIFICATE).unwrap().public_key().clone(),
                password: None,
            }),
        }
    }

    const CERTIFICATE: &[u8] = include_bytes!("../x509/container/fixtures/leaf.crt");
    const KEY: &str = include_str!("../x509/container/fixtures/leaf.key");
    const KEY_AS_BEFORE: &str = include_str!("../x509/container/fixtures/traditional-ec.key");

    #[test]
    #[cfg(unix)]
    fn a_private_file_is_nobody_elses_even_over_an_open_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        fs::write(&path, "same").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let written = write(folder.path(), &[key("same")]).unwrap();
        let mode = fs::metadata(&written[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read(&written[0]).unwrap(), b"same");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn another_key_is_never_replaced_and_nothing_is_written_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        fs::write(&path, "the only copy").unwrap();
        let certificate = Sheet {
            path: "a.crt".into(),
            content: Content::Plain(b"new".to_vec()),
        };
        let refused = write(folder.path(), &[certificate, key("new")]).unwrap_err();
        assert_eq!(refused.code(), "export.key-exists");
        assert_eq!(refused.kind(), Kind::Refused);
        assert_eq!(fs::read(&path).unwrap(), b"the only copy");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_same_key_in_another_form_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        fs::write(&path, KEY_AS_BEFORE).unwrap();
        write(folder.path(), &[key(KEY)]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), KEY);
    }

    #[test]
    fn a_place_for_a_new_key_is_free_or_taken_before_there_is_a_key() {
        let folder = tempfile::tempdir().unwrap();
        assert!(require_no_key(folder.path(), "*.a").is_ok());
        assert!(require_no_key(&folder.path().join("none"), "*.a").is_ok());
        fs::write(folder.path().join("_.a.key"), "").unwrap();
        let refused = require_no_key(folder.path(), "*.a").unwrap_err();
        assert_eq!(refused.code(), "export.key-exists");
    }
}
