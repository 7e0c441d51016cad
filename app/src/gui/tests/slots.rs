//! What opens the vault besides the passphrase: the operating system's store, added and removed.

use std::collections::HashMap;
use std::sync::Mutex;

use chancery_engine::api::{SlotKind, VaultStatusQuestion};
use chancery_engine::{EntryName, SecretStore, SecretStoreError};
use egui::Role;

use super::flow::is_disabled;
use super::*;

#[test]
fn the_systems_store_is_added_opens_the_vault_and_is_removed_again() {
    let store = Arc::<Kept>::default();
    let client = engine_with(&store);
    with_authorities(&client);
    let mut harness = ways_to_unlock(&client);
    press(&mut harness, "Add the system’s store…");
    see(
        &mut harness,
        "The keys of authorities still ask for the passphrase",
    );
    assert!(is_disabled(&harness, "Add the system’s store"));
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    press(&mut harness, "Add the system’s store");
    see(&mut harness, "Way to unlock added");
    see(&mut harness, "Everyday keys only");
    assert_eq!(store.count(), 1);

    press(&mut harness, "Lock vault");
    press(&mut harness, "Unlock with the system’s store");
    see(&mut harness, "Ways to unlock");

    press_role(
        &mut harness,
        Role::Button,
        "Remove the system’s store, desk…",
    );
    see(&mut harness, "no longer opens the vault");
    assert!(is_disabled(&harness, "Remove"));
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    // What destroys is never one careless key away.
    harness.key_press(egui::Key::Enter);
    harness.run_steps(5);
    assert_eq!(slots(&client), [SlotKind::Passphrase, SlotKind::OsStore]);
    press(&mut harness, "Remove");
    see(&mut harness, "Way to unlock removed");
    assert_eq!(slots(&client), [SlotKind::Passphrase]);
    assert_eq!(store.count(), 0);
}

#[test]
fn a_wrong_passphrase_adds_and_removes_nothing() {
    let store = Arc::<Kept>::default();
    let client = engine_with(&store);
    with_authorities(&client);
    let mut harness = ways_to_unlock(&client);
    press(&mut harness, "Add the system’s store…");
    type_into(
        &mut harness,
        "Passphrase of the vault",
        "not the passphrase",
    );
    press(&mut harness, "Add the system’s store");
    see(&mut harness, "vault.wrong-passphrase");
    assert_eq!((slots(&client).len(), store.count()), (1, 0));
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    press(&mut harness, "Add the system’s store");
    see(&mut harness, "Way to unlock added");
    press_role(
        &mut harness,
        Role::Button,
        "Remove the system’s store, desk…",
    );
    type_into(
        &mut harness,
        "Passphrase of the vault",
        "not the passphrase",
    );
    press(&mut harness, "Remove");
    see(&mut harness, "vault.wrong-passphrase");
    assert_eq!((slots(&client).len(), store.count()), (2, 1));
}

#[test]
fn a_store_that_answers_nothing_is_told_and_the_passphrase_opens_the_vault() {
    let store = Arc::<Kept>::default();
    let client = engine_with(&store);
    with_authorities(&client);
    let mut harness = ways_to_unlock(&client);
    press(&mut harness, "Add the system’s store…");
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    press(&mut harness, "Add the system’s store");
    see(&mut harness, "Way to unlock added");
    store.forget();
    press(&mut harness, "Lock vault");
    press(&mut harness, "Unlock with the system’s store");
    see(&mut harness, "vault.os-store");
    type_into(&mut harness, "Passphrase", PASSPHRASE);
    press(&mut harness, "Unlock");
    see(&mut harness, "Ways to unlock");
}

fn ways_to_unlock(client: &Client) -> Harness<'static, Window> {
    let mut harness = window_of(client.clone(), [1280.0, 1000.0]);
    press(&mut harness, "Secrets");
    press_role(&mut harness, Role::Tab, "Ways to unlock");
    harness
}

fn slots(client: &Client) -> Vec<SlotKind> {
    let status = client.read(&VaultStatusQuestion).unwrap().value;
    status.slots.iter().map(|slot| slot.kind).collect()
}

fn engine_with(store: &Arc<Kept>) -> Client {
    let settings = Settings {
        clock: Arc::new(Stopped),
        kdf: Kdf::WeakForTests,
        idle_lock: None,
        secrets: Arc::clone(store) as Arc<dyn SecretStore>,
        ..Settings::at(Home::Memory)
    };
    start(settings, Actor::User("anna".to_owned())).unwrap()
}

/// A store of secrets that lasts as long as the test.
#[derive(Default)]
struct Kept(Mutex<HashMap<EntryName, String>>);

impl Kept {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl SecretStore for Kept {
    fn read(&self, entry: &EntryName) -> Result<Secret<String>, SecretStoreError> {
        let found = self.0.lock().unwrap().get(entry).cloned();
        found.map(Secret::new).ok_or(SecretStoreError::NoEntry)
    }

    fn write(&self, entry: &EntryName, secret: &Secret<String>) -> Result<(), SecretStoreError> {
        let secret = secret.expose(String::clone);
        self.0.lock().unwrap().insert(*entry, secret);
        Ok(())
    }

    fn delete(&self, entry: &EntryName) -> Result<(), SecretStoreError> {
        let gone = self.0.lock().unwrap().remove(entry);
        gone.map(drop).ok_or(SecretStoreError::NoEntry)
    }
}
