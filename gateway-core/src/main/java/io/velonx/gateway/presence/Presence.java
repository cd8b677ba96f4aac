package io.velonx.gateway.presence;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.GatewayEvent.Kind;
import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.Push;
import io.velonx.gateway.protocol.UserStatus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the shared sets of online users equal to the connections of this node, and announces who
 * came and who left.
 *
 * <p>For every pair of audience and user there is a <em>member</em> with two facts: whether he
 * should be in (he has connections there, or lost the last one a moment ago), and whether he is, as
 * far as the backplane confirmed it. As long as the two differ there is work to do, one step at a
 * time per member; a failed step leaves the truth unknown and is simply tried again. So nothing
 * depends on the order in which answers arrive, and a lapsed lease is no special case: it makes
 * every confirmation void.
 *
 * <p>Threading: methods are for any thread; the state lives on the control thread.
 */
public final class Presence {
  /**
   * Steps under way at once. Enough to fill one round trip, few enough for Redis to serve others.
   */
  private static final int WINDOW = 256;

  private static final Duration STEP_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  /** In this time everybody joins once more, in case somebody else took him out. */
  private static final Duration REFRESH_ROUND = Duration.ofSeconds(60);

  /** Short, so that each part of a round is small: others wait for this thread. */
  private static final Duration REFRESH_TICK = Duration.ofMillis(100);

  /** Between two changes of the status of one user that this node passes on. */
  private static final Duration STATUS_PACE = Duration.ofSeconds(1);

  /** Longer names would cost memory; nobody shows them in full. */
  private static final int MAX_NAME_CHARS = 100;

  /** Begins the note to the nodes of a user whose status has changed. */
  private static final String STATUS_NOTE = "=";

  private static final byte[] NO_ENVELOPE = {};

  private final Backplane backplane;
  private final ScheduledExecutorService control;
  private final LongSupplier nanoClock;
  private final long graceNanos;
  private final int announceLimit;
  private final GatewayEvent.Sink events;

  private final Map<Member, Member> members = new HashMap<>();
  private final Deque<Member> due = new ArrayDeque<>();
  private final Deque<Grace> graces = new ArrayDeque<>();
  private final List<Member> failed = new ArrayList<>();
  private final Deque<Member> toRefresh = new ArrayDeque<>();
  private long nextRoundNanos;
  private int underWay;
  private int lapses;
  private volatile int size;
  private boolean graceTimerSet;
  private @Nullable CompletableFuture<Void> emptied;

  /**
   * @param control one thread; runs short tasks and timers
   * @param nanoClock the clock of the control thread's timers
   * @param grace how long a user stays in a channel after losing his last connection there
   * @param announceLimit with more users online in a channel, nobody is announced there
   */
  public Presence(
      Backplane backplane,
      ScheduledExecutorService control,
      LongSupplier nanoClock,
      Duration grace,
      int announceLimit) {
    this(backplane, control, nanoClock, grace, announceLimit, GatewayEvent.Sink.NONE);
  }

  /**
   * @param events is told who came and left, whatever the size of the audience
   */
  public Presence(
      Backplane backplane,
      ScheduledExecutorService control,
      LongSupplier nanoClock,
      Duration grace,
      int announceLimit,
      GatewayEvent.Sink events) {
    this.backplane = backplane;
    this.control = control;
    this.nanoClock = nanoClock;
    this.graceNanos = grace.toNanos();
    this.announceLimit = announceLimit;
    this.events = events;
  }

  /** Begins to look after the shared sets: back ends write to them as well. */
  public void start() {
    control.execute(
        () -> {
          nextRoundNanos = nanoClock.getAsLong();
          schedule(this::refresh, REFRESH_TICK.toNanos());
        });
  }

  /** A user opened a connection. */
  public void connected(Principal principal) {
    control.execute(() -> enter(Audience.EVERYONE, principal));
  }

