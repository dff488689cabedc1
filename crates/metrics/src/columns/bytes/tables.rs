//! The columns of a chunk and the plans of the catalog, in the order in which they are written.
//!
//! Rows name plans by a table of the chunk's own, in order of price and currency: its bytes depend on nothing outside it.

use model::billing::{BillingInterval, CancellationReason, SubscriptionStatus};
use model::{Currency, PriceId, ProductId};
use rustc_hash::FxHashMap;

use super::super::catalog::{Plan, PlanCatalog, PlanInterval};
use super::super::chunk::{Chunk, Columns, NO_PLAN, Subscriptions};
use super::super::country::Country;
use super::super::rows::{
    DifferenceRows, FailedInvoiceRows, ListRows, MoneyRows, NO_CODE, PaidRows, Rows, UnexplainedRows,
};
use super::super::texts::Texts;
use super::reader::{Read, Reader, Writer};
use crate::ledger::{Apart, ChangeCause, ListPart, MoneyKind, MrrReason, PaidPart, Reason, RuleSets};

/// The place in each list is the number on disk: only ever add at the end.
const STATUSES: [SubscriptionStatus; 9] = [
    SubscriptionStatus::Incomplete,
    SubscriptionStatus::IncompleteExpired,
    SubscriptionStatus::Trialing,
    SubscriptionStatus::Active,
    SubscriptionStatus::PastDue,
    SubscriptionStatus::Canceled,
    SubscriptionStatus::Unpaid,
    SubscriptionStatus::Paused,
    SubscriptionStatus::Unknown,
];
const REASONS: [Option<CancellationReason>; 5] = [
    None,
    Some(CancellationReason::Requested),
    Some(CancellationReason::PaymentFailed),
    Some(CancellationReason::PaymentDisputed),
    Some(CancellationReason::Other),
];
const PARTS: [PaidPart; 16] = [
    PaidPart::Used,
    PaidPart::LeftOut(Reason::Tax),
    PaidPart::LeftOut(Reason::Shipping),
    PaidPart::LeftOut(Reason::BillingCredit),
    PaidPart::LeftOut(Reason::OneOff),
    PaidPart::LeftOut(Reason::NoSubscription),
    PaidPart::LeftOut(Reason::Metered),
    PaidPart::LeftOut(Reason::ProrationCredit),
    PaidPart::LeftOut(Reason::UnknownPrice),
    PaidPart::LeftOut(Reason::Void),
    PaidPart::LeftOut(Reason::Uncollectible),
    PaidPart::LeftOut(Reason::Unpaid),
    PaidPart::LeftOut(Reason::AwaitingPayment),
    PaidPart::LeftOut(Reason::Replaced),
    PaidPart::LeftOut(Reason::PaidTrial),
    PaidPart::LeftOut(Reason::NoChange),
];
/// The value at list prices; the reasons follow it.
const LIST_VALUE: u8 = 0;
const INTERVALS: [BillingInterval; 4] =
    [BillingInterval::Day, BillingInterval::Week, BillingInterval::Month, BillingInterval::Year];

