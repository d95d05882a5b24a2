//! Answers that are files.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{AppendHeaders, IntoResponse, Response},
};

/// Nothing loads and nothing runs.
const SANDBOX: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// A file that a handler answers, under a name that the caller did not choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAnswer {
    /// What it is, as a media type.
    pub content_type: &'static str,
    /// What it is called: letters of ASCII, digits, `-`, `_` and `.`; others are left out.
    pub name: String,
    /// Whether a browser may show it; else it only keeps it.
    pub is_shown: bool,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl FileAnswer {
    /// A PDF to be looked at and printed.
    pub fn pdf(name: String, bytes: Vec<u8>) -> Self {
        Self { content_type: "application/pdf", name, is_shown: true, bytes }
    }

    fn disposition(&self) -> HeaderValue {
        let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        let name: String = self.name.chars().filter(is_plain).collect();
        let kind = if self.is_shown { "inline" } else { "attachment" };
        HeaderValue::try_from(format!("{kind}; filename=\"{name}\""))
            .unwrap_or(HeaderValue::from_static("attachment"))
    }
}

impl IntoResponse for FileAnswer {
    fn into_response(self) -> Response {
        let headers: [(HeaderName, HeaderValue); 4] = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (header::CONTENT_DISPOSITION, self.disposition()),
            // Files are about people, and nobody's guess at what they are is better than ours.
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        // What others sent runs nothing, even where somebody opens it by itself. A sandbox would also keep a browser from
        // showing our own papers.
        let is_ours = self.is_shown && self.content_type == "application/pdf";
        let sandbox = (!is_ours)
            .then_some([(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX))])
            .map(AppendHeaders);
        (headers, sandbox, self.bytes).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_header() {
        let file = FileAnswer::pdf("receipt-1-4\"; x=\r\nإيصال.pdf".to_owned(), Vec::new());
        assert_eq!(file.disposition(), "inline; filename=\"receipt-1-4x.pdf\"");
        let kept = FileAnswer { is_shown: false, ..file };
        assert_eq!(kept.disposition(), "attachment; filename=\"receipt-1-4x.pdf\"");
    }
}
