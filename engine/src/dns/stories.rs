//! For tests: what every service with whole record sets has to go through, told once for all of
//! them; each brings its own exchanges.

use std::marker::PhantomData;

use serde_json::Value;

use crate::base::Explain;
use crate::dns::records::ATTEMPTS;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::dns::{DnsError, Driver, Published};
use crate::http::{Expected, Player};

/// What a service is asked and answers, from its documentation. The account holds `example.org`;
/// a set there has a time to live of its own, and one that is made is asked for with 60 s.
pub(super) trait Exchanges {
    const FORM: Form;
    const WRITES: Writes;

    /// What comes before everything else, and then not again: a token is asked for.
    fn sign_in() -> Vec<Expected> {
        Vec::new()
    }

    /// With the credential. Where zones can be private, one of this name is not the one.
    fn finds(zone: &str, is_there: bool) -> Expected;

    /// The set of `name`, which is relative to `example.org`; no `values` mean that there is none.
    fn reads(name: &str, values: &[&str]) -> Expected;

    /// The set of `_acme-challenge`: `to` in the place of `from`.
    fn writes(from: &[&str], to: &[&str]) -> Expected;

    /// How looking for the zone fails, and the code and words that are to come of it.
    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)>;
}

/// What becomes of a write when somebody else has written since the set was read.
pub(super) enum Writes {
    /// It is a change to the set as it is then.
    Apart,
    /// One of the two is lost; so the driver reads the set again.
    Blindly,
    /// It is refused.
    IfUnchanged {
        /// Each means the same.
        statuses: &'static [u16],
        /// The write, answered with a status and words.
        refused: fn(Expected, u16, &str) -> Expected,
    },
}

/// One test for each story.
macro_rules! stories {
    ($exchanges:ty) => {
        $crate::dns::stories::stories! { $exchanges:
            a_set_is_made_where_there_was_none
            a_value_is_put_beside_another
            a_value_that_is_there_is_not_written_again
            a_value_that_is_missing_is_removed_without_a_write
            only_the_one_value_is_taken_away_and_the_last_one_with_its_set
            a_value_that_somebody_else_put_there_meanwhile_stays
            a_set_that_somebody_else_keeps_changing_is_given_up
            a_write_that_changes_nothing_is_told
            a_zone_is_found_above_the_one_that_the_servers_name
            a_credential_that_was_refused_is_tried_anew
            each_refusal_is_told_by_its_cause_and_in_the_services_words
        }
    };
    ($exchanges:ty: $($story:ident)*) => {
        $(
            #[tokio::test]
            async fn $story() {
                $crate::dns::stories::$story::<$exchanges>().await;
            }
        )*
    };
}

pub(super) use stories;

pub(super) async fn a_set_is_made_where_there_was_none<S: Exchanges>() {
    let published = there::<S>(&[]).written(&["new"]).publishes().await;
    assert_eq!(published, Ok(Published::Done));
}

pub(super) async fn a_value_is_put_beside_another<S: Exchanges>() {
    let published = there::<S>(&["old"]).written(&["old", "new"]).publishes();
    assert_eq!(published.await, Ok(Published::Done));
}

pub(super) async fn a_value_that_is_there_is_not_written_again<S: Exchanges>() {
    let published = there::<S>(&["old", "new"]).publishes().await;
    assert_eq!(published, Ok(Published::Done));
}

pub(super) async fn a_value_that_is_missing_is_removed_without_a_write<S: Exchanges>() {
    for values in [&["old"][..], &[]] {
        there::<S>(values).removes().await.unwrap();
    }
}

pub(super) async fn only_the_one_value_is_taken_away_and_the_last_one_with_its_set<S: Exchanges>() {
    let one = there::<S>(&["old", "new"]).written(&["old"]);
    let (service, driver) = one.then(&["old"]).written(&[]).begins().await;
    driver.remove(&txt("new")).await.unwrap();
    driver.remove(&txt("old")).await.unwrap();
    service.finish();
}

pub(super) async fn a_value_that_somebody_else_put_there_meanwhile_stays<S: Exchanges>() {
    for status in ways_to_be_overtaken::<S>() {
        let story = there::<S>(&["old"]).overtaken(&["old", "new"], &["old", "theirs"], status);
        let published = story.written(&["old", "theirs", "new"]).publishes().await;
        assert_eq!(published, Ok(Published::Done));
        let story = there::<S>(&[]).overtaken(&["new"], &["theirs"], status);
        let published = story.written(&["theirs", "new"]).publishes().await;
        assert_eq!(published, Ok(Published::Done));
    }
}

pub(super) async fn a_set_that_somebody_else_keeps_changing_is_given_up<S: Exchanges>() {
    for status in ways_to_be_overtaken::<S>() {
        let mut story = there::<S>(&["a"]);
        for attempt in 0..ATTEMPTS {
            story = match attempt % 2 {
                0 => story.overtaken(&["a", "new"], &["b"], status),
                _ => story.overtaken(&["b", "new"], &["a"], status),
            };
        }
        let error = story.publishes().await.unwrap_err();
        assert_eq!(error.code(), "dns.keeps-changing", "{error}");
    }
}

