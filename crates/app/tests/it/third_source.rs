//! A provider that nothing outside `connect` has heard of, from its key to erased data.

mod club;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use connect::Source;
use model::{ManualClock, UnixSeconds};
use serde_json::{Value, json};

use crate::schema::differences;
use crate::support::{As, Site};
use club::{Club, PHRASE, SEAL, notice};

/// 2026-11-18.
const NOW: UnixSeconds = UnixSeconds(1_795_000_000);
const PATIENCE: Duration = Duration::from_secs(60);

/// A connected club, loaded.
struct Joined {
    club: Club,
    site: Site,
    clock: ManualClock,
    cookie: String,
    id: String,
}

/// The source of these tests: the only one that is neither real nor offered by the sandbox.
fn source() -> &'static str {
    let mut others = Source::ALL.iter().filter(|source| source.id() != sandbox::SOURCE);
    others.next_back().expect("the feature is on in tests").id()
}

/// Two members: one pays 10 a month, one 120 a year.
fn two_members() -> Club {
    let club = Club::default();
    club.put("offers", json!({"ref": "O-1", "opened": "2026-01-01T00:00:00Z", "title": "Chess"}));
    for (id, cents, every) in [("T-month", 1000, "month"), ("T-year", 12_000, "year")] {
        let opened = "2026-01-01T00:00:00Z";
        club.put(
            "tariffs",
            json!({"ref": id, "opened": opened, "offer": "O-1", "cents": cents, "money": "EUR", "every": every}),
        );
    }
    club.join(1, "Ada Lovelace", "T-month", 1000, ("2026-09-10", "2026-10-10"));
    club.bill("R-1-2", 1, "T-month", 1000, ("2026-10-10", "2026-11-10"));
    club.bill("R-1-3", 1, "T-month", 1000, ("2026-11-10", "2026-12-10"));
    club.join(2, "Bobby Fischer", "T-year", 12_000, ("2026-10-01", "2027-10-01"));
    club
}

