//! The lists: what each can be filtered and sorted by, and its pages.

mod orders;

use serde_json::{Map, Value, json};

use super::params::{Page, Params};
use super::refusal::Refusal;
use super::render;
use super::world::World;
use super::world::buyer::Customer;
use super::world::catalog::{BRANDS, CATEGORIES, Product};
use super::world::refund::Refund;

pub use orders::{count, orders, parts};

/// Rows of a page and how many there are on all pages.
pub struct Listed {
    pub page: Page,
    pub total: usize,
    pub rows: Vec<Value>,
}

impl Listed {
    /// Writes down only what is on the page.
    fn of<T>(page: Page, matching: &[T], write: impl Fn(&T) -> Value) -> Self {
        let rows = matching[page.range(matching.len())].iter().map(write).collect();
        Self { page, total: matching.len(), rows }
    }

    /// Version 3's envelope.
    pub fn envelope(self, params: &Params<'_>) -> Value {
        let pages = self.total.div_ceil(self.page.limit);
        let pagination = pagination(&self, pages, params);
        json!({ "data": self.rows, "meta": { "pagination": pagination } })
    }
}

fn pagination(listed: &Listed, pages: usize, params: &Params<'_>) -> Value {
    let number = listed.page.number;
    let link = |number: usize| json!(format!("?{}", params.query.with("page", &number.to_string())));
    let mut links = Map::new();
    links.insert("current".to_owned(), link(number));
    if number > 1 {
        links.insert("previous".to_owned(), link(number - 1));
    }
    if number < pages {
        links.insert("next".to_owned(), link(number + 1));
    }
    json!({
        "total": listed.total,
        "count": listed.rows.len(),
        "per_page": listed.page.limit,
        "current_page": number,
        "total_pages": pages,
        "links": links,
    })
}

pub fn refunds(world: &World, params: &Params<'_>, of_order: Option<i64>) -> Result<Listed, Refusal> {
    params.only(&["order_id:in", "id:in", "created:min", "created:max", "transaction_id"])?;
    let (orders, ids) = (params.numbers("order_id:in")?, params.numbers("id:in")?);
    let (min, max) = (params.instant("created:min")?, params.instant("created:max")?);
    let transaction = params.number("transaction_id")?;
    let matches = |refund: &&Refund| {
        let mut payments = refund.payments.iter();
        of_order.is_none_or(|id| refund.order_id == id)
            && orders.as_ref().is_none_or(|orders| orders.contains(&refund.order_id))
            && ids.as_ref().is_none_or(|ids| ids.contains(&refund.id))
            && min.is_none_or(|min| refund.created_at >= min)
            && max.is_none_or(|max| refund.created_at <= max)
            && transaction.is_none_or(|id| payments.any(|payment| payment.transaction_id == Some(id)))
    };
    let matching: Vec<&Refund> = world.refunds().iter().filter(matches).collect();
    Ok(Listed::of(params.page()?, &matching, |refund| render::refund(refund)))
}

/// Customers by page, or by cursor where one is given: the page is then what comes after it.
pub fn customers(world: &World, params: &Params<'_>) -> Result<Value, Refusal> {
    const FILTERS: [&str; 10] = [
        "id:in",
        "email:in",
        "name:in",
        "date_created:min",
        "date_created:max",
        "date_modified:min",
        "date_modified:max",
        "include",
        "sort",
        "after",
    ];
    params.only(&FILTERS)?;
    let includes = includes(params, &["addresses", "storecredit", "attributes", "formfields"])?;
    let matching = matching_customers(world, params)?;
    let page = params.page()?;
    let after = params.text("after").map(|cursor| of_cursor(cursor).ok_or(cursor)).transpose();
    let after = after.map_err(|_| Refusal::field(params.version, "after", "is no cursor"))?;
    let total = matching.len();
    let start =
        after.map_or(page.range(total).start, |id| matching.partition_point(|customer| customer.id <= id));
    let shown = &matching[start..(start + page.limit).min(total)];
    let rows: Vec<Value> = shown.iter().map(|customer| render::customer(customer, &includes)).collect();
    let cursors = json!({
        "count": rows.len(),
        "per_page": page.limit,
        "start_cursor": shown.first().map(|customer| cursor(customer.id)),
        "end_cursor": shown.last().map(|customer| cursor(customer.id)),
        "links": {},
    });
    if after.is_some() {
        return Ok(json!({ "data": rows, "meta": { "cursor_pagination": cursors } }));
    }
    let mut answer = Listed { page, total, rows }.envelope(params);
    if params.text("page").is_none() {
        answer["meta"]["cursor_pagination"] = cursors;
    }
    Ok(answer)
}

fn matching_customers<'a>(world: &'a World, params: &Params<'_>) -> Result<Vec<&'a Customer>, Refusal> {
    let (ids, emails) = (params.numbers("id:in")?, params.query.values("email:in"));
    let names = params.query.values("name:in");
    let created = (params.instant("date_created:min")?, params.instant("date_created:max")?);
    let modified = (params.instant("date_modified:min")?, params.instant("date_modified:max")?);
    let within = |at: i64, (min, max): (Option<i64>, Option<i64>)| {
        min.is_none_or(|min| at >= min) && max.is_none_or(|max| at <= max)
    };
    let matches = |customer: &&Customer| {
        let name = format!("{} {}", customer.first_name, customer.last_name);
        ids.as_ref().is_none_or(|ids| ids.contains(&customer.id))
            && emails.as_ref().is_none_or(|emails| emails.contains(&customer.email.as_str()))
            && names.as_ref().is_none_or(|names| names.contains(&name.as_str()))
            && within(customer.created_at, created)
            && within(customer.modified_at, modified)
    };
    let mut matching: Vec<&Customer> = world.customers().filter(matches).collect();
    match params.text("sort").unwrap_or("date_created:asc") {
        "date_created:asc" => {}
        "date_created:desc" => matching.reverse(),
        "last_name:asc" => matching.sort_by(|one, other| one.last_name.cmp(&other.last_name)),
        "last_name:desc" => matching.sort_by(|one, other| other.last_name.cmp(&one.last_name)),
        "date_modified:asc" => matching.sort_by_key(|customer| customer.modified_at),
        "date_modified:desc" => matching.sort_by_key(|customer| -customer.modified_at),
        _ => return Err(Refusal::field(params.version, "sort", "can't be sorted by")),
    }
    Ok(matching)
}

