//! Turns a bearer token into a witness: verifies it, and asks the database whether its session still lives.
//!
//! A session is remembered for a fraction of a second (`sessions.cache_milliseconds`, below one second), so that a busy
//! desk costs one look-up per interval and an ended session is noticed within a second by every copy of the service.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;

use super::{
    grants::{AccessRefused, Grants},
    member::Me,
    role::Role,
    store,
    token::{Audience, Claims, Keyring, TokenRefused},
};
use crate::{
    error::Error,
    platform::{
        db::Db,
        request::{Actor, RequestContext},
    },
    vocabulary::{BranchId, Calendar, CustomerId, GymId, Language, SessionId, StaffId, Timestamp},
};

/// A staff user's live session, with everything that decides what they may do.
#[derive(Debug, Clone)]
pub struct StaffSession {
    /// The row of `staff_sessions` that the token names.
    pub id: SessionId,
    /// The instant at which the session ends by itself; signing out ends it sooner.
    pub expires_at: Timestamp,
    /// The staff user who signed in.
    pub staff: StaffId,
    /// The name that the staff user signs in with.
    pub username: String,
    /// The role of the staff user, read with the session: a change of role counts from the next look-up.
    pub role: Role,
    /// Their gym; none for a super admin.
    pub gym: Option<GymId>,
    /// Their home branch, if the role has one.
    pub home_branch: Option<BranchId>,
    /// The active branches they work at: home and managed.
    pub own_branches: Vec<BranchId>,
    /// Every branch of their gym, or of the platform, active or not.
    pub branches: Vec<StaffBranch>,
    /// The calendar in which the gym counts its days; Cairo's for a super admin.
    pub calendar: Calendar,
    /// The account's language, once chosen.
    pub language: Option<Language>,
}

/// A branch and the gym it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffBranch {
    /// The branch, active or not.
    pub id: BranchId,
    /// The gym that owns the branch.
    pub gym: GymId,
}

/// A customer's live session.
#[derive(Debug, Clone)]
pub struct MemberSession {
    /// The row of `member_sessions` that the token names.
    pub id: SessionId,
    /// The instant at which the refresh token, and with it the session, ends by itself.
    pub expires_at: Timestamp,
    /// The customer who signed in.
    pub customer: CustomerId,
    /// The gym that the customer belongs to.
    pub gym: GymId,
    /// The branch at which the customer is registered.
    pub branch: BranchId,
    /// The calendar in which the gym counts its days.
    pub calendar: Calendar,
    /// The account's language, once chosen.
    pub language: Option<Language>,
}

/// Verifies bearer tokens, and looks up the session that each of them names. Clones share the remembered sessions.
#[derive(Debug, Clone)]
pub struct Doorkeeper {
    db: Db,
    keys: Arc<Keyring>,
    staff: Cache<SessionId, Arc<StaffSession>>,
    members: Cache<SessionId, Arc<MemberSession>>,
    ended: Cache<SessionId, ()>,
}

/// Sessions remembered at most, per audience.
const REMEMBERED: u64 = 20_000;
/// How long it is remembered that a session is over, for those who go on using its token.
const OVER: Duration = Duration::from_mins(5);

impl Doorkeeper {
    /// Remembers a session for `remember` after a look-up; zero asks the database for each request.
    pub fn new(db: Db, keys: Arc<Keyring>, remember: Duration) -> Self {
        let most = if remember.is_zero() { 0 } else { REMEMBERED };
        Self {
            db,
            keys,
            staff: Cache::builder().max_capacity(most).time_to_live(remember).build(),
            members: Cache::builder().max_capacity(most).time_to_live(remember).build(),
            ended: Cache::builder().max_capacity(REMEMBERED).time_to_live(OVER).build(),
        }
    }

