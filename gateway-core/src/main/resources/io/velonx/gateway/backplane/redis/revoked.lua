-- Reads the revocations that are in force.
-- KEYS: revocations
-- Returns {revocation, when it is over in epoch ms, …}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES')
