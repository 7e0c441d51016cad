//! The order itself and its proofs, as the CA sees them.

use std::time::Duration;

use tokio::task::JoinSet;

use super::desk::{Desk, Trouble};
use crate::acme::{
    AcmeError, Authorization, Cause, Failure, Problem, Session, Status, Wanted, persistent_value,
    record_value,
};
use crate::api::{ChallengeRow, ChallengeState, DnsName, OrderStage, Report};
use crate::dns::{CaaSet, CaaVerdict, Issuer, RecordName};
use crate::runtime::handle::acme::OrderError;
use crate::store::acme::{self, ChallengeRecord};

/// Told twice after a crash, the CA keeps two orders of which one is never finished: only
/// finalizing makes a certificate.
pub(super) async fn order(desk: &mut Desk) -> Result<(), Trouble> {
    let session = desk.session().await?;
    heed_caa(desk, &session).await?;
    let replaces = replaced(desk, &session)?;
    let recipe = &desk.record.recipe;
    let mut wanted = Wanted {
        names: &recipe.names,
        profile: recipe.acme_profile.as_deref(),
        replaces: replaces.as_deref(),
    };
    let mut made = session.new_order(&wanted).await;
    let replaced_before = matches!(&made, Err(it) if it.cause() == Some(Cause::AlreadyReplaced));
    if replaced_before {
        wanted.replaces = None;
        made = session.new_order(&wanted).await;
    }
    let made = made?;
    desk.record.url = Some(made.url.clone());
    desk.order_is(made);
    if replaced_before {
        desk.step(
            "The CA has seen another order replace the certificate; this one is ordered anew",
        );
    }
    desk.step("The CA has taken the order");
    desk.enter(OrderStage::Authorizing).await
}

/// What the CA would refuse for a CAA record is refused before it is asked, with who may issue. A
/// look-up that fails is left to the CA.
async fn heed_caa(desk: &mut Desk, session: &Session) -> Result<(), Trouble> {
    let domains = session.server.directory.info("").caa_identities;
    if domains.is_empty() {
        return Ok(());
    }
    let resolver = desk.resolver()?;
    let account = desk.account()?.url;
    let mut looking = JoinSet::new();
    for name in desk.record.recipe.names.clone() {
        let resolver = resolver.clone();
        looking.spawn(async move { (resolver.caa(&name).await, name) });
    }
    let mut unknown = Vec::new();
    while let Some(done) = looking.join_next().await {
        let (found, name) = done.map_err(|_| Report::bug("a look into the DNS has crashed"))?;
        let verdict = |set: &CaaSet, method| {
            let issuer = Issuer {
                domains: &domains,
                account: account.as_deref(),
                method,
            };
            set.verdict(name.is_wildcard(), issuer)
        };
        match found {
            Ok(Some(set)) => match verdict(&set, "dns-01") {
                CaaVerdict::Allowed => (),
                CaaVerdict::OtherMethods(_)
                    if desk.record.recipe.persistent
                        && verdict(&set, "dns-persist-01") == CaaVerdict::Allowed => {}
                verdict => {
                    let at = set.at.to_string();
                    let domains = domains.clone();
                    let account = account.clone();
                    let error = OrderError::CaaForbids {
                        name,
                        at,
                        verdict,
                        domains,
                        account,
                    };
                    return Err(Report::from(error).into());
                }
            },
            Ok(None) => (),
            Err(_) => unknown.push(name.to_string()),
        }
    }
    if !unknown.is_empty() {
        unknown.sort();
        desk.step(format!(
            "Whether CAA records allow this CA could not be found out for {}",
            unknown.join(", ")
        ));
    }
    Ok(())
}

/// How the CA names the certificate that is replaced, where it asks for that (RFC 9773, 5).
fn replaced(desk: &Desk, session: &Session) -> Result<Option<String>, Trouble> {
    let Some(replaces) = desk.record.replaces else {
        return Ok(None);
    };
    let snapshot = desk.context().snapshot()?;
    let origin = acme::origin(&snapshot, replaces).map_err(Report::from)?;
    let told = session.server.directory.info("").renewal_information;
    // Another account does not know it, and would be refused.
    let origin = origin.filter(|origin| origin.recipe.account == desk.record.recipe.account);
    Ok(origin.and_then(|origin| origin.renewal_id).filter(|_| told))
}