  /**
   * Completes when what is published to a user reaches this node, as far as the backplane could be
   * reached; at once when he has no connection here.
   */
  public CompletionStage<Void> whenOnline(String userId) {
    CompletableFuture<Void> online = new CompletableFuture<>();
    control.execute(
        () -> {
          Member member = members.get(new Member(Audience.EVERYONE, userId));
          if (member == null || member.connections == 0 || member.state == State.IN) {
            online.complete(null);
          } else {
            member.whenAnswered().thenAccept(online::complete);
          }
        });
    return online;
  }

  /** A connection subscribed to a channel. */
  public void subscribed(ChannelName channel, Principal principal) {
    control.execute(() -> enter(Audience.of(channel), principal));
  }

  /** A connection left a channel of its own will. */
  public void unsubscribed(ChannelName channel, Principal principal) {
    control.execute(() -> exit(Audience.of(channel), principal, 0));
  }

  /**
   * A connection is gone, and with it its subscriptions.
   *
   * @param away as last told to {@link #status}
   */
  public void disconnected(Principal principal, boolean away, Collection<ChannelName> channels) {
    control.execute(
        () -> {
          for (ChannelName channel : channels) {
            exit(Audience.of(channel), principal, graceNanos);
          }
          countAway(principal, away ? -1 : 0);
          exit(Audience.EVERYONE, principal, 0);
        });
  }

  /** A connection turned away, or back: its user is away when all his connections are. */
  public void status(Principal principal, boolean away) {
    control.execute(
        () -> {
          Member member = countAway(principal, away ? 1 : -1);
          if (member != null) {
            tellStatus(member);
          }
        });
  }

  /** The status that the note of a publication to a user tells, or null when it tells none. */
  public static @Nullable UserStatus statusIn(String note) {
    return note.startsWith(STATUS_NOTE) ? UserStatus.parse(note.substring(1)) : null;
  }

  /** The status of a user with a connection in these channels has changed: says so there. */
  public void statusChanged(String userId, UserStatus status, Collection<ChannelName> channels) {
    control.execute(
        () -> {
          Member member = members.get(new Member(Audience.EVERYONE, userId));
          if (member != null) {
            announceStatus(standing(member), userId, status, channels);
          }
        });
  }

  /** Users whose node died have left. */
  public void reaped(Audience audience, Collection<String> userIds) {
    userIds.forEach(userId -> tellLeft(audience, userId, false));
    ChannelName channel = audience.channel();
    if (channel != null && userIds.size() <= announceLimit) {
      userIds.forEach(userId -> announceLeft(channel, userId));
    }
  }

  /** What was confirmed may be true no more: everybody joins again. */
  public void lapsed() {
    control.execute(
        () -> {
          lapses++;
          for (Member member : List.copyOf(members.values())) {
            member.state = State.UNKNOWN;
            review(member);
          }
        });
  }

