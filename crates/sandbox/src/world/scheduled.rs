//! What can be due, and who does it.

use model::Currency;

use super::catalog::{Deal, Plan};
use super::proration::Proration;
use super::records::{Dunning, InvoiceStatus, PauseBehavior, Status};
use super::simulated::World;

/// Something that happens at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scheduled {
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
    Act(u32, CustomerAction),
    Leaves(u32),
    ComesBack(u32, Plan),
    BuysOnce(u32),
    PriceIsArchived(u32),
    PlanIsDeleted(u32),
    UpdateIsDecided {
        subscription: u32,
        is_paid: bool,
    },
    GivesUp {
        invoice: u32,
        writes_off: bool,
    },
    RevisionIsSent(u32),
}

/// What a customer does with a subscription.
#[derive(Debug, Clone, Copy)]
pub(super) enum CustomerAction {
    SwitchPlan(Plan, Proration),
    /// To a plan of another interval.
    SwitchInterval(Plan),
    /// The same without proration: the new period begins at once, and nothing is given back.
    StartOver(Plan),
    ChangeToUsage,
    /// From usage to a flat price, with the next period.
    FlatAtRenewal(Plan),
    /// Drops what is billed every month beside a yearly plan.
    DropMonthly,
    /// A seat more, however little is left of the period.
    LateSeat,
    /// Another plan, once its invoice is paid.
    UpdateIfPaid {
        plan: Plan,
        is_paid: bool,
    },
    /// The changes that wait are billed, and the bill is given up.
    BillAndGiveUp {
        writes_off: bool,
    },
    Revise,
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
    pub(super) fn carry_out(&mut self, scheduled: Scheduled) {
        match scheduled {
            Scheduled::CustomerComes => self.customer_comes(),
            Scheduled::PeriodEnds { subscription, at } => self.period_ends(subscription, at),
            Scheduled::Finalize(invoice) => self.finalize(invoice),
            Scheduled::Retry(subscription) => self.retry(subscription),
            Scheduled::Expires(subscription) => self.expire(subscription),
            Scheduled::CancelAt { subscription, at } => self.cancel_at_instant(subscription, at),
            Scheduled::FallsDue(invoice) => self.falls_due(invoice),
            Scheduled::IsPaid { invoice, out_of_band } => self.is_paid(invoice, out_of_band),
            Scheduled::MoneyBack { charge, share_percent } => self.money_back(charge, share_percent),
            Scheduled::IsDisputed { charge, is_lost } => self.is_disputed(charge, is_lost),
            Scheduled::DisputeCloses { dispute, is_lost } => self.dispute_closes(dispute, is_lost),
            Scheduled::IsCredited { invoice, has_refund } => self.is_credited(invoice, has_refund),
            Scheduled::Act(subscription, what) => self.act(subscription, what),
            Scheduled::Leaves(customer) => self.customer_is_deleted(customer),
            Scheduled::ComesBack(customer, plan) => self.comes_back(customer, plan),
            Scheduled::BuysOnce(customer) => self.buys_once(customer),
            Scheduled::PriceIsArchived(price) => self.archive_price(price),
            Scheduled::PlanIsDeleted(price) => self.delete_plan(price),
            Scheduled::UpdateIsDecided { subscription, is_paid } => {
                self.update_is_decided(subscription, is_paid);
            }
            Scheduled::GivesUp { invoice, writes_off } => self.gives_up(invoice, writes_off),
            Scheduled::RevisionIsSent(invoice) => self.revision_is_sent(invoice),
        }
    }

