//! Everything that is tested from outside: one binary, one file a subject.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod accounts;
mod collectors;
mod support;
