//! A front end's side of the engine: send, ask, hear.

use std::sync::Arc;

use tokio::sync::oneshot::{Receiver, channel, error::TryRecvError};

use super::news::{Bell, News};
use super::{Answer, Engine, dispatch, handle};
use crate::api::{Actor, Answered, Command, CommandId, Ending, Envelope, Report, VERSION};

/// Speaks to the engine in the name of one actor. Clones share one bell.
#[derive(Clone)]
pub struct Client {
    engine: Arc<Engine>,
    actor: Actor,
    bell: Bell,
}

/// Everything that may be under way is under way: try again soon.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Busy;

impl Client {
    pub(super) fn new(engine: Arc<Engine>, actor: Actor) -> Self {
        let bell = Bell::default();
        Self {
            engine,
            actor,
            bell,
        }
    }

    /// The same engine, for somebody else.
    pub fn for_actor(&self, actor: Actor) -> Self {
        Self::new(Arc::clone(&self.engine), actor)
    }

    /// Never waits. Dropping the ticket does not call the command off.
    pub fn send(&self, command: Command) -> Result<Ticket, Busy> {
        let place = Arc::clone(self.engine.places(&self.actor)).try_acquire_owned();
        let place = place.map_err(|_| Busy)?;
        let context = &self.engine.core.context;
        let id = CommandId::from_raw(context.new_id());
        let envelope = Envelope {
            version: VERSION,
            id,
            actor: self.actor.clone(),
            at: context.clock.now(),
            command,
        };
        let (sender, ending) = channel();
        let bell = self.bell.clone();
        let finish = move |ending| {
            drop(place);
            sender.send(ending).ok();
            bell.ring();
        };
        dispatch::begin(&self.engine.core, &self.engine.tasks, envelope, finish);
        Ok(Ticket { id, ending })
    }

    /// Never waits. For a front end that draws.
    pub fn ask<Q: Answer>(&self, question: Q) -> Result<Pending<Q::Answer>, Busy> {
        let (sender, answer) = channel();
        let context = Arc::clone(&self.engine.core.context);
        let bell = self.bell.clone();
        self.engine.core.queries.try_run(move || {
            // Whoever dropped the pending answer does not want it.
            sender.send(handle::answer(&context, &question)).ok();
            drop(context);
            bell.ring();
        })?;
        Ok(Pending(answer))
    }

    /// On the caller's own thread. For a front end that may wait.
    pub fn read<Q: Answer>(&self, question: &Q) -> Result<Answered<Q::Answer>, Report> {
        handle::answer(&self.engine.core.context, question)
    }

    /// Calls off a command of the same actor; one that is already being written is still done.
    pub fn cancel(&self, id: CommandId) {
        self.engine.core.context.running.cancel(id, &self.actor);
    }

    /// Subscribes this front end; once is enough, and the first `wake` stays. It is called when
    /// there is news, an answer or an ending to fetch: from the engine's threads, so it must
    /// return at once.
    pub fn news(&self, wake: impl Fn() + Send + Sync + 'static) -> News {
        self.bell.hang(wake);
        self.engine.core.news.subscribe(self.bell.clone())
    }
}

/// The way to a command's one ending.
#[must_use]
pub struct Ticket {
    pub id: CommandId,
    ending: Receiver<Ending>,
}

impl Ticket {
    /// The ending, once it is there; not to be asked again after that. Never waits.
    pub fn poll(&mut self) -> Option<Ending> {
        let closed = || Ending::Failed(Report::stopped());
        arrived(&mut self.ending, closed)
    }

    /// Waits; not for a window, nor for asynchronous code.
    pub fn wait(self) -> Ending {
        let ending = self.ending.blocking_recv();
        ending.unwrap_or_else(|_| Ending::Failed(Report::stopped()))
    }
}

/// The way to a question's one answer.
#[must_use]
pub struct Pending<T>(Receiver<Result<Answered<T>, Report>>);

impl<T> Pending<T> {
    /// The answer, once it is there; not to be asked again after that. Never waits.
    pub fn poll(&mut self) -> Option<Result<Answered<T>, Report>> {
        arrived(&mut self.0, || Err(Report::stopped()))
    }
}

fn arrived<T>(receiver: &mut Receiver<T>, closed: impl FnOnce() -> T) -> Option<T> {
    match receiver.try_recv() {
        Ok(value) => Some(value),
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Closed) => Some(closed()),
    }
}
