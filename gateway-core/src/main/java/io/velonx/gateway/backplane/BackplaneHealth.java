package io.velonx.gateway.backplane;

/**
 * Whether the bus can be reached.
 *
 * @param publisherConnected commands are answered
 * @param subscriberConnected publications can arrive
 */
public record BackplaneHealth(boolean publisherConnected, boolean subscriberConnected) {
  public boolean isHealthy() {
    return publisherConnected && subscriberConnected;
  }
}
