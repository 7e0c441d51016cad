//! Certificates whose key is made, or already there, in the vault.

use std::path::PathBuf;

use chancery_engine::api::{
    CertificateCommand, CertificateFact, CertificateId, Command, Fact, FindAuthority, FindKey,
    Identifier, KeyChoice, KeyType, NameError, NewCertificate, PreviewCertificate, ProfileName,
    Report, ShowCertificate,
};
use clap::Args;
use serde_json::json;

use super::public::{Public, Wish};
use super::{export_issued, tell_files};
use crate::cli::print::Told;
use crate::cli::session::Session;
use crate::cli::{CliError, files, number};
use crate::host;

#[derive(Args)]
pub(crate) struct Create {
    /// Its common name; a host name or address is an alternative name as well, but for clients
    #[arg(value_name = "CN")]
    common_name: String,
    /// An alternative name; may be repeated
    #[arg(long, value_name = "dns:…|ip:…|email:…|uri:…", value_parser = host::identifier)]
    san: Vec<Identifier>,
    /// One of `profile list`
    #[arg(long, default_value = "server")]
    profile: ProfileName,
    /// Who issues it, by id, name or serial; not needed where there is only one
    #[arg(long, default_value = "", hide_default_value = true)]
    ca: String,
    /// Lifetime in days, in place of the profile's own
    #[arg(long, value_name = "N", value_parser = number::days)]
    days: Option<u32>,
    /// Pass the profile's longest lifetime, up to 3650 days: such a certificate outlives its care
    #[arg(long)]
    beyond_ceiling: bool,
    #[arg(help = format!("Make a key of this type: {}", crate::cli::key_types()))]
    #[arg(long, value_name = "TYPE", default_value_t, conflicts_with = "key")]
    key_type: KeyType,
    /// Use this key of the vault, by id or name
    #[arg(long)]
    key: Option<String>,
    /// Write the files into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the private key too, readable by you alone
    #[arg(long, requires = "out")]
    with_key: bool,
    /// Name the authority, where its key signs only with the passphrase and that is in a file
    #[arg(long, value_name = "CA")]
    confirm: Option<String>,
    #[command(flatten)]
    public: Public,
}

impl Create {
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
        if let Some(account) = &self.public.acme {
            let wish = Wish {
                common_name: &self.common_name,
                san: &self.san,
                key: self.key.as_ref(),
                key_type: self.key_type,
                out: self.out.as_deref(),
                with_key: self.with_key,
            };
            return self.public.order(session, account, &wish);
        }
        let common_name = own_name(&self.common_name, &self.san, &self.profile)?;
        let key = match &self.key {
            Some(key) => KeyChoice::Existing(session.ask(&FindKey(key.clone()))?),
            None => KeyChoice::New(self.key_type),
        };
        let wish = NewCertificate {
            authority: session.ask(&FindAuthority(self.ca))?,
            identifiers: identifiers(&common_name, self.san, &self.profile),
            profile: self.profile,
            common_name,
            days: self.days,
            beyond_ceiling: self.beyond_ceiling,
            key,
        };
        let _made = self.out.as_deref().map(files::Folder::at).transpose()?;
        if let Some(folder) = &self.out {
            // A key that is in the vault already may be the one that is in the file.
            if self.with_key && matches!(wish.key, KeyChoice::New(_)) {
                chancery_engine::require_no_key(folder, &wish.common_name)?;
            }
        }
        let id = issue(session, &wish, self.confirm.as_deref())?;
        let written = match &self.out {
            Some(folder) => export_issued(session, id, folder, self.with_key)?,
            None => Vec::new(),
        };
        tell_files(session, &written);
        let row = session.ask(&ShowCertificate(id))?.row;
        let json = json!({ "id": id, "certificate": row, "files": written });
        Told::new(id.to_string(), &json)
    }
}

/// The common name as it is written, without what is around it and, for a host, without the final
/// dot. Where a profile for hosts finds its host nowhere else, it has to be one.
fn own_name(typed: &str, others: &[Identifier], profile: &ProfileName) -> Result<String, CliError> {
    let name = typed.trim();
    let why = match host::identifier(name) {
        _ if !names_a_host(profile) => return Ok(name.to_owned()),
        Ok(Identifier::Dns(host)) if !name.is_ascii() => return Ok(host.to_string()),
        Ok(Identifier::Dns(_)) => return Ok(name.strip_suffix('.').unwrap_or(name).to_owned()),
        Ok(Identifier::Ip(_)) => return Ok(name.to_owned()),
        Ok(_) => NameError::DnsSyntax,
        Err(why) => why,
    };
    match others {
        [] => Err(CliError::NotAHost {
            name: name.to_owned(),
            why,
        }),
        _ => Ok(name.to_owned()),
    }
}