/// `chunks` is how many of them make the ledger.
pub(super) fn write_chunk(chunk: &Chunk, catalog: &PlanCatalog, chunks: usize) -> Vec<u8> {
    let columns = chunk.columns();
    let (rows, subscriptions, money) = (&columns.rows, &columns.subscriptions, &columns.money);
    let mut out = Writer::default();
    out.count(chunks);
    out.count(columns.ids.len());
    for texts in [&columns.ids, &columns.names, &columns.emails, &columns.email_hashes, &columns.origins] {
        out.texts(texts);
    }
    out.u8s(columns.countries.iter().flat_map(|country| country.0.to_le_bytes()));
    out.i64s(&columns.created_at);
    out.u8s(columns.is_deleted.iter().map(|flag| u8::from(*flag)));

    out.count(subscriptions.status.len());
    out.u32s(&subscriptions.ends);
    out.texts(&subscriptions.ids);
    out.u8s(subscriptions.status.iter().map(|status| number(&STATUSES, status)));
    out.u8s(subscriptions.is_involuntary.iter().map(|flag| u8::from(*flag)));
    for column in [&subscriptions.started_at, &subscriptions.ended_at, &subscriptions.cancel_at] {
        out.i64s(column);
    }
    out.u8s(subscriptions.ends_with_period.iter().map(|flag| u8::from(*flag)));

    for column in [&subscriptions.renews_at, &subscriptions.trial_start, &subscriptions.trial_end] {
        out.i64s(column);
    }
    out.u8s(subscriptions.reason.iter().map(|reason| number(&REASONS, reason)));
    out.texts(&subscriptions.feedback);
    out.u8s(subscriptions.card_expiry.iter().flat_map(|expiry| expiry.to_le_bytes()));
    for texts in [&subscriptions.card_brand, &subscriptions.card_last4, &subscriptions.origins] {
        out.texts(texts);
    }

    let named = columns.apart.iter().chain([rows]).flat_map(|rows| &rows.plan);
    let (names, codes) = local_plans(named.chain(&subscriptions.trial_plan), catalog);
    out.count(names.ends.len());
    out.texts(&names);
    let local = |plans: &[u32]| -> Vec<u32> {
        plans.iter().map(|code| codes.get(code).copied().unwrap_or(NO_PLAN)).collect()
    };
    out.u32s(&local(&subscriptions.trial_plan));
    for rows in columns.apart.iter().chain([rows]) {
        out.count(rows.at.len());
        out.u32s(&rows.ends);
        out.i64s(&rows.at);
        out.u32s(&rows.subscription);
        out.u32s(&local(&rows.plan));
        out.i64s(&rows.delta_minor);
    }
    out.u8s(columns.causes.iter().map(|cause| number(&ChangeCause::ALL, cause)));

    write_failed_invoices(&mut out, &columns.failed_invoices);
    write_money(&mut out, money);
    write_paid(&mut out, columns);
    write_differences(&mut out, &columns.differences);
    write_list_rows(&mut out, &columns.list_rows);
    out.bytes
}

fn write_failed_invoices(out: &mut Writer, invoices: &FailedInvoiceRows) {
    out.count(invoices.failed_at.len());
    out.u32s(&invoices.ends);
    out.u32s(&invoices.subscription);
    out.i64s(&invoices.failed_at);
    out.i64s(&invoices.until);
}

fn write_money(out: &mut Writer, money: &MoneyRows) {
    out.count(money.at.len());
    out.u32s(&money.ends);
    out.i64s(&money.at);
    out.u8s(money.kind.iter().map(|kind| number(&MoneyKind::ALL, kind)));
    out.currencies(&money.currency);
    out.i64s(&money.amount_minor);
    out.u8s(money.code.iter().flat_map(|code| code.to_le_bytes()));
    out.count(money.codes.len());
    out.texts(&money.codes);
}

fn write_paid(out: &mut Writer, columns: &Columns) {
    let (paid, unexplained) = (&columns.paid, &columns.unexplained);
    out.count(paid.at.len());
    out.u32s(&paid.ends);
    out.i64s(&paid.at);
    out.currencies(&paid.currency);
    out.u8s(paid.part.iter().map(|part| number(&PARTS, part)));
    out.i64s(&paid.amount_minor);

    out.count(unexplained.at.len());
    out.u32s(&unexplained.ends);
    out.i64s(&unexplained.at);
    out.currencies(&unexplained.currency);
    out.texts(&unexplained.invoices);
    out.i64s(&unexplained.amount_minor);
}

fn write_differences(out: &mut Writer, differences: &DifferenceRows) {
    out.count(differences.at.len());
    out.u32s(&differences.ends);
    out.i64s(&differences.at);
    out.currencies(&differences.currency);
    out.u8s(differences.rules.iter().flat_map(|rules| rules.bits().to_le_bytes()));
    out.i64s(&differences.delta_minor);
}

fn write_list_rows(out: &mut Writer, rows: &ListRows) {
    out.count(rows.at.len());
    out.u32s(&rows.ends);
    out.i64s(&rows.at);
    out.u32s(&rows.subscription);
    out.currencies(&rows.currency);
    out.u8s(rows.part.iter().map(|part| match part {
        ListPart::Value => LIST_VALUE,
        ListPart::Reason(reason) => number(&MrrReason::ALL, reason).saturating_add(1),
    }));
    out.i64s(&rows.delta_minor);
}

