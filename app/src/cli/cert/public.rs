//! Certificates of public CAs: ordered by ACME, renewed, and when.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AcmeCommand, AcmeFact, Budget, CertificateId, Command, DnsName, Fact, FindAccount,
    FindCertificate, FindKey, FindProvider, Identifier, JobId, KeyType, NameError, NewOrder,
    OrderDetail, OrderId, OrderKey, OriginDetail, PreviewOrder, RenewalBasis, Report,
    ShowCertificate, ShowOrigin, shown,
};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{export_issued, tell_files};
use crate::cli::acme::{Wanted, follow, require_done};
use crate::cli::print::{Told, fields};
use crate::cli::session::Session;
use crate::cli::{CliError, files, number};
use crate::host;

/// What `cert create` takes for an order at a public CA.
#[derive(Args)]
pub(crate) struct Public {
    /// Order it from a public CA, with this account of `acme account list`
    #[arg(
        long,
        value_name = "ACCOUNT",
        requires = "dns",
        conflicts_with_all = ["ca", "profile", "days", "beyond_ceiling", "confirm"],
        help_heading = PUBLIC
    )]
    pub(super) acme: Option<String>,
    /// Where the records that prove the names are published: one of `dns provider list`
    #[arg(long, value_name = "PROVIDER", requires = "acme", help_heading = PUBLIC)]
    dns: Option<String>,
    /// Ask this resolver about the DNS, not this computer's; ADDRESS or ADDRESS:PORT, may be
    /// repeated
    #[arg(
        long,
        value_name = "ADDR",
        requires = "acme",
        value_parser = resolver,
        help_heading = PUBLIC
    )]
    resolver: Vec<SocketAddr>,
    /// One of the CA's own profiles, as `acme directory show` lists them
    #[arg(long, value_name = "PROFILE", requires = "acme", help_heading = PUBLIC)]
    acme_profile: Option<String>,
    /// Of several chains, take the one whose root has this in its name
    #[arg(long, value_name = "TEXT", requires = "acme", help_heading = PUBLIC)]
    preferred_chain: Option<String>,
    /// How long the name servers may take to show the records
    #[arg(
        long,
        value_name = "SECS",
        default_value_t = PROPAGATION_SECS,
        requires = "acme",
        value_parser = number::propagation_secs,
        help_heading = PUBLIC
    )]
    propagation_limit: u32,
    /// Rehearse it at the CA's staging directory: nothing enters the inventory
    #[arg(long, requires = "acme", conflicts_with = "out", help_heading = PUBLIC)]
    dry_run: bool,
    /// Prove the names by records that stay, where the CA takes that (dns-persist-01): renewals then
    /// change nothing in the DNS
    #[arg(long, requires = "acme", help_heading = PUBLIC)]
    persist: bool,
    /// Never renew it without a person
    #[arg(long, requires = "acme", help_heading = PUBLIC)]
    no_renew: bool,
    /// A certification request for these names, whose key stays on its host; PEM or DER
    #[arg(
        long,
        value_name = "FILE",
        requires = "acme",
        conflicts_with_all = ["key", "key_type", "with_key"],
        help_heading = PUBLIC
    )]
    csr: Option<PathBuf>,
}

/// What of `cert create` is not about public CAs.
pub(super) struct Wish<'a> {
    pub(super) common_name: &'a str,
    pub(super) san: &'a [Identifier],
    pub(super) key: Option<&'a String>,
    pub(super) key_type: KeyType,
    pub(super) out: Option<&'a Path>,
    pub(super) with_key: bool,
}

#[derive(Args)]
pub(crate) struct Renew {
    /// Id, serial, fingerprint or name
    cert: String,
    /// With a new key, of the same type
    #[arg(long)]
    new_key: bool,
    /// Write the files into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the private key too, readable by you alone
    #[arg(long, requires = "out")]
    with_key: bool,
}

