package io.velonx.gateway.server.api;

import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.api.ApiRequest.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked, with all that is to be said about it.
 *
 * @param path as {@code /users/{user}/publications}
 * @param role what a key must be good for; null for everybody
 * @param summary one line for the document
 * @param query parameters of the query, each with its meaning
 * @param body the name of the schema of the body; null when it has none
 * @param status that of success
 * @param answer the name of the schema of the answer
 */
record Route(
    String method,
    String path,
    @Nullable Role role,
    String summary,
    Map<String, String> query,
    @Nullable String body,
    int status,
    String answer,
    Action action) {

  /** Whether it changes something, and is written down. */
  boolean changes() {
    return !method.equals("GET");
  }

  /** The decoded arguments when the path is one of this pattern, else null. */
  static @Nullable List<String> match(String[] own, String[] segments) {
    if (own.length != segments.length) {
      return null;
    }
    List<String> arguments = new ArrayList<>(2);
    for (int i = 0; i < own.length; i++) {
      if (own[i].startsWith("{")) {
        if (segments[i].isEmpty()) {
          return null;
        }
        arguments.add(ApiRequest.decode(segments[i]));
      } else if (!own[i].equals(segments[i])) {
        return null;
      }
    }
    return arguments;
  }

  static String[] segments(String path) {
    return path.substring(1).split("/", -1);
  }

  /** Carries it out. Fails: {@link Refused}, thrown or in the stage, is answered as it says. */
  @FunctionalInterface
  interface Action {
    CompletionStage<HttpAnswer> run(Call call);
  }

  /** A request that cannot be carried out. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Problem problem;

    Refused(Problem problem, String detail) {
      super(detail, null, false, false);
      this.problem = problem;
    }

    HttpAnswer answer() {
      return problem.answer(String.valueOf(getMessage()));
    }
  }
}