  /**
   * Takes everybody out, whoever is still connected; used when the node stops.
   *
   * @return completes when the backplane has confirmed it for all
   */
  public CompletionStage<Void> leaveAll() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    control.execute(
        () -> {
          emptied = done;
          graces.clear();
          for (Member member : List.copyOf(members.values())) {
            member.connections = 0;
            member.standing = null;
            member.grace = null;
            review(member);
          }
          completeIfEmptied();
        });
    return done;
  }

  /** Pairs of audience and user that this node answers for. Threading: any thread. */
  public int size() {
    return size;
  }

  private void enter(Audience audience, Principal principal) {
    Member member =
        members.computeIfAbsent(new Member(audience, principal.userId()), fresh -> fresh);
    size = members.size();
    member.principal = principal;
    member.connections++;
    member.grace = null;
    tellStatus(member);
    review(member);
  }

  private void exit(Audience audience, Principal principal, long graceForThis) {
    Member member = members.get(new Member(audience, principal.userId()));
    if (member == null || member.connections == 0) {
      return;
    }
    member.connections--;
    if (member.connections == 0 && graceForThis > 0 && emptied == null) {
      member.grace = new Grace(member, nanoClock.getAsLong() + graceForThis);
      graces.add(member.grace);
      setGraceTimer();
    }
    tellStatus(member);
    review(member);
  }

  private @Nullable Member countAway(Principal principal, int more) {
    Member member = members.get(new Member(Audience.EVERYONE, principal.userId()));
    if (member == null || member.connections == 0 || more == 0) {
      return null;
    }
    standing(member).away += more;
    return member;
  }

  private Standing standing(Member member) {
    Standing known = member.standing;
    if (known == null) {
      known = new Standing(nanoClock.getAsLong());
      member.standing = known;
    }
    return known;
  }

  /** Sees to it that the backplane is told how a user is seen here, unless it was a moment ago. */
  private void tellStatus(Member member) {
    Standing standing = member.standing;
    if (standing == null || member.connections == 0 || standing.told == member.status()) {
      return;
    }
    long wait = standing.nextNanos - nanoClock.getAsLong();
    if (wait > 0 && !standing.waiting) {
      standing.waiting = true;
      schedule(
          () -> {
            standing.waiting = false;
            tellStatus(member);
          },
          wait);
    } else if (wait <= 0 && !member.busy) {
      member.state = State.UNKNOWN;
      review(member);
    }
  }

  /** All graces are equally long, so the first in the queue ends first: one timer for all. */
  private void setGraceTimer() {
    Grace first = graces.peek();
    if (first != null && !graceTimerSet) {
      graceTimerSet = true;
      schedule(this::endGraces, Math.max(0, first.endsNanos - nanoClock.getAsLong()));
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very grace, and no later one
  private void endGraces() {
    graceTimerSet = false;
    long now = nanoClock.getAsLong();
    for (Grace first = graces.peek();
        first != null && first.endsNanos - now <= 0;
        first = graces.peek()) {
      graces.remove();
      Member member = first.member;
      if (first.equals(member.grace)) {
        member.grace = null;
        review(member);
      }
    }
    setGraceTimer();
  }

  /** Looks whether there is work to do for a member, or nothing left to remember of him. */
  @SuppressWarnings("ReferenceEquality") // a forgotten member must not remove his successor
  private void review(Member member) {
    if (member.busy) {
      return;
    }
    if (!member.isSettled()) {
      member.busy = true;
      due.add(member);
      startDue();
    } else if (!member.isWanted()) {
      members.remove(member);
      size = members.size();
      completeIfEmptied();
    }
  }

  private void startDue() {
    for (Member member = due.peek(); member != null && underWay < WINDOW; member = due.peek()) {
      due.remove();
      if (member.isSettled()) {
        member.busy = false;
        review(member);
      } else {
        underWay++;
        if (member.isWanted()) {
          join(member);
        } else {
          leave(member);
        }
      }
    }
  }

  private void join(Member member) {
    member.state = State.UNKNOWN;
    int asked = lapses;
    Audience audience = member.audience;
    ChannelName channel = audience.channel();
    OnlineUser known = channel == null ? asTold(member) : null;
    // First the topic, then the set: whoever is told to be online hears what is said from then on.
    CompletionStage<Void> listening =
        channel == null ? CompletableFuture.completedFuture(null) : backplane.subscribe(channel);
    // Given up separately: a topic that comes late must not have him joined after he has left.
    CompletionStage<Backplane.Joined> joined =
        withTimeout(
            withTimeout(listening)
                .thenCompose(
                    ready ->
                        known == null
                            ? backplane.join(audience, member.userId)
                            : backplane.appear(known)));
    joined.whenComplete(
        (answer, failure) ->
            control.execute(
                () -> {
                  if (failure == null) {
                    // An answer that was on its way when the lease lapsed confirms nothing.
                    member.state = asked == lapses ? State.IN : State.UNKNOWN;
                    member.inACrowd = answer.size() > announceLimit;
                    if (answer.status() != null) {
                      backplane.publishToUser(
                          member.userId, STATUS_NOTE + answer.status().text(), NO_ENVELOPE);
                    }
                    if (answer.first()) {
                      tellJoined(audience, member.userId, answer.size() == 1);
                    }
                    if (answer.first() && channel != null && !member.inACrowd) {
                      announceJoined(channel, member.principal);
                    }
                  }
                  member.answered();
                  finished(member, failure);
                  tellStatus(member);
                }));
  }

  /** What the backplane is told of a user now. */
  private OnlineUser asTold(Member member) {
    Standing standing = member.standing;
    if (standing != null) {
      standing.told = member.status();
      standing.nextNanos = nanoClock.getAsLong() + STATUS_PACE.toNanos();
    }
    String name = member.principal == null ? null : member.principal.name();
    String shown = name == null ? member.userId : name;
    return new OnlineUser(
        member.userId,
        shown.substring(0, Math.min(shown.length(), MAX_NAME_CHARS)),
        member.status());
  }

  private void leave(Member member) {
    member.state = State.UNKNOWN;
    Audience audience = member.audience;
    withTimeout(backplane.leave(audience, member.userId))
        .whenComplete(
            (answer, failure) ->
                control.execute(
                    () -> {
                      if (failure == null) {
                        member.state = State.OUT;
                        if (answer.last()) {
                          tellLeft(audience, member.userId, answer.size() == 0);
                        }
                        ChannelName channel = audience.channel();
                        if (answer.last() && channel != null && answer.size() < announceLimit) {
                          announceLeft(channel, member.userId);
                        }
                      }
                      finished(member, failure);
                    }));
  }

  private void finished(Member member, @Nullable Throwable failure) {
    underWay--;
    if (failure == null) {
      member.busy = false;
      review(member);
    } else {
      if (failed.isEmpty()) {
        schedule(this::retryFailed, RETRY_DELAY.toNanos());
      }
      failed.add(member);
    }
    startDue();
  }

  private void retryFailed() {
    due.addAll(failed);
    failed.clear();
    startDue();
  }

  /** Lets one part of all members join again, which is harmless when nothing is amiss. */
  private void refresh() {
    if (emptied != null) {
      return;
    }
    long now = nanoClock.getAsLong();
    if (toRefresh.isEmpty() && now - nextRoundNanos >= 0) {
      nextRoundNanos = now + REFRESH_ROUND.toNanos();
      toRefresh.addAll(members.values());
    }
    long ticks = REFRESH_ROUND.dividedBy(REFRESH_TICK);
    for (long i = members.size() / ticks; i >= 0 && !toRefresh.isEmpty(); i--) {
      Member member = toRefresh.remove();
      if (member.state == State.IN) {
        member.state = State.UNKNOWN;
        review(member);
      }
    }
    schedule(this::refresh, REFRESH_TICK.toNanos());
  }

  private void tellJoined(Audience audience, String userId, boolean first) {
    ChannelName channel = audience.channel();
    if (channel != null && first) {
      events.accept(new GatewayEvent(Kind.CHANNEL_OCCUPIED, null, channel));
    }
    Kind kind = channel == null ? Kind.USER_ONLINE : Kind.MEMBER_JOINED;
    events.accept(new GatewayEvent(kind, userId, channel));
  }

  private void tellLeft(Audience audience, String userId, boolean last) {
    ChannelName channel = audience.channel();
    Kind kind = channel == null ? Kind.USER_OFFLINE : Kind.MEMBER_LEFT;
    events.accept(new GatewayEvent(kind, userId, channel));
    if (channel != null && last) {
      events.accept(new GatewayEvent(Kind.CHANNEL_VACATED, null, channel));
    }
  }

  private void announceJoined(ChannelName channel, @Nullable Principal principal) {
    if (principal != null) {
      String name = principal.name() == null ? principal.userId() : principal.name();
      backplane.publish(
          channel,
          EnvelopeWriter.write(
              new Push.UserJoined(
                  principal.userId(),
                  name,
                  principal.picture(),
                  channel.roomId(),
                  channel.groupId())));
    }
  }

  private void announceLeft(ChannelName channel, String userId) {
    backplane.publish(
        channel,
        EnvelopeWriter.write(new Push.UserLeft(userId, channel.roomId(), channel.groupId())));
  }

  /** Once in each channel, however many connections of the user are there. */
  private void announceStatus(
      Standing standing, String userId, UserStatus status, Collection<ChannelName> channels) {
    if (standing.announced != status) {
      standing.announced = status;
      standing.announcedIn.clear();
    }
    for (ChannelName channel : channels) {
      Member member = members.get(new Member(Audience.of(channel), userId));
      if (member != null && !member.inACrowd && standing.announcedIn.add(channel)) {
        backplane.publish(
            channel,
            EnvelopeWriter.write(
                new Push.StatusChanged(userId, status, channel.roomId(), channel.groupId())));
      }
    }
  }

  private void completeIfEmptied() {
    if (emptied != null && members.isEmpty()) {
      emptied.complete(null);
    }
  }

  private void schedule(Runnable task, long delayNanos) {
    control.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
  }

  /** The JDK's own time-outs would wake a thread of theirs for each step. */
  private <T> CompletionStage<T> withTimeout(CompletionStage<T> step) {
    CompletableFuture<T> limited = step.toCompletableFuture().copy();
    Future<?> timeout =
        control.schedule(
            () -> limited.completeExceptionally(new TimeoutException("no answer")),
            STEP_TIMEOUT.toMillis(),
            TimeUnit.MILLISECONDS);
    limited.whenComplete((answer, failure) -> timeout.cancel(false));
    return limited;
  }

  private enum State {
    OUT,
    IN,
    /** Asked for, and not confirmed. */
    UNKNOWN
  }

  private record Grace(Member member, long endsNanos) {}

  /** How a user among everyone online is seen; most never say, and have none. */
  private static final class Standing {
    /** Of his connections. */
    private int away;

    /** As the backplane was told last. */
    private UserStatus told = UserStatus.ACTIVE;

    /** When it may be told again. */
    private long nextNanos;

    private boolean waiting;

    private @Nullable UserStatus announced;
    private final Set<ChannelName> announcedIn = new HashSet<>();

    Standing(long nextNanos) {
      this.nextNanos = nextNanos;
    }
  }

  /** One user in one audience, and the key he is found by: there are as many as subscriptions. */
  private static final class Member {
    private final Audience audience;
    private final String userId;
    private @Nullable Principal principal;
    private int connections;
    private @Nullable Grace grace;
    private State state = State.OUT;

    /** Of those who wait for the answer of the backplane; null when nobody does. */
    private @Nullable CompletableFuture<Void> waiting;

    /** Waiting for its turn, under way, or waiting to be tried again. */
    private boolean busy;

    /** More are online in the audience than hear of each other. */
    private boolean inACrowd;

    private @Nullable Standing standing;

    Member(Audience audience, String userId) {
      this.audience = audience;
      this.userId = userId;
    }

    UserStatus status() {
      return standing != null && standing.away > 0 && standing.away == connections
          ? UserStatus.AWAY
          : UserStatus.ACTIVE;
    }

    CompletableFuture<Void> whenAnswered() {
      CompletableFuture<Void> answer = waiting == null ? new CompletableFuture<>() : waiting;
      waiting = answer;
      return answer;
    }

    void answered() {
      CompletableFuture<Void> answer = waiting;
      waiting = null;
      if (answer != null) {
        answer.complete(null);
      }
    }

    boolean isWanted() {
      return connections > 0 || grace != null;
    }

    boolean isSettled() {
      return state == (isWanted() ? State.IN : State.OUT);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Member member
          && userId.equals(member.userId)
          && audience.equals(member.audience);
    }

    @Override
    public int hashCode() {
      return 31 * audience.hashCode() + userId.hashCode();
    }
  }
}
