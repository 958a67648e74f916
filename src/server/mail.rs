//! Letters to travellers: what they say, and how they leave. Each is queued with the step that it tells of and sent at
//! least once; the same letter always has the same Message-ID, so that a repeated one can be recognised.

mod letter;
mod sheet;

pub use letter::{Lapse, Note, write};
pub use sheet::Sheet;

use std::{fmt, fs, io, path::PathBuf, time::Duration};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
};

use crate::config::{MailSettings, MailWay};

/// For each step of a conversation with the mail server.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where letters go.
#[derive(Clone)]
pub struct Mail {
    way: Way,
    from: Mailbox,
}

#[derive(Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// One file each, for machines without a mail server.
    Folder(PathBuf),
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.way {
            Way::Smtp(_) => "Mail by SMTP",
            Way::Folder(_) => "Mail into a folder",
        })
    }
}

/// Why letters cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    #[error("SKYCONNECT_SMTP_URL: {0}")]
    Smtp(lettre::transport::smtp::Error),
    #[error("SKYCONNECT_MAIL_FROM: {0}")]
    From(lettre::address::AddressError),
    #[error("SKYCONNECT_MAIL_DIR {}: {}", .0.display(), .1)]
    Folder(PathBuf, io::Error),
}

/// Why a letter did not leave. Nothing in it names a person.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It will not leave like this: the address or the letter is refused.
    #[error("refused: {0}")]
    Refused(String),
    /// The mail server cannot be reached or asks to come again.
    #[error("away: {0}")]
    Away(String),
}

impl Mail {
    pub fn new(settings: &MailSettings) -> Result<Self, MailSetupError> {
        let from = settings.from.parse().map_err(MailSetupError::From)?;
        let way = match &settings.way {
            MailWay::Smtp(url) => Way::Smtp(
                AsyncSmtpTransport::<Tokio1Executor>::from_url(&url.0)
                    .map_err(MailSetupError::Smtp)?
                    .timeout(Some(PATIENCE))
                    .build(),
            ),
            MailWay::Folder(folder) => {
                fs::create_dir_all(folder).map_err(|e| MailSetupError::Folder(folder.clone(), e))?;
                Way::Folder(folder.clone())
            }
        };
        Ok(Self { way, from })
    }

    /// Sends a letter. `name` tells it from every other letter and is the same each time it is sent.
    ///
    /// # Errors
    /// [`MailError`]; after either, the letter may still have left.
    pub async fn send(&self, name: &str, to: &str, sheet: &Sheet) -> Result<(), MailError> {
        // The address was typed by a person: what is wrong with it is not repeated.
        let to: Address = to.parse().map_err(|_| MailError::Refused("the address".into()))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&sheet.subject)
            .message_id(Some(format!("<{name}@{}>", self.from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(sheet.plain(), sheet.html()))
            .map_err(|_| MailError::Refused("the letter".into()))?;
        match &self.way {
            Way::Smtp(smtp) => {
                let sent = smtp.send(message).await;
                sent.map(|_| ()).map_err(|error| {
                    // What the server says may repeat the address; its code does not.
                    let code = error.status().map_or_else(|| "no answer".to_owned(), |code| code.to_string());
                    // 53x: we may not send at all, which is no fault of the letter (RFC 4954, section 6).
                    if error.is_permanent() && !code.starts_with("53") {
                        MailError::Refused(code)
                    } else {
                        MailError::Away(code)
                    }
                })
            }
            Way::Folder(folder) => {
                // Beside first, so that nobody reads half a letter.
                let (file, beside) =
                    (folder.join(format!("{name}.eml")), folder.join(format!(".{name}.new")));
                let text = message.formatted();
                tokio::task::spawn_blocking(move || {
                    fs::write(&beside, text).and_then(|()| fs::rename(&beside, &file))
                })
                .await
                .map_err(|_| MailError::Away("the program failed".into()))?
                .map_err(|error| MailError::Away(error.kind().to_string()))
            }
        }
    }
}
