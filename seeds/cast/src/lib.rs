//! The cast: a small gym on a database of its own, its people, and callers who send requests as them.
//!
//! Gym 1 has branches 1 (Dragon Club) and 2 (Phoenix Club); gym 2 has branch 3. Staff sign in with
//! [`PASSWORD`]: superadmin, owner, regional1 (branches 1 and 2), manager1, manager2, reception1, reception2, trainer1,
//! accountant1 (branch 1), `accountant_c` (central), `accountant_r` (regional, branches 1 and 2); `owner_b` and `reception_b` in
//! gym 2. Services of gym 1: 1 Monthly Gym (30 days, 500.00, 2 freezes, 15 days), 2 Coin Pack (20 coins, 300.00),
//! 3 Swim Sessions (20 sessions, 800.00, 90 days), 4 Personal Training (10 sessions, 1500.00, no door); gym 2: 5.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::return_self_not_must_use,
    reason = "a test without its gym cannot go on, and says why"
)]

mod builders;
mod caller;
mod promised;
pub mod sweep;

use std::time::Duration;

use axum::Router;
use base::{
    access::{Lifetimes, MemberClaims, Role, StaffClaims},
    platform::files::Files,
    platform::limits_memory::Rate,
    testing::{HASH_KEY, TestClock, TestDb, client_keyring, staff_keyring},
    vocabulary::{BranchId, CustomerId, SessionId, StaffId, Timestamp, dates::later},
};
use web::App;

pub use builders::{CustomerBuilder, SubscriptionBuilder, customer, subscription};
pub use caller::{Answered, Caller};

/// What every staff user of the cast and of the demo signs in with.
pub const PASSWORD: &str = "demo-gym-2026";

/// What needs no token is as good as unlimited: all callers of a test share one address.
const CROWD: Rate = Rate::per_second(1_000_000, 1_000_000);

/// A gym with its own database and its own clock.
#[derive(Debug)]
pub struct Gym {
    /// The gym's own database, which nobody else uses.
    pub db: TestDb,
    /// The clock; Friday 2026-04-17 23:30 in Cairo, before a change to summer time.
    pub clock: TestClock,
    /// The files of its gyms, in memory.
    pub files: Files,
}

impl Gym {
    /// Opens a database of its own and writes the gym of `gym.sql` into it.
    pub async fn open() -> Self {
        let db = TestDb::open().await;
        sqlx::raw_sql(include_str!("gym.sql")).execute(&db.owner).await.expect("the cast's gym");
        Self { db, clock: TestClock::default(), files: Files::in_memory() }
    }

    /// Opens a database with a schema and nobody in it, as `staff-api migrate` leaves a new one.
    pub async fn nobody() -> Self {
        Self { db: TestDb::open().await, clock: TestClock::default(), files: Files::in_memory() }
    }

    /// Opens the demo gym instead, as it stands at `now`.
    pub async fn demo(now: Timestamp) -> Self {
        let db = TestDb::open().await;
        seeds::demo::demo(&db.owner, now).await.expect("the demo gym");
        Self { db, clock: TestClock::at(now), files: Files::in_memory() }
    }

    /// What staff-api's handlers reach.
    pub fn staff_app(&self) -> App {
        self.staff_app_remembering(Duration::ZERO)
    }

    /// The same, for which a session that was good stays good so long without being looked up again.
    pub fn staff_app_remembering(&self, remember: Duration) -> App {
        let app = App::new(self.db.staff(), staff_keyring(), HASH_KEY, remember, Lifetimes::default(), CROWD);
        App { files: self.files.clone(), ..app.expect("app") }
    }

    /// What client-api's handlers reach.
    pub fn client_app(&self) -> App {
        self.client_app_remembering(Duration::ZERO)
    }

    /// The same, for which a session that was good stays good so long without being looked up again.
    pub fn client_app_remembering(&self, remember: Duration) -> App {
        App::new(self.db.client(), client_keyring(), HASH_KEY, remember, Lifetimes::default(), CROWD)
            .expect("app")
    }

    /// A caller without a token.
    pub fn visitor(&self, router: &Router) -> Caller {
        Caller::new(router.clone(), self.clock.clone(), None)
    }

    /// A caller with a live session of the staff user `username`.
    pub async fn staff(&self, router: &Router, username: &str) -> Caller {
        let token = self.staff_token(username).await;
        Caller::new(router.clone(), self.clock.clone(), Some(token))
    }

    /// A caller with a live session of the customer.
    pub async fn member(&self, router: &Router, customer: CustomerId) -> Caller {
        let token = self.member_token(customer).await;
        Caller::new(router.clone(), self.clock.clone(), Some(token))
    }

    /// A token of a new session of `username`.
    pub async fn staff_token(&self, username: &str) -> String {
        let (id, role, branch): (i64, String, Option<i64>) =
            sqlx::query_as("select id, role, branch_id from staff_users where username = $1")
                .bind(username)
                .fetch_one(&self.db.owner)
                .await
                .expect("a staff user of the cast");
        let (session, now, end) = self.new_session();
        sqlx::query(
            "insert into staff_sessions (id, staff_id, created_at, expires_at) values ($1, $2, $3, $4)",
        )
        .bind(session.get())
        .bind(id)
        .bind(now)
        .bind(end)
        .execute(&self.db.owner)
        .await
        .expect("a session");
        let claims = StaffClaims {
            staff: StaffId::new(id),
            role: Role::parse(&role).expect("a role"),
            username,
            branch: branch.map(BranchId::new),
        };
        staff_keyring().sign_staff(session, &claims, now, end).expect("a token")
    }

    /// An access token of a new session of `customer`.
    pub async fn member_token(&self, customer: CustomerId) -> String {
        let (session, now, end) = self.new_session();
        sqlx::query(
            "insert into member_sessions (id, customer_id, refresh_hash, created_at, expires_at)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(session.get())
        .bind(customer.get())
        .bind(session.get().as_bytes().as_slice())
        .bind(now)
        .bind(end)
        .execute(&self.db.owner)
        .await
        .expect("a session");
        client_keyring().sign_member(session, MemberClaims { customer }, now, end).expect("a token")
    }

    fn new_session(&self) -> (SessionId, Timestamp, Timestamp) {
        use base::platform::clock::Clock as _;
        let now = self.clock.now();
        let end = later(now, chrono::TimeDelta::hours(12));
        (SessionId::random(), now, end)
    }
}
