//! Exports: certificates, chains and keys written to a folder.

use std::path::PathBuf;
use std::sync::Arc;

use super::certificate::{CertificateError, stored};
use super::hierarchy::{known, pems, sent_chain};
use super::key::KeyError;
use super::{Decided, Decision};
use crate::api::{
    AuthorityFact, AuthorityId, CertificateFact, CertificateId, CertificateKey, Fact, KeyId,
    KeyUse, Report,
};
use crate::authority::export::{Content, Sheet, file_name, verify, write};
use crate::authority::{AuthorityError, certificates_from};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::{Snapshot, key};
use crate::x509::pem;

pub(super) async fn certificate(
    context: &Context,
    act: &Act,
    (id, named): (CertificateId, Option<String>),
    folder: PathBuf,
    (as_der, with_key): (bool, bool),
) -> Result<Decided, Report> {
    let store = context.snapshot()?;
    let (record, der) = stored(&store, id)?;
    let name = named.map_or_else(|| file_name(&record.name), |name| file_name(&name));
    let key = match (with_key, record.key) {
        (false, _) => None,
        (true, CertificateKey::Vault(key)) => Some(key),
        (true, _) => return Err(CertificateError::KeyElsewhere(id).into()),
    };
    if let Some(key) = key {
        require_leaf(&store, key)?;
    }
    let above = certificates_from(&store, record.issuer)?;
    let chain = sent_chain(&store, record.issuer)?;
    let chain: Vec<Vec<u8>> = chain.into_iter().filter(|above| *above != der).collect();
    let now = act.at;
    let vault = Arc::clone(&context.vault);
    let files = context
        .files
        .run(move || -> Result<Vec<PathBuf>, Report> {
            let mut sheets = match as_der {
                true => vec![plain(format!("{name}.der"), der.clone())],
                false => pem_sheets(&name, &der, &chain),
            };
            if let Some(key) = key {
                let secret = vault.export_private_key(key)?;
                sheets.push(Sheet {
                    path: format!("{name}.key").into(),
                    content: Content::Private(secret.expose(|der| pem::encode_private(der))),
                });
            }
            let files = write(&folder, &sheets)?;
            verify(&der, &above, now)?;
            Ok(files)
        })
        .await??;
    let fact = CertificateFact::Exported {
        id,
        files,
        key_written: with_key,
    };
    Ok(Decision::of(Fact::Certificate(fact)).into())
}

/// A key of an authority stays in the vault, whatever certificate it has.
fn require_leaf(store: &Snapshot, id: KeyId) -> Result<(), Report> {
    let record = key::get(store, id)?.ok_or(KeyError::Unknown(id))?;
    match record.used_for {
        KeyUse::Leaf => Ok(()),
        _ => Err(CertificateError::AuthorityKey.into()),
    }
}

fn pem_sheets(name: &str, der: &[u8], chain: &[Vec<u8>]) -> Vec<Sheet> {
    let (own, above) = (pems(&[der.to_vec()]), pems(chain));
    let full = [own.clone(), above.clone()].concat();
    vec![
        plain(format!("{name}.crt"), own),
        plain(format!("{name}.chain.crt"), above),
        plain(format!("{name}.fullchain.crt"), full),
    ]
}

fn plain(path: String, bytes: Vec<u8>) -> Sheet {
    Sheet {
        path: path.into(),
        content: Content::Plain(bytes),
    }
}

pub(super) async fn authority(
    context: &Context,
    id: AuthorityId,
    folder: PathBuf,
    der: bool,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let record = known(&store, id)?;
    let name = file_name(&record.name);
    let chain = certificates_from(&store, id)?;
    let own = chain.first().ok_or_else(|| AuthorityError::NotInstalled {
        name: record.name.clone(),
    })?;
    let (own, chain) = match der {
        true => (own.clone(), chain.concat()),
        false => (pems(std::slice::from_ref(own)), pems(&chain)),
    };
    let sheet = |path: String, bytes| Sheet {
        path: path.into(),
        content: Content::Plain(bytes),
    };
    let mut sheets = vec![sheet(
        format!("{name}.{}", if der { "der" } else { "crt" }),
        own,
    )];
    if !der {
        sheets.push(sheet(format!("{name}.chain.crt"), chain));
    }
    let files = context.files.run(move || write(&folder, &sheets)).await??;
    Ok(Decision::of(Fact::Authority(AuthorityFact::Exported {
        id,
        files,
    })))
}
