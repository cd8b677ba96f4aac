/** Code to take along, made for the room that is open. */

import { element } from './messages.js';

/** What goes into a command line of somebody must hold nothing else. */
const SAFE = /^[A-Za-z0-9_.:@-]+$/;

const COPIED_MILLIS = 2_000;

export function showSnippets(place, roomId) {
  const room = SAFE.test(roomId) ? roomId : 'lobby';
  place.replaceChildren(...snippets(location.origin, room).map(([title, code]) => snippet(title, code)));
}

const snippets = (origin, room) => [
  [
    'Get a token (in dev mode)',
    `curl -s ${origin}/demo/token/Anna`,
  ],
  [
    'Listen and talk in a page',
    `<script type="module">
  import { GatewayClient } from '${origin}/client.js';

  const client = new GatewayClient({
    url: '${origin}/api/community/ws',
    token: () => 'TOKEN',
  });
  client.subscribe('room:${room}', ({ type, payload }) => console.log(type, payload));
  client.start();
  await client.command('CHAT_MESSAGE', { roomId: '${room}', content: 'Hello' });
</script>`,
  ],
  [
    'In React',
    `import { useChannel, usePresence, useTyping } from '@velonx/gateway-client/react';

const { isLive, say } = useChannel('room:${room}', (envelope) => show(envelope));
const { typingUsers, setTyping } = useTyping('room:${room}');
const { members } = usePresence('room:${room}');`,
  ],
  [
    'Publish from a back end (3001 is the usual admin port)',
    `curl -sS -H 'Content-Type: application/json' \\
  -d '{"type":"CHAT_MESSAGE","payload":{"id":"m'$RANDOM'","content":"Hello from curl","roomId":"${room}","authorId":"backend","authorName":"Back end","isEdited":false,"createdAt":"'$(date -u +%FT%TZ)'"}}' \\
  http://127.0.0.1:3001/channels/room:${room}/publications`,
  ],
];

function snippet(title, code) {
  const copy = element('button', 'small');
  copy.type = 'button';
  const say = (word) => copy.replaceChildren(word, element('span', 'unseen', ` ${title}`));
  say('Copy');
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code);
      say('Copied');
    } catch {
      // Then the person copies it himself.
      getSelection().selectAllChildren(text);
      say('Selected');
    }
    setTimeout(say, COPIED_MILLIS, 'Copy');
  });
  const head = element('header');
  head.append(element('h3', '', title), copy);
  const text = element('code', '', code);
  const box = element('pre');
  box.tabIndex = 0;
  box.ariaLabel = title;
  box.append(text);
  const item = element('section', 'snippet');
  item.append(head, box);
  return item;
}
