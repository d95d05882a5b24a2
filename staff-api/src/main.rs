//! staff-api: the door for staff.

use std::process::ExitCode;

use base::platform::config::ServiceName;
use mimalloc::MiMalloc;
use web::command::{self, Program};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    command::main(&Program {
        service: ServiceName::StaffApi,
        about: "The staff app's side of the gym: desk, sales, door, figures",
        door_paths: &["/api/attendance", "/api/qr/scan", "/api/entry-logs/scan", "/api/validation"],
        roomy: staff_api::ROOMY,
        router: staff_api::router,
        docs_path: "/docs/staff",
        jobs: staff_api::jobs,
        housekeeping: |db, files, kept, clock, stop| {
            Box::pin(staff_api::housekeeping(db, files, kept, clock, stop))
        },
        verify_books: Some(|db| Box::pin(staff_api::verify_books(db))),
        add_operator: Some(|db, wanted, now| Box::pin(staff_api::add_operator(db, wanted, now))),
    })
}
