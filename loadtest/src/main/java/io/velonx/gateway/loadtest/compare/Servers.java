package io.velonx.gateway.loadtest.compare;

import java.io.IOException;
import java.util.Optional;

/** Where candidates come from. Threading: one thread. */
interface Servers {
  /** Why a candidate cannot run here, in words that say what to do; empty when it can. */
  Optional<String> obstacle(Candidate candidate) throws IOException, InterruptedException;

  /** Comes back when the server listens. Fails: {@link IOException} that says why it does not. */
  Server start(Candidate candidate) throws IOException, InterruptedException;

  /** The same, for its memory to be looked at: what is not needed is given back. */
  Server startForMemory(Candidate candidate) throws IOException, InterruptedException;

  void stop(Server server);

  /** The Redis of a candidate: its own, so that nobody hears what others are sent. */
  Server redis(Candidate candidate) throws IOException, InterruptedException;

  /** Signs the tokens all candidates accept. */
  String secret();
}
