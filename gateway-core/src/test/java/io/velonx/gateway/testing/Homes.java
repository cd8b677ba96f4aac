package io.velonx.gateway.testing;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Event loops for backplanes without a node; they last as long as the process. */
public final class Homes {
  private static final MultiThreadIoEventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(
          4, new DefaultThreadFactory("test-home", true), NioIoHandler.newFactory());

  private Homes() {}

  /** One of them. */
  public static IoEventLoop next() {
    return LOOPS.next();
  }
}
