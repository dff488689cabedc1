//! What the merchants sell.

use model::Currency;
use model::billing::{BillingInterval, Recurrence};

use super::pricing::{PICOS, Package, Reduction, Scheme, Tier};
use super::records::{Coupon, Duration, Price, Product, PromotionCode};

/// A plan, in each of the merchant's currencies. The discriminant is its place on a shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    StarterMonth,
    ProMonth,
    BusinessMonth,
    StarterYear,
    ProYear,
    BusinessYear,
    ProQuarter,
    Weekly,
    Daily,
    SeatMonth,
    SeatYear,
    Graduated,
    Volume,
    Package,
    Fraction,
    Metered,
    /// One price for all currencies.
    Anywhere,
}

/// Coupons that are the same in every currency; amounts off come after them, three a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deal {
    Welcome,
    Launch,
    Friends,
    TwoFree,
    Partner,
    OnceOff,
    MonthsOff,
    ForeverOff,
}

const SHARED_DEALS: usize = 5;
const DEALS_A_CURRENCY: usize = 3;
pub(super) const ADD_ONS: usize = 14;

#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub products: Vec<Product>,
    pub prices: Vec<Price>,
    pub coupons: Vec<Coupon>,
    pub promotion_codes: Vec<PromotionCode>,
    currencies: Vec<Currency>,
    plans: Vec<Vec<u32>>,
    add_ons: Vec<Vec<u32>>,
    one_offs: Vec<u32>,
}

impl Catalog {
    pub(super) fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    fn shelf(&self, currency: Currency) -> usize {
        self.currencies.iter().position(|known| *known == currency).unwrap_or(0)
    }

    pub(super) fn plan(&self, currency: Currency, plan: Plan) -> u32 {
        self.plans[self.shelf(currency)][plan as usize]
    }

    pub(super) fn add_on(&self, currency: Currency, number: usize) -> u32 {
        self.add_ons[self.shelf(currency)][number % ADD_ONS]
    }

    /// Billed once: setting up.
    pub(super) fn one_off(&self, currency: Currency) -> u32 {
        self.one_offs[self.shelf(currency)]
    }

    pub(super) fn deal(&self, currency: Currency, deal: Deal) -> u32 {
        let number = deal as usize;
        let own = number
            .checked_sub(SHARED_DEALS)
            .map(|own| SHARED_DEALS + self.shelf(currency) * DEALS_A_CURRENCY + own);
        own.unwrap_or(number) as u32
    }

    /// Three plans, monthly and yearly, in dollars.
    pub(super) fn small(at: i64) -> Self {
        let mut catalog = Self::default();
        catalog.sell(at, &["usd"], &PLANS[..6], 0);
        catalog.coupons(at);
        catalog
    }

    /// Every kind of price in five currencies: with none, two and three decimals.
    pub(super) fn mid(at: i64) -> Self {
        let mut catalog = Self::default();
        catalog.sell(at, &["usd", "eur", "gbp", "jpy", "kwd"], &PLANS, ADD_ONS);
        catalog.coupons(at);
        catalog
    }

    fn sell(&mut self, at: i64, currencies: &[&str], plans: &[PlanSpec], add_ons: usize) {
        self.currencies = currencies.iter().filter_map(|code| code.parse().ok()).collect();
        self.plans = vec![Vec::new(); currencies.len()];
        self.add_ons = vec![Vec::new(); currencies.len()];
        for (plan, index) in plans.iter().zip(0..) {
            let product = self.product(at + index, plan.product, plan.unit_label);
            for shelf in 0..self.currencies.len() {
                let currency = self.currencies[shelf];
                let first = self.plans[0].get(index as usize).copied();
                let option_of = first.filter(|_| plan.is_for_all_currencies && shelf > 0);
                let price = Price { option_of, ..plan.price(at + index, product, currency) };
                self.plans[shelf].push(self.prices.len() as u32);
                self.prices.push(price);
            }
        }
        self.sell_once(at + 50);
        for (number, name) in (0..).zip(&ADD_ON_NAMES[..add_ons]) {
            let spec = PlanSpec { product: name, cents: 500 + 100 * number, ..PLANS[1] };
            let at = at + 100 + number;
            let product = self.product(at, spec.product, None);
            for shelf in 0..self.currencies.len() {
                let price = spec.price(at, product, self.currencies[shelf]);
                self.add_ons[shelf].push(self.prices.len() as u32);
                self.prices.push(price);
            }
        }
    }

