//! What can stand in a template, and what it says of an object.

use std::fmt;

use super::super::facts::PLANS;
use super::super::listing::{Family, Key};
use super::Generated;

macro_rules! slots {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot {
            $($variant),+
        }

        impl Slot {
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

slots! {
    Amount = "amount",
    AvailableOn = "available_on",
    BillingReason = "billing_reason",
    CancellationReason = "cancellation_reason",
    CatalogCreatedAt = "catalog_created_at",
    Charge = "charge",
    Country = "country",
    CreatedAt = "created_at",
    Customer = "customer",
    Email = "email",
    EndedAt = "ended_at",
    Fee = "fee",
    Intent = "intent",
    Interval = "interval",
    Invoice = "invoice",
    InvoicePrefix = "invoice_prefix",
    Item = "item",
    Line = "line",
    Name = "name",
    Net = "net",
    Number = "number",
    Payment = "payment",
    PeriodEnd = "period_end",
    PeriodStart = "period_start",
    PlanName = "plan_name",
    Price = "price",
    Product = "product",
    Quantity = "quantity",
    SignedUpAt = "signed_up_at",
    Status = "status",
    Subscription = "subscription",
    Transaction = "transaction",
    UnitAmount = "unit_amount",
}

const FIRST_NAMES: [&str; 16] = [
    "Ada", "Bruno", "Chen", "Dana", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kofi", "Lena",
    "Mira", "Noor", "Olga", "Pavel",
];
const LAST_NAMES: [&str; 16] = [
    "Abe", "Becker", "Costa", "Diaz", "Eriksen", "Fischer", "Gupta", "Haas", "Ito", "Jensen", "Kim", "Lopez",
    "Meyer", "Novak", "Okafor", "Petit",
];
const COUNTRIES: [&str; 8] = ["US", "US", "US", "GB", "DE", "FR", "CA", "AU"];
const DAY: i64 = 86_400;

/// What is worked out once for an object.
pub struct View<'a> {
    merchant: &'a Generated,
    created_at: i64,
    customer: u32,
    /// The month of the invoice; of a subscription's latest one.
    month: usize,
    plan: usize,
    is_yearly: bool,
    unit_amount: i64,
    quantity: i64,
    period_end: i64,
    ended_at: Option<i64>,
}

impl<'a> View<'a> {
    pub fn new(merchant: &'a Generated, family: Family, key: Key) -> Self {
        let facts = &merchant.facts;
        let created_at = merchant.created_at(key);
        let of_plan = |plan: usize, is_yearly: bool| {
            let monthly = PLANS.get(plan).map_or(0, |(_, monthly, _)| *monthly);
            (plan, is_yearly, if is_yearly { monthly * 10 } else { monthly })
        };
        let mut ended_at = None;
        let (customer, month) = match key {
            Key::Plan(_) | Key::Price { .. } => (0, 0),
            Key::Bill { month, customer } => (customer, month),
            Key::Customer(customer) if family == Family::Subscription => {
                ended_at = merchant.ended_month(customer).map(|month| merchant.billed_at(month, customer));
                (customer, merchant.latest_billed_month(customer))
            }
            Key::Customer(customer) => (customer, facts.signup_month(customer)),
        };
        let (plan, is_yearly, unit_amount) = match key {
            Key::Plan(plan) => of_plan(plan, false),
            Key::Price { plan, is_yearly } => of_plan(plan, is_yearly),
            _ => of_plan(facts.plan_in(customer, month), facts.interval_months(customer) == 12),
        };
        Self {
            merchant,
            created_at,
            customer,
            month,
            plan,
            is_yearly,
            unit_amount,
            quantity: facts.quantity(customer),
            period_end: merchant.billed_at(month + if is_yearly { 12 } else { 1 }, customer),
            ended_at,
        }
    }

    pub fn show(&self, slot: Slot) -> Shown<'_> {
        Shown { view: self, slot }
    }

    fn amount(&self) -> i64 {
        self.unit_amount * self.quantity
    }

    /// 2.9 % and 30 cents.
    fn fee(&self) -> i64 {
        (self.amount() * 29 + 500) / 1_000 + 30
    }

    fn names(&self) -> (&'static str, &'static str) {
        let chance = self.merchant.facts.look(self.customer);
        (FIRST_NAMES[(chance % 16) as usize], LAST_NAMES[(chance / 16 % 16) as usize])
    }

    fn country(&self) -> &'static str {
        COUNTRIES[(self.merchant.facts.look(self.customer) / 256 % 8) as usize]
    }

    fn bill(&self) -> Key {
        Key::Bill { month: self.month, customer: self.customer }
    }
}

