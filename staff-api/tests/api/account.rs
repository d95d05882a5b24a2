//! One's own account.

use seeds::cast::{Gym, customer};

#[tokio::test]
async fn a_staff_user_reads_who_they_are() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = gym.staff(&router, "reception1").await.get("/api/auth/me").await.expect(200);
    assert_eq!(answer.at("/data/id"), 1006);
}

#[tokio::test]
async fn without_a_token_nobody_is_known_and_a_member_is_not_staff() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    gym.visitor(&router).get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    let mona = customer().insert(&gym).await;
    gym.member(&router, mona).await.get("/api/auth/me").await.refused(403, "STAFF_ONLY");
}
