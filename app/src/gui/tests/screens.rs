//! Each screen by itself: clicking this asks for that.

use egui::Role;

use super::flow::is_disabled;
use super::*;

#[test]
fn the_inventory_narrows_while_one_types_and_tells_when_nothing_matches() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    issue(&client, issuing, "mail.example.internal");
    let mut harness = window(client);
    see(&mut harness, "4 certificates");
    type_into(&mut harness, "Name, serial or fingerprint", "mail");
    see(&mut harness, "1 certificate");
    assert!(harness.query_by_label_contains("www.example").is_none());
    type_into(&mut harness, "Name, serial or fingerprint", "zzz");
    see(&mut harness, "Nothing matches");
    press(&mut harness, "Clear filters");
    see(&mut harness, "4 certificates");
}

#[test]
fn enter_on_a_row_opens_the_certificate_and_back_returns() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    press_role(&mut harness, Role::Row, "Certificate www.example.internal");
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Field by field");
    see(&mut harness, "Example Root");
    harness.key_press_modifiers(egui::Modifiers::ALT, egui::Key::ArrowLeft);
    see(&mut harness, "3 certificates");
}

#[test]
fn a_certificate_is_exported_to_the_folder_that_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    press_role(&mut harness, Role::Row, "Certificate www.example.internal");
    harness.key_press(egui::Key::Enter);
    press(&mut harness, "Export…");
    assert!(is_disabled(&harness, "Export files"));
    let path = folder.path().join("out");
    harness.event(egui::Event::Text(path.display().to_string()));
    harness.run_steps(3);
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "files written");
    let names = std::fs::read_dir(path).unwrap();
    let keys = names.filter(|name| {
        let name = name.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".key")
    });
    assert_eq!(
        keys.count(),
        0,
        "the key leaves the vault only when asked for"
    );
}

#[test]
fn writing_a_key_to_a_file_warns_first() {
    let folder = tempfile::tempdir().unwrap();
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    press_role(&mut harness, Role::Row, "Certificate www.example.internal");
    harness.key_press(egui::Key::Enter);
    press(&mut harness, "Export…");
    type_into(&mut harness, "Folder", &folder.path().display().to_string());
    press_role(&mut harness, Role::CheckBox, "With the private key");
    see(&mut harness, "The key leaves the vault");
    press(&mut harness, "Export files");
    see(&mut harness, "files written");
    let key = folder.path().join("www.example.internal.key");
    assert!(key.exists());
}

#[test]
fn the_key_of_an_authority_is_never_offered_as_a_file() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press_role(&mut harness, Role::Row, "Certificate Example Issuing");
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "it never leaves it");
    press(&mut harness, "Export…");
    see(&mut harness, "Opens in Apache httpd");
    assert!(harness.query_by_label("With the private key").is_none());
}

#[test]
fn an_engine_that_does_not_start_is_told_with_what_to_do() {
    let report = chancery_engine::api::Report {
        code: "store.in-use".into(),
        kind: chancery_engine::api::Kind::InUse,
        what: "the data folder is in use".to_owned(),
        why: Vec::new(),
        remedy: chancery_engine::api::Remedy::Do("Close the other window".to_owned()),
    };
    let context = egui::Context::default();
    let stuck = crate::gui::stuck::Stuck::new(&context, Theme::Light, report);
    assert_eq!(context.theme(), egui::Theme::Light);
    let mut harness = harness((stuck, false), |ui, (stuck, again)| {
        *again |= stuck.draw(ui);
    });
    harness.run();
    for words in [
        "The data folder is in use",
        "Close the other window",
        "store.in-use",
    ] {
        assert!(harness.query_by_label(words).is_some(), "{words}");
    }
    harness.get_by_label("Try again").click();
    harness.run();
    assert!(harness.state().1);
}

#[test]
fn a_window_where_nothing_happens_is_not_drawn_again() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    see(&mut harness, "Certificate www.example.internal");
    type_into(&mut harness, "Name, serial or fingerprint", "www");
    harness.run_steps(20);
    std::thread::sleep(Duration::from_millis(100));
    harness.run_steps(5);
    assert!(harness.try_run().is_ok(), "it goes on asking to be drawn");
    let viewport = &harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert_eq!(viewport.repaint_delay, Duration::MAX);
}

#[test]
fn the_issue_page_gives_a_recipe_or_issues_with_a_key_in_the_vault() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Issue certificate…");
    type_into(&mut harness, "Names", "www.example.internal");
    see(&mut harness, "openssl req -new");
    press_role(
        &mut harness,
        Role::RadioButton,
        "The key is made in the vault",
    );
    press(&mut harness, "Issue certificate");
    see(&mut harness, "Key in the vault");
}

#[test]
fn a_name_outside_the_authoritys_reach_is_refused_before_issuing() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Issue certificate…");
    press_role(
        &mut harness,
        Role::RadioButton,
        "The key is made in the vault",
    );
    type_into(&mut harness, "Names", "www.example.com");
    see(&mut harness, "Findings");
    see(&mut harness, "www.example.com");
    assert!(is_disabled(&harness, "Issue certificate"));
}

#[test]
fn the_audit_tells_what_happened_and_verifies_itself() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Audit");
    see(&mut harness, "authority.create");
    press(&mut harness, "Verify");
    see(&mut harness, "Complete up to entry");
}

#[test]
fn signing_alone_is_ended_only_after_it_was_asked() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Authorities");
    press_role(&mut harness, Role::TreeItem, "Example Issuing");
    press(&mut harness, "End signing alone…");
    see(
        &mut harness,
        "From now on Example Issuing signs with the passphrase",
    );
    harness.key_press(egui::Key::Enter);
    harness.run_steps(20);
    see(
        &mut harness,
        "From now on Example Issuing signs with the passphrase",
    );
    press(&mut harness, "End signing alone");
    see(&mut harness, "Let it sign alone…");
}

#[test]
fn the_palette_finds_screens_and_certificates() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    see(&mut harness, "Certificate www.example.internal");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    harness.run_steps(3);
    type_into(&mut harness, "Search or command", "www.ex");
    press_role(&mut harness, Role::ListBoxOption, "www.example.internal");
    see(&mut harness, "Field by field");
}

#[test]
fn every_screen_is_drawn_in_a_small_window() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window_of(client, [400.0, 300.0]);
    see(&mut harness, "Issue certificate…");
    for (key, primary) in [
        (egui::Key::Num2, "Add request…"),
        (egui::Key::Num3, "New authority…"),
        (egui::Key::Num4, "Verify"),
        (egui::Key::Num5, "Make key…"),
        (egui::Key::Num6, "Copy profile…"),
        (egui::Key::I, "Import"),
        (egui::Key::G, "Get certificate"),
    ] {
        harness.key_press_modifiers(egui::Modifiers::COMMAND, key);
        see(&mut harness, primary);
        let button = harness.get_by_role_and_label(Role::Button, primary).rect();
        let window = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(400.0, 300.0));
        assert!(window.contains_rect(button), "{primary} at {button}");
    }
}

#[test]
fn the_gallery_shows_every_widget_in_both_themes() {
    let client = engine();
    with_authorities(&client);
    for _ in 0..2 {
        let mut harness = window(client.clone());
        see(&mut harness, "Issue certificate…");
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
        harness.run_steps(3);
        type_into(&mut harness, "Search or command", "gallery");
        harness.key_press(egui::Key::Enter);
        see(&mut harness, "Gallery of widgets");
        press(&mut harness, "Theme: dark");
        see(&mut harness, "Theme: as the system");
    }
}
