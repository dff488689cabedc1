//! The statement of MRR of a whole account, beside a plain reading of its objects as they were received.

#![expect(
    clippy::float_arithmetic,
    reason = "a plain reading, of amounts that are far from where it is inexact"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{As, Site, mid_merchant};

#[tokio::test]
async fn the_mrr_statement_leads_to_a_plain_reading_of_the_subscriptions() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = mid_merchant(300).await;
    let id = site.connected(&cookie, &sandbox).await;
    let ask = async |query: &str| {
        let path = format!("/api/v1/connections/{id}/statements/mrr{query}");
        site.get(As::Person(&cookie), &path).await.body
    };
    let statement = ask("").await;
    let mut theirs = counted_subscriptions(&site, &id);
    let mut reasons = BTreeSet::new();
    for bridge in statement["currencies"].as_array().unwrap() {
        let minor = |name: &str| bridge[name].as_i64().unwrap();
        let own = bridge["reasons"].as_array().unwrap();
        let sum: i64 = own.iter().map(|reason| reason["amount_minor"].as_i64().unwrap()).sum();
        assert_eq!(minor("mrr_minor") + sum, minor("provider_mrr_minor"), "{bridge}");
        assert_eq!(minor("unexplained_minor"), 0, "{bridge}");
        let currency = bridge["currency"].as_str().unwrap();
        assert_eq!(theirs.remove(currency).unwrap_or(0), minor("provider_mrr_minor"), "{bridge}");
        for one in own {
            let reason = one["reason"].as_str().unwrap();
            reasons.insert(reason.to_owned());
            let page = ask(&format!("/customers?currency={currency}&reason={reason}&limit=500")).await;
            let rows = page["data"].as_array().unwrap();
            let sum: i64 = rows.iter().map(|row| row["counted_minor"].as_i64().unwrap()).sum();
            assert_eq!((one["amount_minor"].as_i64(), &one["customers"]), (Some(sum), &json!(rows.len())));
        }
    }
    assert!(theirs.values().all(|minor| *minor == 0), "{theirs:?}");
    assert!(reasons.len() >= 3, "{reasons:?}");
}

/// What the subscriptions of an account list per month, by currency, from the objects as they were received.
fn counted_subscriptions(site: &Site, id: &str) -> BTreeMap<String, i64> {
    let objects = site.context.data.connection_files(&id.into()).objects_to_read().unwrap();
    let all = |kind| objects.scan(model::ObjectKind::new(kind), None, usize::MAX).unwrap();
    let read = |body: &str| serde_json::from_str::<Value>(body).unwrap();
    let prices: BTreeMap<String, Value> =
        all("price").iter().map(|one| (one.object.id.clone(), read(&one.object.body))).collect();
    let mut sums = BTreeMap::new();
    let items: Vec<Value> = all("subscription_item").iter().map(|one| read(&one.object.body)).collect();
    for stored in all("subscription") {
        let mut subscription = read(&stored.object.body);
        // What did not fit into it came by itself.
        let mut own = subscription["items"]["data"].as_array().unwrap().clone();
        let rest = items.iter().filter(|item| item["subscription"] == subscription["id"]);
        own.extend(
            rest.filter(|item| own.iter().all(|known| known["id"] != item["id"]))
                .cloned()
                .collect::<Vec<_>>(),
        );
        subscription["items"]["data"] = own.into();
        let status = subscription["status"].as_str().unwrap();
        if !["active", "past_due"].contains(&status) || subscription["cancel_at_period_end"] == true {
            continue;
        }
        let currency = subscription["currency"].as_str().unwrap();
        *sums.entry(currency.to_owned()).or_default() += listed(&subscription, &prices, currency);
    }
    sums
}

fn listed(subscription: &Value, prices: &BTreeMap<String, Value>, currency: &str) -> i64 {
    // A number in a coupon, and text in a tax rate.
    let percent = |value: &Value| {
        let text = value.as_str().and_then(|text| text.parse::<f64>().ok());
        text.or(value.as_f64()).unwrap_or_default() / 100.0
    };
    let permanent = subscription["discounts"].as_array().unwrap().iter();
    let permanent = permanent.map(|discount| &discount["source"]["coupon"]);
    let permanent: Vec<_> = permanent.filter(|coupon| coupon["duration"] == "forever").collect();
    let items = subscription["items"]["data"].as_array().unwrap().iter();
    let licensed: Vec<(f64, f64)> = items
        .filter_map(|item| {
            // A deleted price is only known from where it came inside another object.
            let listed = &prices[item["price"]["id"].as_str().unwrap()];
            let price = if listed["recurring"].is_object() { listed } else { &item["price"] };
            (price["recurring"]["usage_type"] != "metered").then_some(())?;
            let months = match price["recurring"]["interval"].as_str().unwrap() {
                "day" => 12.0 / 365.0,
                "week" => 12.0 / 52.0,
                "month" => 1.0,
                _ => 12.0,
            };
            let count = price["recurring"]["interval_count"].as_f64().unwrap();
            Some((full(price, currency, item["quantity"].as_f64().unwrap()).round(), months * count))
        })
        .collect();
    let whole: f64 = licensed.iter().map(|(minor, _)| minor).sum();
    let off: f64 = permanent.iter().filter_map(|coupon| coupon["amount_off"].as_f64()).sum();
    let tax = subscription["default_tax_rates"].as_array().unwrap().iter();
    let tax: f64 =
        tax.filter(|rate| rate["inclusive"] == true).map(|rate| percent(&rate["percentage"])).sum();
    let (mut reached, mut given, mut sum) = (0.0, 0.0, 0);
    for (minor, months) in licensed {
        let mut left = minor;
        for coupon in &permanent {
            left -= (left * percent(&coupon["percent_off"])).round();
        }
        reached += minor;
        let until_here = if whole > 0.0 { (off * reached / whole).round() } else { 0.0 };
        left -= (until_here - given).min(left);
        given = until_here;
        left -= (left * tax / (1.0 + tax)).round();
        sum += (left / months).round() as i64;
    }
    sum
}

fn full(price: &Value, currency: &str, quantity: f64) -> f64 {
    let option = &price["currency_options"][currency];
    let price_of = if price["currency"] == currency { price } else { option };
    let number = |value: &Value| value.as_str().map_or(0.0, |text| text.parse::<f64>().unwrap());
    let transform = &price["transform_quantity"];
    let quantity = match transform["divide_by"].as_f64() {
        Some(by) if transform["round"] == "up" => (quantity / by).ceil(),
        Some(by) => (quantity / by).floor(),
        None => quantity,
    };
    let Some(tiers) = price_of["tiers"].as_array() else {
        return number(&price_of["unit_amount_decimal"]) * quantity;
    };
    let cost = |tier: &Value, units: f64| {
        number(&tier["unit_amount_decimal"]) * units + number(&tier["flat_amount_decimal"])
    };
    let (mut sum, mut below) = (0.0, 0.0);
    for tier in tiers {
        let up_to = tier["up_to"].as_f64().unwrap_or(f64::INFINITY);
        if price["tiers_mode"] == "volume" {
            if quantity <= up_to {
                return cost(tier, quantity);
            }
        } else if quantity > below {
            sum += cost(tier, up_to.min(quantity) - below);
            below = up_to;
        }
    }
    sum
}
