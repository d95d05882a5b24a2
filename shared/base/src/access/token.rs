//! Signed tokens: one Ed25519 key per audience, named by its RFC 7638 thumbprint, older keys accepted until they are
//! taken out of the configuration.
//!
//! A given token's signature is checked once and remembered; its end is compared with the clock on every use. Whether
//! its session still lives is the doorkeeper's question.

use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use moka::sync::Cache;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Role;
use crate::{
    error::{Error, Fault},
    vocabulary::{BranchId, CustomerId, SessionId, StaffId, Timestamp},
};

const ISSUER: &str = "gym";

/// Who accepts a token: each audience refuses the tokens of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// For staff-api; signed with the staff key.
    Staff,
    /// For client-api; signed with the client key.
    Client,
    /// The scanner at the door; signed with the client key.
    Door,
}

impl Audience {
    /// The `aud` and `type` claims.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Client => "client",
            Self::Door => "door",
        }
    }

    const fn key(self) -> KeyName {
        match self {
            Self::Staff => KeyName::Staff,
            Self::Client | Self::Door => KeyName::Client,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyName {
    Staff,
    Client,
}

/// A key that is not an Ed25519 key in a form we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// Neither PEM nor base64.
    #[error("is neither PEM nor base64")]
    NotText,
    /// Not an Ed25519 key in PKCS#8 version 1 (48 bytes).
    #[error("is not an Ed25519 private key in PKCS#8 version 1")]
    NotPrivate,
    /// Not the 32 bytes of an Ed25519 public key.
    #[error("is not the base64 of a 32-byte Ed25519 public key")]
    NotPublic,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefused {
    /// The token is not signed by a key that is accepted here, or cannot be read.
    Invalid,
    /// The token is ours, but its time is over.
    Expired,
    /// The token is for another audience. client-api takes a staff token's own word for it, because it has no staff
    /// key to verify one with.
    OtherAudience,
}

/// What a verified token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The session it names; for a door token, the token's own id.
    pub sid: SessionId,
    /// The id of the staff user or customer.
    pub subject: i64,
    /// The instant from which the token is refused; whole seconds.
    pub expires_at: Timestamp,
    /// Door tokens: the QR version it was made for.
    pub qr_version: Option<i32>,
    audience: Audience,
}

/// What a staff token carries for the app, beside the session.
#[derive(Debug, Clone)]
pub struct StaffClaims<'a> {
    /// The staff user, who is also the subject of the token.
    pub staff: StaffId,
    /// The role at sign-in, for the app's menus; what the session may do is read from the database.
    pub role: Role,
    /// The name that the staff user signs in with.
    pub username: &'a str,
    /// The home branch, if the role has one.
    pub branch: Option<BranchId>,
}

/// What a member's token carries for the app, beside the session.
#[derive(Debug, Clone, Copy)]
pub struct MemberClaims {
    /// The customer, who is also the subject of the token.
    pub customer: CustomerId,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wire {
    iss: String,
    aud: String,
    #[serde(rename = "type")]
    kind: String,
    sub: String,
    sid: Uuid,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_version: Option<i32>,
}

struct SigningKey {
    kid: String,
    key: EncodingKey,
}

struct AcceptedKey {
    kid: String,
    name: KeyName,
    key: DecodingKey,
}

/// The keys of an installation, as far as one service knows them.
pub struct Keyring {
    staff: Option<SigningKey>,
    client: SigningKey,
    accepted: Vec<AcceptedKey>,
    verified: Cache<[u8; 32], Arc<Claims>>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.accepted.iter().map(|key| &key.kid)).finish()
    }
}

/// Verified tokens remembered at most.
const REMEMBERED: u64 = 50_000;

impl Keyring {
    /// Reads the keys: private ones as PKCS#8 v1 in PEM or base64, accepted ones as base64 of the raw public key.
    ///
    /// `staff` is absent in client-api, which therefore cannot make or read staff tokens.
    pub fn new(
        staff: Option<&SecretString>,
        staff_accepted: &[String],
        client: &SecretString,
        client_accepted: &[String],
    ) -> Result<Self, KeyProblem> {
        let mut accepted = Vec::new();
        let staff = match staff {
            Some(secret) => Some(read_private(secret, KeyName::Staff, &mut accepted)?),
            None => None,
        };
        let client = read_private(client, KeyName::Client, &mut accepted)?;
        for (texts, name) in [(staff_accepted, KeyName::Staff), (client_accepted, KeyName::Client)] {
            for text in texts {
                let raw = STANDARD.decode(text.trim()).map_err(|_undecodable| KeyProblem::NotPublic)?;
                accepted.push(accept(&raw, name)?);
            }
        }
        let verified = Cache::builder().max_capacity(REMEMBERED).build();
        Ok(Self { staff, client, accepted, verified })
    }

    /// A staff token for `session`. A fault in client-api, which has no staff key.
    pub fn sign_staff(
        &self,
        session: SessionId,
        claims: &StaffClaims<'_>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String, Error> {
        let mut wire = wire(Audience::Staff, session.get(), claims.staff.get(), now, expires_at);
        wire.user_id = Some(claims.staff.to_string());
        wire.username = Some(claims.username.to_owned());
        wire.role = Some(claims.role.as_str().to_owned());
        wire.branch_id = claims.branch.map(BranchId::get);
        let key = self.staff.as_ref().ok_or_else(|| Fault::new("this service has no staff key"))?;
        sign(key, &wire)
    }

