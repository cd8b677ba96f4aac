package io.velonx.gateway.server.cli;

import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.server.GatewayProcess;
import io.velonx.gateway.server.Logging;
import io.velonx.gateway.server.TokenMint;
import io.velonx.gateway.server.config.ConfigLoader;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Runs a node to play with. */
@Command(
    name = "dev",
    description = {
      "Runs a node to play with: on this machine only, without Redis, with a secret that is",
      "forgotten, a demo page, and clients that may publish. Every setting can still be changed."
    })
final class DevCommand extends ConfiguredCommand {
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(24);

  private @Nullable Path files;

  DevCommand(Console console) {
    super(console);
  }

  @Override
  ConfigLoader.Mode mode() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    ConfigLoader.Mode mode = ConfigLoader.Mode.dev(HexFormat.of().formatHex(secret));
    try {
      // Ours alone, and empty: files that somebody drops are forgotten with the secret.
      Path folder = Files.createTempDirectory("gateway-dev-");
      folder.toFile().deleteOnExit();
      files = folder;
      return mode.with(Settings.FILES_DIRECTORY, folder.toString());
    } catch (IOException noUploads) {
      return mode;
    }
  }

  @Override
  int run(Configuration settings) throws Exception {
    Logging.start(settings.get(Settings.LOG_LEVEL), settings.get(Settings.LOG_FORMAT));
    GatewayProcess process = GatewayProcess.start(settings, true);
    process.stopOnSignals();
    invite(settings, process);
    process.awaitStop();
    forgetFiles();
    return ExitCode.OK;
  }

  private void forgetFiles() throws IOException {
    Path folder = files;
    if (folder == null) {
      return;
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void invite(Configuration settings, GatewayProcess process) {
    String host = Objects.requireNonNullElse(settings.find(Settings.LISTEN_HOST), "127.0.0.1");
    String address = host + ":" + process.publicPort();
    String admin = "http://" + settings.get(Settings.ADMIN_HOST) + ":" + process.adminPort();
    String token =
        new TokenMint(
                new HmacSecret(settings.get(Settings.TOKEN_SECRET)),
                TokenMint.algorithmOf(settings.get(Settings.TOKEN_ALGORITHMS))
                    .orElse(JwtAlgorithm.HS256),
                settings.find(Settings.TOKEN_ISSUER),
                settings.find(Settings.TOKEN_AUDIENCE),
                Clock.systemUTC())
            .mint("dev", "Dev", null, TOKEN_LIFETIME);
    console.print(
        String.join(
            System.lineSeparator(),
            "",
            "  Demo page   http://" + address + "/demo/   (open it twice)",
            "  Admin page  "
                + (settings.get(Settings.ADMIN_PAGE) ? admin + "/admin/" : "off (admin.page)"),
            "  Token       " + token,
            "  WebSocket   ws://"
                + address
                + settings.get(Settings.LISTEN_PATH)
                + "?token="
                + token,
            "",
            "  Publish to room:lobby from another terminal:",
            "",
            "curl -sS -H 'Content-Type: application/json' \\",
            "  -d '{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"id\":\"m'$RANDOM'\",\"content\":\"Hello from"
                + " curl\",\"roomId\":\"lobby\",\"authorId\":\"backend\",\"authorName\":\"Back"
                + " end\",\"isEdited\":false,\"createdAt\":\"2026-01-01T12:00:00.000Z\"}}' \\",
            "  " + admin + "/channels/room:lobby/publications",
            "",
            "  Ctrl-C stops.",
            "",
            ""));
  }
}
