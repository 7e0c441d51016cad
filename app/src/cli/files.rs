//! Files that the command line itself reads and writes; the engine does its own.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chancery_engine::{STORE_FILE, VAULT_FILE};

use super::CliError;

/// What the file holds; `-` is standard input. Nothing this program reads is larger than
/// [`LIMIT`] bytes.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = open(file)?.take(LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|source| CliError::CannotRead {
        file: file.to_owned(),
        source,
    })?;
    match bytes.len() as u64 > LIMIT {
        true => Err(CliError::TooLarge {
            file: file.to_owned(),
            limit: LIMIT,
        }),
        false => Ok(bytes),
    }
}

/// The file, to be read bit by bit; `-` is standard input.
pub(crate) fn open(file: &Path) -> Result<Box<dyn Read>, CliError> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    match File::open(file) {
        Ok(opened) => Ok(Box::new(opened)),
        Err(source) => Err(CliError::CannotRead {
            file: file.to_owned(),
            source,
        }),
    }
}

/// Writes it beside its place first, so that a reader finds the old file or the new one.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let written = write_and_sync(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, file));
    written.map_err(|source| {
        // What is left of the attempt is of no use; that it cannot be removed changes nothing.
        fs::remove_file(&unfinished).ok();
        CliError::CannotWrite {
            file: file.to_owned(),
            source,
        }
    })
}

/// A file that is to be made must not be there yet.
pub(crate) fn require_free(file: &Path) -> Result<(), CliError> {
    match fs::symlink_metadata(file) {
        Ok(_) => Err(CliError::AlreadyThere(file.to_owned())),
        Err(_) => Ok(()),
    }
}

/// Writes a file that only its owner can read, whole or not at all, and never over another one.
pub(crate) fn write_new_private(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let failed = |source| CliError::CannotWrite {
        file: file.to_owned(),
        source,
    };
    // What an earlier run left unfinished is of no use to anybody.
    fs::remove_file(&unfinished).ok();
    let written = write_private_and_sync(&unfinished, bytes)
        .map_err(failed)
        .and_then(|()| match fs::hard_link(&unfinished, file) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(CliError::AlreadyThere(file.to_owned()))
            }
            // A file system without links: here alone somebody else's file could be hit.
            Err(_) => {
                require_free(file)?;
                fs::rename(&unfinished, file).map_err(failed)
            }
        });
    fs::remove_file(&unfinished).ok();
    written
}

/// Whether something of ours is in the folder: a vault or a store, or one in the making.
pub(crate) fn holds_data(folder: &Path) -> bool {
    [VAULT_FILE, STORE_FILE]
        .iter()
        .any(|name| fs::symlink_metadata(folder.join(name)).is_ok())
}

/// A folder into which something is to be written. One that was made for it goes again where it
/// stayed empty.
pub(crate) struct Folder {
    made: Option<PathBuf>,
}

impl Folder {
    /// Made where it is missing, but nothing above it: a path that is mistyped, or a disk that is
    /// not there, is told before anything is signed.
    pub(crate) fn at(folder: &Path) -> Result<Self, CliError> {
        let failed = |source| CliError::CannotWrite {
            file: folder.to_owned(),
            source,
        };
        let made = match fs::create_dir(folder) {
            Ok(()) => Some(folder.to_owned()),
            Err(_) if folder.is_dir() => None,
            Err(error) => return Err(failed(error)),
        };
        let made = Self { made };
        try_out(folder).map_err(failed)?;
        Ok(made)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(folder) = &self.made {
            // One that holds something cannot be removed, and stays.
            fs::remove_dir(folder).ok();
        }
    }
}

/// Whether a file can be made there: the folder that holds it is never made.
pub(crate) fn require_place(file: &Path) -> Result<(), CliError> {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    try_out(folder.unwrap_or(Path::new("."))).map_err(|source| CliError::CannotWrite {
        file: file.to_owned(),
        source,
    })
}

fn try_out(folder: &Path) -> io::Result<()> {
    let trial = folder.join(format!(".{}.trial", std::process::id()));
    File::create(&trial)?;
    fs::remove_file(&trial)
}

/// Makes a folder that nobody else may look into, and those above it.
pub(crate) fn make_private_folder(folder: &Path) -> Result<(), CliError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|source| CliError::CannotWrite {
            file: folder.to_owned(),
            source,
        })
}

/// The path from the root of the file system, for words that are pasted elsewhere.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn write_and_sync(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn write_private_and_sync(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Far above any request, certificate or chain.
const LIMIT: u64 = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_unfinished_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        write(&file, b"one").unwrap();
        write(&file, b"two").unwrap();
        assert_eq!(read(&file).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_writing_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::create_dir(&file).unwrap();
        assert!(write(&file, b"one").is_err());
        assert!(file.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_private_file_is_its_owners_alone_and_never_written_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kit");
        write_new_private(&file, b"one").unwrap();
        let refused = write_new_private(&file, b"two").unwrap_err();
        assert!(matches!(refused, CliError::AlreadyThere(_)), "{refused}");
        assert_eq!(fs::read(&file).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let nowhere = folder.path().join("nowhere/kit");
        let refused = write_new_private(&nowhere, b"one").unwrap_err();
        assert!(matches!(refused, CliError::CannotWrite { .. }), "{refused}");
    }

    #[test]
    fn a_folder_that_was_made_for_files_goes_again_without_them() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("out");
        drop(Folder::at(&folder).unwrap());
        assert!(!folder.exists());
        let made = Folder::at(&folder).unwrap();
        fs::write(folder.join("a"), b"one").unwrap();
        drop(made);
        assert!(folder.join("a").exists());
        // What was there before stays, and what is above is never made.
        fs::remove_file(folder.join("a")).unwrap();
        drop(Folder::at(&folder).unwrap());
        assert!(folder.exists());
        let refused = Folder::at(&home.path().join("nowhere/out"));
        assert!(matches!(refused, Err(CliError::CannotWrite { .. })));
        assert!(!home.path().join("nowhere").exists());
        let refused = require_place(&home.path().join("nowhere/file"));
        assert!(matches!(refused, Err(CliError::CannotWrite { .. })));
    }

    #[test]
    fn a_file_above_the_limit_is_refused_before_it_fills_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        File::create(&file).unwrap().set_len(LIMIT + 1).unwrap();
        assert!(matches!(read(&file), Err(CliError::TooLarge { .. })));
    }
}
