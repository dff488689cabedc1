//! Products, prices, coupons, promotion codes and discounts.

use model::billing::{BillingInterval, Recurrence};
use serde_json::{Value, json};

use super::super::ids::Tag;
use super::super::pricing::{PICOS, Reduction, Scheme, Tier};
use super::super::records::{Duration, Price};
use super::super::simulated::World;
use super::{decimal, whole_minor};

impl World {
    pub(super) fn product_object(&self, number: u32) -> Value {
        let product = &self.catalog.products[number as usize];
        if product.is_deleted {
            return json!({"id": self.id(Tag::Product, number), "object": "product", "deleted": true});
        }
        json!({
            "id": self.id(Tag::Product, number),
            "object": "product",
            "active": product.is_active,
            "created": product.created,
            "default_price": null,
            "description": null,
            "images": [],
            "livemode": false,
            "marketing_features": [],
            "metadata": {},
            "name": product.name,
            "package_dimensions": null,
            "shippable": null,
            "statement_descriptor": null,
            "tax_code": null,
            "type": "service",
            "unit_label": product.unit_label,
            "updated": product.created,
            "url": null,
        })
    }

    /// The id of a price; of an amount in another currency the price's that it belongs to.
    pub(super) fn price_id(&self, number: u32) -> String {
        self.id(Tag::Price, self.whole_price(number))
    }

    fn whole_price(&self, number: u32) -> u32 {
        self.catalog.prices[number as usize].option_of.unwrap_or(number)
    }

    pub(super) fn price_object(&self, number: u32) -> Value {
        let number = self.whole_price(number);
        let price = &self.catalog.prices[number as usize];
        let mut object = json!({
            "id": self.id(Tag::Price, number),
            "object": "price",
            "active": price.is_active,
            "billing_scheme": "tiered",
            "created": price.created,
            "currency": price.currency,
            "custom_unit_amount": null,
            "livemode": false,
            "lookup_key": null,
            "metadata": {},
            "nickname": price.nickname,
            "product": self.id(Tag::Product, price.product),
            "recurring": price.recurrence.map(recurring),
            "tax_behavior": "unspecified",
            "tiers_mode": null,
            "transform_quantity": price.package.map(|package| json!({
                "divide_by": package.divide_by,
                "round": if package.is_rounded_up { "up" } else { "down" },
            })),
            "type": if price.recurrence.is_some() { "recurring" } else { "one_time" },
            "unit_amount": null,
            "unit_amount_decimal": null,
        });
        match &price.scheme {
            Scheme::PerUnit { picos } => {
                object["billing_scheme"] = json!("per_unit");
                object["unit_amount"] = whole_minor(*picos);
                object["unit_amount_decimal"] = json!(decimal(*picos));
            }
            Scheme::Graduated(tiers) => {
                object["tiers_mode"] = json!("graduated");
                object["tiers"] = tiers.iter().map(tier).collect();
            }
            Scheme::Volume(tiers) => {
                object["tiers_mode"] = json!("volume");
                object["tiers"] = tiers.iter().map(tier).collect();
            }
        }
        if price.is_deleted {
            object["deleted"] = json!(true);
        }
        object["currency_options"] = self.currency_options(number);
        object
    }

    fn currency_options(&self, number: u32) -> Value {
        let is_of_it = |(own, price): &(u32, &Price)| *own == number || price.option_of == Some(number);
        let options = (0..).zip(&self.catalog.prices).filter(is_of_it).filter_map(|(_, price)| {
            let Scheme::PerUnit { picos } = &price.scheme else { return None };
            let option = json!({
                "custom_unit_amount": null,
                "tax_behavior": "unspecified",
                "unit_amount": whole_minor(*picos),
                "unit_amount_decimal": decimal(*picos),
            });
            Some((price.currency.to_string(), option))
        });
        Value::Object(options.collect())
    }

