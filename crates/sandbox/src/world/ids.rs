//! Ids that look like Stripe's, follow from the seed, and tell which object they mean: nothing has to be looked up.

/// What an id names. The discriminant goes into the id: never reorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Account,
    Customer,
    Product,
    Price,
    Promotion,
    Subscription,
    Item,
    Invoice,
    Line,
    InvoiceItem,
    Charge,
    PaymentIntent,
    InvoicePayment,
    Refund,
    Dispute,
    CreditNote,
    CreditNoteLine,
    BalanceTransaction,
    Event,
    Discount,
    TaxRate,
    PaymentMethod,
    Request,
}

/// More lines than any invoice has.
pub(super) const LINES_PER_INVOICE: u64 = 1 << 12;
const INDEX_BITS: u32 = 48;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What 64 bits take in base 62.
const CODE_LENGTH: usize = 11;

impl Tag {
    fn prefix(self) -> &'static str {
        match self {
            Self::Account => "acct_",
            Self::Customer => "cus_",
            Self::Product => "prod_",
            Self::Price => "price_",
            Self::Promotion => "promo_",
            Self::Subscription => "sub_",
            Self::Item => "si_",
            Self::Invoice => "in_",
            Self::Line => "il_",
            Self::InvoiceItem => "ii_",
            Self::Charge => "ch_",
            Self::PaymentIntent => "pi_",
            Self::InvoicePayment => "inpay_",
            Self::Refund => "re_",
            Self::Dispute => "dp_",
            Self::CreditNote => "cn_",
            Self::CreditNoteLine => "cnli_",
            Self::BalanceTransaction => "txn_",
            Self::Event => "evt_",
            Self::Discount => "di_",
            Self::TaxRate => "txr_",
            Self::PaymentMethod => "pm_",
            Self::Request => "req_",
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Customer | Self::Product | Self::Item | Self::Request => 14,
            Self::Account => 16,
            _ => 24,
        }
    }
}

/// The id of the `index`th object of a kind.
pub(super) fn id(seed: u64, tag: Tag, index: u64) -> String {
    let code = scramble(seed, (tag as u64) << INDEX_BITS | index);
    let mut text = String::with_capacity(tag.prefix().len() + tag.length());
    text.push_str(tag.prefix());
    push_digits(&mut text, code, CODE_LENGTH);
    let filler = mix(code ^ seed);
    push_digits(&mut text, filler, CODE_LENGTH.min(tag.length() - CODE_LENGTH));
    let rest = tag.length().saturating_sub(2 * CODE_LENGTH);
    push_digits(&mut text, mix(filler), rest);
    text
}

/// Which object an id names; `None`: none that this seed made.
pub(super) fn index(seed: u64, tag: Tag, text: &str) -> Option<u64> {
    let code_digits = text.strip_prefix(tag.prefix())?.get(..CODE_LENGTH)?;
    let mut code: u128 = 0;
    for digit in code_digits.bytes().rev() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        code = code * 62 + value as u128;
    }
    let plain = unscramble(seed, u64::try_from(code).ok()?);
    let index = plain & ((1 << INDEX_BITS) - 1);
    (plain >> INDEX_BITS == tag as u64 && id(seed, tag, index) == text).then_some(index)
}

fn push_digits(text: &mut String, mut code: u64, count: usize) {
    for _ in 0..count {
        text.push(char::from(DIGITS[(code % 62) as usize]));
        code /= 62;
    }
}

/// A four-round Feistel network: any numbering becomes noise, and comes back.
fn scramble(seed: u64, plain: u64) -> u64 {
    let (mut left, mut right) = ((plain >> 32) as u32, plain as u32);
    for round in 0..4 {
        (left, right) = (right, left ^ round_function(seed, round, right));
    }
    u64::from(left) << 32 | u64::from(right)
}

fn unscramble(seed: u64, code: u64) -> u64 {
    let (mut left, mut right) = ((code >> 32) as u32, code as u32);
    for round in (0..4).rev() {
        (left, right) = (right ^ round_function(seed, round, left), left);
    }
    u64::from(left) << 32 | u64::from(right)
}

fn round_function(seed: u64, round: u64, half: u32) -> u32 {
    (mix(seed ^ mix(round << 32 | u64::from(half))) >> 32) as u32
}

/// SplitMix64's finalizer.
pub(super) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_the_object_that_it_was_made_for() {
        for number in [0, 1, 61, 62, 4095, 1 << 30] {
            for tag in [Tag::Customer, Tag::Invoice, Tag::Line] {
                let text = id(7, tag, number);
                assert_eq!(index(7, tag, &text), Some(number), "{text}");
                assert_eq!(index(8, tag, &text), None, "another seed's {text}");
            }
        }
        assert_eq!(id(7, Tag::Customer, 3).len(), "cus_".len() + 14);
        assert_eq!(id(7, Tag::Invoice, 3).len(), "in_".len() + 24);
    }

    #[test]
    fn what_is_no_id_names_nothing() {
        for text in ["", "cus_", "cus_é", "cus_00000000000000", "in_zzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(index(7, Tag::Customer, text), None, "{text}");
        }
    }
}
