//! What other services are told about, and what each of them wants to be told.

use std::fs;
use std::path::Path;

use chancery_engine::api::{Evidence, FieldInfo, FieldKind, ListProviderKinds, ProviderKindRow};
use spec::World;

/// The document is the program's. To renew it, put what the failing test prints in its place.
#[test]
fn docs_connectors_md_says_what_the_descriptors_say() {
    let world = World::new();
    let kinds = world.client.read(&ListProviderKinds).unwrap().value;
    assert!(kinds.len() > 10, "{kinds:?}");
    let expected = document(&kinds);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/connectors.md");
    let written = fs::read_to_string(path).unwrap();
    assert!(
        written == expected,
        "docs/connectors.md has to say:\n\n{expected}\n\nIt differs from this first in: {:?}",
        written
            .lines()
            .zip(expected.lines())
            .find(|(is, ought)| is != ought)
    );
}

fn document(kinds: &[ProviderKindRow]) -> String {
    let index = kinds.iter().map(|kind| {
        let evidence = match kind.evidence {
            Evidence::Run => "run",
            Evidence::Recorded => "recorded",
            Evidence::Written => "written",
        };
        format!("| `{}` | {} | {evidence} |\n", kind.kind, kind.title)
    });
    let chapters = kinds.iter().map(chapter);
    format!(
        "{INTRODUCTION}{}{}",
        index.collect::<String>(),
        chapters.collect::<String>()
    )
}

fn chapter(kind: &ProviderKindRow) -> String {
    let rows = kind.fields.iter().map(row);
    let fields = match kind.fields.is_empty() {
        true => "It wants to be told nothing.\n".to_owned(),
        false => format!(
            "| field | takes | |\n|---|---|---|\n{}",
            rows.collect::<String>()
        ),
    };
    format!("\n### {}\n\n`{}`\n\n{fields}", kind.title, kind.kind)
}

fn row(field: &FieldInfo) -> String {
    let takes = match &field.kind {
        FieldKind::Text => "text".to_owned(),
        FieldKind::Number => "number".to_owned(),
        FieldKind::Address => "address".to_owned(),
        FieldKind::Url => "URL".to_owned(),
        FieldKind::Choice(words) => {
            let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(" or ")
        }
        FieldKind::Lines => "lines".to_owned(),
        other => panic!("say what {other:?} takes"),
    };
    let marks = [
        (field.secret, "secret".to_owned()),
        (field.required, "needed".to_owned()),
        (field.advanced, "seldom needed".to_owned()),
    ];
    let marks = marks
        .into_iter()
        .filter_map(|(holds, mark)| holds.then_some(mark));
    let default = field
        .default
        .iter()
        .map(|default| format!("otherwise `{default}`"));
    let marks: Vec<_> = std::iter::once(takes).chain(marks).chain(default).collect();
    let help = field.help.replace('|', "\\|");
    format!("| `{}` | {} | {help} |\n", field.name, marks.join(", "))
}

const INTRODUCTION: &str = "\
# Connectors

Services that Chancery works with, and what each wants to be told.
Secrets go into the vault and are never shown again.
Behind *otherwise* stands what holds if nothing is given.
A test holds this page against the program.

The mark says how far a driver is known to work:

- *run*: it was run against the real service,
- *recorded*: it was run against recorded answers of the real service,
- *written*: it was written from the service's documentation, and nobody has seen it work.

## DNS providers

| kind | service | mark |
|---|---|---|
";
