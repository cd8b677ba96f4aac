package io.velonx.gateway.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.protocol.ChannelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** What is known of a file, as it stands on disk beside it. */
final class Sidecar {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Sidecar() {}

  static void write(Path path, FileInfo info) throws IOException {
    ObjectNode members = JSON.createObjectNode();
    members.put("ownerId", info.ownerId());
    members.put("name", info.name());
    members.put("contentType", info.contentType());
    members.put("size", info.size());
    members.put("sha256", info.sha256());
    ChannelName channel = info.channel();
    if (channel != null) {
      members.put("channel", channel.text());
    }
    if (info.targetUserId() != null) {
      members.put("targetUserId", info.targetUserId());
    }
    Files.write(path, JSON.writeValueAsBytes(members), StandardOpenOption.CREATE_NEW);
  }

  /** Null when there is none, or it was not written to its end. */
  static @Nullable FileInfo read(Path path, String id) throws IOException {
    try {
      JsonNode members = JSON.readTree(Files.readAllBytes(path));
      JsonNode channel = members.path("channel");
      JsonNode target = members.path("targetUserId");
      return new FileInfo(
          id,
          members.path("ownerId").asText(),
          members.path("name").asText(),
          members.path("contentType").asText(),
          members.path("size").asLong(),
          members.path("sha256").asText(),
          channel.isTextual() ? new ChannelName(channel.asText()) : null,
          target.isTextual() ? target.asText() : null);
    } catch (NoSuchFileException gone) {
      return null;
    } catch (JsonProcessingException | IllegalArgumentException broken) {
      return null;
    }
  }
}