    /// A member's access token for `session`.
    pub fn sign_member(
        &self,
        session: SessionId,
        claims: MemberClaims,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String, Error> {
        let mut wire = wire(Audience::Client, session.get(), claims.customer.get(), now, expires_at);
        wire.customer_id = Some(claims.customer.get());
        sign(&self.client, &wire)
    }

    /// A short-lived code for the door; `id` names it in `spent_qr_tokens` once it has opened a door.
    pub fn sign_door(
        &self,
        id: Uuid,
        customer: CustomerId,
        qr_version: i32,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String, Error> {
        let mut wire = wire(Audience::Door, id, customer.get(), now, expires_at);
        wire.qr_version = Some(qr_version);
        sign(&self.client, &wire)
    }

    /// Checks that `token` is ours, for `audience`, and not over.
    pub fn verify(
        &self,
        token: &str,
        audience: Audience,
        now: Timestamp,
    ) -> Result<Arc<Claims>, TokenRefused> {
        // Remembered under its hash: the cache holds no token that somebody could use.
        let name: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let claims = if let Some(claims) = self.verified.get(&name) {
            claims
        } else {
            let claims = Arc::new(self.check(token, audience)?);
            if claims.expires_at > now {
                self.verified.insert(name, Arc::clone(&claims));
            }
            claims
        };
        if claims.audience != audience {
            return Err(TokenRefused::OtherAudience);
        }
        if claims.expires_at <= now {
            self.verified.invalidate(&name);
            return Err(TokenRefused::Expired);
        }
        Ok(claims)
    }

    fn check(&self, token: &str, audience: Audience) -> Result<Claims, TokenRefused> {
        // An unknown key may be the staff key, which client-api does not have: its holder is told that this is the
        // wrong service instead of being signed out.
        let stranger = || match peek_audience(token).as_deref() {
            Some("staff") if audience != Audience::Staff => TokenRefused::OtherAudience,
            Some(_) | None => TokenRefused::Invalid,
        };
        let header = jsonwebtoken::decode_header(token).map_err(|_unreadable| TokenRefused::Invalid)?;
        let kid = header.kid.ok_or(TokenRefused::Invalid)?;
        let key = self.accepted.iter().find(|key| key.kid == kid).ok_or_else(stranger)?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // The library would compare with the system's clock, and could not tell another audience from a forgery:
        // `verify` does both.
        rules.validate_aud = false;
        rules.validate_exp = false;
        let wire = jsonwebtoken::decode::<Wire>(token, &key.key, &rules)
            .map_err(|_not_ours| TokenRefused::Invalid)?
            .claims;
        let spoken = [Audience::Staff, Audience::Client, Audience::Door]
            .into_iter()
            .find(|audience| audience.as_str() == wire.aud)
            // The client key makes no staff token, whatever the token says of itself.
            .filter(|audience| audience.key() == key.name)
            .ok_or(TokenRefused::Invalid)?;
        Ok(Claims {
            sid: SessionId::from(wire.sid),
            subject: wire.sub.parse().map_err(|_not_an_id| TokenRefused::Invalid)?,
            expires_at: Timestamp::from_timestamp(wire.exp, 0).ok_or(TokenRefused::Invalid)?,
            qr_version: wire.qr_version,
            audience: spoken,
        })
    }
}

/// The audience an unverified token claims: only to word the refusal.
fn peek_audience(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Peek {
        aud: String,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Peek>(&payload).ok().map(|peek| peek.aud)
}

fn wire(audience: Audience, sid: Uuid, subject: i64, now: Timestamp, expires_at: Timestamp) -> Wire {
    Wire {
        iss: ISSUER.to_owned(),
        aud: audience.as_str().to_owned(),
        kind: audience.as_str().to_owned(),
        sub: subject.to_string(),
        sid,
        iat: now.timestamp(),
        exp: expires_at.timestamp(),
        user_id: None,
        username: None,
        role: None,
        branch_id: None,
        customer_id: None,
        qr_version: None,
    }
}

fn sign(key: &SigningKey, wire: &Wire) -> Result<String, Error> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(key.kid.clone());
    Ok(jsonwebtoken::encode(&header, wire, &key.key).map_err(Fault::new)?)
}

fn read_private(
    secret: &SecretString,
    name: KeyName,
    accepted: &mut Vec<AcceptedKey>,
) -> Result<SigningKey, KeyProblem> {
    let text: String =
        secret.expose_secret().lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = STANDARD.decode(&text).map_err(|_undecodable| KeyProblem::NotText)?;
    let pair =
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_rejected| KeyProblem::NotPrivate)?;
    let public = accept(pair.public_key().as_ref(), name)?;
    let kid = public.kid.clone();
    accepted.push(public);
    Ok(SigningKey { kid, key: EncodingKey::from_ed_der(&der) })
}

fn accept(raw: &[u8], name: KeyName) -> Result<AcceptedKey, KeyProblem> {
    if raw.len() != 32 {
        return Err(KeyProblem::NotPublic);
    }
    let x = URL_SAFE_NO_PAD.encode(raw);
    let key = DecodingKey::from_ed_components(&x).map_err(|_rejected| KeyProblem::NotPublic)?;
    let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
    Ok(AcceptedKey { kid: URL_SAFE_NO_PAD.encode(thumbprint), name, key })
}
