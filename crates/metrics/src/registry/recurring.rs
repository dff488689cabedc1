//! Metrics of what subscriptions are worth.

use rust_decimal::Decimal;

use super::{Better, Compute, Feed, Measure, Metric, Named, Section, Term, Unit};
use crate::ledger::Apart;
use crate::query::{Dimension, Figures, MovementKind, TrialFigures, Value};

pub(super) const ALL: &[Metric] = &[
    MRR,
    Metric {
        formula: "MRR × 12",
        docs_page: "metrics/arr.md",
        terms: &[Term::Mrr],
        ..level("arr", "ARR", Section::Mrr, |period| Some(Value::Minor(period.mrr.saturating_mul(12))))
    },
    Metric {
        formula: "Customers whose MRR is above 0 at the end of the period",
        docs_page: "metrics/active-customers.md",
        terms: &[Term::Customers],
        ..count(level("active_customers", "Active customers", Section::Customers, |period| {
            Some(Value::Count(period.customers))
        }))
    },
    Metric {
        formula: "Subscriptions whose MRR is above 0 at the end of the period",
        docs_page: "metrics/active-subscriptions.md",
        terms: &[Term::Subscriptions],
        ..count(level("active_subscriptions", "Active subscriptions", Section::Customers, |period| {
            Some(Value::Count(period.subscriptions))
        }))
    },
    Metric {
        formula: "MRR ÷ active customers",
        why_unknown: Some("No active customers"),
        docs_page: "metrics/arpa.md",
        measure: Measure::Mean,
        terms: &[Term::Mrr, Term::Customers],
        ..level("arpa", "ARPA", Section::Mrr, |period| Value::mean(period.mrr, period.customers))
    },
    Metric {
        formula: "New MRR ÷ new customers",
        why_unknown: Some("No new customers"),
        docs_page: "metrics/average-sale-price.md",
        measure: Measure::Ratio,
        terms: &[Term::Moved(MovementKind::New), Term::Movers(MovementKind::New)],
        ..level("average_sale_price", "Average sale price", Section::Mrr, |period| {
            Value::mean(period.moved(MovementKind::New), period.movers(MovementKind::New))
        })
    },
    Metric {
        formula: "MRR at the end of the period less MRR just before it: new, reactivation, expansion, contraction, churn and exchange rates",
        docs_page: "metrics/net-new-mrr.md",
        measure: Measure::Flow,
        terms: &[
            Term::Moved(MovementKind::New),
            Term::Moved(MovementKind::Reactivation),
            Term::Moved(MovementKind::Expansion),
            Term::Moved(MovementKind::Contraction),
            Term::Moved(MovementKind::Churn),
            Term::Fx,
        ],
        ..level("net_new_mrr", "Net new MRR", Section::Mrr, |period| {
            Some(Value::Minor(period.mrr - period.mrr_before))
        })
    },
    Metric {
        formula: "MRR of customers who never had any before",
        terms: &[Term::Moved(MovementKind::New)],
        ..movement("new_mrr", "New MRR", |period| moved(period, MovementKind::New))
    },
    Metric {
        formula: "MRR of customers who had left and came back",
        terms: &[Term::Moved(MovementKind::Reactivation)],
        ..movement("reactivation_mrr", "Reactivation MRR", |period| moved(period, MovementKind::Reactivation))
    },
    Metric {
        formula: "How much the MRR of existing customers rose",
        dimensions: CAUSES,
        terms: &[Term::Moved(MovementKind::Expansion)],
        ..movement("expansion_mrr", "Expansion MRR", |period| moved(period, MovementKind::Expansion))
    },
    Metric {
        formula: "How much the MRR of customers who stayed fell, as a negative amount",
        dimensions: CAUSES,
        terms: &[Term::Moved(MovementKind::Contraction)],
        ..movement("contraction_mrr", "Contraction MRR", |period| moved(period, MovementKind::Contraction))
    },
    Metric {
        formula: "The MRR of customers who left, as a negative amount",
        section: Section::Churn,
        dimensions: CHURN,
        terms: &[Term::Moved(MovementKind::Churn)],
        ..movement("churned_mrr", "Churned MRR", |period| moved(period, MovementKind::Churn))
    },
    Metric {
        formula: "(MRR at the end − MRR just before the period) ÷ MRR just before the period",
        why_unknown: Some(NO_MRR),
        docs_page: "metrics/mrr-growth-rate.md",
        terms: &[Term::BaseMrr, Term::EndMrr],
        ..ratio("mrr_growth_rate", "MRR growth rate", Section::Mrr, Better::Up, |period| {
            Value::ratio(period.end_mrr - period.base_mrr, period.base_mrr)
        })
    },
    Metric {
        formula: "(New + reactivation + expansion) ÷ (lost by contraction + lost by churn)",
        why_unknown: Some("No MRR was lost"),
        docs_page: "metrics/quick-ratio.md",
        unit: Unit::Multiple,
        terms: &[
            Term::Moved(MovementKind::New),
            Term::Moved(MovementKind::Reactivation),
            Term::Moved(MovementKind::Expansion),
            Term::Moved(MovementKind::Contraction),
            Term::Moved(MovementKind::Churn),
        ],
        ..ratio("quick_ratio", "Quick ratio", Section::Mrr, Better::Up, |period| {
            let sum = |kinds: &[MovementKind]| kinds.iter().map(|kind| period.moved(*kind)).sum::<i64>();
            let gained = sum(&[MovementKind::New, MovementKind::Reactivation, MovementKind::Expansion]);
            Value::ratio(gained, -sum(&[MovementKind::Contraction, MovementKind::Churn]))
        })
    },
    Metric {
        formula: "Customers who have MRR for the first time, each counted once",
        docs_page: "metrics/new-customers.md",
        terms: &[Term::Movers(MovementKind::New)],
        ..movers("new_customers", "New customers", Better::Up, |period| {
            Some(Value::Count(period.movers(MovementKind::New)))
        })
    },
    Metric {
        formula: "Customers who lost all of their MRR in the period, each counted once",
        docs_page: "metrics/churned-customers.md",
        section: Section::Churn,
        dimensions: CHURN,
        terms: &[Term::Movers(MovementKind::Churn)],
        ..movers("churned_customers", "Churned customers", Better::Down, |period| {
            Some(Value::Count(period.movers(MovementKind::Churn)))
        })
    },
    Metric {
        formula: "Customers who had left and came back in the period, each counted once",
        docs_page: "metrics/reactivated-customers.md",
        terms: &[Term::Movers(MovementKind::Reactivation)],
        ..movers("reactivated_customers", "Reactivated customers", Better::Up, |period| {
            Some(Value::Count(period.movers(MovementKind::Reactivation)))
        })
    },
    Metric {
        formula: "Customers with MRR just before the period who have none at its end ÷ all customers with MRR just before it",
        why_unknown: Some(NO_CUSTOMERS),
        docs_page: "metrics/customer-churn-rate.md",
        terms: &[Term::ChurnedCustomers, Term::BaseCustomers],
        ..ratio("customer_churn_rate", "Customer churn rate", Section::Churn, Better::Down, |period| {
            Value::ratio(period.churned_customers, period.base_customers)
        })
    },
    Metric {
        formula: "The part of the customer churn rate from customers whose last subscription did not end because a payment failed",
        why_unknown: Some(NO_CUSTOMERS),
        docs_page: "metrics/voluntary-churn-rate.md",
        feeds: REASONS,
        terms: &[Term::ChurnedCustomers, Term::InvoluntaryCustomers, Term::BaseCustomers],
        ..ratio("voluntary_churn_rate", "Voluntary churn rate", Section::Churn, Better::Down, |period| {
            Value::ratio(period.churned_customers - period.involuntary_customers, period.base_customers)
        })
    },
    Metric {
        formula: "The part of the customer churn rate from customers whose last subscription ended because a payment failed or was disputed",
        why_unknown: Some(NO_CUSTOMERS),
        docs_page: "metrics/involuntary-churn-rate.md",
        feeds: REASONS,
        terms: &[Term::InvoluntaryCustomers, Term::BaseCustomers],
        ..ratio("involuntary_churn_rate", "Involuntary churn rate", Section::Churn, Better::Down, |period| {
            Value::ratio(period.involuntary_customers, period.base_customers)
        })
    },
    Metric {
        formula: "MRR lost to contraction and churn by the customers who had MRR just before the period ÷ their MRR then",
        why_unknown: Some(NO_MRR),
        docs_page: "metrics/gross-mrr-churn-rate.md",
        terms: &[Term::Lost, Term::BaseMrr],
        ..ratio("gross_mrr_churn_rate", "Gross MRR churn rate", Section::Churn, Better::Down, |period| {
            Value::ratio(-period.lost, period.base_mrr)
        })
    },
    Metric {
        formula: "1 − net revenue retention",
        why_unknown: Some(NO_MRR),
        docs_page: "metrics/net-mrr-churn-rate.md",
        terms: &[Term::Retained, Term::BaseMrr],
        ..ratio("net_mrr_churn_rate", "Net MRR churn rate", Section::Churn, Better::Down, |period| {
            Value::ratio(period.base_mrr - period.retained, period.base_mrr)
        })
    },
    Metric {
        formula: "MRR at the end of the period from the customers who had MRR just before it ÷ their MRR then",
        why_unknown: Some(NO_MRR),
        docs_page: "metrics/net-revenue-retention.md",
        terms: &[Term::Retained, Term::BaseMrr],
        ..ratio("net_revenue_retention", "Net revenue retention", Section::Retention, Better::Up, |period| {
            Value::ratio(period.retained, period.base_mrr)
        })
    },
    Metric {
        formula: "As net revenue retention, with no customer counted at more than its MRR just before the period",
        why_unknown: Some(NO_MRR),
        docs_page: "metrics/gross-revenue-retention.md",
        terms: &[Term::Kept, Term::BaseMrr],
        ..ratio(
            "gross_revenue_retention",
            "Gross revenue retention",
            Section::Retention,
            Better::Up,
            |period| Value::ratio(period.kept, period.base_mrr),
        )
    },
    Metric {
        formula: "ARPA at the end of the period ÷ mean customer churn rate of the last three full months",
        why_unknown: Some(NO_CHURN),
        docs_page: "metrics/ltv.md",
        terms: &[Term::Mrr, Term::Customers],
        ..lifetime("ltv", "Lifetime value", Unit::Money, |period, churn| {
            let arpa = Decimal::from(period.mrr).checked_div(Decimal::from(period.customers))?;
            Value::rounded(arpa.checked_div(churn)?)
        })
    },
    Metric {
        formula: "1 ÷ mean customer churn rate of the last three full months",
        why_unknown: Some(NO_CHURN),
        docs_page: "metrics/customer-lifetime-months.md",
        ..lifetime("customer_lifetime_months", "Customer lifetime", Unit::Months, |_, churn| {
            Decimal::ONE.checked_div(churn).map(Value::Ratio)
        })
    },
    Metric {
        formula: "Trials that began in the period, of customers who never had MRR before",
        docs_page: "metrics/trials-started.md",
        terms: &[Term::TrialsStarted],
        ..count(trials("trials_started", "Trials started", Measure::Flow, |trials| {
            Some(Value::Count(trials.started))
        }))
    },
    Metric {
        formula: "Trials started in the period that have led to MRR by now",
        docs_page: "metrics/trials-converted.md",
        terms: &[Term::TrialsConverted],
        ..count(trials("trials_converted", "Trials converted", Measure::Flow, |trials| {
            Some(Value::Count(trials.converted))
        }))
    },
    Metric {
        formula: "Trials started in the period that have led to MRR by now ÷ all trials started in it",
        why_unknown: Some("No trial started"),
        docs_page: "metrics/trial-conversion-rate.md",
        unit: Unit::Ratio,
        terms: &[Term::TrialsConverted, Term::TrialsStarted, Term::TrialsRunning],
        ..trials(
            "trial_conversion_rate",
            "Trial conversion rate",
            Measure::Ratio,
            TrialFigures::conversion_rate,
        )
    },
    Metric {
        formula: "Median number of days from the start of a trial to its first MRR, of the trials started in the period",
        why_unknown: Some("No trial converted"),
        docs_page: "metrics/days-to-convert.md",
        unit: Unit::Days,
        better: Some(Better::Down),
        terms: &[Term::TrialsConverted],
        ..trials("days_to_convert", "Days to convert", Measure::Ratio, TrialFigures::days_to_convert)
    },
    Metric {
        formula: "What the trials running at the end of the period would be worth at their prices and discounts; not part of MRR",
        docs_page: "metrics/trial-mrr.md",
        terms: &[Term::Itself],
        ..apart("trial_mrr", "Trial MRR", Section::Trials, None, Apart::Trials)
    },
    Metric {
        formula: "MRR of subscriptions with a failed invoice that is neither paid nor given up at the end of the period",
        docs_page: "metrics/at-risk-mrr.md",
        dimensions: &[
            Dimension::Plan,
            Dimension::Product,
            Dimension::Interval,
            Dimension::Currency,
            Dimension::Country,
            Dimension::Age,
        ],
        terms: &[Term::Itself],
        ..apart("at_risk_mrr", "At-risk MRR", Section::Risk, Some(Better::Down), Apart::AtRisk)
    },
    Metric {
        formula: "What active subscriptions that were never billed would be worth at the prices of their items",
        docs_page: "metrics/unbilled-mrr.md",
        terms: &[Term::Itself],
        ..apart("unbilled_mrr", "Unbilled MRR", Section::Mrr, None, Apart::Unbilled)
    },
    Metric {
        formula: "MRR of subscriptions that are set to cancel, in the period in which they end",
        docs_page: "metrics/scheduled-churn.md",
        better: Some(Better::Down),
        looks_ahead: true,
        terms: &[Term::Itself],
        ..of(
            ("scheduled_churn", "Scheduled churn", Section::Risk),
            Unit::Money,
            Measure::Flow,
            Compute::Scheduled,
        )
    },
    Metric {
        formula: "MRR − scheduled churn of all periods ahead, as of now",
        docs_page: "metrics/committed-mrr.md",
        terms: &[Term::Mrr, Term::Ending],
        ..of(
            ("committed_mrr", "Committed MRR", Section::Risk),
            Unit::Money,
            Measure::Level,
            Compute::Committed,
        )
    },
];

