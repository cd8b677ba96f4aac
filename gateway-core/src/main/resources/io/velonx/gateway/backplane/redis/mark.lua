-- Notes how far a reader of a log has come, and forgets the entries that every reader has.
-- KEYS: meta, entries, readers
-- ARGV: reader; epoch and offset up to which he has everything, or '' and 0; epoch if none exists;
--   ms after which a reader who is not seen is forgotten; most readers
-- Returns {epoch, offset behind which he goes on, 1 when nobody knows what he has missed or 0}: he
--   stood in another epoch, or saw more than this copy of the log has, or his place was forgotten
--   and so were entries behind it.
-- Longer than entries are kept, so that who comes back late still learns that he missed some.
local LIFE_MS = 28 * 24 * 60 * 60 * 1000
local meta = redis.call('HMGET', KEYS[1], 'e', 'o', 'a')
local epoch = meta[1]
local tip = tonumber(meta[2] or 0)
local floor = tonumber(meta[3] or 0)
if not epoch then
  epoch = ARGV[4]
  redis.call('HSET', KEYS[1], 'e', epoch, 'o', 0)
  redis.call('DEL', KEYS[2])
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = floor
local lost = 0
local known = false
local low = math.huge
local others = 0
local eldest
local eldestSeen = math.huge
local readers = redis.call('HGETALL', KEYS[3])
for i = 1, #readers, 2 do
  local inEpoch, offset, seen = string.match(readers[i + 1], '^(%w+) (%d+) (%d+)$')
  offset = inEpoch == epoch and tonumber(offset) or 0
  if readers[i] == ARGV[1] then
    known = true
    at = math.max(at, offset)
    lost = inEpoch == epoch and 0 or 1
  elseif tonumber(seen) <= now - ARGV[5] then
    redis.call('HDEL', KEYS[3], readers[i])
  else
    others = others + 1
    low = math.min(low, offset)
    if tonumber(seen) < eldestSeen then
      eldest, eldestSeen = readers[i], tonumber(seen)
    end
  end
end
if others >= tonumber(ARGV[6]) then
  redis.call('HDEL', KEYS[3], eldest)
end
if ARGV[2] == epoch then
  local has = tonumber(ARGV[3])
  if has > tip or (not known and has < floor) then
    lost = 1
  end
  at = math.max(at, math.min(has, tip))
elseif ARGV[2] ~= '' then
  lost = 1
end
redis.call('HSET', KEYS[3], ARGV[1], string.format('%s %.0f %.0f', epoch, at, now))
low = math.min(low, at)
if low > floor then
  redis.call('HSET', KEYS[1], 'a', string.format('%.0f', low))
  local gone = low - (tip - redis.call('LLEN', KEYS[2]))
  if gone > 0 then
    redis.call('LTRIM', KEYS[2], gone, -1)
  end
end
redis.call('PEXPIRE', KEYS[1], LIFE_MS)
redis.call('PEXPIRE', KEYS[3], LIFE_MS)
return {epoch, at, lost}
