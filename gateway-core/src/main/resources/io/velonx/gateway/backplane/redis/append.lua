-- Numbers an envelope, keeps it, and publishes it with its place as two more members.
-- KEYS: meta, entries, receipt (only when the append may be repeated)
-- ARGV: envelope, without its last brace if it is kept; entries to keep, 0 for none; their life in
--   ms; epoch if none exists; topic or ''; receipt; life of the receipt in ms
-- Returns {offset or 0, epoch or '', 1 when it was appended before or 0, receipt of the first}.
local LEAST_META_LIFE_MS = 7 * 24 * 60 * 60 * 1000
if KEYS[3] then
  local before = redis.call('GET', KEYS[3])
  if before then
    local offset, epoch, receipt = string.match(before, '^(%d+) (%w*) (.*)$')
    return {tonumber(offset), epoch, 1, receipt}
  end
end
local text = ARGV[1]
local offset = 0
local epoch = ''
local keep = tonumber(ARGV[2])
if keep > 0 then
  epoch = redis.call('HGET', KEYS[1], 'e')
  if not epoch then
    epoch = ARGV[4]
    redis.call('HSET', KEYS[1], 'e', epoch)
    redis.call('DEL', KEYS[2])
  end
  offset = redis.call('HINCRBY', KEYS[1], 'o', 1)
  text = text .. string.format(',"offset":%.0f,"epoch":"%s"}', offset, epoch)
  local time = redis.call('TIME')
  local expiry = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
  redis.call('RPUSH', KEYS[2], string.format('%.0f:', expiry) .. text)
  redis.call('LTRIM', KEYS[2], -keep, -1)
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  -- Offsets outlive entries, so that who comes back late learns that he missed some.
  redis.call('PEXPIRE', KEYS[1], math.max(LEAST_META_LIFE_MS, 4 * ARGV[3]))
end
if KEYS[3] then
  local receipt = string.format('%.0f %s ', offset, epoch) .. ARGV[6]
  redis.call('SET', KEYS[3], receipt, 'PX', ARGV[7])
end
if ARGV[5] ~= '' then
  redis.call('PUBLISH', ARGV[5], text)
end
return {offset, epoch, 0, ARGV[6]}
