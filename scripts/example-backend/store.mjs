import { open, readFile } from 'node:fs/promises';

/**
 * Messages, and whom users block, in a file of JSON lines that only grows. What is on disk is true: a line is written and
 * synced before anybody hears of it, and the file is read again at the start.
 */
export class MessageStore {
  #file;
  #messages = new Map();
  #byAttempt = new Map();
  #blocked = new Map();
  #writing = Promise.resolve();

  static async open(path) {
    const store = new MessageStore();
    const text = await readFile(path, 'utf8').catch((error) => {
      if (error.code !== 'ENOENT') {
        throw error;
      }
      return '';
    });
    // A line that was being written when the process died has no end: it was never confirmed.
    const lines = text.split('\n');
    lines.pop();
    for (const line of lines) {
      store.#apply(JSON.parse(line));
    }
    store.#file = await open(path, 'a');
    if (text.length > 0 && !text.endsWith('\n')) {
      await store.#file.truncate(Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
    }
    return store;
  }

  /** Keeps a message and returns it; a repeated attempt returns the one that is kept already. */
  add(draft) {
    return this.#inTurn(async () => {
      const attempt = attemptOf(draft);
      const known = attempt && this.#byAttempt.get(attempt);
      if (known) {
        return known;
      }
      const { user, channel } = draft;
      const [kind, id] = [channel.slice(0, channel.indexOf(':')), channel.slice(channel.indexOf(':') + 1)];
      const message = {
        id: draft.messageId,
        content: draft.content,
        [kind === 'room' ? 'roomId' : 'groupId']: id,
        authorId: user.id,
        authorName: user.name ?? user.id,
        ...(user.picture && { authorImage: user.picture }),
        isEdited: false,
        createdAt: draft.createdAt,
      };
      await this.#write({ kind: 'message', attempt, message });
      return message;
    });
  }

  /** Edits or deletes a message; returns what is wrong with that, if anything. */
  change(draft) {
    return this.#inTurn(async () => {
      const message = this.#messages.get(draft.messageId);
      if (!message) {
        return 'messageId: no such message';
      }
      if (message.authorId !== draft.user.id) {
        return 'messageId: only the author may change a message';
      }
      await this.#write(
        draft.type === 'MESSAGE_EDIT'
          ? { kind: 'edit', id: message.id, content: draft.content }
          : { kind: 'delete', id: message.id },
      );
      return null;
    });
  }

  /** The newest messages of a channel, oldest first, as that user may read them. */
  newest(channel, userId, most) {
    const blocked = this.blockedBy(userId);
    return [...this.#messages.values()]
      .filter((each) => channelOf(each) === channel && !blocked.includes(each.authorId))
      .slice(-most);
  }

  blockedBy(userId) {
    return this.#blocked.get(userId) ?? [];
  }

  /** Keeps that a user blocks another, or no longer does; returns all whom he blocks. */
  block(userId, otherId, blocks) {
    return this.#inTurn(async () => {
      const others = this.blockedBy(userId).filter((each) => each !== otherId);
      const blocked = blocks ? [...others, otherId] : others;
      await this.#write({ kind: 'blocked', userId, blocked });
      return blocked;
    });
  }

  async #write(line) {
    await this.#file.write(JSON.stringify(line) + '\n');
    await this.#file.datasync();
    this.#apply(line);
  }

  #apply(line) {
    switch (line.kind) {
      case 'message':
        this.#messages.set(line.message.id, line.message);
        if (line.attempt) {
          this.#byAttempt.set(line.attempt, line.message);
        }
        break;
      case 'edit':
        Object.assign(this.#messages.get(line.id), { content: line.content, isEdited: true });
        break;
      case 'blocked':
        this.#blocked.set(line.userId, line.blocked);
        break;
      case 'delete':
        this.#messages.delete(line.id);
        break;
    }
  }

  /** One after the other, so that two attempts of one message meet. */
  #inTurn(action) {
    const result = this.#writing.then(action);
    this.#writing = result.catch(() => {});
    return result;
  }
}

function channelOf({ roomId, groupId }) {
  return roomId === undefined ? `group:${groupId}` : `room:${roomId}`;
}

function attemptOf({ user, channel, clientMessageId }) {
  return clientMessageId ? JSON.stringify([user.id, channel, clientMessageId]) : null;
}
