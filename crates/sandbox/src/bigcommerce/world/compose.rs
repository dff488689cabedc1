//! Puts an order together from its script, and writes down beside it what its parts are meant to be.

mod cutting;

use model::{Currency, UnixSeconds};

use super::super::money::Taxed;
use super::buyer::{Buyer, typed};
use super::catalog::{BRANDS, Catalog, Goods, Product, Variant};
use super::intended::ExpectedOrder;
use super::market::{Pricing, currency};
use super::order::{Address, Fee, Left, Line, Order};
use super::scripts::{Basket, Course, Extra, Origin, Script};
use crate::world::chance::Chance;

/// What shipping an order costs, in US cents, by its number of addresses.
const SHIPPING_CENTS: i64 = 695;
const HANDLING_CENTS: i64 = 250;
const WRAPPING_CENTS: i64 = 350;
const FEE_CENTS: i64 = 199;
const CERTIFICATE_CENTS: i64 = 5_000;
/// Between the ids of things that belong to an order.
pub const IDS_AN_ORDER: i64 = 16;

/// What an order follows from beside its script.
pub struct Setting<'a> {
    pub id: i64,
    pub at: i64,
    /// When it was placed, where that is not now.
    pub dated: Option<i64>,
    pub place: usize,
    pub buyer: &'a Buyer,
    pub customer_id: i64,
    pub pricing: Pricing,
    pub has_multi_currency: bool,
    pub channel_id: i64,
    pub catalog: &'a Catalog,
}

/// An order as it is placed, and what it is meant to be.
pub struct Composed {
    pub order: Order,
    pub expected: ExpectedOrder,
}

struct Composer<'a, 'b> {
    setting: &'a Setting<'a>,
    script: &'static Script,
    chance: &'b mut Chance,
    lines: Vec<Line>,
    expected: ExpectedOrder,
    made: i64,
}

pub fn compose(setting: &Setting<'_>, script: &'static Script, chance: &mut Chance) -> Composed {
    let expected = ExpectedOrder {
        order_id: setting.id,
        script: script.name,
        created_at: UnixSeconds(setting.dated.unwrap_or(setting.at)),
        currency: setting.pricing.currency,
        buyer: String::new(),
        status_id: 0,
        is_archived: false,
        counts: false,
        gross_sales_minor: 0,
        discounts_minor: 0,
        shipping_minor: 0,
        handling_minor: 0,
        wrapping_minor: 0,
        fees_minor: 0,
        taxes_minor: 0,
        gift_certificates_minor: 0,
        total_minor: 0,
        units: 0,
    };
    let mut composer = Composer { setting, script, chance, lines: Vec::new(), expected, made: 0 };
    composer.fill();
    composer.finish()
}

impl Composer<'_, '_> {
    fn next_id(&mut self) -> i64 {
        self.made += 1;
        self.setting.id * IDS_AN_ORDER + self.made
    }

    fn fill(&mut self) {
        let catalog = self.setting.catalog;
        match self.script.basket {
            Basket::One => self.goods(Goods::Physical, 1),
            Basket::Several => self.goods(Goods::Physical, 3),
            Basket::Digital => self.goods(Goods::Digital, 1),
            Basket::Mixed => {
                self.goods(Goods::Physical, 1);
                self.goods(Goods::Digital, 1);
            }
            Basket::Certificate => {
                self.goods(Goods::Physical, 1);
                self.certificate();
            }
            Basket::CertificateOnly => self.certificate(),
            Basket::Custom => self.custom(),
            Basket::Bundle => match catalog.bundle() {
                Some((bundle, parts)) => self.bundle(bundle, &parts),
                None => self.goods(Goods::Physical, 1),
            },
        }
    }

    /// So many different products of a kind.
    fn goods(&mut self, goods: Goods, count: usize) {
        let staples = self.setting.catalog.staples(goods);
        let first = self.chance.below(staples.len() as u64) as usize;
        for step in 0..count.min(staples.len()) {
            let product = staples[(first + step) % staples.len()];
            let variant = &product.variants[self.chance.below(product.variants.len() as u64) as usize];
            let quantity = if goods == Goods::Physical { self.chance.between(1, 3) } else { 1 };
            // Something can be refunded of the first in part.
            let quantity = if step == 0 && count > 1 { quantity + 1 } else { quantity };
            self.product(product, variant, quantity, variant.cents, None);
        }
    }

