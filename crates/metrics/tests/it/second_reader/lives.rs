//! Merchants and their customers' lives, by a seed.

use metrics::ledger::PriceBook;
use model::billing::*;
use model::{ChurnAt, Currency, LedgerRules, UnixSeconds};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use rust_decimal::Decimal;

use super::bills::{Billed, Biller, Held, PriceRef};
use super::worth::moved;
use crate::world::currency;

const DAY: i64 = 86_400;
/// 2023-01-01.
const FIRST: i64 = 1_672_531_200;

pub struct Merchant {
    pub prices: PriceBook,
    pub rules: LedgerRules,
    pub customers: Vec<CustomerHistory>,
}

struct Chance(TestRng);

impl Chance {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    /// From `from` to below `to`.
    fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(u64::try_from(to - from).unwrap())).unwrap()
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

pub fn merchant(seed: u64) -> Merchant {
    let mut chance = Chance::new(seed);
    let rules = LedgerRules {
        churn_at: chance.pick(&[ChurnAt::Ended, ChurnAt::Ended, ChurnAt::Requested, ChurnAt::PaidThrough]),
        include_metered: chance.one_in(3),
        count_unbilled: chance.one_in(2),
    };
    let currency = chance.pick(&[Currency::USD, Currency::EUR, currency("jpy")]);
    let prices = prices(&mut chance, currency);
    let mut customers = Vec::new();
    for number in 0..12 {
        let mut history = CustomerHistory::default();
        for part in 0..chance.pick(&[1, 1, 2]) {
            let life = subscription(&mut chance, &prices, currency, &format!("{seed}_{number}_{part}"));
            history.subscriptions.extend(life.subscriptions);
            history.invoices.extend(life.invoices);
            history.invoice_items.extend(life.invoice_items);
        }
        customers.push(history);
    }
    Merchant { prices, rules, customers }
}

const MONTHLY: [PriceRef; 5] = ["month_a", "month_b", "graduated", "volume", "option"];
const YEARLY: [PriceRef; 2] = ["year_a", "year_b"];

fn prices(chance: &mut Chance, currency: Currency) -> PriceBook {
    use BillingInterval::{Month, Week, Year};
    let mut book = PriceBook::default();
    let base = chance.between(500, 6_000);
    let per_unit = |minor: i64| PriceScheme::PerUnit(Some(minor.into()));
    let tier = |up_to: Option<i64>, unit: i64, flat: i64| Tier {
        up_to: up_to.map(Decimal::from),
        unit_amount: Some(unit.into()),
        flat_amount: (flat > 0).then(|| flat.into()),
    };
    let tiers = vec![tier(Some(2), base, 0), tier(Some(5), base - 137, 0), tier(None, base / 2, 300)];
    let fine = PriceScheme::PerUnit(Some(Decimal::new(base * 1_000 + 375, 3)));
    for (id, interval, interval_count, scheme) in [
        ("month_a", Month, 1, per_unit(base)),
        ("month_b", Month, 1, fine),
        ("graduated", Month, 1, PriceScheme::Graduated(tiers.clone())),
        ("volume", Month, 1, PriceScheme::Volume(tiers)),
        ("option", Month, 1, per_unit(1)),
        ("usage", Month, 1, per_unit(3)),
        ("year_a", Year, 1, per_unit(base * 10)),
        ("year_b", Year, 1, per_unit(base * 23 + 7)),
        ("week", Week, 1, per_unit(base / 3)),
        ("quarter", Month, 3, per_unit(base * 3 - 100)),
    ] {
        let in_other = id == "option";
        let option = CurrencyOption { currency, scheme: per_unit(base * 2 + 11) };
        book.insert(Price {
            id: id.into(),
            product: Some("product".into()),
            nickname: None,
            currency: if in_other { crate::world::currency("gbp") } else { currency },
            recurrence: Some(Recurrence { interval, interval_count, is_metered: id == "usage" }),
            scheme,
            currency_options: if in_other { vec![option] } else { Vec::new() },
            transform_quantity: None,
            is_active: true,
        });
    }
    book
}

