package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * What a command reads from and writes to. The environment comes along, so that tests can bring
 * their own.
 */
record Console(Map<String, String> environment, InputStream in, PrintWriter out, PrintWriter err) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** Prints for a program to read. */
  void print(ObjectNode body) {
    try {
      out.println(JSON.writeValueAsString(body));
      out.flush();
    } catch (JsonProcessingException e) {
      throw new AssertionError("a tree can always be written", e);
    }
  }

  /** Prints for people. */
  void print(Object text) {
    out.print(text);
    out.flush();
  }

  void printLine(String text) {
    out.println(text);
    out.flush();
  }

  /** Says why nothing was done. */
  void complain(List<String> problems) {
    problems.forEach(problem -> err.println("error: " + problem));
    err.flush();
  }
}
