//! Control characters made visible: names and messages come from AWS, and whoever can name an instance must not
//! be able to write to our user's terminal.

use std::borrow::Cow;
use std::fmt::Write;

use crate::model::is_hidden;

/// What becomes of line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newlines {
    /// They stay.
    Keep,
    /// They are shown as `\n`: the text must stay on its line.
    Escape,
}

/// The text with every character shown that would be obeyed or hidden instead: C0 and C1 controls, DEL, direction
/// marks, what has no width, and Unicode's own line ends ([`is_hidden`]).
///
/// The escapes are those of JSON, so that a line of JSON stays one.
pub fn sanitize(text: &str, newlines: Newlines) -> Cow<'_, str> {
    let shown = |c: char| !is_hidden(c) || (c == '\n' && newlines == Newlines::Keep);
    if text.chars().all(shown) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if shown(c) => clean.push(c),
            '\n' => clean.push_str("\\n"),
            '\r' => clean.push_str("\\r"),
            '\t' => clean.push_str("\\t"),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(clean, "\\u{unit:04x}");
                }
            }
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_is_not_touched_or_copied() {
        for text in ["", "web-1", "Datenbank für Köln", "東京", "🦀"] {
            assert!(matches!(sanitize(text, Newlines::Escape), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_terminals_obey_is_shown_instead() {
        for (text, shown) in [
            ("\u{1b}[31m", "\\u001b[31m"),
            ("a\u{7f}b\u{0}", "a\\u007fb\\u0000"),
            ("\u{9b}2J", "\\u009b2J"),
            ("safe\u{202e}exe.txt", "safe\\u202eexe.txt"),
            ("zero\u{200b}width\u{feff}", "zero\\u200bwidth\\ufeff"),
            ("tag\u{e0041}", "tag\\udb40\\udc41"),
            ("a\r\tb", "a\\r\\tb"),
        ] {
            assert_eq!(sanitize(text, Newlines::Escape), shown);
        }
    }

    #[test]
    fn line_ends_stay_only_when_asked_for() {
        assert_eq!(sanitize("a\nb", Newlines::Keep), "a\nb");
        assert_eq!(sanitize("a\nb", Newlines::Escape), "a\\nb");
        assert_eq!(sanitize("a\u{2028}b", Newlines::Keep), "a\\u2028b");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left_whatever_comes(text in "\\PC*|.*|[\\x00-\\x1f\u{80}-\u{9f}]*") {
            let clean = sanitize(&text, Newlines::Escape);
            prop_assert!(!clean.chars().any(is_hidden));
            // Cleaning what is clean changes nothing.
            prop_assert_eq!(sanitize(&clean, Newlines::Escape), clean.clone());
        }
    }
}
