//! What figures are of: one connection, or all of a workspace's connections together as one business.

use std::sync::Arc;

use connect::Source;
use metrics::columns::{Ledger, LedgersTogether, split_customer_id};
use metrics::fx::Rates;
use metrics::ledger::{MoneyFact, money_of};
use metrics::view::View;
use model::{ConnectionId, CustomerId, Day, JoinRules, Settings, TogetherSettings, UnixSeconds, WorkspaceId};
use store::{Catalog, ConnectionRecord, Objects, StoreError};

use crate::blocking::blocking;
use crate::runner::source_of;
use crate::view::Reported;
use crate::{Runner, SyncError, history, view};

/// One connection or several. Customers of several have ids that say which connection they are of.
#[derive(Debug, Clone)]
pub enum Business {
    One(Box<ConnectionRecord>),
    /// Never empty. What the workspace does not set for all of them is as for the first.
    Together {
        workspace: WorkspaceId,
        settings: TogetherSettings,
        connections: Vec<ConnectionRecord>,
    },
}

/// What was billed in a business: the objects of its connections.
pub struct BilledObjects {
    parts: Vec<(ConnectionId, Source, Objects)>,
    /// Of several: whose accounts are whose.
    together: Option<Arc<Ledger>>,
}

impl Business {
    /// What a workspace's connections are together, as the catalog has them. `None` where there are none.
    ///
    /// # Errors
    /// Those of the catalog.
    pub fn of_workspace(catalog: &Catalog, workspace: &WorkspaceId) -> Result<Option<Self>, StoreError> {
        let settings = catalog.together_settings(workspace)?;
        Ok(Self::together(workspace, settings, catalog.connections(workspace)?))
    }

    /// The connections of a workspace that add up: those of live accounts; without any, those in test mode; without any,
    /// sample merchants. `None` where there are no connections.
    pub fn together(
        workspace: &WorkspaceId,
        settings: TogetherSettings,
        all: Vec<ConnectionRecord>,
    ) -> Option<Self> {
        let unreality = |record: &ConnectionRecord| (record.is_sample, record.is_test_mode);
        let most_real = all.iter().map(unreality).min()?;
        let connections = all.into_iter().filter(|record| unreality(record) == most_real).collect();
        Some(Self::Together { workspace: workspace.clone(), settings, connections })
    }

    pub fn connections(&self) -> &[ConnectionRecord] {
        match self {
            Self::One(record) => std::slice::from_ref(record),
            Self::Together { connections, .. } => connections,
        }
    }

    pub fn workspace(&self) -> &WorkspaceId {
        match self {
            Self::One(record) => &record.workspace,
            Self::Together { workspace, .. } => workspace,
        }
    }

    /// Whose API all of its connections speak, if it is the same.
    pub fn source(&self) -> Option<Source> {
        let mut sources = self.connections().iter().map(|record| Source::of(&record.source));
        let first = sources.next()??;
        sources.all(|source| source == Some(first)).then_some(first)
    }

    /// How its figures are shown.
    pub fn settings(&self) -> Settings {
        let first = self.connections().first().map(|record| record.settings.clone()).unwrap_or_default();
        match self {
            Self::One(_) => first,
            Self::Together { settings, .. } => first.for_all(settings),
        }
    }

    /// Which customers of its connections are one.
    pub fn joining(&self) -> JoinRules {
        match self {
            Self::One(_) => JoinRules { join_imported: false, join_by_email: false },
            Self::Together { settings, .. } => settings.joining,
        }
    }

    /// By what it is named: the connection's id, or the workspace's.
    pub fn id(&self) -> &str {
        match self {
            Self::One(record) => record.id.as_str(),
            Self::Together { workspace, .. } => workspace.as_str(),
        }
    }
}

impl Runner {
    /// The ledger of a business, loaded or built where it is not in memory.
    ///
    /// # Errors
    /// As [`Runner::ledger`].
    pub async fn ledger_of(&self, business: &Business) -> Result<Arc<Ledger>, SyncError> {
        match business {
            Business::One(record) => Ok(self.ledger(&record.workspace, &record.id).await?.ledger),
            Business::Together { .. } => Ok(Arc::clone(&self.together(business).await?.ledger)),
        }
    }

    /// The ledgers of a business as one, with what is joined. Of a single connection, nothing is.
    ///
    /// # Errors
    /// As [`Runner::ledger`].
    pub async fn together(&self, business: &Business) -> Result<Arc<LedgersTogether>, SyncError> {
        let (rules, zone) = (business.joining(), business.settings().zone()?);
        self.ledgers_together(business.workspace(), business.connections(), rules, &zone).await
    }

    /// What it would be with other rules for which customers are one.
    ///
    /// # Errors
    /// As [`Runner::ledger`].
    pub async fn joined_by(
        &self,
        business: &Business,
        rules: JoinRules,
    ) -> Result<LedgersTogether, SyncError> {
        let now = self.together(business).await?;
        self.ledgers_joined_by(business.workspace(), business.connections(), rules, now).await
    }

