//! The lines, and what the documents say of the answers.

use super::{Claim, Document, Step, expected::Expected};

pub(super) const DOCUMENTS: &[Document] = &[
    Document { name: "document 3: the member app", steps: MEMBERS },
    Document { name: "document 1: the staff app", steps: STAFF },
    Document { name: "document 2: QR codes", steps: CODES },
];

const MEMBERS: &[Step] = &[
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/clients/request-activation \
  -H "Content-Type: application/json" \
  -d '{"identifier": "01234567890"}'"#,
        &[Claim(
            "3.1 a code is requested by phone",
            200,
            &[
                ("/status", Expected::Text("success")),
                ("/data/expires_in", Expected::Figure("600")),
                ("/data/identifier_type", Expected::Text("phone")),
                ("/message", Expected::Filled),
            ],
        )],
    ),
    Step::Code("3.1 the code arrives by SMS", "sms", "1234567890"),
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/clients/request-activation \
  -H "Content-Type: application/json" \
  -d '{"identifier": "customer@example.com"}'"#,
        &[Claim(
            "3.2 a code is requested by e-mail",
            200,
            &[
                ("/status", Expected::Text("success")),
                ("/data/expires_in", Expected::Figure("600")),
                ("/data/identifier_type", Expected::Text("email")),
            ],
        )],
    ),
    Step::Code("3.2 the code arrives by mail", "mail", "customer@example.com"),
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/clients/verify-activation \
  -H "Content-Type: application/json" \
  -d '{"identifier": "01234567890", "activation_code": "123456"}'"#,
        &[
            Claim(
                "3.3 the code signs in",
                200,
                &[
                    ("/status", Expected::Text("success")),
                    ("/data/access_token", Expected::Filled),
                    ("/data/refresh_token", Expected::Filled),
                    ("/data/token_type", Expected::Text("Bearer")),
                    ("/data/expires_in", Expected::Figure("86400")),
                ],
            ),
            Claim(
                "3.3 as Ahmed Hassan",
                200,
                &[
                    ("/data/client/id", Expected::Number),
                    ("/data/client/full_name", Expected::Text("Ahmed Hassan")),
                    ("/data/client/phone", Expected::Text("01234567890")),
                    ("/data/client/email", Expected::Text("ahmed@example.com")),
                    ("/data/client/branch_name", Expected::Text("Dragon Club")),
                    ("/data/client/has_active_subscription", Expected::True),
                    ("/data/client/qr_code", Expected::Filled),
                ],
            ),
        ],
    ),
    Step::KeepMember,
    Step::Line(
        r#"curl -X GET https://gym.example.com/api/clients/profile \
  -H "Authorization: Bearer YOUR_ACCESS_TOKEN""#,
        &[Claim(
            "3.4 the profile is his",
            200,
            &[
                ("/status", Expected::Text("success")),
                ("/data/full_name", Expected::Text("Ahmed Hassan")),
                ("/data/weight", Expected::Figure("80")),
                ("/data/height", Expected::Figure("175")),
                ("/data/bmi", Expected::Figure("26.1")),
                ("/data/bmi_category", Expected::Text("Overweight")),
                ("/data/has_active_subscription", Expected::True),
                ("/data/active_subscription/service_name", Expected::Text("Monthly Gym")),
                ("/data/active_subscription/status", Expected::Text("active")),
            ],
        )],
    ),
];

