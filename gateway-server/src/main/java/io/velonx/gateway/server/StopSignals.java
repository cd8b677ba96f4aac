package io.velonx.gateway.server;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the first SIGTERM or SIGINT into an orderly stop and the second into an end at once.
 *
 * <p>A shutdown hook cannot do that: the JVM ignores further signals while hooks run, and exits
 * with 143 although everything was put in order. {@code sun.misc.Signal}, the only API there is, is
 * called by reflection because the compiler warns of it in a way that cannot be suppressed.
 */
final class StopSignals {
  private static final Logger log = LoggerFactory.getLogger(StopSignals.class);

  private static final Map<String, Integer> NUMBERS = Map.of("TERM", 15, "INT", 2);

  /** Shells expect this much more than the number of the signal that ended a process. */
  private static final int EXIT_BASE = 128;

  private final Runnable stop;
  private final AtomicBoolean stopping = new AtomicBoolean();

  private StopSignals(Runnable stop) {
    this.stop = stop;
  }

  /** Listens from now on; without signals to listen to, a shutdown hook must do. */
  static void install(Runnable stop) {
    StopSignals signals = new StopSignals(stop);
    try {
      for (String name : NUMBERS.keySet()) {
        signals.handle(name);
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      log.warn("signals cannot be handled, using a shutdown hook cause={}", e.toString());
      Runtime.getRuntime().addShutdownHook(new Thread(stop, "gateway-stop"));
    }
  }

  private void handle(String name) throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Object handler =
        Proxy.newProxyInstance(
            StopSignals.class.getClassLoader(),
            new Class<?>[] {handlerType},
            (proxy, method, arguments) -> {
              if (method.getName().equals("handle")) {
                onSignal(name);
              }
              return null;
            });
    signalType
        .getMethod("handle", signalType, handlerType)
        .invoke(null, signalType.getConstructor(String.class).newInstance(name), handler);
  }

  private void onSignal(String name) {
    if (stopping.compareAndSet(false, true)) {
      log.info("stopping signal=SIG{} (a second one ends the process at once)", name);
      stop.run();
    } else {
      Runtime.getRuntime().halt(EXIT_BASE + NUMBERS.getOrDefault(name, 0));
    }
  }
}
