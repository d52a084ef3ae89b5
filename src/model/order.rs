//! One order of values for filters and for sorting, so that both agree on what is less.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::Timestamp;

/// The order of two texts as people count: runs of digits compare as numbers, so `web-2` stands before
/// `web-10` and engine version `8.0.4` before `8.0.35`. Equal only for the same text.
pub fn text_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        match (left.first(), right.first()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, left_rest) = digits(left);
                let (y, right_rest) = digits(right);
                // Without leading zeros, the longer run is the greater number: no run is too long to compare.
                match x.len().cmp(&y.len()).then_with(|| x.cmp(y)) {
                    Ordering::Equal => (left, right) = (left_rest, right_rest),
                    unequal => return unequal,
                }
            }
            (Some(x), Some(y)) if x == y => (left, right) = (&left[1..], &right[1..]),
            // UTF-8 bytes stand in the order of their characters.
            (Some(x), Some(y)) => return x.cmp(y),
        }
    }
}

/// The leading run of digits, without its leading zeros, and what follows it.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let start = text[..end].iter().position(|byte| *byte != b'0').unwrap_or(end);
    (&text[start..end], &text[end..])
}

/// The order of two numbers, whole ones exactly.
pub(super) fn number_order(a: &Number, b: &Number) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
        return a.cmp(&b);
    }
    if let (Some(a), Some(b)) = (a.as_u64(), b.as_u64()) {
        return a.cmp(&b);
    }
    a.as_f64().unwrap_or(f64::NAN).total_cmp(&b.as_f64().unwrap_or(f64::NAN))
}

/// A total order of values: booleans, then numbers, then moments, then other texts, then lists, then the rest.
pub fn value_order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => number_order(a, b),
        (Value::String(a), Value::String(b)) => match (moment(a), moment(b)) {
            (Some(x), Some(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => text_order(a, b),
        },
        (Value::Array(a), Value::Array(b)) => {
            let unequal = a.iter().zip(b).map(|(a, b)| value_order(a, b)).find(|order| order.is_ne());
            unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Object(_), Value::Object(_)) => text_order(&a.to_string(), &b.to_string()),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// The moment a text writes. Few texts look like one from afar, and only those are parsed.
fn moment(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let dated = bytes.len() >= 20 && bytes[0].is_ascii_digit() && bytes[4] == b'-' && bytes[10] == b'T';
    if dated { Timestamp::parse(text) } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn digits_compare_as_numbers_within_text() {
        for (less, more) in [
            ("web-2", "web-10"),
            ("8.0.4", "8.0.35"),
            ("9.6", "14.1"),
            ("14", "14.1"),
            ("a", "b"),
            ("01", "1"),
            ("99999999999999999999998", "99999999999999999999999"),
            ("", "a"),
        ] {
            assert_eq!(text_order(less, more), Ordering::Less, "{less} {more}");
            assert_eq!(text_order(more, less), Ordering::Greater, "{less} {more}");
        }
    }

    #[test]
    fn moments_compare_as_moments_whatever_their_fraction() {
        let order = value_order(&json!("2026-01-01T00:00:00Z"), &json!("2026-01-01T00:00:00.5Z"));
        assert_eq!(order, Ordering::Less);
    }

    proptest! {
        #[test]
        fn the_order_of_texts_is_total(a in "[a0-9.-]{0,6}", b in "[a0-9.-]{0,6}", c in "[a0-9.-]{0,6}") {
            prop_assert_eq!(text_order(&a, &b), text_order(&b, &a).reverse());
            prop_assert_eq!(text_order(&a, &b) == Ordering::Equal, a == b);
            if text_order(&a, &b).is_le() && text_order(&b, &c).is_le() {
                prop_assert!(text_order(&a, &c).is_le());
            }
        }
    }
}
