-- Takes some users of a dead node out of an audience. Nodes that reap together share the work:
-- a user is taken, and returned, once.
-- KEYS: contract set, owners, members of the node, audiences of the node, words
-- ARGV: incarnation, audience, users to take at most
-- Returns {users still to take, those who are online on no other node…}.
local gone = {0}
for _, user in ipairs(redis.call('SPOP', KEYS[3], ARGV[3])) do
  redis.call('HDEL', KEYS[5], ARGV[1] .. ' ' .. user)
  local owners = redis.call('HGET', KEYS[2], user) or ','
  local from, to = string.find(owners, ',' .. ARGV[1] .. ',', 1, true)
  if from then
    owners = string.sub(owners, 1, from) .. string.sub(owners, to + 1)
  end
  if owners ~= ',' then
    redis.call('HSET', KEYS[2], user, owners)
  else
    redis.call('HDEL', KEYS[2], user)
    redis.call('SREM', KEYS[1], user)
    gone[#gone + 1] = user
  end
end
gone[1] = redis.call('SCARD', KEYS[3])
if gone[1] == 0 then
  redis.call('SREM', KEYS[4], ARGV[2])
end
return gone