#[derive(Args)]
pub(crate) struct Renewal {
    /// Id, serial, fingerprint or name
    cert: String,
    /// Ask the CA now when to renew
    #[arg(long)]
    check: bool,
    /// Whether it is renewed without a person
    #[arg(long, value_name = "yes|no", value_enum)]
    automatic: Option<YesNo>,
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
enum YesNo {
    No,
    Yes,
}

impl Public {
    /// Orders it from the account's CA.
    pub(super) fn order(
        &self,
        session: &Session,
        account: &str,
        wish: &Wish<'_>,
    ) -> Result<Told, Report> {
        let names = names(session, wish)?;
        let first = names.first().map(ToString::to_string).unwrap_or_default();
        let order = NewOrder {
            account: session.ask(&FindAccount(account.to_owned()))?,
            provider: session.ask(&FindProvider(self.dns.clone().unwrap_or_default()))?,
            names,
            key: self.key(session, wish)?,
            acme_profile: self.acme_profile.clone(),
            resolvers: self.resolver.clone(),
            preferred_chain: self.preferred_chain.clone(),
            propagation_limit_secs: self.propagation_limit,
            dry_run: self.dry_run,
            automatic: !self.no_renew,
            persistent: self.persist,
            replaces: None,
        };
        let _made = wish.out.map(files::Folder::at).transpose()?;
        if let Some(folder) = wish.out
            && wish.with_key
            && matches!(order.key, OrderKey::New(_))
        {
            chancery_engine::require_no_key(folder, &first)?;
        }
        let preview = session.ask(&PreviewOrder(order.clone()))?;
        if let Some(refusal) = preview.refusal {
            return Err(refusal);
        }
        for remark in &preview.remarks {
            session.talk.note(&format!("{remark}."));
        }
        session.talk.note(&budget(&preview.budget));
        session.unlock()?;
        let job = session.begin(|| {
            let wish = order.clone();
            Ok(Command::Acme(AcmeCommand::Order { wish }))
        })?;
        finish(session, job, wish.out, wish.with_key)
    }

    fn key(&self, session: &Session, wish: &Wish<'_>) -> Result<OrderKey, Report> {
        Ok(match (&self.csr, wish.key) {
            (Some(file), _) => OrderKey::Request(files::read(file)?),
            (None, Some(key)) => OrderKey::Existing(session.ask(&FindKey(key.clone()))?),
            (None, None) => OrderKey::New(wish.key_type),
        })
    }
}

/// Host names alone, each once; says how those of another script are written.
fn names(session: &Session, wish: &Wish<'_>) -> Result<Vec<DnsName>, Report> {
    let typed = wish.common_name.trim();
    let first = match host::identifier(typed) {
        Ok(Identifier::Dns(name)) => name,
        Ok(address @ Identifier::Ip(_)) => return Err(CliError::NotForPublic(address).into()),
        other => {
            let (name, why) = (
                typed.to_owned(),
                other.err().unwrap_or(NameError::DnsSyntax),
            );
            return Err(CliError::NotAHost { name, why }.into());
        }
    };
    let mut names = vec![first];
    for name in wish.san {
        match name {
            Identifier::Dns(name) if names.contains(name) => (),
            Identifier::Dns(name) => names.push(name.clone()),
            other => return Err(CliError::NotForPublic(other.clone()).into()),
        }
    }
    for name in &names {
        if let Some(readable) = host::readable(name) {
            session
                .talk
                .note(&format!("{} is written {name}.", shown(&readable)));
        }
    }
    Ok(names)
}

/// Follows the order that the job is, and answers as `cert create` does.
fn finish(
    session: &Session,
    job: JobId,
    out: Option<&Path>,
    with_key: bool,
) -> Result<Told, Report> {
    let id = OrderId::from_raw(job.to_raw());
    let order = require_done(follow(session, id, Wanted::Certificate)?)?;
    match order.row.certificate {
        Some(certificate) => told(session, certificate, &order, (out, with_key)),
        None => {
            session
                .talk
                .note("The rehearsal ended well; the same words without --dry-run order it.");
            let json = json!({ "id": null, "files": [], "order": order });
            Told::new(order.row.id.to_string(), &json)
        }
    }
}

fn told(
    session: &Session,
    id: CertificateId,
    order: &OrderDetail,
    (out, with_key): (Option<&Path>, bool),
) -> Result<Told, Report> {
    let written = match out {
        Some(folder) => export_issued(session, id, folder, with_key)?,
        None => Vec::new(),
    };
    tell_files(session, &written);
    let row = session.ask(&ShowCertificate(id))?.row;
    let json = json!({ "id": id, "certificate": row, "files": written, "order": order });
    Told::new(id.to_string(), &json)
}

fn budget(budget: &Budget) -> String {
    let Budget { limit, used, .. } = budget;
    format!(
        "Of {limit} certificates a day that the account allows for these names, {used} are used."
    )
}

impl Renew {
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
        let id = session.ask(&FindCertificate(self.cert))?;
        let origin = origin(session, id)?;
        let _made = self.out.as_deref().map(files::Folder::at).transpose()?;
        session.talk.note(&budget(&origin.budget));
        session.unlock()?;
        let new_key = self.new_key;
        let job = session.begin(|| Ok(Command::Acme(AcmeCommand::Renew { id, new_key })))?;
        finish(session, job, self.out.as_deref(), self.with_key)
    }
}

