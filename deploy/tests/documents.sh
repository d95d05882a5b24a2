#!/usr/bin/env bash
# documents.sh URL MESSAGES: the curl lines of the three source documents' testing sections, word for word but for the
# host, the tokens and the code, against a freshly seeded gym; and whether the answers are the documented ones.
set -euo pipefail
# shellcheck source=deploy/tests/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
trap 'rm -rf "$WORK"' EXIT

URL=$1 MESSAGES=$2
STAFF_TOKEN='' CLIENT_TOKEN='' CODE=''

# Shadows curl inside the documents' lines: the status to a file, the body to another.
curl() { command curl -sS --max-time 20 -o "$WORK/body" -w '%{http_code}' "$@" >"$WORK/status"; }

# run: a document's line from stdin.
run() {
    local line
    line=$(cat)
    line=${line//https:\/\/gym.example.com/$URL}
    line=${line//YOUR_ACCESS_TOKEN/$CLIENT_TOKEN}
    line=${line//YOUR_TOKEN/$STAFF_TOKEN}
    line=${line//<staff_token>/$STAFF_TOKEN}
    line=${line//<client_token>/$CLIENT_TOKEN}
    line=${line//\"123456\"/\"$CODE\"}
    : >"$WORK/body"
    eval "$line"
}

# answers STATUS JQ_CONDITION: about the last line that was run.
answers() {
    printf 'status %s\n' "$(cat "$WORK/status")"
    head -c 2000 "$WORK/body"
    [ "$(cat "$WORK/status")" = "$1" ] && jq -e "$2" "$WORK/body"
}

sign_in() {
    curl -X POST "$URL/api/auth/login" -H 'Content-Type: application/json' -d "{\"username\":\"$1\",\"password\":\"demo-gym-2026\"}"
    STAFF_TOKEN=$(jq -r '.data.access_token // empty' "$WORK/body")
    claim "$1 signs in" test -n "$STAFF_TOKEN"
}

# newest_code CHANNEL END: the code in the newest message to an address with that end.
newest_code() {
    jq -rs --arg channel "$1" --arg tail "$2" \
        'map(select(.channel == $channel and (.to | endswith($tail)))) | last | .text // "" | [scan("[0-9]{6}")] | first // empty' "$MESSAGES" 2>/dev/null || true
}
await_code() {
    local tries=100
    CODE=
    until [ -n "$CODE" ] || [ "$tries" -le 0 ]; do
        CODE=$(newest_code "$1" "$2")
        [ -n "$CODE" ] || sleep 0.1
        tries=$((tries - 1))
    done
    [ -n "$CODE" ]
}

echo "    document 3: the member app"
run <<'LINE'
curl -X POST https://gym.example.com/api/clients/request-activation \
  -H "Content-Type: application/json" \
  -d '{"identifier": "01234567890"}'
LINE
claim "3.1 a code is requested by phone" answers 200 '.status == "success" and .data.expires_in == 600 and .data.identifier_type == "phone" and (.message | length > 0)'
claim "3.1 the code arrives by SMS" await_code sms 1234567890
sms_code=$CODE
run <<'LINE'
curl -X POST https://gym.example.com/api/clients/request-activation \
  -H "Content-Type: application/json" \
  -d '{"identifier": "customer@example.com"}'
LINE
claim "3.2 a code is requested by e-mail" answers 200 '.status == "success" and .data.expires_in == 600 and .data.identifier_type == "email"'
claim "3.2 the code arrives by mail" await_code mail customer@example.com
CODE=$sms_code
run <<'LINE'
curl -X POST https://gym.example.com/api/clients/verify-activation \
  -H "Content-Type: application/json" \
  -d '{"identifier": "01234567890", "activation_code": "123456"}'
LINE
claim "3.3 the code signs in" answers 200 '.status == "success" and (.data | (.access_token | length > 0) and (.refresh_token | length > 0)
    and .token_type == "Bearer" and .expires_in == 86400)'
claim "3.3 as Ahmed Hassan" answers 200 '.data.client | (.id | type == "number") and .full_name == "Ahmed Hassan" and .phone == "01234567890"
    and .email == "ahmed@example.com" and .branch_name == "Dragon Club" and .has_active_subscription == true and (.qr_code | length > 0)'
CLIENT_TOKEN=$(jq -r '.data.access_token // empty' "$WORK/body")
run <<'LINE'
curl -X GET https://gym.example.com/api/clients/profile \
  -H "Authorization: Bearer YOUR_ACCESS_TOKEN"
LINE
claim "3.4 the profile is his" answers 200 '.status == "success" and (.data | .full_name == "Ahmed Hassan" and .weight == 80 and .height == 175
    and .bmi == 26.1 and .bmi_category == "Overweight" and .has_active_subscription == true
    and .active_subscription.service_name == "Monthly Gym" and .active_subscription.status == "active")'

echo "    document 1: the staff app"
sign_in reception1
run <<'LINE'
curl -X POST https://gym.example.com/api/customers/1/regenerate-qr \
  -H "Authorization: Bearer YOUR_TOKEN"
LINE
claim "1.1 the QR code is regenerated" answers 200 '.success == true and .qr_code == "customer_id:1" and .data.qr_code == "customer_id:1"'
run <<'LINE'
curl -X POST https://gym.example.com/api/attendance \
  -H "Authorization: Bearer YOUR_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"customer_id": 1, "action": "check_in_only"}'
LINE
claim "1.2 the check-in is recorded" answers 200 '.success == true and (.message | startswith("Check-in recorded"))
    and (.data.customer_name | length > 0) and (.data.check_in_time | length > 0)'
run <<'LINE'
curl https://gym.example.com/api/customers?branch_id=1 \
  -H "Authorization: Bearer YOUR_TOKEN"
LINE
claim "1.3 every customer has the field temp_password" answers 200 '.data.items | length > 0 and all(has("temp_password") and has("password_changed"))'
claim "1.3 in the documented form" answers 200 '[.data.items[].temp_password | select(. != null)] | length > 0 and all(test("^[A-Z]{2}[0-9]{2}[A-Z]{2}$"))'
curl "$URL/api/customers/search?q=01077827638" -H "Authorization: Bearer $STAFF_TOKEN"
claim "1.3 Mohamed Salem has the documented one" answers 200 '(.data | if type == "array" then . else .items end) | any(.full_name == "Mohamed Salem" and .temp_password == "RX04AF")'
run <<'LINE'
curl -X POST https://gym.example.com/api/subscriptions/1/deduct \
  -H "Authorization: Bearer YOUR_TOKEN"
LINE
claim "1.4 one session of twenty is gone" answers 200 '.success == true and .remaining_sessions == 19 and .data.remaining_sessions == 19 and .data.status == "active"'
run <<'LINE'
curl https://gym.example.com/api/subscriptions?status=active \
  -H "Authorization: Bearer YOUR_TOKEN"
LINE
claim "1.5 active subscriptions have an amount" answers 200 '.data.items | length > 0 and all((.amount | type == "number") and .status == "active")'
sign_in owner
run <<'LINE'
curl https://gym.example.com/api/branches \
  -H "Authorization: Bearer YOUR_TOKEN"
LINE
claim "1.6 the branches are listed" answers 200 '(.data | if type == "array" then . else .items end) | length >= 3 and all((.id | type == "number") and (.name | length > 0))'
run <<'LINE'
curl https://gym.example.com/api/staff \
  -H "Authorization: Bearer YOUR_TOKEN"
LINE
claim "1.6 the staff is listed" answers 200 '(.data | if type == "array" then . else .items end) | length > 0 and all((.username | length > 0) and (.role | length > 0))'

echo "    document 2: QR codes"
run <<'LINE'
curl -X POST https://gym.example.com/api/customers/115/regenerate-qr \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer <staff_token>" \
  -d '{}'
LINE
claim "2.1 the QR code of customer 115 is regenerated" answers 200 '.success == true and .qr_code == "customer_id:115" and .data.customer_id == 115
    and .data.qr_code == "customer_id:115" and (.data.generated_at | length > 0) and (.message | length > 0)'
run <<'LINE'
curl -X POST https://gym.example.com/api/customers/99999/regenerate-qr \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer <staff_token>" \
  -d '{}'
LINE
claim "2.2 an unknown customer is not found" answers 404 '.success == false and (.error | length > 0)'
run <<'LINE'
curl -X POST https://gym.example.com/api/customers/115/regenerate-qr \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer <client_token>" \
  -d '{}'
LINE
claim "2.3 a member may not" answers 403 '.success == false and (.error | length > 0)'

verdict
