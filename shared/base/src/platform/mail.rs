//! Mail, through a mail server or into a file.

use std::{fmt, time::Duration};

use lettre::{
    Message,
    address::Envelope,
    message::{Mailbox, MultiPart, SinglePart, header},
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::ExposeSecret as _;

use super::{
    config::{self, MailTls},
    delivery::{Channel, MessageFile, Parcel, Undelivered},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for the answer to QUIT. The server has taken the mail by then, so the answer changes nothing.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);
const MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];

/// The transport for mail.
#[derive(Debug, Clone)]
pub enum MailTransport {
    /// A file in place of people: nobody gets the mail.
    File(MessageFile),
    /// A mail server, which delivers to the recipient.
    Smtp(Smtp),
}

impl MailTransport {
    /// Hands `parcel` over. May be dropped at any time, which closes the connection.
    pub(super) async fn send(&self, parcel: Parcel<'_>) -> Result<(), Undelivered> {
        match self {
            Self::File(file) => file.append(Channel::Mail, parcel).await,
            Self::Smtp(smtp) => smtp.send(parcel).await,
        }
    }
}

/// A mail server, with a connection of its own for each mail.
///
/// lettre's own transport keeps connections, and uses one again even when the work on it was dropped half-way: the next
/// mail would then read the answers to the last one.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    from: Mailbox,
}

#[derive(Clone)]
enum Tls {
    None,
    AfterStart(TlsParameters),
    FromStart(TlsParameters),
}

impl Smtp {
    /// The server that the configuration names.
    pub fn new(config: &config::Mail) -> Result<Self, Error> {
        let parameters = || TlsParameters::new(config.host.clone());
        let tls = match config.tls {
            MailTls::None => Tls::None,
            MailTls::Starttls => Tls::AfterStart(parameters()?),
            MailTls::Implicit => Tls::FromStart(parameters()?),
        };
        let credentials = config.username.clone().zip(config.password.as_ref());
        let credentials =
            credentials.map(|(user, secret)| Credentials::new(user, secret.expose_secret().to_owned()));
        Ok(Self { host: config.host.clone(), port: config.port, tls, credentials, from: config.from.clone() })
    }

    /// Connects, signs in where the server wants that, and leaves without a mail.
    pub(super) async fn greet(&self) -> Result<(), String> {
        let mut connection = self.connect().await.map_err(|error| in_full(&error))?;
        if tokio::time::timeout(QUIT_TIMEOUT, connection.quit()).await.is_err() {
            tracing::debug!("the mail server did not say goodbye");
        }
        Ok(())
    }

