//! The server from outside, byte by byte: what its faults do to a client.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::*;

const ACCOUNT: &str = "111122223333";
const EC2: Ask = Ask {
    service: "ec2",
    head: "POST / HTTP/1.1",
    target: "",
    body: "Action=DescribeInstances&MaxResults=5",
};
const RDS: Ask =
    Ask { service: "rds", head: "POST / HTTP/1.1", target: "", body: "Action=DescribeDBInstances" };
const LAMBDA: Ask =
    Ask { service: "lambda", head: "GET /2015-03-31/functions?MaxItems=50 HTTP/1.1", target: "", body: "" };
const TAGGING: Ask = Ask {
    service: "tagging",
    head: "POST / HTTP/1.1",
    target: "ResourceGroupsTaggingAPI_20170126.GetResources",
    body: "{}",
};

const CLOUDWATCH: Ask = Ask {
    service: "monitoring",
    head: "POST / HTTP/1.1",
    target: "GraniteServiceVersion20100801.ListMetrics",
    body: "{}",
};

#[derive(Clone, Copy)]
struct Ask {
    service: &'static str,
    head: &'static str,
    target: &'static str,
    body: &'static str,
}

impl Ask {
    /// Everything that the server sends before it closes.
    async fn of(self, server: &DemoServer, region: &str) -> String {
        self.signed(server, region, &format!("AKIADEMO{ACCOUNT}")).await
    }

    async fn signed(self, server: &DemoServer, region: &str, key: &str) -> String {
        let Self { service, head, target, body } = self;
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20261120/{region}/{service}/aws4_request, Signature=0"
        );
        let length = body.len();
        exchange(
            server,
            &format!(
                "{head}\r\nHost: demo\r\nConnection: close\r\nAuthorization: {scope}\r\nX-Amz-Target: {target}\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .replace("X-Amz-Target: \r\n", ""),
        )
        .await
    }
}

async fn exchange(server: &DemoServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.addr()).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    // A connection that breaks off counts as what came before.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn own(server: &DemoServer, line: &str) -> serde_json::Value {
    let answer =
        exchange(server, &format!("{line} HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n")).await;
    serde_json::from_str(answer.split_once("\r\n\r\n").expect("a body").1).expect("JSON")
}

async fn start(options: DemoOptions) -> DemoServer {
    DemoServer::start(options, (Ipv4Addr::LOCALHOST, 0).into()).await.expect("loopback")
}

async fn faulty(fault: &str) -> DemoServer {
    let faults = vec![fault.parse().expect("a fault")];
    start(DemoOptions { faults, ..DemoOptions::default() }).await
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("")
}

#[tokio::test]
async fn each_fault_has_the_code_and_status_of_each_service() {
    let expected = [
        (
            "denied",
            [
                ("403", "UnauthorizedOperation"),
                ("403", "AccessDenied"),
                ("403", "AccessDeniedException"),
                ("400", "AccessDeniedException"),
                ("403", "AccessDenied"),
            ],
        ),
        (
            "throttled",
            [
                ("503", "RequestLimitExceeded"),
                ("400", "Throttling"),
                ("429", "TooManyRequestsException"),
                ("400", "ThrottledException"),
                ("400", "Throttling"),
            ],
        ),
        (
            "error-500",
            [
                ("500", "InternalError"),
                ("500", "InternalFailure"),
                ("500", "ServiceException"),
                ("500", "InternalServiceException"),
                ("500", "InternalServiceError"),
            ],
        ),
        (
            "error-503",
            [
                ("503", "Unavailable"),
                ("503", "ServiceUnavailable"),
                ("503", "ServiceUnavailable"),
                ("503", "ServiceUnavailable"),
                ("503", "ServiceUnavailable"),
            ],
        ),
        (
            "expired",
            [
                ("400", "RequestExpired"),
                ("403", "ExpiredToken"),
                ("403", "ExpiredTokenException"),
                ("400", "ExpiredTokenException"),
                ("403", "ExpiredToken"),
            ],
        ),
        (
            "region-disabled",
            [
                ("401", "AuthFailure"),
                ("403", "InvalidClientTokenId"),
                ("403", "UnrecognizedClientException"),
                ("400", "UnrecognizedClientException"),
                ("403", "InvalidClientTokenId"),
            ],
        ),
    ];
    for (fault, answers) in expected {
        let server = faulty(&format!("{fault}:*@eu-west-1")).await;
        for (ask, (expected_status, code)) in [EC2, RDS, LAMBDA, TAGGING, CLOUDWATCH].into_iter().zip(answers)
        {
            let answer = ask.of(&server, "eu-west-1").await;
            assert_eq!(status(&answer), expected_status, "{fault} {}", ask.service);
            assert!(answer.contains(code), "{fault} {}: {answer}", ask.service);
            assert_eq!(answer.contains("x-amzn-query-error: "), ask.service == "monitoring", "{answer}");
            assert!(answer.contains("x-amzn-requestid: "), "{answer}");
            assert_eq!(status(&ask.of(&server, "us-east-1").await), "200", "elsewhere all is well");
        }
    }
}

#[tokio::test]
async fn an_scp_denial_says_so() {
    let server = faulty("scp-denied").await;
    for ask in [EC2, RDS, LAMBDA, TAGGING, CLOUDWATCH] {
        let answer = ask.of(&server, "eu-west-1").await;
        assert!(answer.contains("with an explicit deny in a service control policy"), "{answer}");
    }
}

