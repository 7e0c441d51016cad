//! Orders: listed, shown, followed, called off; what was said to the CA and the DNS.

use std::path::PathBuf;

use chancery_engine::api::{
    AcmeCommand, AcmeFact, CertificateId, ChallengeRow, Command, Exchange, Fact, FindOrder,
    ListOrders, OrderDetail, OrderId, OrderRow, OrderStage, OrderState, Report, ShowOrder,
    ShowTranscript, shown,
};
use clap::Subcommand;
use serde_json::json;

use super::follow::{Wanted, does_now, follow, go_on, require_done};
use crate::cli::files;
use crate::cli::print::{Told, fields, list, table, word};
use crate::cli::session::Session;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// End an order before its time; its records are taken out of the DNS
    Cancel {
        /// Id, or a name that is being ordered
        order: String,
    },
    /// Take away what an ended order has left in the DNS
    Clean {
        /// Id, or a name that was ordered: the newest of its orders
        order: String,
        /// You have taken the records away yourself; nobody is asked
        #[arg(long)]
        by_hand: bool,
    },
    /// Let the CA look now, whatever the name servers answer, and follow the order to its end
    GoOn {
        /// Id, or a name that is being ordered
        order: String,
    },
    /// List every order, newest first
    List,
    /// Show one order: how far it is, its records, and what each name server answers
    Show {
        /// Id, or a name: of its orders the one under way, else the newest
        order: String,
    },
    /// Show what was sent and received for an order, secrets blanked
    Transcript {
        /// Id, or a name: of its orders the one under way, else the newest
        order: String,
        /// Write it into this file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Go on with an order and follow it to its end; answers with the certificate's id
    Wait {
        /// Id, or a name that is being ordered
        order: String,
    },
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Cancel { order } => cancel(session, session.ask(&FindOrder(order))?),
            Self::Clean { order, by_hand } => {
                clean(session, session.ask(&FindOrder(order))?, by_hand)
            }
            Self::GoOn { order } => {
                let id = session.ask(&FindOrder(order))?;
                session.unlock()?;
                go_on(session, id)?;
                wait(session, id)
            }
            Self::List => list_all(session),
            Self::Show { order } => {
                let detail = session.ask(&ShowOrder(session.ask(&FindOrder(order))?))?;
                Told::new(in_words(&detail), &detail)
            }
            Self::Transcript { order, out } => transcript(session, order, out),
            Self::Wait { order } => {
                let id = session.ask(&FindOrder(order))?;
                if session.ask(&ShowOrder(id))?.row.stage != OrderStage::Ended {
                    session.unlock()?;
                }
                wait(session, id)
            }
        }
    }
}

fn wait(session: &Session, id: OrderId) -> Result<Told, Report> {
    let detail = require_done(follow(session, id, Wanted::End)?)?;
    let certificate = detail.row.certificate;
    let answer = certificate.map_or_else(|| id.to_string(), |id| id.to_string());
    Told::new(answer, &detail)
}

fn cancel(session: &Session, id: OrderId) -> Result<Told, Report> {
    // The records are taken away with the provider's credentials, which are in the vault.
    session.unlock()?;
    let cancel = || Ok(Command::Acme(AcmeCommand::CancelOrder { id }));
    session.carry_out(cancel, |fact| {
        matches!(fact, Fact::Acme(AcmeFact::OrderCancelled { .. })).then_some(())
    })?;
    let detail = follow(session, id, Wanted::End)?;
    match detail.row.state {
        OrderState::Failed(report) => Err(report),
        _ => Told::new(id.to_string(), &detail),
    }
}

fn clean(session: &Session, id: OrderId, by_hand: bool) -> Result<Told, Report> {
    if !by_hand {
        session.unlock()?;
    }
    let clean = || Ok(Command::Acme(AcmeCommand::RemoveRecords { id, by_hand }));
    session.carry_out(clean, |fact| {
        matches!(fact, Fact::Acme(AcmeFact::RecordsRemoved { .. })).then_some(())
    })?;
    let detail = session.ask(&ShowOrder(id))?;
    Told::new(id.to_string(), &detail)
}

