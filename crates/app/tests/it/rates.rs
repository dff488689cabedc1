//! Reference rates that were published after the build.

use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use metrics::fx::Rates;
use model::{Currency, Day, UnixSeconds};
use serde::Deserialize;
use serde_json::json;
use sync::{RatesState, ReferenceRates};
use tokio::net::TcpListener;

use crate::support::{As, Site};

#[derive(Deserialize)]
struct RatesQuery {
    since: String,
}

/// A publisher that has one more day than the binary, and says which day it was asked for.
async fn publisher() -> String {
    let answer = async |Query(asked): Query<RatesQuery>| {
        let on = next_day();
        format!(
            "KEY,CURRENCY,TIME_PERIOD,OBS_VALUE,TITLE\nx,USD,{on},1.2345,\"US dollar, {}\"\nx,GBP,{on},0.9,\n",
            asked.since
        )
    };
    let app = Router::new()
        .route("/rates", get(answer))
        .route("/broken", get(async || "<html>busy</html>"))
        .route("/stopped", get(async || "Date,USD,JPY\n2026-10-30,9,170\n"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!("http://{address}")
}

fn next_day() -> Day {
    Rates::embedded().latest_on().unwrap().next()
}

/// Noon of a day.
fn noon(day: Day) -> UnixSeconds {
    UnixSeconds(i64::from(day.0) * 86_400 + 43_200)
}

fn of_usd(rates: &Rates, day: Day) -> (String, Day) {
    let (rate, on) = rates.rate(day, Currency::USD).unwrap();
    (rate.to_string(), on)
}

#[tokio::test]
async fn newer_rates_are_fetched_kept_and_laid_over_those_of_the_build() {
    let folder = tempfile::tempdir().unwrap();
    let data = store::DataDir::open(&folder.path().join("data")).unwrap();
    let catalog = data.catalog().unwrap();
    let open = || ReferenceRates::open(data.clone(), catalog.clone());
    let publisher = publisher().await;
    let rates = open();
    let before = rates.published();
    let now = noon(next_day());
    for none in
        [format!("{publisher}/broken"), format!("{publisher}/absent"), "http://127.0.0.1:9/".to_owned()]
    {
        assert!(rates.update(&[none], now).await.is_err());
    }
    assert_eq!(rates.published().latest_on(), before.latest_on(), "what cannot be had changes nothing");

    let latest_on = rates.update(&[format!("{publisher}/rates?since={{from}}")], now).await.unwrap();
    assert_eq!(latest_on, Some(next_day()));
    assert_eq!(of_usd(&rates.published(), next_day()), ("1.2345".to_owned(), next_day()));
    let day_before = next_day().previous();
    assert_eq!(of_usd(&rates.published(), day_before), of_usd(&before, day_before));

    assert_eq!(of_usd(&open().published(), next_day()), of_usd(&rates.published(), next_day()));
    data.keep_rates("not rates").unwrap();
    assert_eq!(open().published().latest_on(), before.latest_on());
}

#[tokio::test]
async fn the_second_address_is_asked_where_the_first_fails_or_has_stopped_publishing() {
    let folder = tempfile::tempdir().unwrap();
    let data = store::DataDir::open(&folder.path().join("data")).unwrap();
    let catalog = data.catalog().unwrap();
    let publisher = publisher().await;
    let good = format!("{publisher}/rates?since={{from}}&key=secret");
    let noted = || RatesState::read(&catalog).unwrap().unwrap().attempts;
    assert_eq!(RatesState::read(&catalog).unwrap(), None, "nobody has looked yet");

    let rates = ReferenceRates::open(data.clone(), catalog.clone());
    let now = noon(next_day());
    let both = [format!("{publisher}/broken"), good.clone()];
    assert_eq!(rates.update(&both, now).await.unwrap(), Some(next_day()));
    let attempts = noted();
    assert_eq!(attempts.len(), 2);
    assert!(attempts[0].error.as_ref().unwrap().contains("can't be read"), "{attempts:?}");
    assert_eq!(attempts[1].address, format!("{publisher}/rates"), "nothing secret is noted");
    assert_eq!((attempts[1].latest_on, &attempts[1].error), (Some(next_day()), &None));

    let later = Day(next_day().0 + 20);
    let stopped = [format!("{publisher}/stopped"), good.clone()];
    rates.update(&stopped, noon(later)).await.unwrap();
    assert_eq!(noted().len(), 2, "the first one's newest rate is older than any holidays");
    let on = "2026-10-30".parse().unwrap();
    assert_eq!(of_usd(&rates.published(), on).0, "9", "where both have a day, the first address counts");
    assert_eq!(of_usd(&rates.published(), next_day()).0, "1.2345");

    rates.update(&[good, format!("{publisher}/broken")], now).await.unwrap();
    assert_eq!(noted().len(), 1, "the second is left alone where the first has what is new");
    let none = [format!("{publisher}/broken"), "http://127.0.0.1:9/".to_owned()];
    assert!(rates.update(&none, now).await.is_err());
    assert_eq!(noted().iter().filter(|attempt| attempt.error.is_some()).count(), 2);
}

const KWD: &str = "currency,base,from,to,rate\nKWD,USD,2026-01-01,2026-12-31,0.307\n";

#[tokio::test]
async fn rates_that_are_entered_count_at_once_and_go_when_they_are_removed() {
    let site = Site::new();
    let cookie = site.owner().await;
    let me = As::Person(&cookie);
    let path = "/api/v1/rates";
    let kwd =
        json!({"currency": "KWD", "base": "usd", "from": "2026-01-01", "to": "2026-12-31", "rate": "0.307"});
    let answer = site.ask(me.clone(), "POST", path, Some(kwd)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let listed = site.get(me.clone(), path).await.body;
    assert_eq!(listed["data"][0]["rate"], "0.307");
    assert_eq!(listed["data"][0]["currency"], "kwd");
    assert_eq!(listed["data"][0]["entered_by"], "ada");

    let workspace = site.context.catalog.default_workspace().unwrap().id;
    let kwd_on = |day: &str| {
        let rates = site.context.rates.of(&workspace).unwrap();
        rates.rate(day.parse().unwrap(), "kwd".parse().unwrap()).map(|(rate, _)| rate.normalize().to_string())
    };
    // 1.1172 dollars a euro.
    assert_eq!(kwd_on("2026-10-30").as_deref(), Some("0.3429804"));
    // Another process enters one.
    let catalog = site.context.data.catalog().unwrap();
    let other = ReferenceRates::open(site.context.data.clone(), catalog.clone());
    let day = metrics::fx::EnteredRate::parse("kwd", "usd", "2026-10-30", None, "0.3").unwrap();
    other.enter(&catalog, &workspace, &[day], "command line", UnixSeconds(0)).unwrap();
    assert_eq!(kwd_on("2026-10-30").as_deref(), Some("0.33516"));

    for row in site.get(me.clone(), path).await.body["data"].as_array().unwrap() {
        let answer =
            site.ask(me.clone(), "DELETE", &format!("{path}/{}", row["id"].as_str().unwrap()), None).await;
        assert_eq!(answer.status, 204);
    }
    assert_eq!(kwd_on("2026-10-30"), None);
    let gone = site.ask(me, "DELETE", &format!("{path}/rate_1"), None).await;
    assert_eq!((gone.status, gone.code()), (404, "not_found"));
}

#[tokio::test]
async fn a_mistake_is_refused_with_its_field_or_line_and_nothing_is_kept() {
    let site = Site::new();
    let cookie = site.owner().await;
    let me = As::Person(&cookie);
    let enter = async |rate: &str, from: &str| {
        let body = json!({"currency": "JPY", "base": "EUR", "from": from, "rate": rate});
        site.ask(me.clone(), "POST", "/api/v1/rates", Some(body)).await
    };
    for (rate, from, field) in
        [("0", "2026-10-30", "rate"), ("160", "2026-02-30", "from"), ("0.006", "2026-10-30", "rate")]
    {
        let answer = enter(rate, from).await;
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)), "{}", answer.text);
    }
    let import = async |csv: &str| {
        site.ask(me.clone(), "POST", "/api/v1/rates/import", Some(json!({"csv": csv}))).await
    };
    let answer = import(&format!("{KWD}KWD,USD,2027-01-01,,-1\n")).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.body["title"].as_str().unwrap().starts_with("line 3: '-1' is not a rate"),
        "{}",
        answer.text
    );
    let answer = import(&format!("{KWD}JPY,EUR,2026-10-30,,0.006\n")).await;
    assert!(
        answer.body["title"].as_str().unwrap().starts_with("line 3: 1 EUR = 0.006 JPY"),
        "{}",
        answer.text
    );
    assert_eq!(site.get(me.clone(), "/api/v1/rates").await.body["data"], json!([]));
    assert_eq!(import(KWD).await.body, json!({"rates": 1}));
}

#[tokio::test]
async fn another_workspace_neither_sees_nor_uses_nor_removes_them() {
    let site = Site::new();
    let cookie = site.owner().await;
    let stranger = site.stranger();
    site.ask(As::Person(&cookie), "POST", "/api/v1/rates/import", Some(json!({"csv": KWD}))).await;
    let mine = site.get(As::Person(&cookie), "/api/v1/rates").await.body;
    let id = mine["data"][0]["id"].as_str().unwrap();
    assert_eq!(site.get(As::Program(&stranger), "/api/v1/rates").await.body["data"], json!([]));
    let answer = site.ask(As::Program(&stranger), "DELETE", &format!("/api/v1/rates/{id}"), None).await;
    assert_eq!((answer.status, answer.code()), (404, "not_found"));
    let theirs = site.context.catalog.create_workspace("Third", site.context.clock.now()).unwrap().id;
    let kwd = "kwd".parse().unwrap();
    assert!(!site.context.rates.of(&theirs).unwrap().has(kwd));
    assert_eq!(site.get(As::Person(&cookie), "/api/v1/rates").await.body["data"], mine["data"]);
}
