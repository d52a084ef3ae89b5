//! The layers, their order and their errors.

use std::time::Duration;

use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn from_env(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    Settings::resolve(Flags::default(), env(pairs), None)
}

fn from_file(text: &str) -> Result<Settings, ConfigError> {
    let file = Some((PathBuf::from("dir/awsinv.toml"), text.to_owned()));
    Settings::resolve(Flags::default(), [], file)
}

/// The message with its hint, as a user reads it.
fn message(result: Result<Settings, ConfigError>) -> String {
    let error = result.expect_err("this must be refused");
    match error.hint() {
        Some(hint) => format!("{error} | {hint}"),
        None => error.to_string(),
    }
}

#[test]
fn nothing_said_gives_the_defaults() {
    assert_eq!(from_env(&[("HOME", "/root"), ("PATH", "")]).unwrap(), Settings::default());
    assert_eq!(from_file("").unwrap(), Settings::default());
}

#[test]
fn flags_win_over_variables_and_those_over_the_file() {
    let file = Some((PathBuf::from("awsinv.toml"), "region = 'a'\nlimit = 1\nconcurrency = 1".to_owned()));
    let variables = env(&[("AWSINV_REGION", "b"), ("AWSINV_LIMIT", "2")]);
    let mut flags = Flags::default();
    flags.set_list("region", &["c".into(), "d".into()]);
    let settings = Settings::resolve(flags, variables, file).unwrap();
    assert_eq!(settings.collect.regions, ["c", "d"]);
    assert_eq!(settings.output.limit, Some(2));
    assert_eq!(settings.collect.concurrency, 1);
}

#[test]
fn every_key_is_read_from_the_file() {
    let settings = from_file(
        r#"
        service = ["ec2", "rds"]
        type = "AWS::EC2::Instance"
        region = ["eu-*", "{us,sa}-east-1"]
        profile = "prod,staging"
        endpoint_url = "http://127.0.0.1:5000"
        metrics = false
        window = "7d"
        series = true
        max_cost = 1.5
        output = ["table", "json=a b.json"]
        filter = ["state=running", "tag:env=a,b"]
        query = "resources[].id"
        columns = "id,name"
        sort = ["-created_at"]
        group_by = "region"
        limit = 7
        concurrency = 8
        deadline = "5m"
        max_attempts = 3
        attempt_timeout = "1m30s"
        connect_timeout = "500ms"
        allow_partial = true
        quiet = true
        verbose = 2
        log_format = "json"
        progress = false
        color = "never"
        [metric."AWS::EC2::Instance"]
        CPUUtilization = false
        [[expect_denied]]
        account = "123456789012"
        type = "AWS::RDS::*"
        [[expect_denied]]
        region = "ap-*"
        "#,
    )
    .unwrap();
    let text = |word: &str| word.to_owned();
    let expected = Settings {
        collect: CollectSettings {
            profiles: vec![text("prod"), text("staging")],
            regions: vec![text("eu-*"), text("{us,sa}-east-1")],
            services: vec![text("ec2"), text("rds")],
            types: vec![text("AWS::EC2::Instance")],
            endpoint_url: Some(text("http://127.0.0.1:5000")),
            metrics: false,
            window: Duration::from_secs(7 * 24 * 3600),
            series: true,
            max_cost: Dollars::from_hundred_thousandths(150_000),
            metric_changes: vec![MetricChange {
                resource_type: text("AWS::EC2::Instance"),
                metric: text("CPUUtilization"),
                change: Change::Drop,
            }],
            concurrency: 8,
            attempt_timeout: Duration::from_secs(90),
            connect_timeout: Duration::from_millis(500),
            max_attempts: 3,
            deadline: Some(Duration::from_secs(300)),
            expect_denied: vec![
                ExpectDenied {
                    account: text("123456789012"),
                    region: text("*"),
                    resource_type: text("AWS::RDS::*"),
                },
                ExpectDenied { region: text("ap-*"), ..ExpectDenied::default() },
            ],
        },
        output: OutputSettings {
            outputs: vec![
                OutputSpec { format: text("table"), path: None },
                OutputSpec { format: text("json"), path: Some("a b.json".into()) },
            ],
            filters: vec![text("state=running"), text("tag:env=a,b")],
            query: Some(text("resources[].id")),
            columns: vec![text("id"), text("name")],
            sort: vec![text("-created_at")],
            group_by: vec![text("region")],
            limit: Some(7),
            allow_partial: true,
            color: ColorChoice::Never,
            progress: false,
            quiet: true,
            verbosity: 2,
            log_format: LogFormat::Json,
        },
    };
    assert_eq!(settings, expected);
}

