-- Reads what an operation declared, as of one moment. ARGV[1] is the request as JSON; the answer is a list of tagged rows.
local P = '{drafthorse}:'
local ask = cjson.decode(ARGV[1])
local out = {}
local now = ask.now
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function text(number) return string.format('%.0f', number) end
local function add(...) out[#out + 1] = {...} end
local function idOf(member) return string.sub(member, 18) end

local function thread(id)
  local row = redis.call('HMGET', P .. 't:' .. id, 'v', 'seq', 'row')
  if row[1] then add('thread', id, row[1], row[2], row[3]) end
end

local function outbox(id)
  local rows = redis.call('HGETALL', P .. 'o:' .. id)
  for i = 1, #rows, 2 do add('outbox', rows[i], rows[i + 1]) end
end

add('now', text(now))
if ask.op and redis.call('EXISTS', P .. 'op:' .. ask.op) == 1 then add('done') end

for _, name in ipairs({'closed', ask.mark}) do
  local mark = redis.call('GET', P .. 'mark:' .. name)
  if mark then add('mark', name, mark) end
end

if ask.thread then
  local id = ask.thread
  thread(id)
  if ask.delivery then
    local known = redis.call('GET', P .. 'd:' .. id .. ':' .. ask.delivery)
    if known then add('delivery', known) end
  end
  local positions = {}
  if ask.message then
    local position = redis.call('HGET', P .. 'n:' .. id, ask.message)
    if position then positions[position] = true end
  end
  if ask.positions then
    for _, position in ipairs(ask.positions) do positions[position] = true end
  end
  if ask.pending then
    for _, position in ipairs(redis.call('ZRANGE', P .. 'p:' .. id, 0, -1)) do positions[position] = true end
  end
  for position in pairs(positions) do
    local message = redis.call('HGET', P .. 'm:' .. id, position)
    if message then add('message', message) end
  end
  if ask.outbox then outbox(id) end
  if ask.journal then
    -- Numbers of this language are exact up to 2^53 only; no journal is as long.
    local from, to = math.min(ask.journal[1], 2 ^ 52), math.min(ask.journal[1] + ask.journal[2] - 1, 2 ^ 52)
    for _, record in ipairs(redis.call('LRANGE', P .. 'j:' .. id, text(from), text(to))) do add('journal', record) end
  end
end

local users, repositories = {}, {}
if ask.claim or ask.running then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'lease', '(' .. text(now), '+inf')) do
    local lane = redis.call('HMGET', P .. 't:' .. id, 'user', 'repository', 'names')
    users[lane[1]] = (users[lane[1]] or 0) + 1
    repositories[lane[2]] = (repositories[lane[2]] or 0) + 1
    add('running', lane[3])
  end
end

if ask.claim then
  add('claims', redis.call('GET', P .. 'claims') or '0')
  local best
  for _, lane in ipairs(redis.call('ZRANGEBYSCORE', P .. 'lanes', '-inf', text(now))) do
    local head = redis.call('ZRANGE', P .. 'lane:' .. lane, 0, 0, 'WITHSCORES')
    local user, repository = string.match(lane, '^(%x+):(%x*)$')
    local ofUser = users[user] or 0
    local ofRepository = repository == '' and 0 or repositories[repository] or 0
    if head[1] and ofUser < ask.claim[1] and ofRepository < ask.claim[2] then
      local this = {ofUser, ofRepository, tonumber(head[2]), head[1]}
      local before = not best
      for i = 1, 4 do
        if best and this[i] ~= best[i] then
          before = this[i] < best[i]
          break
        end
      end
      if before then best = this end
    end
  end
  if best then thread(idOf(best[4])) end
end

if ask.dueOutbox then
  local due = redis.call('ZRANGEBYSCORE', P .. 'outbox', '-inf', text(now), 'LIMIT', 0, 1)
  if due[1] then
    thread(idOf(due[1]))
    outbox(idOf(due[1]))
  end
end

if ask.heldBy then
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'owner:' .. ask.heldBy)) do thread(id) end
end

if ask.reservation then
  local reservation = redis.call('GET', P .. 'r:' .. ask.reservation)
  if reservation then
    add('reservation', reservation)
    for _, scope in ipairs(redis.call('SMEMBERS', P .. 'rs:' .. ask.reservation)) do ask.scopes[#ask.scopes + 1] = scope end
  end
end
if ask.scopes then
  for _, scope in ipairs(ask.scopes) do
    local spent = redis.call('HGET', P .. 'spent', scope)
    if spent then add('spent', scope, spent) end
  end
end

if ask.nextDue then
  local least
  for _, set in ipairs({'claim', 'outbox'}) do
    local due = redis.call('ZRANGEBYSCORE', P .. set, '(' .. text(now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if due[2] and (not least or tonumber(due[2]) < least) then least = tonumber(due[2]) end
  end
  if least then add('due', text(least)) end
end

if ask.status then
  local oldest = redis.call('ZRANGEBYSCORE', P .. 'claim', '-inf', text(now), 'WITHSCORES', 'LIMIT', 0, 1)
  add('status', text(redis.call('ZCOUNT', P .. 'claim', '-inf', text(now))), text(oldest[2] and now - tonumber(oldest[2]) or 0),
    text(redis.call('ZCOUNT', P .. 'lease', '(' .. text(now), '+inf')), redis.call('GET', P .. 'depth') or '0', redis.call('GET', P .. 'effects') or '0')
end

if ask.list then
  local list = ask.list
  local index = list.user and 'ix:u:' .. list.user or list.repository and 'ix:r:' .. list.repository or list.state and 'ix:s:' .. list.state or 'ix:all'
  local found, offset = 0, 0
  local most = list.at and text(list.at) or '+inf'
  while found < list.limit do
    local page = redis.call('ZREVRANGEBYSCORE', P .. index, most, '-inf', 'WITHSCORES', 'LIMIT', offset, 200)
    for i = 1, #page, 2 do
      local id = idOf(page[i])
      local isAfter = not list.at or tonumber(page[i + 1]) < list.at or string.sub(page[i], 1, 16) < list.seq
      if isAfter and found < list.limit then
        local fields = redis.call('HMGET', P .. 't:' .. id, 'user', 'repository', 'state')
        if (not list.user or fields[1] == list.user) and (not list.repository or fields[2] == list.repository) and (not list.state or fields[3] == list.state) then
          thread(id)
          found = found + 1
        end
      end
    end
    if #page < 400 then break end
    offset = offset + 200
  end
end

return out
