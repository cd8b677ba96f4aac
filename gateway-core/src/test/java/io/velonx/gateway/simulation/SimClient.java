package io.velonx.gateway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A page: connects, subscribes, publishes, reads more or less fast, goes away and comes back. */
final class SimClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long ANSWER_PATIENCE = TimeUnit.SECONDS.toNanos(40);
  private static final int ROOM = 1 << 20;

  private final String name;
  private final String userId;
  final Map<String, View> views = new LinkedHashMap<>();
  final InboxView inbox;

  private final World world;
  private final Truth truth;
  private final Plan plan;
  private final Supplier<List<SimNode>> nodes;

  /** What it said to users and has no answer to: by command, log and content. */
  private final Map<String, String[]> unanswered = new HashMap<>();

  private @Nullable Link link;
  private boolean isAway;
  private int said;
  private int asked;
  // What it said and was not answered, by the id of the command.
  private final Map<String, String[]> spoken = new HashMap<>();

  SimClient(
      World world,
      Truth truth,
      Plan plan,
      String name,
      String userId,
      InboxView inbox,
      Supplier<List<SimNode>> nodes) {
    this.inbox = inbox;
    this.world = world;
    this.truth = truth;
    this.plan = plan;
    this.name = name;
    this.userId = userId;
    this.nodes = nodes;
  }

  String name() {
    return name;
  }

  String userId() {
    return userId;
  }

  /** Does one thing that comes to its mind. */
  void act() {
    Link open = link;
    if (open == null) {
      if (world.chance(0.7)) {
        connect();
      }
      return;
    }
    double mind = world.random.nextDouble();
    String room = world.oneOf(plan.rooms());
    View view = views.get(room);
    if (mind < 0.45) {
      if (view != null && view.state == View.State.LIVE) {
        say(open, room);
      }
    } else if (mind < 0.65) {
      if (view == null || view.state == View.State.AWAY) {
        subscribe(open, room);
      }
    } else if (mind < 0.70) {
      if (view != null && view.state == View.State.LIVE) {
        unsubscribe(open, room, view);
      }
    } else if (mind < 0.80) {
      disconnect(world.chance(0.3));
    } else if (mind < 0.85) {
      if (plan.slowReaders()) {
        open.readSlowly();
      }
    } else if (mind < 0.90) {
      tell(open, "u" + world.random.nextInt(plan.clients()));
    } else if (mind < 0.98) {
      readInbox(open);
    } else {
      isAway = !isAway;
      open.send(
          "{\"type\":\"STATUS\",\"payload\":{\"status\":\""
              + (isAway ? "away" : "active")
              + "\"}}");
    }
  }

  /** Sees to it that everything is subscribed that it ever wanted. */
  void settle() {
    Link open = link;
    if (open == null) {
      connect();
      return;
    }
    open.readFast();
    if (link != open) {
      // The end stood behind what it read.
      return;
    }
    readInbox(open);
    for (String room : plan.rooms()) {
      View view = views.get(room);
      if (view == null || view.state == View.State.AWAY) {
        subscribe(open, room);
      }
    }
  }

  void leave() {
    if (link != null) {
      disconnect(false);
    }
  }

  private void connect() {
    List<SimNode> alive = nodes.get();
    if (alive.isEmpty()) {
      return;
    }
    SimNode node = world.oneOf(alive);
    world.trace(() -> name + " connects to " + node.id);
    link = new Link(node);
  }

  /**
   * @param silently the node hears of it only later
   */
  private void disconnect(boolean silently) {
    Link open = link;
    if (open != null) {
      world.trace(() -> name + (silently ? " vanishes" : " hangs up"));
      open.hangUp(silently);
      if (silently && world.chance(0.5)) {
        inbox.crash();
      }
      lost();
    }
  }

  private void lost() {
    link = null;
    isAway = false;
    unanswered.clear();
    inbox.away();
    views.values().forEach(View::away);
  }

  private void readInbox(Link open) {
    if (inbox.state == InboxView.State.CLOSED) {
      String members = inbox.opening();
      String id = "i" + ++asked;
      inbox.asked = id;
      world.trace(() -> name + " opens its inbox " + members);
      open.send("{\"type\":\"INBOX\",\"id\":\"" + id + "\",\"payload\":{" + members + "}}");
      world.after(
          ANSWER_PATIENCE,
          () -> {
            if (link == open && id.equals(inbox.asked)) {
              world.violated(name + " got no answer to " + id);
            }
          });
      return;
    }
    String acknowledgement = inbox.acknowledge();
    if (acknowledgement != null) {
      world.trace(() -> name + " acknowledges " + inbox);
      open.send(acknowledgement);
    }
  }

  /** Says something to a user; some say it twice under one id, as after a lost answer. */
  private void tell(Link open, String target) {
    String content = name + "-" + ++said;
    for (int i = world.chance(0.2) ? 2 : 1; i > 0; i--) {
      String id = "d" + ++asked;
      unanswered.put(id, new String[] {"user:" + target, content});
      open.send(
          "{\"type\":\"DIRECT_MESSAGE\",\"id\":\""
              + id
              + "\",\"payload\":{\"targetUserId\":\""
              + target
              + "\",\"content\":\""
              + content
              + "\",\"clientMessageId\":\""
              + content
              + "\"}}");
    }
  }

  private void subscribe(Link open, String room) {
    View view =
        views.computeIfAbsent(
            room, each -> new View(world, truth, this.name, "room:" + each, plan.keptMessages()));
    String since = view.subscribing(world.chance(0.9));
    String id = "s" + ++asked;
    view.asked = id;
    world.trace(() -> name + " subscribes to " + room + since);
    open.send(
        "{\"type\":\"SUBSCRIBE\",\"id\":\""
            + id
            + "\",\"payload\":{\"roomId\":\""
            + room
            + "\""
            + since
            + "}}");
    awaitAnswer(open, view, id);
  }

  private void unsubscribe(Link open, String room, View view) {
    String id = "u" + ++asked;
    view.asked = id;
    view.state = View.State.LEAVING;
    world.trace(() -> name + " unsubscribes from " + room);
    open.send(
        "{\"type\":\"UNSUBSCRIBE\",\"id\":\""
            + id
            + "\",\"payload\":{\"roomId\":\""
            + room
            + "\"}}");
    awaitAnswer(open, view, id);
  }

  /** A node that owes an answer for so long is not there any more, or it forgot. */
  private void awaitAnswer(Link open, View view, String id) {
    world.after(
        ANSWER_PATIENCE,
        () -> {
          if (link == open && id.equals(view.asked)) {
            world.violated(name + " got no answer to " + id);
          }
        });
  }

  private void say(Link open, String room) {
    String content = name + "-" + ++said;
    // Some say it twice under one id, as after a lost answer.
    boolean repeated = world.chance(0.2);
    world.trace(() -> name + " says " + content + (repeated ? " twice" : ""));
    for (int i = 0; i < (repeated ? 2 : 1); i++) {
      spoken.put("m" + (asked + 1), new String[] {"room:" + room, content});
      open.send(
          "{\"type\":\"CHAT_MESSAGE\",\"id\":\"m"
              + ++asked
              + "\",\"payload\":{\"roomId\":\""
              + room
              + "\",\"content\":\""
              + content
              + "\",\"clientMessageId\":\""
              + content
              + "\"}}");
    }
  }

  private void received(Link from, String text) {
    JsonNode envelope = parse(text);
    JsonNode payload = envelope.path("payload");
    String type = envelope.path("type").asText();
    switch (type) {
      case "CHAT_MESSAGE" -> {
        View view = views.get(payload.path("roomId").asText(roomOf(payload)));
        if (view == null) {
          world.violated(name + " got what it never asked for: " + text);
        } else {
          view.publication(envelope.path("epoch").asText(), envelope.path("offset").asLong(), text);
        }
      }
      case "DIRECT_MESSAGE" -> {
        // The sender's own copy has no place.
        if (envelope.has("offset")) {
          inbox.message(envelope.path("epoch").asText(), envelope.path("offset").asLong(), text);
        }
      }
      case "GAP" -> {
        if (payload.path("channel").asText().equals("inbox")) {
          inbox.gap(payload);
          return;
        }
        View view = views.get(payload.path("channel").asText().substring("room:".length()));
        if (view != null) {
          view.gap(payload);
        }
      }
      case "ACK", "ERROR" -> answered(from, envelope.path("id").asText(), type, payload);
      default -> {}
    }
  }

  /** What a back end publishes says the room in its content. */
  private static String roomOf(JsonNode payload) {
    String content = payload.path("content").asText();
    return content.substring(0, Math.max(0, content.indexOf('/')));
  }

  private void answered(Link from, String id, String type, JsonNode payload) {
    boolean spooled = payload.path("spooled").asBoolean();
    String[] what = spoken.remove(id);
    if (what != null && spooled) {
      truth.promised(from.nodeId, what[0], what[1]);
    }
    String[] told = unanswered.remove(id);
    if (told != null) {
      if (spooled) {
        truth.promised(from.nodeId, told[0], told[1]);
      } else if (type.equals("ACK") && !truth.wasSaid(told[0], told[1])) {
        world.violated(name + " was told that " + told[1] + " is kept in " + told[0]);
      }
      return;
    }
    if (id.equals(inbox.asked)) {
      inbox.asked = null;
      world.trace(() -> name + " is answered " + id + " " + type + " " + payload);
      if (type.equals("ACK")) {
        inbox.opened(payload);
      } else {
        truth.count("inbox " + payload.path("code").asText());
        inbox.away();
      }
      return;
    }
    for (View view : views.values()) {
      if (id.equals(view.asked)) {
        view.asked = null;
        world.trace(() -> name + " is answered " + id + " " + type + " " + payload);
        if (type.equals("ERROR")) {
          truth.count("error " + payload.path("code").asText());
          from.hangUp(false);
          lost();
        } else if (view.state == View.State.LEAVING) {
          view.state = View.State.AWAY;
        } else {
          view.subscribed(payload);
        }
        return;
      }
    }
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One connection, as its client sees it, and the network in between. */
  private final class Link implements SimSocket.Peer {
    private final SimNode.Session session;
    private final String nodeId;
    private final List<byte[]> unread = new ArrayList<>();
    private final ByteBuf stream = Unpooled.buffer();
    private long lastUp;
    private long lastDown;
    private int inFlight;
    private int capacity = ROOM;
    private boolean reads = true;
    private boolean over;

    Link(SimNode node) {
      nodeId = node.id;
      session = node.accept(userId, this);
    }

    void send(String text) {
      lastUp = Math.max(lastUp + 1, world.nanoTime() + latency());
      world.at(
          lastUp,
          () -> {
            if (!over) {
              session.text(text);
            }
          });
    }

    void readSlowly() {
      reads = false;
      capacity = 2_000;
      world.trace(() -> name + " stops reading");
      world.after(world.between(500, 6_000), this::readFast);
    }

    void readFast() {
      if (!reads && !over) {
        reads = true;
        capacity = ROOM;
        List<byte[]> waiting = List.copyOf(unread);
        unread.clear();
        waiting.forEach(this::read);
        world.after(latency(), session::writable);
      }
    }

    void hangUp(boolean silently) {
      over = true;
      world.after(silently ? world.between(1_000, 9_000) : latency(), session::hungUp);
    }

    @Override
    public int room() {
      return Math.max(0, capacity - inFlight);
    }

    @Override
    public void received(byte[] octets) {
      inFlight += octets.length;
      lastDown = Math.max(lastDown + 1, world.nanoTime() + latency());
      world.at(
          lastDown,
          () -> {
            if (over) {
              return;
            }
            if (reads) {
              read(octets);
            } else {
              unread.add(octets);
            }
          });
    }

    @Override
    public void closed() {
      lastDown = Math.max(lastDown + 1, world.nanoTime() + latency());
      world.at(lastDown, this::ended);
    }

    private void ended() {
      if (!over) {
        over = true;
        world.trace(() -> name + " lost its connection");
        lost();
      }
    }

    private void read(byte[] octets) {
      if (over) {
        return;
      }
      inFlight -= octets.length;
      stream.writeBytes(octets);
      while (!over && readFrame()) {
        // Until the next one is not whole.
      }
      stream.discardSomeReadBytes();
    }

    private boolean readFrame() {
      int start = stream.readerIndex();
      if (stream.readableBytes() < 2) {
        return false;
      }
      int opcode = stream.readByte() & 0x0F;
      int length = stream.readUnsignedByte();
      if (length == 126) {
        if (stream.readableBytes() < 2) {
          stream.readerIndex(start);
          return false;
        }
        length = stream.readUnsignedShort();
      }
      if (stream.readableBytes() < length) {
        stream.readerIndex(start);
        return false;
      }
      String payload = stream.readCharSequence(length, UTF_8).toString();
      if (opcode == 8) {
        truth.count("closed by the node");
        hangUp(false);
        lost();
      } else {
        SimClient.this.received(this, payload);
      }
      return true;
    }

    private long latency() {
      return 100_000L + world.random.nextInt(5_000_000);
    }
  }
}