fn list_all(session: &Session) -> Result<Told, Report> {
    let orders = session.ask(&ListOrders)?;
    let rows: Vec<_> = orders.iter().map(row).collect();
    let head = [
        "Id", "Names", "Account", "Provider", "Stage", "State", "Begun",
    ];
    let json = json!({ "total": orders.len(), "rows": orders });
    Told::new(table(head, &rows), &json)
}

fn row(order: &OrderRow) -> [String; 7] {
    [
        order.id.to_string(),
        list(&order.names),
        order.account_name.clone(),
        order.provider_name.clone(),
        word(&order.stage),
        state(&order.state),
        order.started.to_string(),
    ]
}

fn state(state: &OrderState) -> String {
    match state {
        OrderState::Failed(report) => format!("failed: {}", report.what),
        OrderState::Running => "goes on by itself".to_owned(),
        OrderState::WaitingForPerson => "waits for you".to_owned(),
        OrderState::WaitingForVault => "waits for the vault".to_owned(),
        other => word(other),
    }
}

fn in_words(detail: &OrderDetail) -> String {
    let row = &detail.row;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let id = |value: Option<_>| value.map_or(String::new(), |id: CertificateId| id.to_string());
    let mut words = fields(&[
        ("Id", row.id.to_string()),
        ("Names", list(&row.names)),
        ("Account", format!("{}, {}", row.account_name, row.account)),
        (
            "Provider",
            format!("{}, {}", row.provider_name, row.provider),
        ),
        (
            "Dry run",
            match row.dry_run {
                true => "yes: nothing enters the inventory".to_owned(),
                false => String::new(),
            },
        ),
        ("Stage", word(&row.stage)),
        ("State", state(&row.state)),
        ("Now", does_now(detail)),
        ("Profile of the CA", text(&detail.acme_profile)),
        ("Begun", row.started.to_string()),
        (
            "Ended",
            row.ended.map_or(String::new(), |at| at.to_string()),
        ),
        ("Takes the place of", id(row.replaces)),
        ("Certificate", id(row.certificate)),
        ("Left in the DNS", list(&detail.left)),
        ("Chains", list(&detail.chains)),
        ("Address at the CA", text(&detail.url)),
    ]);
    for challenge in &detail.challenges {
        words.push_str(&format!("\n{}", record(challenge)));
    }
    if !detail.steps.is_empty() {
        words.push('\n');
        for (at, step) in &detail.steps {
            words.push_str(&format!("{at}  {}\n", shown(step)));
        }
    }
    words
}

fn record(challenge: &ChallengeRow) -> String {
    let led = match challenge.delegated_by.is_empty() {
        true => String::new(),
        false => format!("by {}", list(&challenge.delegated_by)),
    };
    let mut words = fields(&[
        ("Name", challenge.name.to_string()),
        ("State", word(&challenge.state)),
        ("Record", format!("{}. TXT", challenge.target)),
        ("Value", challenge.value.clone()),
        ("Led there", led),
        ("Zone", challenge.zone.clone()),
        ("Problem", challenge.problem.clone().unwrap_or_default()),
    ]);
    for server in &challenge.servers {
        let says = match server.has(&challenge.value) {
            true => "shows it".to_owned(),
            false => server.answer.to_string(),
        };
        let name = shown(&server.server);
        words.push_str(&format!("  {name} {says}\n"));
    }
    words
}

fn transcript(session: &Session, order: String, out: Option<PathBuf>) -> Result<Told, Report> {
    let id = session.ask(&FindOrder(order))?;
    let exchanges = session.ask(&ShowTranscript(id))?;
    let text: String = exchanges.iter().map(exchange).collect();
    let json = json!({ "id": id, "exchanges": exchanges });
    match out {
        None => Told::new(text, &json),
        Some(file) => {
            files::write(&file, text.as_bytes())?;
            Told::new(file.display().to_string(), &json)
        }
    }
}

fn exchange(exchange: &Exchange) -> String {
    let status = exchange.status;
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    format!(
        "{} {} {}: {status}\n{}{}\n",
        exchange.at,
        exchange.method,
        shown(&exchange.url),
        indented('>', &exchange.sent),
        indented('<', &exchange.received),
    )
}

/// What a server sent steers no terminal.
fn indented(mark: char, text: &str) -> String {
    let lines = text.lines().map(shown);
    lines.map(|line| format!("  {mark} {line}\n")).collect()
}
