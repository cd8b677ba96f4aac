-- Counts a connection of a user in, unless he has as many as he may.
-- KEYS: connections of the user, leases
-- ARGV: incarnation, connection as node/number, most (0 for no limit), 1 to replace the oldest,
--       user, prefix of the control topics
-- Returns -1 without a lease, 0 when it is refused, 1 when it is counted in.
local LIFE_SECONDS = 604800
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local living = {}
local function lives(node)
  if living[node] == nil then
    local expiry = redis.call('ZSCORE', KEYS[2], node)
    living[node] = (expiry and tonumber(expiry) > now) or false
  end
  return living[node]
end
if not lives(ARGV[1]) then
  return -1
end
-- To the microsecond, so that of two connections one is the older.
local since = string.format('%.0f', time[1] * 1000000 + time[2])
local most = tonumber(ARGV[3])
local known = redis.call('HGETALL', KEYS[1])
local others = {}
for i = 1, #known, 2 do
  local begun, node = string.match(known[i + 1], '^(%d+) (.+)$')
  if known[i] == ARGV[2] then
    since = begun
  elseif not lives(node) then
    redis.call('HDEL', KEYS[1], known[i])
  else
    others[#others + 1] = {tonumber(begun), known[i]}
  end
end
if most > 0 and #others >= most then
  if ARGV[4] == '0' then
    return 0
  end
  table.sort(others, function(a, b)
    return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2])
  end)
  for i = 1, #others - most + 1 do
    local node, number = string.match(others[i][2], '^(.+)/(%d+)$')
    redis.call('HDEL', KEYS[1], others[i][2])
    redis.call('PUBLISH', ARGV[6] .. node, 'R' .. number .. ':' .. ARGV[5])
  end
end
redis.call('HSET', KEYS[1], ARGV[2], since .. ' ' .. ARGV[1])
redis.call('EXPIRE', KEYS[1], LIFE_SECONDS)
return 1
