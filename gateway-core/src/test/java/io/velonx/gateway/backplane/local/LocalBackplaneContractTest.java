package io.velonx.gateway.backplane.local;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneContractTest;

class LocalBackplaneContractTest extends BackplaneContractTest {
  @Override
  protected Backplane create() {
    return new LocalBackplane();
  }
}
