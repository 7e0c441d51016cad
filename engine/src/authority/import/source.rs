//! The files of an import: only regular ones, none larger than it can be, none through a link.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::ImportError;
use crate::base::{ImportKind, ImportOutcome, ImportRow, Secret, shown};

/// What was read.
pub(crate) struct Material {
    pub(crate) files: Vec<SourceFile>,
    /// What was seen and is not read.
    pub(crate) left_out: Vec<ImportRow>,
    pub(crate) path: PathBuf,
    pub(crate) is_folder: bool,
}

pub(crate) struct SourceFile {
    /// Below the folder, with `/`; safe to show.
    pub(crate) name: String,
    /// There may be a private key in it.
    pub(crate) bytes: Secret<Vec<u8>>,
}

impl SourceFile {
    /// The last part of its name, in lower case.
    pub(super) fn last(&self) -> String {
        last(&self.name).to_ascii_lowercase()
    }
}

/// Reads a file, or what is known of a folder of `openssl ca` or easy-rsa.
pub(crate) fn collect(path: &Path) -> Result<Material, ImportError> {
    // A file that was named may be a link; what is found in a folder may not.
    let found = fs::metadata(path).map_err(|error| ImportError::at(path, error))?;
    let mut material = Material {
        files: Vec::new(),
        left_out: Vec::new(),
        path: path.to_owned(),
        is_folder: found.is_dir(),
    };
    match () {
        () if found.is_dir() => collect_folder(&mut material)?,
        () if found.is_file() => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let file = read(path, shown(&name).into_owned(), MAX_FILE)?;
            material.files.push(file);
        }
        () => return Err(ImportError::NotRegular(path.to_owned())),
    }
    Ok(material)
}

/// What is named first is the CA's own: `ca.crt` before `certs/`.
fn collect_folder(material: &mut Material) -> Result<(), ImportError> {
    let root = root_of(&material.path)?;
    let mut seen = Vec::new();
    walk(&root, DEPTH, &mut seen)?;
    let mut total = 0;
    for path in seen {
        let relative = path.strip_prefix(&root).unwrap_or(&path);
        let name = relative.to_string_lossy().replace('\\', "/");
        let name = shown(&name).into_owned();
        let kind = fs::symlink_metadata(&path).map_err(|error| ImportError::at(&path, error))?;
        if let Err(why) = wanted(&name, &kind) {
            material.left_out.extend(why.map(|why| left_out(name, why)));
            continue;
        }
        total += kind.len();
        if total > MAX_FOLDER {
            let limit = MAX_FOLDER;
            return Err(ImportError::TooLarge { path: root, limit });
        }
        material.files.push(read(&path, name, limit_of(relative))?);
    }
    material.files.sort_by_cached_key(|file| {
        (
            !is_own(&file.last()),
            file.name.matches('/').count(),
            file.name.clone(),
        )
    });
    Ok(())
}

/// The folder that holds the index: easy-rsa's is `pki`, openssl's own default `demoCA`.
fn root_of(path: &Path) -> Result<PathBuf, ImportError> {
    let places = [path.to_owned(), path.join("pki"), path.join("demoCA")];
    let has_index = |place: &PathBuf| {
        fs::symlink_metadata(place.join(INDEX)).is_ok_and(|found| found.is_file())
    };
    let root = places.into_iter().find(has_index);
    root.ok_or_else(|| ImportError::NoIndex(path.to_owned()))
}

fn walk(folder: &Path, depth: usize, seen: &mut Vec<PathBuf>) -> Result<(), ImportError> {
    let failed = |error| ImportError::at(folder, error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        match is_folder {
            true if depth > 0 => walk(&entry.path(), depth - 1, seen)?,
            true => (),
            false => seen.push(entry.path()),
        }
        if seen.len() > MAX_FILES {
            let (path, limit) = (folder.to_owned(), MAX_FILES);
            return Err(ImportError::TooMany { path, limit });
        }
    }
    Ok(())
}

/// Otherwise why not, if a person has to know.
fn wanted(name: &str, found: &fs::Metadata) -> Result<(), Option<String>> {
    let last = last(name).to_ascii_lowercase();
    let why = |text: &str| Err(Some(text.to_owned()));
    match () {
        () if found.is_symlink() => why("it is a link, and links are not followed"),
        () if !found.is_file() => why("it is no regular file"),
        () if IN_PASSING.iter().any(|known| last.ends_with(known)) => Err(None),
        () if last.ends_with(".req") || last.ends_with(".csr") => {
            why("requests are not taken over; submit those that are still open")
        }
        () if last.ends_with(".cnf") || last == "vars" || last.starts_with("vars.") => {
            why("settings and extensions of certificates are not taken over; choose a profile")
        }
        () if in_x509_types(name) => {
            why("settings and extensions of certificates are not taken over; choose a profile")
        }
        () if last == INDEX
            || last == "crlnumber"
            || ENDINGS.iter().any(|it| last.ends_with(it)) =>
        {
            match found.len() > limit_of(Path::new(&last)) {
                true => why("it is larger than any certificate or key"),
                false => Ok(()),
            }
        }
        () => why("we do not know such a file"),
    }
}

fn in_x509_types(name: &str) -> bool {
    name.split('/').any(|part| part == "x509-types")
}

/// Read with an eye on the size: a file may grow while it is read.
fn read(path: &Path, name: String, limit: u64) -> Result<SourceFile, ImportError> {
    let failed = |error: io::Error| ImportError::at(path, error);
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let too_large = || ImportError::TooLarge {
        path: path.to_owned(),
        limit,
    };
    if length > limit {
        return Err(too_large());
    }
    // Reserved once, so that growing leaves no copy of a key behind.
    let room = usize::try_from(length).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match bytes.len() as u64 > limit {
        true => Err(too_large()),
        false => Ok(SourceFile {
            name,
            bytes: Secret::new(std::mem::take(&mut *bytes)),
        }),
    }
}

fn limit_of(path: &Path) -> u64 {
    match path.file_name().is_some_and(|name| name == INDEX) {
        true => MAX_INDEX,
        false => MAX_FILE,
    }
}

fn left_out(name: String, why: String) -> ImportRow {
    ImportRow {
        kind: ImportKind::Other,
        name: last(&name).to_owned(),
        from: name,
        outcome: ImportOutcome::NotTaken,
        into: why,
        warnings: Vec::new(),
    }
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// As easy-rsa, openssl's own `CA.pl` and most tutorials call the certificate of the CA.
pub(super) fn is_own(last: &str) -> bool {
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    matches!(
        stem,
        "ca" | "cacert" | "ca-cert" | "ca.cert" | "cakey" | "ca-key" | "ca.key"
    )
}

/// The same of a whole path.
pub(super) fn is_own_path(name: &str) -> bool {
    is_own(&last(name).to_ascii_lowercase())
}

pub(super) const INDEX: &str = "index.txt";

const ENDINGS: &[&str] = &[
    ".crt", ".cer", ".cert", ".pem", ".der", ".key", ".p12", ".pfx", ".p7b", ".p7c", ".p8", ".crl",
];

/// What belongs to such a folder and says nothing that the rest does not say.
const IN_PASSING: &[&str] = &[
    ".attr", ".old", ".rnd", ".srl", "serial", ".creds", ".inline", "dh.pem", ".tmp",
];

/// Folders below the one with the index.
const DEPTH: usize = 3;
const MAX_FILES: usize = 200_000;
const MAX_FILE: u64 = 16 * 1024 * 1024;
const MAX_INDEX: u64 = 256 * 1024 * 1024;
const MAX_FOLDER: u64 = 1024 * 1024 * 1024;
