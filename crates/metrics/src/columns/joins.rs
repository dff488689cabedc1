//! Which customers of several connections are one customer. `docs/accounts/one-business.md` states the rules.
//!
//! An import says it by ids. Email addresses say it only where each account has a single customer with the address: with
//! several, nobody knows which of them it is. A customer is never joined to another one of the same account.

use std::collections::HashMap;

use model::billing::ImportedFrom;
use model::{CustomerId, EmailKey, JoinRules, UnixSeconds, comparable_email};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::ledger_part::LedgerPart;
use super::origin::imported_from;
use super::{Chunk, CustomerPosition, Ledger};

/// The rules by which customers are joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joining {
    pub rules: JoinRules,
    /// The one that addresses were hashed with where they are not stored.
    pub email_key: Option<EmailKey>,
}

/// The customers that are joined, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joins {
    pub customers: Vec<JoinedCustomer>,
    /// Addresses that several customers of one account have.
    pub ambiguous_emails: usize,
    /// Customers whose address is neither stored nor hashed, in accounts where it should be.
    pub without_email: usize,
}

/// A customer of several accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedCustomer {
    /// In the order of the connections; no two of the same.
    pub members: Vec<Member>,
    pub is_imported: bool,
    /// Subscriptions that were moved.
    pub(super) moves: Vec<Move>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member {
    /// The number of the connection among those that are together.
    pub part: usize,
    pub(super) place: CustomerPosition,
}

/// A subscription that goes on as another one of another connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) from: (usize, String),
    pub(super) to: (usize, String),
}

/// What moved subscriptions would be worth a second time, where the provider still has the old one, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOutMrr {
    pub amount_minor: i64,
    pub subscriptions: u64,
}

impl Joins {
    pub(super) fn find(parts: &[LedgerPart], joining: &Joining) -> Self {
        let mut groups = Groups::default();
        if joining.rules.join_imported {
            imports(parts, &mut groups);
        }
        let mut all = Self::default();
        if joining.rules.join_by_email {
            (all.ambiguous_emails, all.without_email) =
                emails(parts, joining.email_key.as_ref(), &mut groups);
        }
        all.customers = groups.finish();
        all
    }

    /// How many customers of accounts the joined ones are.
    pub fn account_customers(&self) -> usize {
        self.customers.iter().map(|customer| customer.members.len()).sum()
    }
}

/// Customers that are the same, while more are found.
#[derive(Default)]
struct Groups {
    of: FxHashMap<Member, usize>,
    all: Vec<JoinedCustomer>,
}

impl Groups {
    fn group(&mut self, member: Member) -> usize {
        *self.of.entry(member).or_insert_with(|| {
            self.all.push(JoinedCustomer { members: vec![member], is_imported: false, moves: Vec::new() });
            self.all.len() - 1
        })
    }

    /// Returns the group; `None` where two customers of one connection would be in it.
    fn join(&mut self, one: Member, other: Member) -> Option<usize> {
        let (into, from) = (self.group(one), self.group(other));
        if into == from {
            return Some(into);
        }
        let parts = |group: usize| self.all[group].members.iter().map(|member| member.part);
        if parts(into).any(|part| parts(from).any(|other| other == part)) {
            return None;
        }
        let moved = std::mem::take(&mut self.all[from].members);
        for member in &moved {
            self.of.insert(*member, into);
        }
        let moves = std::mem::take(&mut self.all[from].moves);
        let is_imported = self.all[from].is_imported;
        let group = &mut self.all[into];
        group.members.extend(moved);
        group.moves.extend(moves);
        group.is_imported |= is_imported;
        Some(into)
    }

    fn finish(self) -> Vec<JoinedCustomer> {
        let mut all: Vec<JoinedCustomer> =
            self.all.into_iter().filter(|group| group.members.len() > 1).collect();
        for group in &mut all {
            group.members.sort_unstable();
        }
        all.sort_by(|a, b| a.members.cmp(&b.members));
        all
    }
}

fn places(ledger: &Ledger) -> impl Iterator<Item = (CustomerPosition, &Chunk, usize)> {
    ledger.chunks.iter().enumerate().flat_map(|(index, chunk)| {
        let own = 0..chunk.customer_count();
        own.map(move |customer| (CustomerPosition::new(index, customer), &**chunk, customer))
    })
}

/// Whether a connection is to the billing system that an import names.
fn is_of(part: &LedgerPart, imported: &ImportedFrom) -> bool {
    part.source == imported.source
}

