//! Text messages, through Twilio or into a file.

use std::{fmt, time::Duration};

use reqwest::{Client, Response, StatusCode, Url, redirect::Policy};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{
    config,
    delivery::{Channel, MessageFile, Parcel, Undelivered},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Twilio's answers are under 1 KiB; of anything longer we read no more than this.
const LONGEST_ANSWER: usize = 16 * 1024;

/// The transport for text messages.
#[derive(Debug, Clone)]
pub enum SmsTransport {
    /// A file in place of people: nobody gets the text message.
    File(MessageFile),
    /// Twilio, or a gateway with the same API.
    Twilio(Twilio),
}

impl SmsTransport {
    /// Hands `parcel` over. May be dropped at any time, which closes the connection.
    pub(super) async fn send(&self, parcel: Parcel<'_>) -> Result<(), Undelivered> {
        match self {
            Self::File(file) => file.append(Channel::Sms, parcel).await,
            Self::Twilio(twilio) => twilio.send(parcel).await,
        }
    }
}

/// The messages resource of one account at Twilio, or at a gateway with the same API.
#[derive(Clone)]
pub struct Twilio {
    client: Client,
    address: Url,
    account: String,
    token: SecretString,
    from: String,
}

impl Twilio {
    /// The account that the configuration names.
    pub fn new(config: &config::Sms) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(Policy::none())
            // Settings come from the configuration alone; without this, also from HTTPS_PROXY.
            .no_proxy()
            .build()?;
        let mut address = config.base_url.clone();
        let base = address.path().trim_end_matches('/').to_owned();
        address.set_path(&format!("{base}/2010-04-01/Accounts/{}/Messages.json", config.account_sid));
        let token = config.auth_token.clone().unwrap_or_default();
        Ok(Self { client, address, account: config.account_sid.clone(), token, from: config.from.clone() })
    }

    /// Asks for the account, which costs nothing and sends nothing; whatever answers is there, but for "who are you?".
    pub(super) async fn greet(&self) -> Result<(), String> {
        let mut account = self.address.clone();
        account.set_path(&self.address.path().replace("/Messages.json", ".json"));
        let request = self.client.get(account).basic_auth(&self.account, Some(self.token.expose_secret()));
        let answer = request.send().await.map_err(|error| reason_of(&error).to_owned())?;
        match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(format!("http {}: the account or its token is not known there", answer.status().as_u16()))
            }
            _ => Ok(()),
        }
    }

    async fn send(&self, parcel: Parcel<'_>) -> Result<(), Undelivered> {
        let request = self
            .client
            .post(self.address.clone())
            .basic_auth(&self.account, Some(self.token.expose_secret()))
            .header("idempotency-key", parcel.key)
            .form(&[("From", self.from.as_str()), ("To", parcel.to), ("Body", parcel.text)]);
        let answer = request.send().await.map_err(|error| Undelivered::for_now(reason_of(&error)))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let reason = match code_in(answer).await {
            Some(code) => format!("http {} code {code}", status.as_u16()),
            None => format!("http {}", status.as_u16()),
        };
        let passing = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        if status.is_client_error() && !passing {
            Err(Undelivered::for_good(reason))
        } else {
            Err(Undelivered::for_now(reason))
        }
    }
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twilio").field("host", &self.address.host_str()).finish_non_exhaustive()
    }
}

