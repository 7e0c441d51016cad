//! Accounts at public CAs: made, taken over, given another key, ended, forgotten.

use std::sync::Arc;

use super::error::AccountError;
use super::renewal;
use crate::acme::{Binding, Failure, Session, key_from_jwk};
use crate::api::{
    AccountSettings, AccountState, AcmeAccountId, AcmeFact, DirectoryChoice, ExternalBinding, Fact,
    KeyId, KeyType, KeyUse, KnownDirectory, NewAccount, OrderStage, Report, Resource, Secret,
};
use crate::authority::NewKey;
use crate::base::hex;
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::runtime::handle::{Decided, Decision, Wiped, key};
use crate::runtime::signer::{Receipts, VaultSigner};
use crate::store::acme::{self, AccountRecord};
use crate::store::{Change, Put, Refused, Rows, key as key_rows};
use crate::vault::{Class, ForeignKey, Incoming};
use crate::x509::{Bundle, Certificate, Openness, PublicKey, Reading};

pub(super) async fn read(context: &Context, choice: DirectoryChoice) -> Result<Decided, Report> {
    let (url, roots) = place(&choice)?;
    context.outside.forget_server(&url);
    let server = context
        .outside
        .server(context, (&url, &roots), None)
        .await?;
    let info = server.directory.info(&url);
    // What accounts there know of it is as fresh from now on.
    let mut puts = Vec::new();
    for (id, mut record) in context.snapshot()?.accounts()? {
        if record.directory.url == url && record.directory != info {
            record.directory = info.clone();
            puts.extend(acme::put_account(id, &record));
        }
    }
    Ok(Decision {
        puts,
        ..Decision::of(Fact::Acme(AcmeFact::Directory(info)))
    }
    .into())
}

/// The directory's URL, and the roots its server is trusted by, DER in hexadecimal.
fn place(choice: &DirectoryChoice) -> Result<(String, Vec<String>), Report> {
    let text = choice.directory.trim();
    let url = match KnownDirectory::find(text) {
        Some(known) => known.url.to_owned(),
        None if text.contains("://") => text.to_owned(),
        None => return Err(AccountError::DirectoryUnknown(text.to_owned()).into()),
    };
    if choice.roots.is_empty() {
        return Ok((url, Vec::new()));
    }
    let roots = Certificate::read_all(&choice.roots).map_err(|_| AccountError::RootsUnreadable)?;
    match roots.is_empty() {
        true => Err(AccountError::RootsUnreadable.into()),
        false => Ok((url, roots.iter().map(|root| hex(root.der())).collect())),
    }
}

/// The key is in the vault, and the account in the store as one that is wanted, before the CA is
/// asked: a crash in between leaves a row that the same command, given again, completes.
pub(super) async fn create(
    context: &Context,
    act: &Act,
    wish: NewAccount,
    binding: Option<ExternalBinding>,
) -> Result<Decided, Report> {
    let name = wish.name.trim().to_owned();
    if name.is_empty() {
        return Err(AccountError::NameEmpty.into());
    }
    let (url, roots) = place(&wish.directory)?;
    let server = context
        .outside
        .server(context, (&url, &roots), None)
        .await?;
    let info = server.directory.info(&url);
    if info.terms.is_some() && !wish.terms_agreed {
        return Err(AccountError::TermsNotAgreed(info.terms).into());
    }
    if info.needs_binding && binding.is_none() {
        return Err(AccountError::BindingNeeded(url).into());
    }
    let (id, mut record) = match unfinished(context, &name, &url)? {
        Some(found) => found,
        None => {
            name_is_free(&context.snapshot()?, &name)?;
            let made = key::make(context, KeyType::P256).await?;
            let id = AcmeAccountId::from_raw(context.new_id());
            let record = AccountRecord {
                name: name.clone(),
                directory: info.clone(),
                roots,
                url: None,
                contacts: wish.contacts.clone(),
                state: AccountState::Wanted,
                key: made.id,
                next_key: None,
                bound_to: None,
                settings: wish.settings.clone(),
                created: act.at,
            };
            let puts = wanted_rows(&record, id, made, act);
            write(context, act, name.clone(), puts).await?;
            (id, record)
        }
    };
    record.contacts = wish.contacts;
    record.settings = wish.settings;
    record.directory = info;
    let receipts = Receipts::default();
    let signer = VaultSigner::new(&context.vault, record.key, &receipts)?;
    let session = Session::new(server, signer, None);
    let bound = binding.as_ref().map(|it| Binding {
        key_id: &it.key_id,
        mac_key: &it.mac_key,
    });
    let opened = session.create_account(&record.contacts, bound).await?;
    record.url = Some(opened.url);
    record.state = AccountState::Active;
    record.bound_to = binding.map(|it| it.key_id);
    let fact = AcmeFact::AccountCreated {
        id,
        existed: opened.existed,
    };
    Ok(decided(id, &record, &receipts, fact).into())
}

