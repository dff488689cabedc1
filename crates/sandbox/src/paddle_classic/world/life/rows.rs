//! What the lists show of a life, and what alerts repeat of a subscription.

use serde_json::{Value, json};

use super::super::super::account::{Kind as Rows, day, decimal, instant, number};
use super::paying::Kind;
use super::subscription::Subscription;
use super::{Life, State};
use crate::chance::mix;

impl Life<'_> {
    /// Writes down what is left to say: the subscriptions, what they will pay next, and what they were meant to be worth.
    pub fn finish(mut self) {
        for place in 0..self.subscriptions.len() {
            self.current = place;
            let sub = self.sub().clone();
            let row = self.user_row(place);
            self.account.put(Rows::User, sub.id, row);
            if matches!(sub.state, State::Active | State::Trialing | State::PastDue) && !self.is_to_pause() {
                let at = sub.retry_at.unwrap_or(sub.period.1);
                let row =
                    self.payment_row(sub.next_payment, at, self.next_bill().gross_minor, Kind::Due, false);
                self.account.put(Rows::Payment, sub.next_payment, row);
            }
        }
        let states: Vec<(u64, State)> = self.subscriptions.iter().map(|one| (one.id, one.state)).collect();
        for order in self.account.all_mut(Rows::Order) {
            let of = |id: &u64| order["subscription"]["subscription_id"] == *id;
            if let Some((_, state)) = states.iter().find(|(id, _)| of(id)) {
                order["subscription"]["status"] = json!(state.as_str());
            }
        }
        let (expected, coarse) = self.meant.steps(&self.customer(), self.account.now);
        self.account.expected.extend(expected);
        self.account.expected_coarse.extend(coarse);
    }

    /// Whether a pause begins instead of the next payment.
    fn is_to_pause(&self) -> bool {
        self.sub().paused.is_some()
    }

    fn user_row(&self, place: usize) -> Value {
        let sub = self.sub();
        let dice = mix(self.account.seed, sub.id, 83);
        let mut row = json!({
            "subscription_id": sub.id,
            "plan_id": sub.plan.id,
            "user_id": self.user_id,
            "user_email": self.email(),
            "marketing_consent": false,
            "state": sub.state.as_str(),
            "signup_date": instant(sub.signed_up_at),
            "last_payment": self.last_payment(place),
            "linked_subscriptions": self.linked().collect::<Vec<u64>>(),
            "payment_information": {
                "payment_method": "card",
                "card_type": if dice & 1 == 0 { "visa" } else { "master" },
                "last_four_digits": format!("{:04}", dice >> 8 & 8191),
                "expiry_date": "02/2031",
            },
            "quantity": sub.quantity,
            "update_url": self.link("update"),
            "cancel_url": self.link("cancel"),
        });
        if matches!(sub.state, State::Active | State::Trialing | State::PastDue) && !self.is_to_pause() {
            row["next_payment"] = json!({
                "amount": number(self.next_bill().gross_minor, self.currency()),
                "currency": self.country.currency_code,
                "date": day(sub.retry_at.unwrap_or(sub.period.1)),
            });
        }
        if let Some(paused) = sub.paused {
            row["paused_at"] = json!(instant(paused.at));
            row["paused_from"] = json!(instant(paused.from));
            row["paused_reason"] = json!(paused.reason);
        }
        row
    }

    pub fn payment_row(&self, id: u64, at: i64, gross_minor: i64, kind: Kind, is_paid: bool) -> Value {
        let sub = self.sub();
        let mut row = json!({
            "id": id,
            "subscription_id": sub.id,
            "amount": number(gross_minor, self.currency()),
            "currency": self.country.currency_code,
            "payout_date": day(at),
            "is_paid": u8::from(is_paid),
            "is_one_off_charge": u8::from(kind == Kind::OneOffCharge),
        });
        if is_paid {
            row["receipt_url"] = json!(self.receipt_url(&id.to_string()));
        }
        row
    }

    pub fn receipt_url(&self, of: &str) -> String {
        format!(
            "https://my.paddle.com/receipt/{of}/{}-chre{}",
            self.user_id,
            &self.account.hex(self.user_id, 82)[..12]
        )
    }

    pub fn order_user(&self) -> Value {
        json!({ "user_id": self.user_id, "email": self.email(), "marketing_consent": false })
    }

    /// Whoever holds such a link can cancel the subscription or change the card.
    fn link(&self, what: &str) -> String {
        let sub = self.sub();
        format!(
            "https://checkout.paddle.com/subscription/{what}?user={}&subscription={}&hash={}",
            self.user_id,
            sub.id,
            self.account.hex(sub.id, 84)
        )
    }

    pub fn links(&self) -> [(&'static str, String); 2] {
        [("update_url", self.link("update")), ("cancel_url", self.link("cancel"))]
    }

    /// The buyer's other subscriptions.
    fn linked(&self) -> impl Iterator<Item = u64> {
        let own = self.sub().id;
        self.subscriptions.iter().map(|one| one.id).filter(move |id| *id != own)
    }

    /// What every alert of a subscription says.
    pub fn subscription_fields(&self) -> Vec<(&'static str, String)> {
        let sub = self.sub();
        let linked: Vec<String> = self.linked().map(|id| id.to_string()).collect();
        vec![
            ("checkout_id", sub.checkout_id.clone()),
            ("currency", self.country.currency_code.to_owned()),
            ("linked_subscriptions", linked.join(", ")),
            ("status", sub.state.as_str().to_owned()),
            ("subscription_id", sub.id.to_string()),
            ("subscription_plan_id", sub.plan.id.to_string()),
            ("user_id", self.user_id.to_string()),
        ]
    }

    pub fn created(&mut self, at: i64) {
        let sub = self.sub().clone();
        let mut fields = self.subscription_fields();
        fields.extend(self.links());
        fields.extend([
            ("next_bill_date", day(sub.period.1)),
            ("quantity", sub.quantity.to_string()),
            ("source", "example.com".to_owned()),
            ("unit_price", decimal(sub.unit_minor, self.currency())),
        ]);
        self.alert(at, "subscription_created", fields);
    }

    /// Something about the subscription is not as it was. `new_price` and `old_price` are those of the whole quantity.
    pub fn updated(&mut self, at: i64, before: &Subscription) {
        let sub = self.sub().clone();
        let local = |minor| decimal(minor, self.currency());
        let mut fields = self.subscription_fields();
        fields.extend(self.links());
        fields.extend([
            ("new_price", local(sub.price_minor())),
            ("new_quantity", sub.quantity.to_string()),
            ("new_unit_price", local(sub.unit_minor)),
            ("next_bill_date", day(sub.period.1)),
            ("old_next_bill_date", day(before.period.1)),
            ("old_price", local(before.price_minor())),
            ("old_quantity", before.quantity.to_string()),
            ("old_status", before.state.as_str().to_owned()),
            ("old_subscription_plan_id", before.plan.id.to_string()),
            ("old_unit_price", local(before.unit_minor)),
        ]);
        if let Some(paused) = sub.paused {
            fields.extend([
                ("paused_at", instant(paused.at)),
                ("paused_from", instant(paused.from)),
                ("paused_reason", paused.reason.to_owned()),
            ]);
        }
        self.alert(at, "subscription_updated", fields);
    }
}