    /// The price inside an item, which still has this older form beside it.
    pub(super) fn plan_object(&self, number: u32) -> Value {
        let number = self.whole_price(number);
        let price = &self.catalog.prices[number as usize];
        let Some(recurrence) = price.recurrence else { return Value::Null };
        let picos = match &price.scheme {
            Scheme::PerUnit { picos } => Some(*picos),
            _ => None,
        };
        json!({
            "id": self.id(Tag::Price, number),
            "object": "plan",
            "active": price.is_active,
            "amount": picos.map(whole_minor),
            "amount_decimal": picos.map(decimal),
            "billing_scheme": if picos.is_some() { "per_unit" } else { "tiered" },
            "created": price.created,
            "currency": price.currency,
            "interval": interval(recurrence.interval),
            "interval_count": recurrence.interval_count,
            "livemode": false,
            "metadata": {},
            "nickname": price.nickname,
            "product": self.id(Tag::Product, price.product),
            "usage_type": if recurrence.is_metered { "metered" } else { "licensed" },
        })
    }

    pub(super) fn coupon_object(&self, number: u32) -> Value {
        let coupon = &self.catalog.coupons[number as usize];
        let (amount_off, percent_off) = match coupon.reduction {
            Reduction::Amount(amount) => (Some(amount), None),
            Reduction::Percent(percent) => (None, Some(percent_number(percent))),
        };
        let (duration, months) = match coupon.duration {
            Duration::Once => ("once", None),
            Duration::Months(months) => ("repeating", Some(months)),
            Duration::Forever => ("forever", None),
        };
        json!({
            "id": coupon.id,
            "object": "coupon",
            "amount_off": amount_off,
            "created": coupon.created,
            "currency": coupon.currency,
            "duration": duration,
            "duration_in_months": months,
            "livemode": false,
            "max_redemptions": null,
            "metadata": {},
            "name": coupon.name,
            "percent_off": percent_off,
            "redeem_by": null,
            "times_redeemed": coupon.times_redeemed,
            "valid": true,
        })
    }

    pub(super) fn promotion_code_object(&self, number: u32) -> Value {
        let code = &self.catalog.promotion_codes[number as usize];
        json!({
            "id": self.id(Tag::Promotion, number),
            "object": "promotion_code",
            "active": code.is_active,
            "code": code.code,
            "created": code.created,
            "customer": null,
            "expires_at": null,
            "livemode": false,
            "max_redemptions": null,
            "metadata": {},
            "promotion": {"coupon": self.catalog.coupons[code.coupon as usize].id, "type": "coupon"},
            "restrictions": {
                "first_time_transaction": false,
                "minimum_amount": null,
                "minimum_amount_currency": null,
            },
            "times_redeemed": code.times_redeemed,
        })
    }

    pub(in super::super) fn discount_object(&self, number: u32) -> Value {
        let discount = &self.discounts[number as usize];
        json!({
            "id": self.id(Tag::Discount, number),
            "object": "discount",
            "checkout_session": null,
            "customer": self.id(Tag::Customer, discount.customer),
            "end": discount.end,
            "invoice": null,
            "invoice_item": null,
            "promotion_code": discount.promotion_code.map(|code| self.id(Tag::Promotion, code)),
            "source": {"coupon": self.catalog.coupons[discount.coupon as usize].id, "type": "coupon"},
            "start": discount.start,
            "subscription": discount.subscription.map(|of| self.id(Tag::Subscription, of)),
            "subscription_item": null,
        })
    }
}

/// Hundredths of a percent as a JSON number, without binary fractions on the way.
fn percent_number(percent: i64) -> Value {
    let text = decimal(i128::from(percent) * PICOS / 100);
    serde_json::from_str(&text).unwrap_or_default()
}

pub(super) fn interval(interval: BillingInterval) -> &'static str {
    match interval {
        BillingInterval::Day => "day",
        BillingInterval::Week => "week",
        BillingInterval::Month => "month",
        BillingInterval::Year => "year",
    }
}

fn recurring(recurrence: Recurrence) -> Value {
    json!({
        "interval": interval(recurrence.interval),
        "interval_count": recurrence.interval_count,
        "meter": null,
        "trial_period_days": null,
        "usage_type": if recurrence.is_metered { "metered" } else { "licensed" },
    })
}

fn tier(tier: &Tier) -> Value {
    json!({
        "flat_amount": (tier.flat_minor != 0).then_some(tier.flat_minor),
        "flat_amount_decimal": (tier.flat_minor != 0).then(|| tier.flat_minor.to_string()),
        "unit_amount": whole_minor(tier.unit_picos),
        "unit_amount_decimal": decimal(tier.unit_picos),
        "up_to": tier.up_to,
    })
}
