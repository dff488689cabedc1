//! The scenarios of the mid-size merchant's customers. Each names the situation that it is there for.

mod special;

use super::calendar::{self, DAY, HOUR};
use super::catalog::{Deal, Plan};
use super::pricing::TaxRule;
use super::proration::Proration;
use super::records::{Dunning, PauseBehavior};
use super::scheduled::{CustomerAction, Scheduled};
use super::simulated::World;
use super::subscribing::Terms;
use special::Special;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    Monthly,
    Yearly,
    Quarterly,
    Weekly,
    Daily,
    Seats,
    YearlySeats,
    Graduated,
    Volume,
    Packages,
    Fractions,
    Metered,
    MeteredBesideFlat,
    Trial { has_payment_method: bool, is_canceled: bool },
    Coupon(Deal),
    CustomerCoupon,
    TwoCoupons,
    Upgrade(Proration),
    Downgrade(Proration),
    Discounted(Proration),
    Interval,
    IntervalBack,
    AddOns(Proration),
    ManyItems,
    Dunning(Dunning),
    Incomplete { is_made_up: bool },
    Pause(PauseBehavior),
    SeveralSubscriptions,
    SameDay,
    Returns,
    CancelNow { gives_back: bool },
    CancelScheduled,
    ChangesMind,
    PendingThenGone,
    Sent,
    Taxed { is_inclusive: bool },
    TaxedSeats,
    MonthEnd,
    Deleted,
    OneOffs,
    Special(Special),
}

use Scenario::{Coupon, Discounted, Downgrade, Pause, Upgrade};

pub(super) const SCENARIOS: [Scenario; 70] = [
    Scenario::Monthly,
    Scenario::Yearly,
    Scenario::Quarterly,
    Scenario::Weekly,
    Scenario::Daily,
    Scenario::Seats,
    Scenario::YearlySeats,
    Scenario::Graduated,
    Scenario::Volume,
    Scenario::Packages,
    Scenario::Fractions,
    Scenario::Metered,
    Scenario::MeteredBesideFlat,
    Scenario::Trial { has_payment_method: true, is_canceled: false },
    Scenario::Trial { has_payment_method: true, is_canceled: true },
    Scenario::Trial { has_payment_method: false, is_canceled: false },
    Coupon(Deal::Welcome),
    Coupon(Deal::Launch),
    Coupon(Deal::Friends),
    Coupon(Deal::TwoFree),
    Coupon(Deal::Partner),
    Coupon(Deal::OnceOff),
    Coupon(Deal::MonthsOff),
    Coupon(Deal::ForeverOff),
    Scenario::CustomerCoupon,
    Scenario::TwoCoupons,
    Upgrade(Proration::None),
    Upgrade(Proration::Pending),
    Upgrade(Proration::Immediate),
    Downgrade(Proration::Pending),
    Discounted(Proration::Immediate),
    Scenario::Interval,
    Scenario::IntervalBack,
    Scenario::AddOns(Proration::Pending),
    Scenario::AddOns(Proration::None),
    Scenario::ManyItems,
    Scenario::Dunning(Dunning::Recovers { retries: 2 }),
    Scenario::Dunning(Dunning::Cancels),
    Scenario::Dunning(Dunning::StaysUnpaid),
    Scenario::Incomplete { is_made_up: true },
    Scenario::Incomplete { is_made_up: false },
    Pause(PauseBehavior::Void),
    Pause(PauseBehavior::MarkUncollectible),
    Pause(PauseBehavior::KeepAsDraft),
    Scenario::SeveralSubscriptions,
    Scenario::SameDay,
    Scenario::Returns,
    Scenario::CancelNow { gives_back: true },
    Scenario::CancelScheduled,
    Scenario::Sent,
    Scenario::Taxed { is_inclusive: true },
    Scenario::MonthEnd,
    Scenario::OneOffs,
    Scenario::Deleted,
    Scenario::Special(Special::InlinePrice),
    Scenario::Special(Special::ArchivedPrice),
    Scenario::Special(Special::DeletedPlan),
    Scenario::Special(Special::CurrencyOption),
    Scenario::Special(Special::IntervalWithoutProration),
    Scenario::Special(Special::MonthlyBesideYearly),
    Scenario::Special(Special::ToUsageAndBack),
    Scenario::Special(Special::PausedThenGone),
    Scenario::Special(Special::PausedThenOtherPlan),
    Scenario::Special(Special::ChangesGivenUp),
    Scenario::Special(Special::PendingUpdate),
    Scenario::Special(Special::Revision),
    Scenario::Special(Special::Backdated),
    Scenario::Special(Special::Anchored),
    Scenario::Special(Special::ItemizedDiscounts),
    Scenario::Special(Special::SmallShare),
];

