//! The first certificate of a new user, served by nginx and believed by curl.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::chancery::{Installation, Said, files_in};
use crate::counterpart::{free_port, run, tool};

#[test]
fn nginx_serves_the_first_certificate_and_curl_trusts_it_through_the_root_alone() {
    let (Some(nginx), Some(curl)) = (tool("nginx"), tool("curl")) else {
        return;
    };
    let installation = Installation::empty();
    let made = installation.answer(&format!("quickstart {HOST}"));
    let full_chain = written(&made, &format!("{HOST}.fullchain.crt"));
    let key = written(&made, &format!("{HOST}.key"));
    let root = installation.export_authority(made["root"]["id"].as_str().unwrap(), "trusted");
    let server = Server::start(&nginx, installation.path(), &full_chain, &key);

    let trusted = server.fetch(&curl, &["--cacert", root.to_str().unwrap()]);
    assert_eq!(
        (trusted.code, trusted.out.as_str()),
        (Some(0), "200"),
        "{trusted:#?}"
    );
    let untrusted = server.fetch(&curl, &[]);
    assert_eq!(
        untrusted.code,
        Some(60),
        "curl: the peer's certificate is not known: {untrusted:#?}"
    );
}

#[test]
fn the_line_that_quickstart_prints_proves_a_connection() {
    if tool("openssl").is_none() || tool("curl").is_none() {
        return;
    }
    let installation = Installation::empty();
    let said = installation.done(&format!("quickstart {HOST}"));
    let line = said
        .out
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap();
    let said = run(Command::new("sh")
        .args(["-c", line])
        .current_dir(installation.path()));
    assert_eq!(said.code, Some(0), "{line}\n{said:#?}");
    assert!(said.out.contains("TLS works"), "{said:#?}");
}

#[test]
fn the_key_of_the_first_certificate_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let installation = Installation::empty();
    installation.done(&format!("quickstart {HOST}"));
    let keys = files_in(installation.path())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "key"));
    let keys: Vec<PathBuf> = keys.collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(
        fs::metadata(&keys[0]).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

/// An nginx of its own on a free port of this machine; ends with the value.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(nginx: &Path, folder: &Path, full_chain: &Path, key: &Path) -> Self {
        let port = free_port();
        let home = folder.join("nginx");
        fs::create_dir(&home).unwrap();
        let settings = home.join("nginx.conf");
        let (place, chain, key) = (home.display(), full_chain.display(), key.display());
        fs::write(
            &settings,
            format!(
                "daemon off; master_process off; pid {place}/pid; error_log {place}/error.log;\n\
                 events {{}}\n\
                 http {{\n  access_log off; client_body_temp_path {place}/a; proxy_temp_path {place}/b;\n\
                 fastcgi_temp_path {place}/c; uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;\n\
                 server {{ listen 127.0.0.1:{port} ssl; ssl_certificate \"{chain}\";\n\
                 ssl_certificate_key \"{key}\"; location / {{ return 200 served; }} }}\n}}\n"
            ),
        )
        .unwrap();
        let mut command = Command::new(nginx);
        command.arg("-p").arg(&home).arg("-c").arg(&settings);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut server = Self {
            process: command.spawn().unwrap(),
            port,
        };
        server.wait(&home);
        server
    }

    fn wait(&mut self, home: &Path) {
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let is_over = self.process.try_wait().unwrap().is_some() || Instant::now() > end;
            let log = || fs::read_to_string(home.join("error.log")).unwrap_or_default();
            assert!(!is_over, "nginx does not serve: {}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The status of the answer, or curl's refusal.
    fn fetch(&self, curl: &Path, trust: &[&str]) -> Said {
        let port = self.port;
        let mut command = Command::new(curl);
        command.args([
            "--silent",
            "--show-error",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code}",
        ]);
        command.args([
            "--noproxy",
            "*",
            "--resolve",
            &format!("{HOST}:{port}:127.0.0.1"),
        ]);
        command.args(trust).arg(format!("https://{HOST}:{port}/"));
        run(&mut command)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to do about that here.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The file of this name that `quickstart` wrote.
fn written(made: &Value, name: &str) -> PathBuf {
    let files = made["files"].as_array().unwrap();
    let mut paths = files
        .iter()
        .filter_map(|file| file.as_str().map(PathBuf::from));
    let found = paths.find(|path| path.file_name().is_some_and(|file| file == name));
    found.unwrap_or_else(|| panic!("no {name} in {made:#}"))
}

const HOST: &str = "www.example.internal";
