//! The prices that rows refer to by number, with what queries group and label by.

use std::fmt;

use model::billing::{BillingInterval, Recurrence};
use model::{Currency, PriceId, ProductId};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::ledger::PriceBook;

/// One price in one currency: a price may be offered in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub price: PriceId,
    pub currency: Currency,
    pub label: String,
    pub product: Option<ProductId>,
    pub product_label: Option<String>,
    /// `None`: the price is not known, only billed.
    pub interval: Option<PlanInterval>,
    pub is_active: bool,
}

/// How often a plan bills. Written `month`, `year`, `3-month`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlanInterval {
    pub unit: BillingInterval,
    pub count: u32,
}

/// Every plan that any row names. Plans are only added, so their numbers stay.
#[derive(Debug, Clone, Default)]
pub struct PlanCatalog {
    plans: Vec<Plan>,
    /// Nearly every price has one currency.
    codes: FxHashMap<PriceId, SmallVec<[(Currency, u32); 1]>>,
}

impl PlanCatalog {
    /// By code.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    pub fn plan(&self, code: u32) -> Option<&Plan> {
        self.plans.get(code as usize)
    }

    pub(crate) fn code(&self, price: &PriceId, currency: Currency) -> Option<u32> {
        let codes = self.codes.get(price)?;
        codes.iter().find(|(known, _)| *known == currency).map(|(_, code)| *code)
    }

    /// One number for a price, whatever currency the plan is in.
    pub(crate) fn code_of_price(&self, code: u32) -> u32 {
        let codes = self.plan(code).and_then(|plan| self.codes.get(&plan.price));
        codes.and_then(|codes| codes.first()).map_or(code, |(_, first)| *first)
    }

    /// The plan's number, a new one if it is not there yet.
    pub(super) fn intern(&mut self, price: &PriceId, currency: Currency) -> u32 {
        if let Some(code) = self.code(price, currency) {
            return code;
        }
        self.push(Plan::unknown(price.clone(), currency))
    }

    pub(super) fn push(&mut self, plan: Plan) -> u32 {
        // Four billion prices do not fit into any account.
        let code = u32::try_from(self.plans.len()).unwrap_or(u32::MAX);
        self.codes.entry(plan.price.clone()).or_default().push((plan.currency, code));
        self.plans.push(plan);
        code
    }

    /// Takes labels, products and intervals from the price book. Returns whether anything changed.
    pub(super) fn describe(&mut self, prices: &PriceBook) -> bool {
        let mut is_changed = false;
        for plan in &mut self.plans {
            // Prices that only bills describe are in the book only while their customers are built.
            if prices.get(&plan.price).is_none() {
                continue;
            }
            let described = Plan::described(plan.price.clone(), plan.currency, prices);
            if *plan != described {
                *plan = described;
                is_changed = true;
            }
        }
        is_changed
    }
}

impl Plan {
    pub(super) fn unknown(price: PriceId, currency: Currency) -> Self {
        let label = price.to_string();
        Self { price, currency, label, product: None, product_label: None, interval: None, is_active: false }
    }

    fn described(id: PriceId, currency: Currency, prices: &PriceBook) -> Self {
        let Some(price) = prices.get(&id) else { return Self::unknown(id, currency) };
        let product = price.product.as_ref().and_then(|product| prices.product(product));
        Self {
            label: prices.label(&id),
            price: id,
            currency,
            product: price.product.clone(),
            product_label: product.and_then(|product| product.name.clone()),
            interval: price.recurrence.as_ref().map(PlanInterval::from),
            is_active: price.is_active,
        }
    }
}

impl PlanInterval {
    /// For people: `Monthly`, `Every 3 months`.
    pub fn label(self) -> String {
        let (adverb, unit) = match self.unit {
            BillingInterval::Day => ("Daily", "days"),
            BillingInterval::Week => ("Weekly", "weeks"),
            BillingInterval::Month => ("Monthly", "months"),
            BillingInterval::Year => ("Yearly", "years"),
        };
        if self.count == 1 { adverb.to_owned() } else { format!("Every {} {unit}", self.count) }
    }
}

impl From<&Recurrence> for PlanInterval {
    fn from(recurrence: &Recurrence) -> Self {
        Self { unit: recurrence.interval, count: recurrence.interval_count }
    }
}

impl fmt::Display for PlanInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.unit.as_str();
        if self.count == 1 { f.write_str(unit) } else { write!(f, "{}-{unit}", self.count) }
    }
}
