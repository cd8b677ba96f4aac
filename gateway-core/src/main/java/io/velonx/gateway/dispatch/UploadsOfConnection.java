package io.velonx.gateway.dispatch;

import io.velonx.gateway.files.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What one connection uploads. Threading: event loop of the connection. */
final class UploadsOfConnection {
  /** A few at most: the store sees to that. */
  private final List<Upload> open = new ArrayList<>(2);

  private int lastNumber;

  Upload add(Part part) {
    Upload upload = new Upload(++lastNumber, part);
    open.add(upload);
    return upload;
  }

  @Nullable Upload numbered(int number) {
    return open.stream().filter(each -> each.number == number).findFirst().orElse(null);
  }

  @Nullable Upload named(String id) {
    return open.stream().filter(each -> each.id().equals(id)).findFirst().orElse(null);
  }

  void remove(Upload upload) {
    upload.end();
    open.remove(upload);
  }

  /** Ends them all, and returns them. */
  List<Upload> removeAll() {
    List<Upload> ended = List.copyOf(open);
    open.clear();
    ended.forEach(Upload::end);
    return ended;
  }

  /** One of them. Equal to nothing but itself. */
  static final class Upload {
    private final int number;
    private final Part part;
    private long sent;
    private long stored;
    private boolean ended;
    private boolean idle;
    private @Nullable Future<?> watch;

    private Upload(int number, Part part) {
      this.number = number;
      this.part = part;
      sent = part.offset();
      stored = sent;
    }

    int number() {
      return number;
    }

    Part part() {
      return part;
    }

    String id() {
      return part.info().id();
    }

    long size() {
      return part.info().size();
    }

    /** Where the next chunk begins. */
    long sent() {
      return sent;
    }

    long stored() {
      return stored;
    }

    boolean isOpen() {
      return !ended;
    }

    void took(int octets) {
      sent += octets;
      idle = false;
    }

    void stored(long offset) {
      stored = offset;
      idle = false;
    }

    /** Whether nothing has happened since this was asked before. */
    boolean wasIdle() {
      boolean was = idle;
      idle = true;
      return was;
    }

    void watch(Future<?> watching) {
      watch = watching;
    }

    private void end() {
      ended = true;
      if (watch != null) {
        watch.cancel(false);
      }
    }
  }
}
