//! Every metric once: a row says how it is called, in what it is measured, what it means and where that is explained,
//! what feeds it, what it can be filtered by, and how it is computed. Everything else reads the row.

mod money;
mod recurring;
mod term;

use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::Apart;
use crate::query::{Adds, Dimension, Figures, MoneyFigures, TrialFigures, Value};

pub(crate) use money::{NET_REVENUE, net_revenue};
pub(crate) use recurring::MRR;
pub(crate) use term::{Sums, Term};

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Smallest units of a currency.
    Money,
    Count,
    /// A part of something, shown as a percentage.
    Ratio,
    /// How many times one thing is another.
    Multiple,
    /// With decimals.
    Days,
    /// With decimals.
    Months,
}

/// What is on one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    Mrr,
    Customers,
    Churn,
    Retention,
    Trials,
    Risk,
    Revenue,
    Payments,
}

/// What a value says of its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// What there is at its end.
    Level,
    /// What happened in it: those of several periods add up.
    Flow,
    /// A part of what happened in it, or a mean of that.
    Ratio,
    /// A mean of what there is at its end.
    Mean,
}

/// Which way is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    Up,
    Down,
}

/// What a source may not offer or a key may not be allowed to read, in no source's words. Without it, the metrics
/// that it feeds lack a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feed {
    PendingItems,
    Charges,
    Refunds,
    CreditNotes,
    InvoicePayments,
    Disputes,
    BalanceTransactions,
    FailedPayments,
}

/// One row of the registry.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Metric {
    /// The name that the API, the command line and links use.
    pub id: &'static str,
    pub label: &'static str,
    #[serde(rename = "group")]
    pub section: Section,
    pub unit: Unit,
    pub measure: Measure,
    /// `None` where neither way is better by itself.
    pub better: Option<Better>,
    pub formula: &'static str,
    /// Of a ratio or a mean: what there was none of where it has no value.
    pub why_unknown: Option<&'static str>,
    /// Its page in the documentation, as a path under `docs/`.
    #[serde(rename = "docs_url")]
    pub docs_page: &'static str,
    /// Whether it can be filtered by plan, product and interval.
    pub supports_filters: bool,
    /// What it can be broken down by, and filtered unless it is of single movements or payments.
    pub dimensions: &'static [Dimension],
    /// Whether it tells of periods that have not begun.
    pub looks_ahead: bool,
    #[serde(skip)]
    pub feeds: &'static [Feed],
    #[serde(skip)]
    pub(crate) compute: Compute,
    /// What its formula is made of, in the order in which it is explained. Empty where it is not computed from customers.
    #[serde(skip)]
    pub(crate) terms: &'static [Term],
}

/// The id, the label and the section of a metric.
type Named = (&'static str, &'static str, Section);

/// How a value comes out of the columns.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Compute {
    /// From what one pass over the recurring rows adds up for a period.
    Recurring(fn(&Figures) -> Option<Value>),
    /// From that, and the mean monthly customer churn rate of the last three full months, which is above 0.
    Lifetime(fn(&Figures, Decimal) -> Option<Value>),
    /// What is shown apart from MRR, at the end of a period.
    Apart(Apart),
    Trials(fn(&TrialFigures) -> Option<Value>),
    /// What is set to end, by when it does.
    Scheduled,
    /// MRR less what is set to end.
    Committed,
    /// From money by the day it moved.
    Money(fn(&MoneyFigures) -> Option<Value>),
    /// A sum over what moved the balance, by the day it did.
    Balance(Adds),
}

impl Metric {
    /// A metric that has everything but its formula and its page.
    const fn new((id, label, section): Named, unit: Unit, measure: Measure, compute: Compute) -> Self {
        Self {
            id,
            label,
            section,
            unit,
            measure,
            better: Some(Better::Up),
            formula: "",
            why_unknown: None,
            docs_page: "",
            supports_filters: true,
            dimensions: &Dimension::RECURRING,
            looks_ahead: false,
            feeds: &[],
            compute,
            terms: &[],
        }
    }

    /// Whether it is an amount for each of something, such as ARPA.
    pub(crate) fn is_mean(&self) -> bool {
        self.unit == Unit::Money && matches!(self.measure, Measure::Ratio | Measure::Mean)
    }

    /// Whether a value is a sum of its own, with nothing more to tell of how it was computed.
    pub(crate) fn is_a_sum(&self) -> bool {
        matches!(self.compute, Compute::Apart(_) | Compute::Scheduled | Compute::Balance(_))
    }

    /// Whether its values are sums of balance transactions.
    pub fn is_of_balance(&self) -> bool {
        matches!(self.compute, Compute::Balance(_))
    }

    pub fn find(id: &str) -> Option<&'static Self> {
        METRICS.iter().find(|metric| metric.id == id)
    }
}

/// In the order in which they are listed.
pub static METRICS: &[Metric] = &{
    let mut all = [MRR; recurring::ALL.len() + money::ALL.len()];
    let mut index = 0;
    while index < recurring::ALL.len() {
        all[index] = recurring::ALL[index];
        index += 1;
    }
    while index < all.len() {
        all[index] = money::ALL[index - recurring::ALL.len()];
        index += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_that_are_ratios_are_means() {
        let means: Vec<&str> =
            METRICS.iter().filter(|metric| metric.is_mean()).map(|metric| metric.id).collect();
        assert_eq!(means, ["arpa", "average_sale_price", "ltv", "average_revenue_per_customer"]);
    }

    #[test]
    fn whatever_is_divided_says_why_it_may_have_no_value() {
        for metric in METRICS {
            let is_divided = matches!(metric.measure, Measure::Ratio | Measure::Mean);
            assert_eq!(metric.why_unknown.is_some(), is_divided, "{}", metric.id);
        }
    }

    #[test]
    fn every_metric_has_its_page_and_the_index_links_to_it() {
        // Relative to the package, where tests are run: a built test may have been built in another checkout.
        let docs = "../../docs/".to_owned();
        let index = std::fs::read_to_string(docs.clone() + "metrics/README.md").unwrap();
        for metric in METRICS {
            let page = docs.clone() + metric.docs_page;
            assert!(std::fs::exists(&page).unwrap(), "{page}");
            let file = metric.docs_page.trim_start_matches("metrics/");
            assert!(index.contains(&format!("({file})")), "{file} is not in docs/metrics/README.md");
        }
    }

    #[test]
    fn a_metric_is_found_by_the_only_row_of_its_name() {
        for metric in METRICS {
            assert_eq!(Metric::find(metric.id).unwrap().label, metric.label);
            assert_eq!(METRICS.iter().filter(|other| other.id == metric.id).count(), 1, "{}", metric.id);
        }
        assert!(Metric::find("nrr").is_none());
    }

    #[test]
    fn a_row_computes_what_its_unit_says() {
        let period = Figures {
            mrr: 1,
            mrr_before: 1,
            base_mrr: 1,
            end_mrr: 1,
            base_customers: 1,
            customers: 1,
            customers_before: 1,
            moved: [1; 5],
            movers: [1; 5],
            ..Figures::default()
        };
        for metric in METRICS {
            let Compute::Recurring(compute) = metric.compute else { continue };
            let unit = match compute(&period).unwrap() {
                Value::Minor(_) => Unit::Money,
                Value::Count(_) => Unit::Count,
                Value::Ratio(_) if metric.id == "quick_ratio" => Unit::Multiple,
                Value::Ratio(_) => Unit::Ratio,
            };
            assert_eq!(unit, metric.unit, "{}", metric.id);
        }
    }
}