/// What the CA wants to see of each name, and where in the DNS that is.
pub(super) async fn authorize(desk: &mut Desk) -> Result<(), Trouble> {
    let session = desk.session().await?;
    let order = desk.order(&session).await?;
    if order.status == Status::Invalid {
        return Err(order.why_invalid(Vec::new()).into());
    }
    if order.authorizations.len() > desk.record.recipe.names.len() {
        let found = format!("{} proofs", order.authorizations.len());
        return Err(AcmeError::NotOrdered(found).into());
    }
    let mut reading = JoinSet::new();
    for (at, url) in order.authorizations.into_iter().enumerate() {
        let session = session.clone();
        reading.spawn(async move { (at, session.authorization(&url).await) });
    }
    let (mut read, persistent) = (Vec::new(), desk.record.recipe.persistent);
    while let Some(done) = desk.heeding(reading.join_next()).await? {
        let (at, authorization) = done.map_err(|_| Report::bug("reading a proof has crashed"))?;
        let challenge = challenge(&session, authorization?, persistent)?;
        // A CA that asks for more would have records written that nobody wished for.
        if !desk.record.recipe.names.contains(&challenge.row.name) {
            return Err(AcmeError::NotOrdered(challenge.row.name.to_string()).into());
        }
        read.push((at, challenge));
    }
    read.sort_by_key(|(at, _)| *at);
    desk.record.challenges = read.into_iter().map(|(_, challenge)| challenge).collect();
    locate(desk).await?;
    let known = |it: &&ChallengeRecord| it.row.state == ChallengeState::AlreadyValid;
    let before = desk.record.challenges.iter().filter(known).count();
    let wanted = desk.record.challenges.len() - before;
    desk.step(match before {
        0 if wanted == 1 => "The CA wants a record for the name".to_owned(),
        0 => format!("The CA wants a record for each of {wanted} names"),
        _ => format!("The CA wants {wanted} records; {before} names are proved already"),
    });
    if persistent && desk.record.challenges.iter().any(needs_its_own) {
        desk.step("The CA takes no record that stays for some names: each renewal needs new ones");
    }
    desk.pass_to(OrderStage::Publishing);
    Ok(())
}

/// Whether the record is for this order alone.
fn needs_its_own(challenge: &ChallengeRecord) -> bool {
    !challenge.stays && challenge.row.state == ChallengeState::Wanted
}

fn challenge(
    session: &Session,
    found: Authorization,
    persistent: bool,
) -> Result<ChallengeRecord, Trouble> {
    let name = match found.wildcard {
        true => format!("*.{}", found.name),
        false => found.name.clone(),
    };
    let parsed: DnsName = name
        .parse()
        .map_err(|_| AcmeError::NotUnderstood("it asks for a name that is none"))?;
    let proof = proof(session, &found, &parsed, persistent)?;
    let known = found.status == Status::Valid;
    Ok(ChallengeRecord {
        row: ChallengeRow {
            name: parsed,
            state: match known {
                true => ChallengeState::AlreadyValid,
                false => ChallengeState::Wanted,
            },
            record: proof.record.to_string(),
            target: proof.record.to_string(),
            delegated_by: Vec::new(),
            zone: String::new(),
            value: proof.value,
            servers: Vec::new(),
            problem: None,
        },
        authorization: found.url,
        challenge: proof.challenge,
        may_be_published: false,
        by_hand: false,
        stays: proof.stays,
    })
}

/// What is to be seen in the DNS, and what the CA is told then.
struct Proof {
    record: RecordName,
    value: String,
    challenge: String,
    stays: bool,
}

/// By a record that stays where that is wished and offered, otherwise by one for this order alone.
fn proof(
    session: &Session,
    found: &Authorization,
    name: &DnsName,
    persistent: bool,
) -> Result<Proof, Trouble> {
    if let (true, Some(offer)) = (persistent, &found.persistent) {
        let account = session.own_account()?;
        let mut issuers = offer.issuers.iter();
        let issuer = issuers.find_map(|it| it.parse::<DnsName>().ok());
        let issuer = issuer.ok_or(AcmeError::NotUnderstood("it does not say who it is"))?;
        return Ok(Proof {
            record: RecordName::persistent_of(name)?,
            value: persistent_value(issuer.as_str(), account, found.wildcard),
            challenge: offer.url.clone(),
            stays: true,
        });
    }
    let record = RecordName::challenge_of(name)?;
    match &found.challenge {
        Some(challenge) => Ok(Proof {
            record,
            value: record_value(&challenge.token, session.key()),
            challenge: challenge.url.clone(),
            stays: false,
        }),
        None if found.status == Status::Valid => Ok(Proof {
            record,
            value: String::new(),
            challenge: String::new(),
            stays: false,
        }),
        None => {
            let (name, offered) = (name.to_string(), found.offered.clone());
            Err(AcmeError::NoDnsChallenge { name, offered }.into())
        }
    }
}

