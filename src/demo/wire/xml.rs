//! A writer of XML as AWS writes it: elements and text, no attributes but the namespace of the envelope.

use std::fmt::{Display, Write};

/// XML being written.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// `<name>value</name>`, escaped; `<name/>` if there is nothing in it.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            self.empty(name);
            return;
        }
        self.open(name);
        escape(&mut self.0, value);
        self.close(name);
    }

    /// The same for numbers and booleans, which need no escaping.
    pub(crate) fn plain(&mut self, name: &str, value: impl Display) {
        self.open(name);
        let _ = write!(self.0, "{value}");
        self.close(name);
    }

    pub(crate) fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(crate) fn optional_plain(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.plain(name, value);
        }
    }

    pub(crate) fn empty(&mut self, name: &str) {
        let _ = write!(self.0, "<{name}/>");
    }

    /// `<name>…</name>` around what `inside` writes.
    pub(crate) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.open(name);
        inside(self);
        self.close(name);
    }

    /// `<name><each>…</each>…</name>`; `<name/>` if there are none.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        each: &str,
        of: impl IntoIterator<Item = T>,
        mut inside: impl FnMut(&mut Self, T),
    ) {
        let mut of = of.into_iter().peekable();
        if of.peek().is_none() {
            self.empty(name);
            return;
        }
        self.element(name, |xml| {
            for member in of {
                xml.element(each, |xml| inside(xml, member));
            }
        });
    }

    /// `<name><each>text</each>…</name>`; `<name/>` if there are none.
    pub(crate) fn texts<'a>(&mut self, name: &str, each: &str, of: impl IntoIterator<Item = &'a str>) {
        let mut of = of.into_iter().peekable();
        if of.peek().is_none() {
            self.empty(name);
            return;
        }
        self.element(name, |xml| of.for_each(|value| xml.text(each, value)));
    }

    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }
}

/// A carriage return is written as a reference, or every XML reader would take it for a line feed.
/// Characters that XML 1.0 has no way to write become U+FFFD.
fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) =
        rest.find(|c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || c < ' ' || is_no_character(c))
    {
        out.push_str(&rest[..at]);
        let c = rest[at..].chars().next().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#xD;"),
            '\n' | '\t' => out.push(c),
            _ => out.push('\u{fffd}'),
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest);
}

const fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn elements_nest_and_empty_ones_are_short() {
        let mut xml = Xml::default();
        xml.element("a", |xml| {
            xml.text("b", "1 < 2 & \"x\"\r\n");
            xml.text("c", "");
            xml.plain("d", 5);
            xml.list("e", "item", [1, 2], |xml, n| xml.plain("n", n));
            xml.list("f", "item", Vec::<u8>::new(), |_, _| {});
            xml.texts("g", "member", ["x"]);
        });
        assert_eq!(
            xml.into_text(),
            "<a><b>1 &lt; 2 &amp; &quot;x&quot;&#xD;\n</b><c/><d>5</d><e><item><n>1</n></item><item><n>2</n></item></e>\
             <f/><g><member>x</member></g></a>"
        );
    }

    proptest! {
        #[test]
        fn what_is_escaped_holds_no_markup(text in any::<String>()) {
            let mut out = String::new();
            escape(&mut out, &text);
            assert!(!out.contains(['<', '>', '"', '\'', '\u{0}', '\u{1b}', '\r']));
            let kept = text.chars().filter(|c| c.is_alphanumeric()).count();
            assert!(out.chars().filter(|c| c.is_alphanumeric()).count() >= kept);
        }
    }
}
