package io.velonx.gateway.fanout;

import io.velonx.gateway.protocol.ChannelName;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

/**
 * The last loop leaves a channel while another joins it: either the joiner finds it dead, or it
 * lives on for him. Run by {@code scripts/bench races}.
 */
@JCStressTest
@Outcome(id = "false, true, 2", expect = Expect.ACCEPTABLE, desc = "joined in time")
@Outcome(id = "true, false, 0", expect = Expect.ACCEPTABLE, desc = "came too late, and knows it")
@Outcome(expect = Expect.FORBIDDEN, desc = "joined a channel that is being removed")
@State
public class LocalChannelRaces {
  private final LocalChannel channel = new LocalChannel(ChannelName.room("a"), 2);

  /** One loop has subscribers. */
  public LocalChannelRaces() {
    channel.join(0);
  }

  /** The first loop. */
  @Actor
  public void leave(ZZJ_Result result) {
    result.r1 = channel.leave(0);
  }

  /** The second loop. */
  @Actor
  public void join(ZZJ_Result result) {
    result.r2 = channel.join(1) != null;
  }

  /** Afterwards. */
  @Arbiter
  public void look(ZZJ_Result result) {
    result.r3 = channel.loops();
  }
}
