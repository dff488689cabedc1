//! Scenarios that few customers live through, each of which bills in a way of its own.

use super::super::calendar::{self, DAY, HOUR};
use super::super::catalog::{Deal, Plan};
use super::super::pricing::{self, TaxRule};
use super::super::proration::Proration;
use super::super::records::PauseBehavior;
use super::super::scheduled::{CustomerAction, Scheduled};
use super::super::simulated::World;
use super::super::subscribing::{FirstPeriod, Terms};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Special {
    InlinePrice,
    ArchivedPrice,
    DeletedPlan,
    CurrencyOption,
    IntervalWithoutProration,
    MonthlyBesideYearly,
    ToUsageAndBack,
    PausedThenGone,
    PausedThenOtherPlan,
    ChangesGivenUp,
    PendingUpdate,
    Revision,
    Backdated,
    Anchored,
    ItemizedDiscounts,
    SmallShare,
}

impl World {
    pub(in super::super) fn play_special(&mut self, special: Special, customer: u32) {
        match special {
            Special::InlinePrice | Special::ArchivedPrice | Special::DeletedPlan => {
                self.play_own_price(special, customer);
            }
            Special::CurrencyOption => self.play_currency_option(customer),
            Special::IntervalWithoutProration => {
                let subscription = self.begin_with(customer, Plan::ProMonth, 1);
                let plan = self.chance.pick(&[Plan::ProYear, Plan::ProQuarter]);
                self.later(subscription, (20, 120), CustomerAction::StartOver(plan));
            }
            Special::MonthlyBesideYearly => self.play_monthly_beside_yearly(customer),
            Special::ToUsageAndBack => {
                let subscription = self.begin_with(customer, Plan::ProMonth, 1);
                self.later(subscription, (10, 80), CustomerAction::ChangeToUsage);
                self.later(subscription, (120, 220), CustomerAction::FlatAtRenewal(Plan::BusinessMonth));
            }
            Special::PausedThenGone | Special::PausedThenOtherPlan => self.play_paused(special, customer),
            Special::ChangesGivenUp => self.play_changes_given_up(customer),
            Special::PendingUpdate => {
                let subscription = self.begin_with(customer, Plan::StarterMonth, 1);
                // The definition takes a change whose bill was given up as made if its price is billed later: what was not
                // paid is not bought later.
                let wishes = [(5, 20, Plan::BusinessMonth, false), (35, 50, Plan::ProMonth, true)];
                for (first, last, plan, is_paid) in wishes {
                    if self.chance.per_mille(700) {
                        let update = CustomerAction::UpdateIfPaid { plan, is_paid };
                        self.later(subscription, (first, last), update);
                    }
                }
            }
            Special::Revision => {
                let price = self.price(customer, Plan::BusinessMonth);
                let terms = Terms { days_until_due: Some(30), ..Terms::of(price, 1) };
                let subscription = self.subscribe(customer, terms);
                for months in 1..4 {
                    let at = calendar::add_months(self.now, months) + self.chance.between(2 * HOUR, 2 * DAY);
                    self.schedule(at, Scheduled::Act(subscription, CustomerAction::Revise));
                }
            }
            Special::Backdated => self.play_backdated(customer),
            Special::Anchored => {
                let price = self.price(customer, Plan::ProMonth);
                let anchor = self.in_days(3, 20);
                let first_period = Some(FirstPeriod { from: self.now, anchor });
                let tax = self.inclusive_tax_of_some();
                self.subscribe(customer, Terms { first_period, tax, ..Terms::of(price, 1) });
            }
            Special::ItemizedDiscounts => self.play_itemized(customer),
            Special::SmallShare => self.play_small_share(customer),
        }
    }

    fn play_own_price(&mut self, special: Special, customer: u32) {
        let price = self.own_price(customer, Plan::BusinessMonth, special == Special::InlinePrice);
        let subscription = self.subscribe(customer, Terms::of(price, 2));
        let at = self.in_days(20, 200);
        match special {
            Special::ArchivedPrice => self.schedule(at, Scheduled::PriceIsArchived(price)),
            Special::DeletedPlan => self.schedule(at, Scheduled::PlanIsDeleted(price)),
            _ => self.saw("inline price"),
        }
        // A change within a period has to know the price.
        self.later(subscription, (5, 90), CustomerAction::Seats(3, Proration::Immediate));
    }

    fn play_currency_option(&mut self, customer: u32) {
        let subscription = self.begin_with(customer, Plan::Anywhere, 4);
        if self.catalog.prices[self.price(customer, Plan::Anywhere) as usize].option_of.is_some() {
            self.saw("price in another currency than its own");
        }
        self.later(subscription, (5, 50), CustomerAction::Seats(7, Proration::Immediate));
        self.later(subscription, (60, 110), CustomerAction::Seats(5, Proration::Pending));
    }

