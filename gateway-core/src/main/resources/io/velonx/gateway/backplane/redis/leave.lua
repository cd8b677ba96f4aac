-- Takes a user of a node out of an audience.
-- KEYS: contract set, owners, members of the node, audiences of the node, words
-- ARGV: incarnation, audience, user
-- Returns {1 when no other node counts him in, members of the set}.
local last = 0
if redis.call('SREM', KEYS[3], ARGV[3]) == 1 then
  redis.call('HDEL', KEYS[5], ARGV[1] .. ' ' .. ARGV[3])
  if redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('SREM', KEYS[4], ARGV[2])
  end
  local owners = redis.call('HGET', KEYS[2], ARGV[3]) or ','
  local from, to = string.find(owners, ',' .. ARGV[1] .. ',', 1, true)
  if from then
    owners = string.sub(owners, 1, from) .. string.sub(owners, to + 1)
  end
  if owners ~= ',' then
    redis.call('HSET', KEYS[2], ARGV[3], owners)
  else
    redis.call('HDEL', KEYS[2], ARGV[3])
    redis.call('SREM', KEYS[1], ARGV[3])
    last = 1
  end
end
return {last, redis.call('SCARD', KEYS[1])}
