//! `GET /metrics`: counts and states for Prometheus, in the OpenMetrics text format. Connections are named by our ids.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::UnixSeconds;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use store::{ConnectionRecord, ConnectionState, InboxFacts, OutboxFacts};

use super::{Counters, Delivered};
use crate::access::identity::Access;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

pub const ROUTE: &str = "/metrics";
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    connection: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Class {
    class: String,
}

/// For who is signed in or has a token, also on this machine: a request that a proxy passes on looks like one from here.
pub async fn handle(State(context): State<Shared>, access: Access<ReadMetrics>) -> Result<Response, Problem> {
    let shared = context.clone();
    let read = blocking(move || -> Result<_, store::StoreError> {
        let records = shared.catalog.connections(&access.workspace)?;
        let with_inbox = records.into_iter().map(|record| {
            let inbox = shared.data.connection_files(&record.id).inbox_facts();
            (record, inbox.unwrap_or_default())
        });
        Ok((with_inbox.collect::<Vec<_>>(), shared.catalog.outbox_facts()?))
    });
    let (connections, outbox) = read.await??;
    let text = written(&context.counters, &connections, &outbox, context.clock.now())
        .map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}

fn written(
    counters: &Counters,
    connections: &[(ConnectionRecord, InboxFacts)],
    outbox: &OutboxFacts,
    now: UnixSeconds,
) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::with_prefix("chartsy");
    let requests = Family::<Class, Counter>::default();
    for class in 0..5 {
        let of = Class { class: format!("{}xx", class + 1) };
        requests.get_or_create(&of).inc_by(counters.requests(class));
    }
    registry.register("http_requests", "Requests answered, by class of status", requests);
    let deliveries = Family::<Outcome, Counter>::default();
    for what in Delivered::ALL {
        deliveries.get_or_create(&Outcome { outcome: what.as_str() }).inc_by(counters.deliveries(what));
    }
    registry.register("webhook_deliveries", "Webhook deliveries, by outcome", deliveries);

    let oldest = outbox.waiting_since.map_or(0, |since| (now.0 - since.0).max(0));
    for (name, help, value) in [
        ("outbox_waiting", "Emails and feedback waiting to be sent", i64::from(outbox.waiting)),
        ("outbox_oldest_seconds", "For how long the oldest of them has been waiting", oldest),
        ("outbox_given_up", "Emails and feedback given up in the last 30 days", i64::from(outbox.given_up)),
    ] {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    }

    type Value = fn(&ConnectionRecord, &InboxFacts, UnixSeconds) -> Option<i64>;
    let gauges: [(&str, &str, Value); 5] = [
        (
            "connection_live",
            "1 while the connection is live, 0 while it is importing or has failed",
            |of, _, _| Some(i64::from(of.state == ConnectionState::Live)),
        ),
        ("connection_failed", "1 while the connection needs attention from a person", |of, _, _| {
            Some(i64::from(of.state == ConnectionState::Failed))
        }),
        ("connection_data_age_seconds", "Age of the newest data", |of, _, now| {
            of.data_through.map(|through| (now.0 - through.0).max(0))
        }),
        ("inbox_waiting", "Webhook deliveries waiting to be processed", |_, inbox, _| {
            i64::try_from(inbox.waiting).ok()
        }),
        ("inbox_dead", "Webhook deliveries that were given up", |_, inbox, _| i64::try_from(inbox.dead).ok()),
    ];
    for (name, help, value) in gauges {
        let family = Family::<Of, Gauge>::default();
        for (record, inbox) in connections {
            if let Some(value) = value(record, inbox, now) {
                family.get_or_create(&Of { connection: record.id.to_string() }).set(value);
            }
        }
        registry.register(name, help, family);
    }
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}
