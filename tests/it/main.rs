//! Everything that is tested from outside: one binary, one file a subject.

mod collectors;
mod support;
