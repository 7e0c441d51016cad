//! What can go wrong before the engine is asked, or on the way to it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::gui;
use chancery_engine::api::{ApprovalId, Identifier, Kind, NameError, Remedy, Report, shown};

/// A failure of the command line itself.
#[derive(Debug)]
pub(crate) enum CliError {
    /// A file that was to be made new.
    AlreadyThere(PathBuf),
    /// The engine had no place for a command, for as long as we tried.
    Busy,
    CalledOff,
    CannotRead {
        file: PathBuf,
        source: io::Error,
    },
    CannotWrite {
        file: PathBuf,
        source: io::Error,
    },
    /// What was typed back is not what was shown.
    CodeNotCopied,
    /// The engine said something that does not answer what was asked.
    Misunderstood,
    /// So many certificates, and nobody to ask.
    NeedsYes(usize),
    NoData(PathBuf),
    NoDataFolder,
    NoFilePassword,
    NoPassphrase,
    /// Neither a terminal nor a file for a recovery code.
    NoPlaceForCode,
    NoRequest,
    /// No slot is called so, or several are.
    NoSlot(String),
    NoVault(PathBuf),
    NoWindow(gui::CannotOpen),
    /// Said by the words alone, so that nothing is tried.
    NotAHost {
        name: String,
        why: NameError,
    },
    NotASerial(String),
    /// Neither a certificate nor a key nor an authority.
    NothingNamed,
    /// A name that the root to be made may not issue for.
    OutOfReach {
        name: Identifier,
        reach: String,
    },
    Output(io::Error),
    Parked(ApprovalId),
    PassphraseEmpty(Option<PathBuf>),
    PassphraseNotText(PathBuf),
    PassphrasesDiffer,
    QuickstartAgain(PathBuf),
    TooLarge {
        file: PathBuf,
        limit: u64,
    },
    Terminal(io::Error),
}

