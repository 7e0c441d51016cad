//! What most people never touch: kind of certificate, chain, resolvers, patience, renewal.

use std::net::{IpAddr, SocketAddr};

use chancery_engine::api::{NewOrder, shown};
use egui::Ui;

use crate::gui::theme::size;
use crate::gui::widgets::choice;
use crate::gui::widgets::field::{Field, Look, below};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::tick::tick;

pub(super) struct More {
    pub(super) profile: Option<String>,
    pub(super) dry_run: bool,
    pub(super) automatic: bool,
    pub(super) persistent: bool,
    chain: Field,
    resolvers: Field,
    minutes: Field,
}

impl Default for More {
    fn default() -> Self {
        Self {
            profile: None,
            dry_run: false,
            automatic: true,
            persistent: false,
            chain: Field::default(),
            resolvers: Field::default(),
            minutes: Field::holding(MINUTES.to_string()),
        }
    }
}

impl More {
    pub(super) fn ui(&mut self, ui: &mut Ui, profiles: &[(String, String)]) {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        tick(ui, &mut self.automatic, "Renew it by itself in time");
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            tick(ui, &mut self.dry_run, "Only rehearse");
            let help = "All steps, at the CA’s staging service; nothing that anybody trusts comes \
                of it, and no limit is used up";
            below(ui, help, None);
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            tick(
                ui,
                &mut self.persistent,
                "Prove the names by records that stay",
            );
            let help = "Where the CA takes that; renewals then change nothing in the DNS";
            below(ui, help, None);
        });
        self.profile_ui(ui, profiles);
        let look = Look {
            label: "Chain that ends at, if the CA offers several",
            help: "A part of the root’s name",
            example: "ISRG Root X2",
            ..Look::default()
        };
        self.chain.ui(ui, look, None);
        let error = self.resolvers().err();
        let look = Look {
            label: "Resolvers to ask, instead of this computer’s own",
            help: "Addresses, one on each line; for names that look different from inside",
            example: "9.9.9.9",
            lines: 2,
        };
        self.resolvers.ui(ui, look, error.as_deref());
        let error = self.limit_secs().err();
        let look = Look {
            label: "Minutes to wait for the DNS at most",
            help: "Until every server of a zone shows the record",
            ..Look::default()
        };
        self.minutes.ui(ui, look, error);
    }

    fn profile_ui(&mut self, ui: &mut Ui, profiles: &[(String, String)]) {
        let gone = |wanted: &String| !profiles.iter().any(|(name, _)| name == wanted);
        if self.profile.as_ref().is_some_and(gone) {
            self.profile = None;
        }
        if profiles.is_empty() {
            return;
        }
        let usual = (None, "As the CA thinks best".to_owned());
        let offered = profiles.iter().map(|(name, words)| {
            let words = format!("{}: {}", shown(name), sentence(&shown(words)));
            (Some(name.clone()), words)
        });
        let options: Vec<(Option<String>, String)> = [usual].into_iter().chain(offered).collect();
        choice::wide_drop_down(ui, "Kind of certificate", &mut self.profile, &options);
    }

    /// What was chosen for an order before.
    pub(super) fn fill(&mut self, wish: &NewOrder) {
        let resolvers: Vec<String> = wish.resolvers.iter().map(|it| host(*it)).collect();
        *self = Self {
            profile: wish.acme_profile.clone(),
            dry_run: wish.dry_run,
            automatic: wish.automatic || wish.dry_run,
            persistent: wish.persistent,
            chain: Field::holding(wish.preferred_chain.clone().unwrap_or_default()),
            resolvers: Field::holding(resolvers.join("\n")),
            minutes: Field::holding(wish.propagation_limit_secs.div_ceil(60).to_string()),
        };
    }

    pub(super) fn show_errors(&mut self) {
        self.resolvers.show_error();
        self.minutes.show_error();
    }

    pub(super) fn is_complete(&self) -> bool {
        self.resolvers().is_ok() && self.limit_secs().is_ok()
    }

    pub(super) fn preferred_chain(&self) -> Option<String> {
        let text = self.chain.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn resolvers(&self) -> Result<Vec<SocketAddr>, String> {
        let words = self
            .resolvers
            .text
            .split(|c: char| c == ',' || c.is_whitespace());
        words
            .filter(|word| !word.is_empty())
            .map(|word| {
                let whole = word.parse::<SocketAddr>();
                let plain = || word.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
                whole
                    .or_else(|_| plain())
                    .map_err(|_| format!("An address as 9.9.9.9, not {}", shown(word)))
            })
            .collect()
    }

    pub(super) fn limit_secs(&self) -> Result<u32, &'static str> {
        match self.minutes.text.trim().parse::<u32>() {
            Ok(minutes @ 1..=1440) => Ok(minutes * 60),
            _ => Err("Between 1 and 1440 minutes"),
        }
    }
}

/// Without the port where it is the usual one.
fn host(resolver: SocketAddr) -> String {
    match resolver.port() {
        53 => resolver.ip().to_string(),
        _ => resolver.to_string(),
    }
}

/// Slow secondaries need some; who waits longer has another fault.
const MINUTES: u32 = 10;

#[cfg(test)]
mod tests {
    use chancery_engine::api::{AcmeAccountId, DnsProviderId, KeyType, OrderKey};

    use super::*;

    #[test]
    fn resolvers_are_addresses_with_port_53_unless_another_one_is_given() {
        let more = |text: &str| More {
            resolvers: Field::holding(text),
            ..More::default()
        };
        let told: Vec<String> = more("9.9.9.9\n127.0.0.1:5353, 2001:db8::1")
            .resolvers()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(told, ["9.9.9.9:53", "127.0.0.1:5353", "[2001:db8::1]:53"]);
        let error = more("dns.example.org").resolvers().unwrap_err();
        assert!(error.contains("dns.example.org"), "{error}");
    }

    #[test]
    fn what_was_chosen_before_is_chosen_again() {
        let wish = NewOrder {
            account: AcmeAccountId::from_raw(1),
            provider: DnsProviderId::from_raw(2),
            names: Vec::new(),
            key: OrderKey::New(KeyType::P256),
            acme_profile: Some("shortlived".to_owned()),
            resolvers: vec![
                "9.9.9.9:53".parse().unwrap(),
                "127.0.0.1:5353".parse().unwrap(),
            ],
            preferred_chain: Some("ISRG Root X2".to_owned()),
            propagation_limit_secs: 1200,
            dry_run: false,
            automatic: false,
            persistent: true,
            replaces: None,
        };
        let mut more = More::default();
        more.fill(&wish);
        assert_eq!(more.resolvers.text, "9.9.9.9\n127.0.0.1:5353");
        assert_eq!(more.resolvers().as_ref(), Ok(&wish.resolvers));
        assert_eq!(more.limit_secs(), Ok(wish.propagation_limit_secs));
        assert_eq!(more.preferred_chain(), wish.preferred_chain);
        assert_eq!(more.profile, wish.acme_profile);
        assert!(!more.automatic && more.persistent);
    }

    #[test]
    fn the_time_to_wait_has_bounds() {
        let more = |text: &str| More {
            minutes: Field::holding(text),
            ..More::default()
        };
        assert_eq!(more("2").limit_secs(), Ok(120));
        for bad in ["", "0", "1441", "soon"] {
            assert!(more(bad).limit_secs().is_err(), "{bad}");
        }
    }
}
