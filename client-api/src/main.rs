//! client-api: the members' door.

use std::process::ExitCode;

use base::platform::config::ServiceName;
use gym::housekeeping;
use mimalloc::MiMalloc;
use web::command::{self, Program};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    command::main(&Program {
        service: ServiceName::ClientApi,
        about: "The member app's side of the gym: sign-in, subscription, QR, entries",
        door_paths: &["/api/clients/qr", "/api/client/qr", "/api/clients/access", "/api/client/access"],
        roomy: &[],
        router: client_api::router,
        docs_path: "/docs/clients",
        // Its user of the database may write jobs down and not read them.
        jobs: Vec::new,
        housekeeping: |db, _, kept, clock, stop| Box::pin(housekeeping::keep(db, kept, clock, stop)),
        verify_books: None,
        add_operator: None,
    })
}
