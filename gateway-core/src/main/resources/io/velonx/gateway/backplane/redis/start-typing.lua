-- Notes that a user types in a channel and publishes the envelope there.
-- KEYS: typing hash
-- ARGV: user, channel, envelope
local LIFE_SECONDS = 5
-- Above this many, looking through all of them would cost more than stale entries do.
local FEW = 64
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now))
if redis.call('HLEN', KEYS[1]) <= FEW then
  local entries = redis.call('HGETALL', KEYS[1])
  for i = 1, #entries, 2 do
    local since = tonumber(entries[i + 1])
    if not since or since < now - LIFE_SECONDS * 1000 then
      redis.call('HDEL', KEYS[1], entries[i])
    end
  end
end
redis.call('EXPIRE', KEYS[1], LIFE_SECONDS)
return redis.call('PUBLISH', ARGV[2], ARGV[3])