const NO_MRR: &str = "No MRR at the start";
const NO_CUSTOMERS: &str = "No customers at the start";
const NO_CHURN: &str = "No churn to go by";

const CAUSES: &[Dimension] = &[
    Dimension::Plan,
    Dimension::Product,
    Dimension::Interval,
    Dimension::Currency,
    Dimension::Country,
    Dimension::Cause,
];
const CHURN: &[Dimension] = &[
    Dimension::Plan,
    Dimension::Product,
    Dimension::Interval,
    Dimension::Currency,
    Dimension::Country,
    Dimension::ChurnReason,
    Dimension::Feedback,
];

/// MRR, which is also asked for together with its movements.
pub(crate) const MRR: Metric = Metric {
    formula: "What all subscriptions are worth per month at the end of the period, computed from what was billed",
    docs_page: "metrics/mrr.md",
    terms: &[Term::Mrr],
    ..level("mrr", "MRR", Section::Mrr, |period| Some(Value::Minor(period.mrr)))
};

/// Whether a payment failed decides how somebody left.
const REASONS: &[Feed] = &[Feed::FailedPayments, Feed::PendingItems];

/// What all of them have.
const fn of(named: Named, unit: Unit, measure: Measure, compute: Compute) -> Metric {
    Metric { feeds: &[Feed::PendingItems], ..Metric::new(named, unit, measure, compute) }
}

