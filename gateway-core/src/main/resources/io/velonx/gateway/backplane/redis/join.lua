-- Counts a user of a node into an audience, if the node's lease is good.
-- KEYS: contract set, owners, members of the node, audiences of the node, leases
-- ARGV: incarnation, audience, user
-- Returns {-1, 0} without a lease; else {1 when no node had counted him in, members of the set}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = redis.call('ZSCORE', KEYS[5], ARGV[1])
if not expiry or tonumber(expiry) <= now then
  return {-1, 0}
end
local first = 0
if redis.call('SADD', KEYS[3], ARGV[3]) == 1 then
  redis.call('SADD', KEYS[4], ARGV[2])
  local owners = redis.call('HGET', KEYS[2], ARGV[3])
  if not owners then
    first = 1
    owners = ','
  end
  redis.call('HSET', KEYS[2], ARGV[3], owners .. ARGV[1] .. ',')
end
-- Also when he was in already: a back end may have taken him out of the set.
redis.call('SADD', KEYS[1], ARGV[3])
return {first, redis.call('SCARD', KEYS[1])}
