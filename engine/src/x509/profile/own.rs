//! Profiles of one's own: a built-in one, changed within what may be changed.

use const_oid::ObjectIdentifier;

use super::{Lifetime, Profile, ProfileError};
use crate::base::{
    Field, NameKind, NameRule, ObjectId, ProfileContent, ProfileName, Take, Usage, shown,
};
use crate::x509::additions::{Additions, read_id};
use crate::x509::extension::KeyUsage;
use crate::x509::{asn1, oid};

impl Profile {
    /// What a built-in profile says, so that a copy can say it too.
    pub(crate) fn content(&self) -> ProfileContent {
        let id = |id: &ObjectIdentifier| id.to_string().parse::<ObjectId>().ok();
        ProfileContent {
            title: self.title.clone(),
            purpose: self.purpose.clone(),
            default_days: self.lifetime.default,
            ceiling_days: self.lifetime.ceiling,
            purposes: self.extended_key_usage.iter().filter_map(id).collect(),
            key_usage: None,
            names: self.names,
            kinds: self.kinds.clone(),
            wildcards: self.wildcards,
            key_types: self.key_types.clone(),
            takes: self.takes.clone(),
            leave_out: self.leave_out.clone(),
            policies: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// A copy of this built-in profile that says `content`, if a copy may say it.
    pub(crate) fn copied(
        &self,
        name: &ProfileName,
        content: &ProfileContent,
    ) -> Result<Self, ProfileError> {
        let purposes = content.purposes.iter().map(read_id);
        let purposes: Vec<ObjectIdentifier> = purposes.collect::<Result<_, _>>()?;
        let lifetime = self.lifetime_of(content)?;
        check_texts(content)?;
        self.check_purposes(&purposes)?;
        self.check_names(content, &purposes)?;
        self.check_takes(content)?;
        let own_key_usage = self.key_usage_of(content, &purposes)?;
        Ok(Self {
            name: name.clone(),
            base: self.base.clone(),
            title: content.title.clone(),
            purpose: content.purpose.clone(),
            extended_key_usage: purposes,
            own_key_usage,
            path_len: self.path_len,
            is_ca: self.is_ca,
            lifetime,
            wildcards: content.wildcards,
            names: content.names,
            kinds: content.kinds.clone(),
            key_types: content.key_types.clone(),
            takes: content.takes.clone(),
            leave_out: content.leave_out.clone(),
            additions: Additions::read(&content.policies, &content.extensions)?,
        })
    }

    fn lifetime_of(&self, content: &ProfileContent) -> Result<Lifetime, ProfileError> {
        let (default, ceiling) = (content.default_days, content.ceiling_days);
        match 0 < default && default <= ceiling && ceiling <= self.lifetime.ceiling {
            true => Ok(Lifetime {
                default,
                ceiling,
                limit: self.lifetime.limit,
            }),
            false => Err(ProfileError::Days {
                highest: self.lifetime.ceiling,
            }),
        }
    }

    /// What OCSP signers and time stampers are for is theirs alone (RFC 3161, 2.3), an authority is
    /// for all, and no leaf is for everything.
    fn check_purposes(&self, purposes: &[ObjectIdentifier]) -> Result<(), ProfileError> {
        let has = |purpose| purposes.contains(&purpose);
        if asn1::repeated(purposes.iter().copied()).is_some() || purposes.len() > MAX_PURPOSES {
            return Err(ProfileError::PurposesRepeated);
        }
        let apart = [oid::OCSP_SIGNING, oid::TIME_STAMPING];
        let is_fixed = self.is_ca || apart.iter().any(|apart| self.is_for(*apart));
        match () {
            () if has(oid::ANY_PURPOSE) => Err(ProfileError::AnyPurpose),
            () if is_fixed && purposes != self.extended_key_usage => {
                Err(ProfileError::PurposesFixed(self.base.clone()))
            }
            () if is_fixed => Ok(()),
            () if purposes.is_empty() => Err(ProfileError::NoPurpose),
            () if apart.iter().any(|apart| has(*apart)) => Err(ProfileError::PurposeApart),
            () if has(oid::CODE_SIGNING) && has(oid::SERVER_AUTH) => {
                Err(ProfileError::CodeAndServer)
            }
            () => Ok(()),
        }
    }

    fn check_names(
        &self,
        content: &ProfileContent,
        purposes: &[ObjectIdentifier],
    ) -> Result<(), ProfileError> {
        let (has, carries) = (
            |purpose| purposes.contains(&purpose),
            |kind| content.kinds.contains(&kind),
        );
        let nameless = self.names == NameRule::None;
        match content.names {
            NameRule::None if !content.kinds.is_empty() => return Err(ProfileError::KindsUnused),
            NameRule::None => {}
            _ if nameless => return Err(ProfileError::NamesFixed(self.base.clone())),
            _ if content.kinds.is_empty() => return Err(ProfileError::NoKinds),
            _ => {}
        }
        let required = content.names == NameRule::Required;
        match () {
            () if has(oid::SERVER_AUTH) && !required => Err(ProfileError::ServerNames),
            () if has(oid::EMAIL_PROTECTION) && !(required && carries(NameKind::Email)) => {
                Err(ProfileError::EmailNames)
            }
            () if has(oid::CODE_SIGNING) && carries(NameKind::Dns) => Err(ProfileError::CodeNames),
            () if content.wildcards && !carries(NameKind::Dns) => Err(ProfileError::Wildcards),
            () => Ok(()),
        }
    }

    fn key_usage_of(
        &self,
        content: &ProfileContent,
        purposes: &[ObjectIdentifier],
    ) -> Result<Option<KeyUsage>, ProfileError> {
        let Some(uses) = &content.key_usage else {
            return Ok(None);
        };
        let all = uses.iter().fold(KeyUsage::default(), |all, usage| {
            all.and(match usage {
                Usage::DigitalSignature => KeyUsage::DIGITAL_SIGNATURE,
                Usage::NonRepudiation => KeyUsage::NON_REPUDIATION,
                Usage::KeyEncipherment => KeyUsage::KEY_ENCIPHERMENT,
                Usage::DataEncipherment => KeyUsage::DATA_ENCIPHERMENT,
                Usage::KeyAgreement => KeyUsage::KEY_AGREEMENT,
            })
        });
        let signs = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
        let must_sign = [oid::OCSP_SIGNING, oid::TIME_STAMPING, oid::CODE_SIGNING];
        let only_signs = must_sign.iter().any(|purpose| purposes.contains(purpose));
        match () {
            () if self.is_ca || all.is_empty() => Err(ProfileError::KeyUsage),
            () if only_signs
                && !(signs.contains(all) && all.contains(KeyUsage::DIGITAL_SIGNATURE)) =>
            {
                Err(ProfileError::KeyUsage)
            }
            () => Ok(Some(all)),
        }
    }

    /// A request can narrow what a profile says and never widen it, whatever a rule says; what no
    /// rule could do is not set.
    fn check_takes(&self, content: &ProfileContent) -> Result<(), ProfileError> {
        for (at, (field, take)) in content.takes.iter().enumerate() {
            let possible = match field {
                Field::Validity => false,
                Field::BasicConstraints => {
                    self.is_ca || matches!(take, Take::Profile | Take::RefuseOther)
                }
                Field::Other(id) => {
                    let is_id = id.parse::<ObjectId>().is_ok();
                    let narrows = self.is_ca && *id == oid::NAME_CONSTRAINTS.to_string();
                    is_id && (narrows || matches!(take, Take::Profile | Take::RefuseOther))
                }
                _ => true,
            };
            let again = content.takes[..at].iter().any(|(other, _)| other == field);
            if !possible || again {
                return Err(ProfileError::Rule(shown(&field.to_string()).into_owned()));
            }
        }
        Ok(())
    }
}

fn check_texts(content: &ProfileContent) -> Result<(), ProfileError> {
    let is_line = |text: &str, longest: usize| {
        let count = text.chars().count();
        0 < count && count <= longest && text.trim() == text && shown(text) == text
    };
    match is_line(&content.title, 60) && is_line(&content.purpose, 200) {
        true => Ok(()),
        false => Err(ProfileError::Texts),
    }
}

const MAX_PURPOSES: usize = 16;
