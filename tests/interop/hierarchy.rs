//! One hierarchy for many tests: a root, an issuing authority for every kind of key, and below each
//! a certificate of every profile, from requests that openssl made with keys of that kind.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::chancery::{Files, Installation};
use crate::counterpart::request_for;

pub(crate) struct Hierarchy {
    pub(crate) root: PathBuf,
    pub(crate) issued: Vec<Issued>,
    /// Keeps the files.
    _installation: Installation,
}

pub(crate) struct Issued {
    pub(crate) profile: &'static str,
    pub(crate) key_type: &'static str,
    pub(crate) files: Files,
    /// Of the authority that signed it.
    pub(crate) issuer: PathBuf,
}

/// Made once, by whichever test asks first.
pub(crate) fn hierarchy() -> &'static Hierarchy {
    static MADE: OnceLock<Hierarchy> = OnceLock::new();
    MADE.get_or_init(make)
}

fn make() -> Hierarchy {
    let installation = Installation::with_vault();
    installation.done("ca create Root");
    let root = installation.export_authority("Root", "root");
    let mut issued = Vec::new();
    for key_type in KEY_TYPES {
        issued.extend(below(&installation, key_type, &root));
    }
    Hierarchy {
        root,
        issued,
        _installation: installation,
    }
}

/// The authority of one kind of key, and what it issued.
fn below(installation: &Installation, key_type: &'static str, root: &PathBuf) -> Vec<Issued> {
    let authority = format!("Issuing-{key_type}");
    let made = format!("ca create {authority} --parent Root --key {key_type} --confirm Root");
    installation.done(&made);
    let folder = installation.at(&format!("authority-{key_type}"));
    installation.done(&format!("ca export {authority} --out {}", folder.display()));
    let files = Files::in_folder(&folder);
    let issuer = files.certificate.clone();
    let mut issued = vec![Issued {
        profile: "intermediate",
        key_type,
        files,
        issuer: root.clone(),
    }];
    for profile in LEAF_PROFILES {
        let name = format!("{profile}-{key_type}.example.internal");
        let file = request_for(installation.path(), &name, key_type);
        let id = installation.sign(&file, &authority, profile);
        issued.push(Issued {
            profile,
            key_type,
            files: installation.export(&id, &format!("{profile}-{key_type}")),
            issuer: issuer.clone(),
        });
    }
    issued
}

pub(crate) const KEY_TYPES: [&str; 7] = [
    "ed25519", "p256", "p384", "p521", "rsa2048", "rsa3072", "rsa4096",
];

pub(crate) const LEAF_PROFILES: [&str; 3] = ["both", "client", "server"];