/// Twilio's number for what went wrong, if a short answer holds one.
async fn code_in(mut answer: Response) -> Option<u32> {
    #[derive(Deserialize)]
    struct GatewayRefusal {
        code: u32,
    }
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        if body.len().saturating_add(chunk.len()) > LONGEST_ANSWER {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice::<GatewayRefusal>(&body).ok().map(|refusal| refusal.code)
}

/// What went wrong, without the address, which names the account.
fn reason_of(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "http: timed out"
    } else if error.is_connect() {
        "http: no connection"
    } else {
        "http: broken off"
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };
    use wiremock::{
        Mock, MockServer, ResponseTemplate,
        matchers::{body_string, header, method, path},
    };

    use super::*;
    use crate::platform::{config::SmsRoute, delivery::FailureKind};

    fn twilio(base: &str) -> Twilio {
        Twilio::new(&config::Sms {
            transport: SmsRoute::Twilio,
            base_url: base.parse().unwrap(),
            account_sid: "AC123".to_owned(),
            auth_token: Some(SecretString::from("token")),
            from: "+15005550006".to_owned(),
        })
        .unwrap()
    }

    fn parcel() -> Parcel<'static> {
        let (key, to, text) = ("outbox-1-7", "+201001234567", "رمزك 123456");
        Parcel { key, to, subject: None, text, html: None, at: DateTime::UNIX_EPOCH }
    }

    async fn answered(answer: ResponseTemplate) -> Result<(), Undelivered> {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(answer).mount(&server).await;
        twilio(&server.uri()).send(parcel()).await
    }

    #[tokio::test]
    async fn a_message_goes_out_as_twilio_wants_it() {
        let server = MockServer::start().await;
        let body = "From=%2B15005550006&To=%2B201001234567&Body=%D8%B1%D9%85%D8%B2%D9%83+123456";
        Mock::given(method("POST"))
            .and(path("/gateway/2010-04-01/Accounts/AC123/Messages.json"))
            .and(header("authorization", "Basic QUMxMjM6dG9rZW4="))
            .and(header("idempotency-key", "outbox-1-7"))
            .and(header("content-type", "application/x-www-form-urlencoded"))
            .and(body_string(body))
            .respond_with(ResponseTemplate::new(201))
            .expect(1)
            .mount(&server)
            .await;
        twilio(&format!("{}/gateway/", server.uri())).send(parcel()).await.unwrap();
    }

    #[tokio::test]
    async fn what_the_provider_refuses_is_lost_and_its_words_are_not_kept() {
        let words =
            r#"{"code": 21211, "message": "The 'To' number +201001234567 is not valid", "status": 400}"#;
        let refused = answered(ResponseTemplate::new(400).set_body_string(words)).await.unwrap_err();
        assert_eq!(
            refused,
            Undelivered { kind: FailureKind::Permanent, reason: "http 400 code 21211".to_owned() }
        );
        let refused =
            answered(ResponseTemplate::new(401).set_body_string("+201001234567")).await.unwrap_err();
        assert_eq!(refused, Undelivered { kind: FailureKind::Permanent, reason: "http 401".to_owned() });
    }

    #[tokio::test]
    async fn what_may_pass_is_transient() {
        for status in [408, 429, 500, 503, 301, 307] {
            let away = ResponseTemplate::new(status).insert_header("location", "http://127.0.0.1:1/");
            let refused = answered(away).await.unwrap_err();
            assert_eq!(
                refused,
                Undelivered { kind: FailureKind::Transient, reason: format!("http {status}") }
            );
        }
    }

    #[tokio::test]
    async fn nobody_there_is_transient() {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let refused = twilio(&format!("http://127.0.0.1:{port}")).send(parcel()).await.unwrap_err();
        assert_eq!(
            refused,
            Undelivered { kind: FailureKind::Transient, reason: "http: no connection".to_owned() }
        );
    }

    #[tokio::test]
    async fn an_endless_answer_is_read_only_so_far() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 999999999\r\n\r\n").await.unwrap();
            let mut written = 0_usize;
            while stream.write_all(&[b'x'; 16_000]).await.is_ok() {
                written = written.saturating_add(16_000);
            }
            written
        };
        let twilio = twilio(&format!("http://127.0.0.1:{port}"));
        let (written, refused) = tokio::join!(server, twilio.send(parcel()));
        assert_eq!(refused, Err(Undelivered { kind: FailureKind::Permanent, reason: "http 400".to_owned() }));
        assert!(written < 50_000_000, "the rest stays in the pipe");
    }

    #[test]
    fn neither_token_nor_account_shows() {
        let shown = format!("{:?}", twilio("https://api.twilio.com"));
        assert_eq!(shown, r#"Twilio { host: Some("api.twilio.com"), .. }"#);
    }
}
