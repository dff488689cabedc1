//! What people on the pages write to the person who runs the server.

use api::BookDemo;
use serde_json::{Value, json};

use crate::process::{chartsy, text};
use crate::support::{Answer, As, Site, clock};

const TO_OPERATOR: (&str, &str) = ("feedback", "operator@example.com");

fn ask(name: &str) -> Value {
    json!({"full_name": name, "email": "grace@example.com", "text": "MRR by plan, please"})
}

async fn book(site: &Site, request: Value) -> Answer {
    site.ask(As::Nobody, "POST", "/api/v1/demo-requests", Some(request)).await
}

#[tokio::test]
async fn feedback_reaches_the_operator_with_who_sent_it_and_from_which_page() {
    let site = Site::open_to_everybody(&clock());
    let cookie = site.owner().await;
    let session = site.get(As::Person(&cookie), "/api/v1/session").await.body;
    assert_eq!(session["takes_feedback"], true);
    let workspace = session["workspace"]["id"].as_str().unwrap();
    let request =
        json!({"text": " The chart is great.\nMore! ", "page": "/c/conn_1/mrr", "picture": "iVBORw0KGgo="});
    let sent = site.ask_in(As::Person(&cookie), workspace, "POST", "/api/v1/feedback", Some(request)).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    let (kind, to, text) = site.mails().pop().unwrap();
    assert_eq!((kind.as_str(), to.as_str()), TO_OPERATOR);
    for words in [
        "Ada Lovelace (ada@example.com) sent feedback",
        "> The chart is great.\n> More!\n",
        "Page: /c/conn_1/mrr",
        "Workspace: Workspace",
        "A picture of the page is attached",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let nobody = site.ask(As::Nobody, "POST", "/api/v1/feedback", Some(json!({"text": "Hi"}))).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn what_is_wrong_with_a_message_is_said_by_field() {
    let site = Site::open_to_everybody(&clock());
    let cookie = site.owner().await;
    let long = "x".repeat(5_001);
    for (field, request) in [
        ("text", json!({"text": "  "})),
        ("text", json!({"text": long})),
        ("picture", json!({"text": "Hi", "picture": "PHN2Zz4="})),
    ] {
        let answer = site.ask(As::Person(&cookie), "POST", "/api/v1/feedback", Some(request)).await;
        assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some(field)));
    }
    for field in ["full_name", "email", "text"] {
        let mut request = ask("Grace");
        request[field] = json!(" ");
        let answer = book(&site, request).await;
        assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some(field)));
    }
    assert!(site.mails().is_empty());
}

#[tokio::test]
async fn a_visitor_asks_for_a_demo_but_not_without_end() {
    let clock = clock();
    let site = Site::open_to_everybody(&clock);
    assert_eq!(site.get(As::Nobody, "/api/v1/setup").await.body["book_demo"], json!({"url": null}));
    for _ in 0..5 {
        assert_eq!(book(&site, ask("Grace")).await.status, 202);
    }
    let refused = book(&site, ask("Somebody else")).await;
    assert_eq!(
        (refused.status, refused.code(), refused.body["title"].as_str()),
        (429, "too_many_tries", Some("too many messages"))
    );
    let wait_s: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    clock.advance_ms(wait_s * 1_000);
    assert_eq!(book(&site, ask("Grace")).await.status, 202);
    let mails = site.mails();
    assert_eq!(mails.len(), 6);
    assert!(mails[0].2.contains("Grace (grace@example.com) would like to see a demo"), "{}", mails[0].2);
    assert!(mails[0].2.contains("which nobody has verified"));
}

#[tokio::test]
async fn strangers_who_ask_for_demos_keep_nobody_from_sending_feedback() {
    let site = Site::open_to_everybody(&clock());
    let cookie = site.owner().await;
    let catalog = &site.context.catalog;
    let keyring = site.context.data.keyring(catalog).unwrap();
    let demo = store::NewOutboxMessage {
        channel: store::Channel::Mail,
        workspace: None,
        kind: "demo_request",
        recipient: "operator@example.com".to_owned(),
        contents: model::Secret::new(r#"{"text":""}"#),
        expires_at: None,
        most_of_its_kind: None,
    };
    for _ in 0..200 {
        catalog.add_to_outbox(&keyring, &demo, site.context.clock.now()).unwrap();
    }
    let full = book(&site, ask("Grace")).await;
    assert_eq!((full.status, full.code()), (503, "mail_unavailable"), "{}", full.text);
    let request = Some(json!({"text": "Hi"}));
    let sent = site.ask(As::Person(&cookie), "POST", "/api/v1/feedback", request).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
}

#[tokio::test]
async fn a_server_that_reads_no_messages_takes_none() {
    let site = Site::new();
    let cookie = site.owner().await;
    assert_eq!(site.get(As::Person(&cookie), "/api/v1/session").await.body["takes_feedback"], false);
    assert_eq!(site.get(As::Nobody, "/api/v1/setup").await.body["book_demo"], Value::Null);
    let request = Some(json!({"text": "Hi"}));
    let feedback = site.ask(As::Person(&cookie), "POST", "/api/v1/feedback", request).await;
    let demo = book(&site, ask("Grace")).await;
    for answer in [feedback, demo] {
        assert_eq!((answer.status, answer.code()), (404, "not_offered"));
        assert!(answer.body["action"].is_string());
    }
    assert_eq!(site.context.options.book_demo, None::<BookDemo>);
}

#[test]
fn options_that_lead_nowhere_are_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let table: [(&[&str], &str); 7] = [
        (
            &["--outgoing", "public", "--feedback-webhook", "http://10.0.0.7/hunter2"],
            "at a private address, which --outgoing public forbids",
        ),
        (
            &["--sign-up", "open", "--feedback-webhook", "http://10.0.0.7/hunter2"],
            "at a private address, which --outgoing public forbids",
        ),
        (&["--feedback-to", "me@example.com"], "there is no mail server"),
        (&["--feedback-to", "me"], "not an email address"),
        (&["--feedback-webhook", "https://ada:hunter2@example.com/"], "without a user and a password"),
        (&["--book-demo", "form"], "nowhere to send it"),
        (&["--book-demo", "calendar"], "neither 'form' nor a URL"),
    ];
    for (options, why) in table {
        let output = chartsy(&data, &[&["serve", "--listen", "127.0.0.1:0"], options].concat(), None);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(why) && stderr.contains("help: "), "{why}: {stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
    assert!(!data.exists(), "nothing was made");
}
