//! A member's accounts in several gyms, and going from one to another.

use axum::extract::State;
use base::{Fields, vocabulary::CustomerId};
use gym::members::{self, OwnAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Member,
    envelope::{Failure, Success},
};

use crate::{
    entrance,
    sign_in::{SignedInAnswer, welcome},
};

/// Under every base path.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(list_own_accounts)).routes(endpoint!(switch_account))
}

/// One of the caller's accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnAccountAnswer {
    /// The customer's id in that gym; what `POST /auth/switch` takes.
    #[schema(example = 123)]
    customer_id: i64,
    /// The name under which that gym knows them.
    #[schema(example = "Ahmed Hassan")]
    full_name: String,
    /// The gym.
    #[schema(example = 1)]
    gym_id: i64,
    /// Its name.
    #[schema(example = "Dragon Fitness")]
    gym_name: String,
    /// Whether it is the account that this session belongs to.
    is_current: bool,
}

impl OwnAccountAnswer {
    fn new(account: OwnAccount, current: CustomerId) -> Self {
        Self {
            customer_id: account.customer.get(),
            full_name: account.full_name,
            gym_id: account.gym.get(),
            gym_name: account.gym_name,
            is_current: account.customer == current,
        }
    }
}

/// The accounts as every answer shows them.
pub(crate) fn shown(current: CustomerId, own: Vec<OwnAccount>) -> Vec<OwnAccountAnswer> {
    own.into_iter().map(|account| OwnAccountAnswer::new(account, current)).collect()
}

/// List one's accounts in all gyms that know the phone number or address which a code proved at sign-in, the one used
/// last first. Empty after a sign-in by password, which proves one account only.
#[utoipa::path(get, path = "/auth/accounts", tag = "sign-in", responses((status = 200, body = Success<Vec<OwnAccountAnswer>>)))]
async fn list_own_accounts(
    member: Member,
    State(app): State<App>,
) -> Result<Answer<Vec<OwnAccountAnswer>>, ErrorResponse> {
    let own = members::own_accounts(&entrance(&app), member.session()).await?;
    Ok(Answer::new(shown(member.customer(), own)))
}

/// The account to go to.
#[derive(Debug, Deserialize, ToSchema)]
struct SwitchAccountBody {
    /// One of those in `accounts`.
    #[schema(required, value_type = i64, example = 123)]
    customer_id: Option<i64>,
}

/// Go to another account of one's own, without a new code. The session ends and one of the other account begins, with
/// tokens of its own; this phone is to be registered for pushes again.
#[utoipa::path(post, path = "/auth/switch", tag = "sign-in", request_body = SwitchAccountBody,
    responses((status = 200, body = Success<SignedInAnswer>),
        (status = 404, description = "NOT_FOUND: none of the caller's accounts", body = Failure)))]
async fn switch_account(
    member: Member,
    State(app): State<App>,
    Json(body): Json<SwitchAccountBody>,
) -> Result<Answer<SignedInAnswer>, ErrorResponse> {
    let mut fields = Fields::new();
    let customer = fields.present("customer_id", body.customer_id);
    let customer = CustomerId::new(fields.build(customer)?);
    let signed_in = members::switch_account(&entrance(&app), &app.doorkeeper, &member, customer).await?;
    welcome(&app, signed_in, member.now()).await
}
