//! Holds what is sent against what the API's description says. Generated clients believe the description.

use serde_json::{Map, Value};

/// The description of a successful answer.
fn answer_schema(document: &Value, path: &str, method: &str) -> Option<Value> {
    let responses = document["paths"][path][method]["responses"].as_object()?;
    let (_, response) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
    response["content"]["application/json"].get("schema").cloned()
}

/// What of an answer is not as described; empty when all is.
pub fn differences(path: &str, method: &str, answer: &Value) -> Vec<String> {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let schema =
        answer_schema(&document, path, method).unwrap_or_else(|| panic!("{method} {path} has no schema"));
    let mut found = Vec::new();
    compare(&document, &schema, answer, "", &mut found);
    found
}

fn compare(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let schema = resolved(document, schema);
    let ways = ["oneOf", "anyOf"].iter().find_map(|name| schema[*name].as_array());
    if let Some(ways) = ways {
        let fits = |way: &Value| {
            let mut differences = Vec::new();
            compare(document, way, value, at, &mut differences);
            differences.is_empty()
        };
        if !ways.iter().any(fits) {
            found.push(format!("{at}: {value} is none of the ways it can be"));
        }
        return;
    }
    let mut properties = Map::new();
    let mut required = Vec::new();
    gather(document, schema, &mut properties, &mut required);
    if !types(schema).is_empty() && !types(schema).iter().any(|kind| is_of(kind, value)) {
        found.push(format!("{at}: {value} is no {:?}", types(schema)));
    }
    match value {
        Value::Object(members) if !properties.is_empty() => {
            for name in &required {
                if !members.contains_key(name) {
                    found.push(format!("{at}/{name} is missing"));
                }
            }
            for (name, member) in members {
                match properties.get(name) {
                    Some(property) => compare(document, property, member, &format!("{at}/{name}"), found),
                    None => found.push(format!("{at}/{name} is not described")),
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate().take(50) {
                compare(document, &schema["items"], item, &format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// A schema's own properties and those of the ones that it is made of.
fn gather(document: &Value, schema: &Value, properties: &mut Map<String, Value>, required: &mut Vec<String>) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        gather(document, resolved(document, part), properties, required);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        properties.insert(name.clone(), property.clone());
    }
    let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.extend(names.map(str::to_owned));
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            document.pointer(reference.trim_start_matches('#')).expect("a schema of this name")
        }
        None => schema,
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
