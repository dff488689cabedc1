//! What is left of an answer where amounts or counts are not to be shown: shapes and shares, from which neither can be worked out.
//!
//! An amount becomes an index: its part of a sum that stays secret, in hundredths. Means, such as ARPA, have a whole of their own;
//! with the same one, a sum divided by a mean would be a count. Shares are rounded, since an exact one is a fraction whose
//! parts can be found.

use std::collections::BTreeMap;

use model::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::envelope;
use crate::query::{
    Answer, Cohorts, Dimension, Facets, Group, MrrPoint, PlanFacet, QueryError, Reporting, Value, ValuePoint,
};
use crate::question::Question;
use crate::registry::{METRICS, MRR, Metric, Unit};
use crate::view::View;

/// An index is written as an amount in a currency that is none (ISO 4217), with two decimals.
const INDEX: &str = "xxx";
/// What the whole is as an index: 100, in hundredths.
const WHOLE: i128 = 10_000;
/// Where counts are hidden as well, an index is rounded to tenths, so that the price of a single customer disappears.
const TENTH: i128 = 10;

/// What is hidden, and by what amounts are divided for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curtain {
    /// `None` where amounts are shown.
    pub scale: Option<Scale>,
    pub hides_counts: bool,
}

/// What the index of an amount is a part of. Secret: with it, every amount is known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    total_minor: i64,
    of_means: BTreeMap<String, i64>,
}

impl std::fmt::Debug for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Scale {
    /// Takes MRR as it is now for 100, and each mean as it is now. `otherwise` stands for what is not above 0.
    ///
    /// # Errors
    /// When the question makes no sense.
    pub fn of(view: &View, question: &Question, otherwise: i64) -> Result<Self, QueryError> {
        let now = |metric: &'static Metric| -> Result<i64, QueryError> {
            let answer = envelope::value(view, metric, question.clone())?.answer;
            let points = answer.series.into_iter().flat_map(|series| series.points);
            let amounts = points.filter_map(|point| match point.value {
                Some(Value::Minor(minor)) if minor > 0 => Some(minor),
                _ => None,
            });
            Ok(amounts.fold(otherwise.max(1), |_, last| last))
        };
        let mut of_means = BTreeMap::new();
        for metric in METRICS.iter().filter(|metric| metric.is_mean()) {
            // What cannot be filtered so is shown nowhere with these filters.
            let minor = now(metric).unwrap_or(otherwise.max(1));
            of_means.insert(metric.id.to_owned(), minor);
        }
        Ok(Self { total_minor: now(&MRR)?, of_means })
    }

    fn whole_of(&self, metric: &str) -> i64 {
        // As twelve times MRR it would show what rounding takes from MRR.
        if metric == "arr" {
            return self.total_minor.saturating_mul(12).max(1);
        }
        self.of_means.get(metric).copied().unwrap_or(self.total_minor).max(1)
    }
}

impl Curtain {
    pub fn hides_amounts(&self) -> bool {
        self.scale.is_some()
    }

    /// Whether a metric is left out altogether.
    pub fn hides(&self, metric: &Metric) -> bool {
        // A lifetime is the inverse of a churn rate: it would show what rounding takes from that. However means are scaled, a
        // sum divided by its mean moves by one whole step for each customer.
        let tells_counts = matches!(metric.unit, Unit::Count | Unit::Months) || metric.is_mean();
        self.hides_counts && tells_counts
    }

    /// The currency that index numbers are written in; that of the amounts where they are shown.
    fn currency(&self, own: Currency) -> Currency {
        if self.hides_amounts() { INDEX.parse().unwrap_or(own) } else { own }
    }

    fn reporting(&self, own: Reporting) -> Reporting {
        match own {
            Reporting::In(currency) => Reporting::In(self.currency(currency)),
            Reporting::Native => Reporting::Native,
        }
    }

    fn amount(&self, minor: i64, metric: &str) -> i64 {
        let Some(scale) = &self.scale else { return minor };
        let step = if self.hides_counts { TENTH } else { 1 };
        let whole = i128::from(scale.whole_of(metric)) * step;
        // Rounded half away from zero.
        let doubled = 2 * i128::from(minor) * WHOLE;
        let index = (doubled + whole * doubled.signum()) / (2 * whole) * step;
        i64::try_from(index).unwrap_or(i64::MAX)
    }

    fn count(&self, count: i64) -> i64 {
        if self.hides_counts { 0 } else { count }
    }

    fn number(&self, value: Decimal, unit: Unit) -> Decimal {
        if !self.hides_amounts() && !self.hides_counts {
            return value;
        }
        let decimals = if unit == Unit::Ratio { 3 } else { 1 };
        value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
    }

