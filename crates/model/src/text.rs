//! Text that people enter.

/// Whether a character has no place in a name: it begins another line, moves a cursor or turns the direction of writing, so that a name
/// passes for something else.
pub fn is_disguising(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether nothing of a text can be seen: it is empty, or made of space and of characters that are drawn as nothing.
pub fn shows_nothing(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
                | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
                | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_characters_that_are_drawn_as_nothing_shows_nothing() {
        for nothing in ["", "  ", "\u{200B}", "\u{2060}\u{2060}", "\u{3164}", "\u{00AD} \u{FEFF}"] {
            assert!(shows_nothing(nothing), "{nothing:?}");
        }
        for something in ["A", "Zo\u{00AD}ë", "شركة", "👩\u{200D}💻", "-"] {
            assert!(!shows_nothing(something), "{something:?}");
        }
    }
}
