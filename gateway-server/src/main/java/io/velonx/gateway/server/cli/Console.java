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
 *
 * @param terminal whether somebody looks on, who is shown colours and moving screens
 */
record Console(
    Map<String, String> environment,
    InputStream in,
    PrintWriter out,
    PrintWriter err,
    boolean terminal) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** How a word stands out on a terminal. */
  enum Style {
    GOOD(32),
    WARNING(33),
    BAD(31),
    HEADING(1);

    private final int code;

    Style(int code) {
      this.code = code;
    }
  }

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

  /** Prints for a program that reads line by line. */
  void printOneLine(ObjectNode body) {
    printLine(body.toString());
  }

  /** The text, standing out where that can be shown. */
  String styled(Style style, String text) {
    return terminal ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
  }

  /** Tells people something beside what is printed for programs. */
  void remark(String text) {
    err.println(text);
    err.flush();
  }

  /** Says why nothing was done. */
  void complain(List<String> problems) {
    problems.forEach(problem -> err.println("error: " + problem));
    err.flush();
  }
}
