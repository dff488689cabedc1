//! How subscriptions begin, go on, pause and end.

use model::Currency;
use model::billing::{BillingInterval, Recurrence};

use super::calendar::{self, DAY, HOUR};
use super::catalog::{Deal, Plan};
use super::expected_mrr::{Act, ExpectedMrr, Fate, Kind};
use super::pricing::{self, TaxRule};
use super::proration::Proration;
use super::records::*;
use super::scheduled::{CustomerAction, Scheduled};
use super::simulated::World;
use crate::ObjectKind;

/// How a subscription begins.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub prices: Vec<(u32, i64)>,
    pub trial_days: Option<i64>,
    pub has_payment_method: bool,
    pub deal: Option<Deal>,
    pub has_promotion_code: bool,
    pub tax: Option<TaxRule>,
    pub days_until_due: Option<i64>,
    pub first_period: Option<FirstPeriod>,
    pub is_flexible: bool,
    pub itemizes_discounts: bool,
    /// `Some`: the first payment fails, and whether it is made up for.
    pub is_first_payment_made_up: Option<bool>,
}

impl Terms {
    pub(super) fn of(price: u32, quantity: i64) -> Self {
        Self {
            prices: vec![(price, quantity)],
            trial_days: None,
            has_payment_method: true,
            deal: None,
            has_promotion_code: false,
            tax: None,
            days_until_due: None,
            first_period: None,
            is_flexible: false,
            itemizes_discounts: false,
            is_first_payment_made_up: None,
        }
    }
}

/// Time that is billed before the first whole period.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstPeriod {
    /// Before now where the subscription is backdated.
    pub from: i64,
    /// When the first whole period begins: now or later.
    pub anchor: i64,
}

/// The first invoice of an incomplete subscription expires after so long ("Subscription statuses").
const EXPIRES_S: i64 = 23 * HOUR;

impl World {
    pub(super) fn subscribe(&mut self, customer: u32, terms: Terms) -> u32 {
        let number = self.subscriptions.len() as u32;
        let now = self.now;
        let trial = terms.trial_days.map(|days| (now, now + days * DAY));
        let recurrence = self.recurrence_of(&terms);
        self.subscriptions.push(Subscription {
            created: now,
            started_at: terms.first_period.map_or(now, |first| first.from),
            customer,
            status: if trial.is_some() { Status::Trialing } else { Status::Active },
            recurrence,
            anchor: trial.map_or(now, |(_, end)| end),
            cycle: 0,
            period: (now, now),
            items: Vec::new(),
            trial,
            has_payment_method: terms.has_payment_method,
            cancel_at: None,
            is_canceled_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            reason: None,
            feedback: None,
            pause: None,
            discount: None,
            tax: terms.tax,
            days_until_due: terms.days_until_due,
            latest_invoice: None,
            planned_failure: None,
            dunning: None,
            is_failing: false,
            paid_period_at: None,
            unsettled: Vec::new(),
            written_off: Vec::new(),
            pending: Vec::new(),
            pending_update: None,
            next_price: None,
            is_flexible: terms.is_flexible,
            itemizes_discounts: terms.itemizes_discounts,
            expected_mrr: ExpectedMrr::default(),
        });
        self.customers[customer as usize].subscriptions.push(number);
        for (price, quantity) in &terms.prices {
            let item = self.new_item(number, *price, *quantity);
            self.subscription(number).items.push(item);
        }
        if let Some(deal) = terms.deal {
            self.grant_with(number, deal, terms.has_promotion_code);
        }
        self.begin(number, terms.first_period, terms.is_first_payment_made_up);
        number
    }

    fn recurrence_of(&self, terms: &Terms) -> Recurrence {
        let intervals =
            terms.prices.iter().filter_map(|(price, _)| self.catalog.prices[*price as usize].recurrence);
        // The shortest: longer ones are billed every few periods.
        let monthly = Recurrence { interval: BillingInterval::Month, interval_count: 1, is_metered: false };
        intervals.min_by_key(|recurrence| pricing::whole_months(*recurrence)).unwrap_or(monthly)
    }

    fn begin(
        &mut self,
        number: u32,
        first_period: Option<FirstPeriod>,
        is_first_payment_made_up: Option<bool>,
    ) {
        match self.subscriptions[number as usize].trial {
            Some((start, end)) => {
                self.subscription(number).period = (start, end);
                self.schedule(end, Scheduled::PeriodEnds { subscription: number, at: end });
                self.saw("trial begun");
            }
            None => {
                let recurrence = self.subscriptions[number as usize].recurrence;
                self.reset_cycle(number, recurrence);
            }
        }
        if let Some(first) = first_period {
            self.begin_before_anchor(number, first);
        }
        let has_begun = self.subscriptions[number as usize].cycle >= 0;
        let invoice = match has_begun {
            true => self.bill_period(number, "subscription_create"),
            false => self.bill_pending(number, "subscription_create"),
        };
        if let Some(is_made_up) = is_first_payment_made_up {
            self.fail_first(number, invoice, is_made_up);
        }
        self.emit("customer.subscription.created", ObjectKind::Subscription, number);
        match (is_first_payment_made_up, self.subscriptions[number as usize].days_until_due) {
            (Some(_), _) => {}
            (None, Some(_)) => self.finalize_later(invoice),
            (None, None) => self.finalize(invoice),
        }
    }

