-- Reads a page of rows as they lie there. ARGV[1] is the request as JSON; the answer is a list of tagged rows, and where the next page begins.
local P = '{drafthorse}:'
local ask = cjson.decode(ARGV[1])
local out = {}

local function add(...) out[#out + 1] = {...} end

-- A key that is being moved inside the server may come twice.
local function keys(kind)
  local page = redis.call('SCAN', ask.after or '0', 'MATCH', P .. kind .. ':*', 'COUNT', ask.limit)
  if page[1] ~= '0' then add('next', page[1]) end
  return page[2], #P + #kind + 2
end

if ask.kind == 'Threads' then
  local found, from = keys('t')
  for _, key in ipairs(found) do
    local id = string.sub(key, from)
    local row = redis.pcall('HMGET', key, 'seq', 'row', 'lane')
    if row.err then row = {false, false, false} end
    local seq = row[1] or ''
    local member = string.rep('0', 16 - #seq) .. seq .. ':' .. id
    add('thread', id, seq, row[2] or '', redis.call('ZSCORE', P .. 'claim', id) or '', redis.call('ZSCORE', P .. 'lane:' .. (row[3] or ''), member) or '',
      redis.call('ZSCORE', P .. 'outbox', member) or '', redis.call('ZSCORE', P .. 'lease', id) or '')
  end
elseif ask.kind == 'Messages' then
  local from = tonumber(ask.after or '0')
  local fields = {}
  for position = from, from + ask.limit - 1 do fields[#fields + 1] = string.format('%.0f', position) end
  local rows, any = redis.call('HMGET', P .. 'm:' .. ask.thread, unpack(fields)), false
  for i, row in ipairs(rows) do
    if row then
      any = true
      add('message', fields[i], row)
    end
  end
  if any then add('next', string.format('%.0f', from + ask.limit)) end
elseif ask.kind == 'Records' then
  local from = tonumber(ask.after or '0')
  local rows = redis.call('LRANGE', P .. 'j:' .. ask.thread, string.format('%.0f', from), string.format('%.0f', from + ask.limit - 1))
  for i, row in ipairs(rows) do add('record', string.format('%.0f', from + i - 1), row) end
  if #rows == ask.limit then add('next', string.format('%.0f', from + ask.limit)) end
elseif ask.kind == 'Effects' then
  local rows = redis.call('HGETALL', P .. 'o:' .. ask.thread)
  for i = 1, #rows, 2 do add('effect', rows[i], rows[i + 1]) end
elseif ask.kind == 'Deliveries' then
  local found, from = keys('d')
  for _, key in ipairs(found) do
    local value = redis.call('GET', key)
    if value then add('delivery', string.sub(key, from), value) end
  end
elseif ask.kind == 'Spending' then
  local page = redis.call('HSCAN', P .. 'spent', ask.after or '0', 'COUNT', ask.limit)
  if page[1] ~= '0' then add('next', page[1]) end
  for i = 1, #page[2], 2 do add('spending', page[2][i], page[2][i + 1]) end
elseif ask.kind == 'Reservations' then
  local found, from = keys('r')
  for _, key in ipairs(found) do
    local value = redis.call('GET', key)
    if value then add('reservation', string.sub(key, from), value) end
  end
end

return out
