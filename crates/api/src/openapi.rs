//! The API's description, completed with what every operation has in common.

use serde_json::Value;
use utoipa::PartialSchema;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Object, OpenApi, Ref, RefOr, Required, ResponseBuilder, Schema, Type};

use crate::access::cookie::COOKIE;
use crate::access::permission::Demand;
use crate::problem::Problem;

/// What the parts in braces of an address are.
const PATH_PARTS: [(&str, &str); 13] = [
    ("id", "The connection"),
    ("customer_id", "The provider's id of the customer"),
    ("metric", "A metric's id, from `GET /api/v1/metrics`"),
    ("token_id", "The token"),
    ("rate_id", "The id of the entered rate"),
    ("kind", "The kind of object"),
    ("user_id", "The member"),
    ("session_id", "One of your sessions"),
    ("passkey_id", "One of your passkeys"),
    ("identity_id", "One of your accounts at identity providers"),
    ("rule_id", "The rule"),
    ("invitation_id", "The invitation"),
    ("link_id", "The link"),
];

const SCHEMAS: &str = "#/components/schemas/";
/// What generic types are called in the description: one name for an answer, not one of its parts.
const NAMES: [(&str, &str); 8] = [
    ("Envelope_Answer_MrrPoint", "MrrAnswer"),
    ("Answer_MrrPoint", "MrrFigures"),
    ("Series_MrrPoint", "MrrSeries"),
    ("Envelope_Answer_ValuePoint", "ValueAnswer"),
    ("Answer_ValuePoint", "ValueFigures"),
    ("Series_ValuePoint", "ValueSeries"),
    ("Envelope_Summary", "SummaryAnswer"),
    ("Envelope_CashStatement", "CashAnswer"),
];

/// Adds path parameters, the error answer and who may do it to every operation.
pub fn complete(mut document: OpenApi, demands: &[(String, Vec<HttpMethod>, Demand)]) -> OpenApi {
    document.info.title = "Chartsy".to_owned();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description = Some(
        "Subscription analytics. Amounts are integers in the currency's smallest unit (`_minor`); `_at` is seconds \
         since 1970 in UTC, `_on` a date in the connection's reporting time zone."
            .to_owned(),
    );
    for (path, item) in &mut document.paths.paths {
        let names: Vec<&str> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        for (method, operation) in operations(item) {
            describe_path(operation, &names);
            let demanded =
                demands.iter().find(|(route, methods, _)| route == path && methods.contains(&method));
            describe_access(operation, demanded.map_or(Demand::Nothing, |(_, _, demand)| *demand));
            for answer in operation.responses.responses.values_mut() {
                if let RefOr::T(answer) = answer
                    && answer.description.is_empty()
                {
                    answer.description = "Done".to_owned();
                }
            }
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let error = ResponseBuilder::new()
                .description("What went wrong")
                .content("application/problem+json", problem)
                .build();
            operation.responses.responses.insert("default".to_owned(), error.into());
        }
    }
    let mut document = renamed(document);
    let components = document.components.get_or_insert_default();
    components.schemas.insert("Problem".to_owned(), Problem::schema());
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
    components.security_schemes.insert("session".to_owned(), cookie.into());
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("token".to_owned(), bearer.clone().into());
    // Of whoever has opened a link.
    components.security_schemes.insert("link".to_owned(), bearer.into());
    document
}

/// The document with every schema under the name that clients know. It stays as it is where that cannot be read again.
fn renamed(document: OpenApi) -> OpenApi {
    let Ok(mut value) = serde_json::to_value(&document) else { return document };
    rename(&mut value);
    serde_json::from_value(value).unwrap_or(document)
}

fn rename(value: &mut Value) {
    let known = |old: &str| NAMES.iter().find(|(generic, _)| *generic == old).map(|(_, name)| *name);
    match value {
        Value::Object(members) => {
            for (old, name) in NAMES {
                if let Some(schema) = members.remove(old) {
                    members.insert(name.to_owned(), schema);
                }
            }
            members.values_mut().for_each(rename);
        }
        Value::Array(items) => items.iter_mut().for_each(rename),
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(SCHEMAS).and_then(known) {
                *text = format!("{SCHEMAS}{name}");
            }
        }
        _ => {}
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        (HttpMethod::Get, get),
        (HttpMethod::Put, put),
        (HttpMethod::Post, post),
        (HttpMethod::Delete, delete),
        (HttpMethod::Patch, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Who may do it, as the handler's arguments say. The permission stands in the place of a scope.
fn describe_access(operation: &mut Operation, demand: Demand) {
    let none: [&str; 0] = [];
    let ways = match demand {
        Demand::Nothing => vec![SecurityRequirement::default()],
        Demand::Person => vec![SecurityRequirement::new("session", none)],
        Demand::Member(needed) => vec![SecurityRequirement::new("session", [needed.as_str()])],
        Demand::Access(needed) => vec![
            SecurityRequirement::new("session", [needed.as_str()]),
            SecurityRequirement::new("token", [needed.as_str()]),
        ],
        Demand::Link => vec![SecurityRequirement::new("link", none)],
    };
    operation.security = Some(ways);
    let parameters = operation.parameters.get_or_insert_default();
    let is_of_connection = parameters.iter().any(|one| matches!(one, RefOr::T(one) if one.name == "id"));
    if matches!(demand, Demand::Member(_) | Demand::Access(_)) && !is_of_connection {
        let header = ParameterBuilder::new()
            .name("Chartsy-Workspace")
            .parameter_in(ParameterIn::Header)
            .description(Some("The id of the workspace to act in; by default, the first that you joined"))
            .schema(Some(Schema::Object(Object::with_type(Type::String))))
            .build();
        parameters.push(header.into());
    }
}

fn describe_path(operation: &mut Operation, names: &[&str]) {
    let parameters = operation.parameters.get_or_insert_default();
    // Told once, and with what they are.
    parameters
        .retain(|parameter| !matches!(parameter, RefOr::T(one) if one.parameter_in == ParameterIn::Path));
    for name in names {
        let told = PATH_PARTS.iter().find(|(part, _)| part == name).map(|(_, what)| *what);
        let parameter = ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(told)
            .schema(Some(Schema::Object(Object::with_type(Type::String))))
            .build();
        parameters.push(parameter.into());
    }
}