    fn product(
        &mut self,
        product: &Product,
        variant: &Variant,
        quantity: i64,
        cents: i64,
        parent_id: Option<i64>,
    ) -> i64 {
        let pricing = self.setting.pricing;
        let base_minor = pricing.minor(cents);
        let (dividend, divisor) = super::market::Tender::of(pricing.currency).per_cent;
        let scale = 10_i64.pow(4_u32.saturating_sub(pricing.currency.exponent()));
        self.line(Line {
            product_id: product.id,
            variant_id: variant.id,
            sku: variant.sku.clone(),
            name: product.name.clone(),
            option: variant.label,
            brand: BRANDS[product.brand],
            goods: product.goods,
            quantity,
            base_minor,
            cost_e4: product.cost_cents * dividend * scale / divisor,
            parent_id,
            ..self.blank(base_minor, quantity, true)
        })
    }

    /// A line without a product. `has_tax`: as the market has it.
    fn blank(&self, base_minor: i64, quantity: i64, has_tax: bool) -> Line {
        let pricing = self.setting.pricing;
        let charged = |minor: i64| {
            if has_tax { pricing.shown(minor) } else { Taxed { ex_minor: minor, tax_minor: 0 } }
        };
        let total = charged(base_minor * quantity);
        Line {
            id: 0,
            product_id: 0,
            variant_id: 0,
            sku: String::new(),
            name: String::new(),
            option: None,
            brand: "",
            goods: Goods::Physical,
            quantity,
            base_minor,
            price: charged(base_minor),
            total,
            cost_e4: 0,
            discount: None,
            net: total,
            wrapping: Taxed::default(),
            parent_id: None,
            address: 0,
            refunded: 0,
        }
    }

    fn line(&mut self, line: Line) -> i64 {
        let id = self.next_id();
        if line.parent_id.is_none() {
            self.expected.units += line.quantity;
        }
        let total_minor = line.total.ex_minor;
        match line.goods {
            Goods::GiftCertificate => self.expected.gift_certificates_minor += total_minor,
            _ => self.expected.gross_sales_minor += total_minor,
        }
        let is_second_place = self.script.has(Extra::TwoAddresses) && self.lines.len() % 2 == 1;
        self.lines.push(Line { id, address: usize::from(is_second_place), ..line });
        id
    }

    fn bundle(&mut self, bundle: &Product, parts: &[(&Product, i64)]) {
        let quantity = self.chance.between(1, 2);
        let parent_id = self.product(bundle, &bundle.variants[0], quantity, bundle.cents, None);
        for (part, count) in parts {
            self.product(part, &part.variants[0], count * quantity, 0, Some(parent_id));
        }
    }

    fn certificate(&mut self) {
        let value_minor = self.setting.pricing.minor(CERTIFICATE_CENTS);
        let blank = self.blank(value_minor, 1, false);
        self.line(Line { goods: Goods::GiftCertificate, name: "Gift Certificate".to_owned(), ..blank });
    }

    fn custom(&mut self) {
        let base_minor = self.setting.pricing.minor(self.chance.between(40, 220) * 100 + 95);
        let quantity = self.chance.between(1, 2);
        let blank = self.blank(base_minor, quantity, true);
        self.line(Line { name: "Tasting for your team".to_owned(), ..blank });
    }

    fn is_shipped(&self) -> bool {
        let has_physical = self.lines.iter().any(|line| line.goods == Goods::Physical);
        has_physical && !self.script.course.is_collected()
    }

    fn addresses(&mut self) -> Vec<Address> {
        if !self.lines.iter().any(|line| line.goods == Goods::Physical) {
            return Vec::new();
        }
        let pricing = self.setting.pricing;
        let has_second = self.lines.iter().any(|line| line.address == 1);
        let mut addresses = Vec::new();
        for place in 0..=usize::from(has_second) {
            let cents = if self.is_shipped() { SHIPPING_CENTS } else { 0 };
            let charged = self.shipping_cents(cents);
            let handling = if self.script.has(Extra::Handling) && place == 0 { HANDLING_CENTS } else { 0 };
            addresses.push(Address {
                id: self.next_id(),
                base_shipping_minor: pricing.minor(cents),
                shipping: pricing.of(charged),
                handling: pricing.of(handling),
                is_pickup: self.script.course.is_collected(),
            });
        }
        addresses
    }

    fn wrap(&mut self) {
        if !self.script.has(Extra::Wrapping) {
            return;
        }
        let wrapping = self.setting.pricing.of(WRAPPING_CENTS);
        for line in self.lines.iter_mut().filter(|line| line.goods == Goods::Physical).take(2) {
            line.wrapping = wrapping;
        }
    }

    fn fees(&mut self) -> Vec<Fee> {
        if !self.script.has(Extra::Fee) {
            return Vec::new();
        }
        vec![Fee { id: self.next_id(), name: "Eco packaging", cost: self.setting.pricing.of(FEE_CENTS) }]
    }

