//! Text that is safe to show and fits where it must: escaping, display width, cutting, wrapping, counting.
//!
//! AWS lets people put nearly anything into a tag or a name. On a terminal an escape sequence can hide rows or
//! retitle the window, and a bidi override can make one name read as another, so neither leaves the program raw.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::is_hidden;

/// The text with everything that a terminal would act on, or that hides or reorders text, shown as an escape
/// (`\n`, `\x1b`, `\u{202e}`). The backslash itself stays, so this is for reading; JSON is for programs.
pub fn escape(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || !text.chars().any(is_hidden);
    if is_plain {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if is_hidden(c) && u32::from(c) < 0x100 => {
                escaped.push_str(&format!("\\x{:02x}", u32::from(c)))
            }
            c if is_hidden(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped.into()
}

/// The terminal columns that the text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut to the width with an ellipsis for what is gone.
pub(super) fn truncate(text: &str, max: usize) -> Cow<'_, str> {
    if width(text) <= max {
        return text.into();
    }
    let room = max.saturating_sub(1);
    let mut end = 0;
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += c.width().unwrap_or(0);
        if taken > room {
            break;
        }
        end = at + c.len_utf8();
    }
    // A sequence of characters can be wider than its characters (an emoji's variation selector).
    let mut kept = &text[..end];
    while width(kept) > room {
        let mut chars = kept.chars();
        chars.next_back();
        kept = chars.as_str();
    }
    format!("{kept}…").into()
}

/// The lines of a paragraph, broken between words to the width where there is one, all but the first indented.
/// A word that is longer than a line (an ARN) stays whole, so that it can be copied.
pub(super) fn wrap(text: &str, max: Option<u16>, indent: usize) -> String {
    let Some(max) = max.map(usize::from) else {
        return text.to_owned();
    };
    let mut wrapped = String::with_capacity(text.len() + 16);
    let mut column = 0;
    let leading = text.len() - text.trim_start_matches(' ').len();
    wrapped.push_str(&text[..leading]);
    column += leading;
    let mut first = true;
    for word in text[leading..].split(' ') {
        let length = width(word);
        if !first && column + 1 + length > max && column > indent {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if !first {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += length;
        first = false;
    }
    wrapped
}

/// `1,234`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 query`, `1,234 queries`, given the word's singular and plural.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// The same for a title in plural, as collectors give it (`EC2 instances`).
pub(super) fn count_title(number: u64, title: &str) -> String {
    count(number, title.strip_suffix('s').unwrap_or(title), title)
}

/// `a, b, c`, and past the limit `a, b and 7 more`.
pub(super) fn list<T: AsRef<str>>(names: &[T], limit: usize) -> String {
    let shown: Vec<Cow<'_, str>> = names.iter().take(limit).map(|name| escape(name.as_ref())).collect();
    match names.len().saturating_sub(limit) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), thousands(more as u64)),
    }
}

/// How long a run took, as people say it.
pub(super) fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{:.1} s", milliseconds as f64 / 1_000.0),
        _ => {
            let seconds = (milliseconds + 500) / 1_000;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_shown_instead() {
        for (raw, shown) in [
            ("plain", "plain"),
            ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
            ("two\nlines\r\n\tand a tab", "two\\nlines\\r\\n\\tand a tab"),
            ("\u{9b}31m", "\\x9b31m"),
            ("invoice\u{202e}fdp.exe", "invoice\\u{202e}fdp.exe"),
            ("no\u{200b}space", "no\\u{200b}space"),
            ("Ω 東京 👩\u{200d}💻", "Ω 東京 👩\u{200d}💻"),
            ("C:\\new", "C:\\new"),
        ] {
            assert_eq!(escape(raw), shown);
        }
    }

    #[test]
    fn cut_text_fits_by_display_width_not_by_characters() {
        assert_eq!(truncate("short", 5), "short");
        assert_eq!(truncate("longer", 5), "long…");
        assert_eq!(truncate("東京都", 5), "東京…");
        assert_eq!(truncate("東京都", 4), "東…");
        assert_eq!(truncate("x", 0), "…");
    }

    #[test]
    fn paragraphs_break_between_words_and_long_words_stay_whole() {
        assert_eq!(wrap("  one two three", Some(9), 4), "  one two\n    three");
        assert_eq!(
            wrap("see arn:aws:iam::123456789012:role/x now", Some(10), 2),
            "see\n  arn:aws:iam::123456789012:role/x\n  now"
        );
        assert_eq!(wrap("one two three", None, 4), "one two three");
    }

    #[test]
    fn numbers_and_words_agree() {
        assert_eq!(count(1, "query", "queries"), "1 query");
        assert_eq!(count(1_234_567, "query", "queries"), "1,234,567 queries");
        assert_eq!(count_title(1, "EC2 instances"), "1 EC2 instance");
        assert_eq!(count_title(0, "EC2 instances"), "0 EC2 instances");
        assert_eq!(list(&["a", "b", "c"], 2), "a, b and 1 more");
        assert_eq!(list(&["a", "b"], 2), "a, b");
        assert_eq!(duration(340), "340 ms");
        assert_eq!(duration(1_234), "1.2 s");
        assert_eq!(duration(123_000), "2 min 3 s");
    }

    proptest! {
        #[test]
        fn escaped_text_holds_nothing_unsafe(text in any::<String>()) {
            let escaped = escape(&text);
            prop_assert!(!escaped.chars().any(is_hidden));
            prop_assert_eq!(escape(&escaped), escaped.clone());
        }

        #[test]
        fn cut_text_is_never_wider_than_asked(text in any::<String>(), max in 1usize..40) {
            let text = escape(&text);
            prop_assert!(width(&truncate(&text, max)) <= max);
        }
    }
}
