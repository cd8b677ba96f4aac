package io.velonx.gateway.loadtest.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Octets with places that are filled in.
 *
 * <p>{@code ${name}} names a {@link Variable}; {@code ${name:5}} pads a number with zeros to five
 * digits. {@code \r \n \t \0 \\ \xHH} are octets, every other backslash stays what it is. All else
 * stands for itself, braces and dollars of JSON included.
 *
 * <p>Threading: any thread; immutable.
 */
public final class Template {
  private final String text;
  private final List<Part> parts;

  private Template(String text, List<Part> parts) {
    this.text = text;
    this.parts = parts;
  }

  /** Fails: {@link IllegalArgumentException} for an unknown variable or a broken escape. */
  public static Template parse(String text) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    for (int open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw new IllegalArgumentException("${ without } in " + text);
      }
      addLiteral(parts, text.substring(at, open));
      parts.add(variable(text.substring(open + 2, close)));
      at = close + 1;
    }
    addLiteral(parts, text.substring(at));
    return new Template(text, List.copyOf(parts));
  }

  /** Whether it names that variable. */
  public boolean names(Variable variable) {
    return parts.stream().anyMatch(part -> part instanceof Hole hole && hole.variable == variable);
  }

  public byte[] render(Values values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(160);
    for (Part part : parts) {
      part.render(out, values);
    }
    return out.toByteArray();
  }

  /** Renders with as much padding as it takes to reach that size. */
  public byte[] render(Values values, int size) {
    values.padding = 0;
    byte[] bare = render(values);
    if (bare.length >= size || !names(Variable.PADDING)) {
      return bare;
    }
    values.padding = size - bare.length;
    return render(values);
  }

  /** As it stands in the file. */
  @Override
  public String toString() {
    return text;
  }

  /** The octets a text without variables stands for. Fails: as {@link #parse}. */
  static byte[] octets(String text) {
    Template template = parse(text);
    if (template.parts.stream().anyMatch(Hole.class::isInstance)) {
      throw new IllegalArgumentException("no variables here: " + text);
    }
    return template.render(new Values());
  }

  private static void addLiteral(List<Part> parts, String text) {
    if (!text.isEmpty()) {
      parts.add(new Literal(unescaped(text)));
    }
  }

  private static Part variable(String name) {
    int colon = name.indexOf(':');
    Variable variable = Variable.named(colon < 0 ? name : name.substring(0, colon));
    if (variable == null) {
      throw new IllegalArgumentException(
          "${" + name + "} (expected one of " + String.join(", ", spellings()) + ")");
    }
    return new Hole(variable, colon < 0 ? 0 : width(name, name.substring(colon + 1)));
  }

  private static int width(String name, String digits) {
    if (!digits.matches("[1-9][0-9]?")) {
      throw new IllegalArgumentException("${" + name + "} (expected a width of 1 to 99)");
    }
    return Integer.parseInt(digits);
  }

  private static List<String> spellings() {
    List<String> spellings = new ArrayList<>();
    for (Variable variable : Variable.values()) {
      spellings.add(variable.spelling());
    }
    return spellings;
  }

  private static byte[] unescaped(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] octets = text.getBytes(UTF_8);
    int i = 0;
    while (i < octets.length) {
      byte octet = octets[i++];
      if (octet != '\\' || i == octets.length) {
        out.write(octet);
        continue;
      }
      byte escaped = octets[i++];
      switch (escaped) {
        case 'r' -> out.write('\r');
        case 'n' -> out.write('\n');
        case 't' -> out.write('\t');
        case '0' -> out.write(0);
        case '\\' -> out.write('\\');
        case 'x' -> {
          out.write(hex(text, octets, i));
          i += 2;
        }
        default -> {
          out.write('\\');
          out.write(escaped);
        }
      }
    }
    return out.toByteArray();
  }

  private static int hex(String text, byte[] octets, int at) {
    int high = at + 1 < octets.length ? Character.digit(octets[at], 16) : -1;
    int low = at + 1 < octets.length ? Character.digit(octets[at + 1], 16) : -1;
    if (high < 0 || low < 0) {
      throw new IllegalArgumentException("\\x (expected two hexadecimal digits) in " + text);
    }
    return (high << 4) | low;
  }

  private sealed interface Part {
    void render(ByteArrayOutputStream out, Values values);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Literal(byte[] octets) implements Part {
    @Override
    public void render(ByteArrayOutputStream out, Values values) {
      out.writeBytes(octets);
    }
  }

  private record Hole(Variable variable, int width) implements Part {
    @Override
    public void render(ByteArrayOutputStream out, Values values) {
      long number = values.number(variable);
      if (number >= 0) {
        byte[] digits = Long.toString(number).getBytes(UTF_8);
        for (int i = digits.length; i < width; i++) {
          out.write('0');
        }
        out.writeBytes(digits);
      } else if (variable == Variable.PADDING) {
        for (int i = 0; i < values.padding; i++) {
          out.write('x');
        }
      } else {
        out.writeBytes(values.text(variable));
      }
    }
  }
}
