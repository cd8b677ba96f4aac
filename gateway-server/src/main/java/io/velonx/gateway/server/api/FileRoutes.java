package io.velonx.gateway.server.api;

import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.http.Json;
import java.util.Map;

/** Files that users have uploaded; the back end takes away what must not stay. */
final class FileRoutes {
  private FileRoutes() {}

  static Route delete(NodeControl node) {
    return new Route(
        "DELETE",
        "/files/{file}",
        Role.ADMIN,
        "Deletes a file that a user has uploaded",
        Map.of(),
        null,
        200,
        "Accepted",
        call ->
            node.deleteFile(call.argument(0))
                .handle((deleted, failure) -> answer(deleted, failure == null)));
  }

  private static HttpAnswer answer(Boolean deleted, boolean known) {
    if (!known) {
      return Problem.UNAVAILABLE.answer("the file storage cannot answer now; try again");
    }
    return deleted
        ? Json.answer(200, Json.object().put("accepted", true))
        : Problem.NOT_FOUND.answer("file: no file of that id");
  }
}
