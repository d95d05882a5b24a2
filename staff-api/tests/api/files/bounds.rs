//! What is in a file, who receives it, and what is refused.

use cast::customer;

use super::{Office, column, sheet, table};

/// 1234 customers, half of them women.
async fn many_customers(office: &Office) {
    sqlx::query(
        "insert into customers (gym_id, branch_id, full_name, name_folded, gender, qr_version, password_changed, is_active,
             created_at, updated_at)
         select 1, 1, 'Member ' || n, 'member ' || n, case when n % 2 = 0 then 'male' else 'female' end, 1, false, true,
             '2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z'
         from generate_series(1, 1234) n",
    )
    .execute(&office.gym.db.owner)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_file_has_everything_the_filter_finds_and_not_a_page_of_it() {
    let office = Office::open().await;
    many_customers(&office).await;
    let file = office.owner.get("/api/customers?format=csv&limit=10&page=3&gender=female").await.expect(200);
    let table = table(&file.bytes);
    let numbers: Vec<i64> =
        column(&table, "Customer number").iter().map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(numbers.len(), 617);
    assert!(numbers.is_sorted_by(|one, next| one > next), "newest first, each once");
    let file = office.owner.get("/api/customers?format=xlsx").await.expect(200);
    assert_eq!(sheet(&file.bytes, None).height(), 1235);
    assert!(file.queries <= 12, "{} statements", file.queries);
    let refused = office.owner.get("/api/customers?format=csv&gender=both").await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn what_is_changed_while_a_file_is_sent_is_in_it_as_it_was() {
    use futures_util::StreamExt as _;

    let office = Office::open().await;
    many_customers(&office).await;
    let mut pieces = office.owner.begin("/api/customers?format=csv").await.into_data_stream();
    let mut file = pieces.next().await.unwrap().unwrap().to_vec();
    sqlx::query("update customers set full_name = 'Somebody else'")
        .execute(&office.gym.db.owner)
        .await
        .unwrap();
    while let Some(piece) = pieces.next().await {
        file.extend_from_slice(&piece.unwrap());
    }
    let table = table(&file);
    assert_eq!(table.len(), 1235);
    assert!(column(&table, "Name").iter().all(|name| name.starts_with("Member ")));
}

#[tokio::test]
async fn a_file_ends_where_the_callers_branches_end() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    for path in [
        "/api/payments",
        "/api/transactions",
        "/api/expenses",
        "/api/payments/daily-closings",
        "/api/attendance",
    ] {
        for who in ["manager2", "owner_b"] {
            let who = office.who(who).await;
            let file = who.get(&format!("{path}?format=csv")).await.expect(200);
            assert_eq!(table(&file.bytes).len(), 1, "{path}: only headings");
            who.get(&format!("{path}?format=csv&branch_id=1")).await.refused(404, "BRANCH_NOT_FOUND");
        }
        let file = office.owner.get(&format!("{path}?format=csv&branch_id=1")).await.expect(200);
        assert!(table(&file.bytes).len() > 1, "{path}");
    }
    office.who("trainer1").await.get("/api/payments?format=csv").await.refused(403, "NOT_ALLOWED");
    office.reception.get("/api/books/journal?format=csv").await.refused(403, "NOT_ALLOWED");
    // A desk that is shown temporary passwords takes none of them away.
    let file = office.reception.get("/api/customers?format=csv").await.expect(200);
    assert!(!String::from_utf8(file.bytes).unwrap().to_lowercase().contains("password"));
}

#[tokio::test]
async fn a_format_that_nobody_knows_is_refused_and_json_stays_what_it_is() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    for path in ["/api/payments", "/api/reports/weekly", "/api/branches", "/api/users"] {
        office.owner.get(&format!("{path}?format=pdf")).await.refused(400, "INVALID_QUERY");
        let plain = office.owner.get(path).await.expect(200);
        let named = office.owner.get(&format!("{path}?format=JSON")).await.expect(200);
        assert_eq!(
            (plain.bytes, &plain.headers["content-type"]),
            (named.bytes, &named.headers["content-type"]),
            "{path}"
        );
    }
    office
        .owner
        .get("/api/payments?format=csv&date_from=2026-04-18&date_to=2026-04-01")
        .await
        .refused(400, "DATE_RANGE_REVERSED");
    office.owner.get("/api/audit-log?format=csv&date_from=soon").await.refused(400, "DATE_INVALID");
}

#[tokio::test]
async fn a_file_that_would_be_too_long_is_refused_before_its_first_byte() {
    let office = Office::open().await;
    let mona = customer().insert(&office.gym).await;
    sqlx::query(
        "insert into entries (gym_id, branch_id, customer_id, at, is_admitted, source, action, charged, staff_id)
         select 1, 1, $1, '2026-04-17T08:00:00Z'::timestamptz - n * interval '1 minute', true, 'manual', 'check_in_only', 0, 1006
         from generate_series(1, 100001) n",
    )
    .bind(mona)
    .execute(&office.gym.db.owner)
    .await
    .unwrap();
    office.owner.get("/api/attendance?format=xlsx").await.refused(400, "FILE_TOO_LONG");
    let file = office.owner.get("/api/attendance?format=csv&date_from=2026-04-17").await.expect(200);
    assert_eq!(
        file.headers["content-disposition"].to_str().unwrap(),
        "attachment; filename=\"entries_2026-04-17.csv\""
    );
    assert!(table(&file.bytes).len() > 100);
}

#[tokio::test]
async fn a_few_receive_a_file_at_once_and_each_only_one() {
    use futures_util::StreamExt as _;

    let office = Office::open().await;
    let path = "/api/customers?format=csv";
    let first = office.owner.begin(path).await;
    office.owner.get(path).await.refused(429, "FILE_BUSY");
    office.owner.get("/api/customers").await.expect(200);
    let second = office.reception.begin(path).await;
    let third = office.who("manager1").await.get(path).await.refused(429, "FILE_BUSY");
    assert_eq!(third.headers["retry-after"], "5");
    let mut pieces = first.into_data_stream();
    while let Some(piece) = pieces.next().await {
        piece.unwrap();
    }
    drop(pieces);
    office.who("manager1").await.get(path).await.expect(200);
    drop(second);
    office.reception.get(path).await.expect(200);
}

#[tokio::test]
async fn an_arabic_caller_reads_arabic() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    office.in_arabic().await;
    let owner = office.who("owner").await;
    let file =
        owner.get("/api/payments?format=csv&date_from=2026-04-01&date_to=2026-04-30").await.expect(200);
    let named = file.headers["content-disposition"].to_str().unwrap();
    assert!(
        named.starts_with(
            "attachment; filename=\"payments_2026-04-01_2026-04-30.csv\"; filename*=UTF-8''%D8%A7"
        )
    );
    let table = table(&file.bytes);
    assert!(column(&table, "طريقة الدفع").contains(&"بطاقة"), "{table:?}");
    assert!(column(&table, "وقت الدفع (Africa/Cairo)")[0].starts_with("2026-04-17 23:30"));
    let file = owner.get("/api/books/journal?format=xlsx").await.expect(200);
    let range = sheet(&file.bytes, Some("دفتر اليومية"));
    let last = range.rows().next_back().unwrap();
    assert_eq!(last[0].to_string(), "الإجمالي");
    assert!(range.rows().any(|row| row.iter().any(|cell| *cell == "الخزينة (نقدي)")));
}
