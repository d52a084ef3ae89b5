//! Lambda functions.

use super::place::{DAY, NOW, Place, Tags, draw_app, draw_tags};
use super::text::{ESCAPE_VALUE, FORMULA_VALUE, LONGEST_TAG_VALUE, MARKUP_VALUE, pad};

/// Stands in the environment variables of many functions, where AWS's own API returns it in the clear.
/// It must never be seen in anything that the program writes.
pub const PLANTED_SECRET: &str = "planted-secret-Zk9vQ2xhc3NpZmllZA";

/// The longest name that Lambda takes.
const LONGEST_NAME: usize = 64;

/// A runtime of a `.zip` function, its handler, and whether SnapStart is offered for it.
type Runtime = (&'static str, &'static str, bool);

static RUNTIMES: [Runtime; 10] = [
    ("python3.13", "app.handler", true),
    ("python3.12", "main.lambda_handler", true),
    ("python3.9", "index.handler", false),
    ("nodejs22.x", "dist/index.handler", false),
    ("nodejs20.x", "index.handler", false),
    ("nodejs16.x", "index.handler", false),
    ("java21", "com.example.Handler::handleRequest", true),
    ("dotnet8", "Example::Example.Function::Handle", true),
    ("provided.al2023", "bootstrap", false),
    ("ruby3.3", "function.handler", false),
];

/// A runtime that no SDK of today knows.
const FUTURE_RUNTIME: Runtime = ("python4.0", "app.handler", true);

/// A function's place in a VPC.
#[derive(Debug)]
pub(crate) struct FunctionVpc {
    pub(crate) vpc_id: String,
    pub(crate) subnet_ids: Vec<String>,
    pub(crate) security_group_ids: Vec<String>,
}

/// One function, as ListFunctions tells it; its tags aside, which that call does not tell.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// `None` for a container image.
    pub(crate) runtime: Option<Runtime>,
    pub(crate) role_arn: String,
    pub(crate) code_size: i64,
    pub(crate) description: String,
    pub(crate) timeout: i64,
    pub(crate) memory: i64,
    pub(crate) modified_at: i64,
    pub(crate) code_sha256: String,
    pub(crate) architecture: &'static str,
    pub(crate) vpc: Option<FunctionVpc>,
    pub(crate) dead_letter_arn: Option<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) kms_key_arn: Option<String>,
    pub(crate) tracing: &'static str,
    pub(crate) layers: Vec<(String, i64)>,
    pub(crate) ephemeral_storage: i64,
    pub(crate) snap_start: bool,
    /// The log format, and the log group where it is not the function's own.
    pub(crate) logging: (&'static str, Option<String>),
    pub(crate) file_system_arn: Option<String>,
    pub(crate) revision_id: String,
    /// `None` if it never had any.
    pub(crate) tags: Option<Tags>,
}

/// Whether the tagging API lists it: only what has, or once had, tags.
pub(crate) const fn is_listed_by_tagging(index: usize) -> bool {
    index % 9 != 4
}

