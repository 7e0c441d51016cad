//! Accounts: terms, binding, keys that change, ends.

use chancery_engine::api::{
    AccountState, AcmeCommand, AcmeFact, Command, ExternalBinding, Fact, HealthQuestion, KeyUse,
    ListAccounts, ListKeys, RevocationReason, Secret, ShowOrigin,
};
use serde_json::json;
use spec::{AcmeServer, At, Refusal, World};

use super::{Desk, choice, create, created, wish_for_account};

#[test]
fn an_account_has_a_key_of_its_own_in_the_vault_and_its_url_at_the_ca() {
    let desk = Desk::new();
    let account = desk.account();
    assert_eq!(account.state, AccountState::Active);
    assert!(account.url.unwrap().ends_with("/account/1"));
    let keys = desk.world.client.read(&ListKeys).unwrap().value;
    let key = keys.iter().find(|key| key.id == account.key).unwrap();
    assert_eq!(key.used_for, KeyUse::AcmeAccount(account.id));
    assert!(key.last_use.as_ref().unwrap().purpose.contains("public CA"));
    let sent = &desk.server.payloads(At::Account)[0];
    assert_eq!(sent["contact"], json!(["mailto:hostmaster@example.org"]));
    assert_eq!(sent["termsOfServiceAgreed"], true);
}

#[test]
fn terms_that_nobody_agreed_to_are_shown_and_no_account_is_made() {
    let (world, server) = (World::with_vault(), AcmeServer::start());
    let mut wish = wish_for_account("main", &server.directory());
    wish.terms_agreed = false;
    let refused = world.refused(create(wish));
    assert_eq!(refused.code, "acme.terms");
    assert!(refused.what.contains("/terms"), "{refused:?}");
    assert_eq!(server.count(At::Account), 0);
    assert!(world.client.read(&ListAccounts).unwrap().value.is_empty());
}

#[test]
fn a_ca_that_wants_a_binding_is_not_asked_without_one() {
    let (world, server) = (World::with_vault(), AcmeServer::start());
    server.says(json!({ "externalAccountRequired": true }));
    let wish = wish_for_account("main", &server.directory());
    let refused = world.refused(create(wish.clone()));
    assert_eq!(refused.code, "acme.binding-needed");
    assert!(refused.remedy.to_string().contains("key id"));
    assert!(refused.remedy.words()[0].contains("--eab-kid"));
    let binding = Some(ExternalBinding {
        key_id: "kid-1".to_owned(),
        mac_key: Secret::new(
            "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W".to_owned(),
        ),
    });
    world.done(Command::Acme(AcmeCommand::CreateAccount { wish, binding }));
    let sent = &server.payloads(At::Account)[0];
    assert!(sent["externalAccountBinding"]["signature"].is_string());
}

#[test]
fn a_mac_key_that_is_none_is_refused_before_the_ca_is_asked() {
    let (world, server) = (World::with_vault(), AcmeServer::start());
    let binding = Some(ExternalBinding {
        key_id: "kid-1".to_owned(),
        mac_key: Secret::new("not base64!".to_owned()),
    });
    let wish = wish_for_account("main", &server.directory());
    let refused = world.refused(Command::Acme(AcmeCommand::CreateAccount { wish, binding }));
    assert_eq!(refused.code, "acme.mac-key");
    assert!(!format!("{refused:?}").contains("not base64!"));
    assert_eq!(server.count(At::Account), 0);
}

#[test]
fn a_binding_that_the_ca_does_not_accept_is_told_apart_from_what_else_it_refuses() {
    let (world, server) = (World::with_vault(), AcmeServer::start());
    let wish = wish_for_account("main", &server.directory());
    let refusal = || Refusal::new(403, "unauthorized", "unknown key identifier");
    server.refuses(At::Account, 1, refusal());
    let binding = Some(ExternalBinding {
        key_id: "kid-1".to_owned(),
        mac_key: Secret::new("c29tZXRoaW5nLWVsc2UtYWx0b2dldGhlci1mb3ItdGhpcw".to_owned()),
    });
    let create = |binding| {
        let wish = wish.clone();
        Command::Acme(AcmeCommand::CreateAccount { wish, binding })
    };
    let refused = world.refused(create(binding));
    assert_eq!(refused.code, "acme.binding-refused");
    assert!(refused.what.contains("unknown key identifier"));
    server.refuses(At::Account, 1, refusal());
    assert_eq!(world.refused(create(None)).code, "acme.unauthorized");
}

