//! The columns of a month of the balance, in the order in which they are written.

use model::BalanceCategory;

use super::super::balance::{BalanceMonth, PaymentColumns, month_number};
use super::super::distinct;
use super::reader::{Read, Reader, Writer};
use super::tables::{currencies, number, numbers};

pub(super) fn write(month: &BalanceMonth) -> Vec<u8> {
    let mut out = Writer::default();
    out.count(month.len());
    out.texts(&month.ids);
    out.texts(&month.sources);
    out.i64s(&month.at);
    out.u8s(month.category.iter().map(|category| number(&BalanceCategory::ALL, category)));
    out.currencies(&month.currency);
    for column in [&month.amount_minor, &month.fee_minor, &month.net_minor] {
        out.i64s(column);
    }
    let payments = &month.payments;
    out.count(payments.row.len());
    out.u32s(&payments.row);
    out.i64s(&payments.at);
    out.currencies(&payments.currency);
    out.i64s(&payments.amount_minor);
    out.bytes
}

pub(super) fn read(bytes: &[u8], of: u32) -> Read<BalanceMonth> {
    let mut from = Reader::new(bytes);
    let count = from.count()?;
    let mut month = BalanceMonth {
        number: of,
        ids: from.texts(count)?,
        sources: from.texts(count)?,
        at: from.i64s(count)?,
        category: numbers(&mut from, count, &BalanceCategory::ALL)?,
        currency: currencies(&mut from, count)?,
        amount_minor: from.i64s(count)?,
        fee_minor: from.i64s(count)?,
        net_minor: from.i64s(count)?,
        payments: read_payments(&mut from, count)?,
        currencies: Vec::new(),
    };
    month.currencies = distinct(&month.currency);
    from.finish()?;
    let (Some(first), Some(last)) = (month.at.first(), month.at.last()) else {
        return Err("it is a month without anything");
    };
    let is_within = |at: &i64| month_number(model::UnixSeconds(*at)) == of;
    if !month.is_in_order() || !is_within(first) || !is_within(last) {
        return Err("its balance transactions are not in order");
    }
    Ok(month)
}

/// `transactions`: how many there are in the month.
fn read_payments(from: &mut Reader<'_>, transactions: usize) -> Read<PaymentColumns> {
    let count = from.count()?;
    let row = from.u32s(count)?;
    let is_within = row.last().is_none_or(|last| (*last as usize) < transactions);
    if !row.is_sorted_by(|a, b| a < b) || !is_within {
        return Err("its payments are not in order");
    }
    let at = from.i64s(count)?;
    Ok(PaymentColumns { row, at, currency: currencies(from, count)?, amount_minor: from.i64s(count)? })
}
