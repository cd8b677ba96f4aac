package io.velonx.gateway.inbox;

import io.velonx.gateway.backplane.Appended;

/**
 * What became of an envelope for a user.
 *
 * @param appended its place in the inbox, if it is kept, and whether it was there before
 * @param nodes on how many nodes the user has connections
 */
public record Posted(Appended appended, int nodes) {
  /** The same for who repeats it. */
  Posted repeated(String receipt) {
    return new Posted(new Appended(appended.position(), true, receipt, appended.reach()), nodes);
  }
}
