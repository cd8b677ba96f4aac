package io.velonx.gateway.dispatch;

import io.netty.buffer.ByteBuf;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.dispatch.UploadsOfConnection.Upload;
import io.velonx.gateway.files.FileInfo;
import io.velonx.gateway.files.FileRefusedException;
import io.velonx.gateway.files.FileRefusedException.Reason;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.files.Part;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Push;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes files from connections and hands them to the store.
 *
 * <p>A binary message is a chunk: four octets with the number of the upload, eight with the place
 * in the file, then the content. All but the last are of one size, and only so many may be ahead of
 * what is stored: memory is bounded whatever a client sends, and no chunk is too small to be worth
 * its trouble. A connection that never began an upload has no state here.
 *
 * <p>Threading: event loop of the connection; the store works on threads of its own.
 */
final class UploadAction {
  static final int HEADER_BYTES = Integer.BYTES + Long.BYTES;

  /** A disk likes large writes, other messages of the connection small ones. */
  private static final int MAX_CHUNK_BYTES = 48 * 1024;

  /** Fills a line of 30 Mbit/s over 100 ms. */
  private static final int WINDOW_CHUNKS = 8;

  /** A page that sends has sent by then; who waits longer can resume. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final @Nullable FileStore files;
  private final int chunkBytes;
  private final ClientPublishing policy;
  private final PublishingBudgets budgets;
  private final ChannelAccess access;
  private final Replies replies;
  private final GatewayMetrics metrics;

  private final Map<Connection, UploadsOfConnection> all = new HashMap<>();

  UploadAction(
      @Nullable FileStore files,
      int maxMessageBytes,
      ClientPublishing policy,
      PublishingBudgets budgets,
      ChannelAccess access,
      Replies replies,
      GatewayMetrics metrics) {
    this.files = files;
    chunkBytes = Math.min(MAX_CHUNK_BYTES, maxMessageBytes - HEADER_BYTES);
    this.policy = policy;
    this.budgets = budgets;
    this.access = access;
    this.replies = replies;
    this.metrics = metrics;
  }

  void begin(Connection connection, Command.UploadBegin command) {
    FileStore store = storeFor(connection, command.id(), true);
    if (store == null) {
      return;
    }
    if (command.size() > store.limits().maxSize()) {
      refuse(
          connection,
          command.id(),
          Reason.SIZE,
          "size: " + command.size() + " octets (at most " + store.limits().maxSize() + ")");
      return;
    }
    if (!store.limits().types().contains(command.contentType())) {
      refuse(
          connection,
          command.id(),
          Reason.TYPE,
          "contentType: " + command.contentType() + " is not taken here (files.types)");
      return;
    }
    long wait = budgets.take(connection.principal().userId());
    if (wait > 0) {
      replies.rateLimited(
          connection, command.id(), "publishing of one user: at most " + budgets.rate(), wait);
      return;
    }
    ChannelName channel = command.channel();
    String target = command.targetUserId();
    if (target != null) {
      if (policy.policyOfUser(target) == ClientPublishing.Policy.RELAY) {
        create(store, connection, command);
      } else {
        refuse(connection, command.id(), Reason.ACCESS, "only the back end publishes to this user");
      }
    } else if (channel == null || connection.subscription(channel) == null) {
      replies.error(
          connection,
          command.id(),
          ErrorCode.NOT_SUBSCRIBED,
          "uploads are for channels this connection is subscribed to");
    } else {
      access.whenMay(
          connection,
          command.id(),
          ChannelAction.PUBLISH,
          channel,
          replies,
          () -> create(store, connection, command));
    }
  }

  void resume(Connection connection, Command.UploadResume command) {
    FileStore store = storeFor(connection, command.id(), true);
    if (store == null) {
      return;
    }
    String user = connection.principal().userId();
    String uploadId = command.uploadId();
    when(
        store.resume(uploadId, user),
        connection,
        part -> opened(connection, command.id(), part, true),
        refused -> {
          if (refused.reason() == Reason.UNKNOWN) {
            doneBefore(store, connection, command, refused);
          } else {
            refuse(connection, command.id(), refused);
          }
        },
        Part::detach);
  }

  void end(Connection connection, Command.UploadEnd command) {
    if (storeFor(connection, command.id(), false) == null) {
      return;
    }
    UploadsOfConnection uploads = all.get(connection);
    Upload upload = uploads == null ? null : uploads.named(command.uploadId());
    if (uploads == null || upload == null) {
      refuse(
          connection,
          command.id(),
          Reason.UNKNOWN,
          "uploadId: expected an upload of this connection");
      return;
    }
    if (upload.sent() < upload.size()) {
      refuse(
          connection,
          command.id(),
          Reason.CHUNK,
          "size: " + upload.sent() + " of " + upload.size() + " octets have come");
      return;
    }
    uploads.remove(upload);
    when(
        upload.part().finish(),
        connection,
        info -> {
          metrics.filesTaken.inc();
          replies.ack(connection, command.id(), new Push.UploadDone(info.id(), info.url()));
        },
        refused -> refuse(connection, command.id(), refused),
        info -> metrics.filesTaken.inc());
  }

  void abort(Connection connection, Command.UploadAbort command) {
    FileStore store = storeFor(connection, command.id(), false);
    if (store == null) {
      return;
    }
    UploadsOfConnection uploads = all.get(connection);
    Upload upload = uploads == null ? null : uploads.named(command.uploadId());
    CompletionStage<Void> gone;
    if (uploads == null || upload == null) {
      // It may have been begun elsewhere.
      gone =
          store
              .resume(command.uploadId(), connection.principal().userId())
              .thenCompose(Part::discard);
    } else {
      uploads.remove(upload);
      gone = upload.part().discard();
    }
    when(
        gone,
        connection,
        done -> replies.ack(connection, command.id(), Push.Ack.done()),
        refused -> refuse(connection, command.id(), refused),
        done -> {});
  }

  /** Takes a binary message. Ownership: borrows it. */
  Chunk chunk(Connection connection, ByteBuf payload) {
    UploadsOfConnection uploads = all.get(connection);
    if (uploads == null) {
      return Chunk.UNEXPECTED;
    }
    int length = payload.readableBytes() - HEADER_BYTES;
    Upload upload = length < 1 ? null : uploads.numbered(payload.getInt(payload.readerIndex()));
    if (upload == null) {
      return Chunk.STRAY;
    }
    long at = payload.getLong(payload.readerIndex() + Integer.BYTES);
    long expected = Math.min(chunkBytes, upload.size() - upload.sent());
    if (at != upload.sent() || length != expected) {
      fail(
          connection,
          uploads,
          upload,
          new FileRefusedException(
              Reason.CHUNK,
              "chunk: expected " + expected + " octets for the place " + upload.sent()),
          true);
    } else if (at + length - upload.stored() > (long) chunkBytes * WINDOW_CHUNKS) {
      fail(
          connection,
          uploads,
          upload,
          new FileRefusedException(
              Reason.WINDOW,
              "chunk: at most " + chunkBytes * WINDOW_CHUNKS + " octets ahead of what is stored"),
          true);
    } else {
      byte[] octets = new byte[length];
      payload.getBytes(payload.readerIndex() + HEADER_BYTES, octets);
      upload.took(length);
      when(
          upload.part().write(at, octets),
          connection,
          stored -> stored(connection, upload, stored),
          refused -> fail(connection, uploads, upload, refused, isResumable(refused)),
          stored -> {});
    }
    return Chunk.TAKEN;
  }

