//! What else is known of a customer: how its subscriptions stand, and what it has paid.

use model::billing::SubscriptionStatus;
use model::{Currency, Day, UnixSeconds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Amounts, CustomerState};
use crate::columns::{Chunk, Ledger};
use crate::ledger::MoneyKind;
use crate::query::MovementKind;
use crate::query::scope::Scope;
use crate::query::upcoming::renewing;
use crate::query::walk::Trail;

/// How a customer stands now, in the billing system's words; the one that needs most attention where several apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerStatus {
    Active,
    /// Has MRR, and the payment of a subscription has failed.
    PastDue,
    /// Has MRR, and everything that still runs is set to end.
    Canceling,
    /// Has no MRR, and a trial is running.
    Trialing,
    Churned,
    Never,
}

impl CustomerStatus {
    const ALL: [Self; 6] =
        [Self::Active, Self::PastDue, Self::Canceling, Self::Trialing, Self::Churned, Self::Never];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceling => "canceling",
            Self::Trialing => "trialing",
            Self::Churned => "churned",
            Self::Never => "never",
        }
    }

    pub(super) fn of(chunk: &Chunk, customer: usize, state: CustomerState, now: UnixSeconds) -> Self {
        let all = chunk.subscriptions(customer).map(|index| chunk.subscription(index));
        let mut running = all.filter(|one| one.ended_at.is_none_or(|at| at > now));
        match state {
            CustomerState::Active => {
                let (mut is_past_due, mut is_canceling, mut is_any) = (false, true, false);
                for one in running {
                    is_any = true;
                    is_past_due |= one.status == SubscriptionStatus::PastDue;
                    is_canceling &= one.cancel_at.is_some_and(|at| at >= now);
                }
                match (is_past_due, is_canceling && is_any) {
                    (true, _) => Self::PastDue,
                    (false, true) => Self::Canceling,
                    (false, false) => Self::Active,
                }
            }
            _ if running.any(|one| one.status == SubscriptionStatus::Trialing) => Self::Trialing,
            CustomerState::Churned => Self::Churned,
            CustomerState::Never => Self::Never,
        }
    }
}

impl std::str::FromStr for CustomerStatus {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or("use active, past_due, canceling, trialing, churned or never")
    }
}

/// What a customer has paid so far: net revenue, and when the last payment came.
pub(super) struct Paid {
    pub(super) revenue: Amounts,
    pub(super) last_at: Option<UnixSeconds>,
}

impl Paid {
    pub(super) fn of(chunk: &Chunk, customer: usize, now: UnixSeconds) -> Self {
        if let Some(own) = chunk.revenue(customer, now) {
            let mut revenue = Amounts::default();
            revenue.add(own.currency, own.sum_minor);
            return Self { revenue, last_at: own.last_payment_at.map(UnixSeconds) };
        }
        let money = chunk.money(customer);
        let so_far = money.at.len() - money.at.iter().rev().take_while(|at| **at > now.0).count();
        let last = money.kind[..so_far].iter().rposition(|kind| *kind == MoneyKind::Payment);
        let mut paid =
            Self { revenue: Amounts::default(), last_at: last.map(|row| UnixSeconds(money.at[row])) };
        // Rows in one currency in a row, as nearly all are, are added up before that is looked up.
        let mut run: Option<(Currency, i64)> = None;
        for ((kind, currency), minor) in
            money.kind.iter().zip(money.currency).zip(money.amount_minor).take(so_far)
        {
            let Some(sign) = kind.revenue_sign() else { continue };
            let minor = sign * minor;
            match &mut run {
                Some((own, sum)) if own == currency => *sum = sum.saturating_add(minor),
                _ => {
                    paid.revenue.add_some(run);
                    run = Some((*currency, minor));
                }
            }
        }
        paid.revenue.add_some(run);
        paid
    }
}

/// What a customer that has left was worth just before.
pub(super) fn lost(trail: &Trail, scope: &Scope, churned_on: Option<Day>) -> Amounts {
    let mut lost = Amounts::default();
    let churns =
        trail.moves.iter().filter(|one| one.kind == MovementKind::Churn && Some(one.day) == churned_on);
    for one in churns {
        lost.add(scope.currency_of(trail.lane_of(one).series), one.before);
    }
    lost
}

/// When the first of a customer's subscriptions is billed again.
pub(super) fn renews_at(chunk: &Chunk, customer: usize, now: UnixSeconds) -> Option<UnixSeconds> {
    renewing(chunk, customer, now).map(|(_, at)| at).min()
}

/// The day of an instant in the ledger's zone.
pub(super) fn day_of(ledger: &Ledger, at: Option<UnixSeconds>) -> Option<Day> {
    at.map(|at| ledger.calendar().day(at))
}
