//! The lists: what each can be filtered and ordered by, and its pages.

use std::collections::BTreeMap;

use serde_json::Value;

use super::account::Kind;
use super::permissions::Permission;
use super::refusal::Refusal;
use crate::query::Query;

/// What a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// A text at that JSON pointer is among the values; `null` among them takes what has none.
    Is(&'static str, &'static str),
    /// The instant in that field, with `[LT]`, `[LTE]`, `[GT]`, `[GTE]` or exactly.
    At(&'static str),
    /// Whether there is something at that pointer.
    Has(&'static str, &'static str),
    /// Whether that is true.
    Flag(&'static str, &'static str),
    /// A price of one of the items.
    ItemPrice,
    /// Part of a name, an email address or an id.
    Search,
    /// An event that is about that id or email address.
    About,
    /// Bounds on when an event occurred: `from` and `to`.
    Occurred,
}

/// A list of entities.
#[derive(Debug)]
pub struct Listing {
    /// The last part of its path.
    pub name: &'static str,
    pub kind: Kind,
    pub permission: Permission,
    per_page: (usize, usize),
    filters: &'static [Filter],
    order_by: &'static [&'static str],
    /// What has been archived shows only where a status is asked for.
    is_active_only: bool,
    pub includes: &'static [&'static str],
}

use Filter::{About, At, Flag, Has, Is, ItemPrice, Occurred, Search};

const ID: Filter = Is("id", "/id");
const STATUS: Filter = Is("status", "/status");

impl Listing {
    const fn new(name: &'static str, kind: Kind, permission: Permission) -> Self {
        Self {
            name,
            kind,
            permission,
            per_page: (50, 200),
            filters: &[ID, STATUS],
            order_by: &["id"],
            is_active_only: false,
            includes: &[],
        }
    }
}

const LISTINGS: &[Listing] = &[
    Listing {
        filters: &[ID, STATUS, Search, Is("email", "/email")],
        is_active_only: true,
        ..Listing::new("customers", Kind::Customer, Permission::Customer)
    },
    Listing {
        filters: &[ID, STATUS, Search],
        is_active_only: true,
        ..Listing::new("addresses", Kind::Address, Permission::Address)
    },
    Listing {
        filters: &[ID, STATUS, Search],
        is_active_only: true,
        ..Listing::new("businesses", Kind::Business, Permission::Business)
    },
    Listing {
        filters: &[ID, STATUS, Is("type", "/type"), Is("tax_category", "/tax_category")],
        order_by: &["id", "created_at", "updated_at", "name", "status"],
        is_active_only: true,
        includes: &["prices"],
        ..Listing::new("products", Kind::Product, Permission::Product)
    },
    Listing {
        filters: &[
            ID,
            STATUS,
            Is("type", "/type"),
            Is("product_id", "/product_id"),
            Has("recurring", "/billing_cycle"),
        ],
        is_active_only: true,
        includes: &["product"],
        ..Listing::new("prices", Kind::Price, Permission::Price)
    },
    Listing {
        filters: &[
            ID,
            STATUS,
            Is("code", "/code"),
            Is("mode", "/mode"),
            Is("discount_group_id", "/discount_group_id"),
        ],
        order_by: &["id", "created_at"],
        is_active_only: true,
        ..Listing::new("discounts", Kind::Discount, Permission::Discount)
    },
    Listing {
        filters: &[
            ID,
            STATUS,
            Is("customer_id", "/customer_id"),
            Is("address_id", "/address_id"),
            ItemPrice,
            Is("collection_mode", "/collection_mode"),
            Is("scheduled_change_action", "/scheduled_change/action"),
        ],
        ..Listing::new("subscriptions", Kind::Subscription, Permission::Subscription)
    },
    Listing {
        per_page: (30, 30),
        filters: &[
            ID,
            STATUS,
            Is("origin", "/origin"),
            Is("customer_id", "/customer_id"),
            Is("subscription_id", "/subscription_id"),
            Is("invoice_number", "/invoice_number"),
            Is("collection_mode", "/collection_mode"),
            At("created_at"),
            At("billed_at"),
            At("updated_at"),
        ],
        order_by: &["id", "created_at", "billed_at", "updated_at"],
        // The first two are the same: Paddle's pages and its libraries differ.
        includes: &[
            "adjustment",
            "adjustments",
            "address",
            "adjustments_totals",
            "business",
            "customer",
            "discount",
        ],
        ..Listing::new("transactions", Kind::Transaction, Permission::Transaction)
    },
    Listing {
        per_page: (10, 50),
        filters: &[
            ID,
            Is("action", "/action"),
            STATUS,
            Is("customer_id", "/customer_id"),
            Is("subscription_id", "/subscription_id"),
            Is("transaction_id", "/transaction_id"),
        ],
        ..Listing::new("adjustments", Kind::Adjustment, Permission::Adjustment)
    },
    Listing {
        filters: &[Is("event_type", "/event_type"), About, Occurred],
        ..Listing::new("events", Kind::Event, Permission::Notification)
    },
    Listing {
        filters: &[
            Is("action", "/detail/action"),
            Is("source", "/source"),
            Is("actor_type", "/actor/type"),
            Is("actor_id", "/actor/id"),
            Is("reason", "/reason"),
        ],
        order_by: &["occurred_at"],
        ..Listing::new("history", Kind::HistoryEntry, Permission::SubscriptionHistory)
    },
    Listing {
        per_page: (200, 200),
        filters: &[Flag("active", "/active"), Is("traffic_source", "/traffic_source")],
        ..Listing::new("notification-settings", Kind::NotificationSetting, Permission::NotificationSetting)
    },
    Listing {
        filters: &[Is("notification_setting_id", "/notification_setting_id"), STATUS, About, Occurred],
        ..Listing::new("notifications", Kind::Notification, Permission::Notification)
    },
];

