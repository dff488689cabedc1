//! One buyer's life, with subscriptions that begin and go on.

mod changing;
mod ending;
mod paying;
mod refunding;
mod rows;
mod subscription;

use model::{Currency, CustomerId};

use super::super::account::{Account, Alert, ExpectedMoney, Measure, first_number, instant};
use super::DAY_S;
use super::catalog::{Catalog, Coupon, Plan};
use super::intended::Meant;
use crate::paddle::{Country, currency};
use crate::world::after;

pub use changing::Billed;
use paying::{Kind, Paid};
pub use refunding::Refund;
pub use subscription::State;
use subscription::Subscription;

/// A buyer and the subscriptions, one of which is acted on.
pub struct Life<'a> {
    pub account: &'a mut Account,
    pub catalog: &'a Catalog,
    pub country: &'static Country,
    due_at: &'a mut i64,
    user_id: u64,
    number: u64,
    subscriptions: Vec<Subscription>,
    current: usize,
    /// What was bought once.
    bought: Option<Paid>,
    meant: Meant,
}

/// What is bought: a plan, how often, and on which terms.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub plan: Plan,
    pub quantity: i64,
    pub coupon: Option<Coupon>,
    /// Instead of the plan's price, in its cents.
    pub override_cents: Option<i64>,
}

impl Terms {
    pub fn of(plan: &Plan, quantity: i64) -> Self {
        Self { plan: *plan, quantity, coupon: None, override_cents: None }
    }
}

impl<'a> Life<'a> {
    pub fn new(
        account: &'a mut Account,
        catalog: &'a Catalog,
        due_at: &'a mut i64,
        number: u64,
        country: &'static Country,
    ) -> Self {
        let user_id = first_number(number);
        let (subscriptions, bought, meant) = (Vec::new(), None, Meant::default());
        Self { account, catalog, country, due_at, user_id, number, subscriptions, current: 0, bought, meant }
    }

    /// `None` where the present is before that: it happens later.
    pub fn until(&mut self, at: i64) -> Option<()> {
        if at > self.account.now.0 {
            *self.due_at = (*self.due_at).min(at);
            return None;
        }
        Some(())
    }

    pub fn currency(&self) -> Currency {
        currency(self.country.currency_code)
    }

    /// The subscription that is acted on.
    fn sub(&self) -> &Subscription {
        &self.subscriptions[self.current]
    }

    fn sub_mut(&mut self) -> &mut Subscription {
        &mut self.subscriptions[self.current]
    }

    /// The paid period, or the trial.
    pub fn period(&self) -> (i64, i64) {
        self.sub().period
    }

    /// So many days into the period.
    pub fn days_in(&self, days: i64) -> i64 {
        self.period().0 + days * DAY_S
    }

    /// Acts on that subscription from now on, counted from 0.
    pub fn turn_to(&mut self, place: usize) {
        self.current = place;
    }

    /// Begins a subscription, which is acted on from now on: a trial where the plan has one, else with its first payment.
    pub fn subscribe(&mut self, at: i64, terms: Terms) -> Option<()> {
        self.until(at)?;
        let has_trial = terms.plan.trial_days > 0;
        let cents = terms.override_cents.unwrap_or(terms.plan.recurring_cents);
        let (id, order) = (self.account.next_number(), self.account.next_number());
        let next_payment = self.account.next_number();
        let checkout_id = format!("{order}-chre{}", &self.account.hex(order, 81)[..14]);
        let trial_end = at + terms.plan.trial_days * DAY_S;
        self.subscriptions.push(Subscription {
            id,
            order,
            checkout_id,
            next_payment,
            plan: terms.plan,
            quantity: terms.quantity,
            unit_minor: self.country.local_minor(cents),
            coupon: terms.coupon,
            modifiers: Vec::new(),
            carry_minor: 0,
            state: if has_trial { State::Trialing } else { State::Active },
            signed_up_at: at,
            anchor: at,
            periods: 1,
            period: (at, if has_trial { trial_end } else { after(at, terms.plan.cycle, 1) }),
            seen_until: trial_end,
            paused: None,
            retry_at: None,
            payments: 0,
            last_payment: None,
            paid: None,
        });
        self.current = self.subscriptions.len() - 1;
        self.created(at);
        if !has_trial || terms.plan.initial_cents > 0 {
            self.pay_due(at);
        }
        Some(())
    }

    /// The next period begins and is paid; a trial becomes a subscription.
    pub fn renew(&mut self) -> Option<()> {
        let at = self.period().1;
        self.until(at)?;
        if self.sub().state == State::Trialing {
            let before = self.sub().clone();
            self.sub_mut().restart(at);
            self.sub_mut().state = State::Active;
            self.updated(at, &before);
        } else {
            self.sub_mut().next_period();
        }
        self.pay_due(at);
        Some(())
    }

    /// Renews each subscription for as long as there is one that is alive, in the order of time. Never more than until the
    /// present, so it is the last thing that happens.
    pub fn go_on(&mut self) -> Option<()> {
        loop {
            let alive = self.subscriptions.iter().enumerate();
            let alive = alive.filter(|(_, one)| matches!(one.state, State::Active | State::Trialing));
            let (place, _) = alive.min_by_key(|(_, one)| one.period.1)?;
            self.current = place;
            self.renew()?;
        }
    }

    /// Whatever the alert is: its number.
    fn alert(&mut self, at: i64, name: &str, fields: Vec<(&str, String)>) -> u64 {
        let id = self.account.next_number();
        let common = [
            ("alert_id", id.to_string()),
            ("alert_name", name.to_owned()),
            ("event_time", instant(at)),
            ("email", self.email()),
            ("marketing_consent", "0".to_owned()),
            ("passthrough", String::new()),
        ];
        let fields = common.into_iter().chain(fields);
        let fields = fields.map(|(field, value)| (field.to_owned(), value)).collect();
        self.account.alerts.insert(id, Alert { id, at, fields });
        id
    }

    fn email(&self) -> String {
        format!("customer-{}@example.com", self.number)
    }

    fn customer(&self) -> CustomerId {
        CustomerId::new(self.user_id.to_string())
    }

    /// An amount in the buyer's currency moved.
    fn moved(&mut self, at: i64, measure: Measure, amount_minor: i64, alert_id: u64) {
        let currency = self.currency();
        self.moved_in(currency, at, measure, amount_minor, alert_id);
    }

    /// An amount moved on the balance, which is in US dollars.
    fn balanced(&mut self, at: i64, measure: Measure, amount_minor: i64, alert_id: u64) {
        self.moved_in(Currency::USD, at, measure, amount_minor, alert_id);
    }

    fn moved_in(&mut self, currency: Currency, at: i64, measure: Measure, amount_minor: i64, alert_id: u64) {
        if amount_minor != 0 {
            let (customer, at) = (self.customer(), model::UnixSeconds(at));
            let money = ExpectedMoney { customer, currency, at, measure, amount_minor, alert_id };
            self.account.expected_money.push(money);
        }
    }
}
