//! What the person typed about the authority and the first certificate, held against each other
//! before anything is made.

use chancery_engine::api::{Identifier, Subtree};

use super::making::Plan;
use crate::gui::parts::names;

/// Each part, or what is wrong with it.
pub(super) struct Asked {
    pub(super) name: Result<String, String>,
    pub(super) domains: Result<Vec<Subtree>, String>,
    pub(super) hosts: Result<Vec<Identifier>, String>,
}

impl Asked {
    pub(super) fn read(name: &str, domains: &str, hosts: &str) -> Self {
        let name = name.trim();
        let domains = names::subtrees(domains);
        let hosts = names::identifiers(hosts).and_then(|hosts| match &domains {
            _ if hosts.is_empty() => Err("The first certificate needs a name".to_owned()),
            Ok(domains) => within(hosts, domains),
            Err(_) => Ok(hosts),
        });
        Self {
            name: match name.is_empty() {
                true => Err("A name is needed".to_owned()),
                false => Ok(name.to_owned()),
            },
            domains,
            hosts,
        }
    }

    /// `None` while anything is wrong.
    pub(super) fn plan(self) -> Option<Plan> {
        Some(Plan {
            name: self.name.ok()?,
            domains: self.domains.ok()?,
            hosts: self.hosts.ok()?,
        })
    }
}

/// What a field says below it.
pub(super) fn wrong<T>(part: &Result<T, String>) -> Option<&str> {
    part.as_ref().err().map(String::as_str)
}

/// The engine would refuse such a name too, but only after the root has been made for good.
fn within(hosts: Vec<Identifier>, domains: &[Subtree]) -> Result<Vec<Identifier>, String> {
    let private = chancery_engine::private_names();
    let reach = match domains.is_empty() {
        true => &private,
        false => domains,
    };
    let outside = |host: &&Identifier| !reach.iter().any(|tree| tree.contains(host));
    let Some(host) = hosts.iter().find(outside) else {
        return Ok(hosts);
    };
    let only = match domains.is_empty() {
        true => "private names".to_owned(),
        false => {
            let words: Vec<String> = domains.iter().map(ToString::to_string).collect();
            words.join(", ")
        }
    };
    let example = match domains.is_empty() {
        true => "Choose a name below .internal, or write",
        false => "Choose a name within these, or add",
    };
    let host = host.value();
    Err(format!(
        "The root would issue only for {only}, not for {host}. {example} {host} under “Names it may issue for”"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_held_against_the_name_space_that_is_asked_for() {
        for (domains, host) in [
            ("", "www.example.internal"),
            ("", "10.0.0.1"),
            ("example.com", "www.example.com"),
            ("example.com 192.0.2.0/24", "www.example.com, 192.0.2.1"),
        ] {
            let asked = Asked::read("Example", domains, host);
            assert_eq!(wrong(&asked.hosts), None, "{host} in {domains:?}");
            assert!(asked.plan().is_some());
        }
        for (domains, host) in [
            ("", "www.example.com"),
            ("", "192.0.2.1"),
            ("example.com", "www.example.internal"),
            ("example.com", "www.example.com, 10.0.0.1"),
        ] {
            let asked = Asked::read("Example", domains, host);
            assert!(asked.hosts.is_err(), "{host} in {domains:?}");
            assert!(asked.plan().is_none());
        }
    }
}
