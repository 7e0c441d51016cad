//! `chancery quickstart`: from nothing to a certificate that a client connects by, in one go.

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuthorityId, AuthorityRow, CertificateRow, Identifier, KeyChoice, KeyType, NameError,
    NewCertificate, Reach, Report, ShowAuthority, ShowCertificate, Subtree, VaultState,
    VaultStatusQuestion,
};
use clap::Args;
use serde_json::json;

use super::ca::{self, Wish, signs};
use super::cert;
use super::forms::Place;
use super::print::{Told, day, list};
use super::session::Session;
use super::{CliError, files, recovery};

pub(crate) const ABOUT: &str =
    "From nothing to a certificate that works: vault, root, issuing CA, files, and a proof";

#[derive(Args)]
#[command(
    after_help = "The last line of the answer is a command that serves the certificate \
                        with openssl and connects with curl, trusting the new root alone."
)]
pub(crate) struct Quickstart {
    /// The host name or address the certificate is for, such as www.example.internal
    #[arg(value_parser = host)]
    name: Identifier,
    /// Write the files here; without, into a folder called as the host
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Make a recovery code too and write it into this new file: a page to print if it ends in .pdf
    #[arg(long, value_name = "FILE")]
    recovery_file: Option<PathBuf>,
    /// Confine the root to this instead of to private names; may be repeated
    #[arg(long, value_name = "dns:…|ip:…")]
    permit: Vec<Subtree>,
}

impl Quickstart {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        self.require_reach()?;
        session.found()?;
        if session.ask(&VaultStatusQuestion)?.state != VaultState::Absent {
            return Err(CliError::QuickstartAgain(session.folder()?.to_owned()).into());
        }
        let place = self.recovery_file.clone();
        let place = place.map(|file| recovery::Place::choose(Some(file), session.talk));
        let place = place.transpose()?;
        let out = self.out.clone();
        let out = files::absolute(&out.unwrap_or_else(|| PathBuf::from(self.name.value())));
        let _made = files::Folder::at(&out)?;
        chancery_engine::require_no_key(&out, &self.name.value())?;
        session.create_vault(place.as_ref())?;
        session
            .talk
            .note("Making the root, the issuing CA and the certificate.");
        let made = self.make(session)?;
        let written = self.write(session, &made, &out)?;
        let proof = proof(&self.name, &written);
        let json = json!({
            "id": made.certificate.id, "certificate": made.certificate, "root": made.root,
            "issuing": made.issuing, "files": written.all, "proof": proof,
            "recovery": place.is_some(),
        });
        let text = [
            made.in_words(session.folder()?, self.recovery_file.as_deref()),
            written.in_words(&out),
            snippet(&self.name, &written),
            format!("Paste this {PASTED}: {WHAT_IT_PROVES}\n\n{proof}"),
        ];
        Told::new(text.join("\n"), &json)
    }

    /// Before anything is made: a name that the root may not issue for ends here.
    fn require_reach(&self) -> Result<(), CliError> {
        let private = chancery_engine::private_names();
        let reach = match self.permit.is_empty() {
            true => &private,
            false => &self.permit,
        };
        match reach.iter().any(|tree| tree.contains(&self.name)) {
            true => Ok(()),
            false => Err(CliError::OutOfReach {
                name: self.name.clone(),
                reach: list(reach),
            }),
        }
    }

    fn make(&self, session: &Session) -> Result<Made, Report> {
        let reach = match self.permit.is_empty() {
            true => Reach::Usual,
            false => Reach::Only(self.permit.clone()),
        };
        let root = make_authority(session, ROOT, None, reach)?;
        let issuing = make_authority(session, ISSUING, Some(root), Reach::Usual)?;
        let wish = NewCertificate {
            authority: issuing,
            profile: SERVER.parse().map_err(|_| CliError::Misunderstood)?,
            common_name: self.name.value(),
            identifiers: vec![self.name.clone()],
            days: None,
            beyond_ceiling: false,
            key: KeyChoice::New(KeyType::P256),
        };
        let certificate = cert::issue(session, &wish, None)?;
        Ok(Made {
            root: session.ask(&ShowAuthority(root))?.row,
            issuing: session.ask(&ShowAuthority(issuing))?.row,
            certificate: session.ask(&ShowCertificate(certificate))?.row,
        })
    }

    fn write(&self, session: &Session, made: &Made, out: &Path) -> Result<Written, Report> {
        let root = ca::export_to(session, made.root.id, Place::new(out))?;
        let own = cert::export_issued(session, made.certificate.id, out, true)?;
        Ok(Written::of(own, root).ok_or(CliError::Misunderstood)?)
    }
}

