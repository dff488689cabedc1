//! Who comes when, and which scenario each customer lives through. Scenarios take turns, so that every situation occurs in every
//! history that is long enough; chance decides the rest.

use model::Currency;

use super::calendar::{DAY, HOUR};
use super::catalog::{Deal, Plan};
use super::contacts;
use super::records::*;
use super::scenarios::SCENARIOS;
use super::scheduled::{CustomerAction, Scheduled};
use super::simulated::{MerchantSize, World};
use super::subscribing::Terms;
use crate::ObjectKind;

/// The last customers of the history came at least so long before its end that they have begun.
const QUIET_S: i64 = HOUR;

impl World {
    pub(super) fn expect_next_customer(&mut self) {
        if self.size == MerchantSize::Empty || self.target == 0 {
            return;
        }
        let number = self.customers.len();
        let at = self.arrival(number);
        self.schedule(at, Scheduled::CustomerComes);
    }

    /// Arrivals three times as dense at the end of the history as at its beginning, and as dense from then on.
    fn arrival(&mut self, number: usize) -> i64 {
        let first_at = self.opened_at + DAY;
        let span_s = (self.presented_at - QUIET_S - first_at).max(1);
        let target = self.target as u64;
        if number as u64 >= target {
            let mean_s = (span_s as u64 * 2 / 3 / target).max(2);
            return self.now.max(self.presented_at) + 1 + self.chance.below(2 * mean_s) as i64;
        }
        let share = (number as u64 * 1000 + self.chance.below(1000)) as i128;
        let share_ppm = share * 1000 / i128::from(target);
        // The share of time in which the density 1 + 2x has let that share of the customers come.
        let root = (1_000_000_000_000 + 8 * share_ppm * 1_000_000).isqrt();
        let passed_ppm = (root - 1_000_000) / 2;
        first_at + (i128::from(span_s) * passed_ppm / 1_000_000) as i64
    }

    pub(super) fn customer_comes(&mut self) {
        let number = self.customers.len();
        let currencies = self.catalog.currencies();
        let currency = currencies[number / SCENARIOS.len() % currencies.len()];
        let person = contacts::person(&mut self.chance, number);
        let country = contacts::country(&mut self.chance, currency.as_str());
        self.customers.push(Customer {
            created: self.now,
            name: person.name,
            email: person.email,
            country,
            currency,
            balance_minor: 0,
            deleted_at: None,
            discount: None,
            invoices: 0,
            subscriptions: Vec::new(),
            is_delinquent: false,
            card_replacements: 0,
        });
        let customer = number as u32;
        self.emit("customer.created", ObjectKind::Customer, customer);
        match self.size {
            MerchantSize::Mid => self.play(SCENARIOS[number % SCENARIOS.len()], customer),
            _ => self.small_scenario(customer, currency),
        }
        self.expect_next_customer();
    }

    /// A customer of a small SaaS: mostly monthly, some with an offer, some growing, some leaving.
    fn small_scenario(&mut self, customer: u32, currency: Currency) {
        let plan = match self.chance.below(100) {
            0..38 => Plan::StarterMonth,
            38..68 => Plan::ProMonth,
            68..80 => Plan::BusinessMonth,
            80..88 => Plan::StarterYear,
            88..96 => Plan::ProYear,
            _ => Plan::BusinessYear,
        };
        let deal = match self.chance.below(100) {
            0..6 => Some(Deal::Welcome),
            6..14 => Some(Deal::Launch),
            14..17 => Some(Deal::Friends),
            _ => None,
        };
        let price = self.catalog.plan(currency, plan);
        let has_promotion_code = self.chance.per_mille(400);
        let trial_days = (deal != Some(Deal::Welcome) && self.chance.per_mille(250)).then_some(14);
        let subscription =
            self.subscribe(customer, Terms { deal, trial_days, has_promotion_code, ..Terms::of(price, 1) });
        if trial_days.is_some() && self.chance.per_mille(300) {
            let at = self.now + self.chance.between(DAY, 12 * DAY);
            let cancel = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
            self.schedule(at, Scheduled::Act(subscription, cancel));
        }
    }

    /// What customers do of themselves from one period to the next.
    pub(super) fn after_renewal(&mut self, subscription: u32) {
        match self.size {
            MerchantSize::Mid => self.mid_habits(subscription),
            MerchantSize::Small => self.small_habits(subscription),
            MerchantSize::Empty => {}
        }
    }

    fn small_habits(&mut self, number: u32) {
        let state = &self.subscriptions[number as usize];
        let customer = state.customer;
        let is_yearly = state.recurrence.interval == model::billing::BillingInterval::Year;
        let (churn, fails) = if is_yearly { (130, 30) } else { (22, 20) };
        let at = self.some_time_within(number);
        match self.chance.below(1000) {
            roll if roll < churn => {
                self.schedule(at, Scheduled::Act(number, CustomerAction::CancelAtPeriodEnd));
                if self.chance.per_mille(180) {
                    let back_at =
                        self.subscriptions[number as usize].period.1 + self.chance.between(20, 150) * DAY;
                    self.schedule(back_at, Scheduled::ComesBack(customer, Plan::ProMonth));
                }
            }
            roll if roll < churn + 25 => {
                let plan = if is_yearly { Plan::BusinessYear } else { Plan::BusinessMonth };
                let how = super::proration::Proration::Immediate;
                self.schedule(at, Scheduled::Act(number, CustomerAction::SwitchPlan(plan, how)));
            }
            roll if roll < churn + 37 && !is_yearly => {
                let how = super::proration::Proration::Pending;
                self.schedule(at, Scheduled::Act(number, CustomerAction::SwitchPlan(Plan::ProMonth, how)));
            }
            roll if roll < churn + 43 && !is_yearly => {
                self.schedule(at, Scheduled::Act(number, CustomerAction::SwitchInterval(Plan::ProYear)));
            }
            _ => {}
        }
        if self.chance.per_mille(fails) {
            let is_lost = self.chance.per_mille(200);
            let dunning = if is_lost { Dunning::Cancels } else { Dunning::Recovers { retries: 1 } };
            self.subscription(number).planned_failure = Some(dunning);
        }
    }

    fn mid_habits(&mut self, number: u32) {
        let state = &self.subscriptions[number as usize];
        let customer = state.customer;
        let length_days = (state.period.1 - state.period.0) / DAY;
        let at = self.some_time_within(number);
        // By the month, however often it is billed.
        let roll = self.chance.below(30_000) as i64;
        if roll < 12 * length_days {
            self.schedule(at, Scheduled::Act(number, CustomerAction::CancelAtPeriodEnd));
        } else if roll < 16 * length_days {
            let cancel = CustomerAction::CancelNow { gives_back: roll % 2 == 0, invoices_now: roll % 4 == 0 };
            self.schedule(at, Scheduled::Act(number, cancel));
        } else if roll < 36 * length_days {
            let dunning = match self.chance.below(10) {
                0 => Dunning::Cancels,
                1 => Dunning::StaysUnpaid,
                _ => Dunning::Recovers { retries: self.chance.between(1, 3) as u32 },
            };
            self.subscription(number).planned_failure = Some(dunning);
        } else if roll < 38 * length_days {
            self.schedule(at, Scheduled::BuysOnce(customer));
        } else if roll < 40 * length_days {
            self.schedule(at, Scheduled::Act(number, CustomerAction::OneOffLine));
        }
    }

    fn some_time_within(&mut self, number: u32) -> i64 {
        let (_, end) = self.subscriptions[number as usize].period;
        let left_s = (end - self.now - 1).max(1);
        self.now + 1 + self.chance.below(left_s as u64) as i64
    }
}