    fn sell_once(&mut self, at: i64) {
        let product = self.product(at, "Onboarding", None);
        for currency in self.currencies.clone() {
            self.one_offs.push(self.prices.len() as u32);
            let spec = PlanSpec { product: "Onboarding", label: "Once", cents: 15_000, ..PLANS[0] };
            self.prices.push(Price { recurrence: None, ..spec.price(at, product, currency) });
        }
    }

    fn product(&mut self, created: i64, name: &str, unit_label: Option<&'static str>) -> u32 {
        if let Some(known) = self.products.iter().position(|product| product.name == name) {
            return known as u32;
        }
        self.products.push(Product {
            created,
            name: name.to_owned(),
            is_active: true,
            is_deleted: false,
            unit_label,
        });
        self.products.len() as u32 - 1
    }

    fn coupons(&mut self, at: i64) {
        let shared = [
            ("WELCOME20", "Welcome", Reduction::Percent(2000), Duration::Once),
            ("LAUNCH25", "Launch offer", Reduction::Percent(2500), Duration::Months(3)),
            ("FRIENDS", "Friends", Reduction::Percent(1250), Duration::Forever),
            ("TWOFREE", "Two months free", Reduction::Percent(10_000), Duration::Months(2)),
            ("PARTNER", "Partner", Reduction::Percent(10_000), Duration::Forever),
        ];
        for (id, name, reduction, duration) in shared {
            self.coupon(at, id.to_owned(), name, reduction, None, duration);
        }
        for currency in self.currencies.clone() {
            let code = currency.as_str().to_ascii_uppercase();
            let off = |cents| Reduction::Amount(local(currency, cents));
            let own = [
                (format!("ONCE10{code}"), "10 off once", off(1000), Duration::Once),
                (format!("HALFYEAR5{code}"), "5 off for six months", off(500), Duration::Months(6)),
                (format!("LOYAL3{code}"), "3 off", off(300), Duration::Forever),
            ];
            for (id, name, reduction, duration) in own {
                self.coupon(at, id, name, reduction, Some(currency), duration);
            }
        }
        for (coupon, code) in [(0, "HELLO20"), (1, "EARLYBIRD"), (2, "TEAMUP")] {
            let created = at + 20 + i64::from(coupon);
            self.promotion_codes.push(PromotionCode {
                created,
                code: code.to_owned(),
                coupon,
                is_active: true,
                times_redeemed: 0,
            });
        }
    }

    fn coupon(
        &mut self,
        at: i64,
        id: String,
        name: &str,
        reduction: Reduction,
        currency: Option<Currency>,
        duration: Duration,
    ) {
        let created = at + self.coupons.len() as i64;
        let name = name.to_owned();
        self.coupons.push(Coupon { id, created, name, reduction, currency, duration, times_redeemed: 0 });
    }
}

/// An amount of US cents as a round price in another currency's smallest unit.
pub(super) fn local(currency: Currency, cents: i64) -> i64 {
    match currency.as_str() {
        "jpy" => cents,
        "kwd" => cents * 3 / 10 * 10,
        "gbp" => cents * 8 / 10,
        _ => cents,
    }
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Flat,
    Graduated,
    Volume,
    Packages,
    /// Thousandths of a cent.
    Fraction(i64),
    Metered,
}

#[derive(Debug, Clone, Copy)]
struct PlanSpec {
    product: &'static str,
    label: &'static str,
    cents: i64,
    interval: BillingInterval,
    interval_count: u32,
    shape: Shape,
    unit_label: Option<&'static str>,
    is_for_all_currencies: bool,
}

const fn flat(product: &'static str, label: &'static str, cents: i64, interval: BillingInterval) -> PlanSpec {
    PlanSpec {
        product,
        label,
        cents,
        interval,
        interval_count: 1,
        shape: Shape::Flat,
        unit_label: None,
        is_for_all_currencies: false,
    }
}

