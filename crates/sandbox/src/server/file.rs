//! Answers about an account that is served from a file: what is there, in the order, the pages and with the gaps that the
//! file's settings ask for. The lists are whatever the file has: a name that nobody knows is an empty list.

use axum::http::Method;
use serde_json::{Value, json};

use super::error::Refusal;
use super::legacy::downgrade;
use super::params::{CreatedBounds, Params};
use super::resources::by_name;
use super::shape::MerchantLinks;
use super::version::ApiVersion;
use crate::account_file::{CreatedFilter, ListOrder, to_text};
use crate::world::Merchant;
use crate::{AccountFile, Permission};

/// 2025-01-01: what has no usable `created` is sorted and filtered as if it were from then.
const NO_DATE: i64 = 1_735_689_600;

/// A request for anything of the account.
pub struct FileRoute<'a> {
    is_get: bool,
    path: &'a str,
    /// Behind `/v1`.
    segments: &'a [&'a str],
}

/// Who asks, and how.
pub struct Asking<'a> {
    pub account: &'a AccountFile,
    pub merchant: &'a dyn Merchant,
    pub version: &'a ApiVersion,
    pub embedded_max: Option<usize>,
    /// Without those that are empty, which ask for nothing.
    pub query: &'a Params,
}

impl<'a> FileRoute<'a> {
    pub fn find(method: &Method, path: &'a str, segments: &'a [&'a str]) -> Option<Self> {
        let ["v1", segments @ ..] = segments else { return None };
        let segments = segments.strip_suffix(&[""]).unwrap_or(segments);
        (!segments.is_empty()).then_some(Self { is_get: method == Method::GET, path, segments })
    }

    pub fn endpoint(&self) -> &'static str {
        match self.segments {
            ["invoices", _, "lines"] => "invoices/lines",
            ["account"] => "account",
            [name, ..] => by_name(name).map_or("others", |resource| resource.name),
            [] => "others",
        }
    }

    pub fn permission(&self) -> Option<Permission> {
        match self.segments {
            ["account"] => Some(Permission::Account),
            [name, ..] => by_name(name).map(|resource| resource.permission),
            [] => None,
        }
    }

    /// # Errors
    /// 404 for what there is not, or what the file says is gone; 400 for what is asked for wrongly; 403 for a write.
    pub fn answer(&self, asking: &Asking<'_>) -> Result<String, Refusal> {
        if !self.is_get {
            return Err(Refusal::read_only());
        }
        let settings = asking.account.settings();
        let mut text = to_text(&self.found(asking)?);
        for (old, new) in &settings.raw_text {
            text = text.replace(old, new);
        }
        Ok(text)
    }

    fn found(&self, asking: &Asking<'_>) -> Result<Value, Refusal> {
        let (account, query) = (asking.account, asking.query);
        let settings = account.settings();
        let absent = || Err(Refusal::no_such_object("object", self.segments.last().unwrap_or(&"")));
        let path = format!("/{}", self.segments.join("/"));
        let list = *self.segments.first().unwrap_or(&"");
        if settings.gone.contains(&path) || settings.absent.iter().any(|name| name == list) {
            return absent();
        }
        match self.segments {
            ["account"] => Ok(asking.merchant.account()),
            ["balance"] => {
                Ok(json!({ "object": "balance", "livemode": false, "available": [], "pending": [] }))
            }
            ["subscription_items"] => {
                let id = query.get("subscription").unwrap_or_default();
                let subscription = account.find("subscriptions", id);
                let subscription = subscription.ok_or_else(|| Refusal::missing_parameter("subscription"))?;
                let items = subscription.pointer("/items/data").and_then(Value::as_array);
                self.page(asking, items.into_iter().flatten().collect(), false)
            }
            ["invoices", id, "lines"] => match account.lines_of(id).and_then(Value::as_array) {
                Some(lines) => self.page(asking, lines.iter().collect(), false),
                None => absent(),
            },
            [_] => self.page(asking, listed(account, list, query), true),
            [list, id] => match account.find(list, id) {
                Some(object) => Ok(asking.shown(object)),
                None => absent(),
            },
            _ => absent(),
        }
    }

