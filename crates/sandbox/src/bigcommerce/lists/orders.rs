//! Orders: filters, sorting and what comes along.

use serde_json::{Value, json};

use super::super::params::Params;
use super::super::refusal::Refusal;
use super::super::render::{OrderParts, Renderer, order_statuses};
use super::super::world::World;
use super::super::world::order::{Order, STATUSES};
use super::Listed;

const FILTERS: [&str; 20] = [
    "min_id",
    "max_id",
    "min_total",
    "max_total",
    "min_date_created",
    "max_date_created",
    "min_date_modified",
    "max_date_modified",
    "status_id",
    "customer_id",
    "email",
    "channel_id",
    "payment_method",
    "external_order_id",
    "cart_id",
    "is_deleted",
    "sort",
    "include",
    "consignment_structure",
    "consignments",
];

/// From and to, both included.
type Range = (Option<i64>, Option<i64>);

fn within(value: i64, (min, max): Range) -> bool {
    min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
}

/// Which orders are asked for.
struct Filter<'a> {
    ids: Range,
    /// In whole units of whatever currency.
    totals: Range,
    created: Range,
    modified: Range,
    status_id: Option<i64>,
    customer_id: Option<i64>,
    channel_id: Option<i64>,
    email: Option<&'a str>,
    payment_method: Option<&'a str>,
    cart_id: Option<&'a str>,
    /// What is archived is left out unless it is asked for.
    is_archived: bool,
}

impl<'a> Filter<'a> {
    /// # Errors
    /// 400 with the parameter that makes no sense.
    fn parse(params: &Params<'a>) -> Result<Self, Refusal> {
        params.only(&FILTERS)?;
        let range = |min: &str, max: &str| Ok::<_, Refusal>((params.number(min)?, params.number(max)?));
        let dates = |min: &str, max: &str| Ok::<_, Refusal>((params.instant(min)?, params.instant(max)?));
        Ok(Self {
            ids: range("min_id", "max_id")?,
            totals: range("min_total", "max_total")?,
            created: dates("min_date_created", "max_date_created")?,
            modified: dates("min_date_modified", "max_date_modified")?,
            status_id: params.number("status_id")?,
            customer_id: params.number("customer_id")?,
            channel_id: params.number("channel_id")?,
            email: params.text("email"),
            payment_method: params.text("payment_method"),
            cart_id: params.text("cart_id"),
            is_archived: params.flag("is_deleted")?.unwrap_or(false),
        })
    }

    fn matches(&self, world: &World, order: &Order) -> bool {
        let total = order.total.inc_minor() / 10_i64.pow(order.currency.exponent());
        order.is_archived == self.is_archived
            && within(order.id, self.ids)
            && within(total, self.totals)
            && within(order.created_at, self.created)
            && within(order.modified_at, self.modified)
            && self.status_id.is_none_or(|id| i64::from(order.status_id) == id)
            && self.customer_id.is_none_or(|id| order.customer_id == id)
            && self.channel_id.is_none_or(|id| order.channel_id == id)
            && self.email.is_none_or(|email| order.email.trim().eq_ignore_ascii_case(email.trim()))
            && self.payment_method.is_none_or(|method| order.payment_method == method)
            && self.cart_id.is_none_or(|id| world.cart_id(order) == id)
    }
}

pub fn orders(renderer: &Renderer<'_>, params: &Params<'_>) -> Result<Listed, Refusal> {
    let filter = Filter::parse(params)?;
    let parts = parts(params)?;
    let world = renderer.world;
    let external = params.text("external_order_id");
    let has_external = |order: &&Order| {
        external.is_none_or(|id| renderer.order(order, OrderParts::default())["external_order_id"] == id)
    };
    let matching = world.orders().iter().filter(|order| filter.matches(world, order));
    let mut matching: Vec<&Order> = matching.filter(has_external).collect();
    sort(&mut matching, params)?;
    Ok(Listed::of(params.page()?, &matching, |order| renderer.order(order, parts)))
}

fn sort(orders: &mut [&Order], params: &Params<'_>) -> Result<(), Refusal> {
    let Some(sort) = params.text("sort") else { return Ok(()) };
    let (field, direction) = sort.split_once(':').unwrap_or((sort, "asc"));
    let refuse = |problem: &str| Err(Refusal::field(params.version, "sort", problem));
    // They are by id before, which decides where the field is the same.
    match field {
        "id" => {}
        "customer_id" => orders.sort_by_key(|order| order.customer_id),
        "date_created" => orders.sort_by_key(|order| order.created_at),
        "date_modified" => orders.sort_by_key(|order| order.modified_at),
        "status_id" => orders.sort_by_key(|order| order.status_id),
        "channel_id" => orders.sort_by_key(|order| order.channel_id),
        _ => return refuse("can't be sorted by"),
    }
    match direction {
        "asc" => {}
        "desc" => orders.reverse(),
        _ => return refuse("must end with :asc or :desc"),
    }
    Ok(())
}

/// What comes along with an order.
pub fn parts(params: &Params<'_>) -> Result<OrderParts, Refusal> {
    let names = super::includes(params, &["consignments", "consignments.line_items"])?;
    let is_object = match params.text("consignment_structure") {
        None | Some("array") => false,
        Some("object") => true,
        Some(_) => {
            return Err(Refusal::field(params.version, "consignment_structure", "must be object or array"));
        }
    };
    let has_lines = names.contains(&"consignments.line_items");
    Ok(OrderParts { has_consignments: !names.is_empty(), has_lines, is_object })
}

/// How many there are of each status, and of all.
pub fn count(world: &World, params: &Params<'_>) -> Result<Value, Refusal> {
    let filter = Filter::parse(params)?;
    let mut counts = [0_usize; STATUSES.len()];
    for order in world.orders().iter().filter(|order| filter.matches(world, order)) {
        counts[usize::from(order.status_id)] += 1;
    }
    let mut statuses = order_statuses(world);
    for (status, count) in statuses.iter_mut().zip(counts) {
        status["count"] = json!(count);
        status["sort_order"] = status["order"].take();
    }
    Ok(json!({ "statuses": statuses, "count": counts.iter().sum::<usize>() }))
}