    /// Customers do things to what runs undisturbed; what has become impossible by now is left alone.
    fn act(&mut self, number: u32, what: CustomerAction) {
        let subscription = &self.subscriptions[number as usize];
        let status = subscription.status;
        let is_draft = |of: &u32| self.invoices[*of as usize].status == InvoiceStatus::Draft;
        let is_quiet = subscription.pause.is_none() && subscription.unsettled.iter().all(is_draft);
        match what {
            CustomerAction::FailNext(dunning) if !status.is_over() => {
                self.subscription(number).planned_failure = Some(dunning);
            }
            CustomerAction::Discount(deal) if !status.is_over() => self.grant(number, deal),
            CustomerAction::KeepAfterAll if status == Status::Active => self.keep_after_all(number),
            CustomerAction::Resume if status == Status::Active => self.resume_collection(number),
            CustomerAction::ResumeTrial if status == Status::Paused => self.resume_from_trial(number),
            CustomerAction::PayFirst if status == Status::Incomplete => self.pay_first(number),
            CustomerAction::CancelAtPeriodEnd
                if matches!(status, Status::Active | Status::Trialing | Status::PastDue) =>
            {
                self.cancel_at_period_end(number);
            }
            CustomerAction::ScheduleCancel { days } if status == Status::Active => {
                self.schedule_cancel(number, days)
            }
            CustomerAction::CancelNow { gives_back, invoices_now } if !status.is_over() => {
                self.cancel_now(number, gives_back && self.can_prorate(number), invoices_now);
            }
            CustomerAction::Replace(plan) if status == Status::Active => self.replace(number, plan),
            CustomerAction::Pause(behavior, months) if status == Status::Active && is_quiet => {
                self.pause_collection(number, behavior, months);
            }
            CustomerAction::Revise if status == Status::Active => self.revise(number),
            _ if status == Status::Active && is_quiet => self.change(number, what),
            _ => {}
        }
    }

    /// Changes of what is subscribed to.
    fn change(&mut self, number: u32, what: CustomerAction) {
        if let CustomerAction::FlatAtRenewal(plan) = what {
            return self.flat_at_renewal(number, plan);
        }
        let Some((index, currency)) = self.plan_item(number) else { return };
        let how = |world: &Self, how: Proration| match how {
            Proration::None => Some(how),
            _ => world.can_prorate(number).then_some(how),
        };
        match what {
            CustomerAction::SwitchPlan(plan, proration) => {
                let price = self.catalog.plan(currency, plan);
                let Some(proration) = how(self, proration) else { return };
                if self.can_switch_to(number, price) {
                    let quantity = self.subscriptions[number as usize].items[index].quantity;
                    self.change_item(number, index, price, quantity, proration);
                }
            }
            CustomerAction::SwitchInterval(plan) => self.switch_interval(number, plan),
            CustomerAction::Seats(quantity, proration) => {
                let Some(proration) = how(self, proration) else { return };
                let item = &self.subscriptions[number as usize].items[index];
                let (price, before) = (item.price, item.quantity);
                if before != quantity {
                    self.saw(if quantity > before { "more seats" } else { "fewer seats" });
                    self.change_item(number, index, price, quantity, proration);
                }
            }
            CustomerAction::AddOn(add_on, proration) => {
                let price = self.catalog.add_on(currency, add_on);
                let Some(proration) = how(self, proration) else { return };
                if self.can_switch_to(number, price) {
                    self.add_item(number, price, 1, proration);
                }
            }
            CustomerAction::DropAddOn(proration) => {
                let items = self.subscriptions[number as usize].items.len();
                let Some(proration) = how(self, proration) else { return };
                if items > 1 {
                    self.remove_item(number, items - 1, proration);
                }
            }
            CustomerAction::OneOffLine => self.add_one_off_line(number),
            rare => self.change_rarely(number, index, currency, rare),
        }
    }

    /// Changes that only the special scenarios make.
    fn change_rarely(&mut self, number: u32, index: usize, currency: Currency, what: CustomerAction) {
        let state = &self.subscriptions[number as usize];
        let (item, has_pending) = (&state.items[index], !state.pending.is_empty());
        match what {
            CustomerAction::StartOver(plan) => self.start_over(number, plan),
            CustomerAction::DropMonthly => self.drop_monthly(number),
            CustomerAction::LateSeat if self.is_paid_for(number) => {
                let (price, quantity) = (item.price, item.quantity + 1);
                self.saw("share too small to tell a discount");
                self.change_item(number, index, price, quantity, Proration::Pending);
            }
            CustomerAction::ChangeToUsage if self.can_prorate(number) => {
                let price = self.catalog.plan(currency, Plan::Metered);
                self.change_to_usage(number, index, price);
            }
            CustomerAction::UpdateIfPaid { plan, is_paid } if self.can_prorate(number) && !has_pending => {
                let price = self.catalog.plan(currency, plan);
                if self.can_switch_to(number, price) {
                    self.update_if_paid(number, index, price, is_paid);
                }
            }
            CustomerAction::BillAndGiveUp { writes_off } if has_pending => {
                self.bill_and_give_up(number, writes_off);
            }
            _ => {}
        }
    }
}
