-- Writes what an operation changed, if what it read is still so. ARGV[1] is the change as JSON. Returns 1, or 0 when somebody was faster.
local P = '{drafthorse}:'
local change = cjson.decode(ARGV[1])

for _, check in ipairs(change.versions) do
  if (redis.call('HGET', P .. 't:' .. check[1], 'v') or '') ~= check[2] then return 0 end
end
if (redis.call('GET', P .. 'mark:closed') or '') ~= change.closed then return 0 end
if change.claims and (redis.call('GET', P .. 'claims') or '0') ~= change.claims then return 0 end
for _, spent in ipairs(change.spent) do
  if (redis.call('HGET', P .. 'spent', spent[1]) or '') ~= spent[2] then return 0 end
end
if change.reservation and (redis.call('GET', P .. 'r:' .. change.reservation.id) or '') ~= change.reservation.before then return 0 end

local function place(set, member, at)
  if at then redis.call('ZADD', P .. set, string.format('%.0f', at), member) else redis.call('ZREM', P .. set, member) end
end

local function lane(name, member, at)
  if not name then return end
  place('lane:' .. name, member, at)
  local head = redis.call('ZRANGE', P .. 'lane:' .. name, 0, 0, 'WITHSCORES')
  place('lanes', name, head[2] and tonumber(head[2]))
end

redis.call('SET', P .. 'op:' .. change.op, '1', 'PX', 3600000)
if change.claims then redis.call('INCR', P .. 'claims') end

for _, thread in ipairs(change.threads) do
  local key = P .. 't:' .. thread.id
  local old = redis.call('HMGET', key, 'seq', 'lane', 'state', 'repository', 'owner', 'depth')
  local seq = old[1] or tostring(redis.call('INCR', P .. 'seq'))
  local member = string.rep('0', 16 - #seq) .. seq .. ':' .. thread.id
  redis.call('HSET', key, 'seq', seq, 'row', thread.row, 'user', thread.user, 'repository', thread.repository, 'names', thread.names,
    'lane', thread.lane, 'state', thread.state, 'owner', thread.owner or '', 'depth', thread.depth)
  redis.call('HINCRBY', key, 'v', 1)
  if old[2] and old[2] ~= thread.lane then lane(old[2], member, nil) end
  lane(thread.lane, member, thread.claimAt)
  place('claim', thread.id, thread.claimAt)
  place('outbox', member, thread.outboxAt)
  place('lease', thread.id, thread.leaseUntil)
  if old[5] and old[5] ~= '' and old[5] ~= thread.owner then redis.call('SREM', P .. 'owner:' .. old[5], thread.id) end
  if thread.owner then redis.call('SADD', P .. 'owner:' .. thread.owner, thread.id) end
  if old[3] and old[3] ~= thread.state then redis.call('ZREM', P .. 'ix:s:' .. old[3], member) end
  if old[4] and old[4] ~= thread.repository then redis.call('ZREM', P .. 'ix:r:' .. old[4], member) end
  if thread.isListed then
    place('ix:all', member, thread.updatedAt)
    place('ix:s:' .. thread.state, member, thread.updatedAt)
    place('ix:u:' .. thread.user, member, thread.updatedAt)
    place('ix:r:' .. thread.repository, member, thread.updatedAt)
  end
  redis.call('INCRBY', P .. 'depth', thread.depth - tonumber(old[6] or '0'))
end

local id = change.thread
if id then
  if change.delivery then redis.call('SET', P .. 'd:' .. id .. ':' .. change.delivery[1], change.delivery[2], 'PX', change.delivery[3]) end
  for _, message in ipairs(change.messages) do
    redis.call('HSET', P .. 'm:' .. id, message.position, message.row)
    if message.isNew then redis.call('HSET', P .. 'n:' .. id, message.digest, message.position) end
    if message.isPending then redis.call('ZADD', P .. 'p:' .. id, message.position, message.position) else redis.call('ZREM', P .. 'p:' .. id, message.position) end
  end
  for _, record in ipairs(change.journal) do redis.call('RPUSH', P .. 'j:' .. id, record) end
  for _, row in ipairs(change.newOutbox) do
    redis.call('HSET', P .. 'o:' .. id, tostring(redis.call('INCR', P .. 'effect')), row)
    redis.call('INCR', P .. 'effects')
  end
  for _, entry in ipairs(change.outbox) do redis.call('HSET', P .. 'o:' .. id, entry[1], entry[2]) end
  for _, entry in ipairs(change.deletedOutbox) do
    if redis.call('HDEL', P .. 'o:' .. id, entry) == 1 then redis.call('DECR', P .. 'effects') end
  end
end

for _, spent in ipairs(change.spent) do redis.call('HSET', P .. 'spent', spent[1], spent[3]) end
if change.reservation then
  local reservation = change.reservation
  redis.call('SET', P .. 'r:' .. reservation.id, reservation.row, 'PXAT', reservation.forgetAt)
  for _, scope in ipairs(reservation.scopes) do redis.call('SADD', P .. 'rs:' .. reservation.id, scope) end
  if #reservation.scopes > 0 then redis.call('PEXPIREAT', P .. 'rs:' .. reservation.id, reservation.forgetAt) end
end
for _, row in ipairs(change.imported) do
  if row.kind == 'message' then
    redis.call('HSET', P .. 'm:' .. row.id, row.position, row.row)
    if tonumber(redis.call('HGET', P .. 'n:' .. row.id, row.digest) or '-1') < row.position then redis.call('HSET', P .. 'n:' .. row.id, row.digest, row.position) end
    if row.isPending then redis.call('ZADD', P .. 'p:' .. row.id, row.position, row.position) else redis.call('ZREM', P .. 'p:' .. row.id, row.position) end
  elseif row.kind == 'record' then
    if redis.call('LLEN', P .. 'j:' .. row.id) <= row.position then redis.call('RPUSH', P .. 'j:' .. row.id, row.row) else redis.call('LSET', P .. 'j:' .. row.id, row.position, row.row) end
  elseif row.kind == 'effect' then
    if redis.call('HSET', P .. 'o:' .. row.id, row.effect, row.row) == 1 then redis.call('INCR', P .. 'effects') end
    if tonumber(redis.call('GET', P .. 'effect') or '0') < tonumber(row.effect) then redis.call('SET', P .. 'effect', row.effect) end
  elseif row.kind == 'done' then
    if redis.call('HDEL', P .. 'o:' .. row.id, row.effect) == 1 then redis.call('DECR', P .. 'effects') end
  elseif row.kind == 'delivery' then
    redis.call('SET', P .. 'd:' .. row.id, row.row, 'PXAT', row.forgetAt)
  elseif row.kind == 'spending' then
    redis.call('HSET', P .. 'spent', row.id, row.row)
  elseif row.kind == 'reservation' then
    redis.call('SET', P .. 'r:' .. row.id, row.row, 'PXAT', row.forgetAt)
    for _, scope in ipairs(row.scopes) do redis.call('SADD', P .. 'rs:' .. row.id, scope) end
    if #row.scopes > 0 then redis.call('PEXPIREAT', P .. 'rs:' .. row.id, row.forgetAt) end
  end
end
if change.mark then
  if change.mark[2] == '' then redis.call('DEL', P .. 'mark:' .. change.mark[1]) else redis.call('SET', P .. 'mark:' .. change.mark[1], change.mark[2]) end
end
if change.news then redis.call('PUBLISH', P .. 'changes', change.news) end
return 1
