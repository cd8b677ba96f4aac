package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.velonx.gateway.files.FileInfo;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands in front of a file, and which part of it follows.
 *
 * <p>Whatever was uploaded, a browser neither runs nor guesses it: only images of a few kinds are
 * shown, everything else is saved, and nothing in it may load or script anything. Spec: RFC 9110
 * §13 and §14, RFC 6266, RFC 8187.
 *
 * @param from the first octet that follows
 * @param to behind the last
 */
record FileHead(int status, long from, long to, Map<String, String> headers) {
  /** Those that cannot carry a script. */
  private static final Set<String> SHOWN =
      Set.of("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif");

  private static final Set<String> NAMED =
      Set.of("application/pdf", "application/zip", "video/mp4", "video/webm", "audio/mpeg");

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  static FileHead of(FileInfo info, HttpHeaders request) {
    String tag = '"' + info.sha256().substring(0, 32) + '"';
    Map<String, String> headers = headers(info, tag);
    String origin = request.get(HttpHeaderNames.ORIGIN);
    if (origin != null) {
      // It was let in with it.
      headers.put("Access-Control-Allow-Origin", origin);
      headers.put("Vary", "Origin");
    }
    if (HeaderTokens.all(request, HttpHeaderNames.IF_NONE_MATCH).stream()
        .anyMatch(each -> each.equals(tag) || each.equals("W/" + tag) || each.equals("*"))) {
      return new FileHead(304, 0, 0, headers);
    }
    long size = info.size();
    String condition = request.get(HttpHeaderNames.IF_RANGE);
    String range = condition == null || condition.equals(tag) ? request.get("Range") : null;
    long[] part = range == null ? null : part(range, size);
    if (part == null) {
      headers.put("Content-Length", Long.toString(size));
      return new FileHead(200, 0, size, headers);
    }
    if (part[0] >= part[1]) {
      headers.put("Content-Range", "bytes */" + size);
      headers.put("Content-Length", "0");
      return new FileHead(416, 0, 0, headers);
    }
    headers.put("Content-Range", "bytes " + part[0] + "-" + (part[1] - 1) + "/" + size);
    headers.put("Content-Length", Long.toString(part[1] - part[0]));
    return new FileHead(206, part[0], part[1], headers);
  }

  /** Ownership: returns a buffer the caller releases. */
  ByteBuf encode(ByteBufAllocator allocator) {
    return Answers.encodeLast(allocator, status, headers);
  }

  private static Map<String, String> headers(FileInfo info, String tag) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", servedType(info.contentType()));
    headers.put("Content-Disposition", disposition(info));
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Content-Security-Policy", "sandbox; default-src 'none'");
    headers.put("Cross-Origin-Resource-Policy", "same-site");
    headers.put("Referrer-Policy", "no-referrer");
    // Asked again each time: who is taken out of a room has no more of it.
    headers.put("Cache-Control", "private, no-cache");
    headers.put("Accept-Ranges", "bytes");
    headers.put("ETag", tag);
    return headers;
  }

  private static String servedType(String contentType) {
    if (contentType.equals("text/plain")) {
      return "text/plain; charset=utf-8";
    }
    return SHOWN.contains(contentType) || NAMED.contains(contentType)
        ? contentType
        : "application/octet-stream";
  }

  private static String disposition(FileInfo info) {
    StringBuilder encoded = new StringBuilder();
    for (byte octet : info.name().getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      if (isPlain(c)) {
        encoded.append(c);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return (SHOWN.contains(info.contentType()) ? "inline" : "attachment")
        + "; filename=\""
        + info.name().replaceAll("[^A-Za-z0-9 ._()-]", "_")
        + "\"; filename*=UTF-8''"
        + encoded;
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  /** From where to behind where; null when all of it is wanted, nothing when there is no such. */
  private static long @Nullable [] part(String range, long size) {
    Matcher bounds = RANGE.matcher(range.strip());
    if (!bounds.matches() || (bounds.group(1).isEmpty() && bounds.group(2).isEmpty())) {
      return null;
    }
    if (bounds.group(1).isEmpty()) {
      long last = Math.min(size, Long.parseLong(bounds.group(2)));
      return new long[] {size - last, last == 0 ? 0 : size};
    }
    long from = Long.parseLong(bounds.group(1));
    long last = bounds.group(2).isEmpty() ? Long.MAX_VALUE - 1 : Long.parseLong(bounds.group(2));
    return last < from ? null : new long[] {from, Math.min(size, last + 1)};
  }
}
