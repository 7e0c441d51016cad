//! For tests: a local HTTP server that plays recorded exchanges, and fails on anything else.
//!
//! ```ignore
//! const DOCS: Source = Source::written("2026-11-28", "https://doc.example.org/api");
//! let service = Player::start([
//!     DOCS.get("/zones").with_header("X-API-Key", "k3y").answers(200, json!([])),
//!     DOCS.patch("/zones/a").with_json(json!({ "add": 1 })).answers(204, Value::Null),
//! ])
//! .await;
//! driver_at(service.url()).publish(&record).await.unwrap();
//! service.finish();
//! ```
//! The exchanges happen in their order, each once. A test that ends without `finish` fails when
//! something was asked that is not on the list, or was not asked that is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::base::Evidence;
use crate::http::request::Method;

/// Where an exchange comes from: the day it was recorded or read, and the place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    date: &'static str,
    place: &'static str,
    evidence: Evidence,
}

impl Source {
    /// From documentation; nobody saw the service do so.
    pub(crate) const fn written(date: &'static str, place: &'static str) -> Self {
        let evidence = Evidence::Written;
        Self {
            date,
            place,
            evidence,
        }
    }

    pub(crate) fn get(self, path: &str) -> Expected {
        self.expects(Method::Get, path)
    }

    pub(crate) fn post(self, path: &str) -> Expected {
        self.expects(Method::Post, path)
    }

    pub(crate) fn put(self, path: &str) -> Expected {
        self.expects(Method::Put, path)
    }

    pub(crate) fn patch(self, path: &str) -> Expected {
        self.expects(Method::Patch, path)
    }

    pub(crate) fn delete(self, path: &str) -> Expected {
        self.expects(Method::Delete, path)
    }

    /// `path` with its query, as it goes over the wire.
    pub(crate) fn expects(self, method: Method, path: &str) -> Expected {
        Expected {
            source: self,
            line: format!("{method} {path}"),
            headers: Vec::new(),
            body: Body::Any,
            checks: Vec::new(),
            answer: Answer::Whole(String::new()),
        }
    }
}

/// A request that has to come, and the answer it gets.
pub(crate) struct Expected {
    source: Source,
    line: String,
    headers: Vec<(String, String)>,
    body: Body,
    checks: Vec<(&'static str, Check)>,
    answer: Answer,
}

type Check = Box<dyn Fn(&Asked) -> bool + Send>;

enum Body {
    Any,
    Json(Value),
    Text(String),
}

enum Answer {
    /// The complete response.
    Whole(String),
    /// Promises more than it sends, and hangs up.
    Broken,
    /// Says nothing, and keeps the connection.
    Silent,
}

impl Expected {
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    pub(crate) fn with_json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// The body, byte for byte.
    pub(crate) fn with_text(mut self, body: &str) -> Self {
        self.body = Body::Text(body.to_owned());
        self
    }

    /// What no fixed text can say, such as a signature over the address; `what` names it.
    pub(crate) fn that(
        mut self,
        what: &'static str,
        holds: impl Fn(&Asked) -> bool + Send + 'static,
    ) -> Self {
        self.checks.push((what, Box::new(holds)));
        self
    }

    /// With a JSON body; `Value::Null` means none.
    pub(crate) fn answers(self, status: u16, body: Value) -> Self {
        let text = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        self.answers_with(status, &[("Content-Type", "application/json")], &text)
    }

    pub(crate) fn answers_with(
        mut self,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        self.answer = Answer::Whole(format!(
            "HTTP/1.1 {status} Played\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            headers.collect::<String>(),
            body.len()
        ));
        self
    }

    /// Hangs up in the middle of the answer.
    pub(crate) fn breaks_off(mut self) -> Self {
        self.answer = Answer::Broken;
        self
    }

    pub(crate) fn stays_silent(mut self) -> Self {
        self.answer = Answer::Silent;
        self
    }
}

/// A service on a port of its own of 127.0.0.1.
pub(crate) struct Player {
    url: String,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    left: VecDeque<Expected>,
    complaints: Vec<String>,
}

impl Player {
    pub(crate) async fn start(script: impl IntoIterator<Item = Expected>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script {
            left: script.into_iter().collect(),
            complaints: Vec::new(),
        }));
        let playing = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&playing)));
            }
        });
        Self { url, script }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything on the list was asked, and nothing else.
    pub(crate) fn finish(self) {
        drop(self);
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let script = self.script.lock().unwrap();
        assert!(script.complaints.is_empty(), "{:#?}", script.complaints);
        let left: Vec<_> = script.left.iter().map(Expected::told).collect();
        assert!(left.is_empty(), "never asked: {left:#?}");
    }
}

impl Expected {
    fn told(&self) -> String {
        let Source {
            date,
            place,
            evidence,
        } = self.source;
        format!("{} ({evidence:?}, {date}, {place})", self.line)
    }

    /// What is wrong with `asked`.
    fn complaint(&self, asked: &Asked) -> Option<String> {
        if asked.line != self.line {
            return Some(format!("asked {}, expected {}", asked.line, self.told()));
        }
        for (name, value) in &self.headers {
            if !asked
                .headers
                .iter()
                .any(|(known, said)| known == name && said == value)
            {
                return Some(format!(
                    "{}: the header {name} is not {value}: {:?}",
                    self.told(),
                    asked.headers
                ));
            }
        }
        if let Some((what, _)) = self.checks.iter().find(|(_, holds)| !holds(asked)) {
            return Some(format!("{}: not so: {what}", self.told()));
        }
        let fits = match &self.body {
            Body::Any => true,
            Body::Text(text) => asked.body == text.as_bytes(),
            Body::Json(json) => {
                serde_json::from_slice::<Value>(&asked.body).ok().as_ref() == Some(json)
            }
        };
        let body = String::from_utf8_lossy(&asked.body);
        (!fits).then(|| format!("{}: unexpected body {body}", self.told()))
    }
}

/// A request as it came.
pub(crate) struct Asked {
    /// `GET /path?query`
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// The header of this name, in lower case; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let named = self.headers.iter().find(|(known, _)| known == name);
        named.map_or("", |(_, value)| value.as_str())
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<Script>>) {
    let Some(asked) = read(&mut stream).await else {
        // As a web server answers TLS on a plain port; the client may be gone.
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .ok();
        return;
    };
    let answer = {
        let mut script = script.lock().unwrap();
        let next = script.left.pop_front();
        let complaint = match &next {
            None => Some(format!("asked {}, and nothing is left", asked.line)),
            Some(expected) => expected.complaint(&asked),
        };
        match (complaint, next) {
            (None, Some(expected)) => expected.answer,
            (complaint, next) => {
                script.complaints.extend(complaint);
                script.left.extend(next);
                Answer::Whole(
                    "HTTP/1.1 599 Not-In-The-Script\r\nContent-Length: 0\r\n\r\n".to_owned(),
                )
            }
        }
    };
    match answer {
        Answer::Whole(text) => stream.write_all(text.as_bytes()).await.unwrap(),
        Answer::Broken => {
            let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
            stream.write_all(half.as_bytes()).await.unwrap();
        }
        Answer::Silent => tokio::time::sleep(Duration::from_secs(3600)).await,
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
        if !bytes[0].is_ascii_uppercase() {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap_or_default();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    let mut rest = vec![0; length - body.len()];
    stream.read_exact(&mut rest).await.ok()?;
    body.extend(rest);
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Asked {
        line,
        headers,
        body,
    })
}
