package io.velonx.gateway.backplane;

import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.protocol.ChannelName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A listener that remembers what it was told. Threading: any thread. */
public final class RecordingListener implements BackplaneListener {
  private final Set<ChannelName> subscribed = ConcurrentHashMap.newKeySet();
  private final Map<ChannelName, List<byte[]>> publications = new ConcurrentHashMap<>();
  private final Map<String, List<byte[]>> userPublications = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> reaped = new ConcurrentHashMap<>();
  private final Map<ChannelName, AtomicInteger> inside = new ConcurrentHashMap<>();
  private final List<ChannelName> resumed = new CopyOnWriteArrayList<>();
  private final List<String> notes = new CopyOnWriteArrayList<>();
  private final AtomicInteger overlaps = new AtomicInteger();
  private final List<String> replaced = new CopyOnWriteArrayList<>();
  private final List<Revocation> revoked = new CopyOnWriteArrayList<>();
  private final List<String> blocksChanged = new CopyOnWriteArrayList<>();
  private final AtomicInteger usersResumed = new AtomicInteger();
  private final AtomicInteger lapses = new AtomicInteger();
  private final AtomicInteger silences = new AtomicInteger();
  private final AtomicInteger recoveries = new AtomicInteger();
  private final Set<Consumer<ChannelName>> reactions = new CopyOnWriteArraySet<>();

  /** The channels whose topics were subscribed again, once for each time. */
  public List<ChannelName> resumed() {
    return List.copyOf(resumed);
  }

  /** Makes {@link #hasSubscribers} true for the channel. */
  public void add(ChannelName channel) {
    subscribed.add(channel);
  }

  /** Makes {@link #hasSubscribers} false for the channel. */
  public void remove(ChannelName channel) {
    subscribed.remove(channel);
  }

  /** Does this for every publication, inside the call. */
  public void onEach(Consumer<ChannelName> reaction) {
    reactions.add(reaction);
  }

  @Override
  public void onPublication(ChannelName channel, byte[] envelope) {
    AtomicInteger callers = inside.computeIfAbsent(channel, key -> new AtomicInteger());
    if (callers.incrementAndGet() > 1) {
      overlaps.incrementAndGet();
    }
    record(publications, channel, envelope);
    try {
      reactions.forEach(reaction -> reaction.accept(channel));
    } finally {
      callers.decrementAndGet();
    }
  }

  @Override
  public void onUserPublication(String userId, String note, byte[] envelope) {
    record(userPublications, userId, envelope);
    notes.add(note);
  }

  @Override
  public void onReplaced(String userId, long connectionId) {
    replaced.add(userId + "/" + connectionId);
  }

  /** Connections that had to make room, as {@code user/number}. */
  public List<String> replaced() {
    return List.copyOf(replaced);
  }

  @Override
  public void onRevoked(Collection<Revocation> added) {
    revoked.addAll(added);
  }

  /** Revocations in the order in which they were told. */
  public List<Revocation> revoked() {
    return List.copyOf(revoked);
  }

  @Override
  public void onBlocksChanged(String userId) {
    blocksChanged.add(userId);
  }

  /** Users whose lists of whom they block were changed, once for each time. */
  public List<String> blocksChanged() {
    return List.copyOf(blocksChanged);
  }

  @Override
  public void onBlocksMissed() {}

  @Override
  public boolean hasSubscribers(ChannelName channel) {
    return subscribed.contains(channel);
  }

  @Override
  public boolean keepsHistory(ChannelName channel) {
    return true;
  }

  @Override
  public void onResumed(ChannelName channel) {
    resumed.add(channel);
  }

  @Override
  public void onSilent() {
    silences.incrementAndGet();
  }

  @Override
  public CompletionStage<Void> onRecovered() {
    recoveries.incrementAndGet();
    return CompletableFuture.completedStage(null);
  }

  /** How often the connection for topics was replaced for being silent. */
  public int silences() {
    return silences.get();
  }

  /** How often the backplane came back. */
  public int recoveries() {
    return recoveries.get();
  }

  @Override
  public void onUsersResumed() {
    usersResumed.incrementAndGet();
  }

  /** How often publications to users may have been missed. */
  public int usersResumed() {
    return usersResumed.get();
  }

  @Override
  public void onReaped(Audience audience, Collection<String> userIds) {
    for (String user : userIds) {
      reaped.computeIfAbsent(audience + " " + user, key -> new AtomicInteger()).incrementAndGet();
    }
  }

  @Override
  public void onLapsed() {
    lapses.incrementAndGet();
  }

  public List<byte[]> publications(ChannelName channel) {
    return copy(publications.get(channel));
  }

  public List<String> texts(ChannelName channel) {
    return texts(publications(channel));
  }

  public List<String> userTexts(String userId) {
    return texts(copy(userPublications.get(userId)));
  }

  /** The notes that came with envelopes for users, in the order of these. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** How often this user was reported as reaped from the audience. */
  public int reaped(Audience audience, String userId) {
    AtomicInteger count = reaped.get(audience + " " + userId);
    return count == null ? 0 : count.get();
  }

  public int lapses() {
    return lapses.get();
  }

  /** How often two publications of one channel were delivered at the same time. */
  public int overlaps() {
    return overlaps.get();
  }

  private static <K> void record(Map<K, List<byte[]>> all, K key, byte[] envelope) {
    List<byte[]> list = all.computeIfAbsent(key, k -> new ArrayList<>());
    synchronized (list) {
      list.add(envelope);
    }
  }

  private static List<byte[]> copy(@Nullable List<byte[]> list) {
    if (list == null) {
      return List.of();
    }
    synchronized (list) {
      return List.copyOf(list);
    }
  }

  private static List<String> texts(List<byte[]> envelopes) {
    return envelopes.stream().map(octets -> new String(octets, StandardCharsets.UTF_8)).toList();
  }
}
