//! The demo server as CloudWatch, read by the SDK that the program uses: values, pages, moments, and errors.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch as cloudwatch;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_cloudwatch::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatch::operation::RequestId as _;
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use awsinv::demo::{Counts, DemoOptions, DemoServer};

async fn start(faults: &[&str], datapoints_per_page: Option<usize>) -> DemoServer {
    let counts = Counts { instances: 6, databases: 4, clusters: 0, functions: 0 };
    let faults = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
    let options = DemoOptions { faults, datapoints_per_page, ..DemoOptions::one_account(1, counts) };
    DemoServer::start(options, ([127, 0, 0, 1], 0).into()).await.expect("a server on loopback")
}

fn client(server: &DemoServer) -> cloudwatch::Client {
    let account = &server.estate().accounts()[0];
    let keys =
        Credentials::new(&account.access_key_id, &account.secret_access_key, None, None, "the demo estate");
    let config = cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(keys)
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(server.url())
        .build();
    cloudwatch::Client::from_conf(config)
}

/// What to ask for: the first database's metrics of the last hour, by name.
async fn queries(client: &cloudwatch::Client, names: &[&str]) -> Vec<MetricDataQuery> {
    let listed = client.list_metrics().namespace("AWS/RDS").metric_name("FreeStorageSpace").send().await;
    let dimensions = listed.expect("an answer").metrics()[0].dimensions().to_vec();
    names.iter().enumerate().map(|(nth, name)| query(nth, name, &dimensions)).collect()
}

fn query(nth: usize, name: &str, dimensions: &[Dimension]) -> MetricDataQuery {
    let metric = Metric::builder().namespace("AWS/RDS").metric_name(name);
    let metric = metric.set_dimensions(Some(dimensions.to_vec())).build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Average").build();
    MetricDataQuery::builder().id(format!("m{nth}")).metric_stat(stat).build()
}

async fn ask(
    client: &cloudwatch::Client,
    queries: Vec<MetricDataQuery>,
    token: Option<String>,
) -> Result<GetMetricDataOutput, cloudwatch::operation::get_metric_data::GetMetricDataError> {
    let now = SystemTime::now();
    let asked = client
        .get_metric_data()
        .set_metric_data_queries(Some(queries))
        .start_time(DateTime::from(now - Duration::from_secs(3600)))
        .end_time(DateTime::from(now))
        .set_next_token(token);
    asked.send().await.map_err(cloudwatch::error::SdkError::into_service_error)
}

#[tokio::test]
async fn the_sdk_reads_values_and_moments() {
    let server = start(&[], None).await;
    let client = client(&server);
    let names = ["CPUUtilization", "FreeStorageSpace", "DatabaseConnections", "NoSuchMetric"];
    let answer = ask(&client, queries(&client, &names).await, None).await.expect("an answer");
    assert!(answer.next_token().is_none() && answer.request_id().is_some());
    for (nth, result) in answer.metric_data_results().iter().enumerate() {
        assert_eq!(result.id(), Some(format!("m{nth}").as_str()));
        assert_eq!(result.status_code(), Some(&StatusCode::Complete));
        assert_eq!(result.values().len(), result.timestamps().len());
        assert_eq!(result.values().len() >= 58, nth < 3, "the last minute is under way");
        assert!(result.timestamps().windows(2).all(|two| two[0].secs() - two[1].secs() == 60));
    }
}

#[tokio::test]
async fn the_sdk_follows_tokens() {
    let server = start(&[], Some(25)).await;
    let client = client(&server);
    let queries = queries(&client, &["CPUUtilization"]).await;
    let (mut token, mut seen, mut pages) = (None, 0, 0);
    let now = SystemTime::now();
    loop {
        let asked = client.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let asked = asked.start_time(DateTime::from(now - Duration::from_secs(3600)));
        let page = asked.end_time(DateTime::from(now)).set_next_token(token).send().await.expect("a page");
        seen += page.metric_data_results()[0].values().len();
        pages += 1;
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert!(pages == 3 && (58..=60).contains(&seen), "{pages} pages, {seen} datapoints");
}

#[tokio::test]
async fn the_sdk_reads_errors_by_the_codes_of_query() {
    let server =
        start(&["throttled:GetMetricData#times=1", "denied:GetMetricData#after=1,times=1"], None).await;
    let client = client(&server);
    let mut asked = queries(&client, &["CPUUtilization"]).await;
    for code in ["Throttling", "AccessDenied"] {
        let error = ask(&client, asked.clone(), None).await.expect_err("a fault");
        assert_eq!(error.code(), Some(code), "{error:?}");
        assert!(error.message().is_some() && error.request_id().is_some());
    }
    let error = ask(&client, asked.clone(), Some("bm9ib2R5".to_owned())).await.expect_err("no such token");
    assert!(error.is_invalid_next_token(), "{error:?}");
    asked.push(asked[0].clone());
    let error = ask(&client, asked, None).await.expect_err("two of the same id");
    assert_eq!(error.code(), Some("ValidationError"));
}
