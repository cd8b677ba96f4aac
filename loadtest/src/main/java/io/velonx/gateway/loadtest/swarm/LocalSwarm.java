package io.velonx.gateway.loadtest.swarm;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.velonx.gateway.loadtest.dialect.Dialect;
import io.velonx.gateway.loadtest.dialect.Dialect.Echo;
import io.velonx.gateway.loadtest.measure.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** The connections of this process. Threading: any thread. */
public final class LocalSwarm implements Swarm {
  private static final long CLOSE_SECONDS = 10;

  private final EventLoopGroup group;
  private final Dialect dialect;
  private final Completions completions;
  private final List<SubscriberLoop> loops = new ArrayList<>();

  /**
   * @param completions told what arrived on an event loop, after {@link Order.Verb#WATCH}
   */
  public LocalSwarm(SwarmPlan plan, Dialect dialect, Completions completions) {
    this.dialect = dialect;
    this.completions = completions;
    group = Transport.group("swarm", plan.loops());
    for (int i = 0; i < plan.loops(); i++) {
      loops.add(new SubscriberLoop(new ClientLoop(group.next(), plan, dialect), plan.party(i)));
    }
  }

  @Override
  public CompletableFuture<Tally> carryOut(Order order) {
    return switch (order.verb()) {
      case OPEN ->
          each(
              (loop, done) ->
                  loop.open(
                      order.number(),
                      order.rate() / loop.clients.plan.parties(),
                      Math.max(1, order.atOnce() / loops.size()),
                      done));
      case TALLY -> each((loop, done) -> done.setSuccess(null));
      case WATCH -> now(loop -> loop.watch((int) order.number(), completions));
      case ECHO -> {
        Echo echo = dialect.echo();
        yield echo == null
            ? CompletableFuture.failedFuture(
                new IllegalStateException("dialect " + dialect.label() + " has no echo.send"))
            : now(loop -> loop.echo(order.number(), order.rate(), echo));
      }
      case STOP_ECHO -> now(SubscriberLoop::stopEcho);
      case CHURN -> now(loop -> loop.churn(order.number()));
      case STOP_CHURN -> now(SubscriberLoop::stopChurn);
      case STALL -> now(loop -> loop.stall(order.number()));
      case READ -> each((loop, done) -> loop.readAgain(order.number(), done));
      case LEAVE -> each((loop, done) -> loop.leave(order.number(), done));
    };
  }

  private CompletableFuture<Tally> now(java.util.function.Consumer<SubscriberLoop> action) {
    return each(
        (loop, done) -> {
          action.accept(loop);
          done.setSuccess(null);
        });
  }

  /** Has every loop do it, and adds up what they counted when the last is done. */
  private CompletableFuture<Tally> each(BiConsumer<SubscriberLoop, Promise<Void>> action) {
    CompletableFuture<Tally> sum = CompletableFuture.completedFuture(Tally.NOTHING);
    for (SubscriberLoop loop : loops) {
      EventLoop events = loop.clients.events;
      CompletableFuture<Tally> tally = new CompletableFuture<>();
      events.execute(
          () -> {
            Promise<Void> done = events.newPromise();
            done.addListener(
                (Future<Void> result) -> {
                  if (result.isSuccess()) {
                    tally.complete(loop.clients.counters.take());
                  } else {
                    tally.completeExceptionally(result.cause());
                  }
                });
            try {
              action.accept(loop, done);
            } catch (RuntimeException e) {
              done.tryFailure(e);
            }
          });
      sum = sum.thenCombine(tally, Tally::plus);
    }
    return sum;
  }

  @Override
  public void close() {
    try {
      now(SubscriberLoop::close).get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("the swarm does not close", e);
    } finally {
      // Sockets that are still closing are closed with their loop; only then nobody reads any more.
      group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
      loops.forEach(loop -> loop.clients.release());
    }
  }
}
