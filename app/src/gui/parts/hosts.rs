//! Host names as people type and read them: in any script, and as the DNS has them.

use chancery_engine::api::{DnsName, shown};

use crate::host;

/// Names one to a line, or separated by commas or spaces, each once. The error names the one that
/// is at fault.
pub(in crate::gui) fn hosts(text: &str) -> Result<Vec<DnsName>, String> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    let mut names = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        let name = host::dns_name(word).map_err(|why| format!("{why}: {}", shown(word)))?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Both forms where there are two: `bücher.example (xn--bcher-kva.example)`.
pub(in crate::gui) fn both_ways(name: &DnsName) -> String {
    match host::readable(name) {
        Some(written) => format!("{} ({name})", shown(&written)),
        None => name.to_string(),
    }
}

/// `www.example.org and 3 more`.
pub(in crate::gui) fn first_of(names: &[DnsName]) -> String {
    match names {
        [] => "no names".to_owned(),
        [only] => both_ways(only),
        [first, rest @ ..] => format!("{} and {} more", both_ways(first), rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_other_scripts_are_understood_and_shown_both_ways() {
        let names = hosts("bücher.example, *.bücher.example\nwww.example.org").unwrap();
        let told: Vec<String> = names.iter().map(both_ways).collect();
        assert_eq!(
            told,
            [
                "bücher.example (xn--bcher-kva.example)",
                "*.bücher.example (*.xn--bcher-kva.example)",
                "www.example.org"
            ]
        );
        assert_eq!(
            first_of(&names),
            "bücher.example (xn--bcher-kva.example) and 2 more"
        );
    }

    #[test]
    fn a_name_that_is_given_twice_counts_once() {
        assert_eq!(hosts("a.example.org A.example.org.").unwrap().len(), 1);
        assert!(hosts(" ,\n").unwrap().is_empty());
    }

    #[test]
    fn what_can_be_no_host_name_is_named() {
        for bad in ["exa$mple.org", "ex ample..org", "bü\u{202e}cher.example"] {
            let error = hosts(bad).unwrap_err();
            let last = bad.split(' ').next_back().unwrap();
            assert!(error.contains(&*shown(last)), "{error}");
        }
    }
}