/// Played every other time in place of another, so that the list stays short enough for each to occur often.
const INSTEAD: [(Scenario, Scenario); 7] = [
    (Scenario::Taxed { is_inclusive: true }, Scenario::Taxed { is_inclusive: false }),
    (Scenario::Seats, Scenario::TaxedSeats),
    (Scenario::CancelScheduled, Scenario::ChangesMind),
    (Upgrade(Proration::Pending), Scenario::PendingThenGone),
    (Scenario::CancelNow { gives_back: true }, Scenario::CancelNow { gives_back: false }),
    (Discounted(Proration::Immediate), Discounted(Proration::Pending)),
    (Downgrade(Proration::Pending), Downgrade(Proration::Immediate)),
];

impl World {
    pub(super) fn play(&mut self, scenario: Scenario, customer: u32) {
        let instead = INSTEAD.iter().find(|(played, _)| *played == scenario);
        let turn = customer as usize / SCENARIOS.len() % 2;
        let scenario = instead.filter(|_| turn == 1).map_or(scenario, |(_, other)| *other);
        match scenario {
            Scenario::Monthly
            | Scenario::Yearly
            | Scenario::Quarterly
            | Scenario::Weekly
            | Scenario::Daily
            | Scenario::Graduated
            | Scenario::Volume
            | Scenario::Packages
            | Scenario::Fractions
            | Scenario::Metered
            | Scenario::MeteredBesideFlat
            | Scenario::MonthEnd => self.play_prices(scenario, customer),
            Scenario::Seats | Scenario::YearlySeats | Scenario::TaxedSeats => {
                self.play_seats(scenario, customer)
            }
            Scenario::Trial { has_payment_method, is_canceled } => {
                self.play_trial(customer, has_payment_method, is_canceled);
            }
            Coupon(_) | Scenario::CustomerCoupon | Scenario::TwoCoupons => {
                self.play_coupons(scenario, customer)
            }
            Upgrade(_) | Downgrade(_) | Discounted(_) | Scenario::Interval | Scenario::IntervalBack => {
                self.play_switches(scenario, customer);
            }
            Scenario::AddOns(how) => self.play_add_ons(customer, how),
            Scenario::ManyItems => self.play_many_items(customer),
            Scenario::Dunning(_) | Scenario::Incomplete { .. } | Pause(_) | Scenario::Sent => {
                self.play_payment(scenario, customer);
            }
            Scenario::Taxed { .. } | Scenario::OneOffs | Scenario::SeveralSubscriptions => {
                self.play_bills(scenario, customer);
            }
            Scenario::Special(special) => self.play_special(special, customer),
            _ => self.play_cancellations(scenario, customer),
        }
    }

    fn price(&self, customer: u32, plan: Plan) -> u32 {
        self.catalog.plan(self.customers[customer as usize].currency, plan)
    }

    fn begin_with(&mut self, customer: u32, plan: Plan, quantity: i64) -> u32 {
        let price = self.price(customer, plan);
        self.subscribe(customer, Terms::of(price, quantity))
    }

    /// Some time within a range of days from now.
    fn in_days(&mut self, first: i64, last: i64) -> i64 {
        self.now + self.chance.between(first * DAY + 1, last * DAY)
    }

    fn later(&mut self, subscription: u32, (first, last): (i64, i64), what: CustomerAction) {
        let at = self.in_days(first, last);
        self.schedule(at, Scheduled::Act(subscription, what));
    }