/// An account of this name that was wanted at the same CA before a crash.
fn unfinished(
    context: &Context,
    name: &str,
    url: &str,
) -> Result<Option<(AcmeAccountId, AccountRecord)>, Report> {
    let store = context.snapshot()?;
    let Some(id) = acme::account_named(&store, name)? else {
        return Ok(None);
    };
    let found = acme::account(&store, id)?;
    let wanted = |it: &AccountRecord| it.state == AccountState::Wanted && it.directory.url == url;
    Ok(found.filter(wanted).map(|record| (id, record)))
}

fn wanted_rows(record: &AccountRecord, id: AcmeAccountId, made: NewKey, act: &Act) -> Vec<Put> {
    let name = key_name(&record.name, made.id);
    let mut puts = made.rows(&name, KeyUse::AcmeAccount(id), act.at);
    puts.extend(acme::put_account(id, record));
    puts
}

/// A command's first change, before the CA is asked.
async fn write(context: &Context, act: &Act, name: String, puts: Vec<Put>) -> Result<(), Report> {
    context.running.past_return(act.cause).await;
    let change = Change {
        guard: Box::new(move |now| name_is_free(now, &name).map_err(Refused)),
        ..Change::of(puts, vec![act.intent(None, "its key is in the vault")])
    };
    context.store.commit(change).await?;
    Ok(())
}

fn decided(
    id: AcmeAccountId,
    record: &AccountRecord,
    receipts: &Receipts,
    fact: AcmeFact,
) -> Decision {
    Decision {
        puts: Vec::from(acme::put_account(id, record)),
        receipts: receipts.take(),
        resource: Resource::of("acme-account", id),
        ..Decision::of(Fact::Acme(fact))
    }
}

/// Accounts come and go; their keys' names tell them apart by the end of the id.
fn key_name(account: &str, id: KeyId) -> String {
    let id = id.to_string();
    format!("account {account} {}", &id[id.len() - 8..])
}

pub(super) async fn import(
    context: &Context,
    act: &Act,
    name: String,
    directory: DirectoryChoice,
    key: Secret<Vec<u8>>,
) -> Result<Decided, Report> {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(AccountError::NameEmpty.into());
    }
    name_is_free(&context.snapshot()?, &name)?;
    let (url, roots) = place(&directory)?;
    let server = context
        .outside
        .server(context, (&url, &roots), None)
        .await?;
    let key_id = KeyId::from_raw(context.new_id());
    let made = take_over(context, key_id, &key)?;
    if made.id != key_id {
        return Err(AccountError::KeyInUse.into());
    }
    let id = AcmeAccountId::from_raw(context.new_id());
    let receipts = Receipts::default();
    let found = match VaultSigner::new(&context.vault, made.id, &receipts) {
        Ok(signer) => {
            let session = Session::new(server.clone(), signer, None);
            session.find_account().await.map_err(Report::from)
        }
        Err(report) => Err(report),
    };
    let found = match found {
        Ok(found) => found,
        Err(report) => {
            // A key without an account is none of ours.
            context.vault.destroy_key(key_id)?;
            return Err(report);
        }
    };
    let record = AccountRecord {
        name: name.clone(),
        directory: server.directory.info(&url),
        roots,
        url: Some(found.url),
        contacts: Vec::new(),
        state: match found.is_valid {
            true => AccountState::Active,
            false => AccountState::Deactivated,
        },
        key: made.id,
        next_key: None,
        bound_to: None,
        settings: AccountSettings::default(),
        created: act.at,
    };
    let key_rows = made.rows(&key_name(&name, made.id), KeyUse::AcmeAccount(id), act.at);
    let fact = AcmeFact::AccountCreated { id, existed: true };
    let mut decision = decided(id, &record, &receipts, fact);
    decision.puts.extend(key_rows);
    decision.guard = Box::new(move |now| name_is_free(now, &name).map_err(Refused));
    Ok(decision.into())
}

