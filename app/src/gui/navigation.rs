//! Which screen is open; back and forward.

use chancery_engine::api::{AuthorityId, CertificateId, DnsProviderId, KeyId, OrderId, RequestId};

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) enum Place {
    AddRequest,
    Audit,
    /// With this one selected.
    Authorities(Option<AuthorityId>),
    Bench(RequestId),
    Certificate(CertificateId),
    #[default]
    Certificates,
    Gallery,
    Import,
    Issue,
    /// Among the secrets, with this one selected.
    Key(KeyId),
    /// At a public CA.
    NewAccount,
    NewAuthority,
    /// At a public CA.
    NewOrder,
    /// Of DNS.
    NewProvider,
    Order(OrderId),
    Profiles,
    Provider(DnsProviderId),
    PublicCas(Public),
    Requests,
    Secrets(Part),
}

/// A part of the secrets screen.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) enum Part {
    #[default]
    Keys,
    Slots,
    Backups,
}

/// A part of the screen of public CAs.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) enum Public {
    #[default]
    Orders,
    Accounts,
    Providers,
}

impl Place {
    /// Which entry of the rail is lit.
    pub(super) const fn home(self) -> Self {
        match self {
            Self::AddRequest | Self::Bench(_) | Self::Requests => Self::Requests,
            Self::Audit => Self::Audit,
            Self::Authorities(_) | Self::Import | Self::NewAuthority => Self::Authorities(None),
            Self::Certificate(_) | Self::Certificates | Self::Issue => Self::Certificates,
            Self::Gallery => Self::Gallery,
            Self::Profiles => Self::Profiles,
            Self::Key(_) | Self::Secrets(_) => Self::Secrets(Part::Keys),
            Self::NewAccount
            | Self::NewOrder
            | Self::NewProvider
            | Self::Order(_)
            | Self::Provider(_)
            | Self::PublicCas(_) => Self::PublicCas(Public::Orders),
        }
    }
}

#[derive(Default)]
pub(super) struct Navigation {
    here: Place,
    back: Vec<Place>,
    forward: Vec<Place>,
}

impl Navigation {
    pub(super) const fn here(&self) -> Place {
        self.here
    }

    pub(super) fn go(&mut self, place: Place) {
        if place != self.here {
            if self.back.len() == LONGEST {
                self.back.remove(0);
            }
            self.back.push(self.here);
            self.forward.clear();
            self.here = place;
        }
    }

    /// False where there is nothing to go back to.
    pub(super) fn back(&mut self) -> bool {
        step(&mut self.back, &mut self.here, &mut self.forward)
    }

    pub(super) fn forward(&mut self) -> bool {
        step(&mut self.forward, &mut self.here, &mut self.back)
    }

    pub(super) const fn can_go_back(&self) -> bool {
        !self.back.is_empty()
    }

    pub(super) const fn can_go_forward(&self) -> bool {
        !self.forward.is_empty()
    }
}

fn step(from: &mut Vec<Place>, here: &mut Place, to: &mut Vec<Place>) -> bool {
    let Some(place) = from.pop() else {
        return false;
    };
    to.push(std::mem::replace(here, place));
    true
}

const LONGEST: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_and_forward_lead_where_one_was() {
        let mut navigation = Navigation::default();
        navigation.go(Place::Audit);
        navigation.go(Place::Audit);
        navigation.go(Place::Requests);
        assert!(navigation.back());
        assert_eq!(navigation.here(), Place::Audit);
        assert!(navigation.back());
        assert_eq!(navigation.here(), Place::Certificates);
        assert!(!navigation.back());
        assert!(navigation.forward());
        assert_eq!(navigation.here(), Place::Audit);
        navigation.go(Place::Issue);
        assert!(!navigation.can_go_forward());
    }
}
