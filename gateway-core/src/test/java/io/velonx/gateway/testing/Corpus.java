package io.velonx.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Inputs worth a closer look, one file each, and what becomes of them by mutation. Files named
 * {@code .hex} hold octets in hexadecimal and comments behind {@code #}; others are taken as they
 * are.
 *
 * <p>An input that once broke something belongs here. Threading: one test thread.
 */
public final class Corpus {
  /** Lengths and signs that code likes to get wrong. */
  private static final int[] EDGES = {0, 1, 0x22, 0x5C, 0x7D, 0x7E, 0x7F, 0x80, 0xC0, 0xED, 0xFF};

  private static final int MOST_BYTES = 8 * 1024;

  private final List<byte[]> inputs;

  private Corpus(List<byte[]> inputs) {
    this.inputs = inputs;
  }

  /** The files of a folder among the resources. */
  public static Corpus of(String folder) {
    try {
      Path path = Path.of(Objects.requireNonNull(Corpus.class.getResource(folder), folder).toURI());
      try (Stream<Path> files = Files.list(path)) {
        return new Corpus(files.sorted().map(Corpus::read).toList());
      }
    } catch (IOException | URISyntaxException e) {
      throw new AssertionError("no corpus " + folder, e);
    }
  }

  public List<byte[]> inputs() {
    return inputs;
  }

  /**
   * Hands mutations to the test: so many, or for as many seconds as {@code -Dfuzz.seconds} says.
   * What the test throws comes back with the seed and the input, ready for a file of the corpus.
   */
  public void fuzz(int rounds, BiConsumer<byte[], Random> test) {
    long seconds = Long.getLong("fuzz.seconds", 0);
    long first = Long.getLong("fuzz.seed", System.nanoTime());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (long i = 0; seconds > 0 ? System.nanoTime() - end < 0 : i < rounds; i++) {
      long seed = first + i;
      Random random = new Random(seed);
      byte[] input = mutated(random);
      try {
        test.accept(input, random);
      } catch (RuntimeException | Error failure) {
        throw new AssertionError(
            "-Dfuzz.seed=" + seed + " input " + HexFormat.of().formatHex(input), failure);
      }
    }
  }

  private byte[] mutated(Random random) {
    byte[] octets = any(random);
    for (int i = random.nextInt(5); i >= 0; i--) {
      int at = random.nextInt(octets.length + 1);
      int to = Math.min(octets.length, at + random.nextInt(16));
      octets =
          switch (random.nextInt(6)) {
            case 0 -> with(octets, at, (byte) EDGES[random.nextInt(EDGES.length)]);
            case 1 -> with(octets, at, (byte) random.nextInt(256));
            case 2 -> join(octets, 0, at, octets, to, octets.length);
            case 3 -> join(octets, 0, to, octets, at, octets.length);
            case 4 -> spliced(octets, at, any(random), random);
            default -> at < octets.length ? with(octets, at, flip(octets[at], random)) : octets;
          };
    }
    return octets.length > MOST_BYTES ? Arrays.copyOf(octets, MOST_BYTES) : octets;
  }

  private byte[] any(Random random) {
    return inputs.get(random.nextInt(inputs.size()));
  }

  private static byte flip(byte octet, Random random) {
    return (byte) (octet ^ (1 << random.nextInt(8)));
  }

  private static byte[] with(byte[] octets, int at, byte octet) {
    byte[] changed = octets.clone();
    if (at < changed.length) {
      changed[at] = octet;
    }
    return changed;
  }

  private static byte[] spliced(byte[] head, int at, byte[] tail, Random random) {
    return join(head, 0, at, tail, random.nextInt(tail.length + 1), tail.length);
  }

  private static byte[] join(byte[] one, int from, int to, byte[] two, int from2, int to2) {
    byte[] joined = Arrays.copyOf(Arrays.copyOfRange(one, from, to), to - from + to2 - from2);
    System.arraycopy(two, from2, joined, to - from, to2 - from2);
    return joined;
  }

  private static byte[] read(Path file) {
    try {
      byte[] octets = Files.readAllBytes(file);
      if (!file.toString().endsWith(".hex")) {
        return octets;
      }
      String hex = new String(octets, UTF_8).replaceAll("#[^\n]*", "").replaceAll("\\s", "");
      return HexFormat.of().parseHex(hex);
    } catch (IOException e) {
      throw new AssertionError("unreadable: " + file, e);
    }
  }
}