impl CliError {
    const fn code(&self) -> &'static str {
        match self {
            Self::AlreadyThere(_) => "cli.already-there",
            Self::Busy => "cli.busy",
            Self::CalledOff => "cli.called-off",
            Self::CannotRead { .. } => "cli.cannot-read",
            Self::CannotWrite { .. } | Self::Output(_) => "cli.cannot-write",
            Self::CodeNotCopied => "cli.code-not-copied",
            Self::Misunderstood => "cli.misunderstood",
            Self::NeedsYes(_) => "cli.needs-yes",
            Self::NoData(_) | Self::NoVault(_) => "cli.no-vault",
            Self::NoDataFolder => "cli.no-data-folder",
            Self::NoFilePassword => "cli.no-file-password",
            Self::NoPassphrase | Self::Terminal(_) => "cli.no-passphrase",
            Self::NoPlaceForCode => "cli.no-place-for-code",
            Self::NoRequest => "cli.no-request",
            Self::NoSlot(_) => "cli.no-slot",
            Self::NoWindow(_) => "cli.no-window",
            Self::NotAHost { .. } => NOT_A_HOST,
            Self::NotASerial(_) => "cli.not-a-serial",
            Self::NothingNamed => "cli.nothing-named",
            Self::OutOfReach { .. } => "cli.out-of-reach",
            Self::Parked(_) => "cli.parked",
            Self::PassphraseEmpty(_) => "cli.passphrase-empty",
            Self::PassphraseNotText(_) => "cli.passphrase-not-text",
            Self::PassphrasesDiffer => "cli.passphrases-differ",
            Self::QuickstartAgain(_) => "cli.quickstart-again",
            Self::TooLarge { .. } => "cli.too-large",
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::NoFilePassword
            | Self::NoPassphrase
            | Self::PassphraseEmpty(_)
            | Self::PassphraseNotText(_)
            | Self::Terminal(_) => Kind::Locked,
            Self::AlreadyThere(_)
            | Self::NeedsYes(_)
            | Self::NoPlaceForCode
            | Self::OutOfReach { .. }
            | Self::QuickstartAgain(_) => Kind::Refused,
            Self::NotAHost { .. }
            | Self::NotASerial(_)
            | Self::NothingNamed
            | Self::TooLarge { .. } => Kind::Malformed,
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::AlreadyThere(_) => "Name a file that is not there yet",
            Self::Busy | Self::CalledOff => return Remedy::Retry,
            Self::CodeNotCopied => "Run this again and write the code down; this one opens nothing",
            Self::Misunderstood => return Remedy::ReportBug,
            Self::CannotRead { .. } => "Name one that exists and that you may read",
            Self::CannotWrite { .. } | Self::Output(_) => {
                "Name a place that you may write to and that has room"
            }
            Self::NoData(_) | Self::NoVault(_) => {
                "Run `chancery quickstart NAME` or `chancery vault create`, or name another \
                 folder with --data DIR before the noun"
            }
            Self::NoDataFolder => "Name one with --data DIR before the noun",
            Self::NoFilePassword => {
                "Run this in a terminal and type a password for the file, or write it into a file \
                 that only you can read and add --password-file FILE"
            }
            Self::NoPassphrase | Self::Terminal(_) => {
                "Run this in a terminal and type the passphrase, or write it into a file that \
                 only you can read and add --passphrase-file FILE before the noun"
            }
            Self::NoPlaceForCode => {
                "Run this in a terminal, or have the code written: --recovery-file FILE"
            }
            Self::NoSlot(_) => "Take the id from `chancery vault slots`",
            Self::NoRequest => "See `chancery ca list` for those that wait for a signature",
            Self::NeedsYes(_) => "Look with --dry-run at what would be revoked, then add --yes",
            Self::NotASerial(_) => "Write the serial in hexadecimal, such as 01ab23cd",
            Self::NothingNamed => {
                "Name certificates, or choose them with --key, --all-of or --filter"
            }
            Self::NoWindow(why) => why.remedy(),
            Self::NotAHost { .. } => {
                "Give the name or address alone, without scheme or port, such as \
                 www.example.internal or 10.0.0.1, or name the host with --san"
            }
            Self::OutOfReach { .. } => {
                "Choose a name below `.internal`, or confine the root to this one: \
                 --permit dns:NAME or --permit ip:ADDRESS"
            }
            Self::Parked(_) => "Ask those whose consent is needed",
            Self::PassphraseEmpty(None) => "Run this again and type a passphrase",
            Self::PassphraseEmpty(Some(_)) => "Write the passphrase into the file's first line",
            Self::PassphraseNotText(_) => "Save the file as UTF-8",
            Self::PassphrasesDiffer => "Run this again and type the same passphrase twice",
            Self::QuickstartAgain(_) => {
                "Make the next certificate with `chancery cert create NAME --out DIR --with-key`, \
                 or start afresh elsewhere with --data DIR before the noun"
            }
            Self::TooLarge { .. } => "Name the right file",
        };
        Remedy::Do(step.to_owned())
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyThere(file) => write!(f, "this is there already: {}", file.display()),
            Self::CodeNotCopied => f.write_str("the recovery code was not copied rightly"),
            Self::Busy => f.write_str("the engine is busy with other work"),
            Self::CalledOff => f.write_str("this was called off before anything was written"),
            Self::CannotRead { file, .. } => write!(f, "this cannot be read: {}", file.display()),
            Self::CannotWrite { file, .. } => {
                write!(f, "this cannot be written: {}", file.display())
            }
            Self::Misunderstood => f.write_str("the engine answered something else than was asked"),
            Self::NoData(folder) => write!(f, "there is nothing here yet: {}", folder.display()),
            Self::NoDataFolder => {
                f.write_str("neither the words nor the environment name a folder for the data")
            }
            Self::NoFilePassword => {
                f.write_str("a password for the file is needed, and there is no terminal to ask it")
            }
            Self::NoPassphrase => {
                f.write_str("the vault's passphrase is needed, and there is no terminal to ask it")
            }
            Self::NoPlaceForCode => {
                f.write_str("a recovery code goes only to a terminal or into a file that is named")
            }
            Self::NoSlot(name) => {
                write!(f, "no slot, or more than one, is called {}", shown(name))
            }
            Self::NoRequest => f.write_str("this authority waits for no signature"),
            Self::NoVault(folder) => write!(f, "there is no vault yet in {}", folder.display()),
            Self::NeedsYes(count) => {
                write!(
                    f,
                    "this concerns {count} certificates, and there is nobody to ask"
                )
            }
            Self::NotASerial(text) => write!(f, "this is no serial number: {}", shown(text)),
            Self::NothingNamed => f.write_str("no certificate was named"),
            Self::NoWindow(why) => why.fmt(f),
            Self::NotAHost { name, .. } => {
                write!(f, "neither a host name nor an address: {}", shown(name))
            }
            Self::OutOfReach { name, reach } => {
                write!(f, "the root would issue only for {reach}, not for {name}")
            }
            Self::Output(_) => f.write_str("the answer cannot be written to standard output"),
            Self::Parked(approval) => {
                write!(f, "this waits for other people's consent: {approval}")
            }
            Self::PassphraseEmpty(None) => f.write_str("no passphrase was typed"),
            Self::PassphraseEmpty(Some(file)) => {
                write!(f, "the first line holds no passphrase: {}", file.display())
            }
            Self::PassphraseNotText(file) => {
                write!(f, "the passphrase's file is not text: {}", file.display())
            }
            Self::PassphrasesDiffer => f.write_str("the two passphrases differ"),
            Self::QuickstartAgain(folder) => {
                write!(f, "there is a vault already in {}", folder.display())
            }
            Self::TooLarge { file, limit } => {
                write!(f, "this has more than {limit} bytes: {}", file.display())
            }
            Self::Terminal(_) => f.write_str("the passphrase cannot be read from the terminal"),
        }
    }
}

impl Error for CliError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::CannotRead { source, .. } | Self::CannotWrite { source, .. } => Some(source),
            Self::NotAHost { why, .. } => Some(why),
            Self::Output(source) | Self::Terminal(source) => Some(source),
            _ => None,
        }
    }
}

impl From<CliError> for Report {
    fn from(error: CliError) -> Self {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        Self {
            code: error.code().into(),
            kind: error.kind(),
            what: error.to_string(),
            why: causes.map(ToString::to_string).collect(),
            remedy: error.remedy(),
        }
    }
}

/// The one code whose exit code is that of wrong words, as if the parser had found it.
pub(crate) const NOT_A_HOST: &str = "cli.not-a-host";
