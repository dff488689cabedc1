//! Which rows a query looks at, and what each counts for.

use std::collections::BTreeMap;

use model::Currency;

use super::{Dimension, Filter, Group, Query, Reporting};
use crate::columns::{Country, Ledger, Plan, PlanCatalog, PlanUse};
use crate::fx::Rates;

/// What is not known, in filters and breakdowns.
pub(super) const UNKNOWN: &str = "unknown";
/// More groups than anyone reads: what is beyond them is one group. There are fewer countries.
pub(super) const GROUPS_MAX: usize = 250;
pub(super) const OTHER: &str = "other";
/// A plan or a country that the query leaves out.
pub(super) const LEFT_OUT: u32 = u32::MAX;

/// A filter and a breakdown, resolved to numbers that a loop over rows can index with.
#[derive(Debug)]
pub(super) struct Scope {
    /// In order of their codes.
    pub(super) currencies: Vec<Currency>,
    /// `None`: all of it together.
    pub(super) groups: Vec<Option<Group>>,
    pub(super) series: Vec<SeriesKey>,
    /// By plan code.
    targets: Vec<Target>,
    /// By country; `None` where countries make no difference.
    countries: Option<Vec<u32>>,
    series_per_country: u32,
    counted_per_country: u32,
    pub(super) counted_len: usize,
}

/// Sums are kept by currency within a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SeriesKey {
    pub(super) group: u32,
    /// Into the scope's currencies.
    pub(super) currency: u32,
}

/// Where a row's amount is added, and within what its customer is counted once: a series where every currency is by
/// itself, a group where they are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) series: u32,
    pub(super) counted: u32,
}

/// How to read a ledger: what is left of it, in which parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'a> {
    pub(super) filter: &'a Filter,
    pub(super) by: Option<Dimension>,
    /// Whether currencies are counted together.
    pub(super) is_converted: bool,
}

impl<'a> Selection<'a> {
    /// What a query is about, in the parts that it asks for.
    pub(super) fn of(query: &'a Query) -> Self {
        Self { filter: &query.filter, by: query.by, is_converted: query.currency != Reporting::Native }
    }
}

