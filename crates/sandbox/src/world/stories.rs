//! The stories of the mid-size merchant's customers. Each names the situation that it is there for.

use super::calendar::{self, DAY, HOUR};
use super::catalog::{Deal, Plan};
use super::deeds::{Deed, Move};
use super::pricing::TaxRule;
use super::proration::Proration;
use super::records::{Dunning, PauseBehavior};
use super::simulated::World;
use super::subscribing::Terms;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
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
}

use Story::{Coupon, Discounted, Downgrade, Pause, Upgrade};

pub(super) const STORIES: [Story; 54] = [
    Story::Monthly,
    Story::Yearly,
    Story::Quarterly,
    Story::Weekly,
    Story::Daily,
    Story::Seats,
    Story::YearlySeats,
    Story::Graduated,
    Story::Volume,
    Story::Packages,
    Story::Fractions,
    Story::Metered,
    Story::MeteredBesideFlat,
    Story::Trial { has_payment_method: true, is_canceled: false },
    Story::Trial { has_payment_method: true, is_canceled: true },
    Story::Trial { has_payment_method: false, is_canceled: false },
    Coupon(Deal::Welcome),
    Coupon(Deal::Launch),
    Coupon(Deal::Friends),
    Coupon(Deal::TwoFree),
    Coupon(Deal::Partner),
    Coupon(Deal::OnceOff),
    Coupon(Deal::MonthsOff),
    Coupon(Deal::ForeverOff),
    Story::CustomerCoupon,
    Story::TwoCoupons,
    Upgrade(Proration::None),
    Upgrade(Proration::Pending),
    Upgrade(Proration::Immediate),
    Downgrade(Proration::Pending),
    Discounted(Proration::Immediate),
    Story::Interval,
    Story::IntervalBack,
    Story::AddOns(Proration::Pending),
    Story::AddOns(Proration::None),
    Story::ManyItems,
    Story::Dunning(Dunning::Recovers { retries: 2 }),
    Story::Dunning(Dunning::Cancels),
    Story::Dunning(Dunning::StaysUnpaid),
    Story::Incomplete { is_made_up: true },
    Story::Incomplete { is_made_up: false },
    Pause(PauseBehavior::Void),
    Pause(PauseBehavior::MarkUncollectible),
    Pause(PauseBehavior::KeepAsDraft),
    Story::SeveralSubscriptions,
    Story::SameDay,
    Story::Returns,
    Story::CancelNow { gives_back: true },
    Story::CancelScheduled,
    Story::Sent,
    Story::Taxed { is_inclusive: true },
    Story::MonthEnd,
    Story::OneOffs,
    Story::Deleted,
];

/// Told every other time in place of another, so that the list stays short enough for each to occur often.
const INSTEAD: [(Story, Story); 7] = [
    (Story::Taxed { is_inclusive: true }, Story::Taxed { is_inclusive: false }),
    (Story::Seats, Story::TaxedSeats),
    (Story::CancelScheduled, Story::ChangesMind),
    (Upgrade(Proration::Pending), Story::PendingThenGone),
    (Story::CancelNow { gives_back: true }, Story::CancelNow { gives_back: false }),
    (Discounted(Proration::Immediate), Discounted(Proration::Pending)),
    (Downgrade(Proration::Pending), Downgrade(Proration::Immediate)),
];

impl World {
    pub(super) fn tell(&mut self, story: Story, customer: u32) {
        let instead = INSTEAD.iter().find(|(told, _)| *told == story);
        let turn = customer as usize / STORIES.len() % 2;
        let story = instead.filter(|_| turn == 1).map_or(story, |(_, other)| *other);
        match story {
            Story::Monthly
            | Story::Yearly
            | Story::Quarterly
            | Story::Weekly
            | Story::Daily
            | Story::Graduated
            | Story::Volume
            | Story::Packages
            | Story::Fractions
            | Story::Metered
            | Story::MeteredBesideFlat
            | Story::MonthEnd => self.tell_of_prices(story, customer),
            Story::Seats | Story::YearlySeats | Story::TaxedSeats => self.tell_of_seats(story, customer),
            Story::Trial { has_payment_method, is_canceled } => {
                self.tell_of_trial(customer, has_payment_method, is_canceled);
            }
            Coupon(_) | Story::CustomerCoupon | Story::TwoCoupons => self.tell_of_coupons(story, customer),
            Upgrade(_) | Downgrade(_) | Discounted(_) | Story::Interval | Story::IntervalBack => {
                self.tell_of_switches(story, customer);
            }
            Story::AddOns(how) => self.tell_of_add_ons(customer, how),
            Story::ManyItems => self.tell_of_many_items(customer),
            Story::Dunning(_) | Story::Incomplete { .. } | Pause(_) | Story::Sent => {
                self.tell_of_payment(story, customer);
            }
            Story::Taxed { .. } | Story::OneOffs | Story::SeveralSubscriptions => {
                self.tell_of_bills(story, customer);
            }
            _ => self.tell_of_leaving(story, customer),
        }
    }

