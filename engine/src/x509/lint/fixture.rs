//! Sound drafts for the tests of lints, and ways to break them.

use const_oid::ObjectIdentifier;

use crate::base::KeyType;
use crate::x509::asn1::{Extension, Tbs};
use crate::x509::draft::{Draft, Wish};
use crate::x509::fixture::{CaKey, TestKey};
use crate::x509::key::PublicKey;
use crate::x509::lint::Drafted;
use crate::x509::name::Name;
use crate::x509::profile::Profile;

type Broken = Drafted<'static>;

pub(super) fn server() -> Broken {
    server_with(|_| {})
}

pub(super) fn server_with(change: impl FnOnce(&mut Tbs<'static>)) -> Broken {
    drafted("server", change)
}

pub(super) fn client() -> Broken {
    drafted("client", |_| {})
}

pub(super) fn intermediate() -> Broken {
    intermediate_with(|_| {})
}

pub(super) fn intermediate_with(change: impl FnOnce(&mut Tbs<'static>)) -> Broken {
    drafted("intermediate", change)
}

/// Of a profile that carries no names.
pub(super) fn plain(profile: &str, change: impl FnOnce(&mut Tbs<'static>)) -> Broken {
    let key = TestKey::new(KeyType::P256).public;
    let wish = Wish::new(Name::common_name("Example"), Vec::new(), key);
    read(CaKey::root().prepare(profile, wish).unwrap(), change)
}

pub(super) fn email(change: impl FnOnce(&mut Tbs<'static>)) -> Broken {
    let ca = CaKey::root_of(KeyType::P256, None);
    let names = vec!["email:anna@a.internal".parse().unwrap()];
    let key = TestKey::new(KeyType::P256).public;
    let wish = Wish::new(Name::common_name("Anna"), names, key);
    read(ca.prepare("email", wish).unwrap(), change)
}

fn drafted(profile: &str, change: impl FnOnce(&mut Tbs<'static>)) -> Broken {
    read(CaKey::root().draft(profile, "a.internal"), change)
}

fn read(draft: Draft, change: impl FnOnce(&mut Tbs<'static>)) -> Broken {
    let profile: &'static Profile = Box::leak(Box::new(Profile::clone(draft.profile())));
    let linted = draft.approve(|_| Ok::<_, ()>(())).unwrap().lint().unwrap();
    let mut tbs = Tbs::read(leak(linted.tbs().to_vec())).unwrap();
    change(&mut tbs);
    let key = PublicKey::read(tbs.spki).unwrap();
    Drafted::read(tbs, profile, key).unwrap()
}

/// Test drafts live as long as the test.
pub(super) fn leak(bytes: Vec<u8>) -> &'static [u8] {
    Box::leak(bytes.into_boxed_slice())
}

pub(super) fn add(tbs: &mut Tbs<'static>, id: ObjectIdentifier, value: &'static [u8]) {
    tbs.extensions.push(Extension {
        id,
        critical: true,
        value,
    });
}

pub(super) fn remove(tbs: &mut Tbs<'static>, id: ObjectIdentifier) {
    tbs.extensions.retain(|extension| extension.id != id);
}

pub(super) fn replace(tbs: &mut Tbs<'static>, id: ObjectIdentifier, value: &'static [u8]) {
    find(tbs, id).value = value;
}

pub(super) fn set_critical(tbs: &mut Tbs<'static>, id: ObjectIdentifier, critical: bool) {
    find(tbs, id).critical = critical;
}

fn find<'a>(tbs: &'a mut Tbs<'static>, id: ObjectIdentifier) -> &'a mut Extension<'static> {
    tbs.extensions
        .iter_mut()
        .find(|extension| extension.id == id)
        .unwrap()
}
