package io.velonx.gateway.server.config;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands in a source, before it means anything: a text, or a list of texts. */
final class RawValue {
  private final @Nullable String text;
  private final List<String> items;

  private RawValue(@Nullable String text, List<String> items) {
    this.text = text;
    this.items = items;
  }

  static RawValue of(String text) {
    return new RawValue(text, List.of());
  }

  static RawValue ofItems(List<String> items) {
    return new RawValue(null, List.copyOf(items));
  }

  /** The whole text; items of a list are joined by commas. */
  String text() {
    return text == null ? String.join(",", items) : text;
  }

  /** The items of a list, or the parts of a text between its commas. */
  List<String> items() {
    if (text == null) {
      return items;
    }
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  boolean isEmpty() {
    return text().isEmpty();
  }
}
