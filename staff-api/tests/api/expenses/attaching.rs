//! Files beside an expense.

use base::platform::files::Files;
use cast::{Answered, Caller};
use chrono::TimeDelta;
use gym::expenses::attachments::{ATTACHMENT_BYTES_MOST, sweep_files};
use serde_json::json;

use super::Office;

const BILL: &[u8] = b"%PDF-1.7\na bill\n%%EOF\n";
/// A PNG of one pixel, with something behind its end.
const DOT: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\
    \x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\x68\x00\x00\x00\x82\x00\x81\x77\xcd\x72\xb6\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82<script>alert(1)</script>";

fn path(expense: i64) -> String {
    format!("/api/expenses/{expense}/attachments")
}

async fn attach(who: &Caller, expense: i64, file: &[u8]) -> Answered {
    who.send("POST", &path(expense), Some(file.to_vec())).await
}

fn id(answer: &Answered) -> i64 {
    answer.at("/data/id").as_i64().unwrap()
}

fn header<'a>(answer: &'a Answered, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_bill_is_attached_listed_fetched_and_taken_off() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let made = attach(&accountant, expense, BILL).await.expect(201);
    let file = id(&made);
    let expected = json!({
        "id": file, "expense_id": expense, "kind": "pdf", "content_type": "application/pdf",
        "file_name": format!("expense-{expense}-{file}.pdf"), "size": BILL.len(), "created_by_name": "Amal Gaber",
        "created_at": "2026-04-17T23:30:00", "created_at_utc": "2026-04-17T21:30:00Z",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&made.body["data"][key], value, "{key}");
    }
    let read = accountant.get(&format!("/api/expenses/{expense}")).await.expect(200);
    assert_eq!(read.at("/data/attachments"), &json!([made.at("/data")]));
    let listed = accountant.get("/api/expenses?branch_id=1").await.expect(200);
    assert_eq!(listed.at("/data/items/0/attachments/0/id"), file);
    let one = format!("{}/{file}", path(expense));
    let fetched = accountant.get(&one).await.expect(200);
    assert_eq!(fetched.bytes, BILL);
    assert_eq!(header(&fetched, "content-type"), "application/pdf");
    assert_eq!(
        header(&fetched, "content-disposition"),
        format!("attachment; filename=\"expense-{expense}-{file}.pdf\"")
    );
    assert_eq!(header(&fetched, "x-content-type-options"), "nosniff");
    assert_eq!(header(&fetched, "cache-control"), "no-store");
    assert!(header(&fetched, "content-security-policy").ends_with("sandbox"));
    let deed = office.last_deed().await;
    assert_eq!(
        (&deed["action"], &deed["branch"], &deed["id"]),
        (&json!("expenses.attach"), &json!(1), &json!(expense))
    );
    accountant.delete(&one).await.expect(200);
    accountant.get(&one).await.refused(404, "ATTACHMENT_NOT_FOUND");
    accountant.delete(&one).await.refused(404, "ATTACHMENT_NOT_FOUND");
    assert!(
        office.gym.files.written_before(chrono::DateTime::<chrono::Utc>::MAX_UTC).await.unwrap().is_empty()
    );
}

#[tokio::test]
async fn a_picture_is_made_anew_and_shown_in_a_sandbox() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let named = accountant.clone().with("content-type", "text/html");
    let file = id(&attach(&named, expense, DOT).await.expect(201));
    let fetched = accountant.get(&format!("{}/{file}", path(expense))).await.expect(200);
    assert_eq!(header(&fetched, "content-type"), "image/png");
    assert!(header(&fetched, "content-disposition").starts_with("inline;"));
    assert!(header(&fetched, "content-security-policy").ends_with("sandbox"));
    assert!(fetched.bytes.starts_with(b"\x89PNG"));
    assert!(!fetched.bytes.windows(6).any(|part| part == b"script"), "what stood behind the picture is gone");
}

