//! Whom the client trusts.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::base::Explain;
use crate::http::{Client, Request, Settings};

type Root = CertifiedIssuer<'static, KeyPair>;

fn root() -> Root {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Answers every request with 204, under a certificate for `name` that is valid in these years.
fn serve(root: &Root, name: &str, years: (i32, i32)) -> u16 {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, root).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that refuses the certificate is gone by now.
            if stream.read(&mut [0; 4096]).is_ok() {
                let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
                stream.write_all(answer).unwrap();
            }
        }
    });
    port
}

async fn status(roots: &[&Root], port: u16) -> Result<u16, &'static str> {
    let only_roots = roots.iter().map(|root| root.der().to_vec()).collect();
    let client = Client::new(&Settings {
        only_roots,
        ..Settings::default()
    });
    let request = Request::get(format!("https://localhost:{port}/"));
    let response = client.unwrap().send(request).await;
    response
        .map(|response| response.status)
        .map_err(|error| error.code())
}

#[tokio::test]
async fn a_server_below_a_root_that_was_given_is_trusted_and_no_other() {
    let (ours, other) = (root(), root());
    let port = serve(&ours, "localhost", (2020, 2100));
    assert_eq!(status(&[&other, &ours], port).await, Ok(204));
    // This one has the same name and another key.
    assert_eq!(status(&[&other], port).await, Err("http.unknown-issuer"));
    // The machine's own roots do not know it either.
    assert_eq!(status(&[], port).await, Err("http.unknown-issuer"));
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told_by_its_cause() {
    let root = root();
    for (name, years, code) in [
        ("elsewhere.test", (2020, 2100), "http.wrong-name"),
        ("localhost", (2020, 2021), "http.expired"),
        ("localhost", (2099, 2100), "http.not-yet-valid"),
    ] {
        let port = serve(&root, name, years);
        assert_eq!(status(&[&root], port).await, Err(code));
    }
}

#[test]
fn a_root_that_is_no_certificate_is_refused() {
    let settings = Settings {
        only_roots: vec![b"no certificate".to_vec()],
        ..Settings::default()
    };
    let error = Client::new(&settings).err().unwrap();
    assert_eq!(error.code(), "http.roots");
}
