-- Replaces the list of whom a user blocks, and tells every node of it.
-- KEYS: list of the user
-- ARGV: topic of all nodes, message, user blocked…
-- Returns how many are blocked.
redis.call('DEL', KEYS[1])
-- In parts: what unpack takes at once has a limit.
for i = 3, #ARGV, 500 do
  redis.call('SADD', KEYS[1], unpack(ARGV, i, math.min(i + 499, #ARGV)))
end
redis.call('PUBLISH', ARGV[1], ARGV[2])
return redis.call('SCARD', KEYS[1])
