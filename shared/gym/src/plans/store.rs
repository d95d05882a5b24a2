//! The SQL of services.

use super::{Doors, FreezePolicy, Offer, Service, ServiceKind, ServiceType, Shelf, Terms};
use base::{
    Error, Fault,
    access::{Place, Scope, Unseen},
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, GymId, Money, Note, ServiceId, Timestamp},
};

/// Services that one list answers.
const MOST_SERVICES: i64 = 1000;

struct Row {
    id: i64,
    gym_id: i64,
    branch_id: Option<i64>,
    name: String,
    description: Option<String>,
    kind: String,
    service_type: String,
    price_minor: i64,
    duration_days: Option<i32>,
    coins: Option<i32>,
    sessions: Option<i32>,
    max_freezes: i32,
    max_freeze_days: i32,
    freeze_fee_minor: i64,
    opens_door: bool,
    opens_every_branch: bool,
    is_active: bool,
}

impl TryFrom<Row> for Service {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let unknown =
            |column: &str, word: &str| Fault::new(format!("services {}: unknown {column} {word}", row.id));
        Ok(Self {
            id: ServiceId::from(row.id),
            gym: GymId::from(row.gym_id),
            branch: row.branch_id.map(BranchId::from),
            name: row.name,
            description: row.description,
            terms: Terms {
                kind: ServiceKind::from_word(&row.kind).ok_or_else(|| unknown("kind", &row.kind))?,
                service_type: ServiceType::from_word(&row.service_type)
                    .ok_or_else(|| unknown("service_type", &row.service_type))?,
                price: Money::from_minor(row.price_minor),
                duration_days: row.duration_days,
                units: row.coins.or(row.sessions),
                freeze: FreezePolicy {
                    times: row.max_freezes,
                    days: row.max_freeze_days,
                    fee: Money::from_minor(row.freeze_fee_minor),
                },
                opens_door: row.opens_door,
                doors: Doors::of(row.opens_every_branch),
            },
            is_active: row.is_active,
        })
    }
}

/// The services in scope, by id: those of the whole gym and those of the branches.
pub(super) async fn list_services(
    conn: &mut Connection,
    scope: &Scope,
    shelf: Shelf,
) -> Result<Vec<Service>, Error> {
    let several = scope.many();
    let rows = sqlx::query_as!(
        Row,
        "select id, gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days, coins, sessions,
             max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active
         from services
         where ($1::bigint is null or gym_id = $1)
           and (branch_id is null
                or (($2::bigint is null or branch_id = $2) and ($3::bigint[] is null or branch_id = any($3))))
           and ($4 or is_active)
         order by id
         limit $5",
        scope.gym(),
        scope.one(),
        several.as_deref(),
        shelf == Shelf::Everything,
        MOST_SERVICES,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Service::try_from).collect::<Result<_, _>>()?)
}

/// A service without a branch is sold in the whole gym.
fn place(service: &Service) -> Place {
    match service.branch {
        Some(branch) => Place::branch(service.gym, branch),
        None => Place::whole_gym(service.gym),
    }
}

/// One service, whoever sells it.
pub(super) async fn find_service(conn: &mut Connection, id: ServiceId) -> Result<Unseen<Service>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days, coins, sessions,
             max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active
         from services
         where id = $1",
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(Unseen::new(row.map(Service::try_from).transpose()?, place))
}

/// One service, whoever sells it; its row is held until the transaction ends.
pub(super) async fn lock_service(tx: &mut Tx, id: ServiceId) -> Result<Unseen<Service>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days, coins, sessions,
             max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active
         from services
         where id = $1
         for update",
        id.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(Unseen::new(row.map(Service::try_from).transpose()?, place))
}

/// Where a service is sold, and whether it is for sale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    /// The only branch that sells it.
    pub(super) branch: Option<BranchId>,
    /// Whether it is for sale.
    pub(super) is_active: bool,
}

pub(super) async fn insert_service(
    tx: &mut Tx,
    gym: GymId,
    placed: Placed,
    offer: &Offer,
    now: Timestamp,
) -> Result<ServiceId, Error> {
    let terms = &offer.terms;
    let id = sqlx::query_scalar!(
        "insert into services (gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days, coins,
             sessions, max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active, created_at,
             updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
         returning id",
        gym.get(),
        placed.branch.map(BranchId::get),
        offer.name.as_str(),
        offer.description.as_ref().map(Note::as_str),
        terms.kind.as_str(),
        terms.service_type.as_str(),
        terms.price.minor(),
        terms.duration_days,
        terms.coins(),
        terms.sessions(),
        terms.freeze.times,
        terms.freeze.days,
        terms.freeze.fee.minor(),
        terms.opens_door,
        terms.doors.is_every_branch(),
        placed.is_active,
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(ServiceId::from(id))
}

/// Writes what a service is from now on.
pub(super) async fn update_service(
    tx: &mut Tx,
    id: ServiceId,
    placed: Placed,
    offer: &Offer,
    now: Timestamp,
) -> Result<(), Error> {
    let terms = &offer.terms;
    sqlx::query!(
        "update services
         set branch_id = $2, name = $3, description = $4, kind = $5, service_type = $6, price_minor = $7,
             duration_days = $8, coins = $9, sessions = $10, max_freezes = $11, max_freeze_days = $12,
             freeze_fee_minor = $13, opens_door = $14, opens_every_branch = $15, is_active = $16, updated_at = $17
         where id = $1",
        id.get(),
        placed.branch.map(BranchId::get),
        offer.name.as_str(),
        offer.description.as_ref().map(Note::as_str),
        terms.kind.as_str(),
        terms.service_type.as_str(),
        terms.price.minor(),
        terms.duration_days,
        terms.coins(),
        terms.sessions(),
        terms.freeze.times,
        terms.freeze.days,
        terms.freeze.fee.minor(),
        terms.opens_door,
        terms.doors.is_every_branch(),
        placed.is_active,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
