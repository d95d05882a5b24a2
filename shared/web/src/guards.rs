//! The guards: each settles who is calling before the handler runs.

use std::ops::Deref;

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};

use super::{
    app::App,
    edge::EdgeRefusal,
    envelope::ErrorResponse,
    extract::{bearer, context},
    guard::{Guard, Requirement},
};
use base::{
    Error,
    access::{AccessRefused, Can, Granted, Me, Visitor, can},
};

/// A signed-in staff user who may exercise `C`.
#[derive(Debug, Clone)]
pub struct Staff<C>(Granted<C>);

impl<C> Deref for Staff<C> {
    type Target = Granted<C>;

    fn deref(&self) -> &Granted<C> {
        &self.0
    }
}

impl<C: Can> Guard for Staff<C> {
    const REQUIREMENT: Requirement = Requirement::Staff(C::CAPABILITY);
}

impl<C: Can> FromRequestParts<App> for Staff<C> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ErrorResponse> {
        let request = context(parts)?;
        request.settle_deed(C::CAPABILITY.code());
        let grants = app.doorkeeper.staff(bearer(&parts.headers), &request).await?;
        Ok(Self(grants.require::<C>()?))
    }
}

/// A signed-in member, who acts for themselves only.
#[derive(Debug, Clone)]
pub struct Member(Me);

impl Deref for Member {
    type Target = Me;

    fn deref(&self) -> &Me {
        &self.0
    }
}

impl Guard for Member {
    const REQUIREMENT: Requirement = Requirement::Member;
}

impl FromRequestParts<App> for Member {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ErrorResponse> {
        let request = context(parts)?;
        Ok(Self(app.doorkeeper.member(bearer(&parts.headers), &request).await?))
    }
}

/// Either audience: what both apps call at the same address.
#[derive(Debug, Clone)]
pub enum Anybody {
    /// A staff user of any role, signed in.
    Staff(Granted<can::UseTheApp>),
    /// A member who is signed in.
    Member(Me),
}

impl Guard for Anybody {
    const REQUIREMENT: Requirement = Requirement::Anybody;
}

impl FromRequestParts<App> for Anybody {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ErrorResponse> {
        let request = context(parts)?;
        let token = bearer(&parts.headers);
        // The token alone tells the audience: a member's token is refused here before the database is asked.
        match app.doorkeeper.staff(token, &request).await {
            Ok(grants) => Ok(Self::Staff(grants.require()?)),
            Err(Error::Refused(refusal)) if refusal.code() == AccessRefused::StaffOnly.code() => {
                Ok(Self::Member(app.doorkeeper.member(token, &request).await?))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Anybody at a public endpoint, within what one address may ask for without a token. A token that is sent all the
/// same is not looked at.
#[derive(Debug, Clone)]
pub struct Anyone(Visitor);

impl Deref for Anyone {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.0
    }
}

impl Guard for Anyone {
    const REQUIREMENT: Requirement = Requirement::Public;
}

impl FromRequestParts<App> for Anyone {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let request = context(parts).map_err(|error| ErrorResponse::from(error).into_response())?;
        app.strangers.admit(request.address()).map_err(|wait| EdgeRefusal::too_many(wait).into_response())?;
        Ok(Self(Visitor::new(request)))
    }
}

/// Somebody on their way out: the staff user that the token names, or nobody, if it names none any more.
///
/// For signing out, which the staff app also does without a token after it was told that its session is over.
#[derive(Debug, Clone)]
pub struct Leaving(Option<Granted<can::UseTheApp>>);

impl Leaving {
    /// The staff user whose live session the token names; none if it names none.
    pub fn staff(&self) -> Option<&Granted<can::UseTheApp>> {
        self.0.as_ref()
    }
}

impl Guard for Leaving {
    const REQUIREMENT: Requirement = Requirement::Public;
}

impl FromRequestParts<App> for Leaving {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ErrorResponse> {
        let request = context(parts)?;
        match app.doorkeeper.staff(bearer(&parts.headers), &request).await {
            Ok(grants) => Ok(Self(grants.require().ok())),
            // Whoever has no live session any more is signed out already.
            Err(Error::Refused(_)) => Ok(Self(None)),
            Err(fault) => Err(fault.into()),
        }
    }
}
