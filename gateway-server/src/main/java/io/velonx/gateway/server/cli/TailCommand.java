package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Listens to a channel, as a page does. */
@Command(
    name = "tail",
    description = {
      "Prints what is published in a channel, one envelope a line; asks listen.port. Without",
      "--token, one is made with token.secret."
    })
final class TailCommand extends ConfiguredCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(24);

  @Parameters(paramLabel = "CHANNEL", description = "room:ID or group:ID.")
  String channel = "";

  @Option(names = "--token", paramLabel = "TOKEN", description = "The token to come in with.")
  @Nullable String token;

  @Option(
      names = "--user",
      paramLabel = "ID",
      defaultValue = "gateway-tail",
      description = "Whose token is made. Default: ${DEFAULT-VALUE}.")
  String user = "";

  @Option(names = "--count", paramLabel = "N", description = "Ends after so many.")
  int count = Integer.MAX_VALUE;

  @Option(names = "--url", paramLabel = "URL", description = "Address of the public port.")
  @Nullable String url;

  @Option(names = "--json", description = "Envelopes are JSON anyway; taken for the habit of it.")
  boolean json;

  TailCommand(Console console) {
    super(console);
  }

  @Override
  int run(Configuration settings) throws InterruptedException {
    if (ChannelName.parse(channel) == null) {
      console.complain(List.of("CHANNEL: \"" + channel + "\" (expected: room:ID or group:ID)"));
      return ExitCode.USAGE;
    }
    String login = token == null ? minted(settings) : token;
    if (login == null) {
      return ExitCode.USAGE;
    }
    String base = NodeClient.open(url, settings).base();
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    try {
      HttpClient.newHttpClient()
          .newWebSocketBuilder()
          .connectTimeout(PATIENCE)
          .header("Authorization", "Bearer " + login)
          .buildAsync(
              URI.create(base.replaceFirst("^http", "ws") + settings.get(Settings.LISTEN_PATH)),
              new Listener(ended))
          .join();
      return ended.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        int status = refused.getResponse().statusCode();
        console.complain(
            List.of(base + " answered " + status + "; `gateway explain " + status + "`"));
        return ExitCode.FAILED;
      }
      console.complain(List.of("no node answers at " + base + " (" + e.getCause() + ")"));
      return ExitCode.UNREACHABLE;
    } catch (IllegalArgumentException e) {
      console.complain(List.of("--url: " + e.getMessage()));
      return ExitCode.USAGE;
    }
  }

  private @Nullable String minted(Configuration settings) {
    return TokenCommand.mint(console, settings)
        .map(mint -> mint.mint(user, null, null, TOKEN_LIFETIME))
        .orElse(null);
  }

  /** What arrives. Threading: one thread at a time. */
  private final class Listener implements WebSocket.Listener {
    private final ObjectMapper mapper = new ObjectMapper();
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<Integer> ended;
    private boolean listening;
    private int printed;

    Listener(CompletableFuture<Integer> ended) {
      this.ended = ended;
    }

    @Override
    public void onOpen(WebSocket socket) {
      ObjectNode subscribe = Console.object().put("type", "SUBSCRIBE").put("id", "tail");
      subscribe.putObject("payload").put("channel", channel);
      var unused = socket.sendText(subscribe.toString(), true);
      socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String envelope = text.toString();
        text.setLength(0);
        try {
          take(socket, mapper.readTree(envelope));
        } catch (IOException notJson) {
          console.complain(List.of("no JSON: " + notJson.getMessage()));
        }
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      if (!ended.isDone()) {
        console.complain(
            List.of("closed with " + code + " " + reason + "; `gateway explain " + code + "`"));
        ended.complete(ExitCode.FAILED);
      }
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      if (!ended.isDone()) {
        console.complain(List.of("lost: " + failure));
        ended.complete(ExitCode.UNREACHABLE);
      }
    }

    private void take(WebSocket socket, JsonNode envelope) {
      boolean answer = envelope.path("id").asText().equals("tail");
      if (ended.isDone()) {
        return;
      }
      if (answer && envelope.path("type").asText().equals("ERROR")) {
        console.complain(List.of("refused: " + envelope.path("payload")));
        ended.complete(ExitCode.FAILED);
        socket.abort();
      } else if (answer) {
        listening = true;
        console.remark("listening to " + channel);
      } else if (listening) {
        console.printLine(envelope.toString());
        if (++printed >= count) {
          ended.complete(ExitCode.OK);
          var unused = socket.sendClose(WebSocket.NORMAL_CLOSURE, "");
        }
      }
    }
  }
}
