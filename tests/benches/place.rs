//! Where a bench runs: a folder on a real disk, and an engine in it.

use std::path::Path;

use chancery_engine::api::{
    Actor, AuditRow, Command, Ending, Fact, ListAudit, Secret, VaultCommand,
};
use chancery_engine::{Client, Home, Kdf, Settings, start};

/// In the folder that `--folder` names, so that it is a real disk; else where the system keeps
/// temporary files.
pub(crate) fn folder() -> tempfile::TempDir {
    let mut words = std::env::args()
        .skip_while(|word| word != "--folder")
        .skip(1);
    let made = match words.next() {
        Some(under) => tempfile::tempdir_in(under),
        None => tempfile::tempdir(),
    };
    made.expect("a folder for the store")
}

pub(crate) fn open(folder: &Path, kdf: Kdf) -> Client {
    let settings = Settings {
        kdf,
        ..Settings::at(Home::Folder(folder.to_owned()))
    };
    start(settings, Actor::User("bench".to_owned())).expect("an engine")
}

pub(crate) fn make_vault(client: &Client) {
    let create = VaultCommand::Create {
        passphrase: passphrase(),
        recovery: None,
    };
    made(client, Command::Vault(create));
}

pub(crate) fn made(client: &Client, command: Command) -> Fact {
    match client.send(command).expect("a place in the queue").wait() {
        Ending::Done { fact, .. } => fact,
        other => panic!("expected it done, got {other:?}"),
    }
}

pub(crate) fn passphrase() -> Secret<String> {
    Secret::new("bench only".to_owned())
}

/// What the audit says was done.
pub(crate) fn audited(client: &Client) -> Vec<AuditRow> {
    let mut found = Vec::new();
    let mut first = 0;
    loop {
        let question = ListAudit {
            first,
            rows: 50_000,
            ..ListAudit::default()
        };
        let page = client.read(&question).expect("the audit").value;
        if page.rows.is_empty() {
            return found;
        }
        first += page.rows.len() as u64;
        let done = page.rows.iter().filter(|row| row.outcome == "done");
        found.extend(done.cloned());
    }
}