/// What was made, as the engine tells it.
struct Made {
    root: AuthorityRow,
    issuing: AuthorityRow,
    certificate: CertificateRow,
}

impl Made {
    fn in_words(&self, data: &Path, recovery: Option<&Path>) -> String {
        let opened_by = match recovery {
            Some(file) => format!(
                "its passphrase opens it, and the recovery code in {}",
                file.display()
            ),
            None => "only its passphrase opens it: there is no recovery code".to_owned(),
        };
        let reach = self.root.permitted.as_deref().map_or(String::new(), list);
        format!(
            "Made in {}:\n\
             \x20 vault        {opened_by}\n\
             \x20 root         {}, {}, until {}\n\
             \x20              signs {}; online, since its key shares this vault\n\
             \x20              issues only for {reach}\n\
             \x20 issuing CA   {}, {}\n\
             \x20              signs {}\n\
             \x20 certificate  {}, {}, until {}\n",
            data.display(),
            self.root.name,
            self.root.id,
            self.root.not_after.map_or(String::new(), day),
            signs(&self.root.custody),
            self.issuing.name,
            self.issuing.id,
            signs(&self.issuing.custody),
            self.certificate.name,
            self.certificate.id,
            day(self.certificate.not_after),
        )
    }
}

/// The files, and which of them is which.
struct Written {
    all: Vec<PathBuf>,
    full_chain: PathBuf,
    chain: PathBuf,
    key: PathBuf,
    root: PathBuf,
}

impl Written {
    /// `own` belong to the certificate, `root` to the root.
    fn of(own: Vec<PathBuf>, root: Vec<PathBuf>) -> Option<Self> {
        let ending = |files: &[PathBuf], end: &str| {
            let mut all = files.iter();
            all.find(|file| file.to_string_lossy().ends_with(end))
                .cloned()
        };
        Some(Self {
            full_chain: ending(&own, ".fullchain.crt")?,
            chain: ending(&own, ".chain.crt")?,
            key: ending(&own, ".key")?,
            root: root.first()?.clone(),
            all: own.into_iter().chain(root).collect(),
        })
    }

    fn in_words(&self, folder: &Path) -> String {
        let name = |file: &Path| {
            file.strip_prefix(folder)
                .unwrap_or(file)
                .display()
                .to_string()
        };
        let told = [
            (
                name(&self.full_chain),
                "the certificate and its chain, for the server",
            ),
            (name(&self.key), KEPT),
            (name(&self.root), "the root, for those who are to trust it"),
        ];
        let width = told.iter().map(|(name, _)| name.chars().count()).max();
        let width = width.unwrap_or(0);
        let lines = told.map(|(name, what)| format!("  {name:width$}  {what}\n"));
        format!("Written to {}:\n{}", folder.display(), lines.concat())
    }
}

fn make_authority(
    session: &Session,
    name: &str,
    parent: Option<AuthorityId>,
    reach: Reach,
) -> Result<AuthorityId, Report> {
    let wish = Wish {
        name,
        subject: None,
        parent,
        key_type: KeyType::P384,
        days: None,
        path_len: parent.map(|_| 0),
        reach,
    };
    // Whoever asks for a quickstart asks for exactly this root to sign.
    wish.carry_out(session, Some(ROOT))
}