    /// METRICS: nothing counts while a subscription is incomplete.
    fn fail_first(&mut self, number: u32, invoice: u32, is_made_up: bool) {
        let state = self.subscription(number);
        state.status = Status::Incomplete;
        state.expected_mrr.fate(invoice, Fate::LeftUnpaid);
        state.dunning = Some(Dunning::Cancels);
        self.finalize(invoice);
        let hours = self.chance.between(1, 20);
        match is_made_up {
            true => {
                self.schedule(self.now + hours * HOUR + 77, Scheduled::Act(number, CustomerAction::PayFirst))
            }
            false => self.schedule(self.now + EXPIRES_S, Scheduled::Expires(number)),
        }
    }

    pub(super) fn pay_first(&mut self, number: u32) {
        let state = self.subscription(number);
        (state.status, state.dunning, state.is_failing) = (Status::Active, None, false);
        let customer = state.customer as usize;
        let owed = state.unsettled.clone();
        self.customers[customer].is_delinquent = false;
        for invoice in owed {
            self.charge_and_mark_paid(invoice);
        }
        self.saw("incomplete, paid in time");
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    pub(super) fn expire(&mut self, number: u32) {
        if self.subscriptions[number as usize].status != Status::Incomplete {
            return;
        }
        let now = self.now;
        let state = self.subscription(number);
        (state.status, state.ended_at, state.dunning) = (Status::IncompleteExpired, Some(now), None);
        state.expected_mrr.end(now);
        for invoice in state.unsettled.clone() {
            self.void(invoice);
        }
        self.saw("incomplete, expired");
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    /// Renewal, the end of a trial, or the end that was asked for.
    pub(super) fn period_ends(&mut self, number: u32, at: i64) {
        let state = &self.subscriptions[number as usize];
        if state.period.1 != at || state.status.is_over() || state.status == Status::Paused {
            return;
        }
        if state.is_canceled_at_period_end {
            self.saw("canceled at period end");
            return self.end_subscription(number, "cancellation_requested");
        }
        match state.status {
            Status::Trialing => self.trial_ends(number),
            Status::Incomplete => {}
            _ => {
                self.begin_next_period(number);
                self.bill_renewal(number);
            }
        }
    }

    fn bill_renewal(&mut self, number: u32) {
        let invoice = self.bill_period(number, "subscription_cycle");
        if self.subscriptions[number as usize].status == Status::Unpaid {
            // Invoices of an unpaid subscription stay drafts ("Subscription statuses").
            self.invoice(invoice).is_advancing = false;
            self.saw("draft of an unpaid subscription");
        } else {
            self.finalize_later(invoice);
        }
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
        self.after_renewal(number);
    }

    fn trial_ends(&mut self, number: u32) {
        if !self.subscriptions[number as usize].has_payment_method {
            self.subscription(number).status = Status::Paused;
            self.saw("paused after trial");
            self.emit("customer.subscription.paused", ObjectKind::Subscription, number);
            return;
        }
        let state = self.subscription(number);
        state.status = Status::Active;
        let recurrence = state.recurrence;
        self.reset_cycle(number, recurrence);
        self.saw("trial converted");
        self.bill_renewal(number);
    }

    pub(super) fn resume_from_trial(&mut self, number: u32) {
        let state = self.subscription(number);
        (state.status, state.has_payment_method) = (Status::Active, true);
        let recurrence = state.recurrence;
        self.reset_cycle(number, recurrence);
        let invoice = self.bill_period(number, "subscription_update");
        self.finalize(invoice);
        self.saw("resumed after trial");
        self.emit("customer.subscription.resumed", ObjectKind::Subscription, number);
    }

    /// Everything that the subscription is worth ends now. METRICS: what it left unpaid does not count.
    pub(super) fn end_subscription(&mut self, number: u32, reason: &'static str) {
        self.drop_pending_update(number);
        let now = self.now;
        let state = self.subscription(number);
        state.status = Status::Canceled;
        state.ended_at = Some(now);
        state.canceled_at.get_or_insert(now);
        state.reason.get_or_insert(reason);
        (state.dunning, state.planned_failure) = (None, None);
        state.expected_mrr.end(now);
        let unsettled = state.unsettled.clone();
        for invoice in unsettled {
            self.invoice(invoice).is_advancing = false;
            self.subscription(number).expected_mrr.fate(invoice, Fate::LeftUnpaid);
        }
        if self.subscriptions[number as usize].pending.iter().any(|(_, act)| act.is_some()) {
            self.saw("change pending on a canceled subscription");
        }
        self.emit("customer.subscription.deleted", ObjectKind::Subscription, number);
    }

    /// Starts again from the same state: the plan's item and the customer's currency.
    pub(super) fn plan_item(&self, number: u32) -> Option<(usize, Currency)> {
        let state = &self.subscriptions[number as usize];
        let currency = self.customers[state.customer as usize].currency;
        let is_licensed = |item: &Item| !self.catalog.prices[item.price as usize].is_metered();
        state.items.iter().position(is_licensed).map(|index| (index, currency))
    }

    /// A subscription has a price at most once, and only prices of its own interval.
    pub(super) fn can_switch_to(&self, number: u32, price: u32) -> bool {
        let state = &self.subscriptions[number as usize];
        let recurrence = self.catalog.prices[price as usize].recurrence;
        state.items.iter().all(|item| item.price != price) && recurrence == Some(state.recurrence)
    }

    /// Another interval: the cycle begins again, with an invoice at once for the credit and a whole new period.
    pub(super) fn switch_interval(&mut self, number: u32, plan: Plan) {
        let Some((_, currency)) = self.plan_item(number) else { return };
        let price = self.catalog.plan(currency, plan);
        let state = &self.subscriptions[number as usize];
        let recurrence = self.catalog.prices[price as usize].recurrence;
        let (Some(recurrence), 1, true) = (recurrence, state.items.len(), self.can_prorate(number)) else {
            return;
        };
        if recurrence == state.recurrence || state.cancel_at.is_some() || !state.pending.is_empty() {
            return;
        }
        self.give_all_back(number);
        self.saw("switch of interval");
        self.begin_again(number, price, recurrence);
    }

    fn begin_again(&mut self, number: u32, price: u32, recurrence: Recurrence) {
        let now = self.now;
        let item = &mut self.subscription(number).items[0];
        (item.price, item.price_since, item.is_billed, item.billed_by) = (price, now, false, None);
        self.reset_cycle(number, recurrence);
        let invoice = self.bill_period(number, "subscription_update");
        self.finalize(invoice);
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    /// The same without proration: only the new period is billed.
    pub(super) fn start_over(&mut self, number: u32, plan: Plan) {
        let Some((_, currency)) = self.plan_item(number) else { return };
        let price = self.catalog.plan(currency, plan);
        let recurrence = self.catalog.prices[price as usize].recurrence;
        let state = &self.subscriptions[number as usize];
        let is_plain = state.items.len() == 1 && state.cancel_at.is_none() && state.pending.is_empty();
        let other = recurrence.filter(|recurrence| *recurrence != state.recurrence);
        if let (Some(recurrence), true) = (other, is_plain) {
            self.saw("switch of interval without proration");
            self.begin_again(number, price, recurrence);
        }
    }

    pub(super) fn flat_at_renewal(&mut self, number: u32, plan: Plan) {
        let state = &self.subscriptions[number as usize];
        let is_metered = |item: &Item| self.catalog.prices[item.price as usize].is_metered();
        if let [item] = state.items.as_slice()
            && is_metered(item)
        {
            let price = self.catalog.plan(self.customers[state.customer as usize].currency, plan);
            self.subscription(number).next_price = Some(price);
        }
    }

    /// From now on the subscription has the interval of what is left, whose period goes on.
    pub(super) fn drop_monthly(&mut self, number: u32) {
        let state = &self.subscriptions[number as usize];
        let is_short = |item: &Item| self.period_of_item(number, item) == state.period;
        let (Some(index), [first, _]) = (state.items.iter().position(is_short), state.items.as_slice())
        else {
            return;
        };
        if state.is_canceled_at_period_end || is_short(first) {
            return;
        }
        let (at, recurrence) = (state.period.1, self.recurrence_of_price(number, first.price));
        let period = self.period_of_item(number, first);
        let price = state.items[index].price;
        let cycle = state.cycle / 12;
        let state = self.subscription(number);
        let (kind, whole, would_end_at) = (Kind::NotRenewed, None, None);
        state.expected_mrr.act(Act { at, price, kind, value_minor: 0, invoice: None, whole, would_end_at });
        (state.recurrence, state.cycle, state.period) = (recurrence, cycle, period);
        self.schedule(period.1, Scheduled::PeriodEnds { subscription: number, at: period.1 });
        self.saw("monthly add-on dropped from a yearly plan");
        self.remove_item(number, index, Proration::None);
    }

    pub(super) fn pause_collection(&mut self, number: u32, behavior: PauseBehavior, months: i64) {
        let resumes_at = calendar::add_months(self.now, months);
        self.subscription(number).pause = Some(Pause { behavior, resumes_at: Some(resumes_at) });
        self.schedule(resumes_at, Scheduled::Act(number, CustomerAction::Resume));
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    pub(super) fn resume_collection(&mut self, number: u32) {
        if self.subscription(number).pause.take().is_some() {
            self.saw("collection resumed");
            self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
        }
    }
}
