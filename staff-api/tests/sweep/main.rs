//! Every operation of the staff door, asked by everybody, about things near and far, and in every wrong way.

#![cfg(test)]

mod fixtures;

use base::platform::sheets::Seats;
use cast::{
    Gym,
    sweep::{
        Door, assert_denied_change_nothing, assert_entitled_are_served, assert_listed,
        assert_reads_do_not_multiply, assert_refusals_read_well, assert_repeats_ask_again,
        assert_rubbish_is_refused, assert_sound,
    },
};
use web::App;

const DOOR: Door = Door {
    // Everybody asks at once, and each for several things: that files are made a few at a time is another test's.
    open: |gym: &Gym| {
        let app = gym.staff_app();
        staff_api::router(App { seats: Seats::new(usize::MAX, usize::MAX), ..app })
    },
    fixtures: fixtures::FIXTURES,
    is_for_staff: true,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_is_refused_and_leaves_no_trace() {
    assert_denied_change_nothing(DOOR).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_is_served() {
    assert_entitled_are_served(DOOR).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rubbish_is_refused_and_breaks_nothing() {
    assert_rubbish_is_refused(DOOR).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_is_answered_only_to_whoever_may_still_see_it() {
    assert_repeats_ask_again(DOOR).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_refused_reads_which_field_is_wrong_in_their_language() {
    assert_refusals_read_well(DOOR).await;
}

#[tokio::test]
async fn a_longer_list_takes_no_more_statements() {
    assert_reads_do_not_multiply(DOOR).await;
}

/// The document is complete, and committed as `openapi.json`; its operations are on one page as `operations.txt`.
#[tokio::test]
async fn the_document_is_sound_and_committed() {
    let (_, document) = (DOOR.open)(&Gym::open().await);
    assert_sound(&document, concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"));
    assert_listed(&document, concat!(env!("CARGO_MANIFEST_DIR"), "/operations.txt"));
}
