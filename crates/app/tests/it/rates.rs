//! Reference rates that were published after the build.

use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use metrics::fx::Rates;
use model::{Currency, Day};
use serde::Deserialize;
use sync::ReferenceRates;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Asked {
    since: String,
}

/// A publisher that has one more day than the binary, and says which day it was asked for.
async fn publisher() -> String {
    let answer = async |Query(asked): Query<Asked>| {
        let on = next_day();
        format!(
            "KEY,CURRENCY,TIME_PERIOD,OBS_VALUE,TITLE\nx,USD,{on},1.2345,\"US dollar, {}\"\nx,GBP,{on},0.9,\n",
            asked.since
        )
    };
    let app = Router::new().route("/rates", get(answer)).route("/broken", get(async || "<html>busy</html>"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!("http://{address}")
}

fn next_day() -> Day {
    Rates::embedded().latest_on().unwrap().next()
}

#[tokio::test]
async fn newer_rates_are_fetched_kept_and_laid_over_those_of_the_build() {
    let folder = tempfile::tempdir().unwrap();
    let data = store::DataDir::open(&folder.path().join("data")).unwrap();
    let publisher = publisher().await;
    let rates = ReferenceRates::open(data.clone());
    let before = rates.current();
    assert!(rates.update(&format!("{publisher}/broken")).await.is_err());
    assert!(rates.update(&format!("{publisher}/absent")).await.is_err());
    assert!(rates.update("http://127.0.0.1:9/{from}").await.is_err());
    assert_eq!(rates.current().latest_on(), before.latest_on(), "what cannot be had changes nothing");

    let latest_on = rates.update(&format!("{publisher}/rates?since={{from}}")).await.unwrap();
    assert_eq!(latest_on, Some(next_day()));
    let of_usd = |rates: &Rates, day: Day| rates.rate(day, Currency::USD).unwrap();
    assert_eq!(of_usd(&rates.current(), next_day()).0.to_string(), "1.2345");
    let day_before = next_day().previous();
    assert_eq!(of_usd(&rates.current(), day_before), of_usd(&before, day_before));

    let reopened = ReferenceRates::open(data.clone());
    assert_eq!(of_usd(&reopened.current(), next_day()), of_usd(&rates.current(), next_day()));
    data.keep_rates("not rates").unwrap();
    assert_eq!(ReferenceRates::open(data).current().latest_on(), before.latest_on());
}
