//! Fees and net cash of an account whose balance is known to the cent.

use model::ObjectKind;
use sandbox::MerchantName;
use serde_json::{Value, json};

use crate::process::{Process, chartsy, stdout};
use crate::support::{As, KEY, Site, restricted, sandbox};

/// Payments in dollars and euros, settled in dollars; a refund whose fee is kept, a lost dispute, a fee by itself, and a
/// payout that was paid for.
const FILE: &str = r#"{ "settings": { "now": "@2026-03-20" }, "objects": {
    "prices": [{ "id": "price_1", "unit_amount": 1000 }],
    "customers": [{ "id": "cus_1", "created": "@2026-01-01" }],
    "charges": [
        { "id": "ch_1", "customer": "cus_1", "created": "@2026-02-01", "amount": 10000, "amount_captured": 10000, "currency": "usd", "status": "succeeded", "captured": true, "balance_transaction": "txn_1" },
        { "id": "ch_2", "customer": "cus_1", "created": "@2026-02-02", "amount": 5000, "amount_captured": 5000, "currency": "eur", "status": "succeeded", "captured": true, "balance_transaction": "txn_2" },
        { "id": "ch_3", "customer": "cus_1", "created": "@2026-02-28T23:59:00Z", "amount": 700, "amount_captured": 700, "currency": "usd", "status": "succeeded", "captured": true, "balance_transaction": "txn_6" }
    ],
    "balance_transactions": [
        { "id": "txn_1", "created": "@2026-02-01", "type": "charge", "reporting_category": "charge", "source": "ch_1", "currency": "usd", "amount": 10000, "fee": 320, "net": 9680 },
        { "id": "txn_2", "created": "@2026-02-02", "type": "charge", "reporting_category": "charge", "source": "ch_2", "currency": "usd", "amount": 5407, "fee": 187, "net": 5220, "exchange_rate": 1.0814 },
        { "id": "txn_3", "created": "@2026-02-10", "type": "refund", "reporting_category": "refund", "source": "re_1", "currency": "usd", "amount": -4000, "fee": 0, "net": -4000 },
        { "id": "txn_4", "created": "@2026-02-12", "type": "adjustment", "reporting_category": "dispute", "source": "dp_1", "currency": "usd", "amount": -5407, "fee": 1500, "net": -6907 },
        { "id": "txn_5", "created": "@2026-02-15", "type": "SOURCE_fee", "reporting_category": "fee", "currency": "usd", "amount": -250, "fee": 0, "net": -250 },
        { "id": "txn_6", "created": "@2026-03-01T00:01:00Z", "type": "charge", "reporting_category": "charge", "source": "ch_3", "currency": "usd", "amount": 700, "fee": 50, "net": 650 },
        { "id": "txn_7", "created": "@2026-03-05", "type": "payout", "reporting_category": "payout", "source": "po_1", "currency": "usd", "amount": -3000, "fee": 30, "net": -3030 }
    ]
} }"#;

/// A folder that the account is loaded into.
pub fn loaded() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("account.json");
    std::fs::write(&file, FILE.replace("SOURCE_fee", &format!("{}_fee", sandbox::SOURCE))).unwrap();
    let args = ["sandbox", "--listen", "127.0.0.1:0", "--key", KEY, "--objects", file.to_str().unwrap()];
    let served = Process::start(&args);
    let addr = served.addr.split_whitespace().next().unwrap().to_owned();
    let base = format!("http://{addr}");
    let args = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", base.as_str()];
    stdout(&chartsy(&folder.path().join("data"), &args, Some(KEY)));
    folder
}