impl Joined {
    async fn new() -> Self {
        let (club, clock) = (two_members(), ManualClock::at(NOW));
        let site = Site::at(&clock);
        let cookie = site.owner().await;
        let request = json!({"source": source(), "key": PHRASE, "api_base": club.open().await});
        let answer = site.ask(As::Person(&cookie), "POST", "/api/v1/connections", Some(request)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let id = answer.body["id"].as_str().unwrap().to_owned();
        let joined = Self { club, site, clock, cookie, id };
        joined.update().await;
        joined
    }

    async fn update(&self) {
        let workspace = self.site.context.catalog.default_workspace().unwrap().id;
        self.site.context.runner.sync_once(&workspace, &self.id.as_str().into()).await.unwrap();
    }

    async fn get(&self, path: &str) -> Value {
        let answer =
            self.site.get(As::Person(&self.cookie), &format!("/api/v1/connections/{}{path}", self.id)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.body
    }

    async fn put_secret(&self, secret: &str) -> u16 {
        let path = format!("/api/v1/connections/{}/webhook/secret", self.id);
        let body = Some(json!({"secret": secret}));
        self.site.ask(As::Person(&self.cookie), "PUT", &path, body).await.status
    }

    async fn mrr(&self) -> i64 {
        self.get("/summary?currency=eur").await["mrr"]["value_minor"].as_i64().unwrap()
    }

    /// Delivers a notice to the connection's own address, as one of `source`.
    async fn deliver(&self, source: &str, seal: &str, body: &str) -> u16 {
        let workspace = self.site.context.catalog.default_workspace().unwrap().id;
        let webhook = self.site.context.runner.webhook(&workspace, &self.id.as_str().into()).await.unwrap();
        let request = Request::post(format!("/webhooks/{source}/{}", webhook.record.path))
            .header(header::HOST, "127.0.0.1:8080")
            .header("x-club-seal", seal)
            .body(Body::from(body.to_owned()));
        self.site.send(request.unwrap()).await.status
    }

    async fn until_mrr_is(&self, minor: i64) {
        let waiting = async {
            while self.mrr().await != minor {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "MRR stays {}", self.mrr().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_nobody_knows_is_loaded_and_its_pages_answer() {
    let joined = Joined::new().await;
    assert_eq!(joined.mrr().await, 2000);
    let month = joined.get("/metrics/mrr?currency=eur&from=2026-09-01&interval=month").await;
    let points = month["series"][0]["points"].as_array().unwrap();
    assert_eq!(
        points.iter().map(|point| point["mrr_minor"].as_i64().unwrap()).collect::<Vec<_>>(),
        [1000, 2000, 2000]
    );
    let pages = [
        ("", ""),
        ("/sync", ""),
        ("/problems", ""),
        ("/settings", ""),
        ("/facets", ""),
        ("/summary", "?currency=eur"),
        ("/metrics/{metric}", "?interval=week"),
        ("/movements", "?type=new"),
        ("/customers", "?q=ada"),
        ("/customers/{customer_id}", ""),
        ("/customers/{customer_id}/explain", ""),
        ("/reconcile", "?from=2026-09-01"),
        ("/reconcile/customers", "?month_on=2026-09-01&currency=usd&part=total&limit=2"),
        ("/reconcile/customers/{customer_id}", "?month_on=2026-09-01&currency=usd"),
        ("/reconcile/provider-mrr", ""),
        ("/reconcile/renewals", ""),
        ("/restatements", ""),
        ("/webhook", ""),
    ];
    for (pattern, query) in pages {
        let path = pattern.replace("{customer_id}", "M-1").replace("{metric}", "net_revenue");
        let answer = joined.get(&format!("{path}{query}")).await;
        let pattern = format!("/api/v1/connections/{{id}}{pattern}");
        assert_eq!(differences(&pattern, "get", &answer), Vec::<String>::new(), "{pattern}");
    }
    assert_eq!(joined.get("/problems").await["data"], json!([]));
    let found = joined.get("/customers?q=ada").await;
    assert_eq!((&found["data"][0]["id"], found["data"].as_array().unwrap().len()), (&json!("M-1"), 1));
    let explained = joined.get("/customers/M-2/explain").await;
    assert_eq!(explained["parts"][0]["value_minor"], 1000);
    assert_eq!(explained["parts"][0]["steps"][0]["lines"][0]["id"], "R-2-1");
    assert_eq!(joined.get("/customers/M-2").await["provider_url"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_list_of_events_everything_is_listed_again() {
    let joined = Joined::new().await;
    joined.club.join(3, "Judit Polgar", "T-month", 1000, ("2026-11-18", "2026-12-18"));
    joined.club.change("passes", "P-2", "last_day", json!("2026-11-18T09:00:00Z"));
    joined.club.remove("members", "M-2");
    joined.clock.set(UnixSeconds(NOW.0 + 86_400));
    joined.update().await;
    assert_eq!(joined.mrr().await, 2000, "one came, and one went");
    let gone = joined.get("/customers/M-2").await;
    assert_eq!((&gone["customer"]["is_deleted"], &gone["customer"]["name"]), (&json!(true), &Value::Null));
    assert_eq!(joined.get("/customers/M-3").await["customer"]["name"], "Judit Polgar");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_delivery_changes_the_figures_and_no_other_is_taken() {
    let joined = Joined::new().await;
    assert_eq!(joined.put_secret("whatever").await, 422, "no seal of this provider");
    assert_eq!(joined.put_secret(SEAL).await, 204);
    joined.club.change("passes", "P-1", "last_day", json!("2026-11-17T09:00:00Z"));
    let (body, seal) = notice("pass", "changed", "P-1", NOW);
    let (old, old_seal) = notice("pass", "changed", "P-1", UnixSeconds(NOW.0 - 3600));
    assert_eq!(joined.deliver(source(), "", &body).await, 400, "without a seal");
    assert_eq!(joined.deliver(source(), &old_seal, &body).await, 400, "another's seal");
    assert_eq!(joined.deliver(source(), &old_seal, &old).await, 400, "too old");
    assert_eq!(joined.deliver(sandbox::SOURCE, &seal, &body).await, 404, "at another source's address");
    assert_eq!(joined.mrr().await, 2000);
    assert_eq!(joined.deliver(source(), &seal, &body).await, 200);
    joined.until_mrr_is(1000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_member_stays_erased_and_no_figure_changes() {
    let joined = Joined::new().await;
    let path = format!("/api/v1/connections/{}/customers/M-1/erase", joined.id);
    let receipt = joined.site.ask(As::Person(&joined.cookie), "POST", &path, None).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text);
    assert_eq!(receipt.body["objects"], json!({"member": 1, "pass": 1, "receipt": 3}));
    for _ in ["at once", "after everything was listed again"] {
        let customer = joined.get("/customers/M-1").await["customer"].clone();
        assert_eq!((&customer["name"], &customer["email"]), (&Value::Null, &Value::Null));
        assert_eq!(customer["country"], "GB");
        assert_eq!(joined.mrr().await, 2000);
        joined.clock.set(UnixSeconds(NOW.0 + 86_400));
        joined.update().await;
    }
    assert_eq!(joined.get("/customers/M-2").await["customer"]["name"], "Bobby Fischer");
}
