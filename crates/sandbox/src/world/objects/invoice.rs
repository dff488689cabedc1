//! Invoices, their lines, invoice items and credit notes.

use serde_json::{Value, json};

use super::super::ids::{LINES_PER_INVOICE, Tag};
use super::super::listing::is_payable;
use super::super::pricing::TaxRule;
use super::super::records::{Invoice, InvoiceItem, InvoiceStatus, Line, LineSource, LineTax};
use super::super::simulated::World;
use super::customer::collection_method;
use super::{decimal, embedded, merge};

impl World {
    pub(super) fn invoice_object(&self, number: u32) -> Value {
        let invoice = &self.invoices[number as usize];
        let id = self.id(Tag::Invoice, number);
        let lines = invoice
            .lines
            .iter()
            .zip(0..)
            .map(|(line, index)| self.line_object(number, index, line))
            .collect();
        let customer = &self.customers[invoice.customer as usize];
        let mut object = self.invoice_amounts(invoice);
        let rest = json!({
            "id": id,
            "object": "invoice",
            "account_country": "US",
            "account_name": null,
            "account_tax_ids": null,
            "application": null,
            "attempt_count": invoice.attempts,
            "attempted": invoice.attempts > 0 || invoice.paid_at.is_some(),
            "auto_advance": invoice.is_advancing && invoice.paid_at.is_none(),
            "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null, "status": null},
            "automatically_finalizes_at": null,
            "billing_reason": invoice.billing_reason,
            "collection_method": collection_method(invoice.days_until_due),
            "created": invoice.created,
            "currency": invoice.currency,
            "custom_fields": null,
            "customer": self.id(Tag::Customer, invoice.customer),
            "customer_address": {"country": customer.country},
            "customer_email": customer.email,
            "customer_name": customer.name,
            "customer_tax_exempt": "none",
            "default_payment_method": null,
            "default_source": null,
            "default_tax_rates": [],
            "description": null,
            "due_date": invoice.due_at,
            "effective_at": invoice.finalized_at,
        });
        merge(&mut object, rest);
        let rest = json!({
            "footer": null,
            "from_invoice": invoice.revises.map(|of| json!({
                "action": "revision",
                "invoice": self.id(Tag::Invoice, of),
            })),
            "issuer": {"type": "self"},
            "last_finalization_error": null,
            "latest_revision": invoice.revised_by.map(|by| self.id(Tag::Invoice, by)),
            "lines": embedded(lines, format!("/v1/invoices/{id}/lines")),
            "livemode": false,
            "metadata": {},
            "next_payment_attempt": invoice.next_attempt_at,
            "number": self.invoice_number(number),
            "on_behalf_of": null,
            "parent": invoice.subscription.map(|of| json!({
                "quote_details": null,
                "subscription_details": {"metadata": {}, "subscription": self.id(Tag::Subscription, of)},
                "type": "subscription_details",
            })),
            "period_end": invoice.period.1,
            "period_start": invoice.period.0,
            "receipt_number": null,
            "status": invoice.status.as_str(),
            "status_transitions": {
                "finalized_at": invoice.finalized_at,
                "marked_uncollectible_at": invoice.uncollectible_at,
                "paid_at": invoice.paid_at,
                "voided_at": invoice.voided_at,
            },
            "test_clock": null,
            "webhooks_delivered_at": invoice.created,
        });
        merge(&mut object, rest);
        object
    }

    fn invoice_number(&self, number: u32) -> Option<String> {
        let invoice = &self.invoices[number as usize];
        (invoice.number > 0)
            .then(|| format!("{}-{:04}", self.invoice_prefix(invoice.customer), invoice.number))
    }

    fn invoice_amounts(&self, invoice: &Invoice) -> Value {
        let (subtotal, total) = (invoice.subtotal_minor(), invoice.total_minor());
        let exclusive: i64 = invoice.lines.iter().map(Line::exclusive_tax_minor).sum();
        let inclusive: i64 = invoice.lines.iter().map(Line::inclusive_tax_minor).sum();
        let mut discounts: Vec<(u32, i64)> = Vec::new();
        for (discount, amount) in invoice.lines.iter().filter_map(|line| line.discount) {
            match discounts.iter_mut().find(|(known, _)| *known == discount) {
                Some((_, sum)) => *sum += amount,
                None => discounts.push((discount, amount)),
            }
        }
        let names: Vec<String> = discounts.iter().map(|(of, _)| self.id(Tag::Discount, *of)).collect();
        let amounts: Vec<Value> =
            discounts.iter().map(|(of, amount)| self.discount_amount(*of, *amount)).collect();
        json!({
            "amount_due": invoice.due_minor(),
            "amount_overpaid": 0,
            "amount_paid": invoice.paid_minor,
            "amount_remaining": if invoice.status == InvoiceStatus::Draft || is_payable(invoice.status) {
                invoice.remaining_minor()
            } else {
                0
            },
            "amount_shipping": 0,
            "discounts": names,
            "ending_balance": invoice.ending_balance_minor,
            "post_payment_credit_notes_amount": invoice.post_payment_credit_minor,
            "pre_payment_credit_notes_amount": invoice.pre_payment_credit_minor,
            "starting_balance": invoice.starting_balance_minor,
            "subtotal": subtotal,
            "subtotal_excluding_tax": subtotal - inclusive,
            "total": total,
            "total_discount_amounts": amounts,
            "total_excluding_tax": total - exclusive - inclusive,
            "total_pretax_credit_amounts": [],
            "total_taxes": self.total_taxes(invoice),
        })
    }