/// The columns, and how many chunks there were when they were written.
pub(super) fn read_chunk(bytes: &[u8], catalog: &PlanCatalog) -> Read<(usize, Columns)> {
    let mut from = Reader::new(bytes);
    let chunks = usize::try_from(from.u32()?).map_err(|_| "it ends too early")?;
    let customers = from.count()?;
    let (ids, names, emails) = (from.texts(customers)?, from.texts(customers)?, from.texts(customers)?);
    let (email_hashes, origins) = (from.texts(customers)?, from.texts(customers)?);
    if (1..customers).any(|i| ids.get(i - 1) >= ids.get(i)) {
        return Err("its customers are not in order");
    }
    let countries = from.column(customers, |bytes| Country(u16::from_le_bytes(bytes)))?;
    if !countries.iter().all(|country| country.is_valid()) {
        return Err("it names an impossible country");
    }
    let created_at = from.i64s(customers)?;
    let is_deleted = flags(&mut from, customers)?;
    let mut subscriptions = read_subscriptions(&mut from, customers)?;
    let plans = read_plans(&mut from, catalog)?;
    for plan in from.u32s(subscriptions.status.len())? {
        subscriptions.trial_plan.push(if plan == NO_PLAN { NO_PLAN } else { plans.code(plan)? });
    }
    let mut apart = <[Rows; Apart::ALL.len()]>::default();
    for rows in &mut apart {
        *rows = read_rows(&mut from, customers, &subscriptions, &plans)?;
    }
    let rows = read_rows(&mut from, customers, &subscriptions, &plans)?;
    let causes = numbers(&mut from, rows.at.len(), &ChangeCause::ALL)?;
    let failed_invoices = read_failed_invoices(&mut from, customers, &subscriptions)?;
    let money = read_money(&mut from, customers)?;
    let paid = read_paid(&mut from, customers)?;
    let unexplained = read_unexplained(&mut from, customers)?;
    let differences = read_differences(&mut from, customers)?;
    let list_rows = read_list_rows(&mut from, customers, &subscriptions)?;
    from.finish()?;
    let columns = Columns {
        ids,
        names,
        emails,
        countries,
        created_at,
        is_deleted,
        email_hashes,
        origins,
        rows,
        causes,
        apart,
        subscriptions,
        failed_invoices,
        money,
        paid,
        unexplained,
        differences,
        list_rows,
    };
    Ok((chunks, columns))
}

fn read_subscriptions(from: &mut Reader<'_>, customers: usize) -> Read<Subscriptions> {
    let count = from.count()?;
    Ok(Subscriptions {
        ends: from.ends(customers, count)?,
        ids: from.texts(count)?,
        status: numbers(from, count, &STATUSES)?,
        is_involuntary: flags(from, count)?,
        started_at: from.i64s(count)?,
        ended_at: from.i64s(count)?,
        cancel_at: from.i64s(count)?,
        ends_with_period: flags(from, count)?,
        renews_at: from.i64s(count)?,
        trial_start: from.i64s(count)?,
        trial_end: from.i64s(count)?,
        // The names of plans come behind it.
        trial_plan: Vec::with_capacity(count),
        reason: numbers(from, count, &REASONS)?,
        feedback: from.texts(count)?,
        card_expiry: from.column(count, u16::from_le_bytes)?,
        card_brand: from.texts(count)?,
        card_last4: from.texts(count)?,
        origins: from.texts(count)?,
    })
}

/// The codes in the catalog of the plans that a chunk names.
struct Plans(Vec<u32>);

impl Plans {
    fn code(&self, local: u32) -> Read<u32> {
        self.0.get(local as usize).copied().ok_or("a row names a plan that is not there")
    }
}

fn read_plans(from: &mut Reader<'_>, catalog: &PlanCatalog) -> Read<Plans> {
    let plans = from.count()?;
    let names = from.texts(plans)?;
    (0..plans).map(|plan| global_code(names.get(plan), catalog)).collect::<Read<_>>().map(Plans)
}

fn read_rows(
    from: &mut Reader<'_>,
    customers: usize,
    subscriptions: &Subscriptions,
    plans: &Plans,
) -> Read<Rows> {
    let count = from.count()?;
    let ends = from.ends(customers, count)?;
    let at = from.i64s(count)?;
    let subscription = from.u32s(count)?;
    let plan = from.u32s(count)?.into_iter().map(|plan| plans.code(plan)).collect::<Read<_>>()?;
    let rows = Rows { ends, at, subscription, plan, delta_minor: from.i64s(count)? };
    let mut start = (0, 0);
    for (row_end, subscription_end) in rows.ends.iter().zip(&subscriptions.ends) {
        let own = start.1..*subscription_end;
        let range = start.0..*row_end as usize;
        if !rows.subscription[range.clone()].iter().all(|index| own.contains(index)) {
            return Err("a row names another customer's subscription");
        }
        if !rows.at[range].is_sorted() {
            return Err("its rows are not in order");
        }
        start = (*row_end as usize, *subscription_end);
    }
    Ok(rows)
}

