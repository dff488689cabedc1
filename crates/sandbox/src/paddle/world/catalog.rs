//! What is sold.

use model::billing::{BillingInterval, Recurrence};
use serde_json::{Value, json};

use super::super::account::{Account, Kind, instant};
use super::buyer::{Buyer, CONVERTED, COUNTRIES, rounded};

const DAY_S: i64 = 86_400;
/// When, after the account was opened, what is not sold any more is archived.
const ARCHIVED_AFTER_DAYS: i64 = 600;

/// A price, with what is computed from it.
#[derive(Debug, Clone)]
pub struct Price {
    pub id: String,
    /// For one unit, in cents of a US dollar.
    pub cents: i64,
    /// `None`: sold once.
    pub cycle: Option<Recurrence>,
    /// Days, and what they cost.
    pub trial: Option<(i64, i64)>,
    is_tax_inside: bool,
    pub entity: Value,
    pub product: Value,
}

impl Price {
    /// One unit without tax, in the smallest unit of what the buyer pays in.
    pub fn local_minor(&self, buyer: &Buyer) -> i64 {
        self.without_tax(buyer.country.local_minor(self.cents), buyer)
    }

    fn without_tax(&self, minor: i64, buyer: &Buyer) -> i64 {
        if self.is_tax_inside { rounded(minor * 1000, 1000 + buyer.tax_per_mille()) } else { minor }
    }

    /// What an amount for one period is a month, as a fraction; a week is 12 ÷ 52 months, a day 12 ÷ 365.
    pub fn a_month(&self, amount: i64) -> (i64, i64) {
        let Some(cycle) = self.cycle else { return (0, 1) };
        let count = i64::from(cycle.interval_count);
        match cycle.interval {
            BillingInterval::Day => (amount * 365, 12 * count),
            BillingInterval::Week => (amount * 52, 12 * count),
            BillingInterval::Month => (amount, count),
            BillingInterval::Year => (amount, 12 * count),
        }
    }
}

#[derive(Debug)]
pub struct Catalog {
    pub basic: Price,
    pub basic_yearly: Price,
    pub basic_quarterly: Price,
    pub basic_weekly: Price,
    pub pro: Price,
    pub pro_yearly: Price,
    /// Tax is inside.
    pub solo: Price,
    /// Archived after some time; who has it keeps it.
    pub legacy: Price,
    pub free_trial: Price,
    pub cardless_trial: Price,
    pub paid_trial: Price,
    pub setup: Price,
    app: Value,
}

pub fn every(interval: BillingInterval, interval_count: u32) -> Option<Recurrence> {
    Some(Recurrence { interval, interval_count, is_metered: false })
}

/// What differs between prices.
struct Terms {
    name: &'static str,
    cents: i64,
    cycle: Option<Recurrence>,
    trial: Option<(i64, i64)>,
    is_cardless: bool,
    is_tax_inside: bool,
    is_custom: bool,
}

impl Terms {
    fn of(name: &'static str, cents: i64, cycle: Option<Recurrence>) -> Self {
        Self { name, cents, cycle, trial: None, is_cardless: false, is_tax_inside: false, is_custom: false }
    }
}

impl Catalog {
    pub fn open(account: &mut Account, due_at: &mut i64, at: i64) -> Self {
        use BillingInterval::{Month, Week, Year};
        let app = product(account, "App", at, false);
        let old = product(account, "Desktop app", at, false);
        let service = product(account, "Setup", at, false);
        let (month, year) = (every(Month, 1), every(Year, 1));
        let mut of_app = |terms: Terms| price(account, &app, terms, at);
        let catalog = Self {
            basic: of_app(Terms::of("Basic", 2_000, month)),
            basic_yearly: of_app(Terms::of("Basic, yearly", 20_000, year)),
            basic_quarterly: of_app(Terms::of("Basic, quarterly", 5_500, every(Month, 3))),
            basic_weekly: of_app(Terms::of("Basic, weekly", 600, every(Week, 1))),
            pro: of_app(Terms::of("Pro", 5_000, month)),
            pro_yearly: of_app(Terms::of("Pro, yearly", 50_000, year)),
            solo: of_app(Terms { is_tax_inside: true, ..Terms::of("Solo", 1_000, month) }),
            free_trial: of_app(Terms { trial: Some((14, 0)), ..Terms::of("Team", 3_000, month) }),
            cardless_trial: of_app(Terms {
                trial: Some((7, 0)),
                is_cardless: true,
                ..Terms::of("Starter", 1_200, month)
            }),
            paid_trial: of_app(Terms { trial: Some((30, 100)), ..Terms::of("Plus", 4_000, month) }),
            legacy: price(account, &old, Terms::of("Desktop", 1_500, month), at),
            setup: price(account, &service, Terms::of("Setup", 9_900, None), at),
            app,
        };
        let archived_at = at + ARCHIVED_AFTER_DAYS * DAY_S;
        if archived_at > account.now.0 {
            *due_at = (*due_at).min(archived_at);
            return catalog;
        }
        for (kind, entity) in
            [(Kind::Price, &catalog.legacy.entity), (Kind::Product, &catalog.legacy.product)]
        {
            let mut entity = entity.clone();
            entity["status"] = json!("archived");
            entity["updated_at"] = json!(instant(archived_at));
            account.put(kind, entity, archived_at, "updated");
        }
        catalog
    }

