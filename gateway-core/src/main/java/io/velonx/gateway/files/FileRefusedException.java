package io.velonx.gateway.files;

import io.velonx.gateway.protocol.ErrorCode;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/** Why an upload does not go on; the text is for its sender. */
public final class FileRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final String text;

  public FileRefusedException(Reason reason, String text) {
    super(text, null, false, false);
    this.reason = reason;
    this.text = text;
  }

  /** What a failed stage of a store failed with. */
  public static FileRefusedException of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof FileRefusedException refused ? refused : storage();
  }

  /** The storage does not take it; why is in the log, if it is our trouble. */
  static FileRefusedException storage() {
    return new FileRefusedException(
        Reason.STORAGE, "the file storage cannot take this now; try again");
  }

  /** What is named is not there, or not his. */
  static FileRefusedException unknown() {
    return new FileRefusedException(
        Reason.UNKNOWN, "uploadId: expected one of your uploads that goes on; begin anew");
  }

  public Reason reason() {
    return reason;
  }

  /** For the sender of the file. */
  public String text() {
    return text;
  }

  /** What can be wrong with an upload. */
  public enum Reason {
    /** Larger than a file may be. */
    SIZE(ErrorCode.PAYLOAD_TOO_LARGE),
    /** Of a type that is not taken. */
    TYPE(ErrorCode.FORBIDDEN),
    /** Not allowed to this user there. */
    ACCESS(ErrorCode.FORBIDDEN),
    /** Not what its type says. */
    CONTENT(ErrorCode.INVALID_PAYLOAD),
    /** Not what was announced. */
    HASH(ErrorCode.INVALID_PAYLOAD),
    /** A chunk that is not the next one. */
    CHUNK(ErrorCode.INVALID_PAYLOAD),
    /** No upload of that user goes on under that id. */
    UNKNOWN(ErrorCode.INVALID_PAYLOAD),
    /** More than the sender waits with. */
    WINDOW(ErrorCode.LIMIT_EXCEEDED),
    /** The user has stored as much as he may. */
    QUOTA(ErrorCode.LIMIT_EXCEEDED),
    /** All users together have. */
    TOTAL(ErrorCode.LIMIT_EXCEEDED),
    /** Too many uploads at once. */
    UPLOADS(ErrorCode.LIMIT_EXCEEDED),
    /** Nothing came for too long; it can be resumed. */
    IDLE(ErrorCode.UNAVAILABLE),
    /** The storage does not take it. */
    STORAGE(ErrorCode.UNAVAILABLE);

    private final ErrorCode code;

    Reason(ErrorCode code) {
      this.code = code;
    }

    public ErrorCode code() {
      return code;
    }

    /** As the metric ends. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
