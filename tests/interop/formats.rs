//! Files for other programs, opened by those programs: openssl with and without its old ciphers,
//! Java's keytool, GnuTLS.

use std::path::Path;
use std::process::Command;

use crate::chancery::{Installation, Said};
use crate::counterpart::{openssl, openssl_done, run, tool};

#[test]
fn openssl_opens_every_form_without_its_old_ciphers_and_finds_key_and_chain() {
    if tool("openssl").is_none() {
        return;
    }
    let stage = stage();
    let reference = {
        stage.done("cert export www.example.internal --out pem --name www --with-key");
        (
            public_of_key(&stage.at("pem/www.key")),
            stage.at("pem/www.crt"),
        )
    };
    for format in ["pfx", "pfx-legacy"] {
        stage.done(&format!(
            "cert export www.example.internal --out {format} --name www --format {format} \
             --with-key --password-file password"
        ));
        let file = stage.at(&format!("{format}/www.pfx"));
        let open = format!("pkcs12 -in {} -passin pass:{PASSWORD}", file.display());
        let key = openssl_done(&format!("{open} -nocerts -noenc"));
        std::fs::write(stage.at("key"), key).unwrap();
        assert_eq!(public_of_key(&stage.at("key")), reference.0, "{format}");
        let certificates = openssl_done(&format!("{open} -nokeys"));
        assert_eq!(
            certificates.matches("BEGIN CERTIFICATE").count(),
            2,
            "{certificates}"
        );
        let own = openssl_done(&format!("{open} -nokeys -clcerts"));
        let own = &own[own.find("-----BEGIN").unwrap()..];
        assert_eq!(
            own,
            std::fs::read_to_string(&reference.1).unwrap(),
            "{format}"
        );
        let wrong = openssl(&format!(
            "pkcs12 -in {} -passin pass:wrong -noout",
            file.display()
        ));
        assert_ne!(wrong.code, Some(0));
        assert!(wrong.err.contains("invalid password"), "{wrong:#?}");
    }
    let legacy = stage.at("pfx-legacy/www.pfx");
    let told = openssl(&format!(
        "pkcs12 -in {} -passin pass:{PASSWORD} -info -noout",
        legacy.display()
    ));
    assert!(
        told.err.contains("pbeWithSHA1And3-KeyTripleDES-CBC"),
        "{told:#?}"
    );
    assert!(
        told.err.contains("MAC: sha1, Iteration 100000"),
        "{told:#?}"
    );
    let modern = stage.at("pfx/www.pfx");
    let told = openssl(&format!(
        "pkcs12 -in {} -passin pass:{PASSWORD} -info -noout",
        modern.display()
    ));
    assert!(
        told.err
            .contains("AES-256-CBC, Iteration 200000, PRF hmacWithSHA256"),
        "{told:#?}"
    );
    assert!(
        told.err.contains("MAC: sha256, Iteration 200000"),
        "{told:#?}"
    );
}

#[test]
fn openssl_reads_combined_files_sealed_keys_and_pkcs7() {
    if tool("openssl").is_none() {
        return;
    }
    let stage = stage();
    let export = "cert export www.example.internal --name www";
    stage.done(&format!("{export} --out out --for haproxy --with-key"));
    let combined = stage.at("out/www.pem");
    let root = stage.export_authority("Root", "trusted");
    let from_key = public_of_key(&combined);
    let from_certificate = openssl_done(&format!("x509 -in {} -pubkey -noout", combined.display()));
    assert_eq!(from_key, from_certificate);
    openssl_done(&format!(
        "verify -CAfile {} -untrusted {} {}",
        root.display(),
        combined.display(),
        combined.display()
    ));
    stage.done(&format!(
        "{export} --out sealed --with-key --password-file password"
    ));
    let key = stage.at("sealed/www.key");
    let text = std::fs::read_to_string(&key).unwrap();
    assert!(
        text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"),
        "{text}"
    );
    let opened = format!("pkey -in {} -passin pass:{PASSWORD} -pubout", key.display());
    assert_eq!(openssl_done(&opened), from_certificate);
    stage.done(&format!("{export} --out p7b --format p7b"));
    let bundle = stage.at("p7b/www.p7b");
    let listed = openssl_done(&format!(
        "pkcs7 -inform DER -in {} -print_certs -noout",
        bundle.display()
    ));
    let subjects: Vec<&str> = listed
        .lines()
        .filter(|it| it.starts_with("subject"))
        .collect();
    assert_eq!(subjects.len(), 2, "{listed}");
    assert!(subjects[0].contains("www.example.internal"), "{listed}");
}

