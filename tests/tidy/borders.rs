//! Borders: which module may use which, and where foreign crates enter.

use std::collections::BTreeMap;

use crate::source::{
    ARCHITECTURE, Source, all_sources, engine_modules, none, product_sources, read, sources,
    top_module, words,
};

#[test]
fn engine_modules_use_only_what_the_table_allows() {
    let allowed = may_use(&read(ARCHITECTURE));
    let mut wrong = Vec::new();
    for source in sources("engine/src") {
        let Some(module) = top_module(&source.path) else {
            continue;
        };
        let Some(uses) = allowed.get(module) else {
            wrong.push(format!(
                "{}: {module} is missing from the table",
                source.path
            ));
            continue;
        };
        for (at, used) in crate_uses(&source.code) {
            let is_allowed = used == module || uses.iter().any(|allowed| allowed == used);
            let is_module = used.starts_with(|c: char| c.is_ascii_lowercase());
            if is_module && !is_allowed {
                wrong.push(format!("{}: {module} may not use {used}", source.place(at)));
            }
        }
    }
    none(&wrong, "docs/architecture.md, “Who may use whom”");
}

#[test]
fn the_table_of_modules_names_none_that_is_gone_and_has_no_cycle() {
    let allowed = may_use(&read(ARCHITECTURE));
    assert!(
        !allowed.is_empty(),
        "{ARCHITECTURE} has no table of modules"
    );
    let modules = engine_modules();
    let mut below: Vec<&String> = Vec::new();
    for (module, uses) in &allowed {
        assert!(modules.contains(module), "{ARCHITECTURE}: {module} is gone");
        for used in uses {
            assert!(
                allowed.contains_key(used),
                "{ARCHITECTURE}: {module} uses {used}, which has no row"
            );
        }
    }
    while below.len() < allowed.len() {
        let is_ready = |(module, uses): &(&String, &Vec<String>)| {
            !below.contains(module) && uses.iter().all(|used| below.contains(&used))
        };
        let Some((module, _)) = allowed.iter().find(is_ready) else {
            let stuck: Vec<_> = allowed
                .keys()
                .filter(|name| !below.contains(name))
                .collect();
            panic!("{ARCHITECTURE}: a cycle among {stuck:?}");
        };
        below.push(module);
    }
}

#[test]
fn every_module_of_the_engine_has_a_section_in_the_architecture() {
    let document = read(ARCHITECTURE);
    let headings = document
        .lines()
        .filter(|line| line.starts_with('#') || line.starts_with("**"));
    let headings: String = headings.collect::<Vec<_>>().join("\n");
    let missing: Vec<String> = engine_modules()
        .into_iter()
        .filter(|module| !headings.contains(&format!("`{module}`")))
        .map(|module| format!("engine/src/{module}: no heading of {ARCHITECTURE} names `{module}`"))
        .collect();
    none(&missing, "docs/style.md, “Borders”");
}

#[test]
fn front_ends_see_only_the_engines_api_and_what_lib_exports() {
    let library = Source::read("engine/src/lib.rs");
    let mut wrong = Vec::new();
    for at in words(&library.product, "pub") {
        let item = library.product[at..]
            .split([';', '{'])
            .next()
            .unwrap_or_default();
        if item.starts_with("pub mod ") && item.trim() != "pub mod api" {
            wrong.push(format!("{}: {} is public", library.place(at), item.trim()));
        }
        if item.contains('*') {
            wrong.push(format!(
                "{}: a glob hides what is exported",
                library.place(at)
            ));
        }
    }
    none(&wrong, "docs/architecture.md, “Who may use whom”");
}

#[test]
fn paths_are_spelt_so_that_these_checks_can_read_them() {
    let mut wrong = Vec::new();
    for source in product_sources() {
        for hidden in ["use crate::{", "super::super"] {
            for (at, _) in source.code.match_indices(hidden) {
                wrong.push(format!(
                    "{}: write `use crate::module::…`, one for each module",
                    source.place(at)
                ));
            }
        }
        let climbs_out = |path: &str| {
            path.strip_prefix("engine/src/")
                .is_some_and(is_root_of_module)
        };
        if climbs_out(&source.path) {
            for (at, _) in source.product.match_indices("super::") {
                wrong.push(format!(
                    "{}: `super::` leaves the module; write `crate::…`",
                    source.place(at)
                ));
            }
        }
    }
    none(&wrong, "docs/style.md, “Imports”");
}

#[test]
fn globs_stand_only_in_tests() {
    let mut wrong = Vec::new();
    for source in all_sources() {
        for (at, _) in source.code.match_indices("::*;") {
            let start = source.code[..at]
                .rfind(['\n', ';', '{'])
                .map_or(0, |before| before + 1);
            let item = source.code[start..at].trim();
            let is_product = source.product[start..at].contains("use ");
            if item.contains("use ") && (is_product || item != "use super") {
                wrong.push(format!("{}: name what is used", source.place(at)));
            }
        }
    }
    none(&wrong, "docs/style.md, “Imports”");
}

