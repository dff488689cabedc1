use super::{Client, ids};
use crate::Options;

fn with(faults: &str) -> Options {
    Options { faults: faults.parse().unwrap(), ..Options::default() }
}

/// What became of a request: its status, or where it broke.
async fn outcome(client: &Client, path: &str) -> String {
    let request = client.request("GET", path).bearer_auth(&client.sandbox.key);
    let response = match request.send().await {
        Ok(response) => response,
        Err(_) => return "no answer".to_owned(),
    };
    let status = response.status();
    match response.bytes().await {
        Err(_) => "broken body".to_owned(),
        Ok(body) if serde_json::from_slice::<serde_json::Value>(&body).is_err() => "half JSON".to_owned(),
        Ok(_) => status.as_u16().to_string(),
    }
}

async fn outcomes(spec: &str) -> Vec<String> {
    let client = Client::of_tiny(with(spec)).await;
    let mut outcomes = Vec::new();
    for n in 0..60 {
        outcomes.push(outcome(&client, &format!("/v1/customers?limit=5&n={n}")).await);
    }
    outcomes
}

#[tokio::test]
async fn each_fault_breaks_the_answer_in_its_own_way() {
    for (spec, expected) in [
        ("500=1", &["500"][..]),
        ("429=1", &["429"]),
        ("reset=1", &["no answer", "broken body"]),
        ("truncate=1", &["broken body", "half JSON"]),
        ("none", &["200"]),
    ] {
        let outcomes = outcomes(spec).await;
        for outcome in expected {
            assert!(outcomes.iter().any(|found| found == outcome), "{spec} never gave {outcome}");
        }
        assert!(outcomes.iter().all(|found| expected.contains(&found.as_str())), "{spec}: {outcomes:?}");
    }
}

#[tokio::test]
async fn a_run_with_a_seed_repeats() {
    let spec = "500=0.2,reset=0.1,truncate=0.1,429=0.1,seed=9";
    let first = outcomes(spec).await;
    assert_eq!(first, outcomes(spec).await);
    assert!(first.iter().any(|outcome| outcome == "200"));
}

#[tokio::test]
async fn some_500s_say_that_a_retry_is_worth_it_and_some_say_nothing() {
    let client = Client::of_tiny(with("500=1")).await;
    let mut said = std::collections::HashSet::new();
    for n in 0..30 {
        let reply = client.get(&format!("/v1/customers?n={n}")).await;
        assert_eq!(reply.json["error"]["type"], "api_error");
        said.insert(reply.headers.get("stripe-should-retry").map(|value| value.to_str().unwrap().to_owned()));
    }
    assert_eq!(said, [None, Some("true".to_owned())].into());
}

#[tokio::test]
async fn a_slow_answer_is_whole_in_the_end() {
    let client = Client::of_tiny(with("slow=1")).await;
    let reply = client.get("/v1/customers?limit=3").await;
    assert_eq!(ids(&reply.json), ["cus_10", "cus_11", "cus_9"]);
}