fn read_failed_invoices(
    from: &mut Reader<'_>,
    customers: usize,
    subscriptions: &Subscriptions,
) -> Read<FailedInvoiceRows> {
    let count = from.count()?;
    let ends = from.ends(customers, count)?;
    let subscription = from.u32s(count)?;
    check_owners(&ends, &subscription, subscriptions)?;
    Ok(FailedInvoiceRows { ends, subscription, failed_at: from.i64s(count)?, until: from.i64s(count)? })
}

fn read_money(from: &mut Reader<'_>, customers: usize) -> Read<MoneyRows> {
    let count = from.count()?;
    let ends = from.ends(customers, count)?;
    let at = from.i64s(count)?;
    let kind = numbers(from, count, &MoneyKind::ALL)?;
    let (currency, amount_minor) = (currencies(from, count)?, from.i64s(count)?);
    let code = from.column(count, u16::from_le_bytes)?;
    let known = from.count()?;
    let codes = from.texts(known)?;
    if !code.iter().all(|code| *code == NO_CODE || usize::from(*code) < known) {
        return Err("it names a decline code that is not there");
    }
    Ok(MoneyRows { ends, at, kind, currency, amount_minor, code, codes })
}

fn read_paid(from: &mut Reader<'_>, customers: usize) -> Read<PaidRows> {
    let count = from.count()?;
    Ok(PaidRows {
        ends: from.ends(customers, count)?,
        at: from.i64s(count)?,
        currency: currencies(from, count)?,
        part: numbers(from, count, &PARTS)?,
        amount_minor: from.i64s(count)?,
    })
}

fn read_unexplained(from: &mut Reader<'_>, customers: usize) -> Read<UnexplainedRows> {
    let count = from.count()?;
    Ok(UnexplainedRows {
        ends: from.ends(customers, count)?,
        at: from.i64s(count)?,
        currency: currencies(from, count)?,
        invoices: from.texts(count)?,
        amount_minor: from.i64s(count)?,
    })
}

fn read_differences(from: &mut Reader<'_>, customers: usize) -> Read<DifferenceRows> {
    let count = from.count()?;
    let (ends, at) = (from.ends(customers, count)?, from.i64s(count)?);
    let currency = currencies(from, count)?;
    let rules: Option<Vec<RuleSets>> =
        from.column(count, u16::from_le_bytes)?.into_iter().map(RuleSets::from_bits).collect();
    let rules = rules.ok_or("it names rules that this version does not know")?;
    Ok(DifferenceRows { ends, at, currency, rules, delta_minor: from.i64s(count)? })
}

fn read_list_rows(from: &mut Reader<'_>, customers: usize, subscriptions: &Subscriptions) -> Read<ListRows> {
    let count = from.count()?;
    let (ends, at) = (from.ends(customers, count)?, from.i64s(count)?);
    let subscription = from.u32s(count)?;
    check_owners(&ends, &subscription, subscriptions)?;
    let currency = currencies(from, count)?;
    let parts = from.bytes(count)?.iter().map(|number| match number.checked_sub(1) {
        None => Some(ListPart::Value),
        Some(place) => MrrReason::ALL.get(usize::from(place)).copied().map(ListPart::Reason),
    });
    let part: Option<Vec<ListPart>> = parts.collect();
    let part = part.ok_or("it names a reason that this version does not know")?;
    Ok(ListRows { ends, at, subscription, currency, part, delta_minor: from.i64s(count)? })
}

/// Whether each customer's rows name only its own subscriptions.
fn check_owners(ends: &[u32], named: &[u32], subscriptions: &Subscriptions) -> Read<()> {
    let (mut row, mut first) = (0, 0);
    for (row_end, subscription_end) in ends.iter().zip(&subscriptions.ends) {
        let own = first..*subscription_end;
        if !named[row..*row_end as usize].iter().all(|index| own.contains(index)) {
            return Err("a row names another customer's subscription");
        }
        (row, first) = (*row_end as usize, *subscription_end);
    }
    Ok(())
}

