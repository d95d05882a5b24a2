//! How a customer gets into the member app and keeps their account: codes, passwords, sessions, deletion.
//!
//! Invariants: asking for a code, and guessing one, costs and answers the same whether or not anybody has the
//! identifier; of the codes of an identifier the newest counts, and at an address that the account knows also the newest
//! that was asked for there; five guesses of it are evaluated at most from where it was asked for, and five from
//! elsewhere, at any concurrency; a right code works once. What strangers do locks nobody out who signed in before from
//! where they are. A session ends with its password, its account, its branch, its gym.
//!
//! A person may be a member of several gyms. A code proves their number, and with it every account that has it; the
//! one used last answers, and they go to another without a new code. A password proves one account: the staff of a
//! gym know the first one of whomever they register, so it must not lead to the other gyms of that number.
//!
//! What a member owns elsewhere (subscriptions, entries) stays with those features.

mod account;
mod codes;
mod guess;
mod letters;
mod limits;
mod model;
mod profile;
mod rules;
mod sessions;
mod store;

pub use account::{
    DeletionRequest, change_password, choose_language, request_deletion, withdraw_deletion_request,
};
pub use codes::{request_code, reset_password, send_code, verify_activation};
pub use letters::{
    ACTIVATION_CODE, CodeLetter, CodeRequest, JOBS, Letterhead, PASSWORD_RESET_CODE, SEND_CODE,
};
pub use limits::{Guesser, count_code_guess};
pub use model::{CodePurpose, GymFace, MemberProfile, MemberSignIn, MemberSignedIn, OwnAccount};
pub use profile::{QrPass, profile, qr_pass};
pub use rules::{Identifier, IdentifierInvalid, MemberRefused};
pub use sessions::{own_accounts, refresh, sign_in, sign_out, switch_account};