fn take_over(context: &Context, id: KeyId, key: &Secret<Vec<u8>>) -> Result<NewKey, Report> {
    let reading = Reading {
        password: None,
        unauthenticated: false,
    };
    let rewritten = key.expose(|bytes| key_from_jwk(bytes));
    let key = rewritten.as_ref().unwrap_or(key);
    let bundle = key.expose(|bytes| Bundle::read(bytes, reading))?;
    let found = bundle.keys.first().ok_or(AccountError::KeyUnreadable)?;
    let Openness::Open(private) = &found.key else {
        return Err(AccountError::KeyUnreadable.into());
    };
    let foreign = ForeignKey::read(private.pkcs8()).ok_or(AccountError::KeyUnreadable)?;
    let incoming = Incoming {
        id,
        class: Class::Everyday,
        key: &foreign,
    };
    let here = context.vault.import_keys(&[incoming], None)?;
    Ok(NewKey {
        id: here.first().copied().unwrap_or(id),
        public: PublicKey::accept(foreign.public_key())?,
        key_type: foreign.key_type(),
    })
}

pub(super) fn change(
    context: &Context,
    id: AcmeAccountId,
    settings: AccountSettings,
) -> Result<Decided, Report> {
    let mut record = known(context, id)?;
    if let Some(rehearsal) = settings.rehearsal {
        known(context, rehearsal)?;
    }
    record.settings = AccountSettings {
        daily_limit: settings.daily_limit.max(1),
        ..settings
    };
    let fact = AcmeFact::AccountChanged { id };
    Ok(decided(id, &record, &Receipts::default(), fact).into())
}

/// The new key is in the vault and named in the store before the CA is asked, so that a kill at
/// any place loses neither: whichever the CA knows is found out at the next use.
pub(super) async fn roll(
    context: &Context,
    act: &Act,
    id: AcmeAccountId,
) -> Result<Decided, Report> {
    let turn = context.outside.account_turn(id);
    let _mine = turn.lock().await;
    settle_in_turn(context, id).await?;
    let mut record = active(context, id)?;
    // What an order has published names the key that it began with (RFC 8555, 8.1).
    require_no_order(context, id, &record.name)?;
    let old = record.key;
    let made = key::make(context, KeyType::P256).await?;
    let new = made.id;
    record.next_key = Some(new);
    record.state = AccountState::RollingKey;
    let name = key_name(&record.name, new);
    let mut puts = made.rows(&name, KeyUse::AcmeAccount(id), act.at);
    puts.extend(acme::put_account(id, &record));
    context.running.past_return(act.cause).await;
    let intent = act.intent(None, "the new key is in the vault");
    context.store.commit(Change::of(puts, vec![intent])).await?;
    let receipts = Receipts::default();
    let session = context
        .outside
        .session(context, &record, &receipts, None)
        .await?;
    let signer = VaultSigner::new(&context.vault, new, &receipts)?;
    let signer: Arc<dyn crate::acme::Signs> = signer;
    if let Err(failure) = session.change_key(&signer).await {
        // A refusal that the CA itself confirms: the old key is still the account's. Anything else
        // is unknown, and is found out at the next use.
        let refused = failure.is_refusal();
        if refused && session.is_known().await.is_ok_and(|known| known) {
            let puts = abandon(&mut record, id, new);
            let change = Change {
                receipts: receipts.take(),
                ..Change::of(puts, vec![act.done(None, "the CA refused the new key")])
            };
            context.store.commit(change).await?;
            Wiped::Key(new).wipe(&context.vault);
        }
        return Err(failure.into());
    }
    let puts = adopt(&mut record, id, new);
    let fact = AcmeFact::KeyRolled { id, key: new };
    let mut decision = decided(id, &record, &receipts, fact);
    decision.puts.extend(puts);
    decision.wipe.push(Wiped::Key(old));
    decision.details = format!("{new} in place of {old}");
    Ok(decision.into())
}

/// The new key is the account's, and the old one is nobody's.
fn adopt(record: &mut AccountRecord, id: AcmeAccountId, new: KeyId) -> Vec<Put> {
    let old = key_name(&record.name, record.key);
    let mut puts = Vec::from(key_rows::gone(record.key, &old));
    record.key = new;
    record.next_key = None;
    record.state = AccountState::Active;
    puts.extend(acme::put_account(id, record));
    puts
}

fn abandon(record: &mut AccountRecord, id: AcmeAccountId, new: KeyId) -> Vec<Put> {
    record.next_key = None;
    record.state = AccountState::Active;
    let mut puts = Vec::from(acme::put_account(id, record));
    puts.extend(key_rows::gone(new, &key_name(&record.name, new)));
    puts
}

/// Finds out which of two keys is the account's, where that was not known.
pub(in crate::runtime) async fn settle(
    context: &Context,
    id: AcmeAccountId,
) -> Result<(), Failure> {
    let turn = context.outside.account_turn(id);
    let _mine = turn.lock().await;
    settle_in_turn(context, id).await
}

