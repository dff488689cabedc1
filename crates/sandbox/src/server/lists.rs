//! Lists, and the retrieval of one object.

use serde_json::Value;

use super::error::{Refusal, noun};
use super::expand::Expand;
use super::params::{CreatedBounds, Cursor, Params};
use super::resources::Resource;
use super::shape::Shaper;
use super::version;
use crate::ObjectKind;
use crate::world::{self, ListQuery, UnknownCursor};

/// How far back the list of events reaches.
const EVENTS_REACH_SECONDS: i64 = 30 * 86_400;

const SUBSCRIPTION_STATUSES: &[&str] = &[
    "active",
    "past_due",
    "unpaid",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "trialing",
    "paused",
    "all",
    "ended",
];
const INVOICE_STATUSES: &[&str] = &["draft", "open", "paid", "uncollectible", "void"];

impl Shaper<'_> {
    /// A page of a resource as JSON.
    ///
    /// # Errors
    /// As Stripe refuses what is asked for wrongly.
    pub fn list(&self, resource: &Resource, params: &Params) -> Result<String, Refusal> {
        if resource.kind == ObjectKind::SubscriptionItem {
            let id = params.non_empty("subscription")?;
            let id = id.ok_or_else(|| Refusal::missing_parameter("subscription"))?;
            let subscription = self.merchant.get(ObjectKind::Subscription, id);
            let subscription =
                subscription.ok_or_else(|| Refusal::no_such_reference("subscription", id, "subscription"))?;
            return self.list_embedded(subscription, "items", "/v1/subscription_items", params);
        }
        let expand = Expand::of_list(&params.list("expand"))?;
        let query = self.query(resource, params)?;
        let url = format!("/v1/{}", resource.name);
        let unknown_cursor = |unknown: UnknownCursor| {
            let param =
                if params.get("starting_after").is_some() { "starting_after" } else { "ending_before" };
            Refusal::no_such_reference(noun(unknown.kind), &unknown.id, param)
        };
        if expand.is_empty()
            && self.version.as_str() == version::CURRENT
            && let Some(page) = self.merchant.list_json(&query)
        {
            let page = page.map_err(unknown_cursor)?;
            return Ok(envelope(&page.objects, page.has_more, &url));
        }
        let page = self.merchant.list(&query).map_err(unknown_cursor)?;
        let objects: Result<Vec<String>, Refusal> =
            page.objects.into_iter().map(|object| Ok(self.shape(object, &expand)?.to_string())).collect();
        Ok(envelope(&objects?, page.has_more, &url))
    }

    /// The whole of a list that an object embeds only the beginning of.
    ///
    /// # Errors
    /// As for any list.
    pub fn list_embedded(
        &self,
        mut parent: Value,
        field: &str,
        url: &str,
        params: &Params,
    ) -> Result<String, Refusal> {
        let expand = Expand::of_list(&params.list("expand"))?;
        let limit = params.limit()?;
        let data = parent.get_mut(field).and_then(|list| list.get_mut("data")).map(Value::take);
        let Some(Value::Array(data)) = data else { return Ok(envelope(&[], false, url)) };
        let find = |id: &str, param: &str| {
            let at = data.iter().position(|element| element.get("id").and_then(Value::as_str) == Some(id));
            at.ok_or_else(|| Refusal::no_such_reference("line item", id, param))
        };
        let (start, end) = match params.cursor()? {
            Cursor::Start => (0, limit),
            Cursor::After(id) => {
                let start = find(&id, "starting_after")? + 1;
                (start, start + limit)
            }
            Cursor::Before(id) => {
                let end = find(&id, "ending_before")?;
                (end.saturating_sub(limit), end)
            }
        };
        let has_more = match params.cursor()? {
            Cursor::Before(_) => start > 0,
            _ => end < data.len(),
        };
        let wanted = data.into_iter().skip(start).take(end - start);
        let objects: Result<Vec<String>, Refusal> =
            wanted.map(|object| Ok(self.shape(object, &expand)?.to_string())).collect();
        Ok(envelope(&objects?, has_more, url))
    }

    /// One object as JSON; of a deleted customer only that it is.
    ///
    /// # Errors
    /// 404 for an id that there is not, or not any longer.
    pub fn retrieve(&self, resource: &Resource, id: &str, params: &Params) -> Result<String, Refusal> {
        let absent = || Refusal::no_such_object(noun(resource.kind), id);
        let object = self.merchant.get(resource.kind, id).ok_or_else(absent)?;
        if resource.kind == ObjectKind::Event && self.is_out_of_reach(&object) {
            return Err(absent());
        }
        if object.get("deleted").and_then(Value::as_bool) == Some(true) {
            return if resource.kind == ObjectKind::Customer {
                Ok(object.to_string())
            } else {
                Err(absent())
            };
        }
        let expand = Expand::of_object(&params.list("expand"))?;
        Ok(self.shape(object, &expand)?.to_string())
    }

    fn is_out_of_reach(&self, event: &Value) -> bool {
        let created = event.get("created").and_then(Value::as_i64).unwrap_or(0);
        created < self.merchant.now().0 - EVENTS_REACH_SECONDS
    }

    fn query(&self, resource: &Resource, params: &Params) -> Result<ListQuery, Refusal> {
        let mut query = ListQuery::new(resource.kind, params.limit()?);
        query.cursor = match params.cursor()? {
            Cursor::Start => None,
            Cursor::After(id) => Some(world::Cursor::StartingAfter(id)),
            Cursor::Before(id) => Some(world::Cursor::EndingBefore(id)),
        };
        let mut created = if resource.has_created { params.created()? } else { CreatedBounds::ALL };
        if resource.kind == ObjectKind::Event {
            created.from = created.from.max(self.merchant.now().0 - EVENTS_REACH_SECONDS);
        }
        query.created_gte = (created.from > i64::MIN).then_some(created.from);
        query.created_lte = (created.to < i64::MAX).then_some(created.to);
        self.fill_filter(resource, params, &mut query)?;
        Ok(query)
    }

    fn fill_filter(
        &self,
        resource: &Resource,
        params: &Params,
        query: &mut ListQuery,
    ) -> Result<(), Refusal> {
        let given = |name: &str| Ok(params.non_empty(name)?.map(str::to_owned));
        let filter = &mut query.filter;
        filter.customer = given("customer")?;
        filter.subscription = given("subscription")?;
        filter.invoice = given("invoice")?;
        filter.charge = given("charge")?;
        filter.product = given("product")?;
        filter.payment_intent = params.get("payment[payment_intent]").map(str::to_owned);
        filter.is_active = boolean(params, "active")?;
        filter.is_pending = boolean(params, "pending")?;
        filter.status = given("status")?;
        let statuses = match resource.kind {
            ObjectKind::Subscription => SUBSCRIPTION_STATUSES,
            ObjectKind::Invoice => INVOICE_STATUSES,
            _ => &[],
        };
        if let (Some(status), false) = (filter.status.as_deref(), statuses.is_empty())
            && !statuses.contains(&status)
        {
            let message = format!("Invalid status: must be one of {}", statuses.join(", "));
            return Err(Refusal::parameter("", "status", message));
        }
        let types = params.list("types").into_iter().chain(params.get("type"));
        filter.types = types.map(str::to_owned).collect();
        for (id, kind, param) in [
            (&filter.customer, ObjectKind::Customer, "customer"),
            (&filter.subscription, ObjectKind::Subscription, "subscription"),
        ] {
            if let Some(id) = id.as_deref().filter(|id| self.merchant.get(kind, id).is_none()) {
                return Err(Refusal::no_such_reference(noun(kind), id, param));
            }
        }
        Ok(())
    }
}

fn boolean(params: &Params, name: &str) -> Result<Option<bool>, Refusal> {
    match params.non_empty(name)? {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(Refusal::parameter("", name, format!("Invalid boolean: {other}"))),
    }
}

/// `{"object": "list", …}` around objects that are JSON already.
pub fn envelope(objects: &[String], has_more: bool, url: &str) -> String {
    let size: usize = objects.iter().map(|object| object.len() + 1).sum();
    let mut text = String::with_capacity(size + 128);
    text.push_str("{\"object\":\"list\",\"data\":[");
    for (index, object) in objects.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(object);
    }
    text.push_str("],\"has_more\":");
    text.push_str(if has_more { "true" } else { "false" });
    text.push_str(",\"url\":\"");
    text.push_str(url);
    text.push_str("\"}");
    text
}
