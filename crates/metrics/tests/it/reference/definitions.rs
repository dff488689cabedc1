//! Every metric by its definition, of one series and one period.

use metrics::ledger::{Apart, MoneyKind};
use model::{BalanceCategory, BalanceTransaction};
use rust_decimal::Decimal;

use super::money::Money;
use super::trials::Trials;
use super::{Expected, Key, Period, Reference, round, share};

/// What a metric is computed from.
pub enum Definition {
    Recurring(fn(&Expected) -> Option<Decimal>),
    Lifetime(fn(&Expected, Decimal) -> Option<Decimal>),
    Apart(Apart),
    Trials(fn(&Trials) -> Option<Decimal>),
    Scheduled,
    Committed,
    Money(fn(&Money) -> Option<Decimal>),
    Balance(fn(&BalanceTransaction) -> i64),
}

/// `None` for a metric that is not defined here.
pub fn definition(id: &str) -> Option<Definition> {
    Some(match id {
        "ltv" => Definition::Lifetime(|expected, churn| {
            let arpa = share(expected.mrr, expected.customers)?;
            // A division by what does not end in decimals is off in its last digits.
            Some(round((arpa / churn).round_dp(18)).into())
        }),
        "customer_lifetime_months" => Definition::Lifetime(|_, churn| Some(Decimal::ONE / churn)),
        "trials_started" => Definition::Trials(|trials| Some(trials.started.into())),
        "trials_converted" => Definition::Trials(|trials| Some(trials.converted().into())),
        "trial_conversion_rate" => Definition::Trials(|trials| share(trials.converted(), trials.started)),
        "days_to_convert" => Definition::Trials(Trials::median),
        "at_risk_mrr" => Definition::Apart(Apart::AtRisk),
        "trial_mrr" => Definition::Apart(Apart::Trials),
        "unbilled_mrr" => Definition::Apart(Apart::Unbilled),
        "scheduled_churn" => Definition::Scheduled,
        "committed_mrr" => Definition::Committed,
        "fees" => Definition::Balance(|transaction| transaction.fee_minor),
        "net_cash" => Definition::Balance(|transaction| match transaction.category {
            BalanceCategory::Payout | BalanceCategory::Transfer => 0,
            _ => transaction.amount_minor - transaction.fee_minor,
        }),
        id => recurring(id).map(Definition::Recurring).or_else(|| money(id).map(Definition::Money))?,
    })
}

fn recurring(id: &str) -> Option<fn(&Expected) -> Option<Decimal>> {
    Some(match id {
        "mrr" => |period| Some(period.mrr.into()),
        "arr" => |period| Some((period.mrr * 12).into()),
        "active_customers" => |period| Some(period.customers.into()),
        "active_subscriptions" => |period| Some(period.subscriptions.into()),
        "arpa" => |period| mean(period.mrr, period.customers),
        "average_sale_price" => |period| mean(period.moved["new"], period.movers["new"]),
        "new_mrr" => |period| Some(period.moved["new"].into()),
        "reactivation_mrr" => |period| Some(period.moved["reactivation"].into()),
        "expansion_mrr" => |period| Some(period.moved["expansion"].into()),
        "contraction_mrr" => |period| Some(period.moved["contraction"].into()),
        "churned_mrr" => |period| Some(period.moved["churn"].into()),
        "net_new_mrr" => |period| Some((period.mrr - period.mrr_before).into()),
        "mrr_growth_rate" => |period| share(period.end_mrr - period.base_mrr, period.base_mrr),
        "quick_ratio" => |period| {
            let gained = period.moved["new"] + period.moved["reactivation"] + period.moved["expansion"];
            share(gained, -period.moved["contraction"] - period.moved["churn"])
        },
        "new_customers" => |period| Some(period.movers["new"].into()),
        "churned_customers" => |period| Some(period.movers["churn"].into()),
        "reactivated_customers" => |period| Some(period.movers["reactivation"].into()),
        "customer_churn_rate" => |period| share(period.churned, period.base_customers),
        "voluntary_churn_rate" => |period| share(period.churned - period.involuntary, period.base_customers),
        "involuntary_churn_rate" => |period| share(period.involuntary, period.base_customers),
        "gross_mrr_churn_rate" => |period| share(-period.lost, period.base_mrr),
        "net_mrr_churn_rate" => |period| share(period.base_mrr - period.retained, period.base_mrr),
        "net_revenue_retention" => |period| share(period.retained, period.base_mrr),
        "gross_revenue_retention" => |period| share(period.kept, period.base_mrr),
        _ => return None,
    })
}

fn money(id: &str) -> Option<fn(&Money) -> Option<Decimal>> {
    Some(match id {
        "gross_revenue" => |money| Some(money.gross().into()),
        "refunds" => |money| Some(money.sum(MoneyKind::Refund).into()),
        "credit_notes" => |money| Some(money.sum(MoneyKind::CreditNote).into()),
        "net_revenue" => |money| Some(money.net().into()),
        "payments_collected" => |money| Some(money.sum(MoneyKind::Payment).into()),
        "failed_attempts" => |money| Some(money.count(MoneyKind::FailedPayment).into()),
        "failed_invoices" => |money| Some(money.count(MoneyKind::FailedInvoice).into()),
        "failed_amount" => |money| Some(money.sum(MoneyKind::FailedInvoice).into()),
        "recovery_rate" => {
            |money| share(money.count(MoneyKind::RecoveredInvoice), money.count(MoneyKind::FailedInvoice))
        }
        "recovered_amount" => |money| Some(money.sum(MoneyKind::RecoveredInvoice).into()),
        "disputes_opened" => |money| Some(money.count(MoneyKind::DisputeOpened).into()),
        "disputes_lost" => |money| Some(money.sum(MoneyKind::DisputeLost).into()),
        "refund_rate" => |money| share(money.sum(MoneyKind::Refund), money.sum(MoneyKind::Payment)),
        "average_revenue_per_customer" => |money| mean(money.net(), money.payers),
        _ => return None,
    })
}

/// Of money: rounded to its smallest unit.
fn mean(sum: i64, count: i64) -> Option<Decimal> {
    share(sum, count).map(|mean| round(mean).into())
}

impl Reference<'_> {
    /// `expected` are the recurring figures of the same series and period.
    pub fn value(
        &self,
        definition: &Definition,
        key: &Key,
        period: Period,
        expected: &Expected,
    ) -> Option<Decimal> {
        match definition {
            Definition::Recurring(of) => of(expected),
            Definition::Lifetime(of) => of(expected, self.mean_churn(key, period)?),
            Definition::Apart(what) => Some(self.apart(*what, key, period).into()),
            Definition::Trials(of) => of(&self.trials(key, period)),
            Definition::Scheduled => Some(self.scheduled(key, period).into()),
            Definition::Committed => self.committed(key, period).map(Decimal::from),
            Definition::Money(of) => of(&self.money(key, period)),
            Definition::Balance(of) => Some(self.balance(*of, key, period).into()),
        }
    }
}
