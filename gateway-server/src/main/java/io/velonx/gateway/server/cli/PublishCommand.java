package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.config.Configuration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says something to a channel or a user, as a back end does. */
@Command(
    name = "publish",
    description = "Publishes an envelope to a channel, or to a user; asks admin.port.",
    footer = {
      "",
      "gateway publish room:lobby CHAT_MESSAGE '{\"content\": \"Hello\"}'",
      "gateway publish user:anna NOTICE - < payload.json"
    })
final class PublishCommand extends NodeCommand {
  private static final String USER = "user:";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(index = "0", paramLabel = "TARGET", description = "room:ID, group:ID or user:ID.")
  String target = "";

  @Parameters(index = "1", paramLabel = "TYPE", description = "The type of the envelope.")
  String type = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "PAYLOAD",
      description = "A JSON object; - reads it from the input. Default: {}.")
  @Nullable String payload;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Idempotency key: said once, however often it is sent within 5 minutes.")
  @Nullable String key;

  @Option(names = "--no-keep", description = "Does not keep it in the inbox of the user.")
  boolean noKeep;

  PublishCommand(Console console) {
    super(console);
  }

  @Override
  int ask(NodeClient node, Configuration settings) throws IOException, InterruptedException {
    boolean toUser = target.startsWith(USER);
    String user = toUser ? target.substring(USER.length()) : "";
    if (toUser ? !UserId.isValid(user) : ChannelName.parse(target) == null) {
      console.complain(
          List.of("TARGET: \"" + target + "\" (expected: room:ID, group:ID or user:ID)"));
      return ExitCode.USAGE;
    }
    JsonNode content = payload();
    if (content == null) {
      console.complain(List.of("PAYLOAD: no JSON object (expected: as {\"content\": \"Hello\"})"));
      return ExitCode.USAGE;
    }
    ObjectNode envelope = Console.object().put("type", type);
    envelope.set("payload", content);
    String path =
        toUser
            ? "/users/" + NodeClient.segment(user) + "/publications" + (noKeep ? "?keep=false" : "")
            : "/channels/" + NodeClient.segment(target) + "/publications";
    JsonNode answer = node.post(path, envelope.toString(), key);
    if (json) {
      console.print((ObjectNode) answer);
    } else {
      console.printLine("published to " + target + place(answer));
    }
    return ExitCode.OK;
  }

  private @Nullable JsonNode payload() throws IOException {
    String text = payload == null ? "{}" : payload;
    if (text.equals("-")) {
      text = new String(console.in().readAllBytes(), StandardCharsets.UTF_8);
    }
    try {
      JsonNode read = JSON.readTree(text);
      return read.isObject() ? read : null;
    } catch (JsonProcessingException notJson) {
      return null;
    }
  }

  private static String place(JsonNode answer) {
    if (answer.path("spooled").asBoolean()) {
      return ", waits for Redis";
    }
    String repeated = answer.path("repeated").asBoolean() ? ", as before" : "";
    return answer.has("offset") ? " offset " + answer.path("offset").asLong() + repeated : repeated;
  }
}
