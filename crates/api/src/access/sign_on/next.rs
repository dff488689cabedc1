//! Where somebody goes once they are signed in: only ever to a page of this site.

use url::Url;

/// The page that was asked for, as a path; the start page where it is none of this site.
pub fn page(asked: Option<&str>) -> String {
    const START: &str = "/";
    const LONGEST: usize = 2000;
    let Some(asked) = asked.filter(|asked| asked.len() <= LONGEST && asked.starts_with('/')) else {
        return START.to_owned();
    };
    // Read as browsers read it: they take backslashes for slashes, and leave out tabs and line breaks.
    let Ok(base) = Url::parse("https://this.invalid") else { return START.to_owned() };
    match base.join(asked) {
        // `/.//host` is a path of ours that would be read as another host when it is read again.
        Ok(url) if url.origin() == base.origin() && !url.path().starts_with("//") => {
            url[url::Position::BeforePath..].to_owned()
        }
        _ => START.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (asked, page_of_ours) in [
            ("/c/1/mrr?by=plan#top", "/c/1/mrr?by=plan#top"),
            ("/settings/../settings/account", "/settings/account"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\n\\evil.example", "/"),
            ("/.//evil.example", "/"),
            ("/x/..//evil.example", "/"),
            ("/%2e//evil.example", "/"),
            ("https://evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("evil", "/"),
            ("", "/"),
        ] {
            assert_eq!(page(Some(asked)), page_of_ours, "{asked:?}");
        }
        assert_eq!(page(None), "/");
    }

    #[test]
    fn what_stays_here_can_not_end_a_header() {
        assert_eq!(page(Some("/a\r\nset-cookie: x")), "/aset-cookie:%20x");
        assert_eq!(page(Some(&format!("/{}", "a".repeat(3000)))), "/");
    }
}
