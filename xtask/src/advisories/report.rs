//! The reports of the programs that know the advisories.

use std::fmt;

use serde_json::Value;

const REPLACE: &str = "no release mends it: replace it";

/// That a dependency has a known fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    pub id: String,
    package: String,
    title: String,
    /// What to do about it.
    remedy: String,
}

impl fmt::Display for Advisory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({}): {}", self.package, self.title, self.id, self.remedy)
    }
}

/// What cargo-audit found. `None`: it is no report, since the advisories could not be had.
pub fn of_cargo(report: &[u8]) -> Option<Vec<Advisory>> {
    let report: Value = serde_json::from_slice(report).ok()?;
    let list = report["vulnerabilities"]["list"].as_array()?;
    Some(list.iter().map(of_crate).collect())
}

fn of_crate(entry: &Value) -> Advisory {
    let name = text(&entry["package"]["name"]);
    let patched: Vec<String> =
        entry["versions"]["patched"].as_array().into_iter().flatten().map(text).collect();
    let remedy = if patched.is_empty() {
        REPLACE.to_owned()
    } else {
        format!("update to {} (`cargo update --package {name}`)", patched.join(" or "))
    };
    Advisory {
        id: text(&entry["advisory"]["id"]),
        package: format!("{name} {}", text(&entry["package"]["version"])),
        title: text(&entry["advisory"]["title"]),
        remedy,
    }
}

/// What npm found that is high or critical. `None`: it is no report, since the advisories could not be had.
pub fn of_npm(report: &[u8]) -> Option<Vec<Advisory>> {
    let report: Value = serde_json::from_slice(report).ok()?;
    let packages = report["vulnerabilities"].as_object()?;
    Some(packages.values().flat_map(of_package).collect())
}

fn of_package(entry: &Value) -> Vec<Advisory> {
    let package = text(&entry["name"]);
    let remedy = match &entry["fixAvailable"] {
        Value::Object(fix) => {
            format!("update {} to {}", text(&fix["name"]), text(&fix["version"]))
        }
        Value::Bool(true) => "run `npm audit fix` in its folder".to_owned(),
        _ => REPLACE.to_owned(),
    };
    // A name instead of an object points to another package of the report, which has the advisory.
    let own = entry["via"].as_array().into_iter().flatten().filter(|via| is_severe(via));
    let advisory = |via: &Value| Advisory {
        id: text(&via["url"]).rsplit('/').next().unwrap_or_default().to_owned(),
        package: package.clone(),
        title: text(&via["title"]),
        remedy: remedy.clone(),
    };
    own.map(advisory).collect()
}

fn is_severe(via: &Value) -> bool {
    matches!(via["severity"].as_str(), Some("high" | "critical"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("unnamed").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_with_a_fault_is_named_with_the_release_that_mends_it() {
        let report = br#"{"vulnerabilities": {"found": true, "count": 1, "list": [{
            "advisory": {"id": "RUSTSEC-2020-0001", "package": "sample", "title": "It reads past the end"},
            "versions": {"patched": [">=1.2.3"], "unaffected": []},
            "package": {"name": "sample", "version": "1.2.2"}}]}, "warnings": {}}"#;
        let found = of_cargo(report).unwrap();
        let said = "sample 1.2.2: It reads past the end (RUSTSEC-2020-0001): update to >=1.2.3 (`cargo update --package sample`)";
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
    }

    #[test]
    fn a_package_is_named_once_and_only_for_what_is_severe() {
        let report = br#"{"auditReportVersion": 2, "vulnerabilities": {
            "left": {"name": "left", "severity": "high", "fixAvailable": {"name": "left", "version": "2.0.0"}, "via": [
                {"title": "It runs what it reads", "url": "https://example.com/advisories/GHSA-1", "severity": "high"},
                {"title": "It is slow", "url": "https://example.com/advisories/GHSA-2", "severity": "moderate"}]},
            "above": {"name": "above", "severity": "high", "fixAvailable": true, "via": ["left"]}}}"#;
        let found = of_npm(report).unwrap();
        let said = "left: It runs what it reads (GHSA-1): update left to 2.0.0";
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
    }

    #[test]
    fn nothing_found_is_not_the_same_as_no_answer() {
        assert_eq!(of_npm(br#"{"auditReportVersion": 2, "vulnerabilities": {}}"#), Some(Vec::new()));
        assert_eq!(of_cargo(br#"{"vulnerabilities": {"found": false, "list": []}}"#), Some(Vec::new()));
        assert_eq!(of_npm(br#"{"message": "405 Method Not Allowed", "error": {"summary": ""}}"#), None);
        assert_eq!(of_cargo(b"error: couldn't fetch advisory database"), None);
        assert_eq!(of_npm(b""), None);
    }
}