fn subscription(chance: &mut Chance, prices: &PriceBook, currency: Currency, id: &str) -> CustomerHistory {
    let start = UnixSeconds(FIRST + chance.between(0, 700) * DAY + chance.between(0, DAY));
    let price = match chance.below(10) {
        0..6 => chance.pick(&MONTHLY),
        6 | 7 => chance.pick(&YEARLY),
        8 => "week",
        _ => "quarter",
    };
    let tax_percent = chance.one_in(4).then(|| chance.pick(&[Decimal::from(19), Decimal::new(81, 1)]));
    let mut life = Life {
        biller: Biller {
            prices,
            history: CustomerHistory::default(),
            subscription: blank(id, start, currency, tax_percent),
            items: vec![Held {
                id: format!("si_{id}_0"),
                price,
                quantity: chance.between(1, 8),
                since: start,
            }],
            period: Period { start, end: start },
            before: None,
            currency,
            discount_percent: if chance.one_in(3) { chance.between(10, 60).into() } else { Decimal::ZERO },
            is_itemized: chance.one_in(2),
            tax_percent,
            names_items: !chance.one_in(5),
        },
        recurrence: prices.get(&price.into()).unwrap().recurrence.unwrap(),
        anchor: start,
        count: 0,
        made: 1,
    };
    if chance.one_in(25) {
        life.keep_items();
        return life.finish();
    }
    life.begin(chance);
    let periods = match life.recurrence.interval {
        BillingInterval::Year => chance.between(1, 4),
        _ => chance.between(1, 12),
    };
    for _ in 0..periods {
        if chance.one_in(2) {
            life.act(chance);
        }
        life.renew(chance);
    }
    life.end(chance);
    life.keep_items();
    life.finish()
}

fn blank(id: &str, start: UnixSeconds, currency: Currency, tax_percent: Option<Decimal>) -> Subscription {
    Subscription {
        created_at: Some(start),
        started_at: Some(start),
        billing_cycle_anchor: Some(start),
        currency: Some(currency),
        inclusive_tax_percent: tax_percent,
        ..Subscription::new(format!("sub_{id}").into(), "cus".into(), SubscriptionStatus::Active)
    }
}

struct Life<'a> {
    biller: Biller<'a>,
    recurrence: Recurrence,
    anchor: UnixSeconds,
    /// Periods since the anchor.
    count: i64,
    /// Items ever made.
    made: usize,
}

