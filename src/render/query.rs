//! `--query`: JMESPath over the JSON document, as in the AWS CLI.

use std::borrow::Cow;
use std::io::{self, Write};

use jmespath::ast::Ast;
use jmespath::{DEFAULT_RUNTIME, ErrorReason, Expression, JmespathError, RuntimeError};
use serde::Serialize;

use super::json::write_pretty;

/// The expression cannot be read, or does not fit the document.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// It is not JMESPath. Known before anything is asked.
    #[error("the query is not JMESPath: {reason}\n  {expression}\n  {caret}")]
    Syntax {
        /// The whole expression.
        expression: String,
        /// Blanks, and a caret below the place.
        caret: String,
        /// What is wrong there.
        reason: String,
    },
    /// A function was given what it cannot take.
    #[error("the query does not fit the document: {reason}\n  {expression}\n  {caret}")]
    Evaluation {
        /// The whole expression.
        expression: String,
        /// Blanks, and a caret below the place.
        caret: String,
        /// What is wrong there.
        reason: String,
    },
    /// Its result could not be written.
    #[error("the result of the query could not be written")]
    Write(#[from] io::Error),
}

/// For those who write all outputs alike: a closed pipe stays one.
impl From<QueryError> for io::Error {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Write(error) => error,
            other => Self::other(other),
        }
    }
}

/// A compiled `--query`. It stays on the thread that compiled it.
#[derive(Debug)]
pub struct Query(Expression<'static>);

impl Query {
    /// Reads the expression.
    pub fn compile(expression: &str) -> Result<Self, QueryError> {
        let quoted = quote_bare_literals(expression);
        let compiled = match jmespath::compile(&quoted) {
            Ok(compiled) => compiled,
            // The place of the error is that in what the user wrote, as far as it is wrong there too.
            Err(error) => {
                return Err(explain(expression, &jmespath::compile(expression).err().unwrap_or(error)));
            }
        };
        // The crate only notices while evaluating, which is after everything was asked.
        if let Some((offset, name)) = undefined_function(compiled.as_ast()) {
            let reason = ErrorReason::Runtime(RuntimeError::UnknownFunction(name.to_owned()));
            return Err(explain(expression, &JmespathError::new(expression, offset, reason)));
        }
        Ok(Self(compiled))
    }

    /// Writes what the expression finds in the document, as indented JSON; `null` where it finds nothing.
    pub fn render(&self, document: &impl Serialize, out: &mut dyn Write) -> Result<(), QueryError> {
        let found = self.0.search(document).map_err(|error| explain(self.0.as_str(), &error))?;
        let out = &mut io::BufWriter::new(out);
        write_pretty(&*found, out)?;
        out.flush()?;
        Ok(())
    }
}

/// Literals such as `` `stopped` ``, which are no JSON, as the AWS CLI takes them: as strings.
/// <https://jmespath.org/specification.html#literal-expressions> has deprecated them since, and AWS's own examples
/// are full of them.
fn quote_bare_literals(expression: &str) -> Cow<'_, str> {
    let mut quoted = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(at) = rest.find(['`', '\'', '"']) {
        let delimiter = &rest[at..=at];
        let Some(length) = end_of(&rest[at + 1..], delimiter) else { break };
        let (inside, end) = (&rest[at + 1..at + 1 + length], at + 1 + length + 1);
        if delimiter == "`" && serde_json::from_str::<serde_json::Value>(&inside.replace("\\`", "`")).is_err()
        {
            let text = inside.trim_start().replace("\\`", "`");
            quoted.push_str(&rest[..at]);
            quoted.push('`');
            quoted.push_str(&serde_json::Value::from(text).to_string().replace('`', "\\`"));
            quoted.push('`');
        } else {
            quoted.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    if quoted.is_empty() {
        return expression.into();
    }
    quoted.push_str(rest);
    quoted.into()
}

/// Where the next delimiter stands that no backslash takes away.
fn end_of(text: &str, delimiter: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if text[at..].starts_with(delimiter) => return Some(at),
            _ => {}
        }
    }
    None
}

/// The first function that JMESPath does not have, and where it is called.
fn undefined_function(ast: &Ast) -> Option<(usize, &str)> {
    match ast {
        Ast::Function { offset, name, args } => match DEFAULT_RUNTIME.get_function(name) {
            None => Some((*offset, name)),
            Some(_) => args.iter().find_map(undefined_function),
        },
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => undefined_function(lhs).or_else(|| undefined_function(rhs)),
        Ast::Condition { predicate, then, .. } => {
            undefined_function(predicate).or_else(|| undefined_function(then))
        }
        Ast::Expref { ast: node, .. }
        | Ast::Flatten { node, .. }
        | Ast::Not { node, .. }
        | Ast::ObjectValues { node, .. } => undefined_function(node),
        Ast::MultiList { elements, .. } => elements.iter().find_map(undefined_function),
        Ast::MultiHash { elements, .. } => elements.iter().find_map(|pair| undefined_function(&pair.value)),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => None,
    }
}

/// The error with its place. The crate's own text counts bytes as characters and draws the caret elsewhere.
fn explain(expression: &str, error: &JmespathError) -> QueryError {
    let at = error.offset.min(expression.len());
    let before = expression.char_indices().take_while(|(start, _)| *start < at).count();
    let caret = format!("{}^", " ".repeat(before));
    let on_one_line = |text: &str| text.replace(['\n', '\r', '\t'], " ");
    let expression = on_one_line(expression);
    match &error.reason {
        ErrorReason::Parse(reason) => {
            // Terms of its parsing method, which no user of a query knows.
            let reason = reason
                .replace(" nud token -- found", "")
                .replace(" led token -- found", "")
                .replace("Eof", "end of the query");
            QueryError::Syntax { expression, caret, reason: on_one_line(&reason) }
        }
        ErrorReason::Runtime(reason @ RuntimeError::UnknownFunction(_)) => {
            QueryError::Syntax { expression, caret, reason: on_one_line(&reason.to_string()) }
        }
        ErrorReason::Runtime(reason) => {
            QueryError::Evaluation { expression, caret, reason: on_one_line(&reason.to_string()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_literals_are_strings_as_in_the_aws_cli() {
        for (written, read) in [
            ("resources[?state==`stopped`].id", "resources[?state==`\"stopped\"`].id"),
            ("a[?b==`1`]", "a[?b==`1`]"),
            ("a[?b==`\"x\"`]", "a[?b==`\"x\"`]"),
            ("a[?b=='it`s'] | [?c==`d e`]", "a[?b=='it`s'] | [?c==`\"d e\"`]"),
            ("a.\"b`c\"", "a.\"b`c\""),
            ("a[?b==`x", "a[?b==`x"),
            ("é[?b==`ü`]", "é[?b==`\"ü\"`]"),
        ] {
            assert_eq!(quote_bare_literals(written), read);
        }
        assert!(Query::compile("resources[?state==`stopped`].id | [:3]").is_ok());
    }
}
