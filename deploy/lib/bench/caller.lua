-- Calls one endpoint as the desks or the members of the large gym do, each request about another customer.
-- From the environment: BENCH_METHOD, BENCH_PATH and BENCH_BODY with {id} {branch} {phone} {subscription} {service} {first} {last}
-- {part} {gym} {desk} {colleague} {expense} {payment} {closing} {shift} {paid} {billed} {bill} in them, BENCH_AS (desk, regional, owner, operator, member, nobody), BENCH_WALK (yes: one after the
-- other, never the same twice in a while), BENCH_GYM, BENCH_FOLDER with the files desks, customers, members, bill, and a token in each of
-- regional, owner and operator.
local function lines(name)
    local found = {}
    for line in io.lines(os.getenv("BENCH_FOLDER") .. "/" .. name) do found[#found + 1] = line end
    return found
end

local function fields(line)
    local found = {}
    for field in line:gmatch("[^\t]+") do found[#found + 1] = field end
    return found
end

local desks, colleagues, expenses, payments, closings, shifts, customers, members, at = {}, {}, {}, {}, {}, {}, {}, {}, 0
local method, path, body = os.getenv("BENCH_METHOD"), os.getenv("BENCH_PATH"), os.getenv("BENCH_BODY")
local as, walk = os.getenv("BENCH_AS"), os.getenv("BENCH_WALK") == "yes"
local token, bill

function init(args)
    math.randomseed(os.time())
    for _, line in ipairs(lines("desks")) do
        local desk = fields(line)
        desks[desk[1]] = desk[2]
        colleagues[desk[1]] = desk[3]
        expenses[desk[1]], payments[desk[1]], closings[desk[1]], shifts[desk[1]] = desk[4], desk[5], desk[6], desk[7]
    end
    for _, line in ipairs(lines("customers")) do customers[#customers + 1] = fields(line) end
    for _, line in ipairs(lines("members")) do members[#members + 1] = fields(line) end
    bill = fields(lines("bill")[1])
    if as == "regional" or as == "owner" or as == "operator" then token = lines(as)[1] end
    -- Faster along the customers than any caller, so that the next run does not ask for whom this one asked.
    at = os.time() * 4000 % #customers
end

local function escaped(text)
    return (text:gsub("[^%w]", function(byte) return string.format("%%%02X", byte:byte()) end))
end

local function filled(text, values, escape)
    return (text:gsub("{(%a+)}", function(name) return escape and escaped(values[name]) or values[name] end))
end

function request()
    if walk then at = at % #customers + 1 else at = math.random(#customers) end
    local one = customers[at]
    local values = { id = one[1], branch = one[2], phone = "0" .. one[3]:sub(4), part = one[3]:sub(6, 11), subscription = one[4],
        service = one[5], first = one[6], last = one[7] or one[6], gym = os.getenv("BENCH_GYM"), colleague = colleagues[one[2]],
        desk = string.format("%02d", math.random(50)), expense = expenses[one[2]],
        payment = payments[one[2]], closing = closings[one[2]], shift = shifts[one[2]] }
    local member = members[math.random(#members)]
    values.paid, values.billed, values.bill = member[2], bill[1], bill[2]
    local headers = { ["Content-Type"] = "application/json" }
    if as == "desk" then headers["Authorization"] = "Bearer " .. desks[one[2]] end
    if token then headers["Authorization"] = "Bearer " .. token end
    if as == "member" then headers["Authorization"] = "Bearer " .. member[1] end
    return wrk.format(method, filled(path, values, true), headers, body ~= "" and filled(body, values, false) or nil)
end

function done(summary, latency, requests)
    io.write(string.format("\nfigures %.1f %.3f %.3f %d\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000, summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
