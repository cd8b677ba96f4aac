import com.corundumstudio.socketio.AuthorizationResult;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketConfig;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.Transport;
import java.util.Map;

/** netty-socketio with rooms of its own, without HTTP long polling. */
public final class NettySocketioPeer {
  private NettySocketioPeer() {}

  public static void main(String[] args) {
    Tokens tokens = new Tokens(System.getenv("TOKEN_SECRET"));
    SocketConfig socket = new SocketConfig();
    socket.setAcceptBackLog(4096);
    socket.setReuseAddress(true);
    Configuration configuration = new Configuration();
    configuration.setHostname("127.0.0.1");
    configuration.setPort(Integer.parseInt(System.getenv("PORT")));
    configuration.setTransports(Transport.WEBSOCKET);
    configuration.setUseLinuxNativeEpoll("linux".equalsIgnoreCase(System.getProperty("os.name")));
    configuration.setWebsocketCompression(false);
    configuration.setHttpCompression(false);
    configuration.setSocketConfig(socket);
    configuration.setAuthorizationListener(
        handshake ->
            tokens.accepts(handshake.getSingleUrlParam("token"))
                ? AuthorizationResult.SUCCESSFUL_AUTHORIZATION
                : AuthorizationResult.FAILED_AUTHORIZATION);

    SocketIOServer server = new SocketIOServer(configuration);
    server.addEventListener(
        "subscribe",
        String.class,
        (client, room, ack) -> {
          client.joinRoom(room);
          client.sendEvent("subscribed", room);
        });
    server.addMultiTypeEventListener(
        "publish",
        (client, words, ack) -> {
          Object message = words.get(1);
          server.getRoomOperations((String) words.get(0)).sendEvent("message", message);
        },
        String.class,
        Map.class);
    server.addEventListener("echo", Object.class, (client, none, ack) -> client.sendEvent("echoed"));
    server.start();
  }
}
