//! Order on each resource: commands on one are carried out as they were sent, others beside them.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

use crate::api::Resource;

#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<Resource, Weak<Queue<()>>>>);

/// A place in a resource's queue; it is given up by dropping it.
pub(super) enum Turn {
    Free,
    Mine(#[expect(dead_code, reason = "held, not used")] OwnedMutexGuard<()>),
    Waiting(Pin<Box<dyn Future<Output = OwnedMutexGuard<()>> + Send>>),
}

impl Turns {
    /// Takes the next place, now: the order of these calls is the order of the turns.
    pub(super) fn take(&self, resource: Option<&Resource>) -> Turn {
        let Some(resource) = resource else {
            return Turn::Free;
        };
        let mut waiting = Box::pin(self.queue(resource).lock_owned());
        // A first look puts us into the queue; the task that waits looks again with its own waker.
        match waiting
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(guard) => Turn::Mine(guard),
            Poll::Pending => Turn::Waiting(waiting),
        }
    }

    fn queue(&self, resource: &Resource) -> Arc<Queue<()>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(resource).and_then(Weak::upgrade) {
            return queue;
        }
        if PRUNE_ABOVE < queues.len() {
            queues.retain(|_, queue| queue.strong_count() > 0);
        }
        let queue = Arc::default();
        queues.insert(resource.clone(), Arc::downgrade(&queue));
        queue
    }
}

impl Turn {
    /// Waits until it is our turn; the turn lasts as long as what this gives back.
    pub(super) async fn come(self) -> Self {
        match self {
            Self::Waiting(waiting) => Self::Mine(waiting.await),
            ready => ready,
        }
    }
}

const PRUNE_ABOVE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_on_one_resource_come_in_the_order_they_were_taken_even_if_one_gives_up() {
        let turns = Turns::default();
        let resource = Resource::of("authority", "ca_1");
        let first = turns.take(resource.as_ref());
        let second = turns.take(resource.as_ref());
        let third = turns.take(resource.as_ref());
        assert!(matches!(first, Turn::Mine(_)));
        drop(second);
        let mut third = Box::pin(third.come());
        let mut context = Context::from_waker(Waker::noop());
        assert!(
            third.as_mut().poll(&mut context).is_pending(),
            "the first still has its turn"
        );
        drop(first);
        assert!(third.as_mut().poll(&mut context).is_ready());
    }

    #[test]
    fn turns_on_different_resources_do_not_wait_for_each_other() {
        let turns = Turns::default();
        let one = turns.take(Resource::of("authority", "ca_1").as_ref());
        let other = turns.take(Resource::of("authority", "ca_2").as_ref());
        assert!(matches!((one, other), (Turn::Mine(_), Turn::Mine(_))));
        assert!(matches!(turns.take(None), Turn::Free));
    }
}