    /// The numbers of a business at this moment.
    ///
    /// # Errors
    /// As [`Runner::ledger`].
    pub async fn view(
        &self,
        business: &Business,
        rates: Arc<Rates>,
        clock_now: UnixSeconds,
    ) -> Result<View, SyncError> {
        let ledger = self.ledger_of(business).await?;
        let reaches_back_on = |record: &ConnectionRecord| self.progress(&record.id).borrow().reaches_back_on;
        let mut views = Vec::new();
        for record in business.connections() {
            let reach = (reaches_back_on(record), self.reported(record).await?);
            views.push(view::of(record, Arc::clone(&ledger), Arc::clone(&rates), clock_now, reach));
        }
        // There is always one.
        let view = views
            .into_iter()
            .reduce(view::together)
            .ok_or_else(|| SyncError::NoConnection(business.id().into()))?;
        Ok(View { settings: business.settings(), ..view })
    }

    /// Since when a connection's source reports what it reports only of what happened lately.
    ///
    /// # Errors
    /// As [`Runner::objects`].
    pub async fn reported(&self, record: &ConnectionRecord) -> Result<Option<Reported>, SyncError> {
        let source = source_of(record)?;
        if source.lately().is_none() {
            return Ok(None);
        }
        let (objects, zone) = (self.objects(&record.workspace, &record.id).await?, record.settings.zone()?);
        blocking(move || Ok(Reported::of(source, &objects, &zone)?)).await
    }

    /// The day from which figures are exact, as far as this process knows. `None`: they are the same throughout, or coarse
    /// up to now.
    pub fn exact_from_on(&self, record: &ConnectionRecord) -> Option<Day> {
        let by = Source::of(&record.source)?.lately()?;
        let oldest = self.oldest(&record.id, by.kind);
        Reported::since(by, oldest, &record.settings.zone().ok()?).since
    }

    /// What was billed in a business, to read from. Connections of which nothing was fetched yet are passed over where
    /// there are several.
    ///
    /// # Errors
    /// As [`Runner::objects`].
    pub async fn billed(&self, business: &Business) -> Result<BilledObjects, SyncError> {
        let is_together = matches!(business, Business::Together { .. });
        let mut parts = Vec::new();
        for record in business.connections() {
            match self.objects(&record.workspace, &record.id).await {
                Ok(objects) => parts.push((record.id.clone(), source_of(record)?, objects)),
                Err(SyncError::Store(StoreError::Missing { .. })) if is_together => {}
                Err(error) => return Err(error),
            }
        }
        let together = if is_together { Some(self.ledger_of(business).await?) } else { None };
        Ok(BilledObjects { parts, together })
    }
}

impl BilledObjects {
    /// All money of customers, in their order; nothing of those that are not known.
    ///
    /// # Errors
    /// What the store says. Objects that can't be read are left out, as in the ledger.
    pub fn money(&self, customers: &[CustomerId]) -> Result<Vec<Vec<MoneyFact>>, StoreError> {
        let mut found = vec![Vec::new(); customers.len()];
        for (connection, source, objects) in &self.parts {
            let of_customer = |(place, id): (usize, &CustomerId)| -> Vec<(usize, CustomerId)> {
                let Some(ledger) = &self.together else { return vec![(place, id.clone())] };
                let accounts = ledger.accounts_of(id).into_iter();
                let own = accounts.filter_map(|id| split_customer_id(&id).filter(|(of, _)| of == connection));
                own.map(|(_, id)| (place, id)).collect()
            };
            let own = customers.iter().enumerate().flat_map(of_customer);
            let (places, ids): (Vec<usize>, Vec<CustomerId>) = own.unzip();
            let billed = history::read_customers(*source, objects, &ids)?;
            for (place, billed) in places.into_iter().zip(billed) {
                found[place].extend(money_of(&billed.history));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use store::DataDir;

    use super::*;
    use crate::testing::Folder;

    fn together(all: &[(&str, bool, bool)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let like = Folder::connect(&DataDir::open(folder.path()).unwrap(), "http://127.0.0.1:1", "acct_1");
        let records = all.iter().map(|(id, is_sample, is_test_mode)| ConnectionRecord {
            id: (*id).into(),
            is_sample: *is_sample,
            is_test_mode: *is_test_mode,
            ..like.clone()
        });
        let business = Business::together(&"ws_1".into(), TogetherSettings::default(), records.collect());
        business.map_or_else(Vec::new, |business| {
            business.connections().iter().map(|record| record.id.to_string()).collect()
        })
    }

    #[test]
    fn live_accounts_are_never_added_to_what_is_not_real() {
        assert_eq!(
            together(&[("live", false, false), ("sample", true, true), ("test", false, true)]),
            ["live"]
        );
        assert_eq!(
            together(&[("test", false, true), ("sample", true, false), ("other", false, true)]),
            ["test", "other"]
        );
        assert_eq!(together(&[("sample", true, true), ("other", true, true)]), ["sample", "other"]);
        assert!(together(&[]).is_empty());
    }
}