    /// The keys of this service: to sign tokens at sign-in, and to verify the codes that members show at the door.
    pub fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// The session that a genuine token names, of whichever audience; none if that session is known to be over. Asks
    /// nobody, so that it can be asked for every request before there is room for it: it says whom a request counts
    /// for, never what they may do.
    pub fn recognise(&self, token: &str, now: Timestamp) -> Option<SessionId> {
        let spoken = [Audience::Staff, Audience::Client];
        let claims = spoken.into_iter().find_map(|audience| self.keys.verify(token, audience, now).ok())?;
        (!self.ended.contains_key(&claims.sid)).then_some(claims.sid)
    }

    /// The session is over: whoever still shows its token is a stranger.
    fn is_over(&self, session: SessionId) -> AccessRefused {
        self.ended.insert(session, ());
        AccessRefused::SignedOut
    }

    /// What the token `bearer` says.
    ///
    /// # Refuses
    /// With `other` a genuine token for another audience, so that its holder is not signed out;
    /// [`AccessRefused::SignedOut`] for anything else.
    fn claims(
        &self,
        bearer: Option<&str>,
        audience: Audience,
        other: AccessRefused,
        now: Timestamp,
    ) -> Result<Arc<Claims>, AccessRefused> {
        match self.keys.verify(bearer.ok_or(AccessRefused::SignedOut)?, audience, now) {
            Ok(claims) => Ok(claims),
            Err(TokenRefused::OtherAudience) => Err(other),
            Err(TokenRefused::Invalid | TokenRefused::Expired) => Err(AccessRefused::SignedOut),
        }
    }

    /// Who holds the staff token `bearer`.
    ///
    /// # Refuses
    /// [`AccessRefused::StaffOnly`] for a member's token, [`AccessRefused::SignedOut`] for any other that does not name
    /// a live session.
    pub async fn staff(&self, bearer: Option<&str>, request: &Arc<RequestContext>) -> Result<Grants, Error> {
        let now = request.arrived_at();
        let claims = self.claims(bearer, Audience::Staff, AccessRefused::StaffOnly, now)?;
        // The cache keeps an entry for its own time, which may be longer than the session lasts.
        let remembered = self.staff.get(&claims.sid).filter(|session| session.expires_at > now);
        let session = if let Some(session) = remembered {
            session
        } else {
            let found = store::find_staff_session(self.db.conn().await?.get(), claims.sid, now).await?;
            let session = Arc::new(found.ok_or_else(|| self.is_over(claims.sid))?);
            self.staff.insert(claims.sid, Arc::clone(&session));
            session
        };
        request.settle_actor(Actor::Staff(session.staff.get()));
        if let Some(gym) = session.gym {
            request.settle_gym(gym);
        }
        if let Some(language) = session.language {
            request.settle_language(language);
        }
        Ok(Grants::new(session, Arc::clone(request)))
    }

    /// Which member holds the client token `bearer`.
    ///
    /// # Refuses
    /// [`AccessRefused::MembersOnly`] for a staff token, [`AccessRefused::SignedOut`] for any other that does not name
    /// a live session.
    pub async fn member(&self, bearer: Option<&str>, request: &Arc<RequestContext>) -> Result<Me, Error> {
        let now = request.arrived_at();
        let claims = self.claims(bearer, Audience::Client, AccessRefused::MembersOnly, now)?;
        // The cache keeps an entry for its own time, which may be longer than the session lasts.
        let remembered = self.members.get(&claims.sid).filter(|session| session.expires_at > now);
        let session = if let Some(session) = remembered {
            session
        } else {
            let found = store::find_member_session(self.db.conn().await?.get(), claims.sid, now).await?;
            let session = Arc::new(found.ok_or_else(|| self.is_over(claims.sid))?);
            self.members.insert(claims.sid, Arc::clone(&session));
            session
        };
        request.settle_actor(Actor::Customer(session.customer.get()));
        request.settle_gym(session.gym);
        request.settle_branch(session.branch);
        if let Some(language) = session.language {
            request.settle_language(language);
        }
        Ok(Me::new(session, Arc::clone(request)))
    }

    /// Forgets a session that ended in this process, so that the very next request notices.
    pub fn forget(&self, session: SessionId) {
        self.staff.invalidate(&session);
        self.members.invalidate(&session);
    }
}
