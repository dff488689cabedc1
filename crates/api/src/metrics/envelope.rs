//! An answer together with how far the data behind it reaches. The API and the command line write the same.

use ::metrics::query::{self, Answer, MrrPoint, QueryError, ValuePoint};
use ::metrics::registry::MetricId;
use model::{Day, UnixSeconds};
use serde::Serialize;
use store::ConnectionRecord;

use super::asked::Asked;
use crate::view::View;

#[derive(Debug, Serialize)]
pub struct Envelope<P> {
    #[serde(flatten)]
    pub answer: Answer<P>,
    pub data_through: Option<UnixSeconds>,
    pub is_history_complete: bool,
    pub reaches_back_on: Option<Day>,
    /// Kinds of objects that feed the metric and cannot be had: the figures lack them.
    pub absent: Vec<&'static str>,
}

/// MRR and its movements.
///
/// # Errors
/// When the range makes no sense.
pub fn mrr(view: &View, asked: Asked) -> Result<Envelope<MrrPoint>, QueryError> {
    let query = asked.query(view);
    query::mrr(&view.ledger, &view.rates, &query).map(|answer| envelope(view, MetricId::Mrr, answer))
}

/// Any metric, one value a point.
///
/// # Errors
/// When the range makes no sense, or the metric cannot be filtered so.
pub fn value(view: &View, metric: MetricId, asked: Asked) -> Result<Envelope<ValuePoint>, QueryError> {
    let query = asked.query(view);
    query::value(&view.ledger, &view.rates, metric, &query).map(|answer| envelope(view, metric, answer))
}

/// What is made of objects that cannot be had, by kind.
pub fn absent(record: &ConnectionRecord, metric: MetricId) -> Vec<&'static str> {
    let feeds: &[&str] = match metric {
        MetricId::NetRevenue => &["charge", "refund", "credit_note", "invoice_payment"],
        MetricId::Refunds => &["refund"],
        _ => &["invoice_item"],
    };
    record.absent.iter().map(|(kind, _)| kind.as_str()).filter(|kind| feeds.contains(kind)).collect()
}

fn envelope<P>(view: &View, metric: MetricId, answer: Answer<P>) -> Envelope<P> {
    Envelope {
        absent: absent(&view.record, metric),
        answer,
        data_through: view.record.data_through,
        is_history_complete: view.record.loaded_at.is_some(),
        reaches_back_on: view.reaches_back_on,
    }
}
