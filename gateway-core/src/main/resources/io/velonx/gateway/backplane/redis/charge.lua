-- Takes one token from a bucket (the generic cell rate algorithm).
-- KEYS: bucket, which holds the time at which it is full again
-- ARGV: microseconds in which a token comes back, tokens of a full bucket
-- Returns the microseconds until the bucket is full; nothing was taken when that is more than
-- tokens times interval.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then
  full = now
end
full = full + interval
if full - now <= interval * ARGV[2] then
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
end
return full - now
