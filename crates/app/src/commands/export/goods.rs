//! What is sold, what is taken off it, and how it was to be paid, as rows of the tables.

use connect::{Coupon, CouponDuration, PaymentIntent};
use metrics::ledger::PriceBook;
use model::Currency;
use model::billing::{Price, PriceScheme, Tier};

use super::draft::Draft;
use super::table::Cell;
use super::tables;

/// Products and prices in order of their ids.
pub fn price_list(book: &PriceBook, draft: &mut Draft) -> anyhow::Result<()> {
    let mut products: Vec<_> = book.products().collect();
    products.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    for product in products {
        draft.add(
            &tables::PRODUCTS,
            &[
                Cell::from(product.id.as_str()),
                Cell::from(product.name.as_ref()),
                Cell::from(product.is_active),
                Cell::from(product.is_deleted),
            ],
        )?;
    }
    let mut prices: Vec<_> = book.prices().collect();
    prices.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    for price in prices {
        self::price(price, &book.label(&price.id), draft)?;
        amounts(price, price.currency, &price.scheme, draft)?;
        for option in &price.currency_options {
            amounts(price, option.currency, &option.scheme, draft)?;
        }
    }
    Ok(())
}

fn price(price: &Price, label: &str, draft: &mut Draft) -> anyhow::Result<()> {
    let unit_amount = match price.scheme {
        PriceScheme::PerUnit(amount) => amount,
        _ => None,
    };
    let divide_by = price.transform_quantity.and_then(|transform| i64::try_from(transform.divide_by).ok());
    draft.add(
        &tables::PRICES,
        &[
            Cell::from(price.id.as_str()),
            Cell::named_if_any(price.product.as_ref()),
            Cell::from(price.nickname.as_ref()),
            Cell::from(label),
            Cell::from(price.currency),
            Cell::from(scheme(&price.scheme)),
            Cell::from(unit_amount),
            Cell::from(price.recurrence.map(|recurrence| recurrence.interval.as_str())),
            Cell::from(price.recurrence.map(|recurrence| i64::from(recurrence.interval_count))),
            Cell::from(price.recurrence.is_some_and(|recurrence| recurrence.is_metered)),
            Cell::from(divide_by),
            Cell::from(price.is_active),
        ],
    )
}

/// What a price costs in a currency.
fn amounts(price: &Price, currency: Currency, own: &PriceScheme, draft: &mut Draft) -> anyhow::Result<()> {
    let whole;
    let tiers = match own {
        PriceScheme::Graduated(tiers) | PriceScheme::Volume(tiers) => tiers.as_slice(),
        PriceScheme::PerUnit(unit_amount) => {
            whole = [Tier { up_to: None, unit_amount: *unit_amount, flat_amount: None }];
            whole.as_slice()
        }
        PriceScheme::UnknownTiers => &[],
    };
    for tier in tiers {
        draft.add(
            &tables::PRICE_AMOUNTS,
            &[
                Cell::from(price.id.as_str()),
                Cell::from(currency),
                Cell::from(scheme(own)),
                Cell::from(tier.up_to),
                Cell::from(tier.unit_amount),
                Cell::from(tier.flat_amount),
            ],
        )?;
    }
    Ok(())
}

fn scheme(scheme: &PriceScheme) -> &'static str {
    match scheme {
        PriceScheme::PerUnit(_) => "per_unit",
        PriceScheme::Graduated(_) => "graduated",
        PriceScheme::Volume(_) => "volume",
        PriceScheme::UnknownTiers => "tiered",
    }
}

pub fn coupon(coupon: &Coupon, draft: &mut Draft) -> anyhow::Result<()> {
    let (months, bills) = match coupon.duration {
        CouponDuration::Months(months) => (Some(months), None),
        CouponDuration::Bills(bills) => (None, Some(bills)),
        _ => (None, None),
    };
    draft.add(
        &tables::COUPONS,
        &[
            Cell::from(coupon.id.as_str()),
            Cell::from(coupon.name.as_ref()),
            Cell::from(coupon.code.as_ref()),
            Cell::from(coupon.percent_off),
            Cell::from(coupon.amount_off.map(|(_, currency)| currency)),
            Cell::from(coupon.amount_off.map(|(minor, _)| minor)),
            Cell::from(coupon.duration.as_str()),
            Cell::from(months),
            Cell::from(bills),
            Cell::from(coupon.is_active),
            Cell::from(coupon.times_redeemed),
            Cell::from(coupon.created_at),
            Cell::from(coupon.expires_at),
        ],
    )
}

pub fn payment_intent(intent: &PaymentIntent, draft: &mut Draft) -> anyhow::Result<()> {
    draft.add(
        &tables::PAYMENT_INTENTS,
        &[
            Cell::from(intent.id.as_str()),
            Cell::named_if_any(intent.customer.as_ref()),
            Cell::from(intent.status.as_ref()),
            Cell::from(intent.currency),
            Cell::from(intent.amount_minor),
            Cell::from(intent.amount_received_minor),
            Cell::from(intent.created_at),
            Cell::from(intent.canceled_at),
        ],
    )
}
