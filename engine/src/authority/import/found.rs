//! What the files of an import hold: certificates, keys, an index, the number of the next CRL.

use std::collections::HashSet;

use super::error::ImportError;
use super::index::Index;
use super::source::{INDEX, Material, SourceFile};
use crate::base::{ImportKind, ImportOutcome, ImportRow, Report, Secret, Serial, shown};
use crate::vault::ForeignKey;
use crate::x509::{Certificate, pem};

/// Everything that was read, each with the file that it stands in.
#[derive(Default)]
pub(crate) struct Found {
    pub(super) certificates: Vec<FoundCertificate>,
    pub(super) keys: Vec<FoundKey>,
    pub(super) index: Option<Index>,
    /// What `crlnumber` says: the number of the next list.
    pub(super) next_crl: Option<Serial>,
    /// What is not taken.
    pub(super) rows: Vec<ImportRow>,
    /// Something is encrypted, and no password was given.
    pub(super) needs_password: bool,
    /// Of a file; `None` where it is a folder.
    pub(super) file: Option<String>,
    /// The folder's path.
    pub(super) place: std::path::PathBuf,
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
pub(crate) fn read(material: Material, password: Option<&Secret<String>>) -> Result<Found, Report> {
    let mut found = Found {
        rows: material.left_out,
        place: material.path,
        file: None,
        ..Found::default()
    };
    let mut seen = HashSet::new();
    for file in &material.files {
        match &file.last()[..] {
            INDEX if material.is_folder && !file.name.contains('/') => {
                found.index = Some(file.bytes.expose(|bytes| Index::read(bytes)));
            }
            "crlnumber" if material.is_folder => found.read_number(file),
            _ => {
                let opened = open(file, password, &mut found.needs_password);
                match opened {
                    Ok(things) => found.add(file, things, &mut seen),
                    Err(report) if material.is_folder => found.left_out(file, &report),
                    Err(report) => return Err(report),
                }
            }
        }
    }
    if !material.is_folder {
        found.file = material.files.into_iter().next().map(|file| file.name);
        let nothing = found.certificates.is_empty() && found.keys.is_empty();
        if nothing && found.rows.is_empty() {
            let name = found.file.unwrap_or_default();
            return Err(ImportError::Nothing(name).into());
        }
    }
    Ok(found)
}

/// Certificates, and private keys in PKCS #8.
#[derive(Default)]
struct Things {
    certificates: Vec<Certificate>,
    keys: Vec<Secret<Vec<u8>>>,
    left: Vec<String>,
}

impl Found {
    pub(crate) fn key(&self, at: usize) -> Option<&ForeignKey> {
        self.keys.get(at).map(|found| &found.key)
    }

    /// The same certificate in several files is one: easy-rsa keeps two copies of each.
    fn add(
        &mut self,
        file: &SourceFile,
        things: Things,
        seen: &mut HashSet<crate::base::Fingerprint>,
    ) {
        for certificate in things.certificates {
            if seen.insert(certificate.fingerprint()) {
                let from = file.name.clone();
                self.certificates
                    .push(FoundCertificate { certificate, from });
            }
        }
        for key in things.keys {
            let from = file.name.clone();
            match ForeignKey::read(&key) {
                Some(key) if self.has(&key) => (),
                Some(key) => self.keys.push(FoundKey { key, from }),
                None => self.rows.push(ImportRow {
                    kind: ImportKind::PrivateKey,
                    name: file.name.clone(),
                    from,
                    outcome: ImportOutcome::NotTaken,
                    into: UNUSABLE_KEY.to_owned(),
                    warnings: Vec::new(),
                }),
            }
        }
        for left in things.left {
            self.rows.push(other(file, left));
        }
    }

    fn has(&self, key: &ForeignKey) -> bool {
        let mut known = self.keys.iter();
        known.any(|known| known.key.public_key() == key.public_key())
    }

    fn left_out(&mut self, file: &SourceFile, report: &Report) {
        self.rows.push(other(file, report.what.clone()));
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

fn open(
    file: &SourceFile,
    password: Option<&Secret<String>>,
    needs_password: &mut bool,
) -> Result<Things, Report> {
    let mut things = Things::default();
    file.bytes.expose(|bytes| -> Result<(), Report> {
        if !pem::is_pem(bytes) {
            things.certificates.push(Certificate::read(bytes)?);
            return Ok(());
        }
        for block in pem::decode(bytes, MAX_SIZE)? {
            match &block.label[..] {
                pem::CERTIFICATE => things.certificates.push(Certificate::from_der(block.der)?),
                "PRIVATE KEY" => things.keys.push(Secret::new(block.der)),
                label => things.left.push(format!("not known: {}", shown(label))),
            }
        }
        Ok(())
    })?;
    *needs_password |= password.is_none() && false;
    Ok(things)
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

const UNUSABLE_KEY: &str = "the private key is damaged, too weak, or of a kind that we do not hold";
const MAX_SIZE: usize = 16 * 1024 * 1024;
