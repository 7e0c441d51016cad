//! The built-in profiles.

use std::sync::{Arc, LazyLock};

use const_oid::ObjectIdentifier;

use super::{Lifetime, Profile};
use crate::base::{AddressKind, NameKind, NameRule, ProfileName};
use crate::x509::additions::Additions;
use crate::x509::oid;

/// A built-in profile.
pub(crate) fn profile(name: &ProfileName) -> Option<&'static Arc<Profile>> {
    PROFILES.iter().find(|profile| profile.name == *name)
}

/// All built-in profiles.
pub(crate) fn profiles() -> &'static [Arc<Profile>] {
    &PROFILES
}

static PROFILES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    let all = [
        both(),
        client(),
        code(),
        email(),
        intermediate(),
        ocsp(),
        root(),
        server(),
        timestamp(),
    ];
    all.into_iter().flatten().map(Arc::new).collect()
});

fn both() -> Option<Profile> {
    Some(Profile {
        extended_key_usage: vec![oid::SERVER_AUTH, oid::CLIENT_AUTH],
        ..named(
            ("both", "TLS server and client"),
            "Hosts that both serve and call others, such as members of a cluster",
            server()?,
        )?
    })
}

fn client() -> Option<Profile> {
    Some(Profile {
        names: NameRule::Optional,
        kinds: NameKind::ALL.to_vec(),
        ..leaf(
            ("client", "TLS client"),
            "People, services and devices that prove who they are when they connect",
            oid::CLIENT_AUTH,
        )?
    })
}

/// CA/Browser Forum, Code Signing Baseline Requirements, 6.3.2: at most 460 days.
fn code() -> Option<Profile> {
    Some(Profile {
        lifetime: Lifetime {
            default: 365,
            ceiling: 460,
            limit: 3650,
        },
        names: NameRule::Optional,
        kinds: vec![NameKind::Email, NameKind::Uri],
        ..leaf(
            ("code", "Code signing"),
            "Publishers who sign programs, drivers and packages",
            oid::CODE_SIGNING,
        )?
    })
}

/// CA/Browser Forum, S/MIME Baseline Requirements, 6.3.2: at most 825 days.
fn email() -> Option<Profile> {
    Some(Profile {
        lifetime: Lifetime {
            default: 365,
            ..LEAF
        },
        names: NameRule::Required,
        kinds: vec![NameKind::Email],
        ..leaf(
            ("email", "E-mail"),
            "People and mailboxes that sign and receive encrypted mail (S/MIME)",
            oid::EMAIL_PROTECTION,
        )?
    })
}

fn intermediate() -> Option<Profile> {
    Some(Profile {
        path_len: Some(0),
        lifetime: Lifetime {
            default: 3652,
            ceiling: 5479,
            limit: 9132,
        },
        ..named(
            ("intermediate", "Intermediate CA"),
            "An authority below another one, so that the one above can stay offline",
            root()?,
        )?
    })
}

/// Nobody asks whether it was revoked (RFC 6960, 4.2.2.2.1), so that it must end soon, and no
/// address says where to ask.
fn ocsp() -> Option<Profile> {
    Some(Profile {
        lifetime: Lifetime {
            default: 30,
            ceiling: 90,
            limit: 365,
        },
        leave_out: vec![AddressKind::Crl, AddressKind::Ocsp],
        ..leaf(
            ("ocsp", "OCSP signer"),
            "A responder that says for this authority what was revoked",
            oid::OCSP_SIGNING,
        )?
    })
}

fn root() -> Option<Profile> {
    Some(Profile {
        extended_key_usage: Vec::new(),
        is_ca: true,
        lifetime: Lifetime {
            default: 7305,
            ceiling: 9132,
            limit: 14610,
        },
        ..leaf(
            ("root", "Root CA"),
            "The anchor that others are told to trust",
            oid::SERVER_AUTH,
        )?
    })
}

fn server() -> Option<Profile> {
    Some(Profile {
        wildcards: true,
        names: NameRule::Required,
        kinds: vec![NameKind::Dns, NameKind::Ip, NameKind::Uri],
        ..leaf(
            ("server", "TLS server"),
            "Hosts that others connect to by name or address",
            oid::SERVER_AUTH,
        )?
    })
}

/// What it has stamped is trusted as long as it is valid, so that it lives for years.
fn timestamp() -> Option<Profile> {
    Some(Profile {
        lifetime: Lifetime {
            default: 1826,
            ceiling: 3652,
            limit: 4109,
        },
        ..leaf(
            ("timestamp", "Time stamping"),
            "A service that vouches for when something was signed (RFC 3161)",
            oid::TIME_STAMPING,
        )?
    })
}

/// A leaf with one purpose and, until said otherwise, no alternative names.
fn leaf((name, title): (&str, &str), purpose: &str, usage: ObjectIdentifier) -> Option<Profile> {
    let name: ProfileName = name.parse().ok()?;
    Some(Profile {
        base: name.clone(),
        name,
        title: title.to_owned(),
        purpose: purpose.to_owned(),
        extended_key_usage: vec![usage],
        own_key_usage: None,
        path_len: None,
        is_ca: false,
        lifetime: LEAF,
        wildcards: false,
        names: NameRule::None,
        kinds: Vec::new(),
        key_types: Vec::new(),
        takes: Vec::new(),
        leave_out: Vec::new(),
        additions: Additions::default(),
    })
}

fn named((name, title): (&str, &str), purpose: &str, like: Profile) -> Option<Profile> {
    let name: ProfileName = name.parse().ok()?;
    Some(Profile {
        base: name.clone(),
        name,
        title: title.to_owned(),
        purpose: purpose.to_owned(),
        ..like
    })
}

const LEAF: Lifetime = Lifetime {
    default: 90,
    ceiling: 825,
    limit: 3650,
};