    /// What was agreed with one customer: it is in no list, and only embedded where it is sold.
    pub fn custom(&self, account: &mut Account, at: i64) -> Price {
        let product = product(account, "App, by agreement", at, true);
        let terms = Terms { is_custom: true, ..Terms::of("By agreement", 7_700, self.basic.cycle) };
        price(account, &product, terms, at)
    }

    /// The same for a product of the catalog.
    pub fn custom_price(&self, account: &mut Account, at: i64) -> Price {
        let terms = Terms { is_custom: true, ..Terms::of("Basic, by agreement", 1_700, self.basic.cycle) };
        price(account, &self.app, terms, at)
    }
}

fn product(account: &mut Account, name: &str, at: i64, is_custom: bool) -> Value {
    let product = json!({
        "id": account.next_id(Kind::Product.prefix(), at),
        "name": name,
        "description": null,
        "type": if is_custom { "custom" } else { "standard" },
        "tax_category": "saas",
        "image_url": null,
        "custom_data": null,
        "status": "active",
        "import_meta": null,
        "created_at": instant(at),
        "updated_at": instant(at),
    });
    if !is_custom {
        account.put(Kind::Product, product.clone(), at, "created");
    }
    product
}

fn price(account: &mut Account, product: &Value, terms: Terms, at: i64) -> Price {
    let id = account.next_id(Kind::Price.prefix(), at);
    let cycle = terms.cycle.map(|cycle| {
        let interval = match cycle.interval {
            BillingInterval::Day => "day",
            BillingInterval::Week => "week",
            BillingInterval::Month => "month",
            BillingInterval::Year => "year",
        };
        json!({ "interval": interval, "frequency": cycle.interval_count })
    });
    let overrides: Vec<Value> = COUNTRIES
        .iter()
        .filter(|country| country.currency_code != "USD" && !CONVERTED.contains(&country.code))
        .map(|country| {
            let amount = country.local_minor(terms.cents).to_string();
            json!({
                "country_codes": [country.code],
                "unit_price": { "amount": amount, "currency_code": country.currency_code },
            })
        })
        .collect();
    let trial = terms.trial.map(|(days, cents)| {
        let paid = json!({ "amount": cents.to_string(), "currency_code": "USD" });
        json!({
            "interval": "day",
            "frequency": days,
            "requires_payment_method": !terms.is_cardless,
            "unit_price": if cents > 0 { paid } else { Value::Null },
        })
    });
    let entity = json!({
        "id": id,
        "product_id": product["id"],
        "description": terms.name,
        "type": if terms.is_custom { "custom" } else { "standard" },
        "name": terms.name,
        "billing_cycle": cycle,
        "trial_period": trial,
        "tax_mode": if terms.is_tax_inside { "internal" } else { "external" },
        "unit_price": { "amount": terms.cents.to_string(), "currency_code": "USD" },
        "unit_price_overrides": if terms.is_custom { Vec::new() } else { overrides },
        "quantity": { "minimum": 1, "maximum": 10_000 },
        "custom_data": null,
        "status": "active",
        "import_meta": null,
        "created_at": instant(at),
        "updated_at": instant(at),
    });
    if !terms.is_custom {
        account.put(Kind::Price, entity.clone(), at, "created");
    }
    Price {
        id,
        cents: terms.cents,
        cycle: terms.cycle,
        trial: terms.trial,
        is_tax_inside: terms.is_tax_inside,
        entity,
        product: product.clone(),
    }
}