/// The only one of several that there may be.
fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Joins what was imported with what it was. Where two accounts have the id, it is not known which of them it came from.
fn imports(parts: &[LedgerPart], groups: &mut Groups) {
    let mut subscriptions: HashMap<usize, FxHashMap<&str, CustomerPosition>> = HashMap::new();
    for (part, own) in parts.iter().enumerate() {
        for (place, chunk, customer) in places(&own.ledger) {
            let here = Member { part, place };
            if let Some(imported) = imported_from(chunk.origin(customer)) {
                let id = CustomerId::from(imported.id.as_str());
                let there = parts
                    .iter()
                    .enumerate()
                    .filter(|(index, other)| *index != part && is_of(other, &imported));
                let there =
                    there.filter_map(|(part, other)| Some(Member { part, place: other.ledger.find(&id)? }));
                let joined = only(there).and_then(|there| groups.join(there, here));
                if let Some(group) = joined {
                    groups.all[group].is_imported = true;
                }
            }
            for subscription in chunk.subscriptions(customer) {
                let Some(imported) = imported_from(chunk.subscription_origin(subscription)) else { continue };
                let there = parts
                    .iter()
                    .enumerate()
                    .filter(|(index, other)| *index != part && is_of(other, &imported));
                let there: SmallVec<[Member; 2]> = there
                    .filter_map(|(part, other)| {
                        let known = subscriptions.entry(part).or_insert_with(|| owners(&other.ledger));
                        Some(Member { part, place: *known.get(imported.id.as_str())? })
                    })
                    .collect();
                let Some(there) = only(there.into_iter()) else { continue };
                let Some(group) = groups.join(there, here) else { continue };
                groups.all[group].is_imported = true;
                let to = (part, chunk.subscription(subscription).id.to_owned());
                groups.all[group].moves.push(Move { from: (there.part, imported.id), to });
            }
        }
    }
}

/// Whose each subscription is.
fn owners(ledger: &Ledger) -> FxHashMap<&str, CustomerPosition> {
    let all = places(ledger).flat_map(|(place, chunk, customer)| {
        chunk.subscriptions(customer).map(move |index| (chunk.subscription(index).id, place))
    });
    all.collect()
}

/// Those of one connection with an address: one that ever had MRR comes before those that never had any.
#[derive(Default)]
struct Candidates {
    with_mrr: SmallVec<[CustomerPosition; 1]>,
    others: SmallVec<[CustomerPosition; 1]>,
}

impl Candidates {
    fn only(&self) -> Option<CustomerPosition> {
        match (self.with_mrr.as_slice(), self.others.as_slice()) {
            ([only], _) | ([], [only]) => Some(*only),
            _ => None,
        }
    }
}

/// Joins customers with the same address; returns how many addresses leave it open, and how many customers have none that
/// can be compared.
fn emails(parts: &[LedgerPart], key: Option<&EmailKey>, groups: &mut Groups) -> (usize, usize) {
    let mut without_email = 0;
    let mut found: FxHashMap<String, SmallVec<[(usize, Candidates); 2]>> = FxHashMap::default();
    for (part, own) in parts.iter().enumerate() {
        let compared = own.ledger.chunks.par_iter().map(|chunk| {
            let keys = (0..chunk.customer_count()).map(|customer| compared_by(chunk, customer, key));
            keys.collect::<Vec<_>>()
        });
        let compared: Vec<Vec<Option<String>>> = compared.collect();
        for ((place, chunk, customer), email) in places(&own.ledger).zip(compared.into_iter().flatten()) {
            let Some(email) = email else {
                // Whoever has a name there stands for people of whom nothing is known.
                let is_hidden = chunk.name(customer).is_empty() && !chunk.is_deleted(customer);
                without_email += usize::from(own.hides_emails && is_hidden);
                continue;
            };
            let of_email = found.entry(email).or_default();
            if of_email.last().is_none_or(|(last, _)| *last != part) {
                of_email.push((part, Candidates::default()));
            }
            if let Some((_, candidates)) = of_email.last_mut() {
                let has_mrr = !chunk.rows(customer).at.is_empty();
                let list = if has_mrr { &mut candidates.with_mrr } else { &mut candidates.others };
                list.push(place);
            }
        }
    }
    let mut ambiguous = 0;
    let mut same: Vec<Vec<Member>> = Vec::new();
    for of_email in found.into_values().filter(|of_email| of_email.len() > 1) {
        let members = of_email
            .iter()
            .map(|(part, candidates)| candidates.only().map(|place| Member { part: *part, place }));
        let members: Vec<Option<Member>> = members.collect();
        ambiguous += usize::from(members.iter().any(Option::is_none));
        same.push(members.into_iter().flatten().collect());
    }
    // In an order that depends on nothing but who there is.
    same.sort_unstable();
    for members in same {
        for pair in members.windows(2) {
            let is_joined = groups.join(pair[0], pair[1]).is_some();
            ambiguous += usize::from(!is_joined);
        }
    }
    (ambiguous, without_email)
}

fn compared_by(chunk: &Chunk, customer: usize, key: Option<&EmailKey>) -> Option<String> {
    let hash = chunk.email_hash(customer);
    match key {
        _ if !hash.is_empty() => Some(hash.to_owned()),
        Some(key) => key.hash(chunk.email(customer)),
        None => comparable_email(chunk.email(customer)),
    }
}

/// What a subscription is worth at a moment, plan by plan.
pub(super) fn worth_at(
    chunk: &Chunk,
    customer: usize,
    subscription: &str,
    now: UnixSeconds,
) -> Vec<(u32, i64)> {
    let rows = chunk.rows(customer);
    let mut worth: FxHashMap<u32, i64> = FxHashMap::default();
    for row in 0..rows.at.len() {
        let is_own = chunk.subscription(rows.subscription[row] as usize).id == subscription;
        if is_own && rows.at[row] <= now.0 {
            *worth.entry(rows.plan[row]).or_default() += rows.delta_minor[row];
        }
    }
    worth.into_iter().filter(|(_, sum)| *sum != 0).collect()
}
