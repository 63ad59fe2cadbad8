package org.heddle.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** {@code ENGINE SECONDS}, the question at standard input. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    int seconds = Integer.parseInt(arguments[1]);
    Question question;
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      question = Question.read(in);
    }
    Answers answers = new Answers(System.out);
    switch (arguments[0]) {
      case "choco" -> new ChocoPeer(question, answers).run(seconds);
      case "cp-sat" -> new CpSatPeer(question, answers).run(seconds);
      default -> throw new IllegalArgumentException("no engine " + arguments[0]);
    }
    answers.end();
  }
}
