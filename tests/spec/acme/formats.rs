//! Stored rows of public CAs: each that was ever released is read for ever.

use chancery_engine::api::{
    AccountState, ListAccounts, ListOrders, ListProviders, OrderDetail, OrderId, OrderState,
    RenewalBasis, ShowOrder, ShowOrigin, ShowTranscript,
};
use spec::{World, eventually};

use crate::formats::fixture;
use crate::store::{STORE, VAULT};

#[test]
fn rows_of_public_cas_in_format_1_are_read_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("store-v1-acme.redb"), folder.path().join(STORE)).unwrap();
    std::fs::copy(
        fixture("store-v1-acme-vault.bin"),
        folder.path().join(VAULT),
    )
    .unwrap();
    let world = World::at(folder.path());

    let accounts = world.client.read(&ListAccounts).unwrap().value;
    let [account] = &accounts[..] else {
        panic!("{accounts:#?}");
    };
    assert_eq!(account.name, "main");
    assert_eq!(account.state, AccountState::Active);
    assert_eq!(account.contacts[0].to_string(), "admin@example.org");
    assert_eq!(account.settings.daily_limit, 3);
    let providers = world.client.read(&ListProviders).unwrap().value;
    assert_eq!(
        (&*providers[0].name, &*providers[0].kind),
        ("hand", "manual")
    );

    let orders = world.client.read(&ListOrders).unwrap().value;
    let named = |name: &str| -> OrderDetail {
        let is_it = |names: &[_]| names == [name.parse().unwrap()];
        let id: OrderId = orders.iter().find(|it| is_it(&it.names)).unwrap().id;
        (*world.client.read(&ShowOrder(id)).unwrap().value).clone()
    };
    let done = named("www.rig.test");
    assert_eq!(done.row.state, OrderState::Done);
    assert!(done.left.is_empty());
    let transcript = world.client.read(&ShowTranscript(done.row.id)).unwrap();
    assert!(
        transcript
            .value
            .iter()
            .any(|it| it.url.contains("finalize"))
    );
    let failed = named("failed.rig.test").row;
    assert!(
        matches!(&failed.state, OrderState::Failed(report) if report.code == "acme.rate-limited"),
        "{failed:?}"
    );
    eventually("the order that was killed waits for the vault", || {
        named("open.rig.test").row.state == OrderState::WaitingForVault
    });

    let certificate = done.row.certificate.unwrap();
    let origin = world.client.read(&ShowOrigin(certificate)).unwrap().value;
    let origin = (*origin).clone().unwrap();
    assert_eq!(origin.order, done.row.id);
    assert_eq!(origin.plan.basis, RenewalBasis::Lifetime);
    assert_eq!(origin.budget.used, 1);
}
