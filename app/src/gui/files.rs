//! File dialogs, reading and writing, off the drawing thread.
//!
//! Where the desktop offers no dialog, asking for one looks the same as cancelling it, so every
//! field for a path can also be typed into.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use chancery_engine::api::{BackupManifest, BackupTrial, Opener, Report};
use chancery_engine::{Kdf, verify_backup};
use zeroize::Zeroizing;

use super::model::WishId;

/// What a screen wants of the file system.
pub(super) enum FileAsk {
    PickFile,
    PickFolder,
    Read(PathBuf),
    /// Restores a backup in memory, where there is no vault yet whose engine could.
    TryBackup {
        file: PathBuf,
        with: Opener,
    },
    /// Text that is public: a request, a certificate.
    Write {
        path: PathBuf,
        text: String,
    },
    /// What holds a secret and leaves the vault because a person asked: readable by them alone.
    WritePrivate {
        path: PathBuf,
        bytes: Zeroizing<Vec<u8>>,
    },
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum FileAnswer {
    Content {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    /// One sentence, without a full stop.
    Failed(String),
    /// Cancelled, or no dialog could be shown.
    Nothing,
    Picked(PathBuf),
    Refused(Report),
    Tried {
        manifest: Box<BackupManifest>,
        trial: BackupTrial,
    },
    Written(PathBuf),
}

/// Carries asks out and answers in.
pub(super) struct Files {
    sender: Sender<(WishId, FileAnswer)>,
    receiver: Receiver<(WishId, FileAnswer)>,
    kdf: Kdf,
}

impl Files {
    /// `kdf` is what opening a backup may cost.
    pub(super) fn new(kdf: Kdf) -> Self {
        let (sender, receiver) = channel();
        Self {
            sender,
            receiver,
            kdf,
        }
    }

    /// Starts a thread for it; `context` is woken when the answer is there.
    pub(super) fn ask(&self, context: &egui::Context, wish: WishId, ask: FileAsk) {
        let (sender, context) = (self.sender.clone(), context.clone());
        let kdf = self.kdf;
        std::thread::spawn(move || {
            let answer = answer(ask, kdf);
            // The window may be gone by now; then nobody waits for the answer.
            if sender.send((wish, answer)).is_ok() {
                context.request_repaint();
            }
        });
    }

    pub(super) fn drain(&self) -> impl Iterator<Item = (WishId, FileAnswer)> {
        self.receiver.try_iter()
    }
}

fn answer(ask: FileAsk, kdf: Kdf) -> FileAnswer {
    let picked = |path: Option<PathBuf>| path.map_or(FileAnswer::Nothing, FileAnswer::Picked);
    match ask {
        FileAsk::PickFile => picked(rfd::FileDialog::new().pick_file()),
        FileAsk::PickFolder => picked(rfd::FileDialog::new().pick_folder()),
        FileAsk::Read(path) => match read(&path) {
            Ok(bytes) if bytes.len() > LARGEST => FileAnswer::Failed(format!(
                "a request or certificate is never larger than 1 MiB: {}",
                path.display()
            )),
            Ok(bytes) => FileAnswer::Content { path, bytes },
            Err(error) => failed("read", &path, &error),
        },
        FileAsk::TryBackup { file, with } => match verify_backup(&file, &with, kdf) {
            Ok((manifest, trial)) => FileAnswer::Tried {
                manifest: Box::new(manifest),
                trial,
            },
            Err(report) => FileAnswer::Refused(report),
        },
        FileAsk::WritePrivate { path, bytes } => match write(&path, &bytes, true) {
            Ok(()) => FileAnswer::Written(path),
            Err(error) => failed("write", &path, &error),
        },
        FileAsk::Write { path, text } => match write(&path, text.as_bytes(), false) {
            Ok(()) => FileAnswer::Written(path),
            Err(error) => failed("write", &path, &error),
        },
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LARGEST).map_or(u64::MAX, |most| most + 1);
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Never over a file that is there.
fn write(path: &Path, bytes: &[u8], private: bool) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _inherits_from_the_folder = private;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn failed(verb: &str, path: &Path, error: &io::Error) -> FileAnswer {
    FileAnswer::Failed(format!("cannot {verb} {}: {error}", path.display()))
}

const LARGEST: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(ask: FileAsk) -> FileAnswer {
        super::answer(ask, Kdf::WeakForTests)
    }

    #[test]
    fn what_was_written_can_be_read_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.csr");
        let write = || FileAsk::Write {
            path: path.clone(),
            text: "request".to_owned(),
        };
        assert_eq!(answer(write()), FileAnswer::Written(path.clone()));
        assert!(matches!(answer(write()), FileAnswer::Failed(_)));
        let bytes = b"request".to_vec();
        let content = FileAnswer::Content {
            path: path.clone(),
            bytes,
        };
        assert_eq!(answer(FileAsk::Read(path)), content);
    }

    #[test]
    fn a_missing_or_an_oversized_file_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let missing = FileAsk::Read(folder.path().join("missing"));
        assert!(matches!(answer(missing), FileAnswer::Failed(why) if why.contains("cannot read")));
        let large = folder.path().join("large");
        std::fs::write(&large, vec![0; LARGEST + 1]).unwrap();
        let large = FileAsk::Read(large);
        assert!(matches!(answer(large), FileAnswer::Failed(why) if why.contains("1 MiB")));
    }

    #[cfg(unix)]
    #[test]
    fn what_holds_a_secret_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kit.pdf");
        let bytes = Zeroizing::new(b"code".to_vec());
        let ask = FileAsk::WritePrivate {
            path: path.clone(),
            bytes,
        };
        assert_eq!(answer(ask), FileAnswer::Written(path.clone()));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
