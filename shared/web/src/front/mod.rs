//! What people see who open the gym's address in a browser: what it is, where it is documented, whether it works.
//!
//! The page needs no script and nothing from elsewhere. It lies in staff-api and not in the proxy, so that every set-up has
//! the same one, and it knows whether this is the demo. Whoever does not ask for HTML is an app, and is told 404.

use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use base::platform::{config::Mode, db::Db};
use tokio::time::timeout;

use super::edge::EdgeRefusal;

const PAGE: &str = include_str!("page.html");

/// What stands in the page for the logins, and the logins, which exist in the demo gym only.
const LOGINS: [(&str, &str); 2] = [
    (
        "<!-- logins en -->",
        "<h2>Demo logins</h2>\n<p>The password of all is <code>demo-gym-2026</code>.</p>\n<ul>\n\
        <li>First branch: <code>reception1</code> <code>manager1</code> <code>accountant1</code> <code>trainer1</code></li>\n\
        <li>Second branch: <code>reception2</code> <code>manager2</code></li>\n\
        <li>The gym: <code>owner</code>; the platform: <code>superadmin</code></li>\n\
        <li>Another gym: <code>owner_b</code> <code>reception_b</code></li>\n</ul>",
    ),
    (
        "<!-- logins ar -->",
        "<h2>حسابات العرض</h2>\n<p>كلمة المرور للجميع <code>demo-gym-2026</code>.</p>\n<ul>\n\
        <li>الفرع الأول: <code>reception1</code> <code>manager1</code> <code>accountant1</code> <code>trainer1</code></li>\n\
        <li>الفرع الثاني: <code>reception2</code> <code>manager2</code></li>\n\
        <li>النادي: <code>owner</code>؛ المنصة: <code>superadmin</code></li>\n\
        <li>نادٍ آخر: <code>owner_b</code> <code>reception_b</code></li>\n</ul>",
    ),
];

/// Its own styles, which stand in it, and the pictures of the services' state.
const PAGE_LOADS: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(1);

/// The page at `/`.
pub(crate) fn page(mode: Mode) -> Router {
    let page = Bytes::from(text(mode));
    Router::new()
        .route("/", any(async move |method: Method, headers: HeaderMap| answer(page, &method, &headers)))
}

/// The picture at `path` that says whether this service works.
pub(crate) fn status(path: &str, db: Db) -> Router {
    Router::new().route(
        path,
        get(async move || {
            let works = timeout(PATIENCE, db.serves()).await.is_ok_and(|serves| serves.is_ok());
            ([(header::CONTENT_TYPE, "image/svg+xml")], picture(works))
        }),
    )
}

fn text(mode: Mode) -> String {
    LOGINS.into_iter().fold(PAGE.to_owned(), |page, (mark, logins)| {
        page.replace(mark, if mode == Mode::Development { logins } else { "" })
    })
}

fn answer(page: Bytes, method: &Method, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) || !asks_for_html(headers) {
        return EdgeRefusal::Unknown.into_response();
    }
    let said = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_LOADS)),
        (header::VARY, HeaderValue::from_static("accept")),
    ];
    (said, page).into_response()
}

/// Browsers name it; what takes anything is an app or a script.
fn asks_for_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/html"))
}

fn picture(works: bool) -> String {
    let (colour, word) =
        if works { ("#1a7f37", "works · تعمل") } else { ("#b42318", "does not work · لا تعمل") };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"190\" height=\"22\" role=\"img\"><title>{word}</title>\
        <circle cx=\"8\" cy=\"11\" r=\"6\" fill=\"{colour}\"/><text x=\"20\" y=\"16\" font-family=\"system-ui, sans-serif\" \
        font-size=\"14\" fill=\"{colour}\">{word}</text></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_both_languages_and_needs_nothing_from_elsewhere() {
        for mode in [Mode::Development, Mode::Production] {
            let page = text(mode);
            assert!(page.contains("The gym's backend") && page.contains("خوادم النادي"));
            assert!(["/docs/staff/", "/docs/clients/"].iter().all(|link| page.matches(link).count() >= 4));
            assert!(
                !page.contains("://") && !page.contains("<script") && !page.contains(" onload"),
                "{page}"
            );
            assert!(!page.contains("<!-- logins"));
        }
    }

    #[test]
    fn the_logins_stand_in_the_page_of_the_demo_only() {
        assert_eq!(text(Mode::Development).matches("demo-gym-2026").count(), 2);
        let page = text(Mode::Production);
        assert!(!page.contains("demo") && !page.contains("superadmin"), "{page}");
    }

    #[test]
    fn who_does_not_ask_for_html_is_an_app() {
        let asked = |method: Method, accept: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            answer(Bytes::from_static(b"page"), &method, &headers).status().as_u16()
        };
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(asked(Method::GET, Some(browser)), 200);
        assert_eq!(asked(Method::HEAD, Some("application/xml, text/html;q=0.5")), 200);
        assert_eq!(asked(Method::POST, Some(browser)), 404);
        for accept in [None, Some("*/*"), Some("application/json"), Some("application/json, text/plain, */*")]
        {
            assert_eq!(asked(Method::GET, accept), 404, "{accept:?}");
        }
    }
}
