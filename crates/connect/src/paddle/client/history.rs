//! What subscriptions do not say of themselves: what happened with them, in their histories and in events, and what they will
//! bill.

use super::super::filing::Filed;
use super::super::{delivery, filing, kind, query, refused};
use super::{Call, Client};
use crate::retry::{self, AttemptLimits};
use crate::{Children, ConnectError, ListRequest, Page, Retrieved};

impl Client {
    /// Reads a page of events for what subscriptions themselves forget.
    pub(super) async fn told(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        let mut query = query::list(request);
        query.push(("event_type", delivery::TELLING_EVENTS.join(",")));
        let call = Call { query, ..Call::get(kind::EVENT, vec!["events"]) };
        self.request(&call, |answer| {
            let mut page = self.read_filed(answer, kind::EVENT, |raw| filing::file(kind::EVENT, raw))?;
            let events = std::mem::take(&mut page.objects);
            page.next = page.next.or_else(|| events.last().map(|last| last.id.clone()));
            let told = events.iter().filter_map(|event| delivery::told(&event.body));
            page.embedded = told.map(|entry| self.private(entry)).collect();
            Ok(page)
        })
        .await
    }

    /// Reads a page of a subscription's history, or what it will bill. Without the permission, what the subscription says
    /// itself has to do.
    ///
    /// # Errors
    /// When there is no readable answer after retrying.
    pub async fn list_children(&self, children: &Children) -> Result<Page, ConnectError> {
        let nothing = Page { honours_window: true, ..Page::default() };
        if children.parent_kind == kind::RECURRING {
            return self.to_be_billed(&children.parent_id).await;
        }
        if self.0.refused.at(self.now()) & refused::HISTORY != 0 {
            return Ok(nothing);
        }
        let after = children.starting_after.as_deref();
        match self.history(&children.parent_id, query::history(after, 200), retry::BACKGROUND).await {
            Err(ConnectError::PermissionMissing { .. }) => {
                self.0.refused.note(refused::HISTORY, self.now());
                Ok(nothing)
            }
            Err(ConnectError::EndpointAbsent { .. }) => Ok(nothing),
            outcome => outcome,
        }
    }

    /// The subscription, with what it will bill.
    async fn to_be_billed(&self, id: &str) -> Result<Page, ConnectError> {
        let mut page = Page { honours_window: true, ..Page::default() };
        match self.retrieve(kind::SUBSCRIPTION, id).await? {
            Retrieved::Found { object, embedded, .. } => {
                page.objects = embedded;
                page.objects.push(object);
                Ok(page)
            }
            _ => {
                Err(ConnectError::NotFound { kind: kind::SUBSCRIPTION, id: id.to_owned(), request_id: None })
            }
        }
    }

    async fn history(
        &self,
        subscription: &str,
        query: Vec<(&'static str, String)>,
        attempts: AttemptLimits,
    ) -> Result<Page, ConnectError> {
        let path = vec!["subscriptions", subscription, "history"];
        let call = Call { query, attempts, ..Call::get(kind::HISTORY, path) };
        self.request(&call, |answer| {
            let file = |raw: &str| filing::history(subscription, raw).map(Filed::alone);
            self.read_filed(answer, kind::HISTORY, file)
        })
        .await
    }

    /// The history of the newest subscription: there is no list of all.
    pub(super) async fn newest_history(&self, attempts: AttemptLimits) -> Result<Page, ConnectError> {
        let request = ListRequest { limit: 1, ..ListRequest::new(kind::SUBSCRIPTION) };
        let query = query::list(&request);
        let call = Call { query, attempts, ..Call::get(kind::SUBSCRIPTION, vec!["subscriptions"]) };
        let newest = self.request(&call, |answer| self.read_page(answer, &request)).await?;
        match newest.objects.first() {
            Some(newest) => self.history(&newest.id, query::history(None, 1), attempts).await,
            None => Ok(Page { honours_window: true, ..Page::default() }),
        }
    }
}
