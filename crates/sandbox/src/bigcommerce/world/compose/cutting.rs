//! What is taken off: promotions and coupons, divided among the lines.

use super::super::super::money::Taxed;
use super::super::catalog::Goods;
use super::super::order::{LineDiscount, UsedCoupon};
use super::super::scripts::{Coupon, Cut};
use super::Composer;
use crate::rounding::rounded;

/// What was taken off the order.
#[derive(Default)]
pub struct Cuts {
    pub discount_minor: i64,
    pub coupon_minor: i64,
    pub coupons: Vec<UsedCoupon>,
}

/// A promotion or a coupon with what it is about.
struct Reduction {
    code: Option<&'static str>,
    name: &'static str,
    is_of_product: bool,
}

impl Composer<'_, '_> {
    /// What shipping costs after coupons for it.
    pub(super) fn shipping_cents(&self, cents: i64) -> i64 {
        match self.script.cut {
            Cut::Coupon(Coupon::FreeShipping) | Cut::Everything => 0,
            Cut::Coupon(Coupon::Shipping) => (cents - 300).max(0),
            _ => cents,
        }
    }

    pub(super) fn cut(&mut self) -> Cuts {
        let mut cuts = Cuts::default();
        match self.script.cut {
            Cut::None => {}
            Cut::OrderDiscount => cuts.discount_minor = self.promote(80),
            Cut::LineDiscount => {
                let amount_minor = rounded(self.lines[0].total.ex_minor * 25, 100);
                let reduction = Reduction { code: None, name: "A quarter off", is_of_product: true };
                self.spread(amount_minor, 1, &reduction);
                cuts.discount_minor = amount_minor;
            }
            Cut::Coupon(coupon) => self.redeem(coupon, &mut cuts),
            Cut::CouponAndDiscount => {
                self.redeem(Coupon::PerTotal, &mut cuts);
                // The lines have room for one discount each: the promotion is of the last.
                let last = self.lines.len() - 1;
                let amount_minor = rounded(self.lines[last].total.ex_minor, 10);
                let reduction = Reduction { code: None, name: "A tenth off", is_of_product: true };
                self.take_off(last, amount_minor, &reduction);
                cuts.discount_minor = amount_minor;
            }
            Cut::Everything => {
                let all_minor = self.reducible_minor(usize::MAX);
                let reduction =
                    Reduction { code: Some("ONTHEHOUSE"), name: "On the house", is_of_product: false };
                self.spread(all_minor, usize::MAX, &reduction);
                cuts.coupon_minor = all_minor;
                let id = self.next_id();
                cuts.coupons.push(UsedCoupon { id, coupon: Coupon::Promotion, discount_minor: all_minor });
            }
        }
        self.expected.discounts_minor += cuts.discount_minor + cuts.coupon_minor;
        cuts
    }

    /// A promotion of so many thousandths of the order.
    fn promote(&mut self, per_mille: i64) -> i64 {
        let amount_minor = rounded(self.reducible_minor(usize::MAX) * per_mille, 1000);
        let reduction = Reduction { code: None, name: "Autumn sale", is_of_product: false };
        self.spread(amount_minor, usize::MAX, &reduction);
        amount_minor
    }

    fn redeem(&mut self, coupon: Coupon, cuts: &mut Cuts) {
        let pricing = self.setting.pricing;
        let most = if self.script.cut == Cut::CouponAndDiscount { self.lines.len() - 1 } else { usize::MAX };
        let room_minor = self.reducible_minor(most);
        let goods = self.lines.iter().filter(|line| line.goods != Goods::GiftCertificate);
        let units: i64 = goods.map(|line| line.quantity).sum();
        let amount_minor = match coupon {
            Coupon::PerItem => pricing.minor(200) * units,
            Coupon::Percent => rounded(room_minor * 15, 100),
            Coupon::PerTotal => pricing.minor(500),
            Coupon::Promotion => pricing.minor(1_000),
            Coupon::Shipping | Coupon::FreeShipping => 0,
        };
        let amount_minor = amount_minor.min(room_minor);
        let reduction =
            Reduction { code: Some(coupon.code()), name: "Coupon", is_of_product: coupon == Coupon::PerItem };
        self.spread(amount_minor, most, &reduction);
        cuts.coupon_minor += amount_minor;
        let id = self.next_id();
        cuts.coupons.push(UsedCoupon { id, coupon, discount_minor: amount_minor });
    }

    /// What the first lines cost that can be reduced: no gift certificates.
    fn reducible_minor(&self, most: usize) -> i64 {
        let lines = self.lines.iter().take(most).filter(|line| line.goods != Goods::GiftCertificate);
        lines.map(|line| line.total.ex_minor).sum()
    }

    /// Takes an amount off the first lines, in proportion; the last gets what rounding leaves.
    fn spread(&mut self, amount_minor: i64, most: usize, reduction: &Reduction) {
        let whole = self.reducible_minor(most);
        let (mut left_minor, mut left_whole) = (amount_minor, whole);
        for place in 0..self.lines.len().min(most) {
            let line = &self.lines[place];
            if line.goods == Goods::GiftCertificate || line.total.ex_minor == 0 || left_minor == 0 {
                continue;
            }
            let part = rounded(left_minor * line.total.ex_minor, left_whole);
            left_whole -= line.total.ex_minor;
            left_minor -= part;
            self.take_off(place, part, reduction);
        }
    }

    fn take_off(&mut self, place: usize, amount_minor: i64, reduction: &Reduction) {
        let pricing = self.setting.pricing;
        let line = &mut self.lines[place];
        let ex_minor = line.net.ex_minor - amount_minor;
        line.net = Taxed { ex_minor, tax_minor: pricing.tax_on(ex_minor) };
        let id = reduction.code.map_or_else(|| format!("promotion-{place}"), |_| "coupon".to_owned());
        line.discount = Some(LineDiscount {
            id,
            code: reduction.code,
            name: reduction.name,
            is_of_product: reduction.is_of_product,
            amount_minor,
        });
    }
}
