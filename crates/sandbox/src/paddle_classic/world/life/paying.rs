//! Payments that are made, and payments that fail.

use serde_json::json;

use super::super::super::account::{Kind as Rows, Measure, day, decimal, instant, number};
use super::super::DAY_S;
use super::super::catalog::{Plan, Product};
use super::{Life, State};
use crate::paddle::rounded;

/// Paddle's share, and an amount for each payment in cents of a US dollar.
const FEE_PER_MILLE: i64 = 50;
const FEE_CENTS: i64 = 50;
/// Days after the due day on which a payment is tried.
const TRIED_ON: [i64; 3] = [0, 3, 7];

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A period.
    Due,
    /// A change, old and new netted into one amount.
    Netted,
    OneOffCharge,
}

/// An amount with its tax.
#[derive(Debug, Clone, Copy)]
pub struct Bill {
    pub gross_minor: i64,
    pub tax_minor: i64,
}

impl Bill {
    pub fn net_minor(self) -> i64 {
        self.gross_minor - self.tax_minor
    }
}

/// What a refund or a dispute is about.
#[derive(Debug, Clone)]
pub struct Paid {
    pub order: u64,
    pub order_id: String,
    pub payment: u64,
    pub bill: Bill,
    pub fee_minor: i64,
    pub refunded_gross_minor: i64,
    pub refunded_tax_minor: i64,
    pub is_first: bool,
}