/// One line for a POSIX shell: serve the certificate, connect with a client that trusts the new
/// root alone, say so, and end the server. Its exit code is the client's.
fn proof(name: &Identifier, written: &Written) -> String {
    let host = url_host(name);
    format!(
        "(openssl s_server -accept 127.0.0.1:{PORT} -cert {} -cert_chain {} -key {} -www -quiet \
         </dev/null & sleep 1; curl --silent --show-error --fail --noproxy '*' --retry 9 --retry-delay 1 \
         --retry-connrefused --cacert {} --connect-to ::127.0.0.1:{PORT} https://{host}:{PORT}/ \
         >/dev/null && echo 'TLS works: {host} is who it says it is'; proved=$?; kill $!; \
         exit $proved)",
        quoted(&written.full_chain),
        quoted(&written.chain),
        quoted(&written.key),
        quoted(&written.root),
    )
}

fn snippet(name: &Identifier, written: &Written) -> String {
    format!(
        "For nginx:\n\
         \x20 server {{\n\
         \x20     listen 443 ssl;\n\
         \x20     server_name {};\n\
         \x20     ssl_certificate \"{}\";\n\
         \x20     ssl_certificate_key \"{}\";\n\
         \x20 }}\n",
        name.value(),
        for_nginx(&written.full_chain),
        for_nginx(&written.key),
    )
}

/// Between quotes a backslash would be an escape; on Windows nginx takes both slashes.
fn for_nginx(path: &Path) -> String {
    let text = path.display().to_string();
    match cfg!(windows) {
        true => text.replace('\\', "/"),
        false => text,
    }
}

fn url_host(name: &Identifier) -> String {
    match name {
        Identifier::Ip(address) if address.is_ipv6() => format!("[{address}]"),
        other => other.value(),
    }
}

/// As one word of a POSIX shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    match text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// A host name without a wildcard, or an address.
fn host(text: &str) -> Result<Identifier, NameError> {
    match text.parse()? {
        Identifier::Dns(name) if name.is_wildcard() => Err(NameError::DnsSyntax),
        host @ (Identifier::Dns(_) | Identifier::Ip(_)) => Ok(host),
        _ => Err(NameError::DnsSyntax),
    }
}

const ROOT: &str = "Private Root CA";
const ISSUING: &str = "Private Issuing CA";
const SERVER: &str = "server";
const PORT: u16 = 18_443;
const WHAT_IT_PROVES: &str = "it serves the certificate on this machine for a moment and connects \
                              with a client that trusts that root alone.";
/// Windows has no mode, and no POSIX shell of its own.
const KEPT: &str = match cfg!(unix) {
    true => "its private key, readable by you alone (mode 0600)",
    false => "its private key, readable by whoever may read that folder",
};
const PASTED: &str = match cfg!(unix) {
    true => "to see it work",
    false => "into a POSIX shell, such as the one of Git, to see it work",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_a_shell_whatever_it_holds() {
        assert_eq!(quoted(Path::new("/a/b-1.crt")), "/a/b-1.crt");
        assert_eq!(quoted(Path::new("/my files/a")), "'/my files/a'");
        assert_eq!(quoted(Path::new("/it's; rm")), r"'/it'\''s; rm'");
    }

    #[test]
    fn only_a_host_can_be_served() {
        assert!(host("www.example.internal").is_ok());
        assert!(host("10.0.0.1").is_ok());
        for other in [
            "*.example.internal",
            "anna@example.internal",
            "https://a.b/",
        ] {
            assert!(host(other).is_err(), "{other}");
        }
    }

    #[test]
    fn an_address_of_version_six_stands_in_brackets_in_a_url() {
        assert_eq!(url_host(&"fd00::1".parse().unwrap()), "[fd00::1]");
        assert_eq!(url_host(&"10.0.0.1".parse().unwrap()), "10.0.0.1");
    }
}