const fn level(
    id: &'static str,
    label: &'static str,
    section: Section,
    compute: fn(&Figures) -> Option<Value>,
) -> Metric {
    of((id, label, section), Unit::Money, Measure::Level, Compute::Recurring(compute))
}

const fn count(metric: Metric) -> Metric {
    Metric { unit: Unit::Count, ..metric }
}

const fn ratio(
    id: &'static str,
    label: &'static str,
    section: Section,
    better: Better,
    compute: fn(&Figures) -> Option<Value>,
) -> Metric {
    let metric = of((id, label, section), Unit::Ratio, Measure::Ratio, Compute::Recurring(compute));
    Metric { better: Some(better), ..metric }
}

/// One kind of movement. Losses are negative, so that all of them add up to net new MRR.
const fn movement(id: &'static str, label: &'static str, compute: fn(&Figures) -> Option<Value>) -> Metric {
    Metric {
        docs_page: "metrics/movements.md",
        measure: Measure::Flow,
        ..level(id, label, Section::Mrr, compute)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a metric may have no value")]
fn moved(period: &Figures, kind: MovementKind) -> Option<Value> {
    Some(Value::Minor(period.moved(kind)))
}

const fn movers(
    id: &'static str,
    label: &'static str,
    better: Better,
    compute: fn(&Figures) -> Option<Value>,
) -> Metric {
    let named = (id, label, Section::Customers);
    let metric = of(named, Unit::Count, Measure::Flow, Compute::Recurring(compute));
    Metric { better: Some(better), ..metric }
}

const fn lifetime(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    compute: fn(&Figures, Decimal) -> Option<Value>,
) -> Metric {
    of((id, label, Section::Churn), unit, Measure::Mean, Compute::Lifetime(compute))
}

const fn trials(
    id: &'static str,
    label: &'static str,
    measure: Measure,
    compute: fn(&TrialFigures) -> Option<Value>,
) -> Metric {
    of((id, label, Section::Trials), Unit::Count, measure, Compute::Trials(compute))
}

const fn apart(
    id: &'static str,
    label: &'static str,
    section: Section,
    better: Option<Better>,
    what: Apart,
) -> Metric {
    let metric = of((id, label, section), Unit::Money, Measure::Level, Compute::Apart(what));
    Metric { better, feeds: &[Feed::PendingItems, Feed::Charges, Feed::InvoicePayments], ..metric }
}