const STAFF: &[Step] = &[
    Step::SignIn("reception1"),
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/customers/1/regenerate-qr \
  -H "Authorization: Bearer YOUR_TOKEN""#,
        &[Claim(
            "1.1 the QR code is regenerated",
            200,
            &[
                ("/success", Expected::True),
                ("/qr_code", Expected::Text("customer_id:1")),
                ("/data/qr_code", Expected::Text("customer_id:1")),
            ],
        )],
    ),
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/attendance \
  -H "Authorization: Bearer YOUR_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"customer_id": 1, "action": "check_in_only"}'"#,
        &[Claim(
            "1.2 the check-in is recorded",
            200,
            &[
                ("/success", Expected::True),
                ("/message", Expected::Begins("Check-in recorded")),
                ("/data/customer_name", Expected::Filled),
                ("/data/check_in_time", Expected::Filled),
            ],
        )],
    ),
    Step::Line(
        r#"curl https://gym.example.com/api/customers?branch_id=1 \
  -H "Authorization: Bearer YOUR_TOKEN""#,
        &[
            Claim(
                "1.3 every customer has the field temp_password",
                200,
                &[(
                    "/data/items",
                    Expected::Rows(
                        1,
                        &[("temp_password", Expected::Present), ("password_changed", Expected::Present)],
                    ),
                )],
            ),
            Claim(
                "1.3 in the documented form",
                200,
                &[("/data/items", Expected::TemporaryPasswords("temp_password"))],
            ),
        ],
    ),
    Step::Line(
        r#"curl https://gym.example.com/api/customers/search?q=01077827638 -H "Authorization: Bearer YOUR_TOKEN""#,
        &[Claim(
            "1.3 Mohamed Salem has the documented one",
            200,
            &[(
                "/data",
                Expected::OneRow(&[
                    ("full_name", Expected::Text("Mohamed Salem")),
                    ("temp_password", Expected::Text("RX04AF")),
                ]),
            )],
        )],
    ),
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/subscriptions/1/deduct \
  -H "Authorization: Bearer YOUR_TOKEN""#,
        &[Claim(
            "1.4 one session of twenty is gone",
            200,
            &[
                ("/success", Expected::True),
                ("/remaining_sessions", Expected::Figure("19")),
                ("/data/remaining_sessions", Expected::Figure("19")),
                ("/data/status", Expected::Text("active")),
            ],
        )],
    ),
    Step::Line(
        r#"curl https://gym.example.com/api/subscriptions?status=active \
  -H "Authorization: Bearer YOUR_TOKEN""#,
        &[Claim(
            "1.5 active subscriptions have an amount",
            200,
            &[(
                "/data/items",
                Expected::Rows(1, &[("amount", Expected::Number), ("status", Expected::Text("active"))]),
            )],
        )],
    ),
    Step::SignIn("owner"),
    Step::Line(
        r#"curl https://gym.example.com/api/branches \
  -H "Authorization: Bearer YOUR_TOKEN""#,
        &[Claim(
            "1.6 the branches are listed",
            200,
            &[("/data", Expected::Rows(3, &[("id", Expected::Number), ("name", Expected::Filled)]))],
        )],
    ),
    Step::Line(
        r#"curl https://gym.example.com/api/staff \
  -H "Authorization: Bearer YOUR_TOKEN""#,
        &[Claim(
            "1.6 the staff is listed",
            200,
            &[("/data", Expected::Rows(1, &[("username", Expected::Filled), ("role", Expected::Filled)]))],
        )],
    ),
];

const CODES: &[Step] = &[
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/customers/115/regenerate-qr \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer <staff_token>" \
  -d '{}'"#,
        &[Claim(
            "2.1 the QR code of customer 115 is regenerated",
            200,
            &[
                ("/success", Expected::True),
                ("/qr_code", Expected::Text("customer_id:115")),
                ("/data/customer_id", Expected::Figure("115")),
                ("/data/qr_code", Expected::Text("customer_id:115")),
                ("/data/generated_at", Expected::Filled),
                ("/message", Expected::Filled),
            ],
        )],
    ),
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/customers/99999/regenerate-qr \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer <staff_token>" \
  -d '{}'"#,
        &[Claim(
            "2.2 an unknown customer is not found",
            404,
            &[("/success", Expected::False), ("/error", Expected::Filled)],
        )],
    ),
    Step::Line(
        r#"curl -X POST https://gym.example.com/api/customers/115/regenerate-qr \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer <client_token>" \
  -d '{}'"#,
        &[Claim("2.3 a member may not", 403, &[("/success", Expected::False), ("/error", Expected::Filled)])],
    ),
];
