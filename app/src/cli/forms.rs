//! The forms of exported files, by name or by where they go, and the password that some need. The
//! help is made from the engine's own tables.

use std::path::{Path, PathBuf};

use chancery_engine::api::{CertificateFormat, Destination, Form, Report, Secret, TrustFormat};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::cli::passphrase;
use crate::cli::session::Session;

pub(crate) fn certificate_formats() -> impl TypedValueParser<Value = CertificateFormat> {
    let known = CertificateFormat::ALL.map(|it| PossibleValue::new(it.slug()).help(it.title()));
    PossibleValuesParser::new(known).try_map(|text| text.parse())
}

pub(crate) fn trust_formats() -> impl TypedValueParser<Value = TrustFormat> {
    let known = TrustFormat::ALL.map(|it| PossibleValue::new(it.slug()).help(it.title()));
    PossibleValuesParser::new(known).try_map(|text| text.parse())
}

pub(crate) fn destinations() -> impl TypedValueParser<Value = Destination> {
    destinations_with(|it| it.needs().certificate.slug())
}

pub(crate) fn trusting_destinations() -> impl TypedValueParser<Value = Destination> {
    destinations_with(|it| it.needs().trust.slug())
}

/// `--for` decides where it stands; without both words it is PEM.
pub(crate) fn form<F: Default>(format: Option<F>, destination: Option<Destination>) -> Form<F> {
    match (format, destination) {
        (_, Some(destination)) => Form::For(destination),
        (Some(format), None) => Form::Format(format),
        (None, None) => Form::default(),
    }
}

/// The file's own password: from `file`, or typed twice where the form needs one.
pub(crate) fn password(
    session: &Session,
    file: Option<&PathBuf>,
    is_needed: bool,
) -> Result<Option<Secret<String>>, Report> {
    match file.is_some() || is_needed {
        true => {
            let file = file.map(PathBuf::as_path);
            Ok(Some(passphrase::for_file(file, session.talk)?))
        }
        false => Ok(None),
    }
}

/// A command may hold a secret and has no copy; each attempt takes one.
pub(crate) fn copy(password: Option<&Secret<String>>) -> Option<Secret<String>> {
    password.map(|known| known.expose(|known| Secret::new(known.clone())))
}

fn destinations_with(
    form: fn(Destination) -> &'static str,
) -> impl TypedValueParser<Value = Destination> {
    let known = Destination::ALL.map(|it| {
        let needs = it.needs();
        let help = format!("{}, {}. {}", needs.title, form(it), needs.reason);
        PossibleValue::new(needs.slug).help(help)
    });
    PossibleValuesParser::new(known).try_map(|text| text.parse())
}

/// What a command line says of an export, but for the key.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a, F> {
    pub(crate) folder: &'a Path,
    pub(crate) file_name: Option<&'a str>,
    pub(crate) form: Form<F>,
    pub(crate) password_file: Option<&'a PathBuf>,
}

impl<'a, F: Default> Place<'a, F> {
    /// The certificate's own name, in PEM.
    pub(crate) fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            file_name: None,
            form: Form::default(),
            password_file: None,
        }
    }
}
