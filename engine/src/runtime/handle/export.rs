//! Exports: certificates, chains and keys written to a folder, in the form that others need.

use std::path::PathBuf;
use std::sync::Arc;

use super::certificate::{CertificateError, stored};
use super::hierarchy::{above_of, known, pems};
use super::key::KeyError;
use super::{Decided, Decision};
use crate::api::{
    AuthorityFact, AuthorityId, CertificateFact, CertificateFormat, CertificateId, CertificateKey,
    Fact, Form, KeyId, KeyUse, Report, Secret, TrustFormat,
};
use crate::authority::export::{Content, ExportError, Sheet, file_name, write};
use crate::authority::package::{Parts, certificates_alone, require_parts, trust_store};
use crate::authority::{
    AuthorityError, certificates_from, chain_from, name_of, verify, without_root,
};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::certificate::CertificateRecord;
use crate::store::{Snapshot, key};
use crate::x509::Certificate;

/// What an export of a certificate is to hold, and where it goes.
pub(super) struct Wanted {
    pub(super) id: CertificateId,
    pub(super) folder: PathBuf,
    /// In place of the certificate's own name.
    pub(super) file_name: Option<String>,
    pub(super) form: Form<CertificateFormat>,
    pub(super) with_key: bool,
    pub(super) password: Option<Secret<String>>,
}

pub(super) async fn certificate(
    context: &Context,
    act: &Act,
    wanted: Wanted,
) -> Result<Decided, Report> {
    let (id, with_key, format) = (wanted.id, wanted.with_key, wanted.form.format());
    let store = context.snapshot()?;
    let (record, der) = stored(&store, id)?;
    require_parts(format, with_key, wanted.password.as_ref())?;
    let key = exportable_key(&store, &record, &wanted)?;
    let name = file_name(wanted.file_name.as_deref().unwrap_or(&record.name));
    let above = above_of(&store, id, &record)?;
    let chain = without_root(&above)?;
    let chain: Vec<Vec<u8>> = chain.into_iter().filter(|above| *above != der).collect();
    let (now, vault, form) = (act.at, Arc::clone(&context.vault), wanted.form);
    let (folder, password) = (wanted.folder, wanted.password.map(Arc::new));
    let (files, remarks) = context
        .files
        .run(move || -> Result<_, Report> {
            let remarks = verify(&der, &above, now)?;
            let parts = Parts {
                key: key.map(|key| vault.export_private_key(key)).transpose()?,
                certificate: der,
                chain,
                name: record.name,
                password,
            };
            Ok((write(&folder, &sheets(&name, form, &parts)?)?, remarks))
        })
        .await??;
    let fact = CertificateFact::Exported {
        id,
        files,
        key_written: with_key,
        remarks,
    };
    Ok(Decision::of(Fact::Certificate(fact)).into())
}

/// A key of an authority stays in the vault, whatever certificate it has.
fn exportable_key(
    store: &Snapshot,
    record: &CertificateRecord,
    wanted: &Wanted,
) -> Result<Option<KeyId>, Report> {
    let id = match (wanted.with_key, record.key) {
        (false, _) => return Ok(None),
        (true, CertificateKey::Vault(key)) => key,
        (true, _) => return Err(CertificateError::KeyElsewhere(wanted.id).into()),
    };
    let record = key::get(store, id)?.ok_or(KeyError::Unknown(id))?;
    match record.used_for {
        KeyUse::Leaf => Ok(Some(id)),
        _ => Err(CertificateError::AuthorityKey.into()),
    }
}

/// The certificate's own file comes first, and a private key last.
fn sheets(name: &str, form: Form<CertificateFormat>, parts: &Parts) -> Result<Vec<Sheet>, Report> {
    let mut sheets = match form.format() {
        CertificateFormat::Pem => pem_sheets(name, &parts.certificate, &parts.chain),
        CertificateFormat::Der => vec![plain(format!("{name}.der"), parts.certificate.clone())],
        CertificateFormat::P7b => {
            let all = [std::slice::from_ref(&parts.certificate), &parts.chain[..]].concat();
            vec![sheet(format!("{name}.p7b"), certificates_alone(&all)?)]
        }
        format => {
            let extension = match form {
                Form::For(destination) => destination.needs().key_extension,
                Form::Format(CertificateFormat::Combined) => "pem",
                Form::Format(_) => "pfx",
            };
            let together = parts.together(format)?;
            return Ok(vec![sheet(format!("{name}.{extension}"), together)]);
        }
    };
    let key = parts.key_alone()?;
    sheets.extend(key.map(|key| sheet(format!("{name}.key"), key)));
    Ok(sheets)
}

