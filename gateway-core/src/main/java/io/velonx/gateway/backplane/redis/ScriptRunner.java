package io.velonx.gateway.backplane.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.redisson.api.RScript.Mode;
import org.redisson.client.RedisNoScriptException;
import org.redisson.client.codec.ByteArrayCodec;

/**
 * Runs scripts by digest once Redis has run them from their source since connections were lost the
 * last time: it may have restarted then and know none. What is sent in the meantime goes with the
 * source too, so that nothing is refused and overtaken by what comes behind it.
 *
 * <p>Threading: any thread.
 */
final class ScriptRunner {
  /** Keys, digest and framing of a call, about. */
  private static final int CALL_OCTETS = 200;

  private static final int LONGEST_DESCRIPTION = 160;

  private static final Pattern ADDED_BY_REDISSON =
      Pattern.compile(
          "[.,!]*\\s*(Can't write command|[Cc]ommand|[Cc]hannel|[Pp]arams):.*", Pattern.DOTALL);

  private final CommandLanes lanes;
  private final IntSupplier losses;

  /** How often connections had been lost when Redis last ran a script from its source. */
  private final Map<Script, Integer> known = new ConcurrentHashMap<>();

  /**
   * @param losses how often connections were lost
   */
  ScriptRunner(CommandLanes lanes, IntSupplier losses) {
    this.lanes = lanes;
    this.losses = losses;
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
    int since = losses.getAsInt();
    Call call =
        new Call(script, laneKey, octets, answerOctets, keys, List.of((Object[]) arguments));
    if (!Integer.valueOf(since).equals(known.get(script))) {
      return learn(call, since);
    }
    CompletionStage<T> first = byDigest(call);
    return first
        .handle(
            (reply, failure) ->
                failure != null && isUnknownScript(failure)
                    // Somebody made Redis forget its scripts.
                    ? this.<T>learn(call, since)
                    : first)
        .thenCompose(stage -> stage);
  }

  private <T> CompletionStage<T> learn(Call call, int since) {
    CompletionStage<T> answer = bySource(call);
    return answer.whenComplete(
        (reply, failure) -> {
          if (failure == null) {
            known.put(call.script, since);
          }
        });
  }

  private <T> CompletionStage<T> byDigest(Call call) {
    return lanes.send(
        call.laneKey,
        call.octets,
        call.answerOctets,
        batch ->
            batch
                .getScript(ByteArrayCodec.INSTANCE)
                .evalShaAsync(
                    call.keys.get(0),
                    Mode.READ_WRITE,
                    call.script.digest(),
                    call.script.returnType(),
                    List.copyOf(call.keys),
                    call.arguments.toArray()));
  }

  private <T> CompletionStage<T> bySource(Call call) {
    return lanes.send(
        call.laneKey,
        call.octets + call.script.source().length(),
        call.answerOctets,
        batch ->
            batch
                .getScript(ByteArrayCodec.INSTANCE)
                .evalAsync(
                    call.keys.get(0),
                    Mode.READ_WRITE,
                    call.script.source(),
                    call.script.returnType(),
                    List.copyOf(call.keys),
                    call.arguments.toArray()));
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

  private record Call(
      Script script,
      String laneKey,
      int octets,
      int answerOctets,
      List<String> keys,
      List<Object> arguments) {}
}