#[tokio::test]
async fn what_is_no_picture_and_no_bill_is_refused() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let bomb = {
        let mut bomb = DOT.to_vec();
        bomb[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
        // The checksum of a head that says 50,000 by 50,000 pixels.
        bomb[29..33].copy_from_slice(&CHECKSUM);
        bomb
    };
    let cases: [(&[u8], &str); 7] = [
        (b"", "ATTACHMENT_EMPTY"),
        (b"<html><script>alert(1)</script></html>", "ATTACHMENT_TYPE_UNKNOWN"),
        (b"PK\x03\x04 a bill as a document of an office", "ATTACHMENT_TYPE_UNKNOWN"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "ATTACHMENT_HEIC"),
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF and it breaks off", "ATTACHMENT_BROKEN"),
        (b"%PDF-1.7 and it breaks off", "ATTACHMENT_BROKEN"),
        (&bomb, "ATTACHMENT_TOO_MANY_PIXELS"),
    ];
    for (file, code) in cases {
        attach(&accountant, expense, file).await.refused(400, code);
    }
    let arabic = attach(&accountant.clone().with("accept-language", "ar"), expense, b"GIF89a").await;
    assert_eq!(arabic.refused(400, "ATTACHMENT_TYPE_UNKNOWN").at("/errors").as_object().unwrap().len(), 1);
    assert_eq!(office.number("select count(*) from expense_attachments").await, 0);
    assert!(
        office.gym.files.written_before(chrono::DateTime::<chrono::Utc>::MAX_UTC).await.unwrap().is_empty()
    );
    assert_eq!(staff_api::ROOMY[0].bytes, ATTACHMENT_BYTES_MOST);
}

const CHECKSUM: [u8; 4] = 0x6EC4_6216_u32.to_be_bytes();

#[tokio::test]
async fn ten_files_are_enough_and_the_same_one_is_one() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let bill = |number: i64| format!("%PDF-1.7\nbill {number}\n%%EOF\n").into_bytes();
    let first = id(&attach(&accountant, expense, &bill(0)).await.expect(201));
    for number in 1..10 {
        attach(&accountant, expense, &bill(number)).await.expect(201);
    }
    attach(&accountant, expense, &bill(10)).await.refused(409, "TOO_MANY_ATTACHMENTS");
    assert_eq!(id(&attach(&accountant, expense, &bill(0)).await.expect(201)), first);
    let keyed = accountant.clone().with("idempotency-key", "a-bill");
    let other = office.expense("accountant1", 1, 70.0, "2026-04-11").await;
    let once = id(&attach(&keyed, other, BILL).await.expect(201));
    office.gym.clock.advance(TimeDelta::minutes(5));
    assert_eq!(id(&attach(&keyed, other, BILL).await.expect(201)), once);
    attach(&keyed, other, &bill(1)).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(office.number("select count(*) from expense_attachments").await, 11);
}

#[tokio::test]
async fn of_many_at_once_ten_are_attached_and_the_same_one_once() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let same = futures_util::future::join_all((0..4).map(|_| attach(&accountant, expense, BILL))).await;
    let first = id(&same[0]);
    assert!(same.iter().all(|answer| answer.status == 201 && id(answer) == first));
    let bills: Vec<_> =
        (0..12).map(|number| format!("%PDF-1.7\nbill {number}\n%%EOF\n").into_bytes()).collect();
    let answers =
        futures_util::future::join_all(bills.iter().map(|bill| attach(&accountant, expense, bill))).await;
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((taken.len(), refused.len()), (9, 3));
    assert!(refused.iter().all(|answer| matches!(answer.code(), "TOO_MANY_ATTACHMENTS" | "BUSY")));
    assert_eq!(office.number("select count(*) from expense_attachments").await, 10);
}