    /// `is_list`: a list of its own, which is ordered and can be filtered; not one that an object holds.
    fn page(&self, asking: &Asking<'_>, objects: Vec<&Value>, is_list: bool) -> Result<Value, Refusal> {
        let settings = asking.account.settings();
        let query = asking.query;
        let limit = query.limit()?.min(settings.page_max.unwrap_or(usize::MAX));
        let mut objects = filtered(objects, settings.created, query, is_list)?;
        if is_list {
            match settings.ties_are_reversed {
                false => objects.sort_by_key(|object| id_of(object)),
                true => objects.sort_by_key(|object| std::cmp::Reverse(id_of(object))),
            }
            match settings.order {
                ListOrder::NewestFirst => objects.sort_by_key(|object| std::cmp::Reverse(created(object))),
                ListOrder::OldestFirst => objects.sort_by_key(|object| created(object)),
            }
        }
        let place = |param: &str| {
            let Some(id) = query.get(param) else { return Ok(None) };
            let place = objects.iter().position(|object| id_of(object) == id);
            place.map(Some).ok_or_else(|| Refusal::no_such_reference("object", id, param))
        };
        let (start, end, has_more) = match (place("starting_after")?, place("ending_before")?) {
            (_, Some(end)) => (end.saturating_sub(limit), end, end > limit),
            (after, None) => {
                let start = after.map_or(0, |after| after + 1);
                (start, objects.len().min(start + limit), objects.len() > start + limit)
            }
        };
        let data = objects.get(start..end).unwrap_or_default();
        let data: Vec<Value> = data.iter().map(|object| asking.shown(object)).collect();
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": self.path }))
    }
}

impl Asking<'_> {
    fn shown(&self, object: &Value) -> Value {
        let mut shown = self.account.rendered(object, &self.query.list("expand"), self.embedded_max);
        downgrade(&mut shown, self.version, &MerchantLinks(self.merchant));
        shown
    }
}

/// The objects that a list shows, by what its own parameters ask for.
fn listed<'a>(account: &'a AccountFile, list: &str, query: &Params) -> Vec<&'a Value> {
    let settings = account.settings();
    let is_unlisted = |object: &Value| {
        object.is_object() && settings.unlisted.contains(&format!("{list}/{}", id_of(object)))
    };
    let text = |object: &Value, name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_shown = |object: &&Value| match list {
        _ if is_unlisted(object) => false,
        _ if !object.is_object() => true,
        "subscriptions" => match (query.get("status"), text(object, "status").as_deref()) {
            (Some("all"), _) => true,
            (Some(wanted), status) => status == Some(wanted),
            (None, status) => status != Some("canceled"),
        },
        "prices" if settings.active_prices_only || query.get("active").is_some() => {
            let wanted = query.get("active").unwrap_or("true") == "true";
            object.get("active").map_or(Some(true), Value::as_bool) == Some(wanted)
        }
        "invoiceitems" => query
            .get("pending")
            .is_none_or(|pending| object.get("invoice").is_none_or(Value::is_null) == (pending == "true")),
        _ => true,
    };
    account.list(list).iter().filter(is_shown).collect()
}

fn filtered<'a>(
    mut objects: Vec<&'a Value>,
    filter: CreatedFilter,
    query: &Params,
    is_list: bool,
) -> Result<Vec<&'a Value>, Refusal> {
    let has_created = query.names().any(|name| name.starts_with("created"));
    if has_created && filter == CreatedFilter::Refuse {
        return Err(Refusal::parameter("", "created", "Received unknown parameter: created"));
    }
    let bounds = if filter == CreatedFilter::Ignore { CreatedBounds::ALL } else { query.created()? };
    objects.retain(|object| (bounds.from..=bounds.to).contains(&created(object)));
    if let Some(customer) = query.get("customer") {
        objects.retain(|object| object.get("customer").and_then(Value::as_str) == Some(customer));
    }
    if let Some(id) = query.get("subscription").filter(|_| is_list) {
        // Wherever an object names it: each kind has another place for that.
        objects.retain(|object| to_text(object).contains(id));
    }
    Ok(objects)
}

fn created(object: &Value) -> i64 {
    let created = object.get("created").or_else(|| object.get("date"));
    created.and_then(Value::as_i64).unwrap_or(NO_DATE)
}

fn id_of(object: &Value) -> String {
    match (object.is_object(), object.get("id")) {
        (false, _) => String::new(),
        (true, Some(Value::String(id))) => id.clone(),
        (true, None | Some(Value::Null)) => "None".to_owned(),
        (true, Some(other)) => other.to_string(),
    }
}