const fn shaped(product: &'static str, cents: i64, shape: Shape, unit: &'static str) -> PlanSpec {
    let monthly = flat(product, "Monthly", cents, BillingInterval::Month);
    PlanSpec { shape, unit_label: Some(unit), ..monthly }
}

/// In the order of `Plan`.
const PLANS: [PlanSpec; 17] = [
    flat("Starter", "Monthly", 1900, BillingInterval::Month),
    flat("Pro", "Monthly", 4900, BillingInterval::Month),
    flat("Business", "Monthly", 9900, BillingInterval::Month),
    flat("Starter", "Yearly", 19_000, BillingInterval::Year),
    flat("Pro", "Yearly", 49_000, BillingInterval::Year),
    flat("Business", "Yearly", 99_000, BillingInterval::Year),
    PlanSpec { interval_count: 3, ..flat("Pro", "Quarterly", 13_200, BillingInterval::Month) },
    flat("Pass", "Weekly", 1500, BillingInterval::Week),
    flat("Pass", "Daily", 300, BillingInterval::Day),
    shaped("Team", 1200, Shape::Flat, "seat"),
    PlanSpec {
        interval: BillingInterval::Year,
        label: "Yearly",
        ..shaped("Team", 12_000, Shape::Flat, "seat")
    },
    shaped("Support desk", 1000, Shape::Graduated, "agent"),
    shaped("Signatures", 90, Shape::Volume, "signature"),
    shaped("Archive", 2500, Shape::Packages, "box"),
    shaped("Contacts", 1, Shape::Fraction(12_345), "contact"),
    shaped("API calls", 1, Shape::Metered, "call"),
    PlanSpec { is_for_all_currencies: true, ..shaped("Viewers", 800, Shape::Flat, "viewer") },
];

const ADD_ON_NAMES: [&str; ADD_ONS] = [
    "Audit log",
    "Backups",
    "Branding",
    "Calendar sync",
    "Dedicated IP",
    "Export",
    "Forms",
    "Guest access",
    "Help desk",
    "Insights",
    "Journal",
    "Knowledge base",
    "Languages",
    "Monitoring",
];

impl PlanSpec {
    fn price(&self, created: i64, product: u32, currency: Currency) -> Price {
        let minor = |cents| local(currency, cents);
        let picos = |cents| i128::from(minor(cents)) * PICOS;
        let tier = |up_to, cents, flat_cents| Tier {
            up_to,
            unit_picos: picos(cents),
            flat_minor: minor(flat_cents),
        };
        let scheme = match self.shape {
            Shape::Flat | Shape::Packages => Scheme::PerUnit { picos: picos(self.cents) },
            Shape::Fraction(thousandths) => Scheme::PerUnit { picos: i128::from(thousandths) * PICOS / 1000 },
            Shape::Metered => Scheme::PerUnit { picos: PICOS / 4 },
            Shape::Graduated => {
                let (first, more) = (self.cents, self.cents * 4 / 5);
                Scheme::Graduated(vec![
                    tier(Some(5), first, 0),
                    tier(Some(20), more, 500),
                    tier(None, self.cents / 2, 0),
                ])
            }
            Shape::Volume => Scheme::Volume(vec![
                tier(Some(50), self.cents, 0),
                tier(Some(200), self.cents * 2 / 3, 1000),
                tier(None, self.cents / 2, 2500),
            ]),
        };
        let is_metered = matches!(self.shape, Shape::Metered);
        let recurrence =
            Recurrence { interval: self.interval, interval_count: self.interval_count, is_metered };
        let package =
            matches!(self.shape, Shape::Packages).then_some(Package { divide_by: 10, is_rounded_up: true });
        let nickname = format!("{} {}", self.product, self.label.to_ascii_lowercase());
        Price {
            created,
            product,
            nickname,
            currency,
            recurrence: Some(recurrence),
            scheme,
            package,
            is_active: true,
            is_inline: false,
            is_deleted: false,
            option_of: None,
        }
    }
}
