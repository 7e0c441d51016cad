//! Facts as sentences, for toasts; choices as the words of a drop-down.

use chancery_engine::api::{
    AcmeFact, AuditFact, AuthorityFact, BackupFact, CertificateFact, DnsFact, Fact, KeyType,
    ProfileFact, RequestFact, RevocationFact, SystemFact, VaultFact,
};

use crate::gui::widgets::report::sentence;

/// A sentence, and whether it is good news.
pub(in crate::gui) enum Told {
    Done(String),
    Failed(String),
}

/// A sentence for a person, or nothing where the screen itself shows the fact well enough.
pub(in crate::gui) fn fact(fact: &Fact) -> Option<Told> {
    if let Fact::System(SystemFact::JobFailed { report, .. }) = fact {
        return Some(Told::Failed(sentence(&report.what)));
    }
    let words = match fact {
        Fact::Acme(fact) => return acme(fact),
        Fact::Dns(fact) => match fact {
            DnsFact::ProviderAdded { .. } => "DNS provider added".to_owned(),
            DnsFact::ProviderChanged { .. } => "DNS provider changed".to_owned(),
            DnsFact::ProviderRemoved { .. } => "DNS provider removed".to_owned(),
            DnsFact::ProviderTested { .. } => "DNS provider tested".to_owned(),
            _ => return None,
        },
        Fact::Audit(AuditFact::Exported { entries, file }) => {
            format!("{entries} entries written to {}", file.display())
        }
        Fact::Audit(AuditFact::KeyExported { file }) => {
            format!("Key written to {}", file.display())
        }
        Fact::Audit(AuditFact::LossAccepted { sealed, .. }) => {
            format!("Loss accepted, and sealed up to entry {sealed}")
        }
        Fact::Audit(AuditFact::Sealed { sequence, .. }) => {
            format!("Audit sealed up to entry {sequence}")
        }
        Fact::Audit(AuditFact::Verified(found)) => match found.faults.len() {
            0 => format!("Audit verified up to entry {}", found.complete_to),
            1 => "Audit verified: 1 fault".to_owned(),
            count => format!("Audit verified: {count} faults"),
        },
        Fact::Authority(AuthorityFact::Configured { .. }) => "Authority changed".to_owned(),
        Fact::Authority(AuthorityFact::Created { .. }) => "Authority created".to_owned(),
        Fact::Authority(AuthorityFact::Exported { files, .. }) => written(files),
        Fact::Certificate(CertificateFact::Exported { files, remarks, .. }) => {
            let remarks = remarks.iter().map(|remark| format!("; but {remark}"));
            written(files) + &remarks.collect::<String>()
        }
        Fact::Authority(AuthorityFact::GrantEnded { .. }) => {
            "Signs with the passphrase from now on".to_owned()
        }
        Fact::Authority(AuthorityFact::Granted { .. }) => "Signs alone from now on".to_owned(),
        Fact::Authority(AuthorityFact::Installed { .. }) => "Certificate installed".to_owned(),
        Fact::Authority(AuthorityFact::Requested { .. }) => "Request made".to_owned(),
        Fact::Certificate(CertificateFact::Issued { .. }) => "Certificate issued".to_owned(),
        Fact::Key(_) => "Key made".to_owned(),
        Fact::Profile(ProfileFact::Changed { .. }) => "Profile changed".to_owned(),
        Fact::Profile(ProfileFact::Copied { .. }) => "Profile copied".to_owned(),
        Fact::Profile(ProfileFact::Removed { .. }) => "Profile removed".to_owned(),
        Fact::Revocation(fact) => return revocation(fact),
        Fact::Request(RequestFact::Rejected { .. }) => "Request rejected".to_owned(),
        Fact::Request(RequestFact::Submitted { .. }) => "Request taken in".to_owned(),
        Fact::Backup(BackupFact::Created { file, .. }) => {
            format!("Backup written to {}, and tried out", file.display())
        }
        Fact::Backup(BackupFact::ScheduleCleared) => "No backups by themselves".to_owned(),
        Fact::Backup(BackupFact::ScheduleSet { .. }) => "Backups are made by themselves".to_owned(),
        Fact::Vault(VaultFact::Recovered { .. }) => "New passphrase set".to_owned(),
        Fact::Vault(VaultFact::SlotAdded { .. }) => "Way to unlock added".to_owned(),
        Fact::Vault(VaultFact::SlotRemoved { .. }) => "Way to unlock removed".to_owned(),
        Fact::Vault(VaultFact::Created { .. }) => "Vault created".to_owned(),
        Fact::Vault(VaultFact::PassphraseChanged { .. }) => "Passphrase changed".to_owned(),
        _ => return None,
    };
    Some(Told::Done(words))
}

fn acme(fact: &AcmeFact) -> Option<Told> {
    let words = match fact {
        AcmeFact::AccountChanged { .. } => "Account changed",
        AcmeFact::AccountCreated { existed: false, .. } => "Account made",
        AcmeFact::AccountCreated { existed: true, .. } => "Account found",
        AcmeFact::AccountRemoved { .. } => "Account forgotten",
        AcmeFact::Automatic { automatic, .. } => match automatic {
            true => "It is renewed by itself from now on",
            false => "It is renewed only when you say so",
        },
        AcmeFact::Deactivated { .. } => "Account deactivated",
        AcmeFact::KeyRolled { .. } => "Account key replaced",
        AcmeFact::OrderEnded {
            certificate: Some(_),
            ..
        } => "A public certificate has come",
        AcmeFact::RenewalChecked { .. } => "The CA was asked when to renew",
        AcmeFact::Revoked { .. } => "Certificate revoked at its CA",
        _ => return None,
    };
    Some(Told::Done(words.to_owned()))
}

fn revocation(fact: &RevocationFact) -> Option<Told> {
    let words = match fact {
        RevocationFact::CrlCreated {
            number, entries, ..
        } => match entries {
            1 => format!("List number {number} signed, with 1 entry"),
            entries => format!("List number {number} signed, with {entries} entries"),
        },
        RevocationFact::CrlExported { file, .. } => format!("List written to {}", file.display()),
        RevocationFact::Released { certificates } => format!("{} released", many(*certificates)),
        RevocationFact::Revoked {
            reason,
            certificates,
            ..
        } => match reason.is_hold() {
            true => format!("{} put on hold", many(*certificates)),
            false => format!("{} revoked", many(*certificates)),
        },
        _ => return None,
    };
    Some(Told::Done(words))
}

fn many(certificates: u64) -> String {
    match certificates {
        1 => "1 certificate".to_owned(),
        count => format!("{count} certificates"),
    }
}

fn written(files: &[std::path::PathBuf]) -> String {
    let folder = files.first().and_then(|file| file.parent());
    let place = folder.map_or(String::new(), |folder| format!(" to {}", folder.display()));
    match files.len() {
        1 => format!("1 file written{place}"),
        count => format!("{count} files written{place}"),
    }
}

/// Every kind of key, for a drop-down.
pub(in crate::gui) fn key_types() -> Vec<(KeyType, String)> {
    KeyType::ALL
        .into_iter()
        .map(|kind| match kind.is_for_private_chains() {
            true => (kind, format!("{}, for private chains only", kind.title())),
            false => (kind, kind.title().to_owned()),
        })
        .collect()
}
