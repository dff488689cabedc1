//! Links that show a page to people without an account.

use std::collections::BTreeSet;

use axum::http::header;
use model::{ManualClock, Role, UnixSeconds};
use sandbox::MerchantName;
use serde_json::{Value, json};

use crate::schema;
use crate::support::{Answer, As, Site, sandbox};

const OPEN: &str = "/api/v1/shared/open";
const VIEW: &str = "from=2026-01-01&to=2026-06-30&currency=usd";
/// What the page of that view asks.
const OWN: &str = "from=2026-01-01&to=2026-06-30&interval=month&currency=usd";

struct Shop {
    site: Site,
    owner: String,
    id: String,
}

impl Shop {
    async fn new() -> Self {
        Self::of(Site::new()).await
    }

    async fn of(site: Site) -> Self {
        let owner = site.owner().await;
        let sandbox = sandbox(MerchantName::Generated, 40).await;
        let id = site.connected(&owner, &sandbox).await;
        Self { site, owner, id }
    }

    async fn share(&self, more: Value) -> Answer {
        let mut request = json!({"name": "For the bank", "page": "mrr", "view": VIEW});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let path = format!("/api/v1/connections/{}/share-links", self.id);
        self.site.ask(As::Person(&self.owner), "POST", &path, Some(request)).await
    }

    /// The code of a new link.
    async fn link(&self, more: Value) -> String {
        let made = self.share(more).await;
        assert_eq!(made.status, 201, "{}", made.text);
        code_of(&made)
    }

    async fn open(&self, request: Value) -> Answer {
        self.site.ask(As::Nobody, "POST", OPEN, Some(request)).await
    }

    /// Whoever has opened a link.
    async fn visit(&self, code: &str) -> String {
        let opened = self.open(json!({"code": code})).await;
        assert_eq!(opened.status, 200, "{}", opened.text);
        opened.body["token"].as_str().unwrap().to_owned()
    }

    async fn shown(&self, visit: &str, path: &str) -> Answer {
        self.site.get(As::Program(visit), &format!("/api/v1/shared{path}")).await
    }

    async fn own(&self, path: &str) -> Answer {
        self.site.get(As::Person(&self.owner), &format!("/api/v1/connections/{}{path}", self.id)).await
    }
}

fn code_of(made: &Answer) -> String {
    made.body["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned()
}

/// Every number of an answer, however deep.
fn numbers(value: &Value, found: &mut BTreeSet<i64>) {
    match value {
        Value::Number(number) => found.extend(number.as_i64().map(i64::abs)),
        Value::Array(items) => items.iter().for_each(|item| numbers(item, found)),
        Value::Object(members) => members.values().for_each(|member| numbers(member, found)),
        _ => {}
    }
}

#[tokio::test]
async fn whoever_opens_a_link_gets_no_cookie_and_needs_none() {
    let shop = Shop::new().await;
    let code = shop.link(json!({})).await;
    let opened = shop.open(json!({"code": code})).await;
    let visit = opened.body["token"].as_str().unwrap().to_owned();
    let page = shop.site.get(As::Nobody, "/shared/x").await;
    for answer in [&opened, &page, &shop.shown(&visit, "").await, &shop.shown(&visit, "/metrics").await] {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(!answer.headers.contains_key(header::SET_COOKIE), "{:?}", answer.headers);
    }
}

#[tokio::test]
async fn a_link_answers_the_question_of_its_page_and_no_other() {
    let shop = Shop::new().await;
    let visit = shop.visit(&shop.link(json!({})).await).await;
    let page = shop.shown(&visit, "").await;
    assert_eq!((&page.body["page"], &page.body["view"]), (&json!("mrr"), &json!(VIEW)));
    for (shared, own) in [
        (format!("/metrics/mrr?{OWN}"), format!("/metrics/mrr?{OWN}")),
        (format!("/metrics/mrr?{OWN}&by=plan"), format!("/metrics/mrr?{OWN}&by=plan")),
        (format!("/metrics/arr?{OWN}"), format!("/metrics/arr?{OWN}")),
    ] {
        let (shared, own) = (shop.shown(&visit, &shared).await, shop.own(&own).await);
        assert_eq!((shared.status, shared.body), (200, own.body));
    }
    for other in [
        format!("/metrics/mrr?{}", OWN.replace("2026-01-01", "2025-01-01")),
        format!("/metrics/mrr?{}", OWN.replace("month", "day")),
        format!("/metrics/mrr?{}", OWN.replace("usd", "native")),
        format!("/metrics/mrr?{OWN}&country=DE"),
        format!("/metrics/mrr?{OWN}&by=country"),
        format!("/metrics/ltv?{OWN}"),
        format!("/cohorts?{OWN}&what=mrr"),
    ] {
        let answer = shop.shown(&visit, &other).await;
        assert_eq!((answer.status, answer.code()), (403, "not_shared"), "{other}");
    }
    let listed = shop.site.get(As::Person(&shop.owner), "/api/v1/share-links").await;
    let link = &listed.body["data"][0];
    assert_eq!((&link["opened"], &link["created_by"]), (&json!(1), &json!("ada")));
    assert!(link["last_opened_at"].is_i64() && !listed.text.contains("chtl_"), "{}", listed.text);
}

#[tokio::test]
async fn answers_are_as_the_description_says() {
    let shop = Shop::new().await;
    let made = shop.share(json!({"password": "first quarter", "origins": ["https://example.com"]})).await;
    let listed = shop.site.get(As::Person(&shop.owner), "/api/v1/share-links").await;
    let opened = shop.open(json!({"code": code_of(&made), "password": "first quarter"})).await;
    let visit = opened.body["token"].as_str().unwrap();
    let retention = shop.link(json!({"page": "retention", "view": format!("{VIEW}&what=mrr")})).await;
    let followed = shop.visit(&retention).await;
    let of = "/api/v1/connections/{id}/share-links";
    for (path, method, answer) in [
        (of, "post", &made),
        ("/api/v1/share-links", "get", &listed),
        ("/api/v1/shared/open", "post", &opened),
        ("/api/v1/shared", "get", &shop.shown(visit, "").await),
        ("/api/v1/shared/facets", "get", &shop.shown(visit, "/facets").await),
        ("/api/v1/shared/metrics", "get", &shop.shown(visit, "/metrics").await),
        ("/api/v1/shared/metrics/mrr", "get", &shop.shown(visit, &format!("/metrics/mrr?{OWN}")).await),
        ("/api/v1/shared/metrics/{metric}", "get", &shop.shown(visit, &format!("/metrics/arr?{OWN}")).await),
        ("/api/v1/shared/cohorts", "get", &shop.shown(&followed, &format!("/cohorts?{OWN}&what=mrr")).await),
    ] {
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.text);
        assert_eq!(schema::differences(path, method, &answer.body), [""; 0], "{method} {path}");
    }
}

