-- Counts a user of a node into an audience, if the node's lease is good.
-- KEYS: contract set, owners, members of the node, audiences of the node, words, leases
-- ARGV: incarnation, audience, user, and where the node says something of him: status and name
-- Returns {-1, 0} without a lease; else {1 when no node had counted him in, members of the set,
--   status in which all nodes together see him now when this changed it, else ''}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = redis.call('ZSCORE', KEYS[6], ARGV[1])
if not expiry or tonumber(expiry) <= now then
  return {-1, 0}
end
local first = 0
local owners = redis.call('HGET', KEYS[2], ARGV[3])
if redis.call('SADD', KEYS[3], ARGV[3]) == 1 then
  redis.call('SADD', KEYS[4], ARGV[2])
  if not owners then
    first = 1
    owners = ','
  end
  owners = owners .. ARGV[1] .. ','
  redis.call('HSET', KEYS[2], ARGV[3], owners)
end
-- The greatest of what the nodes say.
local function status()
  local greatest = ''
  for incarnation in string.gmatch(owners or '', '[^,]+') do
    local said = redis.call('HGET', KEYS[5], incarnation .. ' ' .. ARGV[3]) or ''
    if said > greatest then
      greatest = said
    end
  end
  return string.sub(greatest, 1, 1)
end
local changed = ''
if ARGV[4] and redis.call('HGET', KEYS[5], ARGV[1] .. ' ' .. ARGV[3]) ~= ARGV[4] then
  local before = status()
  redis.call('HSET', KEYS[5], ARGV[1] .. ' ' .. ARGV[3], ARGV[4])
  local after = status()
  if before ~= '' and before ~= after then
    changed = after
  end
end
-- Also when he was in already: a back end may have taken him out of the set.
redis.call('SADD', KEYS[1], ARGV[3])
return {first, redis.call('SCARD', KEYS[1]), changed}
