package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.net.http.HttpResponse;
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
final class KickCommand extends ConfiguredCommand {
  private static final Pattern TIME = Pattern.compile("(\\d{1,8})([smhd])");

  @Parameters(paramLabel = "USER", description = "The user's id.")
  String user = "";

  @Option(
      names = "--ban",
      paramLabel = "TIME",
      description = "Refuses him for that time, as 30s, 10m, 2h or 7d; 0s ends a ban.")
  @Nullable String ban;

  @Option(names = "--url", paramLabel = "URL", description = "Address of the admin port.")
  @Nullable String url;

  KickCommand(Console console) {
    super(console);
  }

  @Override
  int run(Configuration settings) throws InterruptedException {
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
    String base =
        url == null
            ? "http://"
                + settings.get(Settings.ADMIN_HOST)
                + ":"
                + settings.get(Settings.ADMIN_PORT)
            : url;
    String revocations = base + "/revocations";
    try {
      HttpResponse<String> answer =
          new NodeClient(settings.find(Settings.API_KEY)).post(revocations, body.toString());
      if (answer.statusCode() >= 300) {
        console.complain(
            List.of(revocations + " answered " + answer.statusCode() + " " + answer.body()));
        return ExitCode.FAILED;
      }
      console.printLine(ban == null ? "kicked " + user : "banned " + user + " for " + ban);
      return ExitCode.OK;
    } catch (IOException | IllegalArgumentException e) {
      console.complain(List.of("no node answers at " + base + " (" + e + ")"));
      return ExitCode.UNREACHABLE;
    }
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