    fn finish(mut self) -> Composed {
        let cuts = self.cut();
        self.wrap();
        let addresses = self.addresses();
        let fees = self.fees();
        let sum = |parts: &mut dyn Iterator<Item = Taxed>| parts.fold(Taxed::default(), Taxed::plus);
        let subtotal = sum(&mut self.lines.iter().map(|line| line.total));
        let net = sum(&mut self.lines.iter().map(|line| line.net));
        let wrapping = sum(&mut self.lines.iter().map(|line| line.wrapping));
        let shipping = sum(&mut addresses.iter().map(|address| address.shipping));
        let handling = sum(&mut addresses.iter().map(|address| address.handling));
        let fee = sum(&mut fees.iter().map(|fee| fee.cost));
        let total = net.plus(wrapping).plus(shipping).plus(handling).plus(fee);
        self.intend(&addresses, &fees);
        let left = Left {
            lines: self.lines.iter().map(|line| (line.quantity, line.net)).collect(),
            wrapping: self.lines.iter().map(|line| line.wrapping).collect(),
            shipping: addresses.iter().map(|address| address.shipping).collect(),
            handling: addresses.iter().map(|address| address.handling).collect(),
            fees: fees.iter().map(|fee| fee.cost).collect(),
        };
        let Self { setting, script, lines, expected, .. } = self;
        let (store_credit_minor, gift_certificate_minor) = credit(setting, script, total.inc_minor());
        let dated = setting.dated.unwrap_or(setting.at);
        let is_over = script.course == Course::Over;
        let order = Order {
            id: setting.id,
            script: script.name,
            buyer: setting.place,
            customer_id: setting.customer_id,
            email: typed(
                &setting.buyer.email,
                if setting.customer_id > 0 { 0 } else { setting.buyer.orders },
            ),
            market: setting.pricing.market,
            currency: setting.pricing.currency,
            display_currency: display(setting, script),
            has_multi_currency: setting.has_multi_currency,
            created_at: dated,
            modified_at: setting.at,
            shipped_at: is_over.then_some(dated + 2 * super::DAY_S),
            status_id: 0,
            payment_status: "",
            payment_method: if total.inc_minor() == 0 { "" } else { script.course.payment_method() },
            origin: script.origin,
            channel_id: if script.origin == Origin::Storefront { setting.channel_id } else { 1 },
            lines,
            addresses,
            fees,
            coupons: cuts.coupons,
            subtotal,
            shipping,
            handling,
            wrapping,
            discount_minor: cuts.discount_minor,
            coupon_minor: cuts.coupon_minor,
            total,
            store_credit_minor,
            gift_certificate_minor,
            is_archived: false,
            notes: "",
            transactions: Vec::new(),
            left,
        };
        Composed { order, expected }
    }

    /// Writes down what was chosen.
    fn intend(&mut self, addresses: &[Address], fees: &[Fee]) {
        let expected = &mut self.expected;
        for address in addresses {
            expected.shipping_minor += address.shipping.ex_minor;
            expected.handling_minor += address.handling.ex_minor;
            expected.taxes_minor += address.shipping.tax_minor + address.handling.tax_minor;
        }
        for line in &self.lines {
            expected.wrapping_minor += line.wrapping.ex_minor;
            expected.taxes_minor += line.net.tax_minor + line.wrapping.tax_minor;
        }
        for fee in fees {
            expected.fees_minor += fee.cost.ex_minor;
            expected.taxes_minor += fee.cost.tax_minor;
        }
        expected.total_minor = expected.gross_sales_minor - expected.discounts_minor
            + expected.gift_certificates_minor
            + expected.shipping_minor
            + expected.handling_minor
            + expected.wrapping_minor
            + expected.fees_minor
            + expected.taxes_minor;
    }
}

/// What is paid with store credit, which takes an account, and with a gift certificate.
fn credit(setting: &Setting<'_>, script: &Script, total_minor: i64) -> (i64, i64) {
    let has_account = setting.customer_id > 0;
    let store = if script.has(Extra::StoreCredit) && has_account { total_minor / 3 } else { 0 };
    let certificate = if script.has(Extra::PaidWithCertificate) {
        total_minor.min(setting.pricing.minor(2_500))
    } else {
        0
    };
    (store, certificate)
}

/// The currency of the prices that the shopper saw.
fn display(setting: &Setting<'_>, script: &Script) -> Currency {
    let paid_in = setting.pricing.currency;
    if script.has(Extra::OtherDisplay) {
        let other = currency("cad");
        return if paid_in == other { currency("usd") } else { other };
    }
    paid_in
}