  /** The connection is gone; what it has begun can be resumed. */
  void closed(Connection connection) {
    UploadsOfConnection uploads = all.remove(connection);
    if (uploads != null) {
      uploads.removeAll().forEach(upload -> upload.part().detach());
    }
  }

  private void create(FileStore store, Connection connection, Command.UploadBegin command) {
    FileInfo info =
        new FileInfo(
            FileInfo.newId(),
            connection.principal().userId(),
            command.name(),
            command.contentType(),
            command.size(),
            command.sha256(),
            command.channel(),
            command.targetUserId());
    when(
        store.begin(info),
        connection,
        part -> opened(connection, command.id(), part, false),
        refused -> refuse(connection, command.id(), refused),
        // Nobody knows of it.
        Part::discard);
  }

  private void opened(Connection connection, @Nullable String id, Part part, boolean resumed) {
    UploadsOfConnection uploads =
        all.computeIfAbsent(connection, first -> new UploadsOfConnection());
    FileInfo info = part.info();
    Upload before = resumed ? uploads.named(info.id()) : null;
    if (before != null) {
      uploads.remove(before);
    }
    Upload upload = uploads.add(part);
    watch(connection, uploads, upload);
    replies.ack(
        connection,
        id,
        new Push.UploadBegun(
            info.id(),
            upload.number(),
            chunkBytes,
            chunkBytes * WINDOW_CHUNKS,
            part.offset(),
            info.size()));
  }

