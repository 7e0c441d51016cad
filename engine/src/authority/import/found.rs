//! What the files of an import hold: certificates, keys, an index, the number of the next CRL.

use std::collections::HashSet;
use std::path::PathBuf;

use super::error::ImportError;
use super::index::Index;
use super::source::{INDEX, Material, SourceFile, is_own_path};
use crate::base::{Fingerprint, ImportKind, ImportOutcome, ImportRow, Report, Serial};
use crate::vault::ForeignKey;
use crate::x509::{
    Bundle, Certificate, ContainerError, FoundCertificate as FoundInside, Openness, PrivateKey,
    PublicKey, Reading,
};

/// Everything that was read, each with the file that it stands in.
#[derive(Default)]
pub(crate) struct Found {
    pub(super) certificates: Vec<FoundCertificate>,
    pub(super) keys: Vec<FoundKey>,
    /// The public halves of keys of a kind that a vault does not hold.
    pub(super) unheld: Vec<PublicKey>,
    /// In DER.
    pub(super) crls: Vec<(Vec<u8>, String)>,
    pub(super) index: Option<Index>,
    /// What `crlnumber` says: the number of the next list.
    pub(super) next_crl: Option<Serial>,
    /// What is not taken.
    pub(super) rows: Vec<ImportRow>,
    /// Something that matters is sealed with a password that was not given.
    sealed: bool,
    is_folder: bool,
    /// As it was named.
    pub(super) place: PathBuf,
}

pub(super) struct FoundCertificate {
    pub(super) certificate: Certificate,
    pub(super) from: String,
}

pub(super) struct FoundKey {
    pub(super) key: ForeignKey,
    pub(super) from: String,
}

/// Reads every file. What cannot be read in a folder is said in a row; a single file that cannot be
/// read is an error.
pub(crate) fn read(material: Material, reading: Reading<'_>) -> Result<Found, Report> {
    let mut found = Found {
        rows: material.left_out,
        place: material.path,
        is_folder: material.is_folder,
        ..Found::default()
    };
    let mut seen = HashSet::new();
    for file in &material.files {
        match &file.last()[..] {
            INDEX if material.is_folder && !file.name.contains('/') => {
                found.index = Some(file.bytes.expose(|bytes| Index::read(bytes)));
            }
            "crlnumber" if material.is_folder => found.read_number(file),
            _ => match open(file, reading) {
                Ok(bundle) => found.add(file, bundle, &mut seen),
                Err(error) if material.is_folder && !is_own_path(&file.name) => {
                    found.rows.push(other(file, error.to_string()));
                }
                Err(ContainerError::PasswordNeeded(_)) => found.sealed = true,
                Err(error) => return Err(error.into()),
            },
        }
    }
    let nothing = found.certificates.is_empty()
        && found.keys.is_empty()
        && found.crls.is_empty()
        && !found.sealed;
    match material.files.first() {
        Some(file) if nothing && found.rows.is_empty() && !material.is_folder => {
            Err(ImportError::Nothing(file.name.clone()).into())
        }
        _ => Ok(found),
    }
}

/// A key that is too weak, or of a kind that is not known, does not hide the certificates beside it.
fn open(file: &SourceFile, reading: Reading<'_>) -> Result<Bundle, ContainerError> {
    file.bytes
        .expose(|bytes| match Bundle::read(bytes, reading) {
            Err(
                error @ (ContainerError::Key(_)
                | ContainerError::Unsupported(_)
                | ContainerError::UnsupportedKey(_)),
            ) => {
                let certificates = Certificate::read_all(bytes).map_err(|_| error.clone())?;
                let plain = certificates.iter().map(|certificate| FoundInside {
                    der: certificate.der().to_vec(),
                    name: None,
                    key_id: None,
                });
                Ok(Bundle {
                    certificates: plain.collect(),
                    skipped: vec![error.to_string()],
                    ..Bundle::default()
                })
            }
            read => read,
        })
}

impl Found {
    pub(crate) fn key(&self, at: usize) -> Option<&ForeignKey> {
        self.keys.get(at).map(|found| &found.key)
    }

    /// A CA without its key is not what its owner means to take over.
    pub(crate) fn require_open(&self) -> Result<(), ContainerError> {
        match self.sealed {
            true => Err(ContainerError::PasswordNeeded("private key")),
            false => Ok(()),
        }
    }

    /// Whether a password is needed and was not given.
    pub(crate) fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// The same certificate in several files is one: easy-rsa keeps two copies of each.
    fn add(&mut self, file: &SourceFile, bundle: Bundle, seen: &mut HashSet<Fingerprint>) {
        let from = || file.name.clone();
        for found in bundle.certificates {
            match Certificate::from_der(found.der) {
                Err(error) => self.rows.push(other(file, error.to_string())),
                Ok(certificate) => {
                    if seen.insert(certificate.fingerprint()) {
                        let from = from();
                        self.certificates
                            .push(FoundCertificate { certificate, from });
                    }
                }
            }
        }
        for found in bundle.keys {
            match found.key {
                Openness::Open(key) => self.add_key(file, &key),
                Openness::Sealed if self.is_folder && !is_own_path(&file.name) => {
                    let why = "the private key is sealed with a password, which was not given";
                    self.rows.push(unusable(file, why));
                }
                Openness::Sealed => self.sealed = true,
            }
        }
        for crl in bundle.crls {
            self.crls.push((crl, from()));
        }
        for skipped in bundle.skipped {
            // What says no reason is of a kind that we do not know.
            let why = match skipped.contains(": ") {
                true => skipped,
                false => format!("{skipped}: nothing of this kind is taken over"),
            };
            self.rows.push(other(file, why));
        }
    }

    fn add_key(&mut self, file: &SourceFile, key: &PrivateKey) {
        match ForeignKey::read(key.pkcs8()) {
            Some(key) if self.has(&key) => (),
            Some(key) => self.keys.push(FoundKey {
                key,
                from: file.name.clone(),
            }),
            None => {
                let title = key.public_key().title();
                self.unheld.push(key.public_key().clone());
                let why = format!("a vault holds no keys of this kind: {title}");
                self.rows.push(unusable(file, &why));
            }
        }
    }

    fn has(&self, key: &ForeignKey) -> bool {
        let mut known = self.keys.iter();
        known.any(|known| known.key.public_key() == key.public_key())
    }

    fn read_number(&mut self, file: &SourceFile) {
        let number = file.bytes.expose(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            text.trim().parse::<Serial>().ok()
        });
        match number {
            Some(number) => self.next_crl = Some(number),
            None => {
                let why = "it holds no number in hexadecimal; the next CRL may repeat a number";
                self.rows.push(other(file, why.to_owned()));
            }
        }
    }
}

fn other(file: &SourceFile, why: String) -> ImportRow {
    ImportRow {
        kind: ImportKind::Other,
        name: file.name.clone(),
        from: file.name.clone(),
        outcome: ImportOutcome::NotTaken,
        into: why,
        warnings: Vec::new(),
    }
}

fn unusable(file: &SourceFile, why: &str) -> ImportRow {
    ImportRow {
        kind: ImportKind::PrivateKey,
        ..other(file, why.to_owned())
    }
}
