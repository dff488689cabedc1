//! What a restricted key may do, by the names that Stripe's own refusals use.

use super::OptionsError;
use super::permission_set::{Permit, Permits};

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $word:literal $read:literal),+ $(,)?) => {
        /// One line of a restricted key's permissions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission {
            $($(#[$doc])* $variant),+
        }

        impl Permission {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in `--permissions`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The name that a refusal gives.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $read),+
                }
            }
        }
    };
}

permissions! {
    Account = "account" "rak_accounts_kyc_basic_read",
    Customers = "customers" "rak_customer_read",
    Products = "products" "rak_product_read",
    /// Stripe still calls prices plans here.
    Prices = "prices" "rak_plan_read",
    Coupons = "coupons" "rak_coupon_read",
    PromotionCodes = "promotion_codes" "rak_promotion_code_read",
    Subscriptions = "subscriptions" "rak_subscription_read",
    /// Also invoice items and invoice payments.
    Invoices = "invoices" "rak_invoice_read",
    /// Also refunds.
    Charges = "charges" "rak_charge_read",
    Disputes = "disputes" "rak_dispute_read",
    CreditNotes = "credit_notes" "rak_credit_note_read",
    PaymentIntents = "payment_intents" "rak_payment_intent_read",
    BalanceTransactions = "balance_transactions" "rak_balance_transaction_source_read",
    Events = "events" "rak_event_read",
    /// Read and write: the only thing that is ever written.
    WebhookEndpoints = "webhook_endpoints" "rak_webhook_write",
    PaymentMethods = "payment_methods" "rak_payment_method_read",
}

/// The permissions of a restricted key.
pub type PermissionSet = Permits<Permission>;

impl Permit for Permission {
    const EVERY: &'static [Self] = Self::ALL;

    fn place(self) -> u32 {
        self as u32
    }

    fn named(name: &str) -> Result<Self, OptionsError> {
        let refuse = |problem: String| OptionsError::Permissions { name: name.to_owned(), problem };
        match name {
            "refunds" => return Err(refuse("refunds are read with charges".to_owned())),
            "invoiceitems" | "invoice_items" | "invoice_payments" => {
                return Err(refuse("they are read with invoices".to_owned()));
            }
            _ => {}
        }
        let found = Permission::ALL.iter().copied().find(|permission| permission.as_str() == name);
        found.ok_or_else(|| {
            let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
            refuse(format!("there are {}", all.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_list_or_all_but_some() {
        let few: PermissionSet = "customers,invoices".parse().unwrap();
        assert!(few.has(Permission::Customers) && few.has(Permission::Invoices));
        assert!(!few.has(Permission::Charges));
        for text in ["-charges", "all,-charges"] {
            let set: PermissionSet = text.parse().unwrap();
            assert_eq!(set, PermissionSet::all().without(Permission::Charges), "{text}");
        }
        assert_eq!("".parse(), Ok(PermissionSet::none()));
    }

    #[test]
    fn an_unknown_word_is_refused_with_what_there_is() {
        assert!(
            "custommers"
                .parse::<PermissionSet>()
                .unwrap_err()
                .to_string()
                .contains("there are account, customers")
        );
        assert!("-refunds".parse::<PermissionSet>().unwrap_err().to_string().contains("with charges"));
    }
}
