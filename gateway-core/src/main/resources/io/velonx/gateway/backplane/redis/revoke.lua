-- Keeps a revocation until it is over, and tells every node of it.
-- KEYS: revocations
-- ARGV: revocation, when it is over in epoch ms, most that are kept, topic of all nodes, message
-- Returns how many are kept.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if tonumber(ARGV[2]) <= now then
  redis.call('ZREM', KEYS[1], ARGV[1])
elseif not known or tonumber(known) < tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
end
local kept = redis.call('ZCARD', KEYS[1])
local most = tonumber(ARGV[3])
if kept > most then
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, kept - most - 1)
  kept = most
end
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] then
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last[2]))
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return kept
