-- Publishes an envelope on the control topic of every node a user is connected to.
-- KEYS: owners of everyone online
-- ARGV: user, prefix of the control topics, message
-- Returns the number of nodes that took it.
local owners = redis.call('HGET', KEYS[1], ARGV[1]) or ''
local seen = {}
local nodes = 0
for node in string.gmatch(owners, '([^,~]+)~%d+') do
  -- Two incarnations of one node have one topic.
  if not seen[node] then
    seen[node] = true
    if redis.call('PUBLISH', ARGV[2] .. node, ARGV[3]) > 0 then
      nodes = nodes + 1
    end
  end
end
return nodes
