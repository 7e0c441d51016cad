//! The program as a person or a script meets it: words in; answers, files and exit codes out.
//!
//! Each test is a file beside this one that reads as a session in a terminal; `case.rs` says how
//! they are written.

mod case;
mod pattern;

use std::collections::BTreeSet;
use std::path::PathBuf;

/// Every case, and the test that no file is left out.
macro_rules! cases {
    ($($name:ident,)*) => {
        $(
            #[test]
            fn $name() {
                case::run(&file_name(stringify!($name)));
            }
        )*

        #[test]
        fn every_file_is_a_case() {
            let listed = [$(file_name(stringify!($name)),)*];
            assert_eq!(files(), BTreeSet::from(listed));
        }
    };
}

cases! {
    a_backup_is_tried_out_and_restored,
    a_certificate_is_revoked_held_and_released,
    a_certificate_that_breaks_a_rule_is_refused,
    a_certificate_with_a_key_of_ours_is_written_and_found,
    a_changed_passphrase_replaces_the_old_one,
    a_damaged_vault_or_store_is_told,
    a_data_folder_in_use_is_told,
    a_dns_provider_keeps_its_secrets_in_the_vault,
    a_forgotten_passphrase_is_replaced_by_the_recovery_code,
    a_key_is_made_first_and_used_later,
    a_passphrase_is_typed_in_a_terminal,
    a_passphrase_that_others_can_read_is_warned_of,
    a_profile_of_ones_own_says_what_was_changed,
    a_recovery_code_is_never_an_answer,
    a_request_made_elsewhere_becomes_a_certificate,
    a_request_that_asks_too_much_is_refused,
    a_vault_is_made_once,
    a_wrong_passphrase_opens_nothing,
    an_attended_key_signs_only_for_who_names_it,
    an_authority_is_made_as_its_words_say,
    an_existing_ca_is_taken_over,
    an_export_is_in_the_form_that_its_destination_needs,
    an_older_copy_of_the_vault_is_refused,
    an_older_store_put_back_signs_nothing,
    anything_is_explained,
    help_and_version_are_answers,
    looking_makes_nothing,
    many_certificates_are_revoked_as_far_as_it_is_meant,
    quickstart_makes_all_that_a_connection_needs,
    quickstart_makes_nothing_that_it_cannot_finish,
    the_audit_is_verified_by_who_does_not_trust_us,
    the_recovery_code_stands_for_a_person,
    the_window_says_when_it_cannot_open,
    two_installations_make_one_chain_by_files_alone,
    what_a_public_ca_needs_is_told_before_it_is_asked,
    words_that_mean_nothing_are_refused_before_anything_is_tried,
}

fn file_name(test: &str) -> String {
    format!("{}.txt", test.replace('_', "-"))
}

fn files() -> BTreeSet<String> {
    let entries = std::fs::read_dir(case::folder()).unwrap();
    entries
        .map(|entry| PathBuf::from(entry.unwrap().file_name()))
        .filter(|file| file.extension().is_some_and(|end| end == "txt"))
        .map(|file| file.display().to_string())
        .collect()
}
