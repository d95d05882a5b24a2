//! What is known of the request being answered: who sent it, when it arrived, how it is told apart.
//!
//! The outermost layer makes one [`RequestContext`] per request. Guards and extractors fill it in, witnesses carry it
//! into the audit row, and the request log reads it at the end.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use uuid::Uuid;

use super::idempotency::IdempotencyKey;
use crate::vocabulary::{BranchId, GymId, Language, Timestamp};

/// One request, from its arrival to its log line.
#[derive(Debug)]
pub struct RequestContext {
    id: Box<str>,
    client_id: Option<Box<str>>,
    arrived_at: Timestamp,
    address: IpAddr,
    accepts: Language,
    method: Box<str>,
    path: Box<str>,
    idempotency_key: Option<IdempotencyKey>,
    language: OnceLock<Language>,
    actor: OnceLock<Actor>,
    gym: OnceLock<GymId>,
    branch: OnceLock<BranchId>,
    deed: OnceLock<&'static str>,
    claim: OnceLock<ClaimedAccount>,
    body_hash: OnceLock<[u8; 32]>,
    code: OnceLock<&'static str>,
    is_repeat: AtomicBool,
    queries: AtomicU32,
    database_micros: AtomicU64,
}

/// Who acts, for the audit row and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The staff user with this id.
    Staff(i64),
    /// The customer with this id.
    Customer(i64),
    /// Somebody at a public endpoint, where no session is looked at.
    Visitor,
    /// A named job of the system.
    System,
}

impl Actor {
    /// The word that the audit row keeps.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Staff(_) => "staff",
            Self::Customer(_) => "customer",
            Self::Visitor => "visitor",
            Self::System => "system",
        }
    }

    /// The person's id; absent for visitors and jobs.
    pub const fn id(self) -> Option<i64> {
        match self {
            Self::Staff(id) | Self::Customer(id) => Some(id),
            Self::Visitor | Self::System => None,
        }
    }
}

/// The account that a visitor says is theirs, known or not. Looked up if they are refused, and written down nowhere.
pub enum ClaimedAccount {
    /// A staff user, by sign-in name.
    Staff {
        /// The name, in small letters.
        username: String,
    },
    /// A member, by phone number or address.
    Member {
        /// The canonical phone number.
        phone: Option<String>,
        /// The canonical address.
        email: Option<String>,
    },
}

/// Says nothing of whom.
impl fmt::Debug for ClaimedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimedAccount(…)")
    }
}

/// What the outermost layer read off the request line and headers.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The id that the trusted proxy gave it and logged; without one, one is made.
    pub id: Option<String>,
    /// A well-formed id that the caller gave it: kept beside ours, and never in place of it.
    pub client_id: Option<String>,
    /// The one reading of the clock for this request.
    pub at: Timestamp,
    /// The client's address as the trusted proxy, or the socket, reports it.
    pub address: IpAddr,
    /// What Accept-Language asks for; English when it asks for nothing we speak.
    pub accepts: Language,
    /// The HTTP method, as it was sent.
    pub method: String,
    /// The path without the query, as it was sent.
    pub path: String,
    /// What the Idempotency-Key header says.
    pub idempotency_key: Option<IdempotencyKey>,
}

impl RequestContext {
    /// The context of a request that has just arrived; makes an id if no proxy gave it one.
    pub fn new(arrival: Arrival) -> Arc<Self> {
        let id = arrival.id.unwrap_or_else(|| Uuid::new_v4().to_string());
        Arc::new(Self {
            id: id.into(),
            client_id: arrival.client_id.map(Into::into),
            arrived_at: arrival.at,
            address: arrival.address,
            accepts: arrival.accepts,
            method: arrival.method.into(),
            path: arrival.path.into(),
            idempotency_key: arrival.idempotency_key,
            language: OnceLock::new(),
            actor: OnceLock::new(),
            gym: OnceLock::new(),
            branch: OnceLock::new(),
            deed: OnceLock::new(),
            claim: OnceLock::new(),
            body_hash: OnceLock::new(),
            code: OnceLock::new(),
            is_repeat: AtomicBool::new(false),
            queries: AtomicU32::new(0),
            database_micros: AtomicU64::new(0),
        })
    }

    /// A context for work that no request asked for: jobs, seeds, command line.
    pub fn internal(name: &str, at: Timestamp) -> Arc<Self> {
        Self::new(Arrival {
            id: Some(name.to_owned()),
            client_id: None,
            at,
            address: IpAddr::from([127, 0, 0, 1]),
            accepts: Language::En,
            method: "JOB".to_owned(),
            path: name.to_owned(),
            idempotency_key: None,
        })
    }

