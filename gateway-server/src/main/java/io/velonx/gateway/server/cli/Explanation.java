package io.velonx.gateway.server.cli;

import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.server.api.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a code means and what to do about it.
 *
 * @param kind where it is met
 * @param code the number, or the name where there is none
 * @param name as in the sources
 * @param client what the client should do
 * @param operator what to look at when it comes often
 */
record Explanation(
    String kind, String code, String name, String meaning, String client, String operator) {

  /** Every code there is. */
  static List<Explanation> all() {
    List<Explanation> all = new ArrayList<>();
    for (CloseReason reason : CloseReason.values()) {
      all.add(
          new Explanation(
              "close code",
              Integer.toString(reason.code()),
              reason.name(),
              reason.text(),
              client(reason.advice()),
              operator(reason)));
    }
    for (Upgrade refusal : Upgrade.values()) {
      all.add(
          new Explanation(
              "answer to an upgrade",
              Integer.toString(refusal.status),
              refusal.name(),
              refusal.meaning,
              refusal.client,
              refusal.operator));
    }
    for (ErrorCode error : ErrorCode.values()) {
      all.add(
          new Explanation(
              "error of a command",
              error.name(),
              error.name(),
              meaning(error),
              error.retryable()
                  ? "send the same command again later"
                  : "do not send it again as it is",
              operator(error)));
    }
    for (Problem problem : Problem.values()) {
      all.add(
          new Explanation(
              "problem of the admin port",
              Integer.toString(problem.status()),
              problem.name(),
              problem.title(),
              problem.status() == 429 || problem.status() >= 500
                  ? "send the same request again later, with its Idempotency-Key"
                  : "do not send it again as it is; `detail` names what is wrong",
              operator(problem)));
    }
    return all;
  }

  /** Whether somebody who asks for that word means this. */
  boolean isMeantBy(String word) {
    return code.equals(word) || name.equals(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private static String client(CloseReason.Advice advice) {
    return switch (advice) {
      case STAY_AWAY -> "stay away; come back only when the cause is gone";
      case COME_BACK_WITH_BACKOFF -> "come back, after a random wait that grows";
      case COME_BACK_AT_ONCE -> "come back at once, or after the delay that RECONNECT named";
    };
  }

  private static String operator(CloseReason reason) {
    return switch (reason) {
      case NORMAL -> "nothing, the client asked for it";
      case GOING_AWAY -> "the process ended; with drain.deadline clients get 4200 before";
      case PROTOCOL_ERROR -> "a broken client, or a proxy that changes frames";
      case UNSUPPORTED_DATA -> "the client sends binary messages; send JSON as text";
      case INVALID_TEXT -> "a broken client; with websocket.compression, look at its deflate";
      case TOO_MANY_FRAGMENTS -> "limits.fragments bounds it";
      case TOO_BIG -> "limits.message-bytes bounds it, also inflated";
      case INTERNAL_ERROR -> "the log of the node has it at level error; gateway.faults counts it";
      case TOKEN_REJECTED ->
          "`gateway token inspect` says why; pages renew theirs when TOKEN_EXPIRING comes";
      case KICKED -> "`gateway kick` or the back end did it; audit lines say who";
      case REPLACED -> "limits.connections-per-user with limits.user-full: replace_oldest";
      case ABUSE -> "limits.commands bounds it; look for a client that loops";
      case HEARTBEAT_TIMEOUT ->
          "timeouts.heartbeat; when many at once, a network or a proxy that swallows pings";
      case SLOW_CONSUMER ->
          "limits.outbound-close-bytes and timeouts.stall bound it; publish less or smaller to one"
              + " reader";
      case DRAINED -> "`gateway drain` or SIGTERM did it; nothing to do";
    };
  }

  private static String meaning(ErrorCode error) {
    return switch (error) {
      case INVALID_JSON -> "the text is not one JSON object within the limits";
      case UNKNOWN_TYPE -> "a type that clients cannot send";
      case INVALID_PAYLOAD -> "a member is missing, of the wrong type or out of range";
      case INVALID_CHANNEL -> "the named channel cannot exist";
      case NOT_SUBSCRIBED -> "the command needs a subscription that this connection does not hold";
      case FORBIDDEN -> "not allowed to this user here";
      case RATE_LIMITED -> "too often; retryAfterMillis says when to try again";
      case LIMIT_EXCEEDED -> "a fixed limit is reached; the text names it";
      case PAYLOAD_TOO_LARGE -> "the envelope is larger than may be relayed";
      case CONFLICT -> "the same id stands for something else, or it is not the time for this";
      case UNAVAILABLE -> "the backplane or the back end cannot take it now";
      case INTERNAL -> "our fault";
    };
  }

  private static String operator(ErrorCode error) {
    return switch (error) {
      case INVALID_JSON, UNKNOWN_TYPE, INVALID_PAYLOAD, INVALID_CHANNEL, CONFLICT, NOT_SUBSCRIBED ->
          "a mistake of the client; the text names the member";
      case FORBIDDEN -> "authorization.… and publishing.clients decide";
      case RATE_LIMITED -> "limits.commands and limits.publishing";
      case LIMIT_EXCEEDED -> "limits.subscriptions";
      case PAYLOAD_TOO_LARGE -> "limits.message-bytes";
      case UNAVAILABLE ->
          "`gateway doctor`; history.spool while Redis is away, hooks.timeout for hooks";
      case INTERNAL -> "the log of the node has it at level error";
    };
  }

  private static String operator(Problem problem) {
    return switch (problem) {
      case UNAUTHORIZED -> "api.keys on the node; api.key for this command line";
      case FORBIDDEN -> "the roles of the key in api.keys; the Host header on a loopback port";
      case RATE_LIMITED -> "api.rate";
      case PAYLOAD_TOO_LARGE -> "limits.message-bytes, and 1 MiB for a batch";
      case UNAVAILABLE -> "`gateway doctor`; Redis is away or the spool is full";
      case INTERNAL -> "the log of the node has it at level error";
      case BAD_REQUEST,
          INVALID_JSON,
          INVALID_PAYLOAD,
          INVALID_CHANNEL,
          INVALID_USER,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          CONFLICT,
          UNSUPPORTED_MEDIA_TYPE ->
          "/openapi.json describes every route";
    };
  }

  /** What a client may get instead of the 101. */
  private enum Upgrade {
    TOKEN_REFUSED(
        401,
        "the token, cookie or origin is not good; which check fails is not told",
        "get another token first",
        "`gateway token inspect`; token.secret, token.algorithms, origins.allowed"),
    WRONG_PATH(404, "no WebSocket at this path", "look at the address", "listen.path"),
    TOO_SLOW(
        408,
        "the handshake took too long",
        "come back, after a random wait that grows",
        "timeouts.handshake"),
    TOO_MANY(
        429,
        "too many connections of this user or address, or too many bad tokens",
        "come back after Retry-After",
        "limits.connections-per-user, limits.connections-per-address, limits.failed-handshakes;"
            + " listen.trusted-proxies behind a proxy"),
    NODE_FULL(
        503,
        "the node is full, overloaded or being drained",
        "come back after Retry-After, a balancer finds another node",
        "/ready says which; limits.connections-per-node, limits.accepts-per-second,"
            + " limits.heap-percent, limits.event-loop-lag");

    private final int status;
    private final String meaning;
    private final String client;
    private final String operator;

    Upgrade(int status, String meaning, String client, String operator) {
      this.status = status;
      this.meaning = meaning;
      this.client = client;
      this.operator = operator;
    }
  }
}
