//! The account as a merchant: what the server asks of any, whoever is behind it.

use std::sync::Arc;

use model::{Clock, UnixSeconds};
use serde_json::{Value, json};

use super::AccountFile;
use super::defaults::over;
use crate::kind::ObjectKind;
use crate::server::list_name;
use crate::world::{ExpectedStep, ListPage, ListQuery, Merchant, UnknownCursor};

/// Nothing happens here: only its clock can move.
pub(crate) struct FileMerchant {
    file: Arc<AccountFile>,
    clock: Clock,
    /// `None`: the clock's.
    now: Option<UnixSeconds>,
}

impl FileMerchant {
    /// `now` comes before what the file says of its present.
    pub fn new(file: Arc<AccountFile>, clock: Clock, now: Option<UnixSeconds>) -> Self {
        let now = now.or(file.settings.now.map(UnixSeconds));
        Self { file, clock, now }
    }
}

impl Merchant for FileMerchant {
    fn account(&self) -> Value {
        let usual = json!({
            "id": "acct_case0001", "object": "account", "country": "US", "default_currency": "usd",
            "email": "owner@example.test", "business_profile": { "name": "Case Inc", "url": null },
            "settings": { "dashboard": { "display_name": "Case Inc", "timezone": "Etc/UTC" } },
            "charges_enabled": true, "type": "standard", "created": 1_600_000_000,
        });
        Value::Object(over(self.file.settings.account.clone(), usual))
    }

    fn now(&self) -> UnixSeconds {
        self.now.unwrap_or_else(|| self.clock.now())
    }

    /// The whole list, whatever page of it is asked for, with the filters that objects in older shapes need. Clients get
    /// theirs from the file's own answers.
    fn list(&self, query: &ListQuery) -> Result<ListPage, UnknownCursor> {
        let filter = &query.filter;
        let has = |object: &&Value, pointer: &str, wanted: &Option<String>| {
            wanted.is_none() || wanted.as_deref() == object.pointer(pointer).and_then(Value::as_str)
        };
        let objects = self.file.list(list_name(query.kind).unwrap_or_default()).iter();
        let objects = objects.filter(|object| {
            has(object, "/customer", &filter.customer)
                && has(object, "/invoice", &filter.invoice)
                && has(object, "/charge", &filter.charge)
                && has(object, "/payment/payment_intent", &filter.payment_intent)
        });
        Ok(ListPage { objects: objects.map(|object| self.file.whole(object)).collect(), has_more: false })
    }

    fn get(&self, kind: ObjectKind, id: &str) -> Option<Value> {
        Some(self.file.whole(self.file.find(list_name(kind)?, id)?))
    }

    fn discount(&self, id: &str) -> Option<Value> {
        self.file.discount(id).cloned()
    }

    fn expected_mrr(&self) -> Box<dyn Iterator<Item = ExpectedStep> + Send + '_> {
        Box::new(self.file.expected_mrr().unwrap_or_default().into_iter())
    }

    fn advance(&mut self, to: UnixSeconds) -> Vec<Value> {
        if to > self.now() {
            self.now = Some(to);
        }
        Vec::new()
    }
}
