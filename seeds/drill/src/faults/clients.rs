//! Two thousand connections at the staff door and as many at the proxy say nothing, or a byte a second. Bodies that come
//! slowly wait in the proxy, and take no seat of a service.

use super::ground::Ground;

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    ground.allow_many_callers();
    ground.start_fresh()?;
    let [staff, proxy] =
        [ground.stack.ports.staff, ground.stack.ports.proxy].map(|port| format!("127.0.0.1:{port}"));
    ground.crowd(
        200,
        &[
            "slow",
            "--at",
            &staff,
            "--at",
            &proxy,
            "--keeps-bodies",
            &proxy,
            "--internal",
            &ground.stack.ports.staff_internal.to_string(),
            "--desk",
            &staff,
            "--desk",
            &proxy,
            "--connections",
            "2000",
        ],
    )
}
