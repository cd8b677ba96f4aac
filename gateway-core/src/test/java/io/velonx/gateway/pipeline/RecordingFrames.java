package io.velonx.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.velonx.gateway.protocol.CloseReason;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a decoder hears, one line each. Threading: the test's thread. */
final class RecordingFrames implements FrameListener {
  final List<String> heard = new ArrayList<>();

  List<String> take() {
    List<String> taken = List.copyOf(heard);
    heard.clear();
    return taken;
  }

  @Override
  public void text(ByteBuf payload) {
    heard.add("text " + payload.toString(UTF_8));
  }

  @Override
  public void binary(ByteBuf payload) {
    heard.add("binary " + ByteBufUtil.hexDump(payload));
  }

  @Override
  public void ping(ByteBuf payload) {
    heard.add("ping " + ByteBufUtil.hexDump(payload));
  }

  @Override
  public void pong() {
    heard.add("pong");
  }

  @Override
  public void closeReceived(int code) {
    heard.add("close " + code);
  }

  @Override
  public void violated(CloseReason reason) {
    heard.add("violated " + reason.code());
  }
}
