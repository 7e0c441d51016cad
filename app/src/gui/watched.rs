//! One question on the screen: `ui` says what it wants to see, `logic` asks.

use std::time::Duration;

use chancery_engine::api::{Answered, Report, Revision};
use chancery_engine::{Answer, Busy, Client, Pending};

pub(super) struct Watched<Q: Answer> {
    wanted: Option<Q>,
    asked: Option<Asked<Q>>,
    /// The last question that was answered, well or badly, and how old its answer may be.
    settled: Option<(Q, Revision)>,
    shown: Option<Answered<Q::Answer>>,
    failed: Option<Report>,
}

struct Asked<Q: Answer> {
    question: Q,
    since: Revision,
    answer: Pending<Q::Answer>,
}

impl<Q: Answer> Watched<Q> {
    /// What should be seen from now on. The same question twice is nothing; a new one wakes
    /// `logic`, which asks.
    pub(super) fn want(&mut self, context: &egui::Context, question: Q) {
        if self.wanted.as_ref() != Some(&question) {
            self.wanted = Some(question);
            context.request_repaint();
        }
    }

    /// Takes an answer that has come; asks if what is wanted is not shown as of `changed`.
    pub(super) fn tend(&mut self, context: &egui::Context, client: &Client, changed: Revision) {
        self.take_answer();
        if self.asked.is_none()
            && let Some(question) = self.unsettled(changed)
        {
            match client.ask(question.clone()) {
                Ok(answer) => {
                    self.asked = Some(Asked {
                        question,
                        since: changed,
                        answer,
                    });
                }
                Err(Busy) => context.request_repaint_after(SOON),
            }
        }
    }

    /// The last good answer, also while the next one is on its way.
    pub(super) fn shown(&self) -> Option<&Q::Answer> {
        self.shown.as_ref().map(|answered| &*answered.value)
    }

    /// Why the question that was answered last has no answer.
    pub(super) fn failed(&self) -> Option<&Report> {
        self.failed.as_ref()
    }

    /// Whether what is wanted has been answered, and nothing newer is on its way.
    pub(super) fn is_settled(&self) -> bool {
        let settled = self.settled.as_ref().map(|(question, _)| question);
        self.asked.is_none() && settled == self.wanted.as_ref()
    }

    fn take_answer(&mut self) {
        let Some(answer) = self.asked.as_mut().and_then(|asked| asked.answer.poll()) else {
            return;
        };
        let asked = self.asked.take();
        let settled = |at| asked.map(|asked| (asked.question, asked.since.max(at)));
        match answer {
            Ok(answered) => {
                self.settled = settled(answered.at);
                self.shown = Some(answered);
                self.failed = None;
            }
            Err(report) => {
                self.settled = settled(Revision::default());
                self.failed = Some(report);
            }
        }
    }

    fn unsettled(&self, changed: Revision) -> Option<Q> {
        let is_settled = |(question, at): &(Q, Revision)| {
            self.wanted.as_ref() == Some(question) && changed <= *at
        };
        match &self.settled {
            Some(settled) if is_settled(settled) => None,
            _ => self.wanted.clone(),
        }
    }
}

impl<Q: Answer> Default for Watched<Q> {
    fn default() -> Self {
        Self {
            wanted: None,
            asked: None,
            settled: None,
            shown: None,
            failed: None,
        }
    }
}

/// When to ask a busy engine again.
const SOON: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use chancery_engine::api::ListCertificates;

    use super::*;
    use crate::gui::tests::engine;

    #[test]
    fn the_same_question_twice_is_asked_once() {
        let (client, mut watched) = (engine(), Watched::default());
        watched.want(&egui::Context::default(), from(0));
        settle(&mut watched, &client);
        watched.want(&egui::Context::default(), from(0));
        tend(&mut watched, &client, Revision::default());
        assert!(watched.asked.is_none());
    }

    #[test]
    fn a_new_question_waits_for_the_one_in_the_air_and_the_old_answer_stays() {
        let (client, mut watched) = (engine(), Watched::default());
        let context = egui::Context::default();
        watched.want(&context, from(0));
        settle(&mut watched, &client);
        watched.want(&context, from(1));
        tend(&mut watched, &client, Revision::default());
        watched.want(&context, from(2));
        let in_the_air = watched.asked.as_ref().map(|asked| &asked.question);
        assert_eq!(in_the_air, Some(&from(1)));
        assert!(watched.shown().is_some());
        settle(&mut watched, &client);
        assert_eq!(watched.settled.unwrap().0, from(2));
    }

    #[test]
    fn a_change_asks_the_same_question_again() {
        let (client, mut watched) = (engine(), Watched::default());
        watched.want(&egui::Context::default(), from(0));
        settle(&mut watched, &client);
        tend(&mut watched, &client, Revision(900));
        assert!(watched.asked.is_some());
    }

    fn settle(watched: &mut Watched<ListCertificates>, client: &Client) {
        tend(watched, client, Revision::default());
        while watched.asked.is_some() {
            std::thread::yield_now();
            tend(watched, client, Revision::default());
        }
    }

    fn tend(watched: &mut Watched<ListCertificates>, client: &Client, changed: Revision) {
        watched.tend(&egui::Context::default(), client, changed);
    }

    fn from(first: u64) -> ListCertificates {
        ListCertificates {
            first,
            rows: 1,
            ..ListCertificates::default()
        }
    }
}