/// The list with that name.
pub fn by_name(name: &str) -> Option<&'static Listing> {
    LISTINGS.iter().find(|listing| listing.name == name)
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<'a> {
    pub entities: Vec<&'a Value>,
    pub per_page: usize,
    pub has_more: bool,
    pub total: usize,
    /// The cursor of the next page, also where there is nothing more.
    pub next: String,
}

/// The page that a query asks for, of those entities, and of one customer's where one is named.
///
/// # Errors
/// When a parameter makes no sense.
pub fn page<'a>(
    listing: &Listing,
    entities: Option<&'a BTreeMap<String, Value>>,
    customer: Option<&str>,
    query: &Query,
) -> Result<Page<'a>, Refusal> {
    let per_page = per_page(listing, query)?;
    let (field, is_ascending) = order(listing, query)?;
    let tests = Tests::parse(listing, query)?;
    let is_listed = |entity: &Value| {
        let of_customer = customer.is_none_or(|id| text(entity, "/customer_id") == Some(id));
        of_customer && is_catalog(entity, listing.kind) && tests.hold(entity)
    };
    let key = |id: &str, entity: &Value| {
        let of_field = if field == "id" { String::new() } else { field_text(entity, field).to_owned() };
        (of_field, id.to_owned())
    };
    let mut found: Vec<_> = entities
        .into_iter()
        .flatten()
        .filter(|(_, entity)| is_listed(entity))
        .map(|(id, entity)| (key(id, entity), entity))
        .collect();
    found.sort_by(|(one, _), (other, _)| if is_ascending { one.cmp(other) } else { other.cmp(one) });
    let total = found.len();
    let after = query.get("after").unwrap_or_default();
    if !after.is_empty() {
        // An id is a place in the order even if what it names is not listed.
        let cursor = match entities.and_then(|entities| entities.get(after)) {
            Some(entity) => key(after, entity),
            None if field == "id" => (String::new(), after.to_owned()),
            None => return Err(Refusal::field("after", "must be the id of an entity in the list")),
        };
        found.retain(|(place, _)| if is_ascending { *place > cursor } else { *place < cursor });
    }
    let has_more = found.len() > per_page;
    found.truncate(per_page);
    let next = found.last().map_or_else(|| after.to_owned(), |((_, id), _)| id.clone());
    let entities = found.into_iter().map(|(_, entity)| entity).collect();
    Ok(Page { entities, per_page, has_more, total, next })
}

/// How many a page holds: more than the maximum is lowered without a word.
fn per_page(listing: &Listing, query: &Query) -> Result<usize, Refusal> {
    let (usual, max) = listing.per_page;
    match query.get("per_page").map(str::parse::<usize>) {
        None => Ok(usual),
        Some(Ok(count)) if count > 0 => Ok(count.min(max)),
        _ => Err(Refusal::field("per_page", "must be a number above 0")),
    }
}

/// The field, and whether the least comes first.
fn order<'a>(listing: &Listing, query: &'a Query) -> Result<(&'a str, bool), Refusal> {
    let usual = listing.order_by.first().copied().unwrap_or("id");
    let Some(order) = query.get("order_by") else { return Ok((usual, false)) };
    let direction = |field: &'a str| listing.order_by.contains(&field).then_some(field);
    // Paddle's own libraries write the direction in small letters.
    let parsed = order.split_once('[').and_then(|(field, way)| match way.to_ascii_uppercase().as_str() {
        "ASC]" => direction(field).map(|field| (field, true)),
        "DESC]" => direction(field).map(|field| (field, false)),
        _ => None,
    });
    parsed.ok_or_else(|| {
        Refusal::field(
            "order_by",
            format!("must be {}, each with [ASC] or [DESC]", listing.order_by.join(", ")),
        )
    })
}