    fn price(&self, customer: u32, plan: Plan) -> u32 {
        self.catalog.plan(self.customers[customer as usize].currency, plan)
    }

    fn begin_with(&mut self, customer: u32, plan: Plan, quantity: i64) -> u32 {
        let price = self.price(customer, plan);
        self.subscribe(customer, Terms::of(price, quantity))
    }

    /// Some time between so many days from now.
    fn in_days(&mut self, first: i64, last: i64) -> i64 {
        self.now + self.chance.between(first * DAY + 1, last * DAY)
    }

    fn later(&mut self, subscription: u32, (first, last): (i64, i64), what: Move) {
        let at = self.in_days(first, last);
        self.plan(at, Deed::Act(subscription, what));
    }

    fn tell_of_prices(&mut self, story: Story, customer: u32) {
        let (plan, quantity) = match story {
            Story::Yearly => (Plan::ProYear, 1),
            Story::Quarterly => (Plan::ProQuarter, 1),
            Story::Weekly => (Plan::Weekly, 1),
            Story::Daily => (Plan::Daily, 1),
            Story::Graduated => (Plan::Graduated, self.chance.between(2, 30)),
            Story::Volume => (Plan::Volume, self.chance.between(20, 300)),
            Story::Packages => (Plan::Package, self.chance.between(1, 65)),
            Story::Fractions => (Plan::Fraction, self.chance.between(100, 2500)),
            Story::Metered | Story::MeteredBesideFlat => (Plan::Metered, 1),
            Story::MonthEnd => return self.tell_of_month_end(customer),
            _ => (Plan::ProMonth, 1),
        };
        self.saw(plan_situation(plan));
        let mut terms = Terms::of(self.price(customer, plan), quantity);
        if story == Story::MeteredBesideFlat {
            terms.prices.insert(0, (self.price(customer, Plan::StarterMonth), 1));
        }
        let subscription = self.subscribe(customer, terms);
        let how = self.chance.pick(&[Proration::Pending, Proration::Immediate, Proration::None]);
        match story {
            Story::Graduated | Story::Volume | Story::Packages | Story::Fractions => {
                let more = quantity + self.chance.between(1, 40);
                self.later(subscription, (20, 200), Move::Seats(more, how));
            }
            Story::Daily => {
                // So that a daily price does not make most of the invoices.
                let cancel = Move::CancelNow { gives_back: false, invoices_now: false };
                self.later(subscription, (40, 120), cancel);
            }
            _ => {}
        }
    }

    /// Anchors that shorter months do not have.
    fn tell_of_month_end(&mut self, customer: u32) {
        let day = self.chance.between(29, 31);
        let mut at = self.now + HOUR;
        while calendar::day_of_month(at) != day {
            at += DAY;
        }
        let plan = self.chance.pick(&[Plan::ProMonth, Plan::ProQuarter, Plan::StarterYear]);
        self.plan(at, Deed::ComesBack(customer, plan));
    }