/// `balance_months` are the numbers of the months that the balance has, so that a missing one is noticed.
pub(super) fn write_catalog(catalog: &PlanCatalog, balance_months: &[u32]) -> Vec<u8> {
    let mut plans: Vec<&Plan> = catalog.plans().iter().collect();
    plans.sort_by_key(|plan| (&plan.price, plan.currency));
    let mut out = Writer::default();
    out.count(plans.len());
    let column = |text: fn(&Plan) -> String| {
        let mut texts = Texts::default();
        plans.iter().for_each(|plan| texts.push(&text(plan)));
        texts
    };
    out.texts(&column(local_name));
    out.texts(&column(|plan| plan.label.clone()));
    out.texts(&column(|plan| plan.product.as_ref().map(ToString::to_string).unwrap_or_default()));
    out.texts(&column(|plan| plan.product_label.clone().unwrap_or_default()));
    out.u8s(
        plans.iter().map(|plan| plan.interval.map_or(u8::MAX, |interval| number(&INTERVALS, &interval.unit))),
    );
    let counts: Vec<u32> =
        plans.iter().map(|plan| plan.interval.map_or(0, |interval| interval.count)).collect();
    out.u32s(&counts);
    out.u8s(plans.iter().map(|plan| u8::from(plan.is_active)));
    out.count(balance_months.len());
    out.u32s(balance_months);
    out.bytes
}

/// With it the numbers of the months that the balance has.
pub(super) fn read_catalog(bytes: &[u8]) -> Read<(PlanCatalog, Vec<u32>)> {
    let mut from = Reader::new(bytes);
    let count = from.count()?;
    let (names, labels) = (from.texts(count)?, from.texts(count)?);
    let (products, product_labels) = (from.texts(count)?, from.texts(count)?);
    let units = from.bytes(count)?;
    let counts = from.u32s(count)?;
    let is_active = flags(&mut from, count)?;
    let months = from.count()?;
    let balance_months = from.u32s(months)?;
    from.finish()?;
    let mut catalog = PlanCatalog::default();
    for index in 0..count {
        let (price, currency) = split_name(names.get(index))?;
        let unit = INTERVALS.get(usize::from(units[index]));
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        catalog.push(Plan {
            price,
            currency,
            label: labels.get(index).to_owned(),
            product: text(products.get(index)).map(ProductId::from),
            product_label: text(product_labels.get(index)),
            interval: unit.map(|unit| PlanInterval { unit: *unit, count: counts[index] }),
            is_active: is_active[index],
        });
    }
    Ok((catalog, balance_months))
}

/// The plans that are named, in order, and the number of each in that order.
fn local_plans<'a>(plans: impl Iterator<Item = &'a u32>, all: &PlanCatalog) -> (Texts, FxHashMap<u32, u32>) {
    let mut used: Vec<u32> = plans.copied().filter(|plan| *plan != NO_PLAN).collect();
    used.sort_unstable();
    used.dedup();
    used.sort_by_key(|code| all.plan(*code).map(|plan| (&plan.price, plan.currency)));
    let mut names = Texts::default();
    let mut local = FxHashMap::default();
    for (number, code) in (0_u32..).zip(used) {
        names.push(&all.plan(code).map(local_name).unwrap_or_default());
        local.insert(code, number);
    }
    (names, local)
}

/// A plan as a chunk names it: the currency's three letters and the price.
fn local_name(plan: &Plan) -> String {
    format!("{}{}", plan.currency, plan.price)
}

fn split_name(name: &str) -> Read<(PriceId, Currency)> {
    let (code, price) = name.split_at_checked(3).ok_or("a plan has no currency")?;
    Ok((PriceId::from(price), code.parse().map_err(|_| "a plan has no currency")?))
}

fn global_code(name: &str, catalog: &PlanCatalog) -> Read<u32> {
    let (price, currency) = split_name(name)?;
    catalog.code(&price, currency).ok_or("a row names a plan that is not in the catalog")
}

pub(super) fn currencies(from: &mut Reader<'_>, count: usize) -> Read<Vec<Currency>> {
    let codes: Vec<[u8; 3]> = from.column(count, |code| code)?;
    codes.iter().map(|code| currency(code)).collect()
}

fn currency(code: &[u8]) -> Read<Currency> {
    let text = str::from_utf8(code).map_err(|_| "it names an impossible currency")?;
    text.parse().map_err(|_| "it names an impossible currency")
}

fn flags(from: &mut Reader<'_>, count: usize) -> Read<Vec<bool>> {
    numbers(from, count, &[false, true])
}

pub(super) fn numbers<T: Copy>(from: &mut Reader<'_>, count: usize, list: &[T]) -> Read<Vec<T>> {
    let values: Option<Vec<T>> =
        from.bytes(count)?.iter().map(|number| list.get(usize::from(*number)).copied()).collect();
    values.ok_or("it has a value that this version does not know")
}

pub(super) fn number<T: PartialEq>(list: &[T], value: &T) -> u8 {
    list.iter().position(|known| known == value).and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}
