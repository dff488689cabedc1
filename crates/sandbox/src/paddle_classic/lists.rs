//! The lists, with their filters and pages.

use serde_json::{Value, json};

use super::account::{ALERTS_KEPT_S, Account, Alert, Kind, instant};
use super::alerts::Outlet;
use super::params::{self, Params};
use super::refusal::Refusal;

/// A list that is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route<'a> {
    Users,
    Payments,
    Plans,
    Modifiers,
    Products,
    Coupons,
    Transactions { of: &'a str, id: &'a str },
    Webhooks,
}

impl<'a> Route<'a> {
    /// `None` for whatever else the API can do: refund, cancel, write to the buyer.
    pub fn find(path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix("/api/2.0/")?.trim_end_matches('/').split('/').collect();
        match segments[..] {
            ["subscription", "users"] => Some(Self::Users),
            ["subscription", "payments"] => Some(Self::Payments),
            ["subscription", "plans"] => Some(Self::Plans),
            ["subscription", "modifiers"] => Some(Self::Modifiers),
            ["product", "get_products"] => Some(Self::Products),
            ["product", "list_coupons"] => Some(Self::Coupons),
            ["alert", "webhooks"] => Some(Self::Webhooks),
            [of @ ("user" | "subscription" | "order" | "checkout" | "product"), id, "transactions"] => {
                Some(Self::Transactions { of, id })
            }
            _ => None,
        }
    }
}

const STATES: [&str; 5] = ["active", "trialing", "past_due", "paused", "deleted"];

/// The whole answer.
///
/// # Errors
/// When a parameter makes no sense, or names what is not there.
pub fn answer_list(
    route: &Route<'_>,
    params: &Params,
    account: &Account,
    outlet: &Outlet,
) -> Result<Value, Refusal> {
    match route {
        Route::Users => users(params, account),
        Route::Payments => payments(params, account),
        Route::Plans => plans(params, account),
        Route::Modifiers => modifiers(params, account),
        Route::Products => products(params, account),
        Route::Coupons => coupons(params, account),
        Route::Transactions { of, id } => transactions(of, id, params, account),
        Route::Webhooks => webhooks(params, account, outlet),
    }
}

fn success(response: impl Into<Value>) -> Value {
    json!({ "success": true, "response": response.into() })
}

/// The rows from an offset on, with `count` and `total` beside them.
fn counted(all: Vec<Value>, params: &Params, size: usize) -> Result<Value, Refusal> {
    let total = all.len();
    let rows = from_offset(all, params, size)?;
    Ok(json!({ "success": true, "count": rows.len(), "total": total, "response": rows }))
}

/// How many rows a page has.
fn size(params: &Params, name: &str, usual: usize, max: usize) -> Result<usize, Refusal> {
    let size = params.number(name)?.map_or(usual, |size| usize::try_from(size).unwrap_or(usize::MAX));
    if (1..=max).contains(&size) {
        Ok(size)
    } else {
        Err(Refusal::bad_parameter(name, &format!("must be between 1 and {max}")))
    }
}

/// The rows of a numbered page; pages are counted from 1.
fn numbered<T>(rows: Vec<T>, params: &Params, size: usize) -> Result<(u64, Vec<T>), Refusal> {
    let page = params.number("page")?.unwrap_or(1);
    let before = page.checked_sub(1).ok_or_else(|| Refusal::bad_parameter("page", "must be at least 1"))?;
    let skipped = usize::try_from(before).unwrap_or(usize::MAX).saturating_mul(size);
    Ok((page, rows.into_iter().skip(skipped).take(size).collect()))
}

/// The rows from an offset on.
fn from_offset(rows: Vec<Value>, params: &Params, size: usize) -> Result<Vec<Value>, Refusal> {
    let offset = usize::try_from(params.number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX);
    Ok(rows.into_iter().skip(offset).take(size).collect())
}

/// The plan of a row's subscription.
fn plan_of(row: &Value, account: &Account) -> Option<u64> {
    account.get(Kind::User, row["subscription_id"].as_u64()?)?["plan_id"].as_u64()
}

fn users(params: &Params, account: &Account) -> Result<Value, Refusal> {
    params.only(&["subscription_id", "plan_id", "state", "page", "results_per_page"])?;
    let subscription = params.number("subscription_id")?;
    let plan = params.number("plan_id")?;
    let state = params.get("state");
    if state.is_some_and(|state| !STATES.contains(&state)) {
        return Err(Refusal::bad_parameter("state", &format!("must be one of {}", STATES.join(", "))));
    }
    let size = size(params, "results_per_page", 250, 250)?;
    let is_wanted = |user: &&Value| {
        subscription.is_none_or(|wanted| user["subscription_id"] == wanted)
            && plan.is_none_or(|wanted| user["plan_id"] == wanted)
            && match state {
                Some(state) => user["state"] == state,
                None => user["state"] != "deleted",
            }
    };
    let users: Vec<Value> = account.all(Kind::User).filter(is_wanted).cloned().collect();
    Ok(success(numbered(users, params, size)?.1))
}

