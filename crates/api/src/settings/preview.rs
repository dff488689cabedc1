//! `POST /connections/{id}/settings/preview`: what other settings would change, without changing anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::metrics::query::{self, Query, QueryError, Reporting};
use ::metrics::schema::MoneyAmount;
use ::metrics::view::View;
use ::sync::projection::build_all;
use ::sync::runner::source_of;
use axum::Json;
use axum::extract::State;
use model::{Currency, Day, Interval, Money};
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::SettingsView;
use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsPreview {
    /// Now, one a currency.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr_before: Vec<Money>,
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr_after: Vec<Money>,
    /// Only months that change.
    pub months: Vec<ChangedMonth>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedMonth {
    #[schema(value_type = String, format = Date)]
    pub month_on: Day,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub before_minor: i64,
    pub after_minor: i64,
}

/// MRR at the end of every month, per currency.
type Months = BTreeMap<(Day, Currency), i64>;

/// Preview a change of settings
#[utoipa::path(post, path = "/api/v1/connections/{id}/settings/preview", operation_id = "preview_settings",
    tag = "settings", request_body = SettingsView, responses((status = 200, body = SettingsPreview)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Body(request): Body<SettingsView>,
) -> Result<Json<SettingsPreview>, Problem> {
    let settings = request.settings(&record.settings)?;
    let before = context.view(record.clone()).await?;
    let zone = settings.zone().map_err(|error| Problem::field("time_zone", error.to_string()))?;
    let ledger = if settings.rules == record.settings.rules {
        let ledger = before.ledger.clone();
        blocking(move || Arc::new(ledger.with_zone(zone))).await?
    } else {
        let objects = context.runner.objects(&record.workspace, &record.id).await?;
        let (source, rules) = (source_of(&record)?, settings.rules);
        let built = blocking(move || build_all(source, &objects, rules, zone, &|_, _| {})).await??;
        Arc::new(built.ledger)
    };
    let after = View { ledger, settings, ..before.clone() };
    Ok(Json(blocking(move || compare(&before, &after)).await??))
}

fn compare(before: &View, after: &View) -> Result<SettingsPreview, QueryError> {
    let first_on = [before, after]
        .iter()
        .filter_map(|view| query::facets(&view.ledger, &view.rates, view.now).first_on)
        .min();
    let first_on = first_on.unwrap_or_else(|| before.today());
    let (old, new) = (months(before, first_on)?, months(after, first_on)?);
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    let months = keys.into_iter().filter_map(|(month_on, currency)| {
        let at = |months: &Months| months.get(&(month_on, currency)).copied().unwrap_or_default();
        let (before_minor, after_minor) = (at(&old), at(&new));
        (before_minor != after_minor).then_some(ChangedMonth {
            month_on,
            currency,
            before_minor,
            after_minor,
        })
    });
    Ok(SettingsPreview { mrr_before: latest(&old), mrr_after: latest(&new), months: months.collect() })
}

fn months(view: &View, from: Day) -> Result<Months, QueryError> {
    let query = Query {
        from: Interval::Month.bucket(from, view.settings.week_start).start_on,
        to: view.today().max(from),
        interval: Interval::Month,
        week_start: view.settings.week_start,
        currency: Reporting::Native,
        filter: query::Filter::default(),
        by: None,
        now: view.now,
    };
    let answer = query::mrr(&view.ledger, &view.rates, &query)?;
    let points = answer.series.into_iter().flat_map(|series| {
        let currency = series.currency;
        series.points.into_iter().map(move |point| ((point.start_on, currency), point.mrr_minor))
    });
    Ok(points.collect())
}

fn latest(months: &Months) -> Vec<Money> {
    let Some(last_on) = months.keys().map(|(month_on, _)| *month_on).max() else { return Vec::new() };
    let of_last = months.iter().filter(|((month_on, _), amount)| *month_on == last_on && **amount != 0);
    of_last.map(|((_, currency), amount)| Money { amount_minor: *amount, currency: *currency }).collect()
}