#[test]
fn each_foreign_crate_and_each_sense_of_the_machine_has_one_door() {
    let mut wrong = Vec::new();
    for source in product_sources() {
        for door in DOORS {
            let is_watched = source.path.starts_with(door.watched);
            if !is_watched || door.open.iter().any(|open| source.path.starts_with(open)) {
                continue;
            }
            for at in words(&source.product, door.name) {
                let is_path = source.product[at + door.name.len()..].starts_with("::")
                    || source.product[..at].trim_end().ends_with("use")
                    || source.product[..at].ends_with("::");
                if is_path {
                    let open = door.open.join(", ");
                    wrong.push(format!(
                        "{}: {} enters only at {open}",
                        source.place(at),
                        door.name
                    ));
                }
            }
        }
    }
    none(&wrong, "docs/style.md, “Doors”");
}

/// A crate, module or type that only some folders may name.
struct Door {
    name: &'static str,
    /// Where it is looked for.
    watched: &'static str,
    /// Where it may stand.
    open: &'static [&'static str],
}

/// Rows such as “| `vault` | `base`, `x509` |” of the chapter about it.
fn may_use(document: &str) -> BTreeMap<String, Vec<String>> {
    let chapter = document
        .split("\n## ")
        .find(|part| part.starts_with("Who may use whom"));
    let rows = chapter
        .unwrap_or_default()
        .lines()
        .filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let mut names = row.split('`').skip(1).step_by(2).map(str::to_owned);
        (names.next().unwrap_or_default(), names.collect())
    })
    .filter(|(module, _): &(String, _)| module != "app")
    .collect()
}

/// `dns.rs` or `dns/mod.rs`: one step up is the crate.
fn is_root_of_module(inside: &str) -> bool {
    match inside.split_once('/') {
        None => true,
        Some((_, rest)) => rest == "mod.rs",
    }
}

fn crate_uses(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.match_indices("crate::").map(|(at, start)| {
        let rest = &code[at + start.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        (at, &rest[..end.unwrap_or(rest.len())])
    })
}

const DOORS: &[Door] = &[
    Door {
        name: "argon2",
        watched: "engine/src/",
        open: &["engine/src/vault/"],
    },
    Door {
        name: "aws_lc_rs",
        watched: "engine/src/",
        open: &[
            "engine/src/base/",
            "engine/src/dns/tsig.rs",
            "engine/src/vault/",
            "engine/src/x509/",
        ],
    },
    Door {
        name: "cbc",
        watched: "engine/src/",
        open: &["engine/src/x509/container/"],
    },
    Door {
        name: "chacha20poly1305",
        watched: "engine/src/",
        open: &["engine/src/vault/"],
    },
    Door {
        name: "clap",
        watched: "app/src/",
        open: &["app/src/args.rs", "app/src/cli/"],
    },
    Door {
        name: "des",
        watched: "engine/src/",
        open: &["engine/src/x509/container/"],
    },
    Door {
        name: "eframe",
        watched: "app/src/",
        open: &["app/src/gui/"],
    },
    Door {
        name: "egui",
        watched: "app/src/",
        open: &["app/src/gui/"],
    },
    Door {
        name: "env",
        watched: "app/src/",
        open: &["app/src/main.rs", "app/src/settings.rs"],
    },
    Door {
        name: "env",
        watched: "engine/src/",
        open: &["nowhere in the engine"],
    },
    Door {
        name: "hickory_proto",
        watched: "engine/src/",
        open: &["engine/src/dns/"],
    },
    Door {
        name: "hickory_resolver",
        watched: "engine/src/",
        open: &["engine/src/dns/"],
    },
    Door {
        name: "keyring_core",
        watched: "engine/src/",
        open: &["engine/src/vault/slot/os_store/"],
    },
    Door {
        name: "pkcs8",
        watched: "engine/src/",
        open: &["engine/src/x509/container/"],
    },
    Door {
        name: "process::Command",
        watched: "engine/src/",
        open: &["engine/src/dns/command.rs"],
    },
    Door {
        name: "qrcode",
        watched: "app/src/",
        open: &["app/src/kit.rs"],
    },
    Door {
        name: "rc2",
        watched: "engine/src/",
        open: &["engine/src/x509/container/"],
    },
    Door {
        name: "redb",
        watched: "engine/src/",
        open: &["engine/src/store/"],
    },
    Door {
        name: "reqwest",
        watched: "engine/src/",
        open: &["engine/src/http/"],
    },
    Door {
        name: "roxmltree",
        watched: "engine/src/",
        open: &["engine/src/dns/"],
    },
    Door {
        name: "rustls",
        watched: "engine/src/",
        open: &["engine/src/http/"],
    },
    Door {
        name: "SystemTime",
        watched: "app/src/",
        open: &["no file of a front end"],
    },
    Door {
        name: "SystemTime",
        watched: "engine/src/",
        open: &["engine/src/base/clock.rs"],
    },
    Door {
        name: "tokio",
        watched: "engine/src/",
        open: &[
            "engine/src/acme/",
            "engine/src/dns/",
            "engine/src/http/",
            "engine/src/runtime/",
            "engine/src/store/",
        ],
    },
    Door {
        name: "webpki",
        watched: "engine/src/",
        open: &["engine/src/x509/"],
    },
    Door {
        name: "x509_cert",
        watched: "engine/src/",
        open: &["engine/src/x509/"],
    },
    Door {
        name: "x509_parser",
        watched: "engine/src/",
        open: &["engine/src/x509/"],
    },
];
