//! Which tokens open the staff door.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use cast::{Gym, customer};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;

/// The Ed25519 private key whose 32 bytes are all `byte`, PKCS#8. The cast signs staff tokens with 1, members' with 2.
fn key(byte: u8) -> EncodingKey {
    let mut der = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEIA==").expect("a prefix");
    der.extend([byte; 32]);
    EncodingKey::from_ed_der(&der)
}

fn part(token: &str, number: usize) -> Value {
    let text = token.split('.').nth(number).expect("a part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("json")
}

fn signed(algorithm: Algorithm, kid: &Value, claims: &Value, key: &EncodingKey) -> String {
    let mut header = Header::new(algorithm);
    header.kid = kid.as_str().map(str::to_owned);
    jsonwebtoken::encode(&header, claims, key).expect("a token")
}

fn changed(claims: &Value, field: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[field] = value;
    claims
}

#[tokio::test]
async fn a_token_that_is_not_ours_to_the_letter_opens_nothing() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let token = gym.staff_token("reception1").await;
    let member = gym.member_token(customer().insert(&gym).await).await;
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let (kid, member_kid) = (&header["kid"], &part(&member, 0)["kid"]);
    assert_eq!(signed(Algorithm::EdDSA, kid, &claims, &key(1)).split('.').count(), 3);
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let (body, signature) = token.rsplit_once('.').expect("a signature");
    let owner = encoded(&changed(&claims, "sub", json!("1002")));
    let secret = |bytes: &[u8]| EncodingKey::from_secret(bytes);
    let other_session = changed(&claims, "sid", json!(Uuid::new_v4()));
    let forged = [
        ("no signature", format!("{body}.")),
        (
            "alg none",
            format!("{}.{}.", encoded(&json!({ "alg": "none", "typ": "JWT", "kid": kid })), encoded(&claims)),
        ),
        (
            "alg none in capitals",
            format!("{}.{}.", encoded(&json!({ "alg": "NONE", "kid": kid })), encoded(&claims)),
        ),
        ("another's payload", format!("{}.{owner}.{signature}", encoded(&header))),
        ("another key", signed(Algorithm::EdDSA, kid, &claims, &key(9))),
        ("another key under its own name", signed(Algorithm::EdDSA, &json!("mine"), &claims, &key(9))),
        ("no key named", signed(Algorithm::EdDSA, &Value::Null, &claims, &key(1))),
        ("the name of the key as a secret", {
            signed(Algorithm::HS256, kid, &claims, &secret(kid.as_str().expect("kid").as_bytes()))
        }),
        ("an empty secret", signed(Algorithm::HS256, kid, &claims, &secret(b""))),
        ("the members' key for a staff token", signed(Algorithm::EdDSA, member_kid, &claims, &key(2))),
        ("the members' key under the staff key's name", signed(Algorithm::EdDSA, kid, &claims, &key(2))),
        ("another issuer", signed(Algorithm::EdDSA, kid, &changed(&claims, "iss", json!("them")), &key(1))),
        ("a door token", signed(Algorithm::EdDSA, kid, &changed(&claims, "aud", json!("door")), &key(1))),
        (
            "two audiences",
            signed(Algorithm::EdDSA, kid, &changed(&claims, "aud", json!(["staff", "client"])), &key(1)),
        ),
        ("over since now", {
            signed(Algorithm::EdDSA, kid, &changed(&claims, "exp", claims["iat"].clone()), &key(1))
        }),
        ("without an end", signed(Algorithm::EdDSA, kid, &changed(&claims, "exp", Value::Null), &key(1))),
        ("a session that never was", signed(Algorithm::EdDSA, kid, &other_session, &key(1))),
        ("half a token", body.to_owned()),
        ("four parts", format!("{token}.{signature}")),
        ("nonsense", "a.b.c".to_owned()),
    ];
    for (what, token) in forged {
        let caller = gym.visitor(&router).with("authorization", format!("Bearer {token}"));
        let answer = caller.get("/api/auth/me").await;
        assert_eq!((answer.status.as_u16(), answer.code()), (401, "SIGNED_OUT"), "{what}: {}", answer.body);
    }
    for scheme in ["Basic", "Token", ""] {
        let caller = gym.visitor(&router).with("authorization", format!("{scheme} {token}"));
        caller.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    }
    let again = signed(Algorithm::EdDSA, kid, &claims, &key(1));
    let caller = gym.visitor(&router).with("authorization", format!("bearer {again}"));
    caller.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_members_token_is_known_and_not_let_in() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let member = gym.member(&router, customer().insert(&gym).await).await;
    member.get("/api/auth/me").await.refused(403, "STAFF_ONLY");
    member.post_empty("/api/auth/refresh").await.refused(403, "STAFF_ONLY");
}

#[tokio::test]
async fn a_token_ends_with_its_time_its_account_its_branch_and_its_gym() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let ends = [
        ("reception1", "update staff_users set is_active = false where id = 1006"),
        ("reception2", "update branches set is_active = false where id = 2"),
        ("owner_b", "update gyms set is_active = false where id = 2"),
        ("trainer1", "update staff_sessions set ended_at = created_at"),
    ];
    for (name, change) in ends {
        let caller = gym.staff(&router, name).await;
        caller.get("/api/auth/me").await.expect(200);
        sqlx::query(change).execute(&gym.db.owner).await.expect("a change");
        caller.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    }
    let caller = gym.staff(&router, "manager1").await;
    gym.clock.advance(TimeDelta::hours(12));
    caller.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
}
