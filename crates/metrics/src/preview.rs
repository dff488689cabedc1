//! What other settings would make of MRR, without building another ledger: the ledger keeps what other rules change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use model::{Currency, Day, Interval, LedgerRules, Money, WeekStart};
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::{self, Query, QueryError, Reporting};
use crate::schema::MoneyAmount;
use crate::view::View;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SettingsPreview {
    /// Now, one a currency.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr_before: Vec<Money>,
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr_after: Vec<Money>,
    /// Only months that change.
    pub months: Vec<ChangedMonth>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangedMonth {
    #[schema(value_type = String, format = Date)]
    pub month_on: Day,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub before_minor: i64,
    pub after_minor: i64,
}

/// MRR at the end of every month, per currency.
type MonthlySums = BTreeMap<(Day, Currency), i64>;

/// MRR by these rules, with days of `zone`, beside what it is.
///
/// # Errors
/// When there are too many months.
pub fn preview(view: &View, rules: LedgerRules, zone: TimeZone) -> Result<SettingsPreview, QueryError> {
    let after = if zone == *view.ledger.zone() {
        view.clone()
    } else {
        View { ledger: Arc::new(view.ledger.with_zone(zone)), ..view.clone() }
    };
    let differences = query::differences(&after.ledger, rules, view.now);
    let days = [view, &after]
        .into_iter()
        .filter_map(|view| query::facets(&view.ledger, &view.rates, view.now).first_on);
    let first_on = days.chain(differences.keys().map(|(_, on)| *on)).min();
    let first_on = first_on.unwrap_or_else(|| view.today());
    let before = months(view, first_on)?;
    let mut changed = months(&after, first_on)?;
    apply(&mut changed, &differences, first_on, after.today());
    Ok(compare(&before, &changed))
}

/// Adds what each day changes to that month's end and all later ones.
fn apply(months: &mut MonthlySums, differences: &BTreeMap<(Currency, Day), i64>, from: Day, to: Day) {
    let month_ends = Interval::Month.buckets(from, to, WeekStart::default());
    let currencies: BTreeSet<Currency> = differences.keys().map(|(currency, _)| *currency).collect();
    for currency in currencies {
        let mut days = differences.range((currency, Day(i32::MIN))..=(currency, Day(i32::MAX))).peekable();
        let mut sum_minor = 0_i64;
        for month in &month_ends {
            while let Some((_, delta_minor)) = days.next_if(|((_, on), _)| *on <= month.end_on) {
                sum_minor = sum_minor.saturating_add(*delta_minor);
            }
            let mrr_minor = months.entry((month.start_on, currency)).or_default();
            *mrr_minor = mrr_minor.saturating_add(sum_minor);
        }
    }
}

fn compare(old: &MonthlySums, new: &MonthlySums) -> SettingsPreview {
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    let months = keys.into_iter().filter_map(|(month_on, currency)| {
        let at = |months: &MonthlySums| months.get(&(month_on, currency)).copied().unwrap_or_default();
        let (before_minor, after_minor) = (at(old), at(new));
        (before_minor != after_minor).then_some(ChangedMonth {
            month_on,
            currency,
            before_minor,
            after_minor,
        })
    });
    SettingsPreview { mrr_before: latest(old), mrr_after: latest(new), months: months.collect() }
}

fn months(view: &View, from: Day) -> Result<MonthlySums, QueryError> {
    let query = Query {
        from: Interval::Month.bucket(from, view.settings.week_start).start_on,
        to: view.today().max(from),
        interval: Interval::Month,
        week_start: view.settings.week_start,
        currency: Reporting::Native,
        filter: query::Filter::default(),
        within_days: None,
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

fn latest(months: &MonthlySums) -> Vec<Money> {
    let Some(last_on) = months.keys().map(|(month_on, _)| *month_on).max() else { return Vec::new() };
    let of_last = months.iter().filter(|((month_on, _), amount)| *month_on == last_on && **amount != 0);
    of_last.map(|((_, currency), amount)| Money { amount_minor: *amount, currency: *currency }).collect()
}