    fn total_taxes(&self, invoice: &Invoice) -> Vec<Value> {
        let taxes: Vec<LineTax> = invoice.lines.iter().filter_map(|line| line.tax).collect();
        let Some(first) = taxes.first() else { return Vec::new() };
        let amount_minor = taxes.iter().map(|tax| tax.amount_minor).sum();
        let taxable_minor = taxes.iter().map(|tax| tax.taxable_minor).sum();
        vec![self.tax_object(LineTax { amount_minor, taxable_minor, rule: first.rule })]
    }

    fn discount_amount(&self, discount: u32, amount_minor: i64) -> Value {
        json!({"amount": amount_minor, "discount": self.id(Tag::Discount, discount)})
    }

    fn tax_object(&self, tax: LineTax) -> Value {
        json!({
            "amount": tax.amount_minor,
            "tax_behavior": if tax.rule.is_inclusive { "inclusive" } else { "exclusive" },
            "tax_rate_details": {"tax_rate": self.tax_rate_id(tax.rule)},
            "taxability_reason": "standard_rated",
            "taxable_amount": tax.taxable_minor,
            "type": "tax_rate_details",
        })
    }

    fn tax_rate_id(&self, rule: TaxRule) -> String {
        self.id(Tag::TaxRate, rule.rate as u64 * 2 + u64::from(rule.is_inclusive))
    }

    pub(super) fn tax_rates(&self, rule: Option<TaxRule>) -> Vec<Value> {
        let of_rule = |rule: TaxRule| {
            let whole = rule.rate / 100;
            json!({
                "id": self.tax_rate_id(rule),
                "object": "tax_rate",
                "active": true,
                "created": self.opened_at,
                "display_name": "Sales tax",
                "inclusive": rule.is_inclusive,
                "livemode": false,
                "metadata": {},
                "percentage": if rule.rate % 100 == 0 { json!(whole) } else { json!(format!("{whole}.25")) },
            })
        };
        rule.into_iter().map(of_rule).collect()
    }

    fn line_object(&self, invoice: u32, index: u64, line: &Line) -> Value {
        let mut object = self.line_content(line);
        let rest = json!({
            "id": self.line_id(invoice, index),
            "object": "line_item",
            "discount_amounts": line.discount.iter().map(|(of, amount)| self.discount_amount(*of, *amount)).collect::<Vec<_>>(),
            "invoice": self.id(Tag::Invoice, invoice),
            "parent": self.line_parent(line),
            "pretax_credit_amounts": [],
            "quantity_decimal": line.quantity.to_string(),
            "subscription": line.subscription.map(|of| self.id(Tag::Subscription, of)),
            "subtotal": line.amount_minor,
            "taxes": line.tax.iter().map(|tax| self.tax_object(*tax)).collect::<Vec<_>>(),
        });
        merge(&mut object, rest);
        object
    }

    fn line_id(&self, invoice: u32, index: u64) -> String {
        self.id(Tag::Line, u64::from(invoice) * LINES_PER_INVOICE + index)
    }

    /// What lines and invoice items have in common.
    fn line_content(&self, line: &Line) -> Value {
        let price = line.price.map(|price| {
            let product = self.catalog.prices[price as usize].product;
            json!({
                "price_details": {"price": self.price_id(price), "product": self.id(Tag::Product, product)},
                "type": "price_details",
                "unit_amount_decimal": decimal(line.unit_picos),
            })
        });
        let currency = line.price.map(|price| self.catalog.prices[price as usize].currency);
        let discounts: Vec<String> =
            line.discount.iter().map(|(of, _)| self.id(Tag::Discount, *of)).collect();
        json!({
            "amount": line.amount_minor,
            "currency": currency,
            "description": line.description,
            "discountable": matches!(line.source, LineSource::Item { .. }),
            "discounts": discounts,
            "livemode": false,
            "metadata": {},
            "period": {"end": line.period.1, "start": line.period.0},
            "pricing": price,
            "quantity": line.quantity,
        })
    }

