//! Doors for `tests/fuzz`: folders of other programs' CAs, as they were found.

use std::path::PathBuf;

use super::found::read;
use super::index::Index;
use super::source::{Material, SourceFile, is_own_path};
use crate::base::{Secret, shown};
use crate::x509::Reading;

/// The database of `openssl ca`: each line is either understood or told.
pub fn index(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let index = Index::read(bytes);
    assert!(index.lines.len() + index.damaged.len() <= text.lines().count());
    for line in &index.lines {
        assert!(line.name().len() <= line.subject.len());
        assert!(line.revoked.is_some() || (line.not_after.is_some() && line.faults.is_empty()));
    }
}

/// A folder with these files, names and contents. A file alone, and the CA's own in a folder, hold
/// something or are an error.
pub fn material(files: &[(&str, &[u8])], is_folder: bool, password: Option<&str>) {
    let password = password.map(|password| Secret::new(password.to_owned()));
    let file = |(name, bytes): &(&str, &[u8])| SourceFile {
        name: shown(name).into_owned(),
        bytes: Secret::new(bytes.to_vec()),
    };
    let material = Material {
        files: files.iter().map(file).collect(),
        left_out: Vec::new(),
        path: PathBuf::from("folder"),
        is_folder,
    };
    let reading = Reading {
        password: password.as_ref(),
        ..Reading::default()
    };
    let found = read(material, reading);
    let must_hold = |(name, _): &(&str, &[u8])| !is_folder || is_own_path(name);
    assert!(found.is_ok() || files.iter().any(must_hold));
    if let Ok(found) = found {
        for row in &found.rows {
            assert_eq!(shown(&row.name), row.name);
        }
    }
}