#[test]
fn an_account_that_the_ca_refused_is_completed_by_the_same_command() {
    let (world, server) = (World::with_vault(), AcmeServer::start());
    let refusal = Refusal::new(400, "invalidContact", "no such domain");
    server.refuses(At::Account, 1, refusal);
    let wish = wish_for_account("main", &server.directory());
    assert_eq!(world.refused(create(wish.clone())).code, "acme.contact");
    let wanted = &world.client.read(&ListAccounts).unwrap().value[0];
    assert_eq!(wanted.state, AccountState::Wanted);
    world.done(create(wish));
    let accounts = world.client.read(&ListAccounts).unwrap().value;
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].key, wanted.key);
}

#[test]
fn a_rolled_key_is_in_the_vault_before_the_ca_is_asked_and_the_old_one_is_named_inside() {
    let desk = Desk::new();
    let before = desk.account().key;
    let id = desk.account;
    let (fact, _) = desk.world.done(Command::Acme(AcmeCommand::RollKey { id }));
    let Fact::Acme(AcmeFact::KeyRolled { key, .. }) = fact else {
        panic!("{fact:?}");
    };
    assert_ne!(key, before);
    assert_eq!(desk.account().key, key);
    let sent = &desk.server.payloads(At::KeyChange)[0];
    assert!(sent["protected"].is_string() && sent["signature"].is_string());
}

#[test]
fn a_key_change_whose_answer_never_came_is_settled_at_the_next_use_without_losing_a_key() {
    let desk = Desk::new();
    let before = desk.account().key;
    let id = desk.account;
    // The server breaks down after it may have taken the key.
    desk.server.refuses(
        At::KeyChange,
        1,
        Refusal::new(502, "serverInternal", "gone"),
    );
    let refused = desk
        .world
        .refused(Command::Acme(AcmeCommand::RollKey { id }));
    assert_eq!(refused.code, "acme.server-fault");
    let ended = desk.ended(desk.order(&["www.rig.test"]));
    assert!(ended.row.certificate.is_some(), "{ended:?}");
    let account = desk.account();
    assert_eq!(account.state, AccountState::Active);
    assert_eq!(account.key, before, "the stand-in never took the new key");
}

#[test]
fn a_key_that_the_ca_took_is_kept_though_a_proxy_told_of_a_fault() {
    let desk = Desk::new();
    let before = desk.account().key;
    let id = desk.account;
    desk.server.takes_the_new_key();
    desk.server
        .refuses(At::KeyChange, 1, Refusal::new(502, "", "<html>bad gateway"));
    desk.world
        .refused(Command::Acme(AcmeCommand::RollKey { id }));
    assert_eq!(desk.account().state, AccountState::RollingKey);
    let ended = desk.ended(desk.order(&["www.rig.test"]));
    assert!(ended.row.certificate.is_some(), "{ended:?}");
    let account = desk.account();
    assert_ne!(account.key, before, "the CA knows the new one alone");
    let keys = desk.world.client.read(&ListKeys).unwrap().value;
    assert!(
        keys.iter().all(|key| key.id != before),
        "the old one is wiped"
    );
}

#[test]
fn a_key_is_not_changed_under_an_order() {
    let desk = Desk::new();
    desk.server.hangs(At::Finalize);
    let order = desk.order(&["www.rig.test"]);
    desk.server.wait_for(At::Finalize);
    let id = desk.account;
    let refused = desk
        .world
        .refused(Command::Acme(AcmeCommand::RollKey { id }));
    assert_eq!(refused.code, "acme.account-in-use");
    desk.server.release();
    desk.ended(order);
}