impl Life<'_> {
    fn finish(self) -> CustomerHistory {
        CustomerHistory { subscriptions: vec![self.biller.subscription], ..self.biller.history }
    }

    fn keep_items(&mut self) {
        let item = |held: &Held| SubscriptionItem {
            id: held.id.as_str().into(),
            price: held.price.into(),
            quantity: held.quantity.into(),
            current_period: None,
        };
        self.biller.subscription.items = self.biller.items.iter().map(item).collect();
    }

    fn next_period(&mut self) {
        self.biller.before = Some(self.biller.period);
        let start = moved(self.anchor, self.recurrence, self.count);
        self.count += 1;
        self.biller.period = Period { start, end: moved(self.anchor, self.recurrence, self.count) };
    }

    fn bill(&mut self, chance: &mut Chance, status: InvoiceStatus, attempts: u32) {
        let lines = self.biller.renewal_lines(chance.between(0, 5_000));
        if !lines.is_empty() {
            self.biller.invoice(self.biller.period.start, status, attempts, lines);
        }
    }

    /// The first bill.
    fn begin(&mut self, chance: &mut Chance) {
        let start = self.anchor;
        let held = self.biller.items[0].clone();
        match chance.below(10) {
            0 => {
                let end = UnixSeconds(start.0 + 14 * DAY);
                let line = self.biller.line(&held, Period { start, end }, 0);
                self.biller.invoice(start, InvoiceStatus::Paid, 1, vec![line]);
                self.anchor = end;
            }
            1 => {
                // The anchor is ahead: whole intervals and the rest of one.
                let whole = chance.between(0, 3);
                let from = moved(start, self.recurrence, whole);
                let to = moved(start, self.recurrence, whole + 1);
                let anchor = UnixSeconds(from.0 + chance.between(DAY, to.0 - from.0));
                let rest = Decimal::from(anchor.0 - from.0) / Decimal::from(to.0 - from.0);
                let share = Decimal::from(whole) + rest;
                let line = self.biller.proration(&held, Period { start, end: anchor }, share);
                self.biller.invoice(start, InvoiceStatus::Paid, 1, vec![line]);
                self.anchor = anchor;
            }
            _ => {}
        }
        self.next_period();
        self.biller.before = None;
        self.bill(chance, InvoiceStatus::Paid, 1);
        if self.recurrence.interval == BillingInterval::Year && chance.one_in(2) {
            self.add_on(chance);
        }
    }

    /// A monthly item of a yearly subscription, with bills of its own, dropped at the end of one of its months.
    fn add_on(&mut self, chance: &mut Chance) {
        let held = self.item(chance, "month_a", self.biller.period.start);
        let month = Recurrence { interval: BillingInterval::Month, ..self.recurrence };
        for count in 0..chance.between(1, 10) {
            let start = moved(self.anchor, month, count);
            let lines =
                self.biller.ordinary(&held, Period { start, end: moved(self.anchor, month, count + 1) });
            self.biller.invoice(start, InvoiceStatus::Paid, 1, lines);
        }
    }

    fn item(&mut self, chance: &mut Chance, price: PriceRef, since: UnixSeconds) -> Held {
        self.made += 1;
        let id = format!("si_{}_{}", self.biller.subscription.id, self.made);
        Held { id, price, quantity: chance.between(1, 8), since }
    }

    /// An instant of the running period, sometimes so late that shares are tiny.
    fn instant(&self, chance: &mut Chance) -> UnixSeconds {
        let Period { start, end } = self.biller.period;
        if chance.one_in(6) {
            UnixSeconds(end.0 - chance.between(60, 7_200))
        } else {
            UnixSeconds(start.0 + chance.between(3_600, end.0 - start.0 - 7_200))
        }
    }

    fn same_interval(&self, chance: &mut Chance) -> Option<PriceRef> {
        match (self.recurrence.interval, self.recurrence.interval_count) {
            (BillingInterval::Month, 1) => Some(chance.pick(&MONTHLY)),
            (BillingInterval::Year, 1) => Some(chance.pick(&YEARLY)),
            _ => None,
        }
    }

    /// Something that a customer does in the middle of a period.
    fn act(&mut self, chance: &mut Chance) {
        let at = self.instant(chance);
        let index = usize::try_from(chance.below(self.biller.items.len() as u64)).unwrap();
        let old = self.biller.items[index].clone();
        let billed =
            chance.pick(&[Billed::AtOnce, Billed::AtOnce, Billed::Later, Billed::Later, Billed::InVain]);
        let other = self.same_interval(chance).unwrap_or(old.price);
        let is_taken = self.biller.items.iter().any(|held| held.price == other);
        let (mut from, mut to) = (vec![old.clone()], vec![old.clone()]);
        match chance.below(12) {
            0..4 => to[0].quantity = old.quantity % 8 + chance.between(1, 3),
            4 | 5 if !is_taken => to[0].price = other,
            6 if !is_taken => {
                from.clear();
                to = vec![self.item(chance, other, at)];
                self.biller.items.push(to[0].clone());
            }
            7 if self.biller.items.len() > 1 => {
                to.clear();
                self.biller.items.remove(index);
            }
            8 if !is_taken => {
                // From the next period on, without proration.
                self.biller.items[index].price = other;
                return;
            }
            9 if self.biller.items.len() > 1 => {
                self.biller.items.remove(index);
                return;
            }
            10 if self.recurrence.interval == BillingInterval::Month
                && self.recurrence.interval_count == 1 =>
            {
                // Usage from the next period on, beside the flat price or instead of it.
                if self.biller.items.iter().any(|held| held.price == "usage") {
                    return;
                }
                let mut usage = self.item(chance, "usage", self.biller.period.end);
                if chance.one_in(2) {
                    usage.id = self.biller.items.remove(index).id;
                }
                self.biller.items.push(usage);
                return;
            }
            11 => return self.reset(chance, at),
            _ => return,
        }
        if from.iter().chain(&to).any(|held| self.biller.is_metered(held)) {
            return;
        }
        if let (Some(to), false) = (to.first(), from.is_empty()) {
            self.biller.items[index] = to.clone();
        }
        let lines = self.biller.prorations(at, &from, &to);
        let status = chance.below(2);
        self.biller.charge(at, lines, billed, status);
    }

    /// Another interval: a new period begins at once.
    fn reset(&mut self, chance: &mut Chance, at: UnixSeconds) {
        if self.biller.items.len() != 1 || self.biller.is_metered(&self.biller.items[0]) {
            return;
        }
        let old = self.biller.items.clone();
        let price = chance.pick(&["month_a", "year_a", "quarter", "week"]);
        let recurrence = self.biller.prices.get(&price.into()).unwrap().recurrence.unwrap();
        if recurrence == self.recurrence {
            return;
        }
        let credits = if chance.one_in(2) { self.biller.prorations(at, &old, &[]) } else { Vec::new() };
        self.biller.items[0].price = price;
        (self.recurrence, self.anchor, self.count) = (recurrence, at, 0);
        self.next_period();
        let mut lines = self.biller.renewal_lines(0);
        lines.extend(credits);
        self.biller.invoice(at, InvoiceStatus::Paid, 1, lines);
    }

    /// The next period and its bill.
    fn renew(&mut self, chance: &mut Chance) {
        use InvoiceStatus::{Draft, Open, Paid, Uncollectible, Void};
        self.next_period();
        if chance.one_in(10) {
            self.biller.discount_percent =
                chance.pick(&[Decimal::ZERO, Decimal::from(25), Decimal::ONE_HUNDRED]);
        }
        match chance.below(30) {
            0 | 1 => {
                let status = chance.pick(&[Void, Uncollectible, Draft]);
                for _ in 0..chance.between(1, 4) {
                    self.bill(chance, status, 0);
                    self.next_period();
                }
                self.bill(chance, Paid, 1);
            }
            2 => {
                self.bill(chance, Void, 4);
                self.next_period();
                self.bill(chance, Paid, 1);
            }
            3 => self.bill(chance, Open, 2),
            4 => {
                self.next_period();
                self.bill(chance, Paid, 1);
            }
            5 | 6 => {
                let status = chance.pick(&[Paid, Void]);
                self.bill(chance, status, attempts_of(status));
                let lines = self.biller.items.iter().filter(|held| !self.biller.is_metered(held));
                let more = lines.map(|held| Held { quantity: held.quantity + 1, ..held.clone() });
                let lines = more.flat_map(|held| self.biller.ordinary(&held, self.biller.period)).collect();
                self.biller.invoice(UnixSeconds(self.biller.period.start.0 + DAY), Paid, 1, lines);
            }
            _ => self.bill(chance, Paid, 1),
        }
    }

    fn end(&mut self, chance: &mut Chance) {
        use InvoiceStatus::{Draft, Open, Uncollectible, Void};
        let at = self.instant(chance);
        let Period { end, .. } = self.biller.period;
        let ended = |life: &mut Self, requested: UnixSeconds, at: UnixSeconds| {
            life.biller.subscription.status = SubscriptionStatus::Canceled;
            life.biller.subscription.canceled_at = Some(requested);
            life.biller.subscription.ended_at = Some(at);
        };
        match chance.below(24) {
            0 | 1 => {
                let lines = self.biller.prorations(at, &self.biller.items, &[]);
                let billed = chance.pick(&[Billed::AtOnce, Billed::Later]);
                self.biller.charge(at, lines, billed, 0);
                ended(self, at, at);
            }
            2 | 3 => ended(self, at, at),
            4 | 5 => ended(self, at, end),
            6 => self.biller.subscription.canceled_at = Some(at),
            7 | 8 => {
                self.next_period();
                let status = chance.pick(&[Open, Uncollectible, Void]);
                self.bill(chance, status, 4);
                let at = UnixSeconds(end.0 + chance.between(1, 6) * DAY);
                ended(self, at, at);
            }
            9 => {
                for status in [Open, Draft] {
                    self.next_period();
                    self.bill(chance, status, attempts_of(status));
                }
                self.biller.subscription.status = SubscriptionStatus::Unpaid;
            }
            10 | 11 => {
                let status = chance.pick(&[Void, Uncollectible, Draft]);
                for _ in 0..chance.between(1, 4) {
                    self.next_period();
                    self.bill(chance, status, 0);
                }
                let at = self.instant(chance);
                if chance.one_in(2) {
                    ended(self, at, at);
                }
            }
            12 => {
                self.next_period();
                self.bill(chance, Open, 1);
                self.biller.subscription.status = SubscriptionStatus::PastDue;
            }
            13 | 14 => self.update_in_vain(chance, at),
            _ => {}
        }
    }

    /// A change that waits for its payment, or waited in vain.
    fn update_in_vain(&mut self, chance: &mut Chance, at: UnixSeconds) {
        let Some(price) = self.same_interval(chance) else { return };
        if self.biller.items.iter().any(|held| held.price == price || self.biller.is_metered(held)) {
            return;
        }
        let old = self.biller.items[..1].to_vec();
        let new = vec![Held { price, ..old[0].clone() }];
        let lines = self.biller.prorations(at, &old, &new);
        if chance.one_in(2) {
            self.biller.invoice(at, InvoiceStatus::Void, 1, lines[1..].to_vec());
        } else {
            self.biller.invoice(at, InvoiceStatus::Open, 1, lines);
            let invoice = self.biller.history.invoices.last().map(|invoice| invoice.id.clone());
            self.biller.subscription.pending_update = Some(PendingUpdate { invoice });
        }
    }
}

fn attempts_of(status: InvoiceStatus) -> u32 {
    u32::from(matches!(status, InvoiceStatus::Paid | InvoiceStatus::Open))
}
