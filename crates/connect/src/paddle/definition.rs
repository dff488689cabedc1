//! All that makes Paddle a source.

use model::UnixSeconds;

use super::{
    API_VERSION, LIVE_BASE, SANDBOX_BASE, catalog, delivery, key, kind, lifetime, privacy, signature,
    translate,
};
use crate::definition::{Balance, Definition, Extras, Functions};
use crate::{ProviderMrrTerms, Readable, Texts, WebhookTerms};

pub(crate) static DEFINITION: Definition = Definition {
    id: "paddle",
    texts: Texts {
        name: "Paddle",
        account: "A Paddle Billing account",
        api_base: "The API address, if it is not Paddle's own; by default the key's prefix says which of Paddle's it is",
        key: "An API key with permission to read.",
        rejected_key: "the key: it is wrong, expired or deleted",
        new_key: "create a new API key in Paddle under Developer tools, Authentication",
        permission: "edit the API key in Paddle under Developer tools, Authentication, and add the permission",
        unlike: "check that the address belongs to a Paddle API",
        webhook_by_hand: "Give the key write access to notification settings, or create the notification destination in Paddle yourself and enter its secret key.",
    },
    base: LIVE_BASE,
    version_path: "",

    lists: catalog::LISTS,
    load_order: catalog::LOAD_ORDER,
    shapes: kind::SHAPES,
    references: kind::REFERENCES,

    customers: kind::CUSTOMER,
    prices: kind::PRICE,
    products: kind::PRODUCT,
    bills: kind::TRANSACTION,
    agreements: &[kind::SUBSCRIPTION],
    history_kinds: &[
        kind::CUSTOMER,
        kind::ADDRESS,
        kind::SUBSCRIPTION,
        kind::TRANSACTION,
        kind::ADJUSTMENT,
        kind::HISTORY,
        kind::RECURRING,
    ],
    priced: &[kind::SUBSCRIPTION, kind::TRANSACTION],

    customer_prefix: "ctm_",
    // Before Paddle Billing was first tried out: no transaction is older. 2022-01-01.
    first_accounts: UnixSeconds(1_640_995_200),
    webhook_terms: WebhookTerms {
        events: delivery::WEBHOOK_EVENTS,
        api_version: API_VERSION,
        secret_prefix: "pdl_ntfset_",
    },
    signature_header: signature::HEADER,

    functions: Functions {
        parse_key: key::parse,
        verify: signature::verify,
        delivered: delivery::event,
        billed: |objects| translate::billed(objects),
        listing: translate::listing,
        redact: privacy::redact,
    },
    extras: Extras {
        test_base: Some(SANDBOX_BASE),
        // There is no list of what moved the balance: each transaction and adjustment says what it came to.
        balance: Some(Balance {
            kinds: &[kind::TRANSACTION, kind::ADJUSTMENT],
            parts: translate::BALANCE_PARTS,
            read: translate::balance_transactions,
            payments: kind::TRANSACTION,
            read_payment: translate::payment,
        }),
        coupons: Some(Readable { kind: kind::DISCOUNT, read: translate::coupon }),
        provider_mrr: Some(ProviderMrrTerms {
            kind: kind::METRICS,
            label: "Paddle's own MRR",
            permission: "Metrics",
            scope: "metrics.read",
            without: "the comparison of MRR with Paddle's own figures",
        }),
        event_list: Some(delivery::EVENT_LIST),
        bills_differences: true,
        key_link: || Some("https://vendors.paddle.com/authentication-v2".to_owned()),
        place: lifetime::place,
        customer_link: lifetime::customer_link,
        // A third of them read transactions, which most of an import is: as many as keep the limit busy while answers take up to
        // three seconds. With 12, it would be half empty at two seconds an answer (`cargo xtask bench load`).
        requests_at_once: |_| 36,
        created_object: delivery::created_object,
        is_creation: delivery::is_creation,
        version: lifetime::version,
        says_the_same: lifetime::says_the_same,
        named_prices: Some(lifetime::named_prices),
        part_of: |_| kind::HISTORY,
        may_be_gone: |_| false,
        tombstone: |_, id| serde_json::json!({ "id": id }).to_string(),
        ..Extras::NONE
    },
};