fn names_a_host(profile: &ProfileName) -> bool {
    matches!(profile.as_str(), "server" | "both")
}

/// The alternative names: those typed, and in front of them a common name that is a host name or
/// an address, since that is where programs look for it. A client's is no host.
pub(crate) fn identifiers(
    common_name: &str,
    typed: Vec<Identifier>,
    profile: &ProfileName,
) -> Vec<Identifier> {
    let own = match common_name.parse() {
        Ok(own @ (Identifier::Dns(_) | Identifier::Ip(_))) => Some(own),
        _ => None,
    };
    let own = own.filter(|own| names_a_host(profile) && !typed.contains(own));
    own.into_iter().chain(typed).collect()
}

/// Warns of what the lints have to say, and issues.
pub(crate) fn issue(
    session: &Session,
    wish: &NewCertificate,
    confirmed: Option<&str>,
) -> Result<CertificateId, Report> {
    let what = format!("a certificate for {}", wish.common_name);
    let needs_consent = session.prepare_to_sign(wish.authority, &wish.profile, &what)?;
    // A wish that cannot be granted is refused, and audited, by the command itself.
    if let Ok(findings) = session.ask(&PreviewCertificate(wish.clone())) {
        session.talk.findings(&findings);
    }
    let issue = || {
        let consent = needs_consent.then(|| session.consent(confirmed));
        Ok(Command::Certificate(CertificateCommand::Issue {
            wish: wish.clone(),
            consent: consent.transpose()?,
        }))
    };
    session.carry_out(issue, |fact| match fact {
        Fact::Certificate(CertificateFact::Issued { id, .. }) => Some(id),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::list;

    fn names(common_name: &str, typed: &[&str], profile: &str) -> String {
        let typed = typed.iter().map(|name| name.parse().unwrap()).collect();
        list(&identifiers(common_name, typed, &profile.parse().unwrap()))
    }

    #[test]
    fn a_host_name_as_common_name_is_an_alternative_name_as_well() {
        assert_eq!(names("www.a.internal", &[], "server"), "dns:www.a.internal");
        assert_eq!(
            names("10.0.0.1", &["dns:a.b"], "both"),
            "ip:10.0.0.1, dns:a.b"
        );
        assert_eq!(
            names("a.b", &["ip:10.0.0.1", "a.b"], "server"),
            "ip:10.0.0.1, dns:a.b"
        );
    }

    fn own(typed: &str, others: &[Identifier], profile: &str) -> Option<String> {
        own_name(typed, others, &profile.parse().unwrap()).ok()
    }

    #[test]
    fn a_certificate_for_hosts_names_one() {
        let long = "a".repeat(70);
        for wrong in [
            "a.internal:443",
            "https://a.internal",
            "a..internal",
            "*",
            &long,
            "a@b.c",
            "",
        ] {
            assert_eq!(own(wrong, &[], "server"), None, "{wrong}");
            assert_eq!(own(wrong, &[], "client").as_deref(), Some(wrong));
            let named = ["dns:a.internal".parse().unwrap()];
            assert_eq!(own(wrong, &named, "both").as_deref(), Some(wrong));
        }
        assert_eq!(own("fd00::1", &[], "server").as_deref(), Some("fd00::1"));
        assert_eq!(
            own("*.a.internal", &[], "both").as_deref(),
            Some("*.a.internal")
        );
        assert_eq!(
            own(" www.a.internal. ", &[], "server").as_deref(),
            Some("www.a.internal")
        );
        assert_eq!(
            own("bücher.internal", &[], "server").as_deref(),
            Some("xn--bcher-kva.internal")
        );
        assert_eq!(own("Bücher GmbH", &[], "server"), None);
        assert_eq!(
            own("Bücher GmbH", &[], "client").as_deref(),
            Some("Bücher GmbH")
        );
    }

    #[test]
    fn what_is_no_host_stays_the_common_name_alone() {
        assert_eq!(names("Anna Meier", &["dns:a.b"], "server"), "dns:a.b");
        assert_eq!(
            names("anna", &["email:anna@a.b"], "client"),
            "email:anna@a.b"
        );
    }
}
