//! `chancery ca set`: what an authority writes into the certificates it issues.

use chancery_engine::api::{
    AuthorityCommand, AuthorityFact, CertificatePolicy, Command, CustomExtension, Fact,
    FindAuthority, Publication, Report, ShowAuthority, UriName,
};
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::print::Told;
use crate::cli::session::Session;

/// What is named replaces what was there of its kind; what is not named stays.
#[derive(Args)]
pub(crate) struct Set {
    /// Id, name or serial
    ca: String,
    /// Where relying parties find its CRL; may be repeated
    #[arg(long, value_name = "URL")]
    crl_url: Vec<UriName>,
    /// Where they find its own certificate; may be repeated
    #[arg(long, value_name = "URL")]
    issuer_url: Vec<UriName>,
    /// Its OCSP responder; may be repeated
    #[arg(long, value_name = "URL")]
    ocsp_url: Vec<UriName>,
    /// A policy under which it issues, and where its statement is; may be repeated
    #[arg(long, value_name = "OID[=CPS]")]
    policy: Vec<CertificatePolicy>,
    /// An extension of its own, its value in DER; may be repeated
    #[arg(long, value_name = "OID=HEX[,critical]")]
    extension: Vec<CustomExtension>,
    /// Take all of one kind away; may be repeated
    #[arg(long, value_name = "KIND", value_enum)]
    clear: Vec<Part>,
}

/// A kind of thing that an authority writes.
#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
enum Part {
    CrlUrl,
    IssuerUrl,
    OcspUrl,
    Policy,
    Extension,
    All,
}

impl Set {
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
        let id = session.ask(&FindAuthority(self.ca.clone()))?;
        let publication = self.over(session.ask(&ShowAuthority(id))?.publication);
        let configure = || {
            Ok(Command::Authority(AuthorityCommand::Configure {
                id,
                publication: Box::new(publication.clone()),
            }))
        };
        session.carry_out(configure, |fact| {
            matches!(fact, Fact::Authority(AuthorityFact::Configured { .. })).then_some(())
        })?;
        Told::new(
            id.to_string(),
            &json!({ "id": id, "publication": publication }),
        )
    }

    fn over(self, before: Publication) -> Publication {
        let clear = self.clear;
        let cleared = |part| clear.contains(&part) || clear.contains(&Part::All);
        let mut after = before;
        replace(
            &mut after.addresses.crl,
            self.crl_url,
            cleared(Part::CrlUrl),
        );
        replace(
            &mut after.addresses.issuer,
            self.issuer_url,
            cleared(Part::IssuerUrl),
        );
        replace(
            &mut after.addresses.ocsp,
            self.ocsp_url,
            cleared(Part::OcspUrl),
        );
        replace(&mut after.policies, self.policy, cleared(Part::Policy));
        replace(
            &mut after.extensions,
            self.extension,
            cleared(Part::Extension),
        );
        after
    }
}

pub(in crate::cli) fn replace<T>(before: &mut Vec<T>, named: Vec<T>, cleared: bool) {
    if cleared || !named.is_empty() {
        *before = named;
    }
}
