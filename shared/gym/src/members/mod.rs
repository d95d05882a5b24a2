//! How a customer gets into the member app and keeps their account: codes, passwords, sessions, deletion.
//!
//! Invariants: asking for a code, and guessing one, costs and answers the same whether or not anybody has the
//! identifier; only the newest code of an identifier counts, five guesses of it are evaluated at most at any
//! concurrency, and a right code works once. A session ends with its password, its account, its branch, its gym.
//!
//! What a member owns elsewhere (subscriptions, entries) stays with those features.

mod account;
mod codes;
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
pub use codes::{request_code, reset_password, verify_activation};
pub use letters::{ACTIVATION_CODE, CodeLetter, JOBS, PASSWORD_RESET_CODE};
pub use limits::count_code_guess;
pub use model::{CodePurpose, GymFace, MemberProfile, MemberSignIn, MemberSignedIn};
pub use profile::{QrPass, profile, qr_pass};
pub use rules::{Identifier, IdentifierInvalid, MemberRefused};
pub use sessions::{refresh, sign_in, sign_out};
