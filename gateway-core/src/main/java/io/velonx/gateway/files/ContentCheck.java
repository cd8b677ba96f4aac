package io.velonx.gateway.files;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Whether the first octets of a file can be those of its type. Types without a signature pass: they
 * are never shown by a browser that keeps to our headers. Threading: any thread.
 */
final class ContentCheck {
  private static final Map<String, List<String>> SIGNATURES =
      Map.of(
          "image/png", List.of("\u0089PNG\r\n\u001a\n"),
          "image/jpeg", List.of("\u00ff\u00d8\u00ff"),
          "image/gif", List.of("GIF87a", "GIF89a"),
          "image/webp", List.of("RIFF????WEBP"),
          "image/avif", List.of("????ftypavif", "????ftypavis"),
          "application/pdf", List.of("%PDF-"),
          "application/zip", List.of("PK\u0003\u0004", "PK\u0005\u0006"),
          "video/mp4", List.of("????ftyp"),
          "video/webm", List.of("\u001aE\u00df\u00a3"));

  private ContentCheck() {}

  static boolean fits(String contentType, byte[] start) {
    if (contentType.equals("text/plain")) {
      return !contains(start, (byte) 0);
    }
    List<String> signatures = Objects.requireNonNullElse(SIGNATURES.get(contentType), List.of(""));
    String text = new String(start, StandardCharsets.ISO_8859_1);
    return signatures.stream().anyMatch(signature -> begins(text, signature));
  }

  private static boolean begins(String text, String signature) {
    if (text.length() < signature.length()) {
      return false;
    }
    for (int i = 0; i < signature.length(); i++) {
      char wanted = signature.charAt(i);
      if (wanted != '?' && wanted != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean contains(byte[] octets, byte wanted) {
    for (byte each : octets) {
      if (each == wanted) {
        return true;
      }
    }
    return false;
  }
}
