//! All that makes Stripe a source.

use model::billing::SubscriptionStatus;
use model::{MrrMethod, UnixSeconds};

use super::{
    API_VERSION, catalog, history, key, kind, lifetime, pace, privacy, signature, translate, webhook,
};
use crate::definition::{Balance, Definition, Extras, Functions};
use crate::{Readable, Texts, WebhookTerms};

pub(crate) static DEFINITION: Definition = Definition {
    id: "stripe",
    texts: Texts {
        name: "Stripe",
        account: "A Stripe account, or a server that answers like Stripe",
        api_base: "The API address, if it is not Stripe's own; it may include a path",
        key: "A restricted or secret key.",
        rejected_key: "the key: it is wrong, expired or deleted",
        new_key: "create a new key in Stripe's dashboard under Developers, API keys",
        permission: "add the permission to the key in Stripe's dashboard",
        unlike: "check that the address belongs to a Stripe API",
        webhook_by_hand: "Give the key write access to webhook endpoints, or create the endpoint in Stripe yourself and enter its signing secret.",
    },
    base: "https://api.stripe.com",
    version_path: super::VERSION_PATH,

    lists: catalog::LISTS,
    load_order: catalog::LOAD_ORDER,
    shapes: kind::SHAPES,
    references: kind::REFERENCES,

    customers: kind::CUSTOMER,
    prices: kind::PRICE,
    products: kind::PRODUCT,
    bills: kind::INVOICE,
    agreements: &[kind::SUBSCRIPTION],
    history_kinds: history::KINDS,
    priced: history::PRICED,

    customer_prefix: "cus_",
    // Stripe opened to the public: no account is older. 2011-09-29.
    first_accounts: UnixSeconds(1_317_254_400),
    webhook_terms: WebhookTerms {
        events: webhook::WEBHOOK_EVENTS,
        api_version: API_VERSION,
        secret_prefix: "whsec_",
    },
    signature_header: signature::HEADER,

    functions: Functions {
        parse_key: key::parse,
        verify: signature::verify,
        delivered: translate::event,
        billed: |objects| history::billed(objects),
        listing: history::listing,
        redact: privacy::redact,
    },
    extras: Extras {
        test_base: None,
        pending_items: Some(kind::INVOICE_ITEM),
        balance: Some(Balance {
            kinds: &[kind::BALANCE_TRANSACTION],
            parts: &[""],
            read: |object| translate::balance_transaction(&object.body).map(|one| vec![one]),
            payments: kind::CHARGE,
            read_payment: |object| translate::charge(&object.body),
        }),
        coupons: Some(Readable { kind: kind::COUPON, read: translate::coupon }),
        payment_intents: Some(Readable { kind: kind::PAYMENT_INTENT, read: translate::payment_intent }),
        // Both of its settings are at their defaults here: a discount counts if its coupon lasts forever, and a
        // subscription leaves MRR when its cancellation is requested.
        mrr_method: Some(MrrMethod {
            statuses: &[SubscriptionStatus::Active, SubscriptionStatus::PastDue],
            counts_until_end: false,
            published_in: "Billing metric definitions; Billing Analytics; Impact of Subscription Cancellations on Monthly Recurring Revenue (MRR) in Billing",
        }),
        payment_methods: Some(&catalog::PAYMENT_METHODS),
        event_list: Some(webhook::EVENT_LIST),
        keyed_by_data: &[privacy::CURRENCY_OPTIONS],

        key_link: catalog::key_link,
        customer_link: catalog::customer_link,
        requests_at_once: pace::requests_at_once,
        created_object: translate::created_object,
        is_creation: lifetime::is_creation,
        link: history::link,
        named_prices: Some(history::named_prices),
        booked_for: lifetime::booked_for,
        says_the_same: lifetime::says_the_same,
        part_of: lifetime::part_of,
        may_be_gone: lifetime::may_be_gone,
        tombstone: lifetime::tombstone,
        ..Extras::NONE
    },
};
