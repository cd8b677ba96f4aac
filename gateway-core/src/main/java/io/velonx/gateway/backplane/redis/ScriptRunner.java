package io.velonx.gateway.backplane.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.redisson.api.RScript.Mode;
import org.redisson.client.RedisNoScriptException;
import org.redisson.client.codec.ByteArrayCodec;

/**
 * Runs scripts by digest, and sends the source when Redis does not know it: at first use, and after
 * a restart. Threading: any thread.
 */
final class ScriptRunner {
  /** Keys, digest and framing of a call, about. */
  private static final int CALL_OCTETS = 200;

  private static final int LONGEST_DESCRIPTION = 160;

  private static final Pattern ADDED_BY_REDISSON =
      Pattern.compile(
          "[.,!]*\\s*(Can't write command|[Cc]ommand|[Cc]hannel|[Pp]arams):.*", Pattern.DOTALL);

  private final CommandLanes lanes;

  ScriptRunner(CommandLanes lanes) {
    this.lanes = lanes;
  }

  /**
   * Runs a script in the lane of {@code laneKey}.
   *
   * @return Long for a script that returns a number; a list of Long and byte[] for one that returns
   *     a list
   */
  <T> CompletionStage<T> run(
      Script script, String laneKey, List<String> keys, byte[]... arguments) {
    return run(script, laneKey, 0, keys, arguments);
  }

  /**
   * As {@link #run(Script, String, List, byte[][])}, for a script with a long answer.
   *
   * @param answerOctets about how much it returns
   */
  <T> CompletionStage<T> run(
      Script script, String laneKey, int answerOctets, List<String> keys, byte[]... arguments) {
    int octets = CALL_OCTETS;
    for (byte[] argument : arguments) {
      octets += argument.length;
    }
    List<Object> keyList = List.copyOf(keys);
    int size = octets;
    CompletionStage<T> first =
        lanes.send(
            laneKey,
            size,
            answerOctets,
            batch ->
                batch
                    .getScript(ByteArrayCodec.INSTANCE)
                    .evalShaAsync(
                        keys.get(0),
                        Mode.READ_WRITE,
                        script.digest(),
                        script.returnType(),
                        keyList,
                        (Object[]) arguments));
    return first
        .handle(
            (reply, failure) -> {
              if (failure == null || !isUnknownScript(failure)) {
                return first;
              }
              return lanes.<T>send(
                  laneKey,
                  size + script.source().length(),
                  answerOctets,
                  batch ->
                      batch
                          .getScript(ByteArrayCodec.INSTANCE)
                          .evalAsync(
                              keys.get(0),
                              Mode.READ_WRITE,
                              script.source(),
                              script.returnType(),
                              keyList,
                              (Object[]) arguments));
            })
        .thenCompose(stage -> stage);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The reason without what futures wrap around it. */
  static Throwable reason(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /**
   * What to log of a failure: its first cause, without the connection and the command that Redisson
   * adds, which may hold what clients sent.
   */
  static String describe(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = ADDED_BY_REDISSON.matcher(root.toString()).replaceFirst("");
    return text.substring(0, Math.min(LONGEST_DESCRIPTION, text.length()));
  }

  static <T> CompletionStage<T> failed(Throwable failure) {
    return CompletableFuture.failedStage(failure);
  }

  private static boolean isUnknownScript(Throwable failure) {
    return reason(failure) instanceof RedisNoScriptException;
  }
}
