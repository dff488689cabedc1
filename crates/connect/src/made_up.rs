//! A provider that nobody runs: a club whose members hold passes and get receipts. It has other words, ids, keys and
//! signatures than the real ones, whole lists without windows, and reports by webhook alone. Tests connect it to show
//! that nothing outside this crate knows which provider it works for.

mod client;
mod read;
mod signature;

use model::{Column, KindShape, ObjectKind, Reference, Secret, UnixSeconds};

use crate::definition::{Definition, Functions};
use crate::{Key, KeyError, List, Source, Stage, Texts, WebhookTerms};

pub(crate) use client::Client;

const MEMBER: ObjectKind = ObjectKind::new("member");
const OFFER: ObjectKind = ObjectKind::new("offer");
const TARIFF: ObjectKind = ObjectKind::new("tariff");
const PASS: ObjectKind = ObjectKind::new("pass");
const RECEIPT: ObjectKind = ObjectKind::new("receipt");

pub(crate) static DEFINITION: Definition = Definition {
    id: "made_up",
    texts: Texts {
        name: "Club",
        account: "A club",
        api_base: "The address of the club",
        key: "A club's pass phrase.",
        new_key: "ask the club for a new pass phrase",
        permission: "ask the club to let you read it",
        unlike: "check that a club is at this address",
        webhook_by_hand: "Enter the address at the club's front desk, and the club's seal here.",
    },
    base: "https://club.invalid",
    version_path: "/api/2026",

    lists: &[
        list(PASS, Stage::Running, "Passes", "/passes", true),
        list(RECEIPT, Stage::Billed, "Receipts", "/receipts", true),
        list(TARIFF, Stage::Names, "Tariffs", "/tariffs", true),
        list(OFFER, Stage::Names, "Offers", "/offers", false),
        List { is_deletable: true, ..list(MEMBER, Stage::People, "Members", "/members", true) },
    ],
    load_order: &[PASS, TARIFF, OFFER, RECEIPT, MEMBER],
    shapes: &[
        KindShape { named_in: Some(Column::Customer), ..shape(MEMBER) },
        shape(OFFER),
        shape(TARIFF),
        KindShape { named_in: Some(Column::Subscription), ..shape(PASS) },
        KindShape { named_in: Some(Column::Invoice), ..shape(RECEIPT) },
    ],
    references: &[
        Reference { from: PASS, column: Column::Customer, to: MEMBER },
        Reference { from: RECEIPT, column: Column::Customer, to: MEMBER },
        Reference { from: RECEIPT, column: Column::Subscription, to: PASS },
    ],

    customers: MEMBER,
    prices: TARIFF,
    products: OFFER,
    bills: RECEIPT,
    pending_items: None,
    agreements: &[PASS],
    sampled: &[PASS, RECEIPT],
    history_kinds: &[MEMBER, PASS, RECEIPT],
    price_list_kinds: &[TARIFF, OFFER],
    priced: &[RECEIPT],
    balance: None,
    mrr_method: None,
    keyed_by_data: &[],

    customer_prefix: "M-",
    // The first club opened on 2020-01-01.
    first_accounts: UnixSeconds(1_577_836_800),
    event_list: None,
    webhook_terms: WebhookTerms {
        events: &[
            "member.changed",
            "pass.new",
            "pass.changed",
            "receipt.new",
            "receipt.changed",
            "tariff.new",
        ],
        api_version: "2026",
        secret_prefix: "seal-",
    },
    signature_header: signature::HEADER,

    functions: Functions {
        parse_key,
        key_link: || None,
        customer_link: |_, _| None,
        requests_at_once: |_| 2,

        verify: signature::verify,
        delivered: read::delivered,
        created_object: |_| None,
        is_creation: |event_type| event_type.ends_with(".new"),

        billed: |objects| read::billed(objects),
        listing: read::listing,
        named_prices: read::named_prices,
        ended_at: |object| read::pass(object).ok()?.ended_at,
        booked_for: |_, _| None,
        says_the_same: |stored, found| (stored.is_deleted, &stored.body) == (found.is_deleted, &found.body),
        part_of: |parent| parent,
        may_be_gone: |_| true,
        tombstone: read::tombstone,
        last_known: read::last_known,
        redact: |_, body| read::redact(body),
    },
};

const fn list(
    kind: ObjectKind,
    stage: Stage,
    label: &'static str,
    path: &'static str,
    is_required: bool,
) -> List {
    List {
        kind,
        stage,
        tells_changes: false,
        is_deletable: false,
        part: None,
        path,
        label,
        permission: label,
        scope: "",
        is_required,
        without: "what the club says there",
    }
}

const fn shape(kind: ObjectKind) -> KindShape {
    KindShape { kind, named_in: None, part_of: None, may_be_ownerless: false }
}

fn parse_key(text: &str) -> Result<Key, KeyError> {
    let text = text.trim();
    let prefixes = [("club-demo-", true), ("club-open-", false)];
    let known =
        prefixes.into_iter().find(|(prefix, _)| text.len() > prefix.len() + 8 && text.starts_with(prefix));
    let message = "a club's pass phrase starts with club-open- or club-demo-";
    let (prefix, is_test_mode) = known.ok_or(KeyError { code: "key_malformed", message })?;
    Ok(Key { source: Source::MadeUp, secret: Secret::new(text), is_test_mode, is_restricted: true, prefix })
}
