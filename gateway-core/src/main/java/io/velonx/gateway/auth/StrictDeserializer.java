package io.velonx.gateway.auth;

import com.fasterxml.jackson.core.type.TypeReference;
import io.jsonwebtoken.io.AbstractDeserializer;
import java.io.Reader;
import java.util.Map;

/** Lets jjwt read JSON with our limits. */
final class StrictDeserializer extends AbstractDeserializer<Map<String, ?>> {
  @Override
  protected Map<String, ?> doDeserialize(Reader reader) throws Exception {
    return UnverifiedJwt.JSON.readValue(reader, new TypeReference<Map<String, Object>>() {});
  }
}