/// One slot of one object, ready to be written.
pub struct Shown<'a> {
    view: &'a View<'a>,
    slot: Slot,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let view = self.view;
        let merchant = view.merchant;
        match self.slot {
            Slot::Customer => Family::Customer.write_id(f, Key::Customer(view.customer)),
            Slot::Subscription => Family::Subscription.write_id(f, Key::Customer(view.customer)),
            Slot::Invoice => Family::Invoice.write_id(f, view.bill()),
            Slot::Charge => Family::Charge.write_id(f, view.bill()),
            Slot::Intent => Family::PaymentIntent.write_id(f, view.bill()),
            Slot::Payment => Family::InvoicePayment.write_id(f, view.bill()),
            Slot::Transaction => Family::BalanceTransaction.write_id(f, view.bill()),
            Slot::Product => Family::Product.write_id(f, Key::Plan(view.plan)),
            Slot::Price => {
                Family::Price.write_id(f, Key::Price { plan: view.plan, is_yearly: view.is_yearly })
            }
            Slot::Item => write!(f, "si_G{:010}", view.customer),
            Slot::Line => write!(f, "il_1G{:04}{:010}", view.month, view.customer),
            Slot::InvoicePrefix => write!(f, "{:08X}", view.customer),
            Slot::Number => {
                let number = view.month - merchant.facts.signup_month(view.customer) + 1;
                write!(f, "{:08X}-{number:04}", view.customer)
            }
            Slot::Name => {
                let (first, last) = view.names();
                write!(f, "{first} {last}")
            }
            Slot::Email => write!(f, "customer{}@customers.example", view.customer),
            Slot::Country => f.write_str(view.country()),
            Slot::PlanName => f.write_str(PLANS.get(view.plan).map_or("", |(name, _, _)| *name)),
            Slot::Interval => f.write_str(if view.is_yearly { "year" } else { "month" }),
            Slot::Status => f.write_str(if view.ended_at.is_some() { "canceled" } else { "active" }),
            Slot::BillingReason => {
                let is_first = view.month == merchant.facts.signup_month(view.customer);
                f.write_str(if is_first { "subscription_create" } else { "subscription_cycle" })
            }
            Slot::CancellationReason => {
                f.write_str(if view.ended_at.is_some() { "\"cancellation_requested\"" } else { "null" })
            }
            Slot::EndedAt => match view.ended_at {
                Some(at) => at.fmt(f),
                None => f.write_str("null"),
            },
            Slot::SignedUpAt => merchant.signed_up_at(view.customer).fmt(f),
            Slot::CatalogCreatedAt => merchant.created_at(Key::Plan(view.plan)).fmt(f),
            Slot::CreatedAt => view.created_at.fmt(f),
            Slot::PeriodStart => merchant.billed_at(view.month, view.customer).fmt(f),
            Slot::PeriodEnd => view.period_end.fmt(f),
            Slot::AvailableOn => (view.created_at + 2 * DAY).fmt(f),
            Slot::Amount => view.amount().fmt(f),
            Slot::UnitAmount => view.unit_amount.fmt(f),
            Slot::Quantity => view.quantity.fmt(f),
            Slot::Fee => view.fee().fmt(f),
            Slot::Net => (view.amount() - view.fee()).fmt(f),
        }
    }
}