#[test]
fn every_key_but_the_tables_is_read_from_its_variable() {
    let value = |key: &str| match key {
        "service" | "profile" | "columns" | "sort" | "group_by" | "query" => "name",
        "type" => "AWS::EC2::Instance",
        "region" => "eu-*",
        "endpoint_url" => "https://localhost",
        "output" => "json",
        "filter" => "state=running",
        "limit" | "concurrency" | "max_attempts" | "verbose" => "3",
        "deadline" | "attempt_timeout" | "connect_timeout" => "7s",
        "window" => "7d",
        "max_cost" => "1.5",
        "allow_partial" | "quiet" | "series" => "true",
        "progress" | "metrics" => "false",
        "log_format" => "json",
        "color" => "always",
        other => panic!("no value for `{other}` in this test"),
    };
    for key in KEYS {
        let Some(variable) = key.variable() else {
            assert!(["metric", "expect_denied"].contains(&key.name), "{}", key.name);
            continue;
        };
        let settings = from_env(&[(&variable, value(key.name))]);
        assert_ne!(settings.unwrap(), Settings::default(), "{variable} changes nothing");
    }
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    assert_eq!(from_env(&[("AWSINV_REGION", ""), ("AWSINV_NONSENSE", "")]).unwrap(), Settings::default());
}

#[test]
fn unknown_names_are_refused_with_the_near_ones() {
    assert_eq!(
        message(from_file("# ours\n\nregoin = 'x'")),
        "unknown key `regoin` in dir/awsinv.toml, line 3 | did you mean `region`?"
    );
    assert_eq!(
        message(from_env(&[("AWSINV_CONCURENCY", "1")])),
        "unknown environment variable `AWSINV_CONCURENCY` | did you mean `AWSINV_CONCURRENCY`?"
    );
    assert_eq!(
        message(from_file("[[expect_denied]]\nregions = '*'")),
        "unknown key `expect_denied.regions` in dir/awsinv.toml, line 2 | did you mean `region`?"
    );
    assert_eq!(
        message(from_file("zzz = 1")),
        "unknown key `zzz` in dir/awsinv.toml, line 1 | config/awsinv.example.toml lists every key"
    );
}

#[test]
fn the_place_of_the_file_is_no_key() {
    assert!(from_env(&[("AWSINV_CONFIG", "/somewhere")]).is_ok());
    assert!(from_file("config = 'x'").is_err());
    assert!(from_env(&[("AWSINV_EXPECT_DENIED", "x")]).is_err());
    assert!(from_env(&[("AWSINV_METRIC", "x")]).is_err());
}

#[test]
fn a_bad_value_names_where_it_stands() {
    assert_eq!(
        message(from_file("limit = 3\nconcurrency = 0")),
        "`concurrency` in dir/awsinv.toml, line 2: must be at least 1, not 0"
    );
    assert_eq!(
        message(from_env(&[("AWSINV_DEADLINE", "20")])),
        "environment variable `AWSINV_DEADLINE`: `20` needs a unit: ms, s, m, h or d, as in `20s` or `1m30s`"
    );
    let mut flags = Flags::default();
    flags.set_text("limit", Some("0"));
    assert_eq!(message(Settings::resolve(flags, [], None)), "`--limit 0`: must be at least 1, not 0");
}

#[test]
fn wrong_types_and_impossible_values_are_refused() {
    for (text, problem) in [
        ("region = 3", "must be a string or a list of strings"),
        ("region = ['a', 3]", "must be a list of strings"),
        ("region = '[z-a]'", "is not a pattern"),
        ("color = 'blue'", "must be `auto`, `always` or `never`, not `blue`"),
        ("deadline = 20", "must be a string with a unit"),
        ("deadline = 2026-01-01", "must not be a datetime"),
        ("endpoint_url = 'localhost:5000'", "is not an http:// or https:// address"),
        ("metrics = 1", "must be `true` or `false`"),
        ("window = '59s'", "must be at least 1m"),
        ("window = '456d'", "must be at most 455d"),
        ("window = '0s'", "must be longer than zero"),
        ("window = 60", "must be a string with a unit, such as \"1h\""),
        ("window = '60'", "`60` needs a unit"),
        ("series = 'all'", "must be `true` or `false`, not `all`"),
        ("max_cost = -0.1", "must be at least 0, not -0.1"),
        ("max_cost = -1", "must be at least 0, not -1"),
        ("max_cost = nan", "`nan` is not an amount in US dollars such as 0.10"),
        ("max_cost = inf", "`inf` is not an amount"),
        ("max_cost = 1e-1", "`1e-1` is not an amount"),
        ("max_cost = '$0.10'", "`$0.10` names a currency: write the US dollars alone, such as 0.10"),
        ("max_cost = ['1']", "must be a number of US dollars"),
        ("max_cost = true", "must be a number of US dollars"),
        ("max_cost = 9223372036854775807", "is out of range"),
        ("limit = 1.5", "must be a whole number"),
        ("region = 1.5", "must be a string or a list of strings"),
        ("max_attempts = 99999999999", "must be at most 4294967295"),
        ("limit = 99999999999999999999", "is out of range"),
        ("quiet = 'maybe'", "must be `true` or `false`, not `maybe`"),
        ("query = ''", "must not be empty"),
        ("output = []", "must name at least one output"),
        ("output = ['table', 'csv']", "only one output can go to standard output"),
        ("expect_denied = 'all'", "must be tables"),
        ("[[expect_denied]]\n", "needs at least one of"),
        ("[[expect_denied]]\naccount = 123456789012", "must be a string, in quotes"),
        ("[[expect_denied]]\nregion = '['", "is not a pattern"),
        ("[region]\na = 1", "must not be a table"),
    ] {
        let message = message(from_file(text));
        assert!(message.contains(problem), "{text}: {message}");
    }
}

