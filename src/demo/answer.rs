//! How an answer is sent: whole, or with one of the faults that lie below HTTP's surface.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::wire::Reply;

/// The connection is to be closed without more bytes: hyper does so when a service or a body fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

/// In how many pieces a dribbling answer comes.
const DRIBBLES: usize = 20;
/// When a body fails, hyper drops what it has not sent yet: half of an answer needs this long to go out first.
const TIME_TO_FLUSH: Duration = Duration::from_millis(50);
/// Neither XML nor JSON, nor a CBOR map, as a broken proxy might send it.
const GARBAGE: &str = "<<<\u{fffd}{not xml, not json: [0x00 <html><body>proxy error</p>";

/// How an answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Whole,
    /// Half of what Content-Length promises.
    Truncated,
    /// Status 200 and nonsense.
    Garbage,
    /// In small pieces, over so long.
    Dribble(Duration),
}

impl Manner {
    pub(crate) fn response(self, reply: Reply) -> Response<DemoBody> {
        let mut reply = reply;
        if self == Self::Garbage {
            reply.status = 200;
            reply.body = Bytes::from_static(GARBAGE.as_bytes());
        }
        let length = reply.body.len();
        let body = match self {
            Self::Whole | Self::Garbage => DemoBody::Whole(Some(reply.body)),
            Self::Truncated => DemoBody::Truncated {
                half: Some(reply.body.slice(..length / 2)),
                sleep: Box::pin(tokio::time::sleep(TIME_TO_FLUSH)),
            },
            Self::Dribble(during) => DemoBody::dribble(reply.body, during),
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        for (name, value) in reply.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum DemoBody {
    /// All of it at once.
    Whole(Option<Bytes>),
    /// This, and when it has gone out, the connection closes.
    Truncated { half: Option<Bytes>, sleep: Pin<Box<Sleep>> },
    /// Piece by piece.
    Dribble { rest: Bytes, piece: usize, pause: Duration, sleep: Pin<Box<Sleep>> },
}

impl DemoBody {
    fn dribble(rest: Bytes, during: Duration) -> Self {
        let piece = rest.len().div_ceil(DRIBBLES).max(1);
        let pieces = u32::try_from(rest.len().div_ceil(piece)).unwrap_or(1).max(1);
        let pause = during / pieces;
        Self::Dribble { rest, piece, pause, sleep: Box::pin(tokio::time::sleep(pause)) }
    }
}

impl Body for DemoBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        match &mut *self {
            Self::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Truncated { half, sleep } => {
                if let Some(half) = half.take() {
                    return Poll::Ready(Some(Ok(Frame::data(half))));
                }
                std::task::ready!(sleep.as_mut().poll(context));
                Poll::Ready(Some(Err(Closed)))
            }
            Self::Dribble { rest, .. } if rest.is_empty() => Poll::Ready(None),
            Self::Dribble { rest, piece, pause, sleep } => {
                std::task::ready!(sleep.as_mut().poll(context));
                let next = rest.split_to((*piece).min(rest.len()));
                sleep.as_mut().reset(Instant::now() + *pause);
                Poll::Ready(Some(Ok(Frame::data(next))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_none(),
            Self::Truncated { .. } => false,
            Self::Dribble { rest, .. } => rest.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Truncated { .. } | Self::Dribble { .. } => SizeHint::default(),
        }
    }
}