async fn settle_in_turn(context: &Context, id: AcmeAccountId) -> Result<(), Failure> {
    let mut record = known(context, id).map_err(Failure::Here)?;
    let (AccountState::RollingKey, Some(new)) = (record.state, record.next_key) else {
        return Ok(());
    };
    let receipts = Receipts::default();
    let with_new = AccountRecord {
        key: new,
        ..record.clone()
    };
    let session = context
        .outside
        .session(context, &with_new, &receipts, None)
        .await?;
    let old = record.key;
    let (puts, gone, words) = match session.is_known().await? {
        true => (adopt(&mut record, id, new), old, "the CA knows the new key"),
        false => (
            abandon(&mut record, id, new),
            new,
            "the CA does not know the new key",
        ),
    };
    let entry = crate::store::audit::Entry {
        at: context.clock.now(),
        actor: crate::api::Actor::Scheduler,
        action: "acme.roll-key".to_owned(),
        outcome: "done".to_owned(),
        resource: Resource::of("acme-account", id),
        details: format!("find out what became of it: {words}"),
        cause: None,
        keys_used: Vec::new(),
    };
    let change = Change {
        receipts: receipts.take(),
        ..Change::of(puts, vec![entry])
    };
    let committed = context.store.commit(change).await;
    committed.map_err(|refused| Failure::Here(refused.into()))?;
    Wiped::Key(gone).wipe(&context.vault);
    Ok(())
}

pub(super) async fn deactivate(context: &Context, id: AcmeAccountId) -> Result<Decided, Report> {
    let turn = context.outside.account_turn(id);
    let _mine = turn.lock().await;
    settle_in_turn(context, id).await?;
    let mut record = active(context, id)?;
    require_no_order(context, id, &record.name)?;
    let receipts = Receipts::default();
    let session = context
        .outside
        .session(context, &record, &receipts, None)
        .await?;
    session.deactivate_account().await?;
    record.state = AccountState::Deactivated;
    let fact = AcmeFact::Deactivated { id };
    let mut decision = decided(id, &record, &receipts, fact);
    let (puts, guard) = renewal::without_account(&context.snapshot()?, id, None)?;
    decision.puts.extend(puts);
    decision.guard = guard;
    Ok(decision.into())
}

pub(super) fn remove(
    context: &Context,
    id: AcmeAccountId,
    leave_open: bool,
) -> Result<Decided, Report> {
    let record = known(context, id)?;
    let is_open = matches!(
        record.state,
        AccountState::Active | AccountState::RollingKey
    );
    if is_open && !leave_open {
        return Err(AccountError::NotDeactivated(record.name).into());
    }
    require_no_order(context, id, &record.name)?;
    let mut puts = Vec::from(acme::account_gone(id, &record.name));
    let store = context.snapshot()?;
    let (more, guard) = renewal::without_account(&store, id, Some(record.place()))?;
    puts.extend(more);
    let keys = [Some(record.key), record.next_key];
    let keys: Vec<KeyId> = keys.into_iter().flatten().collect();
    for key in &keys {
        puts.extend(key_rows::gone(*key, &key_name(&record.name, *key)));
    }
    Ok(Decision {
        guard,
        puts,
        wipe: keys.into_iter().map(Wiped::Key).collect(),
        ..Decision::of(Fact::Acme(AcmeFact::AccountRemoved { id }))
    }
    .into())
}

fn require_no_order(context: &Context, id: AcmeAccountId, name: &str) -> Result<(), Report> {
    let orders = context.snapshot()?.orders()?;
    let open = orders
        .iter()
        .any(|(_, order)| order.recipe.account == id && order.stage != OrderStage::Ended);
    match open {
        true => Err(AccountError::HasOrders(name.to_owned()).into()),
        false => Ok(()),
    }
}

pub(super) fn known(context: &Context, id: AcmeAccountId) -> Result<AccountRecord, Report> {
    let found = acme::account(&context.snapshot()?, id)?;
    found.ok_or_else(|| AccountError::Unknown(id).into())
}

pub(super) fn active(context: &Context, id: AcmeAccountId) -> Result<AccountRecord, Report> {
    let record = known(context, id)?;
    match record.state {
        AccountState::Active | AccountState::RollingKey => Ok(record),
        _ => Err(AccountError::NotActive(record.name).into()),
    }
}

fn name_is_free(rows: &impl Rows, name: &str) -> Result<(), Report> {
    match acme::account_named(rows, name)? {
        None => Ok(()),
        Some(holder) => Err(AccountError::NameTaken {
            name: name.to_owned(),
            holder,
        }
        .into()),
    }
}
