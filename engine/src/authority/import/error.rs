//! Why nothing at all was taken over. What concerns one thing alone stands in its row.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::{Explain, Kind, Remedy, shown};

#[derive(Debug)]
pub(crate) enum ImportError {
    CannotRead {
        path: PathBuf,
        source: io::Error,
    },
    /// Something was changed between planning and writing.
    Changed,
    /// A private key alone that belongs to nothing that is here.
    KeyOfNothing(String),
    /// A folder whose index is there and whose CA certificate is not.
    NoAuthority(PathBuf),
    /// A folder of another kind.
    NoIndex(PathBuf),
    /// A pipe, a device, a socket.
    NotRegular(PathBuf),
    Nothing(String),
    /// The private key beside a certificate is that of another one.
    OtherKey {
        key: String,
        certificate: String,
    },
    TooLarge {
        path: PathBuf,
        limit: u64,
    },
    TooMany {
        path: PathBuf,
        limit: usize,
    },
}

impl ImportError {
    pub(super) fn at(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::CannotRead { path, source }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |path: &Path| shown(&path.to_string_lossy()).into_owned();
        match self {
            Self::CannotRead { path, .. } => write!(f, "{} cannot be read", at(path)),
            Self::Changed => f.write_str("something else was changed here at this moment"),
            Self::KeyOfNothing(key) => write!(
                f,
                "no certificate is here or in the file that the private key belongs to: {}",
                shown(key)
            ),
            Self::NoAuthority(path) => write!(
                f,
                "the folder has an index, but the certificate of its CA is not there: {}",
                at(path)
            ),
            Self::NoIndex(path) => write!(
                f,
                "the folder is neither of openssl ca nor of easy-rsa, because it has no index.txt: \
                 {}",
                at(path)
            ),
            Self::NotRegular(path) => write!(f, "this is no regular file: {}", at(path)),
            Self::Nothing(name) => {
                write!(f, "nothing in the file can be taken over: {}", shown(name))
            }
            Self::OtherKey { key, certificate } => write!(
                f,
                "the private key {} is not the one of the certificate {}",
                shown(key),
                shown(certificate)
            ),
            Self::TooLarge { path, limit } => {
                let mib = limit / (1024 * 1024);
                write!(f, "larger than {mib} MiB: {}", at(path))
            }
            Self::TooMany { path, limit } => {
                write!(f, "the folder holds more than {limit} files: {}", at(path))
            }
        }
    }
}

impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::CannotRead { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Explain for ImportError {
    fn code(&self) -> &'static str {
        match self {
            Self::CannotRead { .. } | Self::NotRegular(_) => "import.cannot-read",
            Self::Changed => "import.try-again",
            Self::KeyOfNothing(_) => "import.key-of-nothing",
            Self::NoAuthority(_) => "import.no-authority",
            Self::NoIndex(_) => "import.no-index",
            Self::Nothing(_) => "import.nothing",
            Self::OtherKey { .. } => "import.other-key",
            Self::TooLarge { .. } | Self::TooMany { .. } => "import.too-large",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::OtherKey { .. } | Self::KeyOfNothing(_) => Kind::Refused,
            Self::NoIndex(_) | Self::Nothing(_) | Self::TooLarge { .. } | Self::TooMany { .. } => {
                Kind::Malformed
            }
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::Changed => return Remedy::Retry,
            Self::CannotRead { .. } => "Name a file or folder that exists and that you may read",
            Self::KeyOfNothing(_) => "Import its certificate first, or both in one file",
            Self::NoAuthority(_) => {
                "Put the CA's certificate beside the index, as ca.crt or cacert.pem"
            }
            Self::NoIndex(_) => {
                "Name the folder that holds index.txt, or import its files one by one"
            }
            Self::NotRegular(_) => "Name a file or a folder",
            Self::Nothing(_) => {
                "Give a certificate or a private key: PEM, DER, PKCS #7, PKCS #8 or PKCS #12"
            }
            Self::OtherKey { .. } => "Give the private key of this certificate, or none",
            Self::TooLarge { .. } | Self::TooMany { .. } => {
                "Name a smaller file, or a folder that holds nothing but the CA"
            }
        };
        Remedy::Do(step.to_owned())
    }
}
