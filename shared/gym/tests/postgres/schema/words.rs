//! Closed lists: each list of words in the schema has one enum in the code, with the same words.

use std::collections::{BTreeMap, BTreeSet};

use base::{
    access::Role,
    platform::outbox,
    testing::TestDb,
    vocabulary::{AuditFlag, Currency, Gender, Language},
};
use gym::{
    books::{self, LedgerAccount, TransferSource},
    expenses::{ExpenseCategory, ExpenseDecision, PaidFrom, attachments::AttachmentKind},
    gyms::{GymRule, WeekStart},
    members::CodePurpose,
    notifications::{AppType, Platform},
    payments,
    plans::{ServiceKind, ServiceType},
    subscriptions::MovementKind,
};

macro_rules! words_of {
    ($($constraint:literal = $all:expr),+ $(,)?) => {
        BTreeMap::from([$(($constraint, $all.iter().map(|word| word.as_str()).collect::<BTreeSet<_>>()),)+])
    };
}

/// Lists whose feature has no type for them.
const WITHOUT_A_TYPE: &[&str] = &["entries_action_known", "entries_source_known", "gym_rules_rule_known"];

/// Lists whose words are variants of a type that is not an enum of words.
fn spelled_out() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    BTreeMap::from([
        ("audit_log_actor_kind_known", BTreeSet::from(["staff", "customer", "visitor", "system"])),
        ("gym_rules_rule_known", GymRule::ALL.into_iter().map(GymRule::key).collect()),
    ])
}

#[tokio::test]
async fn the_schema_and_the_code_know_the_same_words() {
    let mut code = words_of! {
        "audit_log_flag_known" = AuditFlag::ALL,
        "customers_gender_known" = Gender::ALL,
        "customers_language_known" = Language::ALL,
        "ledger_accounts_code_known" = LedgerAccount::ALL,
        "transfers_credit_known" = LedgerAccount::ALL,
        "transfers_debit_known" = LedgerAccount::ALL,
        "transfers_source_known" = TransferSource::ALL,
        "expense_attachments_kind_known" = AttachmentKind::ALL,
        "expenses_category_known" = ExpenseCategory::ALL,
        "expenses_decision_known" = ExpenseDecision::ALL,
        "expenses_paid_from_known" = PaidFrom::ALL,
        "gyms_currency_known" = Currency::ALL,
        "gyms_language_known" = Language::ALL,
        "gyms_week_starts_on_known" = WeekStart::ALL,
        "devices_app_type_known" = AppType::ALL,
        "devices_platform_known" = Platform::ALL,
        "one_time_codes_purpose_known" = CodePurpose::ALL,
        "outbox_lane_known" = outbox::Lane::ALL,
        "outbox_state_known" = outbox::State::ALL,
        "payments_kind_known" = payments::PaymentPurpose::ALL,
        "payments_method_known" = payments::Method::ALL,
        "services_kind_known" = ServiceKind::ALL,
        "services_type_known" = ServiceType::ALL,
        "staff_users_language_known" = Language::ALL,
        "staff_users_role_known" = Role::ALL,
        "subscription_movements_kind_known" = MovementKind::ALL,
        "subscriptions_kind_known" = ServiceKind::ALL,
    };
    code.extend(spelled_out());
    let db = TestDb::open().await;
    let lists: Vec<(String, String)> = sqlx::query_as(
        "select conname::text, pg_get_constraintdef(oid) from pg_constraint
         where contype = 'c' and connamespace = 'public'::regnamespace and conname like '%\\_known'",
    )
    .fetch_all(&db.owner)
    .await
    .unwrap();
    for (name, definition) in &lists {
        let quoted: BTreeSet<&str> = definition.split('\'').skip(1).step_by(2).collect();
        match code.remove(name.as_str()) {
            Some(words) => assert_eq!(words, quoted, "{name}"),
            None => assert!(WITHOUT_A_TYPE.contains(&name.as_str()), "{name} has no enum"),
        }
    }
    assert!(code.is_empty(), "no such list: {:?}", code.keys());
}

/// A list of Postgres' own would not do: it has other names, and the calendar is what has to read them.
#[tokio::test]
async fn a_gym_has_a_time_zone_that_the_code_can_read() {
    let db = TestDb::open().await;
    let names: Vec<String> =
        sqlx::query_scalar("select name from time_zones").fetch_all(&db.owner).await.unwrap();
    let kept: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let read: BTreeSet<&str> = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
    assert_eq!(kept.difference(&read).collect::<Vec<_>>(), Vec::<&&str>::new(), "cannot be read");
    assert_eq!(read.difference(&kept).collect::<Vec<_>>(), Vec::<&&str>::new(), "cannot be kept");
}

#[tokio::test]
async fn the_schema_and_the_code_post_payments_alike() {
    let db = TestDb::open().await;
    let kept: BTreeSet<[String; 4]> = sqlx::query_as::<_, (String, String, String, String)>(
        "select kind, method, debit, credit from payment_postings",
    )
    .fetch_all(&db.owner)
    .await
    .unwrap()
    .into_iter()
    .map(Into::into)
    .collect();
    let mut ruled = BTreeSet::new();
    for purpose in payments::PaymentPurpose::ALL {
        for method in payments::Method::ALL {
            if let Some((debit, credit)) = books::payment_accounts(*purpose, *method) {
                ruled.insert(
                    [purpose.as_str(), method.as_str(), debit.as_str(), credit.as_str()].map(str::to_owned),
                );
            }
        }
    }
    assert_eq!(kept, ruled);
}
