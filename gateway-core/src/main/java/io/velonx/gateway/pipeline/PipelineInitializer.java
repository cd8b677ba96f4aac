package io.velonx.gateway.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionListener;
import io.velonx.gateway.limit.AddressLimits;
import io.velonx.gateway.limit.Gate;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.MetricNames;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Names and orders the handlers of a socket; nothing else knows the order.
 *
 * <pre>
 * accept to 101:  (HAProxyMessageDecoder,) HttpRequestDecoder, UpgradeHandler
 * after the 101:  ConnectionHandler
 * </pre>
 *
 * <p>Threading: event loops; every one of them is known from the start, and what the connections of
 * a loop share is made here and ends with the loop.
 */
public final class PipelineInitializer extends ChannelInitializer<Channel> {
  /** A 6 KB token, and the 16 KB head the platform's servers take, with room to spare. */
  private static final int MAX_REQUEST_LINE_BYTES = 32 * 1024;

  private static final int MAX_HEADER_BYTES = 32 * 1024;

  /** Most heads are about a kilobyte; longer ones make the buffer grow. */
  private static final int HEAD_BUFFER_BYTES = 1024;

  private final PipelineServices services;
  private final IdentityHashMap<EventLoop, LoopState> loops = new IdentityHashMap<>();

  /**
   * @param eventLoops every event loop that will own sockets; their order gives them their index
   * @param listeners called once for each index: who listens to the connections of that loop
   * @param login what lets somebody in
   * @param http answers plain requests
   * @param accepting false while the node drains: upgrades get 503
   * @param gate the limits a socket must pass
   * @param files those that users have uploaded; null where there are none
   */
  public PipelineInitializer(
      PipelineConfig config,
      List<EventLoop> eventLoops,
      IntFunction<ConnectionListener> listeners,
      LoginPolicy login,
      PublicHttp http,
      BooleanSupplier accepting,
      Gate gate,
      @Nullable PublicFiles files,
      GatewayMetrics metrics) {
    services =
        new PipelineServices(
            config,
            new Authentication(login),
            http,
            accepting,
            gate,
            files,
            metrics,
            new AtomicLong());
    OutboundTotal outbound = new OutboundTotal(config.maxOutboundBytes());
    metrics.gauge(MetricNames.CONNECTIONS_OUTBOUND_BYTES, outbound::bytes);
    for (int i = 0; i < eventLoops.size(); i++) {
      EventLoop eventLoop = eventLoops.get(i);
      HeartbeatSweep heartbeat = new HeartbeatSweep(config, outbound);
      LoopState loop = new LoopState(i, listeners.apply(i), heartbeat, metrics);
      loops.put(eventLoop, loop);
      heartbeat.start(eventLoop);
      eventLoop.terminationFuture().addListener(ended -> loop.close());
    }
  }

  /**
   * Visits every open connection, each on its event loop. Threading: any thread; returns at once.
   */
  void forEachConnection(Consumer<Connection> action) {
    loops.forEach((eventLoop, loop) -> eventLoop.execute(() -> loop.heartbeat().forEach(action)));
  }

  @Override
  protected void initChannel(Channel ch) {
    LoopState loop = loops.get(ch.eventLoop());
    if (loop == null) {
      throw new IllegalStateException("a socket on an event loop that was not announced");
    }
    Admission admission =
        new Admission(services.gate(), services.connectionIds().incrementAndGet());
    AddressLimits.Entry entry = admission.accept(ch);
    if (entry == AddressLimits.Entry.FLOOD) {
      services.metrics().socketsDropped.inc();
      ch.close();
      return;
    }
    if (admission.expectsProxyHeader(ch)) {
      ch.pipeline().addLast(new HAProxyMessageDecoder());
    }
    ch.pipeline()
        .addLast(
            new HttpRequestDecoder(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                    .setMaxHeaderSize(MAX_HEADER_BYTES)
                    .setInitialBufferSize(HEAD_BUFFER_BYTES)),
            new UpgradeHandler(
                services,
                loop,
                admission,
                entry == AddressLimits.Entry.FULL ? admission.full() : null));
  }
}
