package io.velonx.gateway.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.velonx.gateway.server.config.Settings.LogFormat;
import io.velonx.gateway.server.config.Settings.LogLevel;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what is logged and how. Commands log warnings to the error stream; a node logs to the
 * output stream, as it is told to.
 *
 * <p>{@code -Dlogback.configurationFile=…} takes over completely. Called by logback through {@code
 * META-INF/services}, which spares every start the reading of an XML file.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String OWN_FILE = "logback.configurationFile";

  /** Control characters would let who wrote a value write lines of the log. */
  private static final String TEXT_PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0} %replace(%msg){'\\p{Cntrl}','"
          + " '}%n";

  /** Called by logback, at the first line logged. */
  public Logging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(OWN_FILE) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    apply(context, Level.WARN, LogFormat.TEXT, "System.err");
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Logs like a node from now on. */
  public static void start(LogLevel level, LogFormat format) {
    boolean ours = System.getProperty(OWN_FILE) == null;
    if (ours && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      apply(context, Level.valueOf(level.name()), format, "System.out");
    }
  }

  private static void apply(LoggerContext context, Level level, LogFormat format, String stream) {
    context.reset();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName(stream.toLowerCase(Locale.ROOT));
    console.setTarget(stream);
    console.setEncoder(
        switch (format) {
          case TEXT -> text(context);
          case JSON -> json(context);
        });
    console.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    // Libraries have their own idea of what is news.
    root.setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    root.addAppender(console);
    context.getLogger("io.velonx").setLevel(level);
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(TEXT_PATTERN);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    encoder.start();
    return encoder;
  }
}
