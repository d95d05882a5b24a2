//! The members' door, endpoint by endpoint.

use seeds::cast::{Gym, customer};

#[tokio::test]
async fn a_member_reads_who_they_are_and_staff_are_turned_away() {
    let gym = Gym::open().await;
    let (router, _) = client_api::router(gym.client_app());
    let mona = customer().insert(&gym).await;
    let answer = gym.member(&router, mona).await.get("/api/client/me").await.expect(200);
    assert_eq!(answer.at("/data/id"), mona.get());
    gym.staff(&router, "reception1").await.get("/api/clients/me").await.refused(403, "UNAUTHORIZED");
}
