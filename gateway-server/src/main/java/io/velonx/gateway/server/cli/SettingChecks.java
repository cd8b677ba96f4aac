package io.velonx.gateway.server.cli;

import io.velonx.gateway.backend.AccessRules.Rule;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.server.NodeFactory;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.util.ArrayList;
import java.util.List;

/** What to consider about settings that are valid. */
final class SettingChecks {
  private SettingChecks() {}

  static List<Finding> run(Configuration settings) {
    List<Finding> findings = new ArrayList<>();
    if (NodeFactory.jwtPolicy(settings) == null) {
      findings.add(
          Finding.failure(
              Settings.TOKEN_SECRET.name(),
              "not set: every connection is refused with 401",
              "set NEXTAUTH_SECRET to the secret of the site"));
    }
    if (settings.find(Settings.ORIGINS_ALLOWED) == null) {
      findings.add(
          Finding.warning(
              Settings.ORIGINS_ALLOWED.name(),
              "not set: session cookies are off, and pages of any origin may bring a token",
              "list the pages that may connect, as https://www.example.org"));
    }
    if (settings.find(Settings.REDIS_URL) == null) {
      findings.add(
          Finding.warning(
              Settings.REDIS_URL.name(),
              "not set: this node is alone",
              "set it to run several nodes"));
    }
    if (!settings.get(Settings.HISTORY_KEEP).keeps(ChannelName.room("any"))) {
      findings.add(
          Finding.warning(
              Settings.HISTORY_KEEP.name(),
              "off for rooms: who is away misses what is published meanwhile",
              "keep some, as 100/1h"));
    }
    if (settings.get(Settings.AUTHORIZATION_SUBSCRIBE).uses(Rule.OPEN)) {
      findings.add(
          Finding.warning(
              Settings.AUTHORIZATION_SUBSCRIBE.name(),
              "open: whoever has a good token may subscribe to every channel it is open for",
              "say claims or hook where not everybody may listen"));
    }
    if (settings.find(Settings.API_KEYS) == null
        && !settings.get(Settings.ADMIN_HOST).matches("127\\..*|localhost|::1")) {
      findings.add(
          Finding.failure(
              Settings.API_KEYS.name(),
              "not set, and " + Settings.ADMIN_HOST.name() + " is no loopback address",
              "set keys, or bind the admin port to 127.0.0.1"));
    }
    if (findings.isEmpty()) {
      findings.add(Finding.good("settings", "nothing to consider"));
    }
    return findings;
  }
}