    /// How this request is named in answers, logs and audit rows.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How the caller named it, if they did.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The one reading of the clock for this request.
    pub fn arrived_at(&self) -> Timestamp {
        self.arrived_at
    }

    /// The client's address, as the trusted proxy or the socket reports it.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The HTTP method, as it was sent; `JOB` for internal work.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path without the query; the name of the job for internal work.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The caller's key for a write that must happen once.
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        self.idempotency_key.as_ref()
    }

    /// The language to answer in: the account's, else what the request accepts.
    pub fn language(&self) -> Language {
        self.language.get().copied().unwrap_or(self.accepts)
    }

    /// Settles the account's language; the first settling holds.
    pub fn settle_language(&self, language: Language) {
        self.language.get_or_init(|| language);
    }

    /// Who acts, once a guard has settled it.
    pub fn actor(&self) -> Option<Actor> {
        self.actor.get().copied()
    }

    /// Settles who acts; the first settling holds.
    pub fn settle_actor(&self, actor: Actor) {
        self.actor.get_or_init(|| actor);
    }

    /// The gym of whoever acts, once a guard has settled it; none for visitors and super admins.
    pub fn gym(&self) -> Option<GymId> {
        self.gym.get().copied()
    }

    /// Settles the gym of whoever acts; the first settling holds.
    pub fn settle_gym(&self, gym: GymId) {
        self.gym.get_or_init(|| gym);
    }

    /// What the caller wants to do, e.g. `staff.manage`, allowed or not.
    pub fn deed(&self) -> Option<&'static str> {
        self.deed.get().copied()
    }

    /// Settles what the caller wants to do; the first settling holds.
    pub fn settle_deed(&self, deed: &'static str) {
        self.deed.get_or_init(|| deed);
    }

    /// The account that a visitor says is theirs.
    pub fn claim(&self) -> Option<&ClaimedAccount> {
        self.claim.get()
    }

    /// Settles the account that a visitor says is theirs; the first settling holds.
    pub fn settle_claim(&self, account: ClaimedAccount) {
        self.claim.get_or_init(|| account);
    }

    /// The branch at which something is done, once it is known.
    pub fn branch(&self) -> Option<BranchId> {
        self.branch.get().copied()
    }

    /// Settles the branch at which something is done; the first settling holds.
    pub fn settle_branch(&self, branch: BranchId) {
        self.branch.get_or_init(|| branch);
    }

    /// SHA-256 of the body, once it was read; none for a request without one.
    pub fn body_hash(&self) -> Option<&[u8; 32]> {
        self.body_hash.get()
    }

    /// Keeps the hash of the body; the first keeping holds.
    pub fn settle_body_hash(&self, hash: [u8; 32]) {
        self.body_hash.get_or_init(|| hash);
    }

    /// The refusal code that was answered, if any.
    pub fn code(&self) -> Option<&'static str> {
        self.code.get().copied()
    }

    /// Keeps the refusal code for the log; the first keeping holds.
    pub fn settle_code(&self, code: &'static str) {
        self.code.get_or_init(|| code);
    }

    /// Whether its write was done before, for an earlier request that it repeats.
    pub fn is_repeat(&self) -> bool {
        self.is_repeat.load(Ordering::Relaxed)
    }

    /// Notes that its write was done before; nothing was written this time.
    pub fn settle_repeat(&self) {
        self.is_repeat.store(true, Ordering::Relaxed);
    }

    /// Adds the statements run on one connection, and for how long it was asked for and kept.
    pub fn count_queries(&self, round_trips: u32, took: Duration) {
        self.queries.fetch_add(round_trips, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.database_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Statements run for this request; `begin`, `commit` and `rollback` are not counted.
    pub fn queries(&self) -> u32 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Time from asking for a connection to giving it back, over all connections that the request used.
    pub fn database_time(&self) -> Duration {
        Duration::from_micros(self.database_micros.load(Ordering::Relaxed))
    }
}

tokio::task_local! {
    static CURRENT: Arc<RequestContext>;
}

/// Runs `work` as part of the request `context`.
pub async fn scope<F: Future>(context: Arc<RequestContext>, work: F) -> F::Output {
    CURRENT.scope(context, work).await
}

/// The request being answered; none outside one.
pub fn current() -> Option<Arc<RequestContext>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// The language of the request being answered; English outside one.
pub fn language() -> Language {
    CURRENT.try_with(|context| context.language()).unwrap_or(Language::En)
}