/// Non-catalog items are never listed.
fn is_catalog(entity: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Product | Kind::Price => text(entity, "/type") != Some("custom"),
        Kind::Discount => text(entity, "/mode") != Some("custom"),
        _ => true,
    }
}

fn text<'a>(entity: &'a Value, pointer: &str) -> Option<&'a str> {
    entity.pointer(pointer).and_then(Value::as_str)
}

fn field_text<'a>(entity: &'a Value, field: &str) -> &'a str {
    entity.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// What a query asks of an entity.
struct Tests<'a> {
    listing: &'a Listing,
    query: &'a Query,
    /// Field, comparison and instant.
    bounds: Vec<(&'static str, &'static str, jiff::Timestamp)>,
}

impl<'a> Tests<'a> {
    fn parse(listing: &'a Listing, query: &'a Query) -> Result<Self, Refusal> {
        let mut bounds = Vec::new();
        let mut known = vec!["after", "per_page", "order_by", "include"];
        let mut names = Vec::new();
        for filter in listing.filters {
            match filter {
                Is(name, _) | Has(name, _) | Flag(name, _) => known.push(name),
                ItemPrice => known.push("price_id"),
                Search => known.push("search"),
                About => known.push("filter"),
                Occurred => names.extend([
                    ("from".to_owned(), "occurred_at", "[GTE]"),
                    ("to".to_owned(), "occurred_at", "[LT]"),
                ]),
                At(field) => {
                    let comparisons = ["", "[LT]", "[LTE]", "[GT]", "[GTE]"];
                    names.extend(
                        comparisons.map(|comparison| (format!("{field}{comparison}"), *field, comparison)),
                    );
                }
            }
        }
        for (name, field, comparison) in &names {
            if let Some(given) = query.get(name) {
                let refuse = |_| Refusal::field(name, "must be an RFC 3339 date and time");
                bounds.push((*field, *comparison, given.parse().map_err(refuse)?));
            }
        }
        let is_known = |name: &str| known.contains(&name) || names.iter().any(|(known, ..)| known == name);
        match query.names().find(|name| !is_known(name)) {
            // An account may well ignore it; a client that relies on it would load everything and not notice.
            Some(unknown) => Err(Refusal::field(unknown, "is no parameter of this list")),
            None => Ok(Self { listing, query, bounds }),
        }
    }

    fn hold(&self, entity: &Value) -> bool {
        let is_hidden = self.listing.is_active_only
            && self.query.get("status").is_none()
            && text(entity, "/status") != Some("active");
        !is_hidden
            && self.listing.filters.iter().all(|filter| self.holds(*filter, entity))
            && self.bounds.iter().all(|(field, comparison, bound)| {
                let at = field_text(entity, field).parse::<jiff::Timestamp>();
                at.is_ok_and(|at| match *comparison {
                    "[LT]" => at < *bound,
                    "[LTE]" => at <= *bound,
                    "[GT]" => at > *bound,
                    "[GTE]" => at >= *bound,
                    _ => at == *bound,
                })
            })
    }

    fn holds(&self, filter: Filter, entity: &Value) -> bool {
        let among = |name: &str, is_one: &dyn Fn(&str) -> bool| {
            self.query.values(name).is_none_or(|values| values.into_iter().any(is_one))
        };
        match filter {
            Is(name, pointer) => among(name, &|value| text(entity, pointer).unwrap_or("null") == value),
            Has(name, pointer) => {
                let has = entity.pointer(pointer).is_some_and(|value| !value.is_null());
                among(name, &|value| value == if has { "true" } else { "false" })
            }
            Flag(name, pointer) => {
                let is_on = entity.pointer(pointer).and_then(Value::as_bool) == Some(true);
                among(name, &|value| value == if is_on { "true" } else { "false" })
            }
            ItemPrice => among("price_id", &|value| {
                let items = entity.get("items").and_then(Value::as_array);
                items.is_some_and(|items| items.iter().any(|item| text(item, "/price/id") == Some(value)))
            }),
            Search => self.query.get("search").is_none_or(|wanted| {
                let wanted = wanted.to_lowercase();
                ["id", "name", "email", "description", "city", "postal_code"]
                    .iter()
                    .any(|field| field_text(entity, field).to_lowercase().contains(&wanted))
            }),
            About => self.query.get("filter").is_none_or(|wanted| {
                let data = entity.get("data").or_else(|| entity.pointer("/payload/data"));
                let data = data.and_then(Value::as_object);
                data.is_some_and(|data| data.values().any(|value| value.as_str() == Some(wanted)))
            }),
            At(_) | Occurred => true,
        }
    }
}