#[tokio::test]
async fn bad_keys_and_regions_that_are_not_enabled_answer_alike() {
    let server = start(DemoOptions::default()).await;
    for ask in [EC2, RDS, LAMBDA, TAGGING, CLOUDWATCH] {
        let stranger = ask.signed(&server, "eu-west-1", "AKIAIOSFODNN7EXAMPLE").await;
        let disabled = ask.of(&server, "af-south-1").await;
        let no_token = ask.signed(&server, "eu-west-1", &format!("ASIADEMO{ACCOUNT}")).await;
        for answer in [&stranger, &disabled, &no_token] {
            assert!(["400", "401", "403"].contains(&status(answer)), "{answer}");
        }
        assert_eq!(status(&stranger), status(&disabled));
    }
}

#[tokio::test]
async fn connections_break_in_the_three_ways_asked_for() {
    let server = faulty("reset").await;
    assert_eq!(EC2.of(&server, "eu-west-1").await, "");

    let server = faulty("truncated").await;
    let answer = RDS.of(&server, "eu-west-1").await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    assert!(status(head) == "200" && body.len() < length.parse().expect("a number"));

    let server = faulty("hang").await;
    let waited = tokio::time::timeout(Duration::from_millis(100), EC2.of(&server, "eu-west-1")).await;
    assert!(waited.is_err());
}

#[tokio::test]
async fn garbage_is_a_success_that_nobody_can_read() {
    let server = faulty("garbage").await;
    let answer = LAMBDA.of(&server, "eu-west-1").await;
    assert_eq!(status(&answer), "200");
    let body = answer.split_once("\r\n\r\n").expect("a body").1;
    assert!(serde_json::from_str::<serde_json::Value>(body).is_err());
}

#[tokio::test]
async fn slow_answers_take_their_time() {
    for fault in ["slow=0.2", "dribble=0.2"] {
        let server = faulty(fault).await;
        let start = Instant::now();
        let answer = RDS.of(&server, "eu-west-1").await;
        assert!(start.elapsed() >= Duration::from_millis(200), "{fault}");
        assert!(answer.ends_with("</DescribeDBInstancesResponse>\n"), "{fault}");
    }
}

#[tokio::test]
async fn latency_is_the_same_for_every_call_and_calls_do_not_wait_for_each_other() {
    let server = start(DemoOptions { latency: Duration::from_millis(100), ..DemoOptions::default() }).await;
    let server = std::sync::Arc::new(server);
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let server = std::sync::Arc::clone(&server);
        calls.spawn(async move { LAMBDA.of(&server, "eu-west-1").await });
    }
    calls.join_all().await;
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert!(own(&server, "GET /_demo/calls").await["most_in_flight"].as_u64() > Some(1));
}

#[tokio::test]
async fn published_rates_refuse_what_comes_too_fast() {
    let server = start(DemoOptions { throttle: true, ..DemoOptions::default() }).await;
    let mut refused = 0;
    for _ in 0..25 {
        refused += u32::from(status(&LAMBDA.of(&server, "eu-west-1").await) == "429");
    }
    assert!(refused > 0);
    assert_eq!(status(&LAMBDA.of(&server, "us-east-1").await), "200");
    let name = format!("lambda:ListFunctions@eu-west-1/{ACCOUNT}");
    assert_eq!(own(&server, "GET /_demo/calls").await["throttled"][&name], refused);
}

#[tokio::test]
async fn calls_are_counted_and_forgotten_and_the_truth_is_told() {
    let server = start(DemoOptions::default()).await;
    let _ = EC2.of(&server, "eu-west-1").await;
    let _ = EC2.signed(&server, "eu-west-1", "AKIAIOSFODNN7EXAMPLE").await;
    let calls = own(&server, "GET /_demo/calls").await;
    assert_eq!(calls[format!("ec2:DescribeInstances@eu-west-1/{ACCOUNT}")], 1);
    assert_eq!((&calls["ec2:DescribeInstances@eu-west-1/-"], &calls["total"]), (&1.into(), &2.into()));
    assert_eq!(own(&server, "GET /_demo/billed").await["metrics_requested"], 0);
    assert_eq!(own(&server, "POST /_demo/reset-calls").await["total"], 0);
    let truth = own(&server, "GET /_demo/estate").await;
    assert_eq!(truth["resources"].as_array().map(Vec::len), Some(server.estate().resource_count()));
}

#[tokio::test]
async fn the_partial_scenario_denies_rds_in_one_region_and_throttles_another() {
    let server = start(DemoOptions::scenario(Scenario::Partial)).await;
    assert_eq!(status(&RDS.of(&server, "eu-central-1").await), "403");
    assert_eq!(status(&EC2.of(&server, "eu-central-1").await), "200");
    for _ in 0..3 {
        assert_eq!(status(&LAMBDA.of(&server, "ap-southeast-2").await), "429");
    }
}

#[tokio::test]
async fn a_dropped_server_answers_nobody() {
    let server = start(DemoOptions::default()).await;
    let addr = server.addr();
    drop(server);
    let closed = async {
        while TcpStream::connect(addr).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(5), closed).await.is_ok());
}

#[tokio::test]
async fn the_planted_secret_is_where_aws_would_return_it_and_nowhere_else() {
    let server = start(DemoOptions::default()).await;
    assert!(LAMBDA.of(&server, "eu-west-1").await.contains(PLANTED_SECRET));
    for ask in [EC2, RDS, TAGGING] {
        assert!(!ask.of(&server, "eu-west-1").await.contains(PLANTED_SECRET));
    }
}
