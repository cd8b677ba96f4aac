package io.velonx.gateway.pipeline;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.files.FileInfo;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.files.StoredFile;
import io.velonx.gateway.protocol.ChannelName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The files that users have uploaded, for those who may have them. Threading: any thread. */
public record PublicFiles(FileStore store, ChannelAuthorizer authorizer) {
  static boolean isFile(String path) {
    return path.startsWith(FileInfo.PATH);
  }

  /**
   * The file at a path, which the caller closes; null when there is none for this user. Fails: when
   * nobody can tell now.
   */
  CompletionStage<@Nullable StoredFile> open(Principal principal, String path) {
    String rest = path.substring(FileInfo.PATH.length());
    int slash = rest.indexOf('/');
    String id = slash < 0 ? rest : rest.substring(0, slash);
    return FileInfo.isId(id)
        ? store.open(id).thenCompose(file -> ifAllowed(principal, file))
        : CompletableFuture.completedStage(null);
  }

  private CompletionStage<@Nullable StoredFile> ifAllowed(
      Principal principal, @Nullable StoredFile file) {
    if (file == null) {
      return CompletableFuture.completedStage(null);
    }
    return mayI(principal, file.info())
        .handle(
            (may, failure) -> {
              if (failure == null && may) {
                return file;
              }
              file.close();
              if (failure != null) {
                throw new IllegalStateException("nobody can tell", failure);
              }
              return null;
            });
  }

  /** Who may read in a channel may have its files; the others are for two people. */
  private CompletableFuture<Boolean> mayI(Principal principal, FileInfo info) {
    ChannelName channel = info.channel();
    String user = principal.userId();
    return channel == null
        ? CompletableFuture.completedFuture(
            user.equals(info.ownerId()) || user.equals(info.targetUserId()))
        : authorizer.mayI(principal, ChannelAction.SUBSCRIBE, channel);
  }
}
