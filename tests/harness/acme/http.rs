//! As much of HTTP as one careful client needs, on the loopback interface.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use serde_json::Value;

pub(super) struct Asked {
    pub(super) path: String,
    body: Value,
}

pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Asked {
    /// What was signed.
    pub(super) fn payload(&self) -> Value {
        self.part("payload")
    }

    pub(super) fn protected(&self) -> Value {
        self.part("protected")
    }

    fn part(&self, name: &str) -> Value {
        let bytes = unbase64url(self.body[name].as_str().unwrap_or_default());
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

impl Answer {
    pub(super) fn of(status: u16, body: String) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A thread for each connection; what it listens at, as the start of an URL.
pub(super) fn serve(answer: impl Fn(Asked) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A client that breaks off is no failure of a test.
            thread::spawn(move || talk(stream, &*answer).ok());
        }
    });
    format!("http://{address}")
}

fn talk(stream: TcpStream, answer: &dyn Fn(Asked) -> Answer) -> std::io::Result<()> {
    let mut to = stream.try_clone()?;
    let mut from = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if from.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut words = first.split_whitespace();
        let (method, path) = (words.next(), words.next().unwrap_or("/").to_owned());
        let head_only = method == Some("HEAD");
        let mut length = 0;
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body)?;
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let said = answer(Asked { path, body });
        if said.status == 0 {
            return Ok(());
        }
        let mut head = format!("HTTP/1.1 {} -\r\n", said.status);
        for (name, value) in &said.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", said.body.len()));
        to.write_all(head.as_bytes())?;
        if !head_only {
            to.write_all(said.body.as_bytes())?;
        }
    }
}

/// Base64 for URLs (RFC 4648, 5); what stands behind the first foreign character is left out.
pub(super) fn unbase64url(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes().map_while(value) {
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}
