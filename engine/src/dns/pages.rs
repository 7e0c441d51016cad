//! Lists that a service gives page by page.

use crate::dns::error::DnsError;
use crate::dns::service::Service;

/// A part of a list, and how the service is asked for the next one: a number, a cursor, an
/// address; `None` on the last page.
pub(super) struct Page<T, M> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<M>,
}

impl Service {
    /// Everything on every page, from the `first` one on; `ask` asks for one page.
    pub(super) async fn every_page<T, M, A>(
        &self,
        first: M,
        ask: impl Fn(M) -> A,
    ) -> Result<Vec<T>, DnsError>
    where
        A: Future<Output = Result<Page<T, M>, DnsError>>,
    {
        let mut items = Vec::new();
        let mut at = first;
        for _ in 0..MOST_PAGES {
            let page = ask(at).await?;
            items.extend(page.items);
            match page.next {
                None => return Ok(items),
                Some(next) => at = next,
            }
        }
        Err(self.not_understood("its list does not end"))
    }
}

/// More than any account has: the service does not stop.
pub(super) const MOST_PAGES: usize = 100;

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;
    use crate::http::{Client, Settings};

    #[tokio::test]
    async fn every_page_is_asked_for_until_the_last() {
        let service = service();
        let numbers = service.every_page(1, |page| ready(Ok(numbered(page, 3))));
        assert_eq!(numbers.await, Ok(vec![1, 2, 3]));
    }

    #[tokio::test]
    async fn a_list_is_read_up_to_its_hundredth_page_and_one_without_an_end_is_given_up() {
        let service = service();
        let up_to = async |last| {
            let numbers = service.every_page(1, |page| ready(Ok(numbered(page, last))));
            numbers.await.map(|numbers| numbers.len())
        };
        assert_eq!(up_to(MOST_PAGES).await, Ok(100));
        let endless = service.not_understood("its list does not end");
        assert_eq!(up_to(MOST_PAGES + 1).await, Err(endless.clone()));
        assert_eq!(up_to(usize::MAX).await, Err(endless));
    }

    #[tokio::test]
    async fn a_list_ends_with_the_page_that_is_refused() {
        let service = service();
        let refused = service.not_understood("no");
        let numbers = service.every_page(1, |page| {
            ready(match page {
                1 => Ok(numbered(page, 3)),
                _ => Err(refused.clone()),
            })
        });
        assert_eq!(numbers.await, Err(refused.clone()));
    }

    /// Holds its own number.
    fn numbered(page: usize, last: usize) -> Page<usize, usize> {
        Page {
            items: vec![page],
            next: (page < last).then_some(page + 1),
        }
    }

    fn service() -> Service {
        let http = Client::new(&Settings::default()).unwrap();
        Service::at("http://service.test", "a service", http)
    }
}