    fn play_prices(&mut self, scenario: Scenario, customer: u32) {
        let (plan, quantity) = match scenario {
            Scenario::Yearly => (Plan::ProYear, 1),
            Scenario::Quarterly => (Plan::ProQuarter, 1),
            Scenario::Weekly => (Plan::Weekly, 1),
            Scenario::Daily => (Plan::Daily, 1),
            Scenario::Graduated => (Plan::Graduated, self.chance.between(2, 30)),
            Scenario::Volume => (Plan::Volume, self.chance.between(20, 300)),
            Scenario::Packages => (Plan::Package, self.chance.between(1, 65)),
            Scenario::Fractions => (Plan::Fraction, self.chance.between(100, 2500)),
            Scenario::Metered | Scenario::MeteredBesideFlat => (Plan::Metered, 1),
            Scenario::MonthEnd => return self.play_month_end(customer),
            _ => (Plan::ProMonth, 1),
        };
        self.saw(plan_situation(plan));
        let mut terms = Terms::of(self.price(customer, plan), quantity);
        if scenario == Scenario::MeteredBesideFlat {
            terms.prices.insert(0, (self.price(customer, Plan::StarterMonth), 1));
        }
        let subscription = self.subscribe(customer, terms);
        let how = self.chance.pick(&[Proration::Pending, Proration::Immediate, Proration::None]);
        match scenario {
            Scenario::Graduated | Scenario::Volume | Scenario::Packages | Scenario::Fractions => {
                let more = quantity + self.chance.between(1, 40);
                self.later(subscription, (20, 200), CustomerAction::Seats(more, how));
            }
            Scenario::Daily => {
                // So that a daily price does not make most of the invoices.
                let cancel = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
                self.later(subscription, (40, 120), cancel);
            }
            _ => {}
        }
    }

    /// Anchors that shorter months do not have.
    fn play_month_end(&mut self, customer: u32) {
        let day = self.chance.between(29, 31);
        let mut at = self.now + HOUR;
        while calendar::day_of_month(at) != day {
            at += DAY;
        }
        let plan = self.chance.pick(&[Plan::ProMonth, Plan::ProQuarter, Plan::StarterYear]);
        self.schedule(at, Scheduled::ComesBack(customer, plan));
    }

    fn play_seats(&mut self, scenario: Scenario, customer: u32) {
        let plan = if scenario == Scenario::YearlySeats { Plan::SeatYear } else { Plan::SeatMonth };
        let quantity = self.chance.between(3, 25);
        let tax = (scenario == Scenario::TaxedSeats).then_some(TaxRule { rate: 1900, is_inclusive: true });
        let price = self.price(customer, plan);
        let subscription = self.subscribe(customer, Terms { tax, ..Terms::of(price, quantity) });
        let mut seats = quantity;
        let mut day = 10;
        for _ in 0..self.chance.between(2, 6) {
            seats = (seats + self.chance.between(-4, 6)).max(1);
            let how = self.chance.pick(&[
                Proration::Pending,
                Proration::Pending,
                Proration::Immediate,
                Proration::None,
            ]);
            self.later(subscription, (day, day + 60), CustomerAction::Seats(seats, how));
            day += 60;
        }
    }

    fn play_trial(&mut self, customer: u32, has_payment_method: bool, is_canceled: bool) {
        let price = self.price(customer, Plan::ProMonth);
        let days = self.chance.pick(&[7, 14, 30]);
        let terms = Terms { trial_days: Some(days), has_payment_method, ..Terms::of(price, 1) };
        let subscription = self.subscribe(customer, terms);
        if is_canceled {
            let at_once = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
            let what = self.chance.pick(&[at_once, CustomerAction::CancelAtPeriodEnd]);
            self.later(subscription, (1, days - 1), what);
        }
        if !has_payment_method && self.chance.per_mille(600) {
            self.later(subscription, (days, days + 40), CustomerAction::ResumeTrial);
        }
    }

