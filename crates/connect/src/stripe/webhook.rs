//! The account's webhook endpoints: the only thing that we ever write to a provider.

use model::{Secret, UnixSeconds};
use serde::Deserialize;

use super::client::{Call, Client};
use super::limiter::{Access, Endpoint};
use super::loose::Text;
use super::{API_VERSION, EventPage, ListRequest, Webhook, WebhookEndpoint, translate};
use crate::attempts::Unreadable;
use crate::stripe::kind;
use crate::transport::{Answer, Verb};
use crate::{ConnectError, EventList, retry};

/// The events to subscribe to: everything that changes a stored object.
pub const WEBHOOK_EVENTS: &[&str] = &[
    "account.updated",
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.expired",
    "charge.failed",
    "charge.pending",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "coupon.created",
    "coupon.deleted",
    "coupon.updated",
    "credit_note.created",
    "credit_note.updated",
    "credit_note.voided",
    "customer.created",
    "customer.deleted",
    "customer.discount.created",
    "customer.discount.deleted",
    "customer.discount.updated",
    "customer.source.created",
    "customer.source.deleted",
    "customer.source.updated",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.created",
    "invoice.deleted",
    "invoice.finalization_failed",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.overdue",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "invoice.sent",
    "invoice.updated",
    "invoice.voided",
    "invoice_payment.paid",
    "invoiceitem.created",
    "invoiceitem.deleted",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payment_method.automatically_updated",
    "payment_method.detached",
    "payment_method.updated",
    "price.created",
    "price.deleted",
    "price.updated",
    "product.created",
    "product.deleted",
    "product.updated",
    "promotion_code.created",
    "promotion_code.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    id: Text,
    url: Text,
    secret: Text,
    status: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Listed {
    data: Vec<Shape>,
}

/// Events are kept for 30 days; from 29 days on they are not relied on.
pub(crate) const EVENT_LIST: EventList =
    EventList { reach_seconds: 29 * 86_400, overlap_seconds: 300, delivered_within_seconds: 240 };

impl Client {
    /// One page of the list of events since an instant.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn events(&self, since: UnixSeconds, after: Option<&str>) -> Result<EventPage, ConnectError> {
        let request = ListRequest {
            created_gte: Some(since.0),
            starting_after: after.map(str::to_owned),
            ..ListRequest::new(kind::EVENT)
        };
        let page = self.list(&request).await?;
        Ok(EventPage::of(page, since, after, translate::event))
    }

    /// Registers an endpoint for [`WEBHOOK_EVENTS`], in the version that is read here.
    ///
    /// # Errors
    /// When the key may not write webhook endpoints, the provider refuses the address, or does not answer.
    pub async fn create_webhook(&self, url: &str) -> Result<Webhook, ConnectError> {
        let mut form = vec![
            ("url", url.to_owned()),
            ("api_version", API_VERSION.to_owned()),
            ("description", "Chartsy: keeps figures up to date".to_owned()),
        ];
        form.extend(WEBHOOK_EVENTS.iter().map(|event| ("enabled_events[]", (*event).to_owned())));
        let post = Verb::Post {
            content_type: "application/x-www-form-urlencoded",
            body: form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish(),
            idempotency_key: Some(retry::idempotency_key()),
        };
        let call = call(vec!["v1", "webhook_endpoints"], post);
        let made = self.call(&call, |answer| {
            let shape = read::<Shape>(answer)?;
            match (shape.id.0, shape.secret.0) {
                (Some(id), Some(secret)) => Ok(Webhook { id, secret: Secret::new(secret) }),
                _ => Err(Unreadable { reason: "an endpoint without a secret".to_owned(), is_cut: false }),
            }
        });
        made.await.map_err(|failed| self.explain(failed, &call))
    }

    /// The account's endpoints; there are 16 at most.
    ///
    /// # Errors
    /// When the key may not read webhook endpoints, or there is no readable answer.
    pub async fn webhooks(&self) -> Result<Vec<WebhookEndpoint>, ConnectError> {
        let mut call = call(vec!["v1", "webhook_endpoints"], Verb::Get);
        call.query.push(("limit", "100".to_owned()));
        let listed = self.call(&call, |answer| {
            let endpoints = read::<Listed>(answer)?.data.into_iter();
            let named = endpoints.filter_map(|shape| {
                let is_enabled = shape.status.0.as_deref() != Some("disabled");
                Some(WebhookEndpoint { id: shape.id.0?, url: shape.url.0?, is_enabled })
            });
            Ok(named.collect())
        });
        listed.await.map_err(|failed| self.explain(failed, &call))
    }

    /// Removes an endpoint. It is not an error if the endpoint no longer exists.
    ///
    /// # Errors
    /// When the key may not write webhook endpoints, or the provider does not answer.
    pub async fn delete_webhook(&self, id: &str) -> Result<(), ConnectError> {
        let call = call(vec!["v1", "webhook_endpoints", id], Verb::Delete);
        let deleted = self.call(&call, |_| Ok(())).await;
        match deleted.map_err(|failed| self.explain(failed, &call)) {
            Err(ConnectError::EndpointAbsent { .. } | ConnectError::NotFound { .. }) => Ok(()),
            outcome => outcome,
        }
    }
}

fn call<'a>(path: Vec<&'a str>, verb: Verb) -> Call<'a> {
    // Of a kind that is listed rarely: the limits of the other lists stay theirs.
    let endpoint = Endpoint { kind: kind::ACCOUNT, access: Access::Retrieve };
    Call { endpoint, path, query: Vec::new(), verb, attempts: retry::INTERACTIVE }
}

fn read<T: for<'de> Deserialize<'de>>(answer: &Answer) -> Result<T, Unreadable> {
    Ok(serde_json::from_slice(&answer.body)?)
}
