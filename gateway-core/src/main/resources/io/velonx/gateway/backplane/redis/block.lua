-- Replaces the list of whom a user blocks, and tells every node of it.
-- KEYS: list of the user, users who have a list
-- ARGV: user, topic of all nodes, message, user blocked…
-- Returns how many are blocked.
redis.call('DEL', KEYS[1])
-- In parts: what unpack takes at once has a limit.
for i = 4, #ARGV, 500 do
  redis.call('SADD', KEYS[1], unpack(ARGV, i, math.min(i + 499, #ARGV)))
end
redis.call(#ARGV > 3 and 'SADD' or 'SREM', KEYS[2], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return redis.call('SCARD', KEYS[1])