#[tokio::test]
async fn no_amount_and_no_count_is_in_an_answer_where_they_are_hidden() {
    let shop = Shop::new().await;
    let code = shop.link(json!({"hides_amounts": true, "hides_counts": true})).await;
    let opened = shop.open(json!({"code": code})).await;
    let visit = opened.body["token"].as_str().unwrap().to_owned();
    let mut amounts = BTreeSet::new();
    let (mut seen, mut texts) = (BTreeSet::new(), opened.text);
    let asked = [
        format!("/metrics/mrr?{OWN}"),
        format!("/metrics/mrr?{OWN}&by=plan"),
        format!("/metrics/arr?{OWN}"),
        format!("/metrics/net_revenue?{OWN}"),
    ];
    for path in &asked {
        for series in shop.own(path).await.body["series"].as_array().unwrap() {
            numbers(&series["points"], &mut amounts);
        }
        let told = shop.shown(&visit, path).await;
        assert_eq!(told.status, 200, "{path}: {}", told.text);
        for series in told.body["series"].as_array().unwrap() {
            assert_eq!(series["currency"], "xxx");
            numbers(&series["points"], &mut seen);
        }
        texts.push_str(&told.text);
    }
    // Small numbers are also index numbers by chance.
    amounts.retain(|amount| *amount >= 1_000 && amount % 10 != 0);
    assert!(amounts.len() > 5, "{amounts:?}");
    assert!(seen.iter().any(|index| *index > 1_000), "{seen:?}");
    assert_eq!(amounts.intersection(&seen).count(), 0, "{amounts:?} {seen:?}");
    for path in ["", "/facets", "/metrics"] {
        texts.push_str(&shop.shown(&visit, path).await.text);
    }
    assert!(!texts.contains("usd\"") || texts.contains("currency=usd"), "{texts}");
    assert!(!texts.contains("scale") && !texts.contains("total_minor"));
    for counting in ["active_customers", "arpa"] {
        let counts = shop.shown(&visit, &format!("/metrics/{counting}?{OWN}")).await;
        assert_eq!((counts.status, counts.code()), (403, "not_shared"), "{counting}");
    }
    let amounts_alone = shop.share(json!({"hides_counts": true})).await;
    assert_eq!((amounts_alone.status, amounts_alone.body["field"].as_str()), (422, Some("view")));
    let listed = shop.shown(&visit, "/metrics").await;
    assert!(!listed.text.contains("\"count\""), "{}", listed.text);
}

#[tokio::test]
async fn a_password_is_asked_for_and_guessing_it_is_slowed_down() {
    let clock = ManualClock::at(UnixSeconds(1_790_000_000));
    let shop = Shop::of(Site::at(&clock)).await;
    let weak = shop.share(json!({"password": "short"})).await;
    assert_eq!((weak.status, weak.body["field"].as_str()), (422, Some("password")));
    let code = shop.link(json!({"password": "first quarter"})).await;
    let needed = shop.open(json!({"code": code})).await;
    assert_eq!((needed.status, needed.code()), (403, "password_needed"));
    assert!(!needed.text.contains("mrr") && !needed.text.contains("bank"), "{}", needed.text);
    for _ in 0..5 {
        let wrong = shop.open(json!({"code": code, "password": "second quarter"})).await;
        assert_eq!((wrong.status, wrong.body["field"].as_str()), (422, Some("password")));
    }
    let right = json!({"code": code, "password": "first quarter"});
    let slowed = shop.open(right.clone()).await;
    assert_eq!((slowed.status, slowed.code()), (429, "too_many_tries"));
    clock.advance_ms(1000 * slowed.headers[header::RETRY_AFTER].to_str().unwrap().parse::<i64>().unwrap());
    assert_eq!(shop.open(right).await.status, 200);
}