/// The `index`-th function.
pub(crate) fn function(place: &Place<'_>, index: usize) -> Function {
    let mut draw = place.draw("function", index);
    let app = draw_app(&mut draw);
    let verb =
        *draw.pick(&["ingest", "resize", "notify", "authorize", "export", "cleanup", "webhook", "enrich"]);
    let name = match index % 40 {
        16 => {
            pad(&format!("{}-{verb}-{index}-at-the-limit-of-what-lambda-takes-", app.name), 'x', LONGEST_NAME)
        }
        _ => format!("{}-{verb}-{index}", app.name),
    };
    let runtime = match (index % 40, index % 7) {
        (9, _) => Some(FUTURE_RUNTIME),
        (_, 3) => None,
        _ => Some(*draw.pick(&RUNTIMES)),
    };
    let in_vpc = draw.chance(35);
    let group = if draw.chance(25) { Some(format!("/{}/lambda", app.name)) } else { None };
    let mut environment =
        vec![("LOG_LEVEL", "info".to_owned()), ("ENVIRONMENT", place.account.environment.to_owned())];
    if index.is_multiple_of(2) {
        environment.push(("DATABASE_PASSWORD", PLANTED_SECRET.to_owned()));
        environment.push(("API_TOKEN", format!("tok_{PLANTED_SECRET}")));
    }
    Function {
        arn: place.arn("lambda", format_args!("function:{name}")),
        runtime,
        role_arn: place.role_arn(format_args!("service-role/{}-{verb}", app.name)),
        code_size: match runtime {
            Some(_) => draw.between(300, 60_000_000),
            // AWS tells no size of an image.
            None => 0,
        },
        description: match index % 12 {
            2 => String::new(),
            6 => format!("line one\nline two {ESCAPE_VALUE}"),
            11 => "Zusammenfassung für 東京 – täglich".to_owned(),
            _ => format!("{verb} for {}", app.name),
        },
        timeout: *draw.pick(&[3, 10, 30, 60, 300, 900]),
        memory: *draw.pick(&[128, 256, 512, 1024, 1769, 3008, 10_240]),
        modified_at: NOW - draw.between(0, 700) * DAY - draw.between(1, DAY - 1),
        code_sha256: format!("{}=", draw.unique_id("", 43)),
        architecture: if draw.chance(45) { "arm64" } else { "x86_64" },
        vpc: in_vpc.then(|| FunctionVpc {
            vpc_id: place.vpc_id(),
            subnet_ids: (0..2).map(|zone| place.subnet_id(zone, false)).collect(),
            security_group_ids: vec![place.id("sg", 30)],
        }),
        dead_letter_arn: draw.chance(20).then(|| place.arn("sqs", format_args!("{}-dead-letters", app.name))),
        environment: if index % 12 == 5 { Vec::new() } else { environment },
        kms_key_arn: draw.chance(15).then(|| place.kms_key_arn()),
        tracing: if draw.chance(40) { "Active" } else { "PassThrough" },
        layers: if runtime.is_some() && draw.chance(30) {
            vec![
                (
                    place.arn("lambda", format_args!("layer:{}-common:{}", app.team, draw.between(1, 40))),
                    3_145_728,
                ),
                (
                    format!(
                        "arn:aws:lambda:{}:580247275435:layer:LambdaInsightsExtension:56",
                        place.region.name
                    ),
                    4_980_736,
                ),
            ]
        } else {
            Vec::new()
        },
        ephemeral_storage: *draw.pick(&[512, 512, 512, 2048, 10_240]),
        snap_start: runtime.is_some_and(|runtime| runtime.2) && draw.chance(30),
        logging: (if draw.chance(40) { "JSON" } else { "Text" }, group),
        file_system_arn: (in_vpc && draw.chance(10)).then(|| {
            place.arn("elasticfilesystem", format_args!("access-point/{}", place.id("fsap", index)))
        }),
        revision_id: draw.uuid(),
        tags: is_listed_by_tagging(index).then(|| tags(draw_tags(&mut draw, place, app), index)),
        name,
    }
}

fn tags(mut tags: Tags, index: usize) -> Tags {
    match index % 40 {
        // It had tags once: the tagging API still lists it, without any.
        5 => tags.clear(),
        6 => tags.push(("note".to_owned(), ESCAPE_VALUE.to_owned())),
        10 => tags.push(("besitzerin".to_owned(), "Zoë – データ基盤 🚀".to_owned())),
        12 => tags.push(("note".to_owned(), FORMULA_VALUE.to_owned())),
        14 => tags.push(("note".to_owned(), MARKUP_VALUE.to_owned())),
        15 => tags.push(("empty".to_owned(), String::new())),
        17 => tags.push(("note".to_owned(), pad("", 'ü', LONGEST_TAG_VALUE))),
        _ => {}
    }
    tags
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::estate::accounts::DemoAccount;
    use crate::demo::estate::regions::REGIONS;

    #[test]
    fn fifty_seven_functions_show_every_unusual_value() {
        let account = DemoAccount::first(1).remove(0);
        let place = Place::new(1, &account, &REGIONS[1]);
        let functions: Vec<_> = (0..57).map(|index| function(&place, index)).collect();
        let names: BTreeSet<_> = functions.iter().map(|function| &function.name).collect();
        assert_eq!(names.len(), 57);
        assert!(names.iter().any(|name| name.len() == LONGEST_NAME));
        assert!(functions.iter().any(|function| function.tags.is_none()));
        assert!(functions.iter().any(|function| function.tags.as_ref().is_some_and(Vec::is_empty)));
        assert!(functions.iter().any(|function| function.runtime.is_none()));
        assert!(
            functions.iter().any(|function| function.runtime.is_some_and(|runtime| runtime.0 == "python4.0"))
        );
        assert!(
            functions
                .iter()
                .filter(|function| {
                    function.environment.iter().any(|(_, value)| value.contains(PLANTED_SECRET))
                })
                .count()
                > 20
        );
    }
}