impl Life<'_> {
    /// What is charged for an amount: the tax on top, unless the plan has it inside.
    pub fn bill(&self, minor: i64, has_tax_inside: bool) -> Bill {
        let share = self.country.tax_per_mille;
        if has_tax_inside {
            return Bill { gross_minor: minor, tax_minor: rounded(minor * share, 1000 + share) };
        }
        let tax_minor = rounded(minor * share, 1000);
        Bill { gross_minor: minor + tax_minor, tax_minor }
    }

    fn bill_of(&self, minor: i64, plan: &Plan) -> Bill {
        self.bill(minor, plan.has_tax_inside)
    }

    pub fn fee(&self, gross_minor: i64) -> i64 {
        rounded(gross_minor * FEE_PER_MILLE, 1000) + self.country.local_minor(FEE_CENTS)
    }

    /// What the subscription that is acted on is worth each period.
    pub fn regular_net_minor(&self) -> i64 {
        let sub = self.sub();
        self.bill_of(sub.regular_minor(self.country), &sub.plan).net_minor()
    }

    /// What will be charged next.
    pub fn next_bill(&self) -> Bill {
        let sub = self.sub();
        self.bill_of(sub.due_minor(self.country), &sub.plan)
    }

    /// Pays what is due for the period that has begun, and writes down what that says of the subscription's value.
    pub fn pay_due(&mut self, at: i64) {
        let sub = self.sub();
        let (id, plan) = (sub.id, sub.plan);
        let is_like_others = !sub.is_to_pay_first_price();
        let bill = self.bill_of(sub.due_minor(self.country), &plan);
        self.sub_mut().modifiers.iter_mut().for_each(|one| one.is_billed = true);
        // A coupon for the first payment counts while that lasts.
        let value_minor = self.regular_net_minor();
        let currency = self.currency();
        let spent: Vec<u64> =
            self.sub().modifiers.iter().filter(|one| !one.is_recurring).map(|one| one.id).collect();
        for modifier in spent {
            self.account.remove(Rows::Modifier, modifier);
        }
        let sub = self.sub_mut();
        sub.modifiers.retain(|one| one.is_recurring);
        sub.carry_minor = 0;
        sub.retry_at = None;
        sub.seen_until = sub.period.1;
        self.pay(at, bill, Kind::Due, "");
        if is_like_others {
            self.meant.know(id, at, value_minor, &plan, currency);
            self.meant.see(id, at, bill.gross_minor, &plan, currency);
        }
    }

    /// A payment of the subscription arrives.
    pub fn pay(&mut self, at: i64, bill: Bill, kind: Kind, name: &str) {
        let payment = if kind == Kind::Due {
            let next = self.account.next_number();
            std::mem::replace(&mut self.sub_mut().next_payment, next)
        } else {
            self.account.next_number()
        };
        let order = self.account.next_number();
        let is_first = self.sub().payments == 0;
        self.sub_mut().payments += 1;
        self.sub_mut().last_payment = Some((bill.gross_minor, at));
        let sub = self.sub().clone();
        let order_id = format!("{}-{order}", sub.order);
        let coupon =
            sub.coupon.filter(|coupon| kind != Kind::OneOffCharge && (is_first || coupon.is_recurring));
        if let Some(coupon) = coupon {
            self.account.coupon_uses.insert(payment, coupon.code);
        }
        self.account.put(Rows::Payment, payment, self.payment_row(payment, at, bill.gross_minor, kind, true));
        self.account.put(
            Rows::Order,
            order,
            json!({
                "order_id": order_id,
                "checkout_id": sub.checkout_id,
                "amount": decimal(bill.gross_minor, self.currency()),
                "currency": self.country.currency_code,
                "status": "completed",
                "created_at": instant(at),
                "passthrough": null,
                "product_id": sub.plan.id,
                "is_subscription": true,
                "is_one_off": kind == Kind::OneOffCharge,
                "subscription": { "subscription_id": sub.id, "status": sub.state.as_str() },
                "user": self.order_user(),
                "receipt_url": self.receipt_url(&order_id),
            }),
        );
        let mut fields = self.subscription_fields();
        fields.extend(self.money_fields(bill));
        fields.extend([
            ("coupon", coupon.map_or("", |coupon| coupon.code).to_owned()),
            ("initial_payment", u8::from(is_first).to_string()),
            ("instalments", sub.payments.to_string()),
            ("next_bill_date", day(sub.period.1)),
            ("next_payment_amount", decimal(self.next_bill().gross_minor, self.currency())),
            ("order_id", order_id.clone()),
            ("plan_name", if name.is_empty() { sub.plan.name } else { name }.to_owned()),
            ("quantity", sub.quantity.to_string()),
            ("receipt_url", self.receipt_url(&order_id)),
            ("subscription_payment_id", payment.to_string()),
            ("unit_price", decimal(sub.unit_minor, self.currency())),
        ]);
        let alert = self.alert(at, "subscription_payment_succeeded", fields);
        self.earned(at, bill, alert);
        let fee_minor = self.fee(bill.gross_minor);
        self.sub_mut().paid = Some(Paid {
            order,
            order_id,
            payment,
            bill,
            fee_minor,
            refunded_gross_minor: 0,
            refunded_tax_minor: 0,
            is_first,
        });
    }

    /// Something is charged once on the subscription.
    pub fn charge_once(&mut self, at: i64, name: &str, cents: i64) -> Option<()> {
        self.until(at)?;
        let bill = self.bill(self.country.local_minor(cents), self.sub().plan.has_tax_inside);
        self.pay(at, bill, Kind::OneOffCharge, name);
        Some(())
    }

    /// Something is bought that is not a subscription.
    pub fn buy_once(&mut self, at: i64, product: &Product, quantity: i64) -> Option<()> {
        self.until(at)?;
        let bill = self.bill(self.country.local_minor(product.cents) * quantity, false);
        let order = self.account.next_number();
        let checkout_id = format!("{order}-chre{}", &self.account.hex(order, 81)[..14]);
        let receipt_url = self.receipt_url(&order.to_string());
        self.account.put(
            Rows::Order,
            order,
            json!({
                "order_id": order,
                "checkout_id": checkout_id,
                "amount": decimal(bill.gross_minor, self.currency()),
                "currency": self.country.currency_code,
                "status": "completed",
                "created_at": instant(at),
                "passthrough": null,
                "product_id": product.id,
                "is_subscription": false,
                "is_one_off": true,
                "product": { "product_id": product.id, "status": "active" },
                "user": self.order_user(),
                "receipt_url": receipt_url,
            }),
        );
        let mut fields = self.money_fields(bill);
        fields.extend([
            ("checkout_id", checkout_id),
            ("coupon", String::new()),
            ("currency", self.country.currency_code.to_owned()),
            ("ip", String::new()),
            ("order_id", order.to_string()),
            ("product_id", product.id.to_string()),
            ("product_name", product.name.to_owned()),
            ("quantity", quantity.to_string()),
            ("receipt_url", receipt_url),
            ("used_price_override", "false".to_owned()),
            ("user_id", self.user_id.to_string()),
        ]);
        let alert = self.alert(at, "payment_succeeded", fields);
        self.earned(at, bill, alert);
        let (order_id, fee_minor) = (order.to_string(), self.fee(bill.gross_minor));
        let refunded = (0, 0);
        self.bought = Some(Paid {
            order,
            order_id,
            payment: order,
            bill,
            fee_minor,
            refunded_gross_minor: refunded.0,
            refunded_tax_minor: refunded.1,
            is_first: true,
        });
        Some(())
    }

    fn earned(&mut self, at: i64, bill: Bill, alert: u64) {
        let [_, tax, fee, gross] = self.on_balance(bill);
        self.moved(at, Measure::GrossRevenue, bill.net_minor(), alert);
        self.moved(at, Measure::PaymentsCollected, bill.gross_minor, alert);
        self.balanced(at, Measure::Fees, fee, alert);
        self.balanced(at, Measure::NetCash, gross - tax - fee, alert);
    }

    /// Earnings, tax, fee and gross in cents of a US dollar.
    fn on_balance(&self, bill: Bill) -> [i64; 4] {
        let cents = |minor| self.country.cents(minor);
        let (gross, tax, fee) =
            (cents(bill.gross_minor), cents(bill.tax_minor), cents(self.fee(bill.gross_minor)));
        [gross - tax - fee, tax, fee, gross]
    }

    /// What both kinds of payment say of their amounts.
    fn money_fields(&self, bill: Bill) -> Vec<(&'static str, String)> {
        let local = |minor| decimal(minor, self.currency());
        let [earnings, tax, fee, gross] =
            self.on_balance(bill).map(|cents| decimal(cents, model::Currency::USD));
        let fee_minor = self.fee(bill.gross_minor);
        vec![
            ("balance_currency", "USD".to_owned()),
            ("balance_earnings", earnings),
            ("balance_fee", fee),
            ("balance_gross", gross),
            ("balance_tax", tax),
            ("country", self.country.code.to_owned()),
            ("customer_name", format!("Customer {}", self.number)),
            ("earnings", local(bill.net_minor() - fee_minor)),
            ("fee", local(fee_minor)),
            ("payment_method", "card".to_owned()),
            ("payment_tax", local(bill.tax_minor)),
            ("sale_gross", local(bill.gross_minor)),
        ]
    }

    /// The due payment is tried on its days and fails so often; `None` before its last try. Returns when the next try is or would
    /// have been.
    pub fn fail(&mut self, times: usize) -> Option<i64> {
        let due_at = self.period().1;
        for (attempt, days) in (1..).zip(TRIED_ON).take(times) {
            let at = due_at + days * DAY_S;
            self.until(at)?;
            let retry_at = TRIED_ON.get(attempt).map(|days| due_at + days * DAY_S);
            let before = self.sub().clone();
            self.sub_mut().state = State::PastDue;
            self.sub_mut().retry_at = retry_at;
            let bill = self.next_bill();
            let mut fields = self.subscription_fields();
            fields.extend(self.links());
            fields.extend([
                ("amount", decimal(bill.gross_minor, self.currency())),
                ("attempt_number", attempt.to_string()),
                ("instalments", (before.payments + 1).to_string()),
                ("next_retry_date", retry_at.map(day).unwrap_or_default()),
                ("order_id", format!("{}-{}", before.order, before.next_payment)),
                ("quantity", before.quantity.to_string()),
                ("subscription_payment_id", before.next_payment.to_string()),
                ("unit_price", decimal(before.unit_minor, self.currency())),
            ]);
            let alert = self.alert(at, "subscription_payment_failed", fields);
            self.moved(at, Measure::FailedAttempts, bill.gross_minor, alert);
            if before.state != State::PastDue {
                self.updated(at, &before);
            }
        }
        Some(due_at + TRIED_ON.get(times).or(TRIED_ON.last()).copied().unwrap_or(0) * DAY_S)
    }

    /// The renewal fails so often, less than three times, and is then paid. The days of the periods stay.
    pub fn recover(&mut self, times: usize) -> Option<()> {
        let at = self.fail(times)?;
        self.until(at)?;
        let before = self.sub().clone();
        self.sub_mut().state = State::Active;
        self.sub_mut().next_period();
        self.pay_due(at);
        self.updated(at, &before);
        Some(())
    }

    /// The last payment is the one of the list; its amount as a number.
    pub fn last_payment(&self, place: usize) -> serde_json::Value {
        let sub = &self.subscriptions[place];
        let (minor, at) = sub.last_payment.unwrap_or((0, sub.signed_up_at));
        json!({ "amount": number(minor, self.currency()), "currency": self.country.currency_code, "date": day(at) })
    }
}