    async fn send(&self, parcel: Parcel<'_>) -> Result<(), Undelivered> {
        let (envelope, bytes) = self.pack(parcel)?;
        // No answer before the mail itself is about the mail: a refusal comes from the state of the server or from our
        // settings, and may be over at the next attempt.
        let mut connection = self.connect().await.map_err(|error| Undelivered::for_now(reason_of(&error)))?;
        let taken = connection.send(&envelope, &bytes).await;
        if taken.is_ok() && tokio::time::timeout(QUIT_TIMEOUT, connection.quit()).await.is_err() {
            tracing::debug!("the mail server did not say goodbye");
        }
        taken.map(drop).map_err(|error| {
            let reason = reason_of(&error);
            if error.is_permanent() { Undelivered::for_good(reason) } else { Undelivered::for_now(reason) }
        })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let server = (self.host.as_str(), self.port);
        let at_once = match &self.tls {
            Tls::FromStart(parameters) => Some(parameters.clone()),
            Tls::None | Tls::AfterStart(_) => None,
        };
        let connecting =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_TIMEOUT), &hello, at_once, None);
        let mut connection = connecting.await?;
        if let Tls::AfterStart(parameters) = &self.tls {
            connection.starttls(parameters.clone(), &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    fn pack(&self, parcel: Parcel<'_>) -> Result<(Envelope, Vec<u8>), Undelivered> {
        let to = parcel.to.parse().map_err(|_quotes_it| Undelivered::for_good("mail: not an address"))?;
        let domain = self.from.email.domain();
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(parcel.subject.unwrap_or_default())
            .date(parcel.at.into())
            .message_id(Some(format!("<{}@{domain}>", parcel.key)));
        let message = match parcel.html {
            Some(html) => {
                builder.multipart(MultiPart::alternative_plain_html(parcel.text.to_owned(), html.to_owned()))
            }
            None => builder.singlepart(
                SinglePart::builder().header(header::ContentType::TEXT_PLAIN).body(parcel.text.to_owned()),
            ),
        };
        let message = message.map_err(|_quotes_it| Undelivered::for_good("mail: cannot be composed"))?;
        Ok((message.envelope().clone(), message.formatted()))
    }
}

/// Why a server was not reached, with the causes of it; before a mail was named, so it quotes nobody.
fn in_full(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// What went wrong, without the server's words.
fn reason_of(error: &Error) -> String {
    if let Some(code) = error.status() {
        return format!("smtp {code}");
    }
    let input_output = std::iter::successors(std::error::Error::source(error), |inner| inner.source())
        .find_map(|inner| inner.downcast_ref::<std::io::Error>());
    match input_output {
        Some(inner) => format!("smtp: {}", inner.kind()),
        None if error.is_tls() => "smtp: tls".to_owned(),
        None if error.is_client() => "smtp: the server lacks something we need".to_owned(),
        None if error.is_response() => "smtp: an answer was not understood".to_owned(),
        None => "smtp: connection".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use chrono::DateTime;
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::{TcpListener, TcpStream},
        task::JoinSet,
        time::timeout,
    };

    use super::*;
    use crate::platform::delivery::FailureKind;

    /// A mail server that answers each command by its first word, and remembers what it heard.
    struct Server {
        _conversations: JoinSet<()>,
        port: u16,
        heard: Arc<Mutex<String>>,
    }

    type Answers = fn(&str) -> &'static str;

    fn friendly(command: &str) -> &'static str {
        match command {
            "" => "220 here\r\n",
            "EHLO" => "250-here\r\n250 AUTH PLAIN\r\n",
            "DATA" => "354 go on\r\n",
            "AUTH" => "235 welcome\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        }
    }

    async fn serve(answers: Answers) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(String::new()));
        let ears = Arc::clone(&heard);
        let mut conversations = JoinSet::new();
        conversations.spawn(async move {
            let mut guests = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                guests.spawn(converse(stream, answers, Arc::clone(&ears)));
            }
        });
        Server { _conversations: conversations, port, heard }
    }

    async fn converse(stream: TcpStream, answers: Answers, heard: Arc<Mutex<String>>) {
        let mut stream = BufReader::new(stream);
        let mut is_data = false;
        let mut line = String::new();
        stream.write_all(answers("").as_bytes()).await.unwrap();
        while let Ok(1..) = stream.read_line(&mut line).await {
            heard.lock().unwrap().push_str(&line);
            let command = line.trim_end().split([' ', ':']).next().unwrap_or_default().to_uppercase();
            is_data =
                if is_data { line != ".\r\n" } else { command == "DATA" && answers("DATA").starts_with('3') };
            if !is_data || command == "DATA" {
                let answer = if command == "DATA" { answers("DATA") } else { answers(&command) };
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            line.clear();
        }
    }

    fn smtp(port: u16) -> Smtp {
        let from = "Gym <no-reply@gym.example>".parse().unwrap();
        Smtp { host: "127.0.0.1".to_owned(), port, tls: Tls::None, credentials: None, from }
    }

    fn parcel() -> Parcel<'static> {
        Parcel {
            key: "outbox-1-7",
            to: "mona@example.com",
            subject: Some("رمز التفعيل"),
            text: "رمزك 123456",
            html: Some("<p>رمزك <b>123456</b></p>"),
            at: DateTime::UNIX_EPOCH,
        }
    }

    async fn refused_by(answers: Answers) -> Undelivered {
        let server = serve(answers).await;
        smtp(server.port).send(parcel()).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_mail_arrives_in_both_forms_under_a_lasting_name() {
        let server = serve(friendly).await;
        smtp(server.port).send(parcel()).await.unwrap();
        let heard = server.heard.lock().unwrap().clone();
        assert!(heard.contains("RCPT TO:<mona@example.com>") && heard.contains("QUIT"), "{heard}");
        assert!(heard.contains("Message-ID: <outbox-1-7@gym.example>"), "{heard}");
        assert!(heard.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000"), "{heard}");
        assert!(
            heard.contains("multipart/alternative") && heard.contains("text/html; charset=utf-8"),
            "{heard}"
        );
        assert!(heard.is_ascii(), "{heard}");
    }

    #[tokio::test]
    async fn the_password_is_offered_before_the_mail() {
        let server = serve(friendly).await;
        let credentials = Some(Credentials::new("post".to_owned(), "secret".to_owned()));
        Smtp { credentials, ..smtp(server.port) }.send(parcel()).await.unwrap();
        let heard = server.heard.lock().unwrap().clone();
        assert!(heard.find("AUTH PLAIN").unwrap() < heard.find("MAIL FROM").unwrap(), "{heard}");
    }

    #[tokio::test]
    async fn a_refused_recipient_is_lost_and_the_servers_words_are_not_kept() {
        let undelivered = refused_by(|command| match command {
            "RCPT" => "550 <mona@example.com> is unknown, 123456 too\r\n",
            other => friendly(other),
        });
        assert_eq!(
            undelivered.await,
            Undelivered { kind: FailureKind::Permanent, reason: "smtp 550".to_owned() }
        );
    }

    #[tokio::test]
    async fn a_busy_server_is_transient() {
        let undelivered =
            refused_by(|command| if command == "DATA" { "451 later\r\n" } else { friendly(command) });
        assert_eq!(
            undelivered.await,
            Undelivered { kind: FailureKind::Transient, reason: "smtp 451".to_owned() }
        );
    }

    #[tokio::test]
    async fn a_server_that_wants_nobody_is_transient() {
        let undelivered =
            refused_by(|command| if command.is_empty() { "554 no\r\n" } else { friendly(command) });
        assert_eq!(
            undelivered.await,
            Undelivered { kind: FailureKind::Transient, reason: "smtp 554".to_owned() }
        );
    }

    #[tokio::test]
    async fn a_wrong_password_is_transient() {
        let server =
            serve(|command| if command == "AUTH" { "535 wrong\r\n" } else { friendly(command) }).await;
        let credentials = Some(Credentials::new("post".to_owned(), "wrong".to_owned()));
        let undelivered = Smtp { credentials, ..smtp(server.port) }.send(parcel()).await.unwrap_err();
        assert_eq!(undelivered, Undelivered { kind: FailureKind::Transient, reason: "smtp 535".to_owned() });
    }

    #[tokio::test]
    async fn nonsense_and_silence_after_the_mail_are_transient() {
        let undelivered = refused_by(|command| if command == "MAIL" { "?\r\n" } else { friendly(command) });
        assert_eq!(undelivered.await.reason, "smtp: an answer was not understood");
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert_eq!(smtp(port).send(parcel()).await.unwrap_err().reason, "smtp: connection refused");
    }

    #[tokio::test]
    async fn a_mail_that_was_taken_is_sent_even_if_the_server_says_no_goodbye() {
        let server = serve(|command| if command == "QUIT" { "" } else { friendly(command) }).await;
        smtp(server.port).send(parcel()).await.unwrap();
        let server = serve(|command| if command == "QUIT" { "550 no\r\n" } else { friendly(command) }).await;
        smtp(server.port).send(parcel()).await.unwrap();
    }

    #[tokio::test]
    async fn a_dropped_conversation_does_not_touch_the_next_mail() {
        let server = serve(|command| if command == "." { "" } else { friendly(command) }).await;
        let smtp = smtp(server.port);
        let first = timeout(Duration::from_millis(300), smtp.send(parcel())).await;
        assert!(first.is_err(), "the server never says that it took the mail");
        let second = timeout(Duration::from_millis(300), smtp.send(parcel())).await;
        assert!(second.is_err(), "the first mail's answer was taken for the second's");
    }

    #[tokio::test]
    async fn without_the_promised_encryption_nothing_is_said() {
        let server = serve(friendly).await;
        let tls = Tls::AfterStart(TlsParameters::new("127.0.0.1".to_owned()).unwrap());
        let undelivered = Smtp { tls, ..smtp(server.port) }.send(parcel()).await.unwrap_err();
        assert_eq!(undelivered.reason, "smtp: the server lacks something we need");
        assert!(!server.heard.lock().unwrap().contains("MAIL"));
    }

    #[tokio::test]
    async fn what_is_no_address_is_lost_without_being_quoted() {
        let undelivered = smtp(1).send(Parcel { to: "not an address", ..parcel() }).await.unwrap_err();
        assert_eq!(
            undelivered,
            Undelivered { kind: FailureKind::Permanent, reason: "mail: not an address".to_owned() }
        );
    }
}
