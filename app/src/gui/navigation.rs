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
    /// The form of a new one, filled like this one.
    OrderAgain(OrderId),
    Profiles,
    Provider(DnsProviderId),
    /// The same on the way to a first certificate, just added: there is a next step.
    AddedProvider(DnsProviderId),
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
            | Self::OrderAgain(_)
            | Self::Provider(_)
            | Self::AddedProvider(_)
            | Self::PublicCas(_) => Self::PublicCas(Public::Orders),
        }
    }

    /// The list that it is, whatever is selected in it.
    const fn list(self) -> Option<Self> {
        match self {
            Self::Authorities(_) => Some(Self::Authorities(None)),
            Self::Key(_) => Some(Self::Secrets(Part::Keys)),
            Self::Audit
            | Self::Certificates
            | Self::Profiles
            | Self::PublicCas(_)
            | Self::Requests
            | Self::Secrets(_) => Some(self),
            _ => None,
        }
    }
}

/// One coming to a place; going back to it is the same visit.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Visit {
    place: Place,
    number: u64,
}

#[derive(Default)]
pub(super) struct Navigation {
    here: Visit,
    back: Vec<Visit>,
    forward: Vec<Visit>,
    last: u64,
}

impl Navigation {
    pub(super) const fn here(&self) -> Place {
        self.here.place
    }

    /// What scroll positions and folded parts belong to: a list is found as it was left, any other
    /// page begins at its top unless one goes back to it.
    pub(super) const fn visit(&self) -> Visit {
        match self.here.place.list() {
            Some(place) => Visit { place, number: 0 },
            None => self.here,
        }
    }

    pub(super) fn go(&mut self, place: Place) {
        if place != self.here.place {
            if self.back.len() == LONGEST {
                self.back.remove(0);
            }
            self.back.push(self.here);
            self.forward.clear();
            self.last += 1;
            let number = self.last;
            self.here = Visit { place, number };
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

fn step(from: &mut Vec<Visit>, here: &mut Visit, to: &mut Vec<Visit>) -> bool {
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

    #[test]
    fn a_page_is_new_each_time_one_comes_to_it_and_the_same_after_going_back() {
        let mut navigation = Navigation::default();
        navigation.go(Place::Issue);
        let first = navigation.visit();
        navigation.go(Place::Audit);
        assert!(navigation.back());
        assert_eq!(navigation.visit(), first);
        navigation.go(Place::Audit);
        navigation.go(Place::Issue);
        assert_ne!(navigation.visit(), first);
    }

    #[test]
    fn a_list_is_one_page_whatever_is_selected_in_it() {
        let mut navigation = Navigation::default();
        navigation.go(Place::Authorities(None));
        let list = navigation.visit();
        navigation.go(Place::Authorities(Some(AuthorityId::from_raw(7))));
        assert_eq!(navigation.visit(), list);
    }
}
