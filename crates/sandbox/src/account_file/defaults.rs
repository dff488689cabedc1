//! What an object of an account file leaves out.

use serde_json::Value;

use super::{AccountFileError, Fields};

/// What is written, and where nothing is, the defaults.
pub fn over(fields: Fields, defaults: Value) -> Fields {
    let Value::Object(mut whole) = defaults else { return fields };
    whole.extend(fields);
    whole
}

pub fn id_of(object: &Value) -> Result<Value, AccountFileError> {
    object.get("id").cloned().ok_or_else(|| AccountFileError::place("has no id"))
}
