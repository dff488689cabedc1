//! The statement of paid invoices of a whole account: each amount opens its customers, and each customer its lines.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{As, Site, mid_merchant};

/// A month has so many customers that reading the lines of all would take long.
const LINES_OF: usize = 3;

#[tokio::test]
async fn every_amount_opens_customers_and_lines_that_add_up_to_it() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = mid_merchant(120).await;
    let id = site.connected(&cookie, &sandbox).await;
    let ask = async |path: &str| {
        let path = format!("/api/v1/connections/{id}/reconcile{path}");
        let answer = site.get(As::Person(&cookie), &path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.body
    };
    let statement = ask("?from=2026-06-01").await;
    let months = statement["months"].as_array().unwrap();
    assert!(months.len() > 4);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for month in months {
        let (month_on, currency) = (month["month_on"].as_str().unwrap(), month["currency"].as_str().unwrap());
        let of = format!("month_on={month_on}&currency={currency}");
        for (part, minor) in parts_of(month) {
            let page = ask(&format!("/customers?{of}&part={part}&limit=500")).await;
            let rows = page["data"].as_array().unwrap();
            assert_eq!(page["total"], rows.len());
            let sum: i64 = rows.iter().map(|row| row["counted_minor"].as_i64().unwrap()).sum();
            assert_eq!(sum, minor, "{part} of {month}");
            for row in rows.iter().take(LINES_OF) {
                *seen.entry(part.clone()).or_default() += 1;
                let parts: BTreeMap<String, i64> = parts_of(row).into_iter().collect();
                assert_eq!(row["counted_minor"], parts[&part], "{row}");
                let customer = row["customer_id"].as_str().unwrap();
                let lines = lines_of(&ask(&format!("/customers/{customer}?{of}")).await);
                assert_eq!(lines.get(&part).copied().unwrap_or(0), parts[&part], "{part} of {row}");
            }
        }
    }
    for part in ["total", "used", "tax", "proration_credit"] {
        assert!(seen.contains_key(part), "no {part}: {seen:?}");
    }
}

/// The parts that a month, or a customer of one, says that it has.
fn parts_of(of: &Value) -> Vec<(String, i64)> {
    let minor = |name: &str| of[name].as_i64().unwrap();
    let left_out = of["left_out"].as_array().unwrap().iter();
    let left_out = left_out
        .map(|sum| (sum["reason"].as_str().unwrap().to_owned(), sum["amount_minor"].as_i64().unwrap()));
    let ends =
        ["total", "used", "unexplained"].map(|part| (part.to_owned(), minor(&format!("{part}_minor"))));
    ends.into_iter().chain(left_out).collect()
}

/// What all lines come to, by part.
fn lines_of(answer: &Value) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for invoice in answer["invoices"].as_array().unwrap() {
        *sums.entry("total".to_owned()).or_default() += invoice["total_minor"].as_i64().unwrap();
        for line in invoice["lines"].as_array().unwrap() {
            let part = line["part"].as_str().unwrap().to_owned();
            *sums.entry(part).or_default() += line["amount_minor"].as_i64().unwrap();
        }
    }
    sums
}
