package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.config.Configuration;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends a user away, from every node. */
@Command(
    name = "kick",
    description = {
      "Closes every connection of a user, on every node, and refuses the tokens he was given so",
      "far; with --ban also every other one for a while. Asks admin.port."
    })
final class KickCommand extends NodeCommand {
  private static final Pattern TIME = Pattern.compile("(\\d{1,8})([smhd])");

  @Parameters(paramLabel = "USER", description = "The user's id.")
  String user = "";

  @Option(
      names = "--ban",
      paramLabel = "TIME",
      description = "Refuses him for that time, as 30s, 10m, 2h or 7d; 0s ends a ban.")
  @Nullable String ban;

  KickCommand(Console console) {
    super(console);
  }

  @Override
  int ask(NodeClient node, Configuration settings) throws IOException, InterruptedException {
    if (!UserId.isValid(user)) {
      console.complain(List.of("USER: \"" + user + "\" (expected: " + UserId.EXPECTED + ")"));
      return ExitCode.USAGE;
    }
    ObjectNode body = Console.object().put("userId", user);
    if (ban != null) {
      Matcher time = TIME.matcher(ban);
      if (!time.matches()) {
        console.complain(List.of("--ban: \"" + ban + "\" (expected: as 30s, 10m, 2h or 7d)"));
        return ExitCode.USAGE;
      }
      body.put("banSeconds", Long.parseLong(time.group(1)) * seconds(time.group(2)));
    }
    JsonNode answer = node.post("/revocations", body.toString());
    if (json) {
      console.print((ObjectNode) answer);
    } else {
      console.printLine(ban == null ? "kicked " + user : "banned " + user + " for " + ban);
    }
    return ExitCode.OK;
  }

  private static long seconds(String unit) {
    return switch (unit) {
      case "s" -> 1;
      case "m" -> 60;
      case "h" -> 3600;
      default -> 86_400;
    };
  }
}
