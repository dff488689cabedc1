//! One subscription with its payments, as a history of bills.

use model::billing::{
    CancellationReason, Charge, ChargeStatus, CustomerHistory, Invoice, InvoiceLine, InvoiceStatus,
    LineEffect, Pause, Period, Price, Recurrence, Subscription, SubscriptionItem, SubscriptionStatus,
};
use model::{Currency, UnixSeconds};
use rust_decimal::Decimal;

use super::agreed::Agreed;
use super::alert::{Alert, What};
use super::basis::{self, Value};
use super::bill::Payment;
use super::cadence::{self, Present, Role};
use super::modifier::{self, Modifier};
use super::plan::Plan;
use super::subscription::{self, Agreement};
use super::whole::{self, charge};

const DAY_S: i64 = 86_400;

/// What is known of one subscription.
pub(super) struct One<'a> {
    pub id: String,
    pub agreement: Option<Agreement>,
    pub alerts: Vec<&'a Alert>,
    pub payments: Vec<Payment>,
    /// In the order in which they were made.
    pub modifiers: Vec<Modifier>,
}

impl One<'_> {
    pub fn add_to(mut self, history: &mut CustomerHistory) {
        // What was due and is not paid is known by the alerts, and by the state.
        self.payments.retain(|payment| payment.is_paid);
        self.fail_first();
        self.payments.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        let (one_off, mut recurring): (Vec<Payment>, Vec<Payment>) =
            std::mem::take(&mut self.payments).into_iter().partition(|payment| payment.is_one_off);
        let status = self.status();
        let is_over = matches!(status, SubscriptionStatus::Canceled | SubscriptionStatus::Paused);
        let present = Present { plan: self.plan(), next_at: self.next_at(), is_over };
        let is_first_apart = cadence::is_first_price(&recurring, present);
        let agreed = Agreed::of(&self.alerts, &self.modifiers, self.plan());
        basis::read(&mut recurring, &agreed, is_first_apart);
        let roles = cadence::roles(&recurring, present);
        let mut subscription = self.subscription(status, &recurring, &roles);
        let mut invoices: Vec<Invoice> = Vec::new();
        for (payment, role) in recurring.iter().zip(&roles) {
            invoices.push(self.paid(payment, *role, &subscription));
        }
        invoices.extend(one_off.iter().map(|payment| self.paid(payment, Role::OffCadence, &subscription)));
        let paid = recurring.iter().chain(&one_off);
        history.charges.extend(paid.map(|payment| Charge {
            payment_method: subscription.payment_method.clone(),
            ..whole::payment(payment)
        }));
        let changes = self.changes(&recurring, &subscription);
        if let Some(due) = self.due(&invoices, &changes, &subscription) {
            if self.alerts.iter().all(|alert| !alert.is_failure_of(due.id.as_str())) {
                // Tried on the day, as far as is known.
                let id = format!("{}-attempt", due.id);
                let (amount, at) = (due.amount_due_minor, due.created_at);
                history.charges.push(charge(
                    &id,
                    due.id.as_str(),
                    ChargeStatus::Failed,
                    amount,
                    due.currency,
                    at,
                ));
            }
            if due.status == InvoiceStatus::Uncollectible {
                subscription.cancellation_reason = Some(CancellationReason::PaymentFailed);
            }
            invoices.push(due);
        }
        history.charges.extend(self.failures());
        history.given_back.extend(changes);
        history.invoices.extend(invoices);
        history.subscriptions.push(subscription);
    }

    pub(super) fn plan(&self) -> Option<&Plan> {
        self.agreement.as_ref()?.plan.as_ref()
    }

    pub(super) fn plan_id(&self) -> Option<String> {
        let said = self.alerts.iter().rev().find_map(|alert| alert.plan());
        self.agreement.as_ref().and_then(|agreement| agreement.plan_id.clone()).or(said)
    }

    fn next_at(&self) -> Option<UnixSeconds> {
        let Some(agreement) = &self.agreement else {
            return self.alerts.iter().rev().find_map(|alert| alert.next_at());
        };
        agreement.next_at
    }

    /// A payment that failed before it was made was due when it first failed.
    fn fail_first(&mut self) {
        for payment in &mut self.payments {
            let failed = self.alerts.iter().filter(|alert| alert.is_failure_of(&payment.id));
            if let Some(first) = failed.map(|alert| alert.at).min() {
                payment.at = payment.at.min(first);
            }
        }
    }

    fn cancelled(&self) -> Option<(UnixSeconds, Option<UnixSeconds>)> {
        self.alerts.iter().rev().find_map(|alert| match &alert.what {
            What::Cancelled { effective_at } => Some((alert.at, *effective_at)),
            _ => None,
        })
    }

    fn status(&self) -> SubscriptionStatus {
        match (self.cancelled(), &self.agreement) {
            (Some(_), _) => SubscriptionStatus::Canceled,
            (None, Some(known)) => known.status,
            (None, None) => self.said_status(),
        }
    }

    fn subscription(
        &self,
        status: SubscriptionStatus,
        recurring: &[Payment],
        roles: &[Role],
    ) -> Subscription {
        let known = self.agreement.as_ref();
        let user = known.map(|known| known.user.clone());
        let user =
            user.or_else(|| self.alerts.iter().find_map(|alert| alert.user.clone())).unwrap_or_default();
        let cancelled = self.cancelled();
        let mut periods = recurring.iter().zip(roles).filter_map(|(payment, role)| match role {
            Role::Period { end, .. } => Some(Period { start: payment.at, end: *end }),
            _ => None,
        });
        let last = periods.next_back();
        let started_at = known.and_then(|known| known.signed_up_at);
        let first_at = recurring.first().map(|payment| payment.at);
        let created_at = started_at.or_else(|| self.alerts.first().map(|alert| alert.at)).or(first_at);
        let trial = self.trial(status, created_at, recurring, roles);
        let ended_at = (status == SubscriptionStatus::Canceled).then(|| {
            let said = cancelled.and_then(|(at, effective_at)| effective_at.or(Some(at)));
            // One interval after the last payment; without any, when its trial was over.
            let last = last.map(|last| last.end).or(trial.map(|trial| trial.end));
            said.or(last).or(created_at).unwrap_or_default()
        });
        let is_resting = status == SubscriptionStatus::Paused;
        let renews_at = self.next_at().filter(|_| ended_at.is_none() && !is_resting);
        let current_period = last.zip(renews_at).map(|(last, end)| Period { start: last.start, end });
        let quantity = self.quantity();
        let items = self.plan_id().map(|plan| {
            let item = SubscriptionItem::new(self.id.as_str().into(), plan.as_str().into());
            SubscriptionItem { quantity, current_period, ..item }
        });
        Subscription {
            created_at,
            started_at: created_at,
            ended_at,
            canceled_at: cancelled.map(|(at, _)| at),
            cancellation_reason: cancelled.map(|_| CancellationReason::Requested),
            trial,
            currency: recurring.last().map(|payment| payment.currency),
            items: items.into_iter().collect(),
            payment_method: known.and_then(|known| known.method.clone()),
            pauses: self.pauses(status, last),
            ..Subscription::new(self.id.as_str().into(), user.into(), status)
        }
    }

    /// Those that alerts tell of, and the present one. Older ones show in that nothing was paid.
    fn pauses(&self, status: SubscriptionStatus, last: Option<Period>) -> Vec<Pause> {
        let mut pauses: Vec<Pause> = Vec::new();
        for alert in &self.alerts {
            let What::Updated(terms) = &alert.what else { continue };
            let rests = terms.status.as_deref() == Some("paused");
            match pauses.last_mut().filter(|pause| pause.end.is_none()) {
                Some(pause) if !rests => pause.end = Some(alert.at),
                None if rests => pauses.push(Pause { start: terms.paused_at.unwrap_or(alert.at), end: None }),
                _ => {}
            }
        }
        let is_told = pauses.last().is_some_and(|pause| pause.end.is_none());
        let since = self.agreement.as_ref().and_then(|known| known.paused_at);
        if status == SubscriptionStatus::Paused && !is_told {
            // As an earlier pause shows: from when nothing was paid.
            let start = since.map(|since| last.map_or(since, |last| since.min(last.end)));
            pauses.extend(start.map(|start| Pause { start, end: None }));
        }
        pauses
    }

    pub(super) fn quantity(&self) -> Decimal {
        let said = self.alerts.iter().rev().find_map(|alert| match &alert.what {
            What::Created(terms) | What::Updated(terms) => Some(terms.quantity),
            What::Paid(paid) if paid.payment.is_some() => Some(paid.quantity),
            _ => None,
        });
        said.or(self.agreement.as_ref().map(|known| known.quantity)).unwrap_or(Decimal::ONE)
    }

    /// By its alerts alone.
    fn said_status(&self) -> SubscriptionStatus {
        let said = self.alerts.iter().rev().find_map(|alert| match &alert.what {
            What::Created(terms) | What::Updated(terms) => terms.status.clone(),
            _ => None,
        });
        said.map_or(SubscriptionStatus::Active, |word| subscription::status(Some(&word)))
    }

    fn trial(
        &self,
        status: SubscriptionStatus,
        start: Option<UnixSeconds>,
        recurring: &[Payment],
        roles: &[Role],
    ) -> Option<Period> {
        let start = start?;
        if status == SubscriptionStatus::Trialing {
            return Some(Period { start, end: self.next_at().filter(|end| *end > start)? });
        }
        let days = self.plan().map_or(0, |plan| plan.trial_days);
        let end = UnixSeconds(start.0 + days * DAY_S);
        // A customer who paid at once had none, whatever the plan says now; unless that was for the trial.
        let is_paid_trial = days > 0 && roles.first() == Some(&Role::First);
        let recurring = if is_paid_trial { recurring.get(1..).unwrap_or_default() } else { recurring };
        let first = recurring.iter().find(|payment| payment.amount_minor > 0).map(|payment| payment.at);
        let had_one = first.is_none_or(|first| first.0 >= end.0 - DAY_S);
        (days > 0 && had_one).then_some(Period { start, end: first.map_or(end, |first| first.min(end)) })
    }

    /// The bill that a payment paid.
    fn paid(&self, payment: &Payment, role: Role, subscription: &Subscription) -> Invoice {
        let at = Period { start: payment.at, end: payment.at };
        let (effect, period, recurrence) = match role {
            Role::Period { end, recurrence } => {
                (LineEffect::Sets, Period { start: payment.at, end }, Some(recurrence))
            }
            Role::First if self.plan().is_some_and(|plan| plan.trial_days > 0) => {
                (LineEffect::PaidTrial, at, None)
            }
            Role::First | Role::OffCadence => (LineEffect::Once, at, None),
        };
        let (gross_minor, tax_minor) = (payment.gross_minor(), payment.tax_minor());
        let plan = payment.exact.as_ref().and_then(|exact| exact.plan.clone()).or_else(|| self.plan_id());
        let quantity = payment.exact.as_ref().map_or(Decimal::ONE, |exact| exact.quantity);
        let net_minor = gross_minor - tax_minor;
        let reading = payment.reading.as_ref().filter(|_| effect == LineEffect::Sets);
        let value =
            reading.map_or(Value { own_minor: net_minor, ..Value::default() }, |reading| reading.value);
        let line = self.line(&payment.id, 0, payment.currency, period, (plan, recurrence));
        let mut lines = self.lines(InvoiceLine { quantity, effect, ..line }, value);
        if let Some(once) = self.once(payment, at, net_minor - value.total_minor()) {
            lines.push(once);
        }
        let created_at = payment.at;
        let paid_at = payment.exact.as_ref().map_or(payment.at, |exact| exact.at);
        let open = Invoice::open(payment.id.as_str().into(), payment.currency, created_at, lines);
        Invoice {
            number: payment.exact.as_ref().and_then(|exact| exact.order.clone()),
            customer: Some(subscription.customer.clone()),
            subscription: Some(subscription.id.clone()),
            finalized_at: Some(created_at),
            billing_reason: payment.is_one_off.then(|| "one_off_charge".to_owned()),
            total_minor: gross_minor,
            tax_minor,
            amount_due_minor: gross_minor,
            ..open
        }
        .paid_at(paid_at)
    }

    /// What is worth so much: the plan, and beside it the modifiers that recur.
    pub(super) fn lines(&self, line: InvoiceLine, value: Value) -> Vec<InvoiceLine> {
        let extra = (value.extra_minor != 0).then(|| InvoiceLine {
            id: format!("{}-modifiers", line.id.as_str()).into(),
            description: modifier::called(&self.modifiers, value.listed_extra_minor, true)
                .or(Some(MODIFIER.to_owned())),
            amount_minor: value.extra_minor,
            quantity: Decimal::ZERO,
            ..line.clone()
        });
        let (amount_minor, discount_minor) = (value.own_minor + value.discount_minor, value.discount_minor);
        let own = InvoiceLine { amount_minor, discount_minor, ..line };
        std::iter::once(own).chain(extra).collect()
    }

    /// What a regular payment also charged, or took off.
    pub(super) fn once(&self, payment: &Payment, at: Period, minor: i64) -> Option<InvoiceLine> {
        let id = format!("{}-once", payment.id);
        let line = self.line(&id, minor, payment.currency, at, (None, None));
        let description = modifier::called(&self.modifiers, minor, false);
        (minor != 0).then_some(InvoiceLine { description, effect: LineEffect::Once, ..line })
    }

    pub(super) fn line(
        &self,
        id: &str,
        net_minor: i64,
        currency: Currency,
        period: Period,
        (plan, recurrence): (Option<String>, Option<Recurrence>),
    ) -> InvoiceLine {
        let own = self.plan().filter(|own| Some(&own.id) == plan.as_ref());
        let price_then = recurrence.zip(plan.as_deref()).map(|(recurrence, id)| {
            let listed = own.and_then(|own| own.price(Some(currency)));
            let price =
                listed.unwrap_or_else(|| Price::recurring(id.into(), currency, None, recurrence.interval));
            Box::new(Price { recurrence: Some(recurrence), ..price })
        });
        InvoiceLine {
            description: own.and_then(|own| own.name.clone()),
            price: plan.as_deref().map(Into::into),
            price_then,
            subscription: Some(self.id.as_str().into()),
            ..InvoiceLine::new(id.into(), net_minor, currency, period)
        }
    }
}

/// As Paddle Classic calls what is added to a price, where it has no description.
const MODIFIER: &str = "Price modifier";

pub(super) fn is_period(line: &InvoiceLine) -> bool {
    line.effect == LineEffect::Sets
}
