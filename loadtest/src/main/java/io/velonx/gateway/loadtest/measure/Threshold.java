package io.velonx.gateway.loadtest.measure;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A limit on a figure: {@code lost<=0}, {@code deliveries_per_second>=100000}. */
public record Threshold(String figure, String operator, double limit) {
  private static final Pattern FORM =
      Pattern.compile("([a-z][a-z0-9_]*)\\s*(<=|>=|==|<|>)\\s*(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)");

  /** Fails: {@link IllegalArgumentException}. */
  public static Threshold parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "threshold: " + text + " (expected: FIGURE<=NUMBER; also >=, <, >, ==)");
    }
    return new Threshold(matcher.group(1), matcher.group(2), Double.parseDouble(matcher.group(3)));
  }

  /** A figure that was not measured fails, since nobody knows. */
  public Check check(Map<String, Double> figures) {
    Double value = figures.get(figure);
    return new Check(figure, operator, limit, value, value != null && holds(value));
  }

  /** As it is written on a command line. */
  @Override
  public String toString() {
    String number = BigDecimal.valueOf(limit).stripTrailingZeros().toPlainString();
    return figure + operator + number;
  }

  private boolean holds(double value) {
    return switch (operator) {
      case "<=" -> value <= limit;
      case ">=" -> value >= limit;
      case "<" -> value < limit;
      case ">" -> value > limit;
      default -> value == limit;
    };
  }

  /** A threshold with what was measured. */
  public record Check(
      String figure, String operator, double limit, @Nullable Double value, boolean passed) {}
}