/// Nothing that a client should read.
fn cursor(id: i64) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("customer:{id}"))
}

fn of_cursor(cursor: &str) -> Option<i64> {
    use base64::Engine;
    let decoded = base64::engine::general_purpose::STANDARD.decode(cursor).ok()?;
    String::from_utf8(decoded).ok()?.strip_prefix("customer:")?.parse().ok()
}

/// What is included, each known here.
fn includes<'a>(params: &Params<'a>, known: &[&str]) -> Result<Vec<&'a str>, Refusal> {
    let names = params.query.values("include").unwrap_or_default();
    match names.iter().find(|name| !known.contains(name)) {
        Some(name) => Err(Refusal::field(params.version, "include", format!("'{name}' can't be included"))),
        None => Ok(names),
    }
}

pub fn products(world: &World, params: &Params<'_>) -> Result<Listed, Refusal> {
    const FILTERS: [&str; 11] = [
        "id:in",
        "id:min",
        "id:max",
        "date_modified:min",
        "date_modified:max",
        "sku",
        "name",
        "sort",
        "direction",
        "include",
        "include_fields",
    ];
    params.only(&FILTERS)?;
    let has_variants = includes(params, &["variants"])?.contains(&"variants");
    let ids = params.numbers("id:in")?;
    let (first, last) = (params.number("id:min")?, params.number("id:max")?);
    let (min, max) = (params.instant("date_modified:min")?, params.instant("date_modified:max")?);
    let matches = |product: &&Product| {
        ids.as_ref().is_none_or(|ids| ids.contains(&product.id))
            && first.is_none_or(|first| product.id >= first)
            && last.is_none_or(|last| product.id <= last)
            && min.is_none_or(|min| product.modified_at >= min)
            && max.is_none_or(|max| product.modified_at <= max)
            && params.text("sku").is_none_or(|sku| product.sku == sku)
            && params.text("name").is_none_or(|name| product.name == name)
    };
    let mut matching: Vec<&Product> = world.catalog.products().filter(matches).collect();
    match params.text("sort").unwrap_or("id") {
        "id" => {}
        "name" => matching.sort_by(|one, other| one.name.cmp(&other.name)),
        "date_modified" => matching.sort_by_key(|product| product.modified_at),
        _ => return Err(Refusal::field(params.version, "sort", "can't be sorted by")),
    }
    match params.text("direction").unwrap_or("asc") {
        "asc" => {}
        "desc" => matching.reverse(),
        _ => return Err(Refusal::field(params.version, "direction", "must be asc or desc")),
    }
    let fields = params.query.values("include_fields");
    let write = |product: &&Product| {
        let mut value = render::product(world, product, has_variants);
        if let (Some(fields), Some(all)) = (&fields, value.as_object_mut()) {
            all.retain(|name, _| name == "id" || name == "variants" || fields.contains(&name.as_str()));
        }
        value
    };
    Ok(Listed::of(params.page()?, &matching, write))
}

pub fn variants(world: &World, params: &Params<'_>, of_product: Option<i64>) -> Result<Listed, Refusal> {
    params.only(&["id:in", "product_id:in", "sku"])?;
    let (ids, products) = (params.numbers("id:in")?, params.numbers("product_id:in")?);
    let mut matching = Vec::new();
    for product in world.catalog.products() {
        let is_asked_for = of_product.is_none_or(|id| product.id == id)
            && products.as_ref().is_none_or(|products| products.contains(&product.id));
        let variants = product.variants.iter().filter(|variant| {
            ids.as_ref().is_none_or(|ids| ids.contains(&variant.id))
                && params.text("sku").is_none_or(|sku| variant.sku == sku)
        });
        matching.extend(variants.filter(|_| is_asked_for).map(|variant| (product, variant)));
    }
    Ok(Listed::of(params.page()?, &matching, |(product, variant)| render::variant(world, product, variant)))
}

/// Lists that have no filters.
pub fn plain(params: &Params<'_>, rows: &[Value]) -> Result<Listed, Refusal> {
    params.only(&["details"])?;
    Ok(Listed::of(params.page()?, rows, Value::clone))
}

pub fn categories(params: &Params<'_>) -> Result<Listed, Refusal> {
    params.only(&["category_id:in", "tree_id:in"])?;
    let places: Vec<usize> = (0..CATEGORIES.len()).collect();
    Ok(Listed::of(params.page()?, &places, |place| render::category(*place)))
}

pub fn brands(params: &Params<'_>) -> Result<Listed, Refusal> {
    params.only(&["id:in"])?;
    let places: Vec<usize> = (0..BRANDS.len()).collect();
    Ok(Listed::of(params.page()?, &places, |place| render::brand(*place)))
}