fn payments(params: &Params, account: &Account) -> Result<Value, Refusal> {
    params.only(&[
        "subscription_id",
        "plan",
        "is_paid",
        "is_one_off_charge",
        "from",
        "to",
        "limit",
        "offset",
    ])?;
    let subscription = params.number("subscription_id")?;
    let plans: Option<Vec<u64>> = match params.get("plan") {
        None => None,
        Some(list) => {
            let parsed: Result<_, _> = list.split(',').map(|plan| plan.trim().parse()).collect();
            Some(parsed.map_err(|_| Refusal::bad_parameter("plan", "must be whole numbers with commas"))?)
        }
    };
    let is_paid = params.flag("is_paid")?;
    let is_one_off = params.flag("is_one_off_charge")?;
    let (from, to) = (params.instant("from")?, params.instant("to")?);
    let size = size(params, "limit", 500, 500)?;
    let is_wanted = |payment: &&Value| {
        let due_at = payment["payout_date"].as_str().and_then(params::instant);
        subscription.is_none_or(|wanted| payment["subscription_id"] == wanted)
            && plans
                .as_ref()
                .is_none_or(|wanted| plan_of(payment, account).is_some_and(|plan| wanted.contains(&plan)))
            && is_paid.is_none_or(|wanted| payment["is_paid"] == i32::from(wanted))
            && is_one_off.is_none_or(|wanted| payment["is_one_off_charge"] == i32::from(wanted))
            && from.is_none_or(|from| due_at >= Some(from))
            && to.is_none_or(|to| due_at < Some(to))
    };
    let mut payments: Vec<Value> = account.all(Kind::Payment).filter(is_wanted).cloned().collect();
    payments.sort_by(|one, other| {
        let key = |row: &Value| (row["payout_date"].as_str().map(str::to_owned), row["id"].as_u64());
        key(one).cmp(&key(other))
    });
    counted(payments, params, size)
}

fn plans(params: &Params, account: &Account) -> Result<Value, Refusal> {
    params.only(&["plan", "limit", "offset"])?;
    let wanted = params.number("plan")?;
    let size = size(params, "limit", 500, 500)?;
    let plans = account.all(Kind::Plan).filter(|plan| wanted.is_none_or(|wanted| plan["id"] == wanted));
    let plans: Vec<Value> = plans.cloned().collect();
    if wanted.is_some() && plans.is_empty() {
        return Err(Refusal::no_such("plan"));
    }
    counted(plans, params, size)
}

fn modifiers(params: &Params, account: &Account) -> Result<Value, Refusal> {
    params.only(&["subscription_id", "plan_id", "after", "results_per_page"])?;
    let subscription = params.number("subscription_id")?;
    let plan = params.number("plan_id")?;
    let after = params.number("after")?;
    let size = size(params, "results_per_page", 250, 250)?;
    let is_wanted = |modifier: &&Value| {
        subscription.is_none_or(|wanted| modifier["subscription_id"] == wanted)
            && plan.is_none_or(|wanted| plan_of(modifier, account) == Some(wanted))
            && after.is_none_or(|after| modifier["modifier_id"].as_u64() > Some(after))
    };
    let modifiers: Vec<Value> = account.all(Kind::Modifier).filter(is_wanted).take(size).cloned().collect();
    Ok(success(modifiers))
}

fn products(params: &Params, account: &Account) -> Result<Value, Refusal> {
    params.only(&["limit", "offset"])?;
    let size = size(params, "limit", 250, 250)?;
    let products: Vec<Value> = account.all(Kind::Product).cloned().collect();
    let total = products.len();
    let products = from_offset(products, params, size)?;
    Ok(success(json!({ "total": total, "count": products.len(), "products": products })))
}

