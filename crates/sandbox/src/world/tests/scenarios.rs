//! One customer, one scenario, and what it is meant to be worth, worked out by hand.

use super::super::calendar::{self, DAY};
use super::super::catalog::{Catalog, Deal, Plan};
use super::super::proration::Proration;
use super::super::records::{Customer, Dunning, PauseBehavior};
use super::super::scheduled::{CustomerAction, Scheduled};
use super::super::subscribing::Terms;
use super::*;

/// A merchant whose only customer does what it is told, in dollars.
pub(super) struct Told {
    pub(super) merchant: Simulated,
    began_at: i64,
}

impl Told {
    pub(super) fn new() -> Self {
        let mut merchant = Simulated::empty(start(1, 0));
        merchant.world.catalog = Catalog::mid(NOW);
        merchant.world.customers.push(Customer {
            created: NOW,
            name: "Ada Abe".to_owned(),
            email: "ada@alder.example".to_owned(),
            country: "US",
            currency: model::Currency::USD,
            balance_minor: 0,
            deleted_at: None,
            discount: None,
            invoices: 0,
            subscriptions: Vec::new(),
            is_delinquent: false,
            card_replacements: 0,
        });
        Self { merchant, began_at: NOW }
    }

    pub(super) fn with(plan: Plan, terms: impl FnOnce(Terms) -> Terms) -> Self {
        let mut told = Self::new();
        let price = told.merchant.world.catalog.plan(model::Currency::USD, plan);
        told.merchant.world.subscribe(0, terms(Terms::of(price, 1)));
        told
    }

    pub(super) fn does(mut self, day: i64, what: CustomerAction) -> Self {
        self.merchant.world.schedule(self.began_at + day * DAY, Scheduled::Act(0, what));
        self
    }

    /// Days since the beginning and what the customer is worth from then on, until `days` have passed.
    pub(super) fn until(mut self, days: i64) -> Vec<(i64, i64)> {
        self.merchant.advance(UnixSeconds(self.began_at + days * DAY));
        let steps = self.merchant.expected_mrr();
        steps.map(|step| ((step.at.0 - self.began_at) / DAY, step.mrr_minor)).collect()
    }
}

/// The days from the beginning to the renewal after `months`.
pub(super) fn renewal(months: i64) -> i64 {
    (calendar::add_months(NOW, months) - NOW) / DAY
}

#[test]
fn a_price_is_worth_its_share_of_a_month() {
    assert_eq!(Told::with(Plan::ProMonth, |terms| terms).until(100), [(0, 4900)]);
    assert_eq!(Told::with(Plan::ProYear, |terms| terms).until(100), [(0, 4083)]);
    assert_eq!(Told::with(Plan::ProQuarter, |terms| terms).until(100), [(0, 4400)]);
    assert_eq!(Told::with(Plan::Weekly, |terms| terms).until(100), [(0, 6500)]);
    assert_eq!(Told::with(Plan::Daily, |terms| terms).until(20), [(0, 9125)]);
    assert_eq!(Told::with(Plan::Metered, |terms| terms).until(100), []);
}

#[test]
fn a_change_takes_effect_when_it_is_prorated_or_with_the_next_period() {
    for how in [Proration::Immediate, Proration::Pending] {
        let told = Told::with(Plan::StarterMonth, |terms| terms);
        let steps = told.does(10, CustomerAction::SwitchPlan(Plan::ProMonth, how)).until(100);
        assert_eq!(steps, [(0, 1900), (10, 4900)], "{how:?}");
    }
    let told = Told::with(Plan::StarterMonth, |terms| terms);
    let steps = told.does(10, CustomerAction::SwitchPlan(Plan::ProMonth, Proration::None)).until(100);
    assert_eq!(steps, [(0, 1900), (renewal(1), 4900)]);
}

#[test]
fn another_interval_begins_anew() {
    let told = Told::with(Plan::ProMonth, |terms| terms);
    assert_eq!(
        told.does(10, CustomerAction::SwitchInterval(Plan::ProYear)).until(300),
        [(0, 4900), (10, 4083)]
    );
}

#[test]
fn a_discount_is_worth_what_it_leaves_for_as_long_as_it_lasts() {
    let deal = |deal| move |terms| Terms { deal: Some(deal), ..terms };
    let quarter_off = Told::with(Plan::ProMonth, deal(Deal::Launch)).until(200);
    assert_eq!(quarter_off, [(0, 3675), (renewal(3), 4900)]);
    let once = Told::with(Plan::ProMonth, deal(Deal::OnceOff)).until(200);
    assert_eq!(once, [(0, 3900), (renewal(1), 4900)]);
    assert_eq!(Told::with(Plan::ProMonth, deal(Deal::TwoFree)).until(200), [(renewal(2), 4900)]);
    assert_eq!(Told::with(Plan::ProMonth, deal(Deal::Partner)).until(200), []);
}