    fn tell_of_seats(&mut self, story: Story, customer: u32) {
        let plan = if story == Story::YearlySeats { Plan::SeatYear } else { Plan::SeatMonth };
        let quantity = self.chance.between(3, 25);
        let tax = (story == Story::TaxedSeats).then_some(TaxRule { rate: 1900, is_inclusive: true });
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
            self.later(subscription, (day, day + 60), Move::Seats(seats, how));
            day += 60;
        }
    }

    fn tell_of_trial(&mut self, customer: u32, has_payment_method: bool, is_canceled: bool) {
        let price = self.price(customer, Plan::ProMonth);
        let days = self.chance.pick(&[7, 14, 30]);
        let terms = Terms { trial_days: Some(days), has_payment_method, ..Terms::of(price, 1) };
        let subscription = self.subscribe(customer, terms);
        if is_canceled {
            let at_once = Move::CancelNow { gives_back: false, invoices_now: false };
            let what = self.chance.pick(&[at_once, Move::CancelAtPeriodEnd]);
            self.later(subscription, (1, days - 1), what);
        }
        if !has_payment_method && self.chance.per_mille(600) {
            self.later(subscription, (days, days + 40), Move::ResumeTrial);
        }
    }

    fn tell_of_coupons(&mut self, story: Story, customer: u32) {
        let plan = self.chance.pick(&[Plan::ProMonth, Plan::BusinessMonth, Plan::StarterMonth]);
        let price = self.price(customer, plan);
        match story {
            Coupon(deal) => {
                let has_promotion_code = matches!(deal, Deal::Welcome | Deal::Launch | Deal::Friends);
                let terms = Terms { deal: Some(deal), has_promotion_code, ..Terms::of(price, 1) };
                self.subscribe(customer, terms);
            }
            Story::CustomerCoupon => {
                let deal = self.chance.pick(&[Deal::Friends, Deal::ForeverOff, Deal::Launch]);
                self.grant_customer(customer, deal);
                self.begin_with(customer, plan, 1);
            }
            _ => {
                let subscription = self.begin_with(customer, plan, 1);
                self.later(subscription, (40, 100), Move::Discount(Deal::MonthsOff));
                self.later(subscription, (300, 400), Move::Discount(Deal::Welcome));
            }
        }
    }

    fn tell_of_switches(&mut self, story: Story, customer: u32) {
        match story {
            Upgrade(how) => {
                let subscription = self.begin_with(customer, Plan::StarterMonth, 1);
                self.later(subscription, (30, 120), Move::SwitchPlan(Plan::ProMonth, how));
                self.later(subscription, (150, 300), Move::SwitchPlan(Plan::BusinessMonth, how));
            }
            Downgrade(how) => {
                let subscription = self.begin_with(customer, Plan::BusinessMonth, 1);
                self.later(subscription, (30, 120), Move::SwitchPlan(Plan::ProMonth, how));
            }
            Discounted(how) => {
                let deal =
                    self.chance.pick(&[Deal::Friends, Deal::Launch, Deal::MonthsOff, Deal::ForeverOff]);
                let price = self.price(customer, Plan::StarterMonth);
                let subscription =
                    self.subscribe(customer, Terms { deal: Some(deal), ..Terms::of(price, 1) });
                self.saw("switch with a discount in force");
                self.later(subscription, (5, 80), Move::SwitchPlan(Plan::BusinessMonth, how));
            }
            Story::Interval => {
                let subscription = self.begin_with(customer, Plan::ProMonth, 1);
                self.later(subscription, (20, 200), Move::SwitchInterval(Plan::ProYear));
            }
            _ => {
                let subscription = self.begin_with(customer, Plan::ProYear, 1);
                self.later(subscription, (20, 200), Move::SwitchInterval(Plan::StarterMonth));
            }
        }
    }

    fn tell_of_add_ons(&mut self, customer: u32, how: Proration) {
        let subscription = self.begin_with(customer, Plan::ProMonth, 1);
        let first = self.chance.below(10) as usize;
        self.later(subscription, (10, 40), Move::AddOn(first, how));
        self.later(subscription, (50, 90), Move::AddOn(first + 1, Proration::Immediate));
        self.later(subscription, (120, 200), Move::DropAddOn(how));
        self.later(subscription, (220, 300), Move::DropAddOn(Proration::Pending));
    }

    /// More items, and lines, than an embedded list carries.
    fn tell_of_many_items(&mut self, customer: u32) {
        let currency = self.customers[customer as usize].currency;
        let mut terms = Terms::of(self.price(customer, Plan::BusinessMonth), 1);
        let count = self.chance.between(11, 13) as usize;
        terms.prices.extend((0..count).map(|number| (self.catalog.add_on(currency, number), 1)));
        if self.chance.per_mille(500) {
            terms.deal = Some(Deal::ForeverOff);
        }
        let subscription = self.subscribe(customer, terms);
        self.saw("more than ten items");
        self.later(subscription, (20, 90), Move::DropAddOn(Proration::Pending));
    }

    fn tell_of_payment(&mut self, story: Story, customer: u32) {
        let plan = self.chance.pick(&[Plan::ProMonth, Plan::ProMonth, Plan::SeatMonth, Plan::Weekly]);
        let price = self.price(customer, plan);
        match story {
            Story::Dunning(dunning) => {
                let subscription = self.begin_with(customer, plan, 2);
                self.later(subscription, (10, 300), Move::FailNext(dunning));
            }
            Story::Incomplete { is_made_up } => {
                let is_first_payment_made_up = Some(is_made_up);
                self.subscribe(customer, Terms { is_first_payment_made_up, ..Terms::of(price, 1) });
            }
            Pause(behavior) => {
                let subscription = self.begin_with(customer, plan, 1);
                let months = self.chance.between(1, 4);
                self.later(subscription, (20, 200), Move::Pause(behavior, months));
                if self.chance.per_mille(300) {
                    self.later(subscription, (200, 290), Move::CancelAtPeriodEnd);
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

    fn tell_of_bills(&mut self, story: Story, customer: u32) {
        match story {
            Story::Taxed { is_inclusive } => {
                let rate = self.chance.pick(&[1900, 2000, 2100, 825]);
                let tax = Some(TaxRule { rate, is_inclusive });
                let deal = self.chance.pick(&[None, Some(Deal::Friends), Some(Deal::ForeverOff)]);
                let price = self.price(customer, Plan::ProMonth);
                let subscription = self.subscribe(customer, Terms { tax, deal, ..Terms::of(price, 1) });
                self.later(
                    subscription,
                    (20, 200),
                    Move::SwitchPlan(Plan::BusinessMonth, Proration::Immediate),
                );
            }
            Story::OneOffs => {
                let subscription = self.begin_with(customer, Plan::ProMonth, 1);
                let at = self.in_days(5, 100);
                self.plan(at, Deed::BuysOnce(customer));
                self.later(subscription, (20, 100), Move::OneOffLine);
            }
            _ => {
                self.begin_with(customer, Plan::ProMonth, 1);
                self.begin_with(customer, Plan::SeatYear, 4);
                let third = self.begin_with(customer, Plan::Weekly, 1);
                self.later(third, (30, 60), Move::CancelAtPeriodEnd);
                self.saw("several subscriptions");
            }
        }
    }

    fn tell_of_leaving(&mut self, story: Story, customer: u32) {
        let subscription = self.begin_with(customer, Plan::ProMonth, 1);
        match story {
            Story::SameDay => {
                let plan = self.chance.pick(&[Plan::BusinessMonth, Plan::StarterMonth, Plan::ProYear]);
                self.later(subscription, (20, 200), Move::Replace(plan));
            }
            Story::Returns => {
                let cancel = Move::CancelNow { gives_back: false, invoices_now: false };
                self.later(subscription, (20, 100), cancel);
                let at = self.in_days(115, 200);
                self.plan(at, Deed::ComesBack(customer, Plan::BusinessMonth));
            }
            Story::CancelNow { gives_back } => {
                let invoices_now = self.chance.per_mille(500);
                self.later(subscription, (20, 200), Move::CancelNow { gives_back, invoices_now });
            }
            Story::CancelScheduled => {
                self.later(subscription, (20, 200), Move::ScheduleCancel { days: 45 });
            }
            Story::ChangesMind => {
                self.later(subscription, (31, 32), Move::CancelAtPeriodEnd);
                self.later(subscription, (33, 40), Move::KeepAfterAll);
            }
            Story::PendingThenGone => {
                self.later(subscription, (32, 40), Move::SwitchPlan(Plan::BusinessMonth, Proration::Pending));
                let cancel = Move::CancelNow { gives_back: false, invoices_now: false };
                self.later(subscription, (41, 55), cancel);
            }
            _ => {
                let at = self.in_days(60, 400);
                self.plan(at, Deed::Leaves(customer));
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