/// CNAMEs are followed, and the zone is found by asking for its SOA.
async fn locate(desk: &mut Desk) -> Result<(), Trouble> {
    let resolver = desk.resolver()?;
    let mut looking = JoinSet::new();
    for (at, challenge) in desk.record.challenges.iter().enumerate() {
        if challenge.row.state != ChallengeState::Wanted {
            continue;
        }
        let (resolver, record) = (
            resolver.clone(),
            challenge.row.record.parse::<RecordName>()?,
        );
        looking.spawn(async move { (at, resolver.place(&record).await) });
    }
    while let Some(done) = looking.join_next().await {
        let (at, place) = done.map_err(|_| Report::bug("a look into the DNS has crashed"))?;
        let place = place?;
        let row = &mut desk.record.challenges[at].row;
        row.target = place.name.to_string();
        row.delegated_by = place.passed.iter().map(ToString::to_string).collect();
        row.zone = place.zone.to_string();
    }
    Ok(())
}

/// Lets the CA look, and waits until it has made up its mind about each name.
pub(super) async fn validate(desk: &mut Desk) -> Result<(), Trouble> {
    let session = desk.session().await?;
    let mut deciding = JoinSet::new();
    for (at, challenge) in desk.record.challenges.iter_mut().enumerate() {
        if matches!(
            challenge.row.state,
            ChallengeState::AlreadyValid | ChallengeState::Valid
        ) {
            continue;
        }
        challenge.row.state = ChallengeState::Asked;
        let (session, urls) = (
            session.clone(),
            (challenge.authorization.clone(), challenge.challenge.clone()),
        );
        deciding.spawn(async move { (at, decide(&session, &urls.0, &urls.1).await) });
    }
    desk.save().await?;
    let mut failed = Vec::new();
    let mut trouble = None;
    while let Some(done) = desk.heeding(deciding.join_next()).await? {
        let (at, decided) = done.map_err(|_| Report::bug("a proof has crashed"))?;
        let row = &mut desk.record.challenges[at].row;
        match decided {
            Ok(found) if found.status == Status::Valid => row.state = ChallengeState::Valid,
            Ok(found) => {
                row.state = ChallengeState::Invalid;
                let problem = found.problem.unwrap_or_else(|| Problem::read(0, b""));
                row.problem = Some(problem.detail.clone());
                failed.push((row.name.to_string(), problem));
            }
            Err(failure) => trouble = Some(failure),
        }
        // What the last one brings is saved with what follows from it.
        if !deciding.is_empty() {
            desk.save().await?;
        }
    }
    if let Some(failure) = trouble {
        return Err(failure.into());
    }
    if !failed.is_empty() {
        failed.sort_by(|a, b| a.0.cmp(&b.0));
        return Err(AcmeError::OrderInvalid {
            of_names: failed,
            problem: None,
        }
        .into());
    }
    desk.step("The CA has found every record");
    desk.enter(OrderStage::Finalizing).await
}

/// After a restart the CA may have been told already, or have decided.
async fn decide(
    session: &Session,
    authorization: &str,
    challenge: &str,
) -> Result<Authorization, Failure> {
    let found = session.authorization(authorization).await?;
    // Told twice, the CA looks once: one that is looking already says so.
    let told = found.challenge.as_ref().filter(|it| it.url == challenge);
    if found.status == Status::Pending && told.is_none_or(|it| it.status == Status::Pending) {
        session.answer_challenge(challenge).await?;
    }
    session.authorization_decided(authorization).await
}

/// What is still open at the CA is given up; that it fails, or takes its time, harms nobody.
pub(super) async fn give_up_names(desk: &mut Desk) {
    let Ok(session) = desk.session().await else {
        return;
    };
    let mut giving = JoinSet::new();
    for challenge in &desk.record.challenges {
        if challenge.row.state != ChallengeState::AlreadyValid {
            let (session, url) = (session.clone(), challenge.authorization.clone());
            giving.spawn(async move { session.deactivate_authorization(&url).await.ok() });
        }
    }
    tokio::time::timeout(GIVE_UP_WITHIN, giving.join_all())
        .await
        .ok();
}

/// Somebody waits for the order to end.
const GIVE_UP_WITHIN: Duration = Duration::from_secs(10);
