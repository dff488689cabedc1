//! What can be due, and who does it.

use super::catalog::{Deal, Plan};
use super::proration::Proration;
use super::records::{Dunning, InvoiceStatus, PauseBehavior, Status};
use super::simulated::World;

/// Something that happens at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    CustomerComes,
    /// `at` tells a period from those of an earlier cycle.
    PeriodEnds {
        subscription: u32,
        at: i64,
    },
    Finalize(u32),
    Retry(u32),
    /// The first invoice was not paid within 23 hours.
    Expires(u32),
    /// A cancellation at an instant, not at a period's end.
    CancelAt {
        subscription: u32,
        at: i64,
    },
    FallsDue(u32),
    IsPaid {
        invoice: u32,
        out_of_band: bool,
    },
    MoneyBack {
        charge: u32,
        share_percent: i64,
    },
    IsDisputed {
        charge: u32,
        is_lost: bool,
    },
    DisputeCloses {
        dispute: u32,
        is_lost: bool,
    },
    IsCredited {
        invoice: u32,
        has_refund: bool,
    },
    Act(u32, Move),
    Leaves(u32),
    ComesBack(u32, Plan),
    BuysOnce(u32),
}

/// What a customer does with a subscription.
#[derive(Debug, Clone, Copy)]
pub(super) enum Move {
    SwitchPlan(Plan, Proration),
    /// To a plan of another interval.
    SwitchInterval(Plan),
    Seats(i64, Proration),
    AddOn(usize, Proration),
    DropAddOn(Proration),
    CancelAtPeriodEnd,
    KeepAfterAll,
    ScheduleCancel {
        days: i64,
    },
    CancelNow {
        gives_back: bool,
        invoices_now: bool,
    },
    /// Ends this one and starts another at once.
    Replace(Plan),
    Pause(PauseBehavior, i64),
    Resume,
    Discount(Deal),
    FailNext(Dunning),
    OneOffLine,
    ResumeTrial,
    PayFirst,
}

impl World {
    pub(super) fn carry_out(&mut self, deed: Deed) {
        match deed {
            Deed::CustomerComes => self.customer_comes(),
            Deed::PeriodEnds { subscription, at } => self.period_ends(subscription, at),
            Deed::Finalize(invoice) => self.finalize(invoice),
            Deed::Retry(subscription) => self.retry(subscription),
            Deed::Expires(subscription) => self.expire(subscription),
            Deed::CancelAt { subscription, at } => self.cancel_at_instant(subscription, at),
            Deed::FallsDue(invoice) => self.falls_due(invoice),
            Deed::IsPaid { invoice, out_of_band } => self.is_paid(invoice, out_of_band),
            Deed::MoneyBack { charge, share_percent } => self.money_back(charge, share_percent),
            Deed::IsDisputed { charge, is_lost } => self.is_disputed(charge, is_lost),
            Deed::DisputeCloses { dispute, is_lost } => self.dispute_closes(dispute, is_lost),
            Deed::IsCredited { invoice, has_refund } => self.is_credited(invoice, has_refund),
            Deed::Act(subscription, what) => self.act(subscription, what),
            Deed::Leaves(customer) => self.customer_is_deleted(customer),
            Deed::ComesBack(customer, plan) => self.comes_back(customer, plan),
            Deed::BuysOnce(customer) => self.buys_once(customer),
        }
    }

    /// Customers do things to what runs undisturbed; what has become impossible by now is left alone.
    fn act(&mut self, number: u32, what: Move) {
        let subscription = &self.subscriptions[number as usize];
        let status = subscription.status;
        let is_draft = |of: &u32| self.invoices[*of as usize].status == InvoiceStatus::Draft;
        let is_quiet = subscription.pause.is_none() && subscription.unsettled.iter().all(is_draft);
        match what {
            Move::FailNext(dunning) if !status.is_over() => {
                self.subscription(number).planned_failure = Some(dunning);
            }
            Move::Discount(deal) if !status.is_over() => self.grant(number, deal),
            Move::KeepAfterAll if status == Status::Active => self.keep_after_all(number),
            Move::Resume if status == Status::Active => self.resume_collection(number),
            Move::ResumeTrial if status == Status::Paused => self.resume_from_trial(number),
            Move::PayFirst if status == Status::Incomplete => self.pay_first(number),
            Move::CancelAtPeriodEnd
                if matches!(status, Status::Active | Status::Trialing | Status::PastDue) =>
            {
                self.cancel_at_period_end(number);
            }
            Move::ScheduleCancel { days } if status == Status::Active => self.schedule_cancel(number, days),
            Move::CancelNow { gives_back, invoices_now } if !status.is_over() => {
                self.cancel_now(number, gives_back && self.can_prorate(number), invoices_now);
            }
            Move::Replace(plan) if status == Status::Active => self.replace(number, plan),
            Move::Pause(behavior, months) if status == Status::Active && is_quiet => {
                self.pause_collection(number, behavior, months);
            }
            _ if status == Status::Active && is_quiet => self.change(number, what),
            _ => {}
        }
    }

    /// Changes of what is subscribed to.
    fn change(&mut self, number: u32, what: Move) {
        let Some((index, currency)) = self.plan_item(number) else { return };
        let how = |world: &Self, how: Proration| match how {
            Proration::None => Some(how),
            _ => world.can_prorate(number).then_some(how),
        };
        match what {
            Move::SwitchPlan(plan, proration) => {
                let price = self.catalog.plan(currency, plan);
                let Some(proration) = how(self, proration) else { return };
                if self.can_switch_to(number, price) {
                    let quantity = self.subscriptions[number as usize].items[index].quantity;
                    self.change_item(number, index, price, quantity, proration);
                }
            }
            Move::SwitchInterval(plan) => self.switch_interval(number, plan),
            Move::Seats(quantity, proration) => {
                let Some(proration) = how(self, proration) else { return };
                let item = &self.subscriptions[number as usize].items[index];
                let (price, before) = (item.price, item.quantity);
                if before != quantity {
                    self.saw(if quantity > before { "more seats" } else { "fewer seats" });
                    self.change_item(number, index, price, quantity, proration);
                }
            }
            Move::AddOn(add_on, proration) => {
                let price = self.catalog.add_on(currency, add_on);
                let Some(proration) = how(self, proration) else { return };
                if self.can_switch_to(number, price) {
                    self.add_item(number, price, 1, proration);
                }
            }
            Move::DropAddOn(proration) => {
                let items = self.subscriptions[number as usize].items.len();
                let Some(proration) = how(self, proration) else { return };
                if items > 1 {
                    self.remove_item(number, items - 1, proration);
                }
            }
            Move::OneOffLine => self.add_one_off_line(number),
            _ => {}
        }
    }
}
