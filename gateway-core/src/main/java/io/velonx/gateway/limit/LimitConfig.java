package io.velonx.gateway.limit;

import java.util.Objects;

/**
 * What one client, user or address may take. Immutable; {@link #builder()} starts from defaults.
 */
public final class LimitConfig {
  public static final LimitConfig DEFAULT = builder().build();

  private final Builder values;

  private LimitConfig(Builder values) {
    this.values = values;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Commands of one connection. */
  public Rate commands() {
    return values.commands;
  }

  /** Collects limits; each has a default. */
  public static final class Builder implements Cloneable {
    // A page sends a handful of commands when it opens, and far fewer than one a second after that.
    private Rate commands = new Rate(50, 100);

    private Builder() {}

    public Builder commands(Rate value) {
      commands = Objects.requireNonNull(value);
      return this;
    }

    public LimitConfig build() {
      try {
        return new LimitConfig((Builder) super.clone());
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
