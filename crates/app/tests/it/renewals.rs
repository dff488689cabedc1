//! Renewals that were billed at another MRR than the bills before them had led to.

use connect::Source;
use model::UnixSeconds;
use sandbox::{MerchantName, Options, Provider};
use serde_json::{Value, json};

use crate::schema::differences;
use crate::support::{As, Site};

/// As many lives as there are kinds of them.
const CUSTOMERS: u64 = 56;

async fn connected(site: &Site, cookie: &str, provider: Provider) -> String {
    let options = Options {
        merchant: MerchantName::Mid,
        customers: Some(CUSTOMERS),
        now: Some(UnixSeconds(1_795_000_000)),
        ..Options::of(provider)
    };
    let sandbox = sandbox::start(options).await.unwrap();
    let source = Source::of(provider.as_str()).unwrap();
    let request = json!({"source": source.id(), "key": sandbox.key, "api_base": sandbox.api_base});
    let answer = site.ask(As::Person(cookie), "POST", "/api/v1/connections", Some(request)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let id = answer.body["id"].as_str().unwrap().to_owned();
    let workspace = site.context.catalog.default_workspace().unwrap().id;
    site.context.runner.sync_once(&workspace, &id.as_str().into()).await.unwrap();
    id
}

#[tokio::test]
async fn renewals_that_differ_are_listed_with_what_each_customer_is_worth_after_them() {
    let bills_differences =
        |provider: &Provider| Source::of(provider.as_str()).is_some_and(Source::bills_differences);
    for provider in Provider::ALL.into_iter().filter(bills_differences) {
        let site = Site::new();
        let cookie = site.owner().await;
        let id = connected(&site, &cookie, provider).await;
        let path = format!("/api/v1/connections/{id}");
        let mut rows: Vec<Value> = Vec::new();
        let mut cursor = String::new();
        loop {
            let query = format!("?from=2023-01-01&limit=20&cursor={cursor}");
            let page = site.get(As::Person(&cookie), &format!("{path}/reconcile/renewals{query}")).await.body;
            let pattern = "/api/v1/connections/{id}/reconcile/renewals";
            assert_eq!(differences(pattern, "get", &page), Vec::<String>::new());
            assert_eq!(page["is_offered"], true);
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        // A discount that ended, at least, and a change without a bill.
        let causes: Vec<&str> = rows.iter().filter_map(|row| row["cause"].as_str()).collect();
        assert!(causes.contains(&"discount") && causes.len() > 3, "{provider}: {causes:?}");
        for row in &rows {
            let minor = |name: &str| row[name].as_i64().unwrap();
            assert_eq!(minor("billed_minor") - minor("before_minor"), minor("difference_minor"), "{row}");
            let (customer, on) = (row["customer_id"].as_str().unwrap(), row["on"].as_str().unwrap());
            let explained = format!("{path}/customers/{customer}/explain?on={on}");
            let explained = site.get(As::Person(&cookie), &explained).await.body;
            let parts = explained["parts"].as_array().unwrap().iter();
            let own = parts.filter(|part| {
                part["subscription"] == row["subscription_id"] && part["currency"] == row["currency"]
            });
            let worth: i64 = own.map(|part| part["value_minor"].as_i64().unwrap()).sum();
            assert_eq!(worth, minor("billed_minor"), "{row}: {explained}");
        }
    }
}
