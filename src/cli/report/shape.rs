//! What the outputs are to look like, checked against what the chosen types have.

use std::collections::BTreeSet;

use crate::cli::UsageError;
use crate::collect::REGISTRY;
use crate::config::{OutputSettings, OutputSpec};
use crate::coordinator::Plan;
use crate::model::{FieldPath, Filters, TOP_LEVEL_KEYS};
use crate::render::{Query, SortKey, TypeTable, View};

/// What the outputs are to look like.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) filters: Filters,
    pub(super) view: View,
    pub(super) query: Option<Query>,
    pub(super) outputs: Vec<OutputSpec>,
    pub(super) tables: Vec<TypeTable>,
}

impl Shape {
    /// Reads the settings' expressions.
    ///
    /// # Errors
    /// An expression that cannot be read, or a field that none of the chosen types has.
    pub(super) fn new(settings: &OutputSettings, plan: &Plan) -> Result<Self, UsageError> {
        let filters = Filters::parse(&settings.filters).map_err(whole)?;
        let fields = |words: &[String]| -> Result<Vec<FieldPath>, UsageError> {
            words.iter().map(|word| field(word)).collect()
        };
        let sort = settings.sort.iter().map(|word| word.parse().map_err(whole)).collect::<Result<_, _>>()?;
        let view = View {
            columns: fields(&settings.columns)?,
            sort,
            group_by: fields(&settings.group_by)?,
            limit: settings.limit,
        };
        let named = filters.fields().chain(&view.columns).chain(&view.group_by);
        for path in named {
            known(path, plan)?;
        }
        for SortKey { field, .. } in &view.sort {
            if view.group_by.is_empty() {
                known(field, plan)?;
            } else if *field != FieldPath::Attribute("count".to_owned()) && !view.group_by.contains(field) {
                return Err(UsageError::new(format!("there is no `{field}` to sort the counts by"))
                    .hint("with --group-by, sort by `count` or by a field that is grouped by"));
            }
        }
        let query = match &settings.query {
            Some(text) => Some(Query::compile(text).map_err(whole)?),
            None => None,
        };
        Ok(Self { filters, view, query, outputs: settings.outputs.clone(), tables: tables() })
    }
}

/// An error with its sources: an expression's own says where it is wrong.
fn whole(error: impl std::error::Error + Send + Sync + 'static) -> UsageError {
    UsageError::new(format!("{:#}", anyhow::Error::from(error)))
}

fn field(word: &str) -> Result<FieldPath, UsageError> {
    word.parse().map_err(|error: crate::model::FieldPathError| whole(error))
}

/// Refuses an attribute that none of the chosen types has: it would match nothing, silently.
fn known(path: &FieldPath, plan: &Plan) -> Result<(), UsageError> {
    let FieldPath::Attribute(name) = path else { return Ok(()) };
    let chosen: BTreeSet<&str> =
        plan.selections.iter().flat_map(|selection| selection.collector.attributes()).copied().collect();
    if chosen.contains(name.as_str()) {
        return Ok(());
    }
    let having: Vec<&str> = REGISTRY
        .iter()
        .filter(|collector| collector.attributes().contains(&name.as_str()))
        .map(|collector| collector.resource_type())
        .collect();
    if !having.is_empty() {
        return Err(UsageError::new(format!("none of the chosen types has an attribute `{name}`"))
            .hint(format!("{} has it", having.join(", "))));
    }
    Err(UsageError::unknown("field", name, TOP_LEVEL_KEYS.iter().chain(&chosen).copied()))
}

fn tables() -> Vec<TypeTable> {
    let tables = REGISTRY.iter().flat_map(|collector| {
        collector.covers().iter().map(|covered| TypeTable {
            resource_type: covered.resource_type,
            title: covered.title,
            columns: collector.columns(),
        })
    });
    tables.collect()
}
