package io.velonx.gateway.loadtest.rolling;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client as it should be: it remembers how far it got in each room, comes back when and as it is
 * told, and asks for what it missed. It is <em>whole</em> while all its rooms are live.
 *
 * <p>Threading: the event loop of the clients.
 */
final class ResumingClient implements ClientSocket.Listener {
  /** Longer than the gateway needs to say that it cannot. */
  private static final long PATIENCE_SECONDS = 15;

  private static final int ASK_AGAIN_MILLIS = 1_000;
  private static final int NOT_SERVED = ReturnPolicy.NO_CODE;

  final int index;
  final List<Seat> seats = new ArrayList<>();
  private final Crowd crowd;
  private @Nullable ClientSocket socket;
  private @Nullable String cookie;
  private @Nullable ScheduledFuture<?> patience;
  private boolean whole;
  private int attempts;
  private long adviceMillis = -1;

  ResumingClient(int index, Crowd crowd, int[] rooms) {
    this.index = index;
    this.crowd = crowd;
    for (int room : rooms) {
      seats.add(new Seat(room, crowd.account));
    }
  }

  void connect() {
    crowd.account.connects++;
    adviceMillis = -1;
    socket = crowd.connect(this, cookie);
    expectAnswer();
  }

  @Override
  public void onOpen(@Nullable String newCookie) {
    cookie = newCookie == null ? cookie : newCookie;
    seats.forEach(this::subscribe);
  }

  @Override
  public void onText(byte[] text) {
    JsonNode envelope = crowd.parse(text);
    JsonNode payload = envelope.path("payload");
    switch (envelope.path("type").asText()) {
      case "ACK" -> subscribed(seats.get(envelope.path("id").asInt()), payload);
      case "ERROR" -> refused(envelope, payload);
      case "RECONNECT" -> adviceMillis = payload.path("delayMillis").asLong();
      case "GAP" -> gap(payload);
      case "CHAT_MESSAGE" -> publication(envelope, payload);
      default -> {} // welcome, presence
    }
  }

  @Override
  public void onEnd(int code, String reason) {
    socket = null;
    cancelPatience();
    seats.forEach(Seat::leave);
    long delay = ReturnPolicy.delayMillis(code, adviceMillis, attempts, crowd.random);
    attempts++;
    if (whole) {
      whole = false;
      crowd.left(this);
    }
    if (delay == ReturnPolicy.NEVER) {
      crowd.account.problem("client " + index + " was told to stay away: " + code + " " + reason);
      return;
    }
    crowd.later(delay, this::connect);
  }

  private void subscribe(Seat seat) {
    ClientSocket open = socket;
    if (open == null) {
      return;
    }
    String since = seat.since();
    open.send(
        "{\"type\":\"SUBSCRIBE\",\"id\":\""
            + seats.indexOf(seat)
            + "\",\"payload\":{\"channel\":\"room:"
            + Crowd.roomId(seat.room)
            + "\""
            + (since == null ? "" : ",\"since\":" + since)
            + "}}");
  }

  private void subscribed(Seat seat, JsonNode answer) {
    expectAnswer();
    boolean first = seat.since() == null;
    boolean placed = answer.has("epoch");
    if (!first && answer.path("recovered").asBoolean()) {
      seat.resume();
    } else if (placed && (first || !answer.path("reason").asText().equals("unavailable"))) {
      crowd.account.unrecovered += first ? 0 : 1;
      seat.moveTo(answer.path("epoch").asText(), answer.path("offset").asLong());
    } else {
      askAgain(seat);
    }
    if (!whole && seats.stream().allMatch(Seat::isLive)) {
      whole = true;
      attempts = 0;
      cancelPatience();
      crowd.back(this);
    }
  }

  private void refused(JsonNode envelope, JsonNode error) {
    if (!error.path("retryable").asBoolean() || !envelope.has("id")) {
      crowd.account.problem("client " + index + " got " + envelope);
    } else {
      askAgain(seats.get(envelope.path("id").asInt()));
    }
  }

  /** Nobody could say what was missed: what comes until then will come again. */
  private void askAgain(Seat seat) {
    expectAnswer();
    crowd.account.askedAgain++;
    ClientSocket asked = socket;
    crowd.later(
        crowd.random.nextInt(ASK_AGAIN_MILLIS),
        () -> {
          if (socket == asked) {
            subscribe(seat);
          }
        });
  }

  private void gap(JsonNode gap) {
    crowd.account.gapsTold += gap.path("recovered").asBoolean() ? 0 : 1;
    for (Seat seat : seats) {
      boolean meant = gap.path("channel").asText().equals("room:" + Crowd.roomId(seat.room));
      if (meant && seat.isLive() && gap.has("to")) {
        seat.moveTo(gap.path("epoch").asText(), gap.path("to").asLong());
      }
    }
  }

  private void publication(JsonNode envelope, JsonNode payload) {
    for (Seat seat : seats) {
      if (payload.path("roomId").asText().equals(Crowd.roomId(seat.room))) {
        seat.hear(
            payload.path("sequence").asInt(),
            envelope.path("offset").asLong(),
            envelope.path("epoch").asText(),
            System.nanoTime());
      }
    }
  }

  private void expectAnswer() {
    cancelPatience();
    ClientSocket asked = socket;
    if (asked != null) {
      patience =
          crowd.later(
              TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS),
              () -> asked.end(NOT_SERVED, "no answer"));
    }
  }

  private void cancelPatience() {
    if (patience != null) {
      patience.cancel(false);
      patience = null;
    }
  }
}
