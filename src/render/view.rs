//! Which rows a table shows, and in which order: `--columns`, `--sort`, `--group-by` and `--limit`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::model::{FieldPath, FieldPathError, Lookup, Resource, value_order};

/// One `--sort`: a field, `-field` for the greatest first.
///
/// Whichever way it sorts, resources without a value come after those with one, and unknown ones last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The field.
    pub field: FieldPath,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl FromStr for SortKey {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (descending, field) = match text.strip_prefix('-') {
            Some(field) => (true, field),
            None => (false, text),
        };
        Ok(Self { field: field.parse()?, descending })
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.field)
    }
}

/// The shape of tabular outputs. The default shows every resource with its type's columns, in the document's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Columns that replace those of the types; empty = the types' own.
    pub columns: Vec<FieldPath>,
    /// Sort keys, the first weighs most; empty = the document's order.
    pub sort: Vec<SortKey>,
    /// Fields whose values are counted instead of showing resources; empty = resources.
    pub group_by: Vec<FieldPath>,
    /// The most rows shown in all.
    pub limit: Option<usize>,
}

/// The rows that a view leaves of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<T> {
    /// Those shown, in order.
    pub shown: Vec<T>,
    /// How many there are without the limit.
    pub total: usize,
}

impl<T> Rows<T> {
    fn limited(mut all: Vec<T>, limit: Option<usize>) -> Self {
        let total = all.len();
        all.truncate(limit.unwrap_or(total));
        Self { shown: all, total }
    }

    /// Whether the limit left some out.
    pub fn is_limited(&self) -> bool {
        self.shown.len() < self.total
    }
}

/// Resources that have the same values of the `--group-by` fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// One value for each field.
    pub values: Vec<Lookup>,
    /// How many resources have them.
    pub count: u64,
}

impl View {
    /// The resources to show, sorted and limited.
    pub fn rows<'a>(&self, resources: &'a [Resource]) -> Rows<&'a Resource> {
        let mut all: Vec<&Resource> = resources.iter().collect();
        if !self.sort.is_empty() {
            // Looked up once for each resource, not once for each comparison.
            let mut keyed: Vec<(Vec<Lookup>, &Resource)> = all
                .into_iter()
                .map(|resource| (self.sort.iter().map(|key| key.field.of(resource)).collect(), resource))
                .collect();
            keyed.sort_by(|(a, _), (b, _)| {
                let keys = self.sort.iter().zip(a.iter().zip(b));
                keys.map(|(key, (a, b))| lookup_order(a, b, key.descending))
                    .find(|order| order.is_ne())
                    .unwrap_or(Ordering::Equal)
            });
            all = keyed.into_iter().map(|(_, resource)| resource).collect();
        }
        Rows::limited(all, self.limit)
    }

    /// The counts of `--group-by`, by their values unless `--sort` says otherwise (`count` is the number).
    pub(super) fn groups(&self, resources: &[Resource]) -> Rows<Group> {
        let mut keys: Vec<Vec<Lookup>> = resources
            .iter()
            .map(|resource| self.group_by.iter().map(|field| field.of(resource)).collect())
            .collect();
        keys.sort_by(|a, b| lookups_order(a, b));
        let mut groups: Vec<Group> = Vec::new();
        for values in keys {
            match groups.last_mut() {
                Some(group) if lookups_order(&group.values, &values).is_eq() => group.count += 1,
                _ => groups.push(Group { values, count: 1 }),
            }
        }
        for key in self.sort.iter().rev() {
            if key.field == FieldPath::Attribute("count".to_owned()) {
                groups.sort_by(|a, b| directed(a.count.cmp(&b.count), key.descending));
            } else if let Some(at) = self.group_by.iter().position(|field| *field == key.field) {
                groups.sort_by(|a, b| lookup_order(&a.values[at], &b.values[at], key.descending));
            }
        }
        Rows::limited(groups, self.limit)
    }
}

fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

/// Values in their direction, then nothing, then unknown.
fn lookup_order(a: &Lookup, b: &Lookup, descending: bool) -> Ordering {
    let rank = |lookup: &Lookup| match lookup {
        Lookup::Value(_) => 0,
        Lookup::Nothing => 1,
        Lookup::Unknown => 2,
    };
    match (a, b) {
        (Lookup::Value(a), Lookup::Value(b)) => directed(value_order(a, b), descending),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn lookups_order(a: &[Lookup], b: &[Lookup]) -> Ordering {
    let orders = a.iter().zip(b).map(|(a, b)| lookup_order(a, b, false));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(id: &str, memory: Option<u64>, state: Option<&str>) -> Resource {
        let mut resource = Resource::new(
            "AWS::Lambda::Function".into(),
            format!("arn:{id}"),
            id.to_owned(),
            "123456789012".into(),
            "eu-west-1".into(),
        );
        match memory {
            Some(memory) => resource.attributes.set("memory_size", memory),
            None => resource.mark_unknown("attributes.memory_size"),
        }
        resource.state = state.map(str::to_owned);
        resource
    }

    fn estate() -> Vec<Resource> {
        let mut nothing = resource("d", Some(0), Some("running"));
        nothing.attributes.set("memory_size", serde_json::Value::Null);
        vec![
            resource("a", Some(1024), Some("running")),
            resource("b", None, None),
            resource("c", Some(128), Some("stopped")),
            nothing,
            resource("e", Some(512), Some("running")),
        ]
    }

    fn ids(view: &View) -> String {
        let estate = estate();
        view.rows(&estate).shown.iter().map(|resource| resource.id.as_str()).collect()
    }

    fn sorted_by(keys: &[&str]) -> View {
        View { sort: keys.iter().map(|key| key.parse().unwrap()).collect(), ..View::default() }
    }

    #[test]
    fn numbers_sort_as_numbers_and_unknown_comes_last_either_way() {
        assert_eq!(ids(&sorted_by(&["memory_size"])), "ceadb");
        assert_eq!(ids(&sorted_by(&["-memory_size"])), "aecdb");
    }

    #[test]
    fn equal_keys_keep_the_document_order_and_later_keys_decide() {
        assert_eq!(ids(&View::default()), "abcde");
        assert_eq!(ids(&sorted_by(&["state"])), "adecb");
        assert_eq!(ids(&sorted_by(&["state", "-id"])), "edacb");
    }

    #[test]
    fn the_limit_says_how_many_there_are() {
        let estate = estate();
        let rows = View { limit: Some(2), ..View::default() }.rows(&estate);
        assert_eq!((rows.shown.len(), rows.total, rows.is_limited()), (2, 5, true));
    }

    #[test]
    fn groups_keep_unknown_and_nothing_apart() {
        let view = View { group_by: vec!["state".parse().unwrap()], ..View::default() };
        let mut estate = estate();
        estate[1].mark_unknown("state");
        estate[2].state = None;
        let groups: Vec<(Lookup, u64)> = view
            .groups(&estate)
            .shown
            .into_iter()
            .map(|group| (group.values[0].clone(), group.count))
            .collect();
        let running = Lookup::Value("running".into());
        assert_eq!(groups, [(running, 3), (Lookup::Nothing, 1), (Lookup::Unknown, 1)]);
    }

    #[test]
    fn groups_sort_by_their_count() {
        let mut view = sorted_by(&["-count"]);
        view.group_by = vec!["state".parse().unwrap()];
        let counts: Vec<u64> = view.groups(&estate()).shown.iter().map(|group| group.count).collect();
        assert_eq!(counts, [3, 1, 1]);
    }
}