    fn play_coupons(&mut self, scenario: Scenario, customer: u32) {
        let plan = self.chance.pick(&[Plan::ProMonth, Plan::BusinessMonth, Plan::StarterMonth]);
        let price = self.price(customer, plan);
        match scenario {
            Coupon(deal) => {
                let has_promotion_code = matches!(deal, Deal::Welcome | Deal::Launch | Deal::Friends);
                let terms = Terms { deal: Some(deal), has_promotion_code, ..Terms::of(price, 1) };
                self.subscribe(customer, terms);
            }
            Scenario::CustomerCoupon => {
                let deal = self.chance.pick(&[Deal::Friends, Deal::ForeverOff, Deal::Launch]);
                self.grant_customer(customer, deal);
                self.begin_with(customer, plan, 1);
            }
            _ => {
                let subscription = self.begin_with(customer, plan, 1);
                self.later(subscription, (40, 100), CustomerAction::Discount(Deal::MonthsOff));
                self.later(subscription, (300, 400), CustomerAction::Discount(Deal::Welcome));
            }
        }
    }

    fn play_switches(&mut self, scenario: Scenario, customer: u32) {
        match scenario {
            Upgrade(how) => {
                let subscription = self.begin_with(customer, Plan::StarterMonth, 1);
                self.later(subscription, (30, 120), CustomerAction::SwitchPlan(Plan::ProMonth, how));
                self.later(subscription, (150, 300), CustomerAction::SwitchPlan(Plan::BusinessMonth, how));
            }
            Downgrade(how) => {
                let subscription = self.begin_with(customer, Plan::BusinessMonth, 1);
                self.later(subscription, (30, 120), CustomerAction::SwitchPlan(Plan::ProMonth, how));
            }
            Discounted(how) => {
                let deal =
                    self.chance.pick(&[Deal::Friends, Deal::Launch, Deal::MonthsOff, Deal::ForeverOff]);
                let price = self.price(customer, Plan::StarterMonth);
                let subscription =
                    self.subscribe(customer, Terms { deal: Some(deal), ..Terms::of(price, 1) });
                self.saw("switch with a discount in force");
                self.later(subscription, (5, 80), CustomerAction::SwitchPlan(Plan::BusinessMonth, how));
            }
            Scenario::Interval => {
                let subscription = self.begin_with(customer, Plan::ProMonth, 1);
                self.later(subscription, (20, 200), CustomerAction::SwitchInterval(Plan::ProYear));
            }
            _ => {
                let subscription = self.begin_with(customer, Plan::ProYear, 1);
                self.later(subscription, (20, 200), CustomerAction::SwitchInterval(Plan::StarterMonth));
            }
        }
    }

    fn play_add_ons(&mut self, customer: u32, how: Proration) {
        let subscription = self.begin_with(customer, Plan::ProMonth, 1);
        let first = self.chance.below(10) as usize;
        self.later(subscription, (10, 40), CustomerAction::AddOn(first, how));
        self.later(subscription, (50, 90), CustomerAction::AddOn(first + 1, Proration::Immediate));
        self.later(subscription, (120, 200), CustomerAction::DropAddOn(how));
        self.later(subscription, (220, 300), CustomerAction::DropAddOn(Proration::Pending));
    }

    /// More items, and lines, than an embedded list carries.
    fn play_many_items(&mut self, customer: u32) {
        let currency = self.customers[customer as usize].currency;
        let mut terms = Terms::of(self.price(customer, Plan::BusinessMonth), 1);
        let count = self.chance.between(11, 13) as usize;
        terms.prices.extend((0..count).map(|number| (self.catalog.add_on(currency, number), 1)));
        if self.chance.per_mille(500) {
            terms.deal = Some(Deal::ForeverOff);
        }
        let subscription = self.subscribe(customer, terms);
        self.saw("more than ten items");
        self.later(subscription, (20, 90), CustomerAction::DropAddOn(Proration::Pending));
    }

    fn play_payment(&mut self, scenario: Scenario, customer: u32) {
        let plan = self.chance.pick(&[Plan::ProMonth, Plan::ProMonth, Plan::SeatMonth, Plan::Weekly]);
        let price = self.price(customer, plan);
        match scenario {
            Scenario::Dunning(dunning) => {
                let subscription = self.begin_with(customer, plan, 2);
                self.later(subscription, (10, 300), CustomerAction::FailNext(dunning));
            }
            Scenario::Incomplete { is_made_up } => {
                let is_first_payment_made_up = Some(is_made_up);
                self.subscribe(customer, Terms { is_first_payment_made_up, ..Terms::of(price, 1) });
            }
            Pause(behavior) => {
                let subscription = self.begin_with(customer, plan, 1);
                let months = self.chance.between(1, 4);
                self.later(subscription, (20, 200), CustomerAction::Pause(behavior, months));
                if self.chance.per_mille(300) {
                    self.later(subscription, (200, 290), CustomerAction::CancelAtPeriodEnd);
                }
            }
            _ => {
                let days_until_due = Some(self.chance.pick(&[7, 14, 30]));
                let plan = self.chance.pick(&[Plan::BusinessMonth, Plan::ProQuarter, Plan::BusinessYear]);
                let price = self.price(customer, plan);
                self.subscribe(customer, Terms { days_until_due, ..Terms::of(price, 1) });
            }
        }
    }

