//! TLS by the server itself, with a client that checks the certificate.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::process::{chartsy, text};
use crate::support::{SETUP_CODE, owner};

/// A certificate that was signed by itself, in files.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn in_folder(folder: &Path) -> Self {
        Self { certificate: folder.join("cert.pem"), key: folder.join("key.pem") }
    }

    /// Writes another certificate with its key.
    fn renew(&self) -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(&self.certificate, made.cert.pem()).unwrap();
        std::fs::write(&self.key, made.signing_key.serialize_pem()).unwrap();
        CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).unwrap()
    }
}

/// A server that is ended with its test.
struct Server {
    child: Child,
    addr: String,
    setup_code: String,
}

impl Server {
    fn start(data: &Path, files: &Files) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chartsy"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--rates-url", "none", "--data"]).arg(data);
        command.arg("--tls-cert").arg(&files.certificate).arg("--tls-key").arg(&files.key);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self { child, addr: String::new(), setup_code: String::new() };
        let first = lines.next().unwrap().unwrap();
        server.addr = first.split("https://").nth(1).unwrap_or_else(|| panic!("'{first}'")).trim().to_owned();
        let second = lines.next().unwrap().unwrap();
        server.setup_code = second.split_whitespace().nth(2).unwrap().to_owned();
        server
    }

    /// What comes over a connection on which `protocol` is agreed; with a certificate that is trusted.
    fn stream(
        &self,
        trusted: &CertificateDer<'static>,
        protocol: &[u8],
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let tcp = TcpStream::connect(&self.addr).unwrap();
        tcp.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), tcp)
    }

    fn ask(&self, trusted: &CertificateDer<'static>, request: &str) -> std::io::Result<String> {
        let mut stream = self.stream(trusted, b"http/1.1");
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        Ok(answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(host: &str) -> String {
    format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

#[test]
fn visitors_are_served_over_tls_and_told_to_come_back_that_way() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::in_folder(folder.path());
    let certificate = files.renew();
    let server = Server::start(&folder.path().join("data"), &files);
    // Somebody who says nothing holds up nobody.
    let _silent = TcpStream::connect(&server.addr).unwrap();

    let answer = server.ask(&certificate, &get("127.0.0.1")).unwrap().to_lowercase();
    assert!(
        answer.starts_with("http/1.1 200") && answer.contains("strict-transport-security: max-age="),
        "{answer}"
    );
    let local = server.ask(&certificate, &get("localhost")).unwrap().to_lowercase();
    assert!(!local.contains("strict-transport-security"), "other servers have that name too: {local}");

    let body = owner().to_string().replace(SETUP_CODE, &server.setup_code);
    let head = "POST /api/v1/setup/owner HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json";
    let signed_up =
        server.ask(&certificate, &format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())).unwrap();
    assert!(signed_up.starts_with("HTTP/1.1 201"), "{signed_up}");
    let cookie = signed_up.lines().find(|line| line.to_lowercase().starts_with("set-cookie:")).unwrap();
    assert!(cookie.contains("chartsy_session=") && cookie.contains("; Secure"), "{cookie}");

    let stranger = Files::in_folder(&folder.path().join("data")).renew();
    let refused = server.ask(&stranger, &get("127.0.0.1")).unwrap_err();
    assert!(refused.to_string().contains("invalid peer certificate"), "{refused}");
}

#[test]
fn a_request_that_is_not_encrypted_gets_no_answer_from_a_server_with_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::in_folder(folder.path());
    let certificate = files.renew();
    let server = Server::start(&folder.path().join("data"), &files);
    let mut plain = TcpStream::connect(&server.addr).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    plain.write_all(get("127.0.0.1").as_bytes()).unwrap();
    let mut answer = Vec::new();
    // It may end in the middle: nobody speaks HTTP there.
    let _ = plain.read_to_end(&mut answer);
    let told = text(&answer);
    assert!(!told.contains("HTTP/1") && !told.to_lowercase().contains("location"), "{told}");
    assert!(server.ask(&certificate, &get("127.0.0.1")).unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn http_2_is_spoken() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::in_folder(folder.path());
    let certificate = files.renew();
    let server = Server::start(&folder.path().join("data"), &files);
    let mut stream = server.stream(&certificate, b"h2");
    let no_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    stream.write_all(&no_settings).unwrap();
    let mut frame = [0_u8; 9];
    stream.read_exact(&mut frame).unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(frame[3], 4, "the first frame has the server's settings: {frame:?}");
}

#[test]
fn a_renewed_certificate_is_used_without_a_restart_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::in_folder(folder.path());
    let first = files.renew();
    let server = Server::start(&folder.path().join("data"), &files);
    server.ask(&first, &get("127.0.0.1")).unwrap();
    std::fs::write(&files.certificate, "half a certif").unwrap();
    server.ask(&first, &get("127.0.0.1")).unwrap();
    let second = files.renew();
    let until = Instant::now() + Duration::from_secs(60);
    while server.ask(&second, &get("127.0.0.1")).is_err() {
        assert!(Instant::now() < until, "the new certificate is not used");
    }
    assert!(server.ask(&first, &get("127.0.0.1")).is_err());
}

#[test]
fn a_server_does_not_start_with_a_certificate_that_it_cannot_use() {
    let folder = tempfile::tempdir().unwrap();
    let (data, files) = (folder.path().join("data"), Files::in_folder(folder.path()));
    let [certificate, key] = [&files.certificate, &files.key].map(|path| path.to_str().unwrap());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key];
    files.renew();
    let right_key = std::fs::read(&files.key).unwrap();
    files.renew();
    std::fs::write(&files.key, right_key).unwrap();
    let mismatched = chartsy(&data, &serve, None);
    assert_eq!(mismatched.status.code(), Some(1));
    assert!(text(&mismatched.stderr).contains("can't be used together"), "{}", text(&mismatched.stderr));
    std::fs::remove_file(&files.key).unwrap();
    let missing = chartsy(&data, &serve, None);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("key.pem can't be read"), "{}", text(&missing.stderr));
    assert_eq!(chartsy(&data, &serve[..5], None).status.code(), Some(2), "one without the other");
}