    /// A yearly plan, and an add-on that is billed every month until it is dropped.
    fn play_monthly_beside_yearly(&mut self, customer: u32) {
        let currency = self.customers[customer as usize].currency;
        let add_on = self.catalog.add_on(currency, customer as usize);
        let yearly = self.price(customer, Plan::ProYear);
        let terms = Terms { is_flexible: true, ..Terms::of(yearly, 1) };
        let prices = vec![(yearly, 1), (add_on, 1)];
        let subscription = self.subscribe(customer, Terms { prices, ..terms });
        self.saw("monthly add-on beside a yearly plan");
        self.later(subscription, (40, 300), CustomerAction::DropMonthly);
    }

    fn play_paused(&mut self, special: Special, customer: u32) {
        let subscription = self.begin_with(customer, Plan::ProMonth, 1);
        let behavior = self.chance.pick(&[
            PauseBehavior::Void,
            PauseBehavior::KeepAsDraft,
            PauseBehavior::MarkUncollectible,
        ]);
        self.later(subscription, (20, 60), CustomerAction::Pause(behavior, 4));
        match special {
            Special::PausedThenGone => {
                let at_once = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
                let leaves = self.chance.pick(&[at_once, CustomerAction::CancelAtPeriodEnd]);
                self.later(subscription, (70, 140), leaves);
                self.saw("leaves during a pause");
            }
            _ => {
                let other = self.chance.pick(&[
                    CustomerAction::SwitchPlan(Plan::BusinessMonth, Proration::None),
                    CustomerAction::StartOver(Plan::ProYear),
                ]);
                let at = self.in_days(70, 140);
                self.schedule(at, Scheduled::Act(subscription, CustomerAction::Resume));
                self.schedule(at, Scheduled::Act(subscription, other));
                self.saw("another plan after a pause");
            }
        }
    }

    fn play_changes_given_up(&mut self, customer: u32) {
        let subscription = self.begin_with(customer, Plan::StarterMonth, 3);
        let month = 31 * self.chance.between(0, 1);
        let writes_off = self.chance.per_mille(500);
        let seats = |quantity| CustomerAction::Seats(quantity, Proration::Pending);
        let upgrade = CustomerAction::SwitchPlan(Plan::ProMonth, Proration::Pending);
        self.later(subscription, (month + 5, month + 8), seats(5));
        if self.chance.per_mille(500) {
            let second = self.chance.pick(&[seats(4), seats(8), upgrade]);
            self.later(subscription, (month + 9, month + 12), second);
        }
        self.later(subscription, (month + 13, month + 16), CustomerAction::BillAndGiveUp { writes_off });
    }

    /// Weeks or months before the subscription was created, up to now or to an anchor ahead.
    fn play_backdated(&mut self, customer: u32) {
        let price = self.price(customer, Plan::ProMonth);
        let is_ahead = self.chance.per_mille(400);
        let anchor = if is_ahead { self.in_days(3, 20) } else { self.now };
        // A currency that rounds to tens leaves no share exact but whole periods.
        let is_coarse = pricing::grain(self.customers[customer as usize].currency) > 1;
        let is_flexible = is_coarse || self.chance.per_mille(500);
        let from = match is_coarse {
            true => calendar::add_months(anchor, -2),
            false => anchor.min(self.now) - self.chance.between(5 * DAY, 100 * DAY),
        };
        let first_period = Some(FirstPeriod { from, anchor });
        self.subscribe(customer, Terms { first_period, is_flexible, ..Terms::of(price, 1) });
    }

    fn play_itemized(&mut self, customer: u32) {
        let price = self.price(customer, Plan::SeatMonth);
        let deal = Some(self.chance.pick(&[Deal::Friends, Deal::Launch]));
        let tax = self.inclusive_tax_of_some();
        let terms = Terms { deal, tax, is_flexible: true, itemizes_discounts: true, ..Terms::of(price, 6) };
        let subscription = self.subscribe(customer, terms);
        self.saw("itemized discount on a proration");
        let how = self.chance.pick(&[Proration::Pending, Proration::Immediate]);
        self.later(subscription, (3, 25), CustomerAction::Seats(9, how));
        self.later(subscription, (35, 55), CustomerAction::Seats(7, Proration::Pending));
        self.later(subscription, (100, 120), CustomerAction::Seats(8, Proration::Pending));
    }

    fn inclusive_tax_of_some(&mut self) -> Option<TaxRule> {
        self.chance.per_mille(300).then_some(TaxRule { rate: 1900, is_inclusive: true })
    }

    /// A seat more when hardly anything of the period is left: its share cannot tell whether a discount is inside.
    fn play_small_share(&mut self, customer: u32) {
        let price = self.price(customer, Plan::SeatMonth);
        let deal = Some(self.chance.pick(&[Deal::Friends, Deal::Launch]));
        let itemizes_discounts = self.chance.per_mille(300);
        let (tax, is_flexible) = (self.inclusive_tax_of_some(), itemizes_discounts);
        let terms = Terms { deal, tax, itemizes_discounts, is_flexible, ..Terms::of(price, 1) };
        let subscription = self.subscribe(customer, terms);
        let (_, end) = self.subscriptions[subscription as usize].period;
        let at = end - self.chance.between(10 * 60, 3 * HOUR);
        self.schedule(at, Scheduled::Act(subscription, CustomerAction::LateSeat));
    }
}