    /// A metric's values.
    #[must_use]
    pub fn values(
        &self,
        metric: &Metric,
        by: Option<Dimension>,
        mut answer: Answer<ValuePoint>,
    ) -> Answer<ValuePoint> {
        self.head(by, &mut answer);
        for point in answer.series.iter_mut().flat_map(|series| &mut series.points) {
            point.value = match point.value {
                Some(Value::Minor(minor)) => Some(Value::Minor(self.amount(minor, metric.id))),
                Some(Value::Count(_)) if self.hides_counts => None,
                Some(Value::Ratio(value)) => Some(Value::Ratio(self.number(value, metric.unit))),
                count => count,
            };
        }
        answer
    }

    /// MRR and its movements.
    #[must_use]
    pub fn mrr(&self, by: Option<Dimension>, mut answer: Answer<MrrPoint>) -> Answer<MrrPoint> {
        self.head(by, &mut answer);
        for point in answer.series.iter_mut().flat_map(|series| &mut series.points) {
            for minor in [
                &mut point.value,
                &mut point.mrr_minor,
                &mut point.new_minor,
                &mut point.expansion_minor,
                &mut point.contraction_minor,
                &mut point.churn_minor,
                &mut point.reactivation_minor,
                &mut point.fx_minor,
            ] {
                *minor = self.amount(*minor, MRR.id);
            }
            for count in [
                &mut point.customers,
                &mut point.subscriptions,
                &mut point.new_customers,
                &mut point.expansion_customers,
                &mut point.contraction_customers,
                &mut point.churn_customers,
                &mut point.reactivation_customers,
            ] {
                *count = self.count(*count);
            }
        }
        answer
    }

    /// Cohorts of MRR. Those of customers are counts, and those of revenue means: neither is asked for where they are hidden.
    #[must_use]
    pub fn cohorts(&self, by: Option<Dimension>, counts: bool, mut answer: Cohorts) -> Cohorts {
        answer.currency = self.reporting(answer.currency);
        answer.rates_on = answer.rates_on.filter(|_| !self.hides_amounts());
        for series in &mut answer.series {
            series.currency = self.currency(series.currency);
            self.name(by, series.group.as_mut());
            for cohort in &mut series.cohorts {
                // As if each had one: averages of cohorts of MRR are weighted by MRR alone.
                cohort.customers = if self.hides_counts { 1 } else { cohort.customers };
                cohort.mrr_minor = self.amount(cohort.mrr_minor, MRR.id);
                for value in &mut cohort.values {
                    *value = if counts { self.count(*value) } else { self.amount(*value, MRR.id) };
                }
            }
        }
        answer
    }

    /// What there is to filter by: only for the names on the page, of plans and products if `names` says so.
    #[must_use]
    pub fn facets(&self, names: impl Fn(Dimension) -> bool, mut facets: Facets) -> Facets {
        if !names(Dimension::Plan) {
            facets.plans.clear();
        }
        if !names(Dimension::Product) {
            facets.products.clear();
            let without = |plan: PlanFacet| PlanFacet { product: None, product_id: None, ..plan };
            facets.plans = facets.plans.into_iter().map(without).collect();
        }
        if self.hides_amounts() {
            for plan in &mut facets.plans {
                plan.currency = self.currency(plan.currency);
                plan.label = without_digits(&plan.label);
                plan.product = plan.product.as_deref().map(without_digits);
            }
            for product in &mut facets.products {
                product.label = without_digits(&product.label);
            }
            facets.currencies =
                facets.currencies.first().map(|own| self.currency(*own)).into_iter().collect();
            facets.targets.clone_from(&facets.currencies);
        }
        facets
    }

    fn head<P>(&self, by: Option<Dimension>, answer: &mut Answer<P>) {
        answer.currency = self.reporting(answer.currency);
        if self.hides_amounts() {
            answer.rates_on = None;
            answer.unconverted.clear();
        }
        for one in &mut answer.unconverted {
            one.customers = self.count(one.customers);
        }
        for series in &mut answer.series {
            series.currency = self.currency(series.currency);
            self.name(by, series.group.as_mut());
        }
    }

    /// Plans are often called by their price.
    fn name(&self, by: Option<Dimension>, group: Option<&mut Group>) {
        let is_sold = matches!(by, Some(Dimension::Plan | Dimension::Product));
        if let Some(group) = group.filter(|_| self.hides_amounts() && is_sold) {
            group.label = without_digits(&group.label);
        }
    }
}

/// `Pro – $29/month` becomes `Pro – $•/month`.
fn without_digits(label: &str) -> String {
    let mut masked = String::with_capacity(label.len());
    for character in label.chars() {
        if !character.is_numeric() {
            masked.push(character);
        } else if !masked.ends_with('•') {
            masked.push('•');
        }
    }
    masked
}

#[cfg(test)]
mod tests;