impl Renewal {
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
        let id = session.ask(&FindCertificate(self.cert))?;
        origin(session, id)?;
        if let Some(word) = self.automatic {
            let automatic = word == YesNo::Yes;
            let set = || Ok(Command::Acme(AcmeCommand::SetAutomatic { id, automatic }));
            session.carry_out(set, |fact| {
                matches!(fact, Fact::Acme(AcmeFact::Automatic { .. })).then_some(())
            })?;
        }
        if self.check {
            let check = || Ok(Command::Acme(AcmeCommand::CheckRenewal { id }));
            session.carry_out(check, |fact| {
                matches!(fact, Fact::Acme(AcmeFact::RenewalChecked { .. })).then_some(())
            })?;
        }
        let origin = origin(session, id)?;
        let json = json!({ "id": id, "origin": origin });
        Told::new(plan(id, &origin), &json)
    }
}

/// Where a certificate of a public CA came from; others are refused.
pub(super) fn origin(session: &Session, id: CertificateId) -> Result<OriginDetail, Report> {
    let found = session.ask(&ShowOrigin(id))?;
    Ok(found.ok_or(CliError::NotPublic(id))?)
}

fn plan(id: CertificateId, origin: &OriginDetail) -> String {
    let plan = &origin.plan;
    let (from, explanation) = match &plan.basis {
        RenewalBasis::Window {
            start,
            end,
            explanation,
        } => (
            format!("the CA's window, {start} to {end}"),
            explanation.clone().unwrap_or_default(),
        ),
        _ => (
            "a share of the lifetime: the CA says nothing".to_owned(),
            String::new(),
        ),
    };
    let failure = plan.last_failure.as_ref();
    fields(&[
        ("Certificate", id.to_string()),
        (
            "Account",
            format!("{}, {}", origin.account_name, origin.account),
        ),
        (
            "Provider",
            format!("{}, {}", origin.provider_name, origin.provider),
        ),
        ("Order", origin.order.to_string()),
        (
            "Profile of the CA",
            origin.acme_profile.clone().unwrap_or_default(),
        ),
        (
            "Renewed",
            match (origin.replaced_by, origin.automatic) {
                (Some(next), _) => format!("already: {next}"),
                (None, true) => "without a person".to_owned(),
                (None, false) => "only when you say so".to_owned(),
            },
        ),
        ("Renew at", plan.renew_at.to_string()),
        ("That is from", from),
        ("Explained at", explanation),
        (
            "CA asked",
            plan.checked
                .map_or_else(|| "never".to_owned(), |at| at.to_string()),
        ),
        ("Asked next", plan.next_check.to_string()),
        (
            "Last failure",
            failure.map_or(String::new(), |report| report.what.clone()),
        ),
        (
            "Takes the place of",
            origin.replaces.map_or(String::new(), |id| id.to_string()),
        ),
        (
            "Used today",
            format!("{} of {}", origin.budget.used, origin.budget.limit),
        ),
    ])
}

fn resolver(text: &str) -> Result<SocketAddr, &'static str> {
    let alone = |_| text.parse::<IpAddr>().map(|address| (address, 53).into());
    let parsed = text.parse().or_else(alone);
    parsed.map_err(|_| "expected an address such as 192.0.2.1 or [2001:db8::1]:53")
}

const PUBLIC: &str = "From a public CA";

/// Slow providers take some minutes.
const PROPAGATION_SECS: u32 = 900;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolver_is_an_address_with_or_without_a_port() {
        assert_eq!(resolver("192.0.2.1").unwrap().to_string(), "192.0.2.1:53");
        assert_eq!(resolver("[::1]:5353").unwrap().to_string(), "[::1]:5353");
        assert_eq!(resolver("2001:db8::1").unwrap().port(), 53);
        for wrong in ["", "dns.example.org", "192.0.2.1:", "192.0.2.1:99999"] {
            assert!(resolver(wrong).is_err(), "{wrong}");
        }
    }
}
