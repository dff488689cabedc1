//! What a file writes shorter than it is sent: `@2026-01-31`, `@x5000`, `_repeat`.

use serde_json::{Value, json};

use super::AccountFileError;

/// Longer than any text that a test of long texts needs.
const LONG_TEXT_MAX: usize = 16 * 1024 * 1024;

/// Adds an object, or as many of it as its `_repeat` says, with `{n}` counted 000, 001, …
pub fn repeat(mut object: Value, into: &mut Vec<Value>, room: usize) -> Result<(), AccountFileError> {
    let count = match object.as_object_mut().and_then(|fields| fields.remove("_repeat")) {
        None | Some(Value::Null) => None,
        Some(count) => {
            let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or_else(|| AccountFileError::place("must be a whole number").inside("_repeat"))?)
        }
    };
    if count.unwrap_or(1) > room.saturating_sub(into.len()) {
        let problem = format!("more than {} objects in all", super::OBJECTS_MAX);
        return Err(AccountFileError::place(problem));
    }
    match count {
        None | Some(0) if count.is_none() || !object.is_object() => into.push(object),
        None | Some(0) => {}
        Some(count) => into.extend((0..count).map(|n| numbered(&object, &format!("{n:03}")))),
    }
    Ok(())
}

fn numbered(value: &Value, number: &str) -> Value {
    match value {
        Value::String(text) => json!(text.replace("{n}", number)),
        Value::Array(elements) => elements.iter().map(|element| numbered(element, number)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.replace("{n}", number), numbered(field, number)))
            .collect(),
        other => other.clone(),
    }
}

/// Puts in the place of every marker what it stands for.
pub fn resolve(value: &mut Value) -> Result<(), AccountFileError> {
    match value {
        Value::String(text) => {
            if let Some(resolved) = marker(text)? {
                *value = resolved;
            }
            Ok(())
        }
        Value::Array(elements) => elements.iter_mut().enumerate().try_for_each(|(index, element)| {
            resolve(element).map_err(|error| error.inside(&format!("[{index}]")))
        }),
        Value::Object(fields) => {
            fields.iter_mut().try_for_each(|(name, field)| resolve(field).map_err(|error| error.inside(name)))
        }
        _ => Ok(()),
    }
}

fn marker(text: &str) -> Result<Option<Value>, AccountFileError> {
    let Some(rest) = text.strip_prefix('@') else { return Ok(None) };
    if is_instant(rest) {
        return Ok(Some(json!(instant(rest)?)));
    }
    let Some(digits) = rest.strip_prefix('x') else { return Ok(None) };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let length = digits.parse().ok().filter(|length| *length <= LONG_TEXT_MAX);
    let length = length.ok_or_else(|| {
        AccountFileError::place(format!(
            "'{text}' is longer than the {LONG_TEXT_MAX} characters that are served"
        ))
    })?;
    Ok(Some(Value::String("x".repeat(length))))
}

/// `2026-01-31` or `2026-01-31T10:00:00Z`, whether or not there is such a day.
fn is_instant(text: &str) -> bool {
    let (date, time) = text.split_at_checked(10).unwrap_or((text, ""));
    let is_date = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let clock = time.strip_prefix('T').and_then(|clock| clock.strip_suffix('Z'));
    let is_time = clock.is_some_and(|clock| {
        !clock.is_empty() && clock.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    });
    is_date && (time.is_empty() || is_time)
}

/// The epoch seconds of a day's beginning in UTC, or of an instant.
pub fn instant(text: &str) -> Result<i64, AccountFileError> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let instant = whole.parse::<jiff::Timestamp>();
    let instant = instant.map_err(|_| {
        AccountFileError::place(format!("'{text}' is not a date such as 2026-01-31 or 2026-01-31T10:00:00Z"))
    })?;
    Ok(instant.as_second())
}