#[test]
fn a_tax_inside_the_price_is_not_the_merchants() {
    let tax = Some(super::super::pricing::TaxRule { rate: 1900, is_inclusive: true });
    assert_eq!(Told::with(Plan::ProMonth, |terms| Terms { tax, ..terms }).until(100), [(0, 4118)]);
}

#[test]
fn a_trial_is_worth_nothing_until_it_is_paid_for() {
    let trial = |terms| Terms { trial_days: Some(14), ..terms };
    assert_eq!(Told::with(Plan::ProMonth, trial).until(100), [(14, 4900)]);
    let cancel = CustomerAction::CancelNow { gives_back: false, invoices_now: false };
    assert_eq!(Told::with(Plan::ProMonth, trial).does(10, cancel).until(100), []);
    let without_card = |terms| Terms { trial_days: Some(14), has_payment_method: false, ..terms };
    let told = Told::with(Plan::ProMonth, without_card).does(20, CustomerAction::ResumeTrial);
    assert_eq!(told.until(100), [(20, 4900)]);
}

#[test]
fn retries_keep_the_value_until_they_are_lost() {
    let fails =
        |dunning| Told::with(Plan::ProMonth, |terms| terms).does(5, CustomerAction::FailNext(dunning));
    assert_eq!(fails(Dunning::Recovers { retries: 2 }).until(100), [(0, 4900)]);
    let lost = fails(Dunning::Cancels).until(100);
    assert_eq!(lost.last(), Some(&(renewal(1) + 3 + 4 + 5 + 7, 0)), "{lost:?}");
    assert_eq!(fails(Dunning::StaysUnpaid).until(100), [(0, 4900), (renewal(1), 0)]);
}

#[test]
fn a_pause_gives_periods_up_unless_they_are_kept_as_drafts() {
    let pauses =
        |behavior| Told::with(Plan::ProMonth, |terms| terms).does(10, CustomerAction::Pause(behavior, 2));
    let given_up = [(0, 4900), (renewal(1), 0), (renewal(3), 4900)];
    assert_eq!(pauses(PauseBehavior::Void).until(120), given_up);
    assert_eq!(pauses(PauseBehavior::MarkUncollectible).until(120), given_up);
    assert_eq!(pauses(PauseBehavior::KeepAsDraft).until(120), [(0, 4900)]);
}

#[test]
fn an_end_is_where_service_ends() {
    let told = || Told::with(Plan::ProMonth, |terms| terms);
    let at_period_end = told().does(10, CustomerAction::CancelAtPeriodEnd).until(100);
    assert_eq!(at_period_end, [(0, 4900), (renewal(1), 0)]);
    let scheduled = told().does(10, CustomerAction::ScheduleCancel { days: 45 }).until(100);
    assert_eq!(scheduled, [(0, 4900), (55, 0)]);
    let cancel = CustomerAction::CancelNow { gives_back: true, invoices_now: true };
    assert_eq!(told().does(10, cancel).until(100), [(0, 4900), (10, 0)]);
    let replaced = told().does(10, CustomerAction::Replace(Plan::BusinessMonth)).until(100);
    assert_eq!(replaced, [(0, 4900), (10, 9900)]);
    let kept =
        told().does(10, CustomerAction::CancelAtPeriodEnd).does(12, CustomerAction::KeepAfterAll).until(100);
    assert_eq!(kept, [(0, 4900)]);
}

#[test]
fn what_was_never_paid_was_never_worth_anything() {
    let first = |is_made_up| move |terms| Terms { is_first_payment_made_up: Some(is_made_up), ..terms };
    assert_eq!(Told::with(Plan::ProMonth, first(true)).until(100), [(0, 4900)]);
    assert_eq!(Told::with(Plan::ProMonth, first(false)).until(100), []);
}

#[test]
fn add_ons_come_and_go_with_their_own_value() {
    let told = Told::with(Plan::ProMonth, |terms| terms)
        .does(10, CustomerAction::AddOn(0, Proration::Pending))
        .does(15, CustomerAction::DropAddOn(Proration::Immediate));
    assert_eq!(told.until(100), [(0, 4900), (10, 5400), (15, 4900)]);
    let told = Told::with(Plan::ProMonth, |terms| terms)
        .does(10, CustomerAction::AddOn(0, Proration::Pending))
        .does(15, CustomerAction::DropAddOn(Proration::None));
    assert_eq!(told.until(100), [(0, 4900), (10, 5400), (renewal(1), 4900)]);
}