/// Where writes know no condition, it comes to the same as being overtaken each time.
pub(super) async fn a_write_that_changes_nothing_is_told<S: Exchanges>() {
    for status in ways_to_be_overtaken::<S>() {
        let attempts = if status.is_some() { 1 } else { ATTEMPTS };
        let mut story = there::<S>(&[]);
        for _ in 0..attempts {
            story = story.overtaken(&["new"], &[], status);
        }
        let error = story.publishes().await.unwrap_err();
        match status {
            None => assert_eq!(error.code(), "dns.keeps-changing", "{error}"),
            Some(_) => {
                assert_eq!(error.code(), "dns.service-refused", "{error}");
                assert!(
                    error.to_string().contains("It is refused\\u{7f}"),
                    "{error}"
                );
            }
        }
    }
}

pub(super) async fn a_zone_is_found_above_the_one_that_the_servers_name<S: Exchanges>() {
    let mut story = Story::<S>::begun();
    story.script.extend([
        S::finds("dev.example.org", false),
        S::finds("example.org", true),
        S::reads("_acme-challenge.dev", &["new"]),
    ]);
    let (service, driver) = story.begins().await;
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

pub(super) async fn a_credential_that_was_refused_is_tried_anew<S: Exchanges>() {
    let mut story = Story::<S>::begun();
    let find = S::finds("example.org", true);
    story.script.push(find.answers(401, Value::Null));
    story.script.extend(S::sign_in());
    let (service, driver) = story.then(&["new"]).begins().await;
    let error = driver.publish(&txt("new")).await.unwrap_err();
    assert_eq!(error.code(), "dns.token-refused", "{error}");
    driver.publish(&txt("new")).await.unwrap();
    service.finish();
}

pub(super) async fn each_refusal_is_told_by_its_cause_and_in_the_services_words<S: Exchanges>() {
    let find = || S::finds("example.org", true);
    S::FORM
        .tells_refusals_apart(S::sign_in, find, &S::refusals())
        .await;
}

/// What one driver asks, in turn.
struct Story<S> {
    script: Vec<Expected>,
    /// As the driver knows the set.
    set: &'static [&'static str],
    exchanges: PhantomData<S>,
}

/// The driver has found the zone, and the set in it.
fn there<S: Exchanges>(set: &'static [&'static str]) -> Story<S> {
    Story::begun().then(set)
}

/// The status of each refusal to write; nothing of the sort where one or the other write is lost.
fn ways_to_be_overtaken<S: Exchanges>() -> Vec<Option<u16>> {
    match S::WRITES {
        Writes::Apart => Vec::new(),
        Writes::Blindly => vec![None],
        Writes::IfUnchanged { statuses, .. } => statuses.iter().copied().map(Some).collect(),
    }
}

impl<S: Exchanges> Story<S> {
    fn begun() -> Self {
        Self {
            script: S::sign_in(),
            set: &[],
            exchanges: PhantomData,
        }
    }

    /// The next change finds the zone, and the set in it.
    fn then(mut self, set: &'static [&'static str]) -> Self {
        self.script.push(S::finds("example.org", true));
        self.reads(set)
    }

    fn reads(mut self, set: &'static [&'static str]) -> Self {
        self.script.push(S::reads("_acme-challenge", set));
        self.set = set;
        self
    }

    fn written(mut self, to: &'static [&'static str]) -> Self {
        self.script.push(S::writes(self.set, to));
        match S::WRITES {
            Writes::Blindly => self.reads(to),
            Writes::Apart | Writes::IfUnchanged { .. } => self,
        }
    }

    /// Somebody else writes `now` when the driver writes `to`, or just before.
    fn overtaken(
        mut self,
        to: &'static [&'static str],
        now: &'static [&'static str],
        status: Option<u16>,
    ) -> Self {
        let write = S::writes(self.set, to);
        self.script.push(match (S::WRITES, status) {
            (Writes::IfUnchanged { refused, .. }, Some(status)) => {
                refused(write, status, "It is refused\u{7f}")
            }
            _ => write,
        });
        self.reads(now)
    }

    async fn begins(self) -> (Player, Box<dyn Driver>) {
        let service = Player::start(self.script).await;
        let driver = S::FORM.driver(&service);
        (service, driver)
    }

    async fn publishes(self) -> Result<Published, DnsError> {
        let (service, driver) = self.begins().await;
        let published = driver.publish(&txt("new")).await;
        service.finish();
        published
    }

    async fn removes(self) -> Result<(), DnsError> {
        let (service, driver) = self.begins().await;
        let removed = driver.remove(&txt("new")).await;
        service.finish();
        removed
    }
}
