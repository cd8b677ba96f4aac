package io.velonx.gateway.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** How this package reads and writes JSON. Threading: any thread. */
final class JsonCodec {
  static final int MAX_DEPTH = 32;
  static final int MAX_STRING_CHARS = 32 * 1024;
  static final int MAX_NUMBER_CHARS = 64;
  static final int MAX_NAME_CHARS = 256;

  /**
   * For what clients send: small limits, no duplicate names. Without charset detection, because a
   * text message is UTF-8 and nothing else (RFC 6455 §5.6).
   */
  static final JsonFactory STRICT =
      base()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING_CHARS)
                  .maxNumberLength(MAX_NUMBER_CHARS)
                  .maxNameLength(MAX_NAME_CHARS)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /**
   * For what back ends publish: any JSON that a browser parses. Nothing is converted, so only the
   * depth needs a limit; the size has one before this point.
   */
  static final JsonFactory LENIENT =
      base()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1000)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /** Absent members are left out. */
  static final ObjectWriter WRITER =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .build()
          .writer();

  private JsonCodec() {}

  private static JsonFactoryBuilder base() {
    return new JsonFactoryBuilder()
        .disable(JsonFactory.Feature.CHARSET_DETECTION)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES);
  }
}
