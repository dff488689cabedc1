//! What formulas are made of: sums over customers, each under one name.

use super::{Metric, Unit};
use crate::ledger::MoneyKind;
use crate::query::{Figures, MoneyFigures, MovementKind, TrialFigures};

/// A sum over customers that a metric's value is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    /// What the metric is the sum of, where that is all there is to it.
    Itself,
    Mrr,
    /// As of just before the period, of what also has a rate at its end.
    BaseMrr,
    /// As of the end of the period, of what also has a rate just before it.
    EndMrr,
    Moved(MovementKind),
    /// What the movements leave over of a change: the rates moved.
    Fx,
    Lost,
    Retained,
    Kept,
    Customers,
    BaseCustomers,
    Movers(MovementKind),
    ChurnedCustomers,
    InvoluntaryCustomers,
    Subscriptions,
    /// What is set to end.
    Ending,
    TrialsStarted,
    TrialsConverted,
    TrialsRunning,
    Money(MoneyKind),
    /// What it takes away.
    LessMoney(MoneyKind),
    MoneyCount(MoneyKind),
    Payers,
}

/// What terms are sums of: of one customer, or of all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    pub(crate) figures: Figures,
    pub(crate) trials: TrialFigures,
    pub(crate) money: MoneyFigures,
    /// What a metric is itself the sum of, or what is set to end.
    pub(crate) minor: i64,
}

impl Term {
    pub(crate) fn amount(self, sums: &Sums) -> i64 {
        let Sums { figures, trials, money, minor } = sums;
        match self {
            Self::Itself | Self::Ending => *minor,
            Self::Mrr => figures.mrr,
            Self::BaseMrr => figures.base_mrr,
            Self::EndMrr => figures.end_mrr,
            Self::Moved(kind) => figures.moved(kind),
            Self::Fx => figures.fx(),
            Self::Lost => figures.lost,
            Self::Retained => figures.retained,
            Self::Kept => figures.kept,
            Self::Customers => figures.customers,
            Self::BaseCustomers => figures.base_customers,
            Self::Movers(kind) => figures.movers(kind),
            Self::ChurnedCustomers => figures.churned_customers,
            Self::InvoluntaryCustomers => figures.involuntary_customers,
            Self::Subscriptions => figures.subscriptions,
            Self::TrialsStarted => trials.started,
            Self::TrialsConverted => trials.converted,
            Self::TrialsRunning => trials.running,
            Self::Money(kind) => money.minor(kind),
            Self::LessMoney(kind) => money.minor(kind).saturating_neg(),
            Self::MoneyCount(kind) => money.count(kind),
            Self::Payers => money.payers,
        }
    }

    pub(crate) fn unit(self, metric: &Metric) -> Unit {
        match self {
            Self::Itself => metric.unit,
            Self::Mrr
            | Self::BaseMrr
            | Self::EndMrr
            | Self::Moved(_)
            | Self::Fx
            | Self::Lost
            | Self::Retained
            | Self::Kept
            | Self::Ending
            | Self::Money(_)
            | Self::LessMoney(_) => Unit::Money,
            Self::Customers
            | Self::BaseCustomers
            | Self::Movers(_)
            | Self::ChurnedCustomers
            | Self::InvoluntaryCustomers
            | Self::Subscriptions
            | Self::TrialsStarted
            | Self::TrialsConverted
            | Self::TrialsRunning
            | Self::MoneyCount(_)
            | Self::Payers => Unit::Count,
        }
    }

    /// The name that the API uses, and the one that people read.
    pub(crate) fn named(self, metric: &Metric) -> (&'static str, &'static str) {
        match self {
            Self::Itself => (metric.id, metric.label),
            Self::Mrr => ("mrr", "MRR at the end"),
            Self::BaseMrr => ("base_mrr", "MRR just before"),
            Self::EndMrr => ("end_mrr", "MRR at the end"),
            Self::Moved(kind) => moved(kind),
            Self::Fx => ("fx", "Exchange rates"),
            Self::Lost => ("lost_mrr", "MRR lost by existing customers"),
            Self::Retained => ("retained_mrr", "MRR of existing customers at the end"),
            Self::Kept => ("kept_mrr", "MRR of existing customers, at most what it was before"),
            Self::Customers => ("customers", "Customers at the end"),
            Self::BaseCustomers => ("base_customers", "Customers just before"),
            Self::Movers(kind) => movers(kind),
            Self::ChurnedCustomers => ("lost_customers", "Existing customers who left"),
            Self::InvoluntaryCustomers => ("failed_customers", "Of them: because payment failed"),
            Self::Subscriptions => ("subscriptions", "Subscriptions at the end"),
            Self::Ending => ("ending_mrr", "Set to end"),
            Self::TrialsStarted => ("trials_started", "Trials started"),
            Self::TrialsConverted => ("trials_converted", "Trials converted"),
            Self::TrialsRunning => ("trials_running", "Trials still running"),
            Self::Money(kind) | Self::LessMoney(kind) | Self::MoneyCount(kind) => {
                (kind.as_str(), kind.label())
            }
            Self::Payers => ("payers", "Customers who paid"),
        }
    }

    /// Whether something is not in it for want of a rate: at the end, on the day of a movement, or at any of them.
    pub(crate) fn lacks_rates(self, figures: &Figures) -> bool {
        let Figures { lacks_rates, lacked_rates, moved_without_rates, .. } = *figures;
        match self {
            Self::Mrr | Self::Customers | Self::Subscriptions | Self::Ending => lacks_rates,
            Self::Moved(_) | Self::Movers(_) => moved_without_rates,
            _ => lacks_rates || lacked_rates || moved_without_rates,
        }
    }

    /// The kinds of money that it is a sum of.
    pub(crate) fn money_kinds(self) -> Vec<MoneyKind> {
        match self {
            Self::Money(kind) | Self::LessMoney(kind) | Self::MoneyCount(kind) => vec![kind],
            Self::Payers => vec![MoneyKind::InvoiceRevenue, MoneyKind::ChargeRevenue],
            _ => Vec::new(),
        }
    }
}

fn moved(kind: MovementKind) -> (&'static str, &'static str) {
    match kind {
        MovementKind::New => ("new_mrr", "New"),
        MovementKind::Expansion => ("expansion_mrr", "Expansion"),
        MovementKind::Contraction => ("contraction_mrr", "Contraction"),
        MovementKind::Churn => ("churned_mrr", "Churn"),
        MovementKind::Reactivation => ("reactivation_mrr", "Reactivation"),
    }
}

fn movers(kind: MovementKind) -> (&'static str, &'static str) {
    match kind {
        MovementKind::New => ("new_customers", "New customers"),
        MovementKind::Expansion => ("expansion_customers", "Customers who expanded"),
        MovementKind::Contraction => ("contraction_customers", "Customers who contracted"),
        MovementKind::Churn => ("churned_customers", "Churned customers"),
        MovementKind::Reactivation => ("reactivated_customers", "Reactivated customers"),
    }
}
