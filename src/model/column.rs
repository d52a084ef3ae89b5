//! A column of a type's table, as its collector declares it.

/// Which side of its cell a value stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// How a value is written for people. Documents for programs (JSON, CSV) ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As it is; lists joined by commas, `yes` and `no` for booleans.
    Plain,
    /// A state, coloured by whether it serves, changes, or rests.
    State,
    /// A moment, as its date and minute in UTC.
    Time,
    /// A number of bytes, in binary units.
    Bytes,
    /// A number of MiB (Lambda memory), in binary units.
    MebiBytes,
    /// A number of GiB (database storage), in binary units.
    GibiBytes,
}

/// One column of a type's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading, in capitals.
    pub header: &'static str,
    /// The field shown, as [`FieldPath`](super::FieldPath) reads it.
    pub field: &'static str,
    /// How the value is written.
    pub format: Format,
    /// Which side it stands on.
    pub align: Align,
    /// The narrower the terminal, the more of the high ranks are dropped; rank 0 is never dropped.
    pub rank: u8,
}

impl Column {
    /// A column of words.
    pub const fn text(header: &'static str, field: &'static str, rank: u8) -> Self {
        Self { header, field, format: Format::Plain, align: Align::Left, rank }
    }

    /// A column of numbers.
    pub const fn number(header: &'static str, field: &'static str, rank: u8) -> Self {
        Self { header, field, format: Format::Plain, align: Align::Right, rank }
    }

    /// The same column, written another way.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}
