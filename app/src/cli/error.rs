//! What can go wrong before the engine is asked, or on the way to it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::gui;
use chancery_engine::api::{
    ApprovalId, CertificateId, Identifier, Kind, NameError, OrderId, Remedy, Report, shown,
};

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
    /// A secret or setting of this name, more than once.
    GivenTwice(String),
    /// Standard input can be read once.
    InputTwice,
    /// The engine said something that does not answer what was asked.
    Misunderstood,
    /// So many certificates would change, of all that were meant, and nobody to ask.
    NeedsYes {
        changing: usize,
        all: usize,
    },
    NoData(PathBuf),
    NoDataFolder,
    NoFilePassword,
    /// No DNS provider is of this kind.
    NoKind(String),
    /// The words name a file for the old passphrase and nothing for the new one.
    NoNewPassphrase,
    NoPassphrase,
    /// What is to be done takes the passphrase itself.
    NeedsPassphrase,
    /// Neither a terminal nor a file for a recovery code.
    NoPlaceForCode,
    NoRequest,
    NoSuchSecret {
        name: String,
        known: &'static str,
    },
    /// No slot is called so.
    NoSlot(String),
    NoVault(PathBuf),
    NoWindow(gui::CannotOpen),
    /// Said by the words alone, so that nothing is tried.
    NotAHost {
        name: String,
        why: NameError,
    },
    NotASerial(String),
    /// What cannot be taken back, and nobody to ask.
    NotConfirmed(String),
    /// A name that no public CA finds in the DNS.
    NotForPublic(Identifier),
    /// It did not come by ACME.
    NotPublic(CertificateId),
    /// A provider has no such setting.
    NotSet(String),
    /// Neither a certificate nor a key nor an authority.
    NothingNamed,
    OrderCancelled(OrderId),
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
    /// The first line of a file that is to hold another file's password.
    PasswordEmpty(PathBuf),
    /// Some are revoked at their CA, others here.
    PublicAndPrivate,
    QuickstartAgain(PathBuf),
    SecretEmpty(PathBuf),
    SecretNotText(PathBuf),
    /// More than one slot is called so.
    SeveralSlots(String),
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
            Self::GivenTwice(_) => "cli.given-twice",
            Self::InputTwice => "cli.input-twice",
            Self::Misunderstood => "cli.misunderstood",
            Self::NeedsYes { .. } | Self::NotConfirmed(_) => "cli.needs-yes",
            Self::NoData(_) | Self::NoVault(_) => "cli.no-vault",
            Self::NoDataFolder => "cli.no-data-folder",
            Self::NoFilePassword => "cli.no-file-password",
            Self::NoKind(_) => "cli.no-kind",
            Self::NeedsPassphrase => "cli.needs-passphrase",
            Self::NoNewPassphrase => NO_NEW_PASSPHRASE,
            Self::NoPassphrase | Self::PassphraseEmpty(None) | Self::Terminal(_) => {
                "cli.no-passphrase"
            }
            Self::NoPlaceForCode => "cli.no-place-for-code",
            Self::NoRequest => "cli.no-request",
            Self::NoSlot(_) | Self::SeveralSlots(_) => "cli.no-slot",
            Self::NoSuchSecret { .. } => "cli.no-such-secret",
            Self::NoWindow(_) => "cli.no-window",
            Self::NotAHost { .. } => NOT_A_HOST,
            Self::NotASerial(_) => "cli.not-a-serial",
            Self::NotForPublic(_) => NOT_FOR_PUBLIC,
            Self::NotPublic(_) => "cli.not-public",
            Self::NotSet(_) => "cli.not-set",
            Self::NothingNamed => NOTHING_NAMED,
            Self::OrderCancelled(_) => "cli.order-cancelled",
            Self::OutOfReach { .. } => "cli.out-of-reach",
            Self::Parked(_) => "cli.parked",
            Self::PassphraseEmpty(Some(_)) | Self::PasswordEmpty(_) => PASSPHRASE_EMPTY,
            Self::PassphraseNotText(_) => "cli.passphrase-not-text",
            Self::PassphrasesDiffer => "cli.passphrases-differ",
            Self::PublicAndPrivate => "cli.public-and-private",
            Self::QuickstartAgain(_) => "cli.quickstart-again",
            Self::SecretEmpty(_) => "cli.secret-empty",
            Self::SecretNotText(_) => "cli.secret-not-text",
            Self::TooLarge { .. } => "cli.too-large",
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::NeedsPassphrase
            | Self::NoFilePassword
            | Self::NoPassphrase
            | Self::PassphraseEmpty(None)
            | Self::PassphraseNotText(_)
            | Self::Terminal(_) => Kind::Locked,
            Self::AlreadyThere(_)
            | Self::NeedsYes { .. }
            | Self::NoPlaceForCode
            | Self::NotConfirmed(_)
            | Self::OutOfReach { .. }
            | Self::QuickstartAgain(_) => Kind::Refused,
            Self::GivenTwice(_)
            | Self::InputTwice
            | Self::NoKind(_)
            | Self::NoNewPassphrase
            | Self::NoSuchSecret { .. }
            | Self::NotAHost { .. }
            | Self::NotASerial(_)
            | Self::NotForPublic(_)
            | Self::NotPublic(_)
            | Self::NotSet(_)
            | Self::NothingNamed
            | Self::PassphraseEmpty(Some(_))
            | Self::PasswordEmpty(_)
            | Self::PublicAndPrivate
            | Self::SecretEmpty(_)
            | Self::SecretNotText(_)
            | Self::TooLarge { .. } => Kind::Malformed,
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::AlreadyThere(_) => "Name a file that is not there yet",
            Self::Busy | Self::CalledOff => return Remedy::Retry,
            Self::CodeNotCopied => "Run this again and write the code down; this one opens nothing",
            Self::GivenTwice(_) => "Give it once",
            Self::InputTwice => "Read one secret from standard input, and the others from files",
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
            Self::NoKind(_) => "Choose one of `chancery dns provider kinds`",
            Self::NoSuchSecret { .. } => "Write --secret-file with the name that the help shows",
            Self::NeedsPassphrase => {
                "Set a new passphrase by the code with `chancery vault recover`, and use that"
            }
            Self::NoNewPassphrase => {
                "Name its file with --new-passphrase-file FILE, or leave --passphrase-file out \
                 and type it"
            }
            Self::NoPassphrase | Self::Terminal(_) => {
                "Run this in a terminal and type the passphrase, or write it into a file that \
                 only you can read and add --passphrase-file FILE before the noun"
            }
            Self::NoPlaceForCode => {
                "Run this in a terminal, or have the code written: --recovery-file FILE"
            }
            Self::NoSlot(_) | Self::SeveralSlots(_) => "Take the id from `chancery vault slots`",
            Self::NoRequest => "See `chancery ca list` for those that wait for a signature",
            Self::NeedsYes { .. } => "Look with --dry-run at what would be revoked, then add --yes",
            Self::NotConfirmed(_) => "Add --yes if that is meant",
            Self::NotForPublic(_) => {
                "Leave it out, or have a private authority issue the certificate: no --acme"
            }
            Self::NotPublic(_) => "See `chancery cert show` for where it came from",
            Self::NotSet(_) => "See its settings with `chancery dns provider show`",
            Self::NotASerial(_) => "Write the serial in hexadecimal, such as 01ab23cd",
            Self::NothingNamed => {
                "Name certificates, or choose them with --key, --all-of or --filter"
            }
            Self::NoWindow(why) => why.remedy(),
            Self::NotAHost { .. } => {
                "Give the name or address alone, without scheme or port, such as \
                 www.example.internal or 10.0.0.1, or name the host with --san"
            }
            Self::OrderCancelled(_) => "Order it again with `chancery cert create … --acme`",
            Self::OutOfReach { .. } => {
                "Choose a name below `.internal`, or confine the root to this one: \
                 --permit dns:NAME or --permit ip:ADDRESS"
            }
            Self::Parked(_) => "Ask those whose consent is needed",
            Self::PassphraseEmpty(None) => "Run this again and type a passphrase",
            Self::PassphraseEmpty(Some(_)) => "Write the passphrase into the file's first line",
            Self::PasswordEmpty(_) => "Write the password into the file's first line",
            Self::PassphraseNotText(_) => "Save the file as UTF-8",
            Self::PassphrasesDiffer => "Run this again and type the same passphrase twice",
            Self::PublicAndPrivate => "Name those of public CAs in a command of their own",
            Self::SecretEmpty(_) => "Write the secret into the file",
            Self::SecretNotText(_) => "Save the file as UTF-8",
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
            Self::GivenTwice(name) => write!(f, "this was given twice: {}", shown(name)),
            Self::InputTwice => f.write_str("standard input can hold one secret only"),
            Self::Misunderstood => f.write_str("the engine answered something else than was asked"),
            Self::NoData(folder) => write!(f, "there is nothing here yet: {}", folder.display()),
            Self::NoDataFolder => {
                f.write_str("neither the words nor the environment name a folder for the data")
            }
            Self::NoFilePassword => {
                f.write_str("a password for the file is needed, and there is no terminal to ask it")
            }
            Self::NoKind(name) => {
                write!(f, "no DNS provider is of this kind: {}", shown(name))
            }
            Self::NoSuchSecret { name, known } => {
                write!(f, "the secret wanted here is {known}, not {}", shown(name))
            }
            Self::NeedsPassphrase => f.write_str(
                "this needs the vault's passphrase, and no recovery code takes its place",
            ),
            Self::NoNewPassphrase => {
                f.write_str("--passphrase-file names the old passphrase, and nothing the new one")
            }
            Self::NoPassphrase => {
                f.write_str("the vault's passphrase is needed, and there is no terminal to ask it")
            }
            Self::NoPlaceForCode => {
                f.write_str("a recovery code goes only to a terminal or into a file that is named")
            }
            Self::NoSlot(name) => write!(f, "no slot is called {}", shown(name)),
            Self::SeveralSlots(name) => {
                write!(f, "more than one slot is called {}", shown(name))
            }
            Self::NoRequest => f.write_str("this authority waits for no signature"),
            Self::NoVault(folder) => write!(f, "there is no vault yet in {}", folder.display()),
            Self::NeedsYes { changing, all } => {
                let count = match changing == all {
                    true => format!("{all} certificates"),
                    false => format!("{changing} of {all} certificates"),
                };
                write!(f, "this concerns {count}, and there is nobody to ask")
            }
            Self::NotConfirmed(what) => {
                write!(f, "nobody can be asked whether this is meant: {what}")
            }
            Self::NotForPublic(name) => {
                write!(
                    f,
                    "a public CA finds only host names in the DNS, not {name}"
                )
            }
            Self::NotPublic(id) => write!(f, "{id} did not come from a public CA by ACME"),
            Self::NotSet(name) => write!(f, "the provider has no setting {}", shown(name)),
            Self::OrderCancelled(id) => write!(f, "{id} was called off"),
            Self::PublicAndPrivate => {
                f.write_str("some of these are revoked at their public CA, and others here")
            }
            Self::SecretEmpty(file) => {
                write!(f, "this holds no secret: {}", file.display())
            }
            Self::SecretNotText(file) => {
                write!(f, "the secret's file is not text: {}", file.display())
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
            Self::PasswordEmpty(file) => {
                write!(f, "the first line holds no password: {}", file.display())
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

/// Whether the exit code is that of wrong words, as if the parser had found it.
pub(crate) fn is_of_wrong_words(code: &str) -> bool {
    [
        NOT_A_HOST,
        NOT_FOR_PUBLIC,
        NOTHING_NAMED,
        NO_NEW_PASSPHRASE,
        PASSPHRASE_EMPTY,
    ]
    .contains(&code)
}

const NOT_A_HOST: &str = "cli.not-a-host";
const NOT_FOR_PUBLIC: &str = "cli.not-for-public";
const NOTHING_NAMED: &str = "cli.nothing-named";
const NO_NEW_PASSPHRASE: &str = "cli.no-new-passphrase";
const PASSPHRASE_EMPTY: &str = "cli.passphrase-empty";
