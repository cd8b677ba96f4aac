package io.velonx.gateway.auth;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The body of an answer, if it is no longer than it may be. Threading: one at a time. */
final class BoundedBody implements BodySubscriber<byte[]> {
  private final BodySubscriber<byte[]> collected = BodySubscribers.ofByteArray();
  private final int mostBytes;
  private long bytes;
  private Flow.@Nullable Subscription subscription;

  BoundedBody(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return collected.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    collected.onSubscribe(given);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      bytes += buffer.remaining();
    }
    if (bytes <= mostBytes) {
      collected.onNext(buffers);
    } else if (subscription != null) {
      subscription.cancel();
      collected.onError(new IOException("more than " + mostBytes + " octets"));
    }
  }

  @Override
  public void onError(Throwable failure) {
    collected.onError(failure);
  }

  @Override
  public void onComplete() {
    collected.onComplete();
  }
}