impl Scope {
    pub(super) fn new(ledger: &Ledger, selection: Selection<'_>) -> Self {
        let plans = ledger.catalog().plans();
        let is_in = |plan: &Plan| selection.filter.has_plan(plan);
        let mut currencies: Vec<Currency> =
            plans.iter().filter(|plan| is_in(plan)).map(|plan| plan.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        if selection.by == Some(Dimension::Country) {
            return Self::by_country(ledger, selection, currencies, is_in);
        }
        let keys: Vec<Option<Group>> = plans.iter().map(|plan| group_of(plan, selection.by)).collect();
        let groups = groups(ledger.catalog(), &keys, is_in, || weights(ledger));
        // What stands for the rest is last, whatever its key.
        let (named, last) = groups.split_at(groups.len() - 1);
        let is_rest = last.iter().flatten().any(|group| group.key == OTHER);
        let named = if is_rest { named } else { &groups[..] };
        let group_of_plan = |code: usize| match named.binary_search(&keys[code]) {
            Ok(index) => index,
            Err(_) => groups.len() - 1,
        };
        let mut series = Vec::new();
        for (code, plan) in plans.iter().enumerate().filter(|(_, plan)| is_in(plan)) {
            series.push(series_key(group_of_plan(code), plan.currency, &currencies));
        }
        series.sort_unstable();
        series.dedup();
        let target = |(code, plan): (usize, &Plan)| {
            if !is_in(plan) {
                return Target { series: LEFT_OUT, counted: LEFT_OUT };
            }
            let key = series_key(group_of_plan(code), plan.currency, &currencies);
            let index = index(series.binary_search(&key).unwrap_or(0));
            Target { series: index, counted: if selection.is_converted { key.group } else { index } }
        };
        let targets = plans.iter().enumerate().map(target).collect();
        let counted_len = if selection.is_converted { groups.len() } else { series.len() };
        let countries =
            (!selection.filter.countries.is_empty()).then(|| country_table(ledger, selection.filter, |_| 0));
        Self {
            currencies,
            groups,
            series,
            targets,
            countries,
            series_per_country: 0,
            counted_per_country: 0,
            counted_len,
        }
    }

    /// Every country has a series for each currency, so that a row's is found by adding.
    fn by_country(
        ledger: &Ledger,
        selection: Selection<'_>,
        currencies: Vec<Currency>,
        is_in: impl Fn(&Plan) -> bool,
    ) -> Self {
        let mut sizes: BTreeMap<Country, u64> = BTreeMap::new();
        for (country, customers) in ledger.chunks().iter().flat_map(|chunk| chunk.countries()) {
            *sizes.entry(*country).or_default() += customers;
        }
        sizes.retain(|country, _| selection.filter.has_country(*country));
        let mut largest: Vec<(Country, u64)> = sizes.into_iter().collect();
        largest.sort_by_key(|(country, size)| (std::cmp::Reverse(*size), *country));
        let has_rest = largest.len() > GROUPS_MAX;
        largest.truncate(GROUPS_MAX);
        let mut groups: Vec<Option<Group>> =
            largest.iter().map(|(country, _)| Some(country_group(*country))).collect();
        if has_rest || groups.is_empty() {
            groups.push(Some(Group::named(OTHER, "All others")));
        }
        let place = |country: Country| {
            index(largest.iter().position(|(known, _)| *known == country).unwrap_or(groups.len() - 1))
        };
        let countries = country_table(ledger, selection.filter, place);
        let series: Vec<SeriesKey> = (0..groups.len())
            .flat_map(|group| {
                (0..currencies.len()).map(move |c| SeriesKey { group: index(group), currency: index(c) })
            })
            .collect();
        let target = |plan: &Plan| match currencies.binary_search(&plan.currency) {
            Ok(c) if is_in(plan) => {
                Target { series: index(c), counted: if selection.is_converted { 0 } else { index(c) } }
            }
            _ => Target { series: LEFT_OUT, counted: LEFT_OUT },
        };
        let per_country = index(currencies.len());
        Self {
            targets: ledger.catalog().plans().iter().map(target).collect(),
            countries: Some(countries),
            series_per_country: per_country,
            counted_per_country: if selection.is_converted { 1 } else { per_country },
            counted_len: if selection.is_converted { groups.len() } else { series.len() },
            currencies,
            groups,
            series,
        }
    }

    /// The number to ask targets with; `None` where the query leaves customers of this country out.
    pub(super) fn country(&self, country: Country) -> Option<u32> {
        let Some(table) = &self.countries else { return Some(0) };
        let index = table[usize::from(country.number())];
        (index != LEFT_OUT).then_some(index)
    }

    /// What a row of a plan counts for; its series is [`LEFT_OUT`] where the query has no place for it.
    #[inline]
    pub(super) fn target(&self, plan: u32, country: u32) -> Target {
        let target = self.targets[plan as usize];
        if target.series == LEFT_OUT {
            return target;
        }
        Target {
            series: target.series + country * self.series_per_country,
            counted: target.counted + country * self.counted_per_country,
        }
    }

    pub(super) fn currency_of(&self, series: u32) -> Currency {
        self.currencies[self.series[series as usize].currency as usize]
    }
}

impl Filter {
    fn has_plan(&self, plan: &Plan) -> bool {
        let is_one_of = |list: &[String], key: &str| list.is_empty() || list.iter().any(|item| item == key);
        is_one_of(&self.plans, plan.price.as_str())
            && is_one_of(&self.products, plan.product.as_ref().map_or(UNKNOWN, |product| product.as_str()))
            && (self.intervals.is_empty() || is_one_of(&self.intervals, &interval_key(plan)))
            && self.has_currency(plan.currency)
    }

    pub(super) fn has_currency(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency)
    }

    pub(super) fn has_country(&self, country: Country) -> bool {
        let named = |name: &String| {
            let wanted = Country::new(name);
            wanted == country && (wanted != Country::default() || name == UNKNOWN)
        };
        self.countries.is_empty() || self.countries.iter().any(named)
    }

    /// Whether any value of a dimension is.
    pub(super) fn names(&self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::Plan => !self.plans.is_empty(),
            Dimension::Product => !self.products.is_empty(),
            Dimension::Interval => !self.intervals.is_empty(),
            Dimension::Currency => !self.currencies.is_empty(),
            Dimension::Country => !self.countries.is_empty(),
            Dimension::Cause
            | Dimension::ChurnReason
            | Dimension::Feedback
            | Dimension::DeclineCode
            | Dimension::Age => false,
        }
    }

    /// Whether anything but countries is named.
    pub(super) fn is_about_plans(&self) -> bool {
        let lists = [self.plans.is_empty(), self.products.is_empty(), self.intervals.is_empty()];
        lists.contains(&false) || !self.currencies.is_empty()
    }
}

impl Group {
    pub(super) fn named(key: &str, label: &str) -> Self {
        Self { key: key.to_owned(), label: label.to_owned() }
    }
}

pub(super) fn country_group(country: Country) -> Group {
    match country.code() {
        Some(code) => Group::named(&code, &code),
        None => Group::named(UNKNOWN, "Unknown country"),
    }
}