#[test]
fn an_account_is_forgotten_only_after_its_end() {
    let desk = Desk::new();
    let id = desk.account;
    let leave_open = false;
    let remove = || Command::Acme(AcmeCommand::RemoveAccount { id, leave_open });
    assert_eq!(desk.world.refused(remove()).code, "acme.account-active");
    desk.world
        .done(Command::Acme(AcmeCommand::Deactivate { id }));
    assert_eq!(desk.account().state, AccountState::Deactivated);
    let key = desk.account().key;
    desk.world.done(remove());
    let keys = desk.world.client.read(&ListKeys).unwrap().value;
    assert!(keys.iter().all(|it| it.id != key), "its key is wiped");
    created(&desk.world, "main", &desk.server.directory());
}

#[test]
fn without_its_account_a_certificate_is_revoked_by_its_own_key_and_not_renewed() {
    let desk = Desk::new();
    let certificate = desk.ended(desk.order(&["www.rig.test"])).row.certificate;
    let certificate = certificate.unwrap();
    let id = desk.account;
    desk.world
        .done(Command::Acme(AcmeCommand::Deactivate { id }));
    let origin = || desk.world.client.read(&ShowOrigin(certificate)).unwrap();
    assert!(!(*origin().value).clone().unwrap().automatic);
    let refused = desk.world.refused(Command::Acme(AcmeCommand::SetAutomatic {
        id: certificate,
        automatic: true,
    }));
    assert_eq!(refused.code, "acme.account-not-active");
    let health = desk.world.client.read(&HealthQuestion).unwrap().value;
    assert_eq!(health.due, Vec::new());

    let leave_open = false;
    desk.world
        .done(Command::Acme(AcmeCommand::RemoveAccount { id, leave_open }));
    desk.world.done(Command::Acme(AcmeCommand::Revoke {
        id: certificate,
        reason: RevocationReason::KeyCompromise,
        by_certificate_key: true,
    }));
    assert_eq!(desk.server.count(At::Revoke), 1);
}

#[test]
fn an_account_whose_ca_is_gone_is_forgotten_with_both_keys_it_may_have() {
    let desk = Desk::new();
    let id = desk.account;
    desk.server.breaks_off(At::KeyChange, 1);
    desk.world
        .refused(Command::Acme(AcmeCommand::RollKey { id }));
    assert_eq!(desk.account().state, AccountState::RollingKey);
    let leave_open = true;
    desk.world
        .done(Command::Acme(AcmeCommand::RemoveAccount { id, leave_open }));
    assert!(
        desk.world
            .client
            .read(&ListAccounts)
            .unwrap()
            .value
            .is_empty()
    );
    let keys = desk.world.client.read(&ListKeys).unwrap().value;
    let is_left = keys.iter().any(|it| it.used_for == KeyUse::AcmeAccount(id));
    assert!(!is_left, "its keys are wiped: {keys:#?}");
}

#[test]
fn an_account_that_the_ca_does_not_know_any_more_counts_as_deactivated() {
    let desk = Desk::new();
    let id = desk.account;
    desk.server.forgets_accounts();
    let refusal = Refusal::new(400, "accountDoesNotExist", "no such account");
    desk.server.refuses(At::Account, 1, refusal);
    desk.world
        .done(Command::Acme(AcmeCommand::Deactivate { id }));
    assert_eq!(desk.account().state, AccountState::Deactivated);
}

#[test]
fn two_accounts_do_not_share_a_name() {
    let desk = Desk::new();
    let wish = wish_for_account("main", &desk.server.directory());
    assert_eq!(desk.world.refused(create(wish)).code, "acme.name-taken");
}

#[test]
fn a_directory_is_asked_what_it_offers_before_anything_is_made() {
    let (world, server) = (World::with_vault(), AcmeServer::start());
    server.says(json!({ "profiles": { "shortlived": "six days" }, "caaIdentities": ["ca.test"] }));
    let directory = choice(&server.directory());
    let (fact, _) = world.done(Command::Acme(AcmeCommand::ReadDirectory { directory }));
    let Fact::Acme(AcmeFact::Directory(info)) = fact else {
        panic!("{fact:?}");
    };
    assert_eq!(info.profiles[0].0, "shortlived");
    assert!(info.renewal_information);
    let directory = choice("no-such-ca");
    let refused = world.refused(Command::Acme(AcmeCommand::ReadDirectory { directory }));
    assert_eq!(refused.code, "acme.directory-unknown");
}