    fn line_parent(&self, line: &Line) -> Value {
        let subscription = line.subscription.map(|of| self.id(Tag::Subscription, of));
        match line.source {
            LineSource::Item { item } => json!({
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": null,
                    "proration": false,
                    "proration_details": {"credited_items": null},
                    "subscription": subscription,
                    "subscription_item": self.id(Tag::Item, item),
                },
                "type": "subscription_item_details",
            }),
            LineSource::Proration { item, is_credit, credited } => json!({
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": line.invoice_item.map(|of| self.id(Tag::InvoiceItem, of)),
                    "proration": true,
                    "proration_details": {"credited_items": self.credited_items(is_credit, credited)},
                    "subscription": subscription,
                    "subscription_item": self.id(Tag::Item, item),
                },
                "type": "subscription_item_details",
            }),
            LineSource::OneOff => json!({
                "invoice_item_details": {
                    "invoice_item": line.invoice_item.map(|of| self.id(Tag::InvoiceItem, of)),
                    "proration": false,
                    "proration_details": {"credited_items": null},
                    "subscription": subscription,
                },
                "subscription_item_details": null,
                "type": "invoice_item_details",
            }),
        }
    }

    fn credited_items(&self, is_credit: bool, credited: Option<(u32, u32)>) -> Option<Value> {
        let (invoice, line) = credited.filter(|_| is_credit)?;
        Some(json!({
            "invoice": self.id(Tag::Invoice, invoice),
            "invoice_line_items": [self.line_id(invoice, u64::from(line))],
        }))
    }

    pub(super) fn invoice_item_object(&self, number: u32) -> Value {
        let item = &self.invoice_items[number as usize];
        let InvoiceItem { line, .. } = item;
        let proration = match line.source {
            LineSource::Proration { item, is_credit, credited } => Some((item, is_credit, credited)),
            _ => None,
        };
        let mut object = self.line_content(line);
        let rest = json!({
            "id": self.id(Tag::InvoiceItem, number),
            "object": "invoiceitem",
            "currency": item.currency,
            "customer": self.id(Tag::Customer, item.customer),
            "date": item.created,
            "discountable": false,
            "invoice": item.invoice.map(|of| self.id(Tag::Invoice, of)),
            "net_amount": line.amount_minor - line.discount_minor(),
            "parent": line.subscription.map(|of| json!({
                "subscription_details": {
                    "subscription": self.id(Tag::Subscription, of),
                    "subscription_item": proration.map(|(item, ..)| self.id(Tag::Item, item)),
                },
                "type": "subscription_details",
            })),
            "proration": proration.is_some(),
            "proration_details": proration.map(|(_, is_credit, credited)| json!({
                "credited_items": self.credited_items(is_credit, credited),
                "discount_amounts": line.discount.iter().map(|(of, amount)| self.discount_amount(*of, *amount)).collect::<Vec<_>>(),
            })),
            "quantity_decimal": line.quantity.to_string(),
            "tax_rates": self.tax_rates(line.tax.map(|tax| tax.rule)),
            "test_clock": null,
        });
        merge(&mut object, rest);
        object
    }

    pub(super) fn credit_note_object(&self, number: u32) -> Value {
        let note = &self.credit_notes[number as usize];
        let id = self.id(Tag::CreditNote, number);
        let line = json!({
            "id": self.id(Tag::CreditNoteLine, number),
            "object": "credit_note_line_item",
            "amount": note.amount_minor,
            "description": "Goodwill",
            "discount_amount": 0,
            "discount_amounts": [],
            "invoice_line_item": null,
            "livemode": false,
            "quantity": 1,
            "tax_rates": [],
            "taxes": [],
            "type": "custom_line_item",
            "unit_amount": note.amount_minor,
            "unit_amount_decimal": note.amount_minor.to_string(),
        });
        let refunds: Vec<Value> = note
            .refund
            .iter()
            .map(|refund| json!({"amount_refunded": note.amount_minor, "refund": self.id(Tag::Refund, *refund), "type": "refund"}))
            .collect();
        let (before, after) =
            if note.is_post_payment { (0, note.amount_minor) } else { (note.amount_minor, 0) };
        let invoice_number = self.invoice_number(note.invoice).unwrap_or_default();
        let mut object = json!({
            "id": id,
            "object": "credit_note",
            "amount": note.amount_minor,
            "amount_shipping": 0,
            "created": note.created,
            "currency": note.currency,
            "customer": self.id(Tag::Customer, note.customer),
            "customer_balance_transaction": null,
            "discount_amount": 0,
            "discount_amounts": [],
            "effective_at": note.created,
            "invoice": self.id(Tag::Invoice, note.invoice),
            "lines": embedded(vec![line], format!("/v1/credit_notes/{id}/lines")),
            "livemode": false,
        });
        let rest = json!({
            "memo": null,
            "metadata": {},
            "number": format!("{invoice_number}-CN-{:02}", note.number),
            "out_of_band_amount": null,
            "post_payment_amount": after,
            "pre_payment_amount": before,
            "pretax_credit_amounts": [],
            "reason": "order_change",
            "refunds": refunds,
            "shipping_cost": null,
            "status": "issued",
            "subtotal": note.amount_minor,
            "subtotal_excluding_tax": note.amount_minor,
            "total": note.amount_minor,
            "total_excluding_tax": note.amount_minor,
            "total_taxes": [],
            "type": if note.is_post_payment { "post_payment" } else { "pre_payment" },
            "voided_at": null,
        });
        merge(&mut object, rest);
        object
    }
}