fn coupons(params: &Params, account: &Account) -> Result<Value, Refusal> {
    params.only(&["product_id", "is_valid", "limit", "offset"])?;
    let product = params.number("product_id")?.ok_or_else(|| Refusal::missing("product_id"))?;
    if account.get(Kind::Product, product).is_none() && account.get(Kind::Plan, product).is_none() {
        return Err(Refusal::no_such("product"));
    }
    let is_valid = params.flag("is_valid")?;
    let size = size(params, "limit", 500, 500)?;
    let of_product = account.all(Kind::Coupon).filter(|coupon| {
        coupon["product_ids"].as_array().is_some_and(|ids| ids.iter().any(|id| *id == product))
    });
    let coupons = of_product.map(|coupon| {
        let mut coupon = coupon.clone();
        let times_used = account.coupon_uses.values().filter(|code| coupon["coupon"] == **code).count();
        coupon["times_used"] = json!(times_used);
        if let Some(fields) = coupon.as_object_mut() {
            fields.remove("product_ids");
        }
        coupon
    });
    let is_wanted = |coupon: &Value| {
        let expires_at = coupon["expires"].as_str().and_then(params::instant);
        let is_current = expires_at.is_none_or(|at| at > account.now.0)
            && coupon["allowed_uses"].as_u64().is_none_or(|uses| coupon["times_used"].as_u64() < Some(uses));
        is_valid.is_none_or(|wanted| is_current == wanted)
    };
    let coupons: Vec<Value> = coupons.filter(is_wanted).collect();
    counted(coupons, params, size)
}

fn transactions(of: &str, id: &str, params: &Params, account: &Account) -> Result<Value, Refusal> {
    params.only(&["page", "results_per_page", "from", "to"])?;
    let (from, to) = (params.instant("from")?, params.instant("to")?);
    let size = size(params, "results_per_page", 15, 300)?;
    let number = id.parse::<u64>().ok();
    let is_id = |value: &Value| match value {
        Value::String(text) => text == id,
        other => number.is_some() && other.as_u64() == number,
    };
    let is_of = |order: &Value| match of {
        "user" => is_id(&order["user"]["user_id"]),
        "subscription" => is_id(&order["subscription"]["subscription_id"]),
        "order" => is_id(&order["order_id"]),
        "checkout" => is_id(&order["checkout_id"]),
        _ => is_id(&order["product_id"]),
    };
    if !exists(of, id, account) && !account.all(Kind::Order).any(is_of) {
        return Err(Refusal::no_such(of));
    }
    let is_wanted = |order: &&Value| {
        let made_at = order["created_at"].as_str().and_then(params::instant);
        is_of(order)
            && from.is_none_or(|from| made_at >= Some(from))
            && to.is_none_or(|to| made_at < Some(to))
    };
    let mut orders: Vec<Value> = account.all(Kind::Order).filter(is_wanted).cloned().collect();
    orders.sort_by(|one, other| other["created_at"].as_str().cmp(&one["created_at"].as_str()));
    Ok(success(numbered(orders, params, size)?.1))
}

/// Whether there is such a thing, be it without any order.
fn exists(of: &str, id: &str, account: &Account) -> bool {
    let Ok(number) = id.parse::<u64>() else { return false };
    match of {
        "user" => account.all(Kind::User).any(|user| user["user_id"] == number),
        "subscription" => account.get(Kind::User, number).is_some(),
        "product" => {
            account.get(Kind::Product, number).is_some() || account.get(Kind::Plan, number).is_some()
        }
        _ => false,
    }
}

/// Newest first. What happened while no address was set counts as delivered to the seller's own system.
fn webhooks(params: &Params, account: &Account, outlet: &Outlet) -> Result<Value, Refusal> {
    params.only(&["page", "alerts_per_page", "query_head", "query_tail"])?;
    let head = params.instant("query_head")?.unwrap_or(account.now.0);
    let tail = params.instant("query_tail")?.unwrap_or(account.now.0 - ALERTS_KEPT_S);
    let size = size(params, "alerts_per_page", 250, 250)?;
    let mut alerts = account.recent_alerts();
    alerts.retain(|alert| (tail..=head).contains(&alert.at));
    let total = alerts.len();
    let (page, alerts) = numbered(alerts, params, size)?;
    let rows: Vec<Value> = alerts.into_iter().map(|alert| history_row(alert, outlet)).collect();
    Ok(success(json!({
        "current_page": page,
        "total_pages": total.div_ceil(size),
        "alerts_per_page": size,
        "total_alerts": total,
        "query_head": instant(head),
        "query_tail": instant(tail),
        "data": rows,
    })))
}

fn history_row(alert: &Alert, outlet: &Outlet) -> Value {
    let attempt = outlet.attempt(alert.id);
    let status = match attempt {
        None => "success",
        Some(attempt) if attempt.has_arrived => "success",
        Some(_) => "failed",
    };
    json!({
        "id": alert.id,
        "alert_name": alert.name(),
        "status": status,
        "attempts": attempt.map_or(1, |attempt| attempt.number),
        "created_at": instant(alert.at),
        "updated_at": instant(alert.at),
        "fields": alert.fields,
    })
}