    fn play_bills(&mut self, scenario: Scenario, customer: u32) {
        match scenario {
            Scenario::Taxed { is_inclusive } => {
                let rate = self.chance.pick(&[1900, 2000, 2100, 825]);
                let tax = Some(TaxRule { rate, is_inclusive });
                let deal = self.chance.pick(&[None, Some(Deal::Friends), Some(Deal::ForeverOff)]);
                let price = self.price(customer, Plan::ProMonth);
                let subscription = self.subscribe(customer, Terms { tax, deal, ..Terms::of(price, 1) });
                self.later(
                    subscription,
                    (20, 200),
                    CustomerAction::SwitchPlan(Plan::BusinessMonth, Proration::Immediate),
                );
            }
            Scenario::OneOffs => {
                let subscription = self.begin_with(customer, Plan::ProMonth, 1);
                let at = self.in_days(5, 100);
                self.schedule(at, Scheduled::BuysOnce(customer));
                self.later(subscription, (20, 100), CustomerAction::OneOffLine);
            }
            _ => {
                self.begin_with(customer, Plan::ProMonth, 1);
                self.begin_with(customer, Plan::SeatYear, 4);
                let third = self.begin_with(customer, Plan::Weekly, 1);
                self.later(third, (30, 60), CustomerAction::CancelAtPeriodEnd);
                self.saw("several subscriptions");
            }
        }
    }

    fn play_cancellations(&mut self, scenario: Scenario, customer: u32) {
        let subscription = self.begin_with(customer, Plan::ProMonth, 1);
        match scenario {
            Scenario::SameDay => {
                let plan = self.chance.pick(&[Plan::BusinessMonth, Plan::StarterMonth, Plan::ProYear]);
                self.later(subscription, (20, 200), CustomerAction::Replace(plan));
            }
            Scenario::Returns => {
                let cancel = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
                self.later(subscription, (20, 100), cancel);
                let at = self.in_days(115, 200);
                self.schedule(at, Scheduled::ComesBack(customer, Plan::BusinessMonth));
            }
            Scenario::CancelNow { gives_back } => {
                let invoices_now = self.chance.per_mille(500);
                self.later(subscription, (20, 200), CustomerAction::CancelNow { gives_back, invoices_now });
            }
            Scenario::CancelScheduled => {
                self.later(subscription, (20, 200), CustomerAction::ScheduleCancel { days: 45 });
            }
            Scenario::ChangesMind => {
                self.later(subscription, (31, 32), CustomerAction::CancelAtPeriodEnd);
                self.later(subscription, (33, 40), CustomerAction::KeepAfterAll);
            }
            Scenario::PendingThenGone => {
                self.later(
                    subscription,
                    (32, 40),
                    CustomerAction::SwitchPlan(Plan::BusinessMonth, Proration::Pending),
                );
                let cancel = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
                self.later(subscription, (41, 55), cancel);
            }
            _ => {
                let at = self.in_days(60, 400);
                self.schedule(at, Scheduled::Leaves(customer));
            }
        }
    }
}

fn plan_situation(plan: Plan) -> &'static str {
    match plan {
        Plan::ProYear => "yearly",
        Plan::ProQuarter => "quarterly",
        Plan::Weekly => "weekly",
        Plan::Daily => "daily",
        Plan::Graduated => "graduated",
        Plan::Volume => "volume",
        Plan::Package => "packages",
        Plan::Fraction => "fractions of a cent",
        Plan::Metered => "metered",
        _ => "monthly",
    }
}
