package io.velonx.gateway.loadtest.compare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Samples what a JVM does, from outside of it: async-profiler, which sees the kernel, too, where
 * there is one for this system, else Flight Recorder. Threading: one thread.
 */
final class Profiler {
  private static final String FLIGHT_RECORDING = "profile";

  private final long pid;
  private final Path folder;
  private final Optional<Path> library;

  Profiler(long pid, Path folder) throws IOException {
    this.pid = pid;
    this.folder = folder.toAbsolutePath();
    Files.createDirectories(this.folder);
    library = extract(this.folder);
  }

  String name() {
    return library.isPresent() ? "async-profiler" : "Flight Recorder";
  }

  void start() throws IOException, InterruptedException {
    if (library.isPresent()) {
      agent("start,event=cpu,interval=1ms");
    } else {
      jcmd("JFR.start", "name=" + FLIGHT_RECORDING, "settings=profile");
    }
  }

  /** Writes collapsed stacks. */
  void stop(Path stacks) throws IOException, InterruptedException {
    Path target = stacks.toAbsolutePath();
    if (library.isPresent()) {
      agent("stop,collapsed,ann,file=" + target);
    } else {
      Path recording = folder.resolve("profile.jfr");
      jcmd("JFR.stop", "name=" + FLIGHT_RECORDING, "filename=" + recording);
      Files.writeString(target, collapsed(recording));
    }
  }

  private void agent(String options) throws IOException, InterruptedException {
    // Without quotes the JVM would take the part before the = for the name of an argument.
    jcmd("JVMTI.agent_load", library.orElseThrow().toString(), '"' + options + '"');
  }

  private void jcmd(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    // The code of a failed agent is in the text only.
    if (code != 0 || (says.contains("return code: ") && !says.contains("return code: 0"))) {
      throw new IOException(String.join(" ", words) + ": " + says.strip());
    }
  }

  private static Optional<Path> extract(Path folder) throws IOException {
    String resource = resource(System.getProperty("os.name"), System.getProperty("os.arch"));
    try (InputStream in = Profiler.class.getResourceAsStream(resource)) {
      if (in == null) {
        return Optional.empty();
      }
      Path library = folder.resolve("libasyncProfiler.so");
      Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING);
      return Optional.of(library);
    }
  }

  /** Where the artifact keeps the library of a system. */
  static String resource(String system, String processor) {
    boolean arm = processor.equals("aarch64");
    String folder =
        system.startsWith("Linux")
            ? (arm ? "linux-arm64" : "linux-x64")
            : system.startsWith("Mac") ? "macos" : "none";
    return "/" + folder + "/libasyncProfiler.so";
  }

  static String collapsed(Path recording) throws IOException {
    Map<String, Integer> stacks = new TreeMap<>();
    try (RecordingFile events = new RecordingFile(recording)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        boolean isSample =
            event.getEventType().getName().equals("jdk.ExecutionSample")
                || event.getEventType().getName().equals("jdk.NativeMethodSample");
        if (isSample && event.getStackTrace() != null) {
          stacks.merge(stack(event.getStackTrace().getFrames()), 1, Integer::sum);
        }
      }
    }
    StringBuilder text = new StringBuilder();
    stacks.forEach((stack, count) -> text.append(stack).append(' ').append(count).append('\n'));
    return text.toString();
  }

  private static String stack(List<RecordedFrame> innermostFirst) {
    List<String> names = new ArrayList<>();
    for (RecordedFrame frame : innermostFirst) {
      names.add(
          frame.getMethod().getType().getName().replace('.', '/')
              + "."
              + frame.getMethod().getName());
    }
    Collections.reverse(names);
    return String.join(";", names);
  }
}
