package io.velonx.gateway.simulation;

/** How the network between one node and Redis is at the moment. */
final class Weather {
  /** On top of a fraction of a millisecond. */
  int longestDelayMillis;

  double losesRequests;
  double losesAnswers;

  /** How often a publication is delivered twice. */
  double repeats;

  void calm() {
    longestDelayMillis = 0;
    losesRequests = 0;
    losesAnswers = 0;
    repeats = 0;
  }
}
