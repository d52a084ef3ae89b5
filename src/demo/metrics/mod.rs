//! What CloudWatch knows of the estate: series of numbers, made when asked for, and kept nowhere.
//!
//! - `subject.rs`: which resource has which metrics, and from when to when.
//! - `series.rs`: the base datapoints of a metric. Its documentation is the specification, from which
//!   `tests/py/oracle.py` computes every value anew.
//! - `statistic.rs`: what buckets make of base datapoints.
//! - `subjects.rs`: resources by the value of their dimension.

mod series;
mod statistic;
mod subject;
mod subjects;

pub(crate) use series::Series;
pub(crate) use statistic::{Statistic, Window};
pub(crate) use subject::{Life, Subject};
pub(crate) use subjects::{Metrics, kind_of};

#[cfg(test)]
mod tests;
