//! Profiles: those built in, and copies of them that a person has changed.

use serde::{Deserialize, Serialize};

use super::{About, Area, Question, Resource};
use crate::base::{KeyType, NameKind, NameRule, ProfileContent, ProfileName};

#[non_exhaustive]
pub enum ProfileCommand {
    /// Replaces what a profile of one's own says. What was issued with it stays as it is.
    Change {
        name: ProfileName,
        content: Box<ProfileContent>,
    },
    /// Makes a profile of one's own that says what another one says, until it is changed.
    Copy {
        from: ProfileName,
        name: ProfileName,
    },
    /// Takes a profile of one's own away, unless a grant or a waiting request names it.
    Remove { name: ProfileName },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum ProfileFact {
    Changed {
        name: ProfileName,
    },
    Copied {
        from: ProfileName,
        name: ProfileName,
    },
    Removed {
        name: ProfileName,
    },
}

/// Asks for the profiles a request or a wish may name: those built in, then one's own, by name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListProfiles;

impl Question for ListProfiles {
    type Answer = Vec<ProfileRow>;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ProfileRow {
    pub name: ProfileName,
    /// `TLS server`; safe to show.
    pub title: String,
    /// One sentence; safe to show.
    pub purpose: String,
    pub default_days: u32,
    /// What may be passed only by a person who has been warned.
    pub ceiling_days: u32,
    pub is_authority: bool,
    /// An unattended key makes such certificates only where a grant names the profile.
    pub acts_for_authority: bool,
    /// The built-in profile that it is a copy of; `None` for one that is built in.
    pub copy_of: Option<ProfileName>,
    pub names: NameRule,
    /// Kinds of names it may carry.
    pub kinds: Vec<NameKind>,
    /// Types of key it takes; empty for all.
    pub key_types: Vec<KeyType>,
}

/// Asks for all that a profile says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowProfile(pub ProfileName);

impl Question for ShowProfile {
    type Answer = ProfileDetail;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ProfileDetail {
    pub row: ProfileRow,
    pub content: ProfileContent,
    /// Not even a person who has been warned passes these.
    pub limit_days: u32,
    /// The most that `ceiling_days` of a copy may be.
    pub highest_ceiling_days: u32,
}

impl ProfileCommand {
    pub(super) fn about(&self) -> About {
        let on = |name: &ProfileName| Resource::of("profile", name);
        let (action, resource, details) = match self {
            Self::Change { name, content } => {
                let said = serde_json::to_string(content).unwrap_or_default();
                let details = format!("change to {}", crate::base::shown(&said));
                ("profile.change", on(name), details)
            }
            Self::Copy { from, name } => {
                let details = format!("copy the profile {from}");
                ("profile.copy", on(name), details)
            }
            Self::Remove { name } => {
                let details = "remove the profile".to_owned();
                ("profile.remove", on(name), details)
            }
        };
        About {
            area: Area::Profile,
            action,
            resource,
            details,
            intent_first: false,
        }
    }
}
