//! Amounts of money, exact to the price of one metric.

use std::fmt;
use std::str::FromStr;

/// Digits after the point that an amount keeps.
const DECIMALS: usize = 5;

/// US dollars, counted in hundred-thousandths of one.
///
/// GetMetricData costs USD 0.01 per 1,000 metrics requested, so that USD 0.00001, one metric, is the least it can
/// cost, and every estimate is a whole number of them: <https://aws.amazon.com/cloudwatch/pricing/>.
/// A binary fraction could not hold 0.10, and a limit that is almost what was written is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dollars(u64);

impl Dollars {
    /// How many units make a dollar.
    pub const UNITS: u64 = 100_000;

    /// This many hundred-thousandths of a dollar.
    pub const fn from_hundred_thousandths(units: u64) -> Self {
        Self(units)
    }

    /// The amount in hundred-thousandths of a dollar.
    pub const fn hundred_thousandths(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Dollars {
    /// Without currency, at least to the cent: `0.10`, `12.00`, `0.00001`. [`FromStr`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:0DECIMALS$}", self.0 % Self::UNITS);
        let (cents, rest) = fraction.split_at(2);
        write!(f, "{}.{cents}{}", self.0 / Self::UNITS, rest.trim_end_matches('0'))
    }
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDollarsError {
    /// It names a currency. `$0.10` is not taken for what it means, since most shells would have made `$0` the
    /// shell's own name before anybody could read it.
    #[error("`{0}` names a currency: write the US dollars alone, such as 0.10")]
    Currency(String),
    /// Less than nothing.
    #[error("must be at least 0, not {0}")]
    Negative(String),
    /// No decimal number; neither is infinity, which would be no limit.
    #[error("`{0}` is not an amount in US dollars such as 0.10")]
    Malformed(String),
    /// More than can be counted.
    #[error("{0} is out of range")]
    TooMuch(String),
}

impl FromStr for Dollars {
    type Err = ParseDollarsError;

    /// Reads a decimal number, without an exponent. What is beyond the unit is cut off: of a limit, never more is
    /// spent than was written.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim();
        let malformed = || ParseDollarsError::Malformed(number.to_owned());
        if number.contains('$') || number.to_lowercase().contains("usd") {
            return Err(ParseDollarsError::Currency(number.to_owned()));
        }
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (sign, amount) = match number.strip_prefix(['+', '-']) {
            Some(amount) => (&number[..1], amount),
            None => ("", number),
        };
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(malformed());
        }
        if sign == "-" {
            return Err(ParseDollarsError::Negative(number.to_owned()));
        }
        let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(DECIMALS).collect();
        format!("{whole}{fraction}")
            .parse()
            .map(Self)
            // They are digits, so that only their number can be wrong.
            .map_err(|_| ParseDollarsError::TooMuch(number.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_cut_off_after_the_price_of_a_metric() {
        for (text, units) in [
            ("0.10", 10_000),
            ("0.1", 10_000),
            // 0.29 x 100,000 is 28,999.999999999996 in binary.
            ("0.29", 29_000),
            ("0", 0),
            ("0.0", 0),
            ("1", 100_000),
            (" 12.5 ", 1_250_000),
            (".5", 50_000),
            ("5.", 500_000),
            ("+1", 100_000),
            ("0.00001", 1),
            ("0.000019", 1),
            ("0.000009", 0),
            ("184467440737095.51615", u64::MAX),
        ] {
            assert_eq!(text.parse(), Ok(Dollars(units)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_named() {
        use ParseDollarsError as E;
        for text in ["", ".", "x", "nan", "inf", "-inf", "0,10", "1e-1", "1_0", "1.2.3", "--1", "- 1", "٣"] {
            assert_eq!(text.parse::<Dollars>(), Err(E::Malformed(text.into())));
        }
        for text in ["$0.10", "USD 1", "1 usd"] {
            assert_eq!(text.parse::<Dollars>(), Err(E::Currency(text.into())));
        }
        for text in ["-1", "-0.10"] {
            assert_eq!(text.parse::<Dollars>(), Err(E::Negative(text.into())));
        }
        for text in ["184467440737095.51616", "99999999999999999999"] {
            assert_eq!(text.parse::<Dollars>(), Err(E::TooMuch(text.into())));
        }
    }

    #[test]
    fn amounts_are_written_to_the_cent_and_read_back() {
        for (units, text) in [
            (0, "0.00"),
            (1, "0.00001"),
            (10_000, "0.10"),
            (12_300, "0.123"),
            (100_000, "1.00"),
            (12_345_678, "123.45678"),
        ] {
            assert_eq!(Dollars(units).to_string(), text);
            assert_eq!(text.parse(), Ok(Dollars(units)));
        }
    }
}