  /** The answer to the last attempt was lost: the file is whole. */
  private void doneBefore(
      FileStore store,
      Connection connection,
      Command.UploadResume command,
      FileRefusedException unknown) {
    when(
        store.find(command.uploadId()),
        connection,
        info -> {
          if (info != null && info.ownerId().equals(connection.principal().userId())) {
            replies.ack(connection, command.id(), new Push.UploadDone(info.id(), info.url()));
          } else {
            refuse(connection, command.id(), unknown);
          }
        },
        refused -> refuse(connection, command.id(), refused),
        info -> {});
  }

  private static void stored(Connection connection, Upload upload, long offset) {
    upload.stored(offset);
    if (upload.isOpen()) {
      connection.send(
          EnvelopeWriter.write(new Push.UploadProgress(upload.id(), offset)), Delivery.DURABLE);
    }
  }

  /** Lets go of uploads that nothing comes for: others may want their place. */
  private void watch(Connection connection, UploadsOfConnection uploads, Upload upload) {
    upload.watch(
        connection
            .socketChannel()
            .eventLoop()
            .scheduleWithFixedDelay(
                () -> {
                  if (upload.wasIdle()) {
                    fail(
                        connection,
                        uploads,
                        upload,
                        new FileRefusedException(
                            Reason.IDLE, "nothing came for " + IDLE.toSeconds() + " s; resume it"),
                        true);
                  }
                },
                IDLE.toMillis(),
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS));
  }

  private void fail(
      Connection connection,
      UploadsOfConnection uploads,
      Upload upload,
      FileRefusedException refused,
      boolean resumable) {
    if (!upload.isOpen()) {
      return;
    }
    uploads.remove(upload);
    upload.part().detach();
    metrics.fileRefused(refused.reason().word());
    ErrorCode code = refused.reason().code();
    connection.send(
        EnvelopeWriter.write(
            new Push.UploadFailed(upload.id(), code, refused.text(), code.retryable(), resumable)),
        Delivery.DURABLE);
  }

  /** After these nothing is left of an upload, or another connection has it. */
  private static boolean isResumable(FileRefusedException refused) {
    return switch (refused.reason()) {
      case CONTENT, HASH, STORAGE, UNKNOWN -> false;
      default -> true;
    };
  }

  private @Nullable FileStore storeFor(
      Connection connection, @Nullable String id, boolean needsAnswer) {
    if (files == null) {
      replies.error(connection, id, ErrorCode.FORBIDDEN, "uploads are off here (files.directory)");
    } else if (needsAnswer && id == null) {
      replies.error(
          connection,
          null,
          ErrorCode.INVALID_PAYLOAD,
          "id: expected one, because the answer says how to go on");
      return null;
    }
    return files;
  }

  private void refuse(Connection connection, @Nullable String id, FileRefusedException refused) {
    refuse(connection, id, refused.reason(), refused.text());
  }

  private void refuse(Connection connection, @Nullable String id, Reason reason, String text) {
    metrics.fileRefused(reason.word());
    replies.error(connection, id, reason.code(), text);
  }

  /**
   * Goes on with what the store did, on the event loop.
   *
   * @param orphaned what becomes of it when the connection has ended meanwhile
   */
  private static <T> void when(
      CompletionStage<T> stage,
      Connection connection,
      Consumer<T> done,
      Consumer<FileRefusedException> refused,
      Consumer<T> orphaned) {
    stage.whenComplete(
        (result, failure) ->
            connection.execute(
                () -> {
                  if (failure != null) {
                    refused.accept(FileRefusedException.of(failure));
                  } else if (connection.isOpen()) {
                    done.accept(result);
                  } else {
                    orphaned.accept(result);
                  }
                }));
  }

  /** What a binary message was. */
  enum Chunk {
    TAKEN,
    /** Of an upload that has ended, or never began. */
    STRAY,
    /** Of a connection that never uploads. */
    UNEXPECTED
  }
}