#[test]
fn fees_and_net_cash_of_a_known_balance_are_exact() {
    let folder = loaded();
    let months = |metric: &str| {
        let args = ["metrics", metric, "--from", "2026-02-01", "--to", "2026-03-31", "--format", "json"];
        let answer: Value =
            serde_json::from_str(&stdout(&chartsy(&folder.path().join("data"), &args, None))).unwrap();
        assert_eq!(answer["series"].as_array().unwrap().len(), 1, "all of it is in dollars: {answer}");
        let points = answer["series"][0]["points"].as_array().unwrap().clone();
        points.iter().map(|point| point["value"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(months("fees"), [320 + 187 + 1500, 50 + 30]);
    assert_eq!(months("net_cash"), [9680 + 5220 - 4000 - 6907 - 250, 650]);
}

#[test]
fn the_statement_of_a_known_balance_leaves_nothing_unexplained() {
    let folder = loaded();
    let args = ["statements", "cash", "--from", "2026-02-01", "--to", "2026-03-31", "--format", "csv"];
    let printed = stdout(&chartsy(&folder.path().join("data"), &args, None));
    let wanted = "\
month_on,currency,line,amount_minor,transactions
2026-02-01,eur,payments_collected,5000,
2026-02-01,eur,other_currencies,-5000,1
2026-02-01,eur,unexplained,0,
2026-02-01,eur,net_cash,0,
2026-02-01,usd,payments_collected,10700,
2026-02-01,usd,other_months,-700,1
2026-02-01,usd,other_currencies,5407,1
2026-02-01,usd,refunds,-4000,1
2026-02-01,usd,disputes,-5407,1
2026-02-01,usd,fees,-2007,3
2026-02-01,usd,service_fees,-250,1
2026-02-01,usd,unexplained,0,
2026-02-01,usd,net_cash,3743,
2026-03-01,usd,payments_collected,0,
2026-03-01,usd,other_months,700,1
2026-03-01,usd,fees,-80,2
2026-03-01,usd,fees_of_payouts,30,1
2026-03-01,usd,unexplained,0,
2026-03-01,usd,net_cash,650,
";
    assert_eq!(printed, wanted);
}

/// Of every month, Σ fee and Σ net, from the objects as they were received.
fn plainly(site: &Site, id: &str) -> [i64; 2] {
    let objects = site.context.data.connection_files(&id.into()).objects_to_read().unwrap();
    let kind = ObjectKind::new("balance_transaction");
    let mut sums = [0, 0];
    for stored in objects.scan(kind, None, usize::MAX).unwrap() {
        let body: Value = serde_json::from_str(&stored.object.body).unwrap();
        sums[0] += body["fee"].as_i64().unwrap();
        sums[1] += body["net"].as_i64().unwrap();
    }
    sums
}

#[tokio::test]
async fn every_fee_of_a_merchant_is_in_the_sum() {
    let site = Site::new();
    let cookie = site.owner().await;
    let sandbox = sandbox(MerchantName::Mid, 40).await;
    let id = site.connected(&cookie, &sandbox).await;
    let wanted = plainly(&site, &id);
    assert!(wanted[0] > 0 && wanted[1] > wanted[0]);
    for (metric, wanted) in ["fees", "net_cash"].into_iter().zip(wanted) {
        let path = format!("/api/v1/connections/{id}/metrics/{metric}?from=2015-01-01&interval=year");
        let answer = site.get(As::Person(&cookie), &path).await.body;
        let points = answer["series"][0]["points"].as_array().unwrap();
        let sum: i64 = points.iter().map(|point| point["value"].as_i64().unwrap()).sum();
        assert_eq!((sum, &answer["absent"]), (wanted, &json!([])), "{metric}");
    }
}

#[tokio::test]
async fn without_the_permission_the_answer_says_what_it_lacks() {
    let site = Site::new();
    let cookie = site.owner().await;
    let key = "rk_test_lacking0000000000000";
    let sandbox = restricted(key, "all,-balance_transactions").await;
    let request = json!({"source": sandbox::SOURCE, "key": key, "api_base": sandbox.api_base});
    let made = site.ask(As::Person(&cookie), "POST", "/api/v1/connections", Some(request)).await;
    let id = made.body["id"].as_str().unwrap().to_owned();
    let workspace = site.context.catalog.default_workspace().unwrap().id;
    site.context.runner.sync_once(&workspace, &id.as_str().into()).await.unwrap();
    let path = format!("/api/v1/connections/{id}/metrics/fees");
    let answer = site.get(As::Person(&cookie), &path).await;
    assert_eq!(answer.body["absent"], json!(["balance_transaction"]), "{}", answer.text);
    assert_eq!(answer.body["series"], json!([]));

    let path = format!("/api/v1/connections/{id}/metrics/net_cash?country=DE");
    assert_eq!(site.get(As::Person(&cookie), &path).await.status, 400);
}
