package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.NodeFactory;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Setting;
import io.velonx.gateway.server.config.Settings;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at the settings. */
@Command(name = "config", description = "Shows or checks the settings, without starting anything.")
final class ConfigCommand implements Runnable {
  @Spec CommandLine.Model.CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  @SuppressWarnings("NullAway.Init") // picocli fills in the specification
  ConfigCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say `config show` or `config check`");
  }

  /** Prints what holds and where it came from. */
  @Command(
      name = "show",
      description = "Prints every setting, its value, and where it came from. Secrets are masked.")
  static final class Show extends ConfiguredCommand {
    @Option(names = "--json", description = "Prints JSON.")
    boolean json;

    Show(Console console) {
      super(console);
    }

    @Override
    int run(Configuration settings) {
      if (json) {
        ObjectNode body = Console.object();
        ArrayNode list = body.putArray("settings");
        settings.entries().forEach(entry -> put(list.addObject(), entry));
        console.print(body);
        return ExitCode.OK;
      }
      Table table = new Table("SETTING", "VALUE", "FROM");
      settings
          .entries()
          .forEach(entry -> table.row(entry.setting().name(), entry.text(), entry.origin()));
      console.print(table);
      return ExitCode.OK;
    }

    private static void put(ObjectNode target, Configuration.Entry entry) {
      Setting<?> setting = entry.setting();
      target.put("name", setting.name());
      target.put("value", entry.value() == null ? null : entry.text());
      target.put("from", entry.origin());
      target.put("variable", setting.variable());
      target.put("flag", setting.flag());
      target.put("default", setting.defaultText());
      target.put("description", setting.description());
    }
  }

  /** Says whether a node would start. */
  @Command(
      name = "check",
      description = "Says whether a node would start with these settings, and what to consider.")
  static final class Check extends ConfiguredCommand {
    @Option(names = "--json", description = "Prints JSON.")
    boolean json;

    Check(Console console) {
      super(console);
    }

    @Override
    int run(Configuration settings) {
      List<String> warnings = warnings(settings);
      if (json) {
        ObjectNode body = Console.object().put("valid", true);
        ArrayNode list = body.putArray("warnings");
        warnings.forEach(list::add);
        console.print(body);
      } else {
        warnings.forEach(warning -> console.printLine("warning: " + warning));
        console.printLine("The settings are valid.");
      }
      return ExitCode.OK;
    }

    @Override
    void refuse(List<String> problems) {
      if (json) {
        ObjectNode body = Console.object().put("valid", false);
        ArrayNode list = body.putArray("problems");
        problems.forEach(list::add);
        console.print(body);
      } else {
        super.refuse(problems);
      }
    }

    private static List<String> warnings(Configuration settings) {
      List<String> warnings = new ArrayList<>();
      if (NodeFactory.jwtPolicy(settings) == null) {
        warnings.add(
            Settings.TOKEN_SECRET.name() + " is not set: every connection is refused with 401");
      }
      if (settings.find(Settings.REDIS_URL) == null) {
        warnings.add(Settings.REDIS_URL.name() + " is not set: this node is alone");
      }
      return warnings;
    }
  }
}