#[tokio::test]
async fn a_link_that_has_ended_says_nothing_of_what_it_was() {
    let clock = ManualClock::at(UnixSeconds(1_790_000_000));
    let shop = Shop::of(Site::at(&clock)).await;
    let expired = shop.link(json!({"expires_at": 1_790_000_100_i64, "password": "first quarter"})).await;
    let made = shop.share(json!({})).await;
    let revoked = code_of(&made);
    let visit = shop.visit(&revoked).await;
    let path = format!("/api/v1/share-links/{}", made.body["id"].as_str().unwrap());
    let stranger = shop.site.owner_of_another_workspace().await;
    assert_eq!(shop.site.ask(As::Person(&stranger), "DELETE", &path, None).await.status, 404);
    assert_eq!(shop.site.ask(As::Person(&shop.owner), "DELETE", &path, None).await.status, 204);
    clock.advance_ms(100_000);
    let mut told = BTreeSet::new();
    for code in [expired.as_str(), &revoked, "chtl_never_was"] {
        let answer = shop.open(json!({"code": code})).await;
        assert_eq!((answer.status, answer.code()), (410, "link_ended"), "{}", answer.text);
        told.insert(answer.text);
    }
    assert_eq!(told.len(), 1, "{told:?}");
    let open_page = shop.shown(&visit, "").await;
    assert_eq!((open_page.status, open_page.code()), (410, "link_ended"));

    let code = shop.link(json!({})).await;
    let visit = shop.visit(&code).await;
    let connection = format!("/api/v1/connections/{}", shop.id);
    assert_eq!(shop.site.ask(As::Person(&shop.owner), "DELETE", &connection, None).await.status, 200);
    assert_eq!(shop.open(json!({"code": code})).await.code(), "link_ended");
    assert_eq!(shop.shown(&visit, "").await.code(), "link_ended");
}

#[tokio::test]
async fn members_share_pages_and_viewers_do_not_and_the_audit_log_says_who_did() {
    let shop = Shop::new().await;
    let path = format!("/api/v1/connections/{}/share-links", shop.id);
    let request = json!({"name": "For the bank", "page": "mrr", "view": VIEW});
    let viewer = shop.site.member(&shop.owner, Role::Viewer).await;
    for (method, path) in [("POST", path.as_str()), ("GET", "/api/v1/share-links")] {
        let refused = shop.site.ask(As::Person(&viewer), method, path, Some(request.clone())).await;
        assert_eq!((refused.status, refused.code()), (403, "role_too_low"));
    }
    let member = shop.site.member(&shop.owner, Role::Member).await;
    let made = shop.site.ask(As::Person(&member), "POST", &path, Some(request)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let one = format!("/api/v1/share-links/{}", made.body["id"].as_str().unwrap());
    assert_eq!(shop.site.ask(As::Person(&member), "DELETE", &one, None).await.status, 204);
    let log = shop.site.get(As::Person(&shop.owner), "/api/v1/audit?action=share_link").await;
    let entries: Vec<_> = log.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (text("action"), text("actor_name"), text("subject"), text("detail"))
        })
        .collect();
    let expected =
        |action: &str| (action.to_owned(), "member".to_owned(), "For the bank".to_owned(), "mrr".to_owned());
    assert_eq!(entries, [expected("share_link.revoked"), expected("share_link.created")]);
    assert!(!log.text.contains("chtl_"));
}

#[tokio::test]
async fn only_the_sites_of_a_link_show_its_page_in_a_frame() {
    let shop = Shop::new().await;
    let bad = shop.share(json!({"origins": ["https://example.com; script-src *"]})).await;
    assert_eq!((bad.status, bad.body["field"].as_str()), (422, Some("origins")));
    let framed = shop.share(json!({"origins": ["https://Intranet.example.com/"]})).await;
    let plain = shop.share(json!({})).await;
    let page = async |made: &Answer| {
        let path = format!("/shared/{}", made.body["id"].as_str().unwrap());
        shop.site.get(As::Nobody, &path).await
    };
    let framed = page(&framed).await;
    let policy = framed.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("; frame-ancestors https://intranet.example.com"), "{policy}");
    assert!(!framed.headers.contains_key("x-frame-options"));
    let nothing = shop.site.get(As::Nobody, "/shared/link_nothing").await;
    for answer in [page(&plain).await, nothing] {
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("; frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    }
    assert_eq!(framed.headers["referrer-policy"], "no-referrer");
}
