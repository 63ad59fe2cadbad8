package org.heddle.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All that a command sees of the process that it runs in.
 *
 * @param output what {@code out} can show
 * @param messages what {@code err} can show
 * @param typed whether standard input is a person's terminal
 * @param variables the environment variables
 * @param home the user's folder
 */
public record Environment(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Terminal output,
    Terminal messages,
    boolean typed,
    Map<String, String> variables,
    Path home,
    InstantSource clock) {

  /** That of this process. */
  public static Environment ofProcess() {
    Map<String, String> variables = System.getenv();
    return new Environment(
        System.in,
        System.out,
        System.err,
        Terminal.of(1, System.out, variables),
        Terminal.of(2, System.err, variables),
        Terminal.isTty(0),
        variables,
        Path.of(System.getProperty("user.home")),
        InstantSource.system());
  }

  /** That of this process with other variables, nothing to read, and all output thrown away. */
  public static Environment silent(Map<String, String> variables) {
    Environment own = ofProcess();
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Environment(
        new ByteArrayInputStream(new byte[0]),
        nowhere,
        nowhere,
        own.output,
        own.messages,
        false,
        variables,
        own.home,
        own.clock);
  }

  /** A variable's value; empty when it is not set. */
  public String variable(String name) {
    return variables.getOrDefault(name, "");
  }

  /**
   * Prints a command's answer.
   *
   * @param value the answer, for formats that programs read
   * @param text the same for people
   */
  public void print(Format format, Object value, Supplier<String> text) {
    out.print(format == Format.TABLE ? text.get() : format.write(value));
    out.flush();
  }

  public long nowMs() {
    return clock.millis();
  }
}
