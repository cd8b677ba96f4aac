-- Reads entries of a log in order, and where it stands. A log that does not exist begins now.
-- KEYS: meta, entries
-- ARGV: offset before the first one wanted or -n for the newest n, most entries, epoch if none
--   exists, epoch and offset the log has reached as the reader knows
-- Returns {epoch, tip, offset of the first entry below, oldest offset kept, EXPIRY:ENVELOPE…}.
local META_LIFE_MS = 7 * 24 * 60 * 60 * 1000
-- Anybody can look at any number of channels that nobody ever publishes in.
local EMPTY_META_LIFE_MS = 60 * 60 * 1000
local meta = redis.call('HMGET', KEYS[1], 'e', 'o')
local epoch = meta[1]
local tip = tonumber(meta[2] or 0)
-- Behind what was seen: an old copy took over. Its offsets would be given out a second time.
if not epoch or (epoch == ARGV[4] and tip < tonumber(ARGV[5])) then
  epoch = ARGV[3]
  tip = 0
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'e', epoch, 'o', 0)
end
local life = tip > 0 and META_LIFE_MS or EMPTY_META_LIFE_MS
if redis.call('PTTL', KEYS[1]) < life then
  redis.call('PEXPIRE', KEYS[1], life)
end
local after = tonumber(ARGV[1])
if after < 0 then
  after = math.max(0, tip + after)
end
if after >= tip then
  return {epoch, tip, after + 1, tip + 1}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local head = redis.call('LINDEX', KEYS[2], 0)
while head and tonumber(string.match(head, '^%d+')) <= now do
  redis.call('LPOP', KEYS[2])
  head = redis.call('LINDEX', KEYS[2], 0)
end
local oldest = tip - redis.call('LLEN', KEYS[2]) + 1
local first = math.max(after + 1, oldest)
local answer = {epoch, tip, first, oldest}
if tonumber(ARGV[2]) > 0 then
  local from = first - oldest
  for _, entry in ipairs(redis.call('LRANGE', KEYS[2], from, from + ARGV[2] - 1)) do
    answer[#answer + 1] = entry
  end
end
return answer
