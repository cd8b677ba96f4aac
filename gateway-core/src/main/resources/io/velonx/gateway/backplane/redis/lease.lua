-- Takes or renews the lease of a node and names the nodes whose lease has run out.
-- KEYS: leases
-- ARGV: incarnation, life of a lease in ms, 1 to take a new lease or 0 to renew
-- Returns {1 when the lease is good or 0 when it had lapsed, the run of this Redis or '' when it
--   may not be asked for it, expired incarnations…}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
local good = 0
if ARGV[3] == '1' or (expiry and tonumber(expiry) > now) then
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
  good = 1
end
local answer = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 16)
-- A fail-over or a restart begins another run, and may have lost the last writes.
local server = redis.pcall('INFO', 'server')
local run = type(server) == 'string' and string.match(server, 'run_id:(%w+)') or ''
table.insert(answer, 1, good)
table.insert(answer, 2, run)
return answer