#[test]
fn dollars_are_read_exactly_in_every_layer() {
    let units = |settings: Settings| settings.collect.max_cost.hundred_thousandths();
    assert_eq!(Settings::default().collect.max_cost.to_string(), "0.10");
    for (text, expected) in [("0.29", 29_000), ("0", 0), ("2", 200_000), ("1_0.5", 1_050_000)] {
        assert_eq!(units(from_file(&format!("max_cost = {text}")).unwrap()), expected, "{text}");
    }
    assert_eq!(units(from_env(&[("AWSINV_MAX_COST", "0.29")]).unwrap()), 29_000);
    let mut flags = Flags::default();
    flags.set_text("max_cost", Some("0.29"));
    assert_eq!(units(Settings::resolve(flags, [], None).unwrap()), 29_000);
}

#[test]
fn broken_toml_names_the_line() {
    let message = message(from_file("limit = 1\nregion = [\n"));
    assert!(message.starts_with("dir/awsinv.toml, line "), "{message}");
}

#[test]
fn a_query_asks_for_json_where_nothing_else_was_asked_for() {
    let json = [OutputSpec { format: "json".into(), path: None }];
    assert_eq!(from_env(&[("AWSINV_QUERY", "resources")]).unwrap().output.outputs, json);
    assert_eq!(from_file("output = 'table'\nquery = 'a'").unwrap().output.outputs, json);
    assert!(from_file("output = 'csv=x.csv'\nquery = 'a'").is_err());
    let mut table = Flags::default();
    table.set_text("query", Some("a"));
    table.set_text("output", Some("table"));
    assert!(Settings::resolve(table, [], None).is_err());

    // The file's output yields to a query on the command line, unless it is JSON already.
    let mut flags = Flags::default();
    flags.set_text("query", Some("resources"));
    for (output, expected) in [("csv", None), ("json=a.json", Some("a.json"))] {
        let file = Some((PathBuf::new(), format!("output = '{output}'")));
        let settings = Settings::resolve(flags.clone(), [], file).unwrap();
        assert_eq!(settings.output.outputs[0].path, expected.map(PathBuf::from));
    }
}

#[test]
fn a_file_that_was_named_must_exist_and_the_usual_one_need_not() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let home = |extra: Option<(&str, &Path)>| -> Vec<(OsString, OsString)> {
        let home = ("HOME".into(), folder.path().into());
        std::iter::once(home).chain(extra.map(|(name, path)| (name.into(), path.into()))).collect()
    };
    let load = |extra, named| Settings::load(Flags::default(), home(extra), named);

    assert_eq!(load(None, None).unwrap(), Settings::default());
    assert!(load(None, Some(&missing)).is_err());
    assert!(load(Some(("AWSINV_CONFIG", &*missing)), None).is_err());

    let write = |at: &str, limit: usize| {
        let path = folder.path().join(at);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("limit = {limit}")).unwrap();
        path
    };
    write(".config/awsinv/awsinv.toml", 1);
    write("xdg/awsinv/awsinv.toml", 2);
    let variable = write("variable.toml", 3);
    let flag = write("flag.toml", 4);
    let limit = |extra, named| load(extra, named).unwrap().output.limit;
    let xdg = folder.path().join("xdg");
    assert_eq!(limit(None, None), Some(1));
    assert_eq!(limit(Some(("XDG_CONFIG_HOME", Path::new("relative"))), None), Some(1));
    assert_eq!(limit(Some(("XDG_CONFIG_HOME", &*xdg)), None), Some(2));
    assert_eq!(limit(Some(("AWSINV_CONFIG", &*variable)), None), Some(3));
    assert_eq!(limit(Some(("AWSINV_CONFIG", &*variable)), Some(&flag)), Some(4));
}

#[test]
fn without_a_home_there_is_no_file() {
    assert_eq!(Settings::load(Flags::default(), [], None).unwrap(), Settings::default());
}

#[cfg(unix)]
#[test]
fn a_variable_of_ours_must_be_unicode_and_others_need_not() {
    use std::os::unix::ffi::OsStringExt;
    let odd = || OsString::from_vec(vec![0xff]);
    assert!(Settings::load(Flags::default(), [("OTHER".into(), odd()), (odd(), odd())], None).is_ok());
    assert!(Settings::load(Flags::default(), [("AWSINV_QUERY".into(), odd())], None).is_err());
}
