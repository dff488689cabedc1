//! All that makes Paddle Classic a source.

use model::UnixSeconds;

use super::{LIVE_BASE, VERSION_PATH, catalog, delivery, key, kind, privacy, signature, translate};
use crate::definition::{Balance, Definition, Extras, Functions};
use crate::{KeyOwner, Lately, Readable, Texts, WebhookTerms};

pub(crate) static DEFINITION: Definition = Definition {
    id: "paddle_classic",
    texts: Texts {
        name: "Paddle Classic",
        account: "A Paddle Classic account, from before Paddle Billing",
        api_base: "The API address, if it is not Paddle's own: https://sandbox-vendors.paddle.com for a sandbox account",
        key: "The vendor ID and an auth code, as VENDOR_ID:AUTH_CODE.",
        rejected_key: "the vendor ID and auth code: they don't belong together, or the code is wrong or revoked",
        new_key: "copy the vendor ID and an auth code in Paddle under Developer Tools, Authentication, and enter both",
        permission: "use the auth code of a user who may read it",
        unlike: "check that the address belongs to a Paddle Classic API",
        webhook_by_hand: "Paddle Classic has no API for this: in Paddle, enter the address under Developer Tools, Alerts, and paste the account's public key here.",
    },
    base: LIVE_BASE,
    version_path: VERSION_PATH,

    lists: catalog::LISTS,
    load_order: catalog::LOAD_ORDER,
    shapes: kind::SHAPES,
    references: kind::REFERENCES,

    customers: kind::USER,
    prices: kind::PLAN,
    products: kind::PRODUCT,
    bills: kind::PAYMENT,
    agreements: &[kind::SUBSCRIPTION],
    history_kinds: &[
        kind::USER,
        kind::SUBSCRIPTION,
        kind::PAYMENT,
        kind::MODIFIER,
        kind::TRANSACTION,
        kind::ALERT,
    ],
    priced: &[kind::SUBSCRIPTION],

    customer_prefix: "",
    // Paddle is from 2012.
    first_accounts: UnixSeconds(1_325_376_000),
    webhook_terms: WebhookTerms {
        events: delivery::ALERTS,
        api_version: "2.0",
        secret_prefix: "-----BEGIN PUBLIC KEY-----",
    },
    // The signature is a field of the form.
    signature_header: "",

    functions: Functions {
        parse_key: key::parse,
        verify: |keys, _, body, _| signature::verify(keys, body),
        delivered: delivery::event,
        billed: |objects| translate::billed(objects),
        listing: translate::listing,
        redact: privacy::redact,
    },
    extras: Extras {
        command: Some("paddle-classic"),
        key_owner: Some(KeyOwner {
            argument: "vendor-id",
            help: "The account's vendor ID, a number that Paddle shows under Developer Tools, Authentication",
        }),
        // Its lists have one amount per payment. All else is in alerts.
        lately: Some(Lately { kind: kind::ALERT, parts: catalog::REPORTED }),
        balance: Some(Balance {
            kinds: &[kind::ALERT],
            parts: translate::BALANCE_PARTS,
            read: translate::balance_transactions,
            payments: kind::PAYMENT,
            read_payment: translate::payment,
        }),
        coupons: Some(Readable { kind: kind::COUPON, read: translate::coupon }),
        // Its limit leaves room for no more: an account of 400,000 payments takes several minutes.
        listed_every_seconds: 24 * 3600,
        key_link: || Some("https://vendors.paddle.com/authentication".to_owned()),
        // IDs are numbers.
        place: |chance, _| (chance % 100).to_string(),
        requests_at_once: |_| 1,
        created_object: delivery::created_object,
        is_creation: |_| true,
        may_be_gone: |_| false,
        ..Extras::NONE
    },
};
