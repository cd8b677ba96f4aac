package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.TokenMint;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes tokens and looks into them. */
@Command(name = "token", description = "Makes a token, or says what is wrong with one.")
final class TokenCommand implements Runnable {
  @Spec CommandLine.Model.CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  @SuppressWarnings("NullAway.Init") // picocli fills in the specification
  TokenCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say `token mint` or `token inspect`");
  }

  /** What makes tokens that nodes accept; empty, and said why, where the settings have none. */
  static Optional<TokenMint> mint(Console console, Configuration settings) {
    String secret = settings.find(Settings.TOKEN_SECRET);
    if (secret == null) {
      console.complain(
          List.of(Settings.TOKEN_SECRET.name() + ": not set (expected: what nodes verify with)"));
      return Optional.empty();
    }
    JwtAlgorithm algorithm =
        TokenMint.algorithmOf(settings.get(Settings.TOKEN_ALGORITHMS)).orElse(null);
    if (algorithm == null) {
      console.complain(
          List.of(Settings.TOKEN_ALGORITHMS.name() + ": none that signs with token.secret"));
      return Optional.empty();
    }
    return Optional.of(
        new TokenMint(
            new HmacSecret(secret),
            algorithm,
            settings.find(Settings.TOKEN_ISSUER),
            settings.find(Settings.TOKEN_AUDIENCE),
            Clock.systemUTC()));
  }

  /** Prints a token for a user. */
  @Command(name = "mint", description = "Prints a token, signed with token.secret.")
  static final class Mint extends ConfiguredCommand {
    @Option(names = "--sub", required = true, paramLabel = "ID", description = "The user's id.")
    String user = "";

    @Option(names = "--name", paramLabel = "NAME", description = "The name shown to others.")
    @Nullable String name;

    @Option(names = "--picture", paramLabel = "URL", description = "The user's image.")
    @Nullable String picture;

    @Option(
        names = "--minutes",
        paramLabel = "N",
        defaultValue = "60",
        description = "Minutes until it expires. Default: ${DEFAULT-VALUE}.")
    int minutes;

    @Option(names = "--json", description = "Prints JSON.")
    boolean json;

    Mint(Console console) {
      super(console);
    }

    @Override
    int run(Configuration settings) {
      if (!UserId.isValid(user)) {
        console.complain(List.of("--sub: \"" + user + "\" (expected: " + UserId.EXPECTED + ")"));
        return ExitCode.USAGE;
      }
      TokenMint mint = TokenCommand.mint(console, settings).orElse(null);
      if (mint == null) {
        return ExitCode.USAGE;
      }
      String token = mint.mint(user, name, picture, Duration.ofMinutes(minutes));
      if (json) {
        console.print(Console.object().put("token", token).put("userId", user));
      } else {
        console.printLine(token);
      }
      return ExitCode.OK;
    }
  }

  /** Says of every check whether a token passes it. */
  @Command(
      name = "inspect",
      description = {
        "Shows what a token or a session cookie says, and whether it passes each check.",
        "Of a cookie, give the whole header, as NAME=VALUE; NAME=VALUE, with all its chunks."
      })
  static final class Inspect extends ConfiguredCommand {
    @Parameters(
        paramLabel = "TOKEN",
        description =
            "Token or cookies; - reads it from the input, which keeps it out of process lists.")
    String token = "";

    @Option(names = "--json", description = "Prints JSON.")
    boolean json;

    Inspect(Console console) {
      super(console);
    }

    @Override
    int run(Configuration settings) throws IOException {
      String text = token;
      if (text.equals("-")) {
        text = new String(console.in().readAllBytes(), StandardCharsets.UTF_8).strip();
      }
      TokenInspection inspection = TokenInspection.of(text, settings, Clock.systemUTC());
      if (json) {
        console.print(json(inspection));
      } else {
        print(inspection);
      }
      return inspection.isAccepted() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void print(TokenInspection inspection) {
      if (inspection.header() != null) {
        console.printLine("header  " + inspection.header());
      }
      if (inspection.claims() != null) {
        console.printLine("claims  " + inspection.claims());
      }
      if (inspection.header() != null || inspection.claims() != null) {
        console.printLine("");
      }
      Table table = new Table("CHECK", "RESULT", "DETAIL");
      inspection
          .checks()
          .forEach(
              check -> table.row(check.name(), check.passed() ? "pass" : "FAIL", check.detail()));
      console.print(table);
      console.printLine("");
      console.printLine(
          inspection.refusal() == null ? "accepted" : "refused: " + inspection.refusal());
    }

    private static ObjectNode json(TokenInspection inspection) {
      ObjectNode body = Console.object().put("accepted", inspection.isAccepted());
      body.put("reason", inspection.refusal());
      if (inspection.header() != null) {
        body.set("header", inspection.header());
      }
      if (inspection.claims() != null) {
        body.set("claims", inspection.claims());
      }
      ArrayNode checks = body.putArray("checks");
      inspection
          .checks()
          .forEach(
              check ->
                  checks
                      .addObject()
                      .put("name", check.name())
                      .put("passed", check.passed())
                      .put("detail", check.detail()));
      return body;
    }
  }
}