pub(super) fn group_of(plan: &Plan, by: Option<Dimension>) -> Option<Group> {
    let group = match by? {
        Dimension::Plan => Group::named(plan.price.as_str(), &plan.label),
        Dimension::Product => match &plan.product {
            Some(product) => {
                Group::named(product.as_str(), plan.product_label.as_deref().unwrap_or(product.as_str()))
            }
            None => Group::named(UNKNOWN, "Unknown product"),
        },
        Dimension::Interval => {
            let label = plan.interval.map_or("Unknown interval".to_owned(), |interval| interval.label());
            Group { key: interval_key(plan), label }
        }
        Dimension::Currency => {
            Group::named(plan.currency.as_str(), &plan.currency.as_str().to_ascii_uppercase())
        }
        Dimension::Country
        | Dimension::Cause
        | Dimension::ChurnReason
        | Dimension::Feedback
        | Dimension::DeclineCode
        | Dimension::Age => return None,
    };
    Some(group)
}

pub(super) fn interval_key(plan: &Plan) -> String {
    plan.interval.map_or_else(|| UNKNOWN.to_owned(), |interval| interval.to_string())
}

/// The groups that have a plan, in order; of too many the heaviest, and the rest as one at the end.
fn groups(
    catalog: &PlanCatalog,
    keys: &[Option<Group>],
    is_in: impl Fn(&Plan) -> bool,
    weights: impl Fn() -> Vec<Weight>,
) -> Vec<Option<Group>> {
    let with_plan = || (0..keys.len()).filter(|code| is_in(&catalog.plans()[*code]));
    let mut groups: Vec<Option<Group>> = with_plan().map(|code| keys[code].clone()).collect();
    groups.sort_unstable();
    groups.dedup();
    if groups.is_empty() {
        groups.push(None);
    }
    if groups.len() <= GROUPS_MAX {
        return groups;
    }
    let weights = weights();
    let mut totals = vec![Weight::default(); groups.len()];
    for code in with_plan() {
        if let Ok(group) = groups.binary_search(&keys[code]) {
            totals[group].0 += weights[code].0;
            totals[group].1 += weights[code].1;
        }
    }
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|group| (std::cmp::Reverse(totals[*group]), *group));
    order.truncate(GROUPS_MAX);
    let mut kept: Vec<Option<Group>> = order.into_iter().map(|group| groups[group].clone()).collect();
    kept.sort_unstable();
    kept.push(Some(Group::named(OTHER, "All others")));
    kept
}

/// What decides which of too many groups are kept: its MRR now in one currency, then how often it is in a row.
type Weight = (i64, u64);

/// By plan. Amounts of several currencies are compared at the rates that the program was built with: the view's own may be
/// missing, and nothing of this is shown.
fn weights(ledger: &Ledger) -> Vec<Weight> {
    let plans = ledger.catalog().plans();
    let mut used = vec![PlanUse::default(); plans.len()];
    for (plan, used_here) in ledger.chunks().iter().flat_map(|chunk| chunk.plans()) {
        let used = &mut used[*plan as usize];
        used.mrr_minor += used_here.mrr_minor;
        used.rows += used_here.rows;
    }
    let rates = Rates::embedded();
    let compared = |amount_minor: i64, currency: Currency| {
        let converted =
            rates.latest_on().and_then(|day| rates.convert(amount_minor, currency, Currency::EUR, day));
        converted.map_or(amount_minor, |converted| converted.amount_minor)
    };
    used.iter().zip(plans).map(|(used, plan)| (compared(used.mrr_minor, plan.currency), used.rows)).collect()
}

fn series_key(group: usize, currency: Currency, currencies: &[Currency]) -> SeriesKey {
    let currency = currencies.binary_search(&currency).unwrap_or(0);
    SeriesKey { group: index(group), currency: index(currency) }
}

/// What every country of the ledger is numbered as; [`LEFT_OUT`] where the filter does not name it.
fn country_table(ledger: &Ledger, filter: &Filter, place: impl Fn(Country) -> u32) -> Vec<u32> {
    let mut table = vec![LEFT_OUT; usize::from(u16::MAX) + 1];
    let mut seen = vec![false; table.len()];
    for (country, _) in ledger.chunks().iter().flat_map(|chunk| chunk.countries()) {
        let number = usize::from(country.number());
        if !seen[number] {
            seen[number] = true;
            if filter.has_country(*country) {
                table[number] = place(*country);
            }
        }
    }
    table
}

/// Series and groups are limited long before this could fail.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(LEFT_OUT)
}
