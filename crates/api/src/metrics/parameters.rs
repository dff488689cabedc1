//! What a question can be asked with, for the API's description: as `metrics` lists it.

use ::metrics::question::{PARAMETERS, ParameterKind};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, Object, Schema, Type};
use utoipa::openapi::{RefOr, Required};

/// Every parameter of a series.
#[derive(Debug)]
pub struct QuestionParams;

/// The currency and the filters alone.
#[derive(Debug)]
pub struct FilterParams;

impl IntoParams for QuestionParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        PARAMETERS.iter().map(described).collect()
    }
}

impl IntoParams for FilterParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        PARAMETERS.iter().filter(|one| one.kind != ParameterKind::Time).map(described).collect()
    }
}

fn described(parameter: &::metrics::question::Parameter) -> Parameter {
    let text = || RefOr::T(Schema::Object(Object::with_type(Type::String)));
    let schema = match parameter.kind {
        ParameterKind::Filter => RefOr::T(Schema::Array(ArrayBuilder::new().items(text()).build())),
        ParameterKind::Time | ParameterKind::Currency => text(),
    };
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(parameter.description))
        .schema(Some(schema))
        .build()
}
