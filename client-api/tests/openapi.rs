//! The document of this door: complete, and committed as `openapi.json`; its operations on one page as `operations.txt`.

#[tokio::test]
async fn the_document_is_sound_and_committed() {
    let gym = seeds::cast::Gym::open().await;
    let (_, api) = client_api::router(gym.client_app());
    let document = serde_json::to_value(api).unwrap();
    seeds::sweep::assert_sound(&document, concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json"));
    seeds::sweep::assert_listed(&document, concat!(env!("CARGO_MANIFEST_DIR"), "/operations.txt"));
}
