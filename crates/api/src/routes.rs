//! Every path of the API, once: the router and the description are built from the same list.

use axum::Router;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::HttpMethod;
use utoipa::{OpenApi, Path};

use crate::access::permission::{Demand, demand_of};
use crate::context::Shared;
use crate::{
    audit, connections, customers, feedback, invitations, me, members, metrics, movements, passkeys,
    password_reset, payments, rates, reconcile, restatements, session, settings, setup, share_links, shared,
    sign_on, sign_up, sources, statements, sync, tokens, two_factor, webhooks, workspaces,
};

/// Each module holds one action: `handle`, described by its `#[utoipa::path]`.
macro_rules! actions {
    ($($feature:ident :: $action:ident),+ $(,)?) => {
        #[derive(OpenApi)]
        #[openapi(paths($($feature::$action::handle),+))]
        struct Actions;

        /// What each action demands of whoever asks, by its path and methods.
        fn demands() -> Vec<(String, Vec<HttpMethod>, Demand)> {
            vec![$((
                <$feature::$action::__path_handle as Path>::path(),
                <$feature::$action::__path_handle as Path>::methods(),
                demand_of(&$feature::$action::handle),
            )),+]
        }

        fn routed(router: Router<Shared>) -> Router<Shared> {
            router$(.route(
                &<$feature::$action::__path_handle as Path>::path(),
                on(
                    methods(&<$feature::$action::__path_handle as Path>::methods()),
                    $feature::$action::handle,
                ),
            ))+
        }
    };
}

actions! {
    setup::read, setup::create_owner,
    sign_up::create, sign_up::confirm, sign_up::resend, sign_up::correct_address,
    password_reset::create, password_reset::finish,
    session::read, session::create, session::delete,
    me::rename, me::change_email, me::confirm_email, me::change_password, me::sessions, me::end_session, me::end_other_sessions,
    me::delete,
    two_factor::read, two_factor::begin, two_factor::confirm, two_factor::disable, two_factor::replace_recovery_codes,
    passkeys::list, passkeys::begin, passkeys::create, passkeys::rename, passkeys::remove, passkeys::begin_sign_in,
    passkeys::sign_in,
    sign_on::begin, sign_on::connect, sign_on::identities, sign_on::remove_identity, sign_on::rules, sign_on::update_rule,
    workspaces::list, workspaces::create, workspaces::update, workspaces::read_settings, workspaces::replace_settings, workspaces::joining, workspaces::preview_joining, workspaces::delete, workspaces::leave, workspaces::transfer,
    members::list, members::set_role, members::remove,
    invitations::list, invitations::create, invitations::delete, invitations::read, invitations::accept,
    audit::list, audit::list_csv, audit::record_export,
    feedback::create, feedback::book_demo,
    sources::list,
    connections::check, connections::create, connections::list, connections::read, connections::rename,
    connections::delete, connections::replace_key,
    sync::progress, sync::stream, sync::start, sync::reload, sync::problems,
    settings::read, settings::replace, settings::preview,
    metrics::list, metrics::cohorts, metrics::cohort_customers, metrics::facets, metrics::mrr, metrics::value, metrics::summary,
    metrics::explain, metrics::contributions, metrics::transactions,
    movements::list, movements::plan_switches, payments::list, restatements::list,
    reconcile::read, reconcile::customers, reconcile::customer, reconcile::provider_mrr, reconcile::renewals,
    statements::cash, statements::cash_transactions, statements::mrr, statements::mrr_customers,
    customers::list, customers::read, customers::explain, customers::erase, customers::expiring_cards,
    customers::upcoming,
    webhooks::read, webhooks::set_secret, webhooks::remove, webhooks::dead, webhooks::retry,
    tokens::list, tokens::create, tokens::delete,
    share_links::list, share_links::create, share_links::delete,
    shared::open, shared::read, shared::facets, shared::list_metrics, shared::metric, shared::mrr, shared::cohorts,
    rates::list, rates::create, rates::import, rates::delete,
}

/// The API's routes.
pub fn router() -> Router<Shared> {
    routed(Router::new())
}

/// The API's description.
pub fn openapi() -> utoipa::openapi::OpenApi {
    crate::openapi::complete(Actions::openapi(), &demands())
}

fn methods(described: &[HttpMethod]) -> MethodFilter {
    let filters = described.iter().map(|method| match method {
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Delete => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    });
    filters.reduce(MethodFilter::or).unwrap_or(MethodFilter::GET)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_named_and_described() {
        let document = serde_json::to_value(openapi()).unwrap();
        let mut ids = std::collections::BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "two actions are called {id}");
                assert_ne!(id, "handle", "{method} {path}");
                assert!(operation["summary"].is_string(), "{method} {path} has no summary");
                assert!(operation["responses"]["default"].is_object(), "{method} {path} has no error answer");
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    assert!(answer["description"].is_string(), "{method} {path}: {status} says nothing");
                }
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let told: std::collections::BTreeSet<_> =
                    parameters.iter().map(|p| (p["name"].to_string(), p["in"].to_string())).collect();
                assert_eq!(told.len(), parameters.len(), "{method} {path} tells a parameter twice");
                for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                    let parameters = operation["parameters"].as_array().unwrap();
                    assert!(
                        parameters.iter().any(|p| p["name"] == part && p["in"] == "path"),
                        "{path}: {part}"
                    );
                }
            }
        }
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn every_named_schema_is_there() {
        let document = serde_json::to_value(openapi()).unwrap();
        let mut wanted = Vec::new();
        references(&document, &mut wanted);
        for reference in wanted {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    fn references(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                found.extend(map.get("$ref").and_then(|r| r.as_str()).map(str::to_owned));
                map.values().for_each(|value| references(value, found));
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
}