#[test]
fn keytool_opens_what_java_needs_and_refuses_a_wrong_password() {
    let Some(keytool) = tool("keytool") else {
        return;
    };
    let stage = stage();
    let list = |file: &str, password: &str| keytool_list(&keytool, &stage, file, password);
    for destination in ["java", "java-8"] {
        stage.done(&format!(
            "cert export www.example.internal --out {destination} --name www --for {destination} \
             --with-key --password-file password"
        ));
        let said = list(&format!("{destination}/www.p12"), PASSWORD);
        assert!(said.out.contains("PrivateKeyEntry"), "{said:#?}");
        assert!(
            said.out.contains("Certificate chain length: 2"),
            "{said:#?}"
        );
        assert_ne!(
            list(&format!("{destination}/www.p12"), "wrong-password").code,
            Some(0)
        );
    }
    for (destination, file) in [("java", "Root.p12"), ("java-8", "Root.jks")] {
        stage.done(&format!(
            "ca export Root --out trust --for {destination} --password-file password"
        ));
        let said = list(&format!("trust/{file}"), PASSWORD);
        assert_eq!(said.code, Some(0), "{said:#?}");
        assert!(said.out.contains("trustedCertEntry"), "{said:#?}");
        assert!(said.out.contains("Alias name: root"), "{said:#?}");
        let wrong = list(&format!("trust/{file}"), "wrong-password");
        assert_ne!(wrong.code, Some(0), "{wrong:#?}");
    }
}

#[test]
fn java_takes_over_a_trust_store_of_ours_into_its_own_form() {
    let Some(keytool) = tool("keytool") else {
        return;
    };
    let stage = stage();
    stage.done("ca export Root --out trust --format jks --password-file password");
    // Java takes the store over into its own form, entry by entry.
    let said = run(Command::new(&keytool)
        .args(["-importkeystore", "-noprompt", "-srcstoretype", "JKS"])
        .arg("-srckeystore")
        .arg(stage.at("trust/Root.jks"))
        .args(["-srcstorepass", PASSWORD, "-deststoretype", "PKCS12"])
        .arg("-destkeystore")
        .arg(stage.at("java.p12"))
        .args(["-deststorepass", PASSWORD]));
    assert_eq!(said.code, Some(0), "{said:#?}");
    let said = keytool_list(&keytool, &stage, "java.p12", PASSWORD);
    assert!(
        said.out.contains("Your keystore contains 1 entry"),
        "{said:#?}"
    );
}

#[test]
fn gnutls_opens_pfx_and_pkcs7() {
    let Some(certtool) = tool("certtool") else {
        return;
    };
    let stage = stage();
    for format in ["pfx", "pfx-legacy"] {
        stage.done(&format!(
            "cert export www.example.internal --out {format} --name www --format {format} \
             --with-key --password-file password"
        ));
        let said = run(Command::new(&certtool)
            .args(["--p12-info", "--inder", "--password", PASSWORD, "--infile"])
            .arg(stage.at(&format!("{format}/www.pfx"))));
        assert_eq!(said.code, Some(0), "{said:#?}");
        assert_eq!(
            said.out.matches("BEGIN CERTIFICATE").count(),
            2,
            "{said:#?}"
        );
        assert!(said.out.contains("PRIVATE KEY"), "{said:#?}");
        let wrong = run(Command::new(&certtool)
            .args(["--p12-info", "--inder", "--password", "wrong", "--infile"])
            .arg(stage.at(&format!("{format}/www.pfx"))));
        assert!(
            wrong.err.contains("Message Authentication Code"),
            "{wrong:#?}"
        );
    }
    stage.done("cert export www.example.internal --out p7b --name www --format p7b");
    let said = run(Command::new(&certtool)
        .args(["--p7-info", "--inder", "--infile"])
        .arg(stage.at("p7b/www.p7b")));
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert_eq!(
        said.out.matches("BEGIN CERTIFICATE").count(),
        2,
        "{said:#?}"
    );
}

/// An installation with a certificate whose key is in the vault, and a password for files.
fn stage() -> Installation {
    let installation = Installation::with_issuing();
    installation.write_secret("password", PASSWORD);
    installation.done("cert create www.example.internal");
    installation
}

fn keytool_list(keytool: &Path, stage: &Installation, file: &str, password: &str) -> Said {
    run(Command::new(keytool)
        .args(["-J-Duser.language=en", "-list", "-v", "-keystore"])
        .arg(stage.at(file))
        .args(["-storepass", password]))
}

fn public_of_key(file: &Path) -> String {
    openssl_done(&format!("pkey -in {} -pubout", file.display()))
}

const PASSWORD: &str = "canary-of-files-7Yq2";
