//! Names as people type and read them.

use chancery_engine::api::{Identifier, Subtree, shown};

/// Names one to a line, or separated by commas or spaces. The error names the line's fault.
pub(in crate::gui) fn identifiers(text: &str) -> Result<Vec<Identifier>, String> {
    words(text)
        .map(|word| {
            word.parse()
                .map_err(|error| format!("{error}: {}", shown(word)))
        })
        .collect()
}

/// Subtrees likewise; a bare name is a host name's subtree.
pub(in crate::gui) fn subtrees(text: &str) -> Result<Vec<Subtree>, String> {
    words(text)
        .map(|word| {
            let with_kind = match word.contains(':') {
                true => word.to_owned(),
                false if word.contains('/') => format!("ip:{word}"),
                false => format!("dns:{word}"),
            };
            with_kind
                .parse()
                .map_err(|error| format!("{error}: {}", shown(word)))
        })
        .collect()
}

/// `a, b and 3 more`.
pub(in crate::gui) fn short_list(names: &[Identifier]) -> String {
    let values: Vec<String> = names.iter().map(Identifier::value).collect();
    match values.len() {
        0 => "no names".to_owned(),
        1..=SHOWN => values.join(", "),
        count => format!("{} and {} more", values[..SHOWN].join(", "), count - SHOWN),
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|word| !word.is_empty())
}

const SHOWN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_however_they_are_separated() {
        let names = identifiers("www.example.internal, 10.0.0.1\nanna@example.internal").unwrap();
        assert_eq!(names.len(), 3);
        assert_eq!(
            short_list(&names),
            "www.example.internal, 10.0.0.1, anna@example.internal"
        );
    }

    #[test]
    fn a_bad_name_is_named() {
        let error = identifiers("www.example.internal exa$mple").unwrap_err();
        assert!(error.ends_with("exa$mple"), "{error}");
    }

    #[test]
    fn a_bare_subtree_is_a_host_name_or_a_block_of_addresses() {
        let trees = subtrees("example.internal 10.0.0.0/8 email:example.org").unwrap();
        let told: Vec<String> = trees.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["dns:example.internal", "ip:10.0.0.0/8", "email:example.org"]
        );
    }
}
