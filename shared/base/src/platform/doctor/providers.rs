//! Whether mail and text messages would leave: connects, signs in where that is part of connecting, and sends nothing.

use std::time::Duration;

use tokio::time::timeout;

use super::{Finding, Standing};
use crate::platform::{
    config::{Config, MailRoute, Mode, SmsRoute},
    mail::Smtp,
    sms::Twilio,
};

/// Longest look at one provider.
const PATIENCE: Duration = Duration::from_secs(10);
const MAIL: &str = "mail";
const SMS: &str = "sms";

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    if !config.outbox.has_worker {
        return vec![Finding::well("messages", "another process sends them (outbox.worker is false here)")];
    }
    let (mail, sms) = tokio::join!(mail(config), sms(config));
    vec![mail, sms]
}

async fn mail(config: &Config) -> Finding {
    let settings = &config.mail;
    if settings.transport == MailRoute::File {
        return into_the_file(MAIL, config);
    }
    let server = format!("{}:{}", settings.host, settings.port);
    let reached = async {
        let smtp = Smtp::new(settings).map_err(|error| error.to_string())?;
        smtp.greet().await
    };
    let remedy = "look at mail.host, mail.port, mail.tls, mail.username and mail.password, and whether this machine may \
                  call there";
    match timeout(PATIENCE, reached).await {
        Ok(Ok(())) => Finding::well(MAIL, format!("{server} answers and lets us in; nothing was sent")),
        Ok(Err(why)) => Finding::wrong(MAIL, format!("{server}: {why}"), remedy),
        Err(_elapsed) => Finding::wrong(MAIL, format!("{server}: no answer in time"), remedy),
    }
}

async fn sms(config: &Config) -> Finding {
    let settings = &config.sms;
    if settings.transport == SmsRoute::File {
        return into_the_file(SMS, config);
    }
    let gateway = settings.base_url.as_str();
    let reached = async {
        let twilio = Twilio::new(settings).map_err(|error| error.to_string())?;
        twilio.greet().await
    };
    let remedy =
        "look at sms.base_url, sms.account_sid and sms.auth_token, and whether this machine may call there";
    match timeout(PATIENCE, reached).await {
        Ok(Ok(())) => Finding::well(SMS, format!("{gateway} answers; nothing was sent")),
        Ok(Err(why)) => Finding::wrong(SMS, format!("{gateway}: {why}"), remedy),
        Err(_elapsed) => Finding::wrong(SMS, format!("{gateway}: no answer in time"), remedy),
    }
}

fn into_the_file(about: &'static str, config: &Config) -> Finding {
    let found = format!("goes into {}, to nobody", config.messages.file.display());
    let standing = if config.mode == Mode::Production { Standing::Wrong } else { Standing::Well };
    let remedy = if standing == Standing::Wrong { "configure the provider that is to send it" } else { "" };
    Finding { about, standing, found, remedy }
}
