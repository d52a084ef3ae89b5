//! Everything that is tested from outside: one binary, one file a subject.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod accounts;
mod architecture;
mod cli;
mod collectors;
mod demo_metrics;
mod docs;
mod registry;
mod support;
