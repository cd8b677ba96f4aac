import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Rooms on Vert.x: one event loop, a set of sockets a room, and a loop over the set for each
 * publication. The event bus, the documented way, is slower.
 */
public final class VertxPeer extends VerticleBase {
  private final int port = Integer.parseInt(System.getenv("PORT"));
  private final Tokens tokens = new Tokens(System.getenv("TOKEN_SECRET"));
  private final Map<String, Set<ServerWebSocket>> rooms = new HashMap<>();

  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    vertx
        .deployVerticle(new VertxPeer())
        .onFailure(
            failure -> {
              failure.printStackTrace();
              System.exit(1);
            });
  }

  @Override
  public Future<?> start() {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setAcceptBacklog(4096)
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false);
    return vertx
        .createHttpServer(options)
        .webSocketHandshakeHandler(
            handshake -> {
              String query = handshake.query();
              boolean hasToken = query != null && query.startsWith("token=");
              if (hasToken && tokens.accepts(query.substring("token=".length()))) {
                handshake.accept();
              } else {
                handshake.reject(401);
              }
            })
        .webSocketHandler(this::welcome)
        .listen();
  }

  private void welcome(ServerWebSocket socket) {
    Set<String> joined = new HashSet<>();
    socket.textMessageHandler(text -> answer(socket, joined, text.split(" ", 3)));
    socket.closeHandler(
        closed -> {
          for (String room : joined) {
            rooms.computeIfPresent(
                room,
                (name, audience) -> {
                  audience.remove(socket);
                  return audience.isEmpty() ? null : audience;
                });
          }
        });
  }

  private void answer(ServerWebSocket socket, Set<String> joined, String[] words) {
    switch (words[0]) {
      case "subscribe" -> {
        joined.add(words[1]);
        rooms.computeIfAbsent(words[1], name -> new HashSet<>()).add(socket);
        socket.writeTextMessage("subscribed " + words[1]);
      }
      case "publish" -> {
        for (ServerWebSocket subscriber : rooms.getOrDefault(words[1], Set.of())) {
          subscriber.writeTextMessage(words[2]);
        }
      }
      case "ping" -> socket.writeTextMessage("pong");
      default -> socket.close((short) 1008);
    }
  }
}
