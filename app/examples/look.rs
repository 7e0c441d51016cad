//! x
use chancery::gui::{Start, run};
use chancery_engine::{Home, KdfCost, Settings};
fn main() {
    let home = match std::env::args().nth(1) {
        Some(dir) => Home::Folder(dir.into()),
        None => Home::Memory,
    };
    let mut settings = Settings::at(home);
    settings.kdf = KdfCost::WeakForTests;
    if let Err(e) = run(Start {
        settings,
        actor: chancery_engine::api::Actor::User("anna".into()),
        theme: None,
    }) {
        eprintln!("{e}");
        std::process::exit(1)
    }
}
