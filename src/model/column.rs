//! A column of a type's table, as its collector declares it, or as the metrics that the user added make it.

use std::borrow::Cow;

use super::{FieldPath, Measure, MetricSpec, Statistic};

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
    /// A metric's value, in the unit of what it measures.
    Measure(Measure),
}

/// What somebody added by hand is dropped no sooner than what a type shows of itself beside its name and its load.
const ADDED_RANK: u8 = 2;

/// One column of a type's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading, in capitals.
    pub header: Cow<'static, str>,
    /// The field shown, as [`FieldPath`] reads it.
    pub field: Cow<'static, str>,
    /// How its value is written.
    pub format: Format,
    /// What is shown of a resource that has no value in `field`: the first of these fields that has one. So one
    /// column serves what engines call by different names.
    pub or: Cow<'static, [(&'static str, Format)]>,
    /// Which side it stands on.
    pub align: Align,
    /// The narrower the terminal, the more of the high ranks are dropped; rank 0 is never dropped.
    pub rank: u8,
}

impl Column {
    const fn new(header: &'static str, field: &'static str, align: Align, rank: u8) -> Self {
        Self {
            header: Cow::Borrowed(header),
            field: Cow::Borrowed(field),
            format: Format::Plain,
            or: Cow::Borrowed(&[]),
            align,
            rank,
        }
    }

    /// A column of words.
    pub const fn text(header: &'static str, field: &'static str, rank: u8) -> Self {
        Self::new(header, field, Align::Left, rank)
    }

    /// A column of numbers, or of a metric: how a metric is written follows from what is asked, in
    /// [`asked`](Self::asked).
    pub const fn number(header: &'static str, field: &'static str, rank: u8) -> Self {
        Self::new(header, field, Align::Right, rank)
    }

    /// A column of numbers that shows the first of these fields that the resource has a value in.
    pub const fn first_of(
        header: &'static str,
        field: &'static str,
        or: &'static [(&'static str, Format)],
        rank: u8,
    ) -> Self {
        Self {
            header: Cow::Borrowed(header),
            field: Cow::Borrowed(field),
            format: Format::Plain,
            or: Cow::Borrowed(or),
            align: Align::Right,
            rank,
        }
    }

    /// The column of a statistic that no collector declares one for.
    pub fn metric(metric: &MetricSpec, statistic: &Statistic) -> Self {
        Self {
            header: format!("{}.{statistic}", metric.name).into(),
            field: format!("metrics.{}.{statistic}", metric.name).into(),
            format: Format::Measure(Measure::of(metric.unit, statistic)),
            or: Cow::Borrowed(&[]),
            align: Align::Right,
            rank: ADDED_RANK,
        }
    }

    /// The same column, written another way.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Every field that it may show, the first choice first.
    pub fn fields(&self) -> impl Iterator<Item = (&str, Format)> {
        [(&*self.field, self.format)].into_iter().chain(self.or.iter().copied())
    }

    /// The column without the metrics that are not asked, each of the others in its unit; `None` where all that it
    /// would show is not asked. Of what is no metric, the column stays as it is.
    pub fn asked(&self, metrics: &[MetricSpec]) -> Option<Self> {
        let keep = |field: &str, format: Format| match field.parse() {
            Ok(FieldPath::Metric(name, statistic)) => {
                let metric = metrics.iter().find(|metric| metric.name == name)?;
                let statistic = metric.statistics.iter().find(|asked| asked.as_str() == statistic)?;
                Some(Format::Measure(Measure::of(metric.unit, statistic)))
            }
            _ => Some(format),
        };
        let first = keep(&self.field, self.format).map(|format| (self.field.clone(), format));
        let others = self.or.iter().filter_map(|&(field, format)| Some((field, keep(field, format)?)));
        let mut others: Vec<(&'static str, Format)> = others.collect();
        let (field, format) = match first {
            Some(first) => first,
            None if others.is_empty() => return None,
            None => {
                let (field, format) = others.remove(0);
                (field.into(), format)
            }
        };
        Some(Self { field, format, or: others.into(), ..self.clone() })
    }

    /// The columns of a type's table: those declared, as far as they are [asked](Self::asked), then one for each
    /// metric and statistic that none of them shows.
    pub fn of_type(declared: &[Self], metrics: &[MetricSpec]) -> Vec<Self> {
        let mut columns: Vec<Self> = declared.iter().filter_map(|column| column.asked(metrics)).collect();
        for metric in metrics {
            for statistic in metric.statistics.iter() {
                let added = Self::metric(metric, statistic);
                let shown = columns.iter().flat_map(Self::fields).any(|(field, _)| field == added.field);
                if !shown {
                    columns.push(added);
                }
            }
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    const FREE: Column = Column::first_of(
        "FREE",
        "metrics.FreeStorageSpace.Minimum",
        &[("metrics.FreeLocalStorage.Minimum", Format::Plain)],
        2,
    );

    fn metric(name: &'static str, unit: Unit, statistics: &'static [Statistic]) -> MetricSpec {
        MetricSpec::new("AWS/RDS", name, "DBInstanceIdentifier", unit, statistics)
    }

    fn shown(columns: &[Column]) -> Vec<(&str, Vec<(&str, Format)>)> {
        columns.iter().map(|column| (&*column.header, column.fields().collect())).collect()
    }

    #[test]
    fn only_what_is_asked_has_a_column_in_the_unit_it_is_asked_in() {
        let declared = [Column::text("ID", "id", 0), FREE, Column::number("CPU", "metrics.CPU.Average", 1)];
        assert_eq!(
            shown(&Column::of_type(&declared, &[])),
            [("ID", vec![("id", Format::Plain)])],
            "no metrics, no columns of metrics"
        );
        let minimum = &[Statistic::Minimum];
        let local = metric("FreeLocalStorage", Unit::Bytes, minimum);
        let bytes = Format::Measure(Measure::Bytes);
        assert_eq!(
            shown(&Column::of_type(&declared[1..], std::slice::from_ref(&local))),
            [("FREE", vec![("metrics.FreeLocalStorage.Minimum", bytes)])]
        );
        let both = [local, metric("FreeStorageSpace", Unit::Bytes, minimum)];
        assert_eq!(
            shown(&Column::of_type(&declared[1..], &both)),
            [(
                "FREE",
                vec![
                    ("metrics.FreeStorageSpace.Minimum", bytes),
                    ("metrics.FreeLocalStorage.Minimum", bytes)
                ]
            )]
        );
    }

    #[test]
    fn what_the_user_adds_has_a_column_of_its_own() {
        let asked = [metric("Deadlocks", Unit::Count, &[Statistic::Sum, Statistic::P95])];
        assert_eq!(
            shown(&Column::of_type(&[FREE], &asked)),
            [
                ("Deadlocks.Sum", vec![("metrics.Deadlocks.Sum", Format::Measure(Measure::CountPerMinute))]),
                ("Deadlocks.p95", vec![("metrics.Deadlocks.p95", Format::Measure(Measure::Number))]),
            ]
        );
    }
}