#[tokio::test]
async fn files_come_after_approval_too_and_go_only_before_it() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let file = id(&attach(&accountant, expense, BILL).await.expect(201));
    office.approves("manager1", expense).await.expect(200);
    let one = format!("{}/{file}", path(expense));
    accountant.delete(&one).await.refused(409, "EXPENSE_ALREADY_REVIEWED");
    attach(&accountant, expense, DOT).await.expect(201);
    let rejected = office.expense("accountant1", 1, 20.0, "2026-04-10").await;
    office.rejects("manager1", rejected).await.expect(200);
    attach(&accountant, rejected, BILL).await.refused(409, "EXPENSE_ALREADY_REVIEWED");
    let withdrawn = office.expense("accountant1", 1, 30.0, "2026-04-10").await;
    office.withdraws("accountant1", withdrawn).await.expect(200);
    attach(&accountant, withdrawn, BILL).await.refused(409, "EXPENSE_WITHDRAWN");
}

#[tokio::test]
async fn only_who_may_read_the_expense_fetches_its_files() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let other = office.expense("accountant1", 1, 70.0, "2026-04-10").await;
    let file = id(&attach(&accountant, expense, BILL).await.expect(201));
    let one = format!("{}/{file}", path(expense));
    for who in ["owner", "manager1", "regional1", "accountant_c", "superadmin"] {
        office.who(who).await.get(&one).await.expect(200);
    }
    for who in ["manager2", "owner_b"] {
        let stranger = office.who(who).await;
        stranger.get(&one).await.refused(404, "ATTACHMENT_NOT_FOUND");
        stranger.delete(&one).await.refused(404, "EXPENSE_NOT_FOUND");
        attach(&stranger, expense, BILL).await.refused(404, "EXPENSE_NOT_FOUND");
    }
    for who in ["reception1", "trainer1"] {
        let nobody = office.who(who).await;
        nobody.get(&one).await.refused(403, "NOT_ALLOWED");
        nobody.delete(&one).await.refused(403, "NOT_ALLOWED");
        attach(&nobody, expense, BILL).await.refused(403, "NOT_ALLOWED");
    }
    accountant.get(&format!("{}/{file}", path(other))).await.refused(404, "ATTACHMENT_NOT_FOUND");
    accountant.get(&format!("{}/900000000", path(expense))).await.refused(404, "ATTACHMENT_NOT_FOUND");
    office.who("accountant_r").await.delete(&one).await.refused(403, "NOT_YOUR_ATTACHMENT");
    office.who("manager1").await.delete(&one).await.expect(200);
}

/// Whoever dies between file and row leaves a file that nobody names; whoever dies after the row was taken off, too.
#[tokio::test]
async fn a_file_without_a_row_goes_after_a_day_and_one_with_a_row_stays() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let file = id(&attach(&accountant, expense, BILL).await.expect(201));
    let now = chrono::DateTime::<chrono::Utc>::MAX_UTC - TimeDelta::days(400);
    let key = base::platform::files::FileKey::new(now);
    office.gym.files.put(&key, b"half done".to_vec()).await.unwrap();
    let (db, files): (_, &Files) = (office.gym.db.staff(), &office.gym.files);
    // The store writes down the time of this machine; of what is younger than a day nothing goes.
    let long_ago = chrono::DateTime::UNIX_EPOCH;
    assert_eq!(sweep_files(&db, files, long_ago).await.unwrap(), 0);
    assert_eq!(sweep_files(&db, files, now).await.unwrap(), 1);
    assert_eq!(sweep_files(&db, files, now).await.unwrap(), 0);
    assert!(files.get(&key).await.is_err());
    accountant.get(&format!("{}/{file}", path(expense))).await.expect(200);
}

#[tokio::test]
async fn a_file_that_was_changed_under_its_row_is_not_handed_out() {
    let office = Office::open().await;
    let accountant = office.who("accountant1").await;
    let expense = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let file = id(&attach(&accountant, expense, BILL).await.expect(201));
    let keys = office.gym.files.written_before(chrono::DateTime::<chrono::Utc>::MAX_UTC).await.unwrap();
    office.gym.files.put(&keys[0], b"%PDF-1.7\nanother bill\n%%EOF\n".to_vec()).await.unwrap();
    accountant.get(&format!("{}/{file}", path(expense))).await.expect(500);
}