/// Below a root directly there is no chain, and an empty file would be none.
fn pem_sheets(name: &str, der: &[u8], chain: &[Vec<u8>]) -> Vec<Sheet> {
    let (own, above) = (pems(&[der.to_vec()]), pems(chain));
    let full = [own.clone(), above.clone()].concat();
    let above = (!chain.is_empty()).then(|| plain(format!("{name}.chain.crt"), above));
    let mut sheets = vec![plain(format!("{name}.crt"), own)];
    sheets.extend(above);
    sheets.push(plain(format!("{name}.fullchain.crt"), full));
    sheets
}

/// An authority's own certificate and those above it; as a trust store the root alone, which is
/// what is trusted.
pub(super) async fn authority(
    context: &Context,
    act: &Act,
    id: AuthorityId,
    (folder, form): (PathBuf, Form<TrustFormat>),
    password: Option<Secret<String>>,
) -> Result<Decision, Report> {
    let format = form.format();
    let store = context.snapshot()?;
    let record = known(&store, id)?;
    let chain = certificates_from(&store, id)?;
    let (Some(own), Some(root)) = (chain.first().cloned(), chain.last().cloned()) else {
        let name = record.name.clone();
        return Err(AuthorityError::NotInstalled { name }.into());
    };
    let password = require_password(format, password)?;
    let at = act.at;
    // A trust store is called after the one that it holds.
    let inside = match format.needs_password() {
        true => top_of(&store, id)?,
        false => record.name,
    };
    let make = move || -> Result<Vec<PathBuf>, Report> {
        let name = file_name(&inside);
        let extension = match form {
            Form::For(destination) => destination.needs().trust_extension,
            Form::Format(TrustFormat::Pem) => "crt",
            Form::Format(other) => other.slug(),
        };
        let path = format!("{name}.{extension}");
        let sheets = match (format, password) {
            (TrustFormat::P12 | TrustFormat::Jks, Some(password)) => {
                let anchors = [(inside, root)];
                vec![sheet(path, trust_store(format, &anchors, &password, at)?)]
            }
            (TrustFormat::P7b, _) => vec![sheet(path, certificates_alone(&chain)?)],
            (TrustFormat::Der, _) => vec![plain(path, own)],
            _ => vec![
                plain(path, pems(&[own])),
                plain(format!("{name}.chain.crt"), pems(&chain)),
            ],
        };
        Ok(write(&folder, &sheets)?)
    };
    let files = context.files.run(make).await??;
    let fact = AuthorityFact::Exported { id, files };
    Ok(Decision::of(Fact::Authority(fact)))
}

/// What the one at the top of the chain is called, here or in its certificate.
fn top_of(store: &Snapshot, id: AuthorityId) -> Result<String, Report> {
    let chain = chain_from(store, id)?;
    let top = chain.into_iter().next_back().map(|(_, record)| record);
    let top = top.ok_or(AuthorityError::Unknown(id))?;
    let upstream = top.installed.as_ref().and_then(|it| it.upstream.last());
    match upstream.and_then(|hex| crate::base::unhex(hex)) {
        Some(der) => Ok(name_of(Certificate::from_der(der)?.subject(), &[])),
        None => Ok(top.name),
    }
}

fn require_password(
    format: TrustFormat,
    password: Option<Secret<String>>,
) -> Result<Option<Secret<String>>, ExportError> {
    let is_empty = password.as_ref().map(|it| it.expose(String::is_empty));
    match (format.needs_password(), is_empty) {
        (true, None) => Err(ExportError::PasswordNeeded(format.slug())),
        (true, Some(true)) => Err(ExportError::PasswordEmpty),
        (false, Some(_)) => Err(ExportError::PasswordUnused),
        _ => Ok(password),
    }
}

fn plain(path: String, bytes: Vec<u8>) -> Sheet {
    sheet(path, Content::Plain(bytes))
}

fn sheet(path: String, content: Content) -> Sheet {
    Sheet {
        path: path.into(),
        content,
    }
}
