package org.heddle.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What the build runs to record which classes the everyday commands need (the JVM's AOT cache, JEP
 * 483): those commands against a server in this process, with their output thrown away. Then
 * whatever programs have added as commands of this one.
 */
@Command(name = TrainingCommand.NAME, hidden = true, description = "Training for the AOT cache.")
final class TrainingCommand implements Callable<Integer> {
  static final String NAME = "__train";

  private static final String ROOM = "{\"cores\":2,\"memoryMiB\":2048,\"diskMiB\":4096}";
  private static final String SWITCH =
      """
      {"id":1,"cause":"c","startedMs":1,"endedMs":9000,"pauseSkewMs":{"v":3},"actions":[{"action":"migrate",
      "machine":"a.v","from":"h1","to":"h2","progress":"done","startMs":0,"durationMs":2000,"downtimeMs":30,
      "message":""}]}\
      """;
  private static final String MACHINE =
      """
      {"name":"a.v","vjob":"v","state":"running","host":"h1","site":"s","address":"10.0.0.1","mac":"m",
      "image":"tiny","demand":%s}\
      """
          .formatted(ROOM);
  private static final String VJOB =
      """
      {"name":"v","state":"running","wanted":"running","priority":1,"owner":"o","reason":"","submittedMs":1,
      "exitCode":0,"output":"","machines":[%s],"spec":{"name":"v","priority":1,"owner":"o","run":"true",
      "machines":[{"name":"a","count":1,"image":"tiny","demand":%s,"kind":"VM"}]}}\
      """
          .formatted(MACHINE, ROOM);
  private static final String HOST =
      """
      {"name":"h1","site":"s","state":"online","drained":false,"capacity":%s,"used":%s,"tags":["t"],
      "address":"10.0.0.1","machines":["a.v"],"images":["tiny"]}\
      """
          .formatted(ROOM, ROOM);
  private static final String STATUS =
      """
      {"version":"0","settled":true,"hosts":1,"hostsOnline":1,"vjobs":{"running":1},"capacity":%s,"used":%s,
      "currentSwitch":%s,"startedMs":1}\
      """
          .formatted(ROOM, ROOM, SWITCH);
  private static final String EVENT =
      "[{\"id\":1,\"timeMs\":1,\"kind\":\"k\",\"subject\":\"s\",\"message\":\"m\"}]";

  private static final List<String> EVERYDAY =
      List.of(
          "status",
          "status -o json",
          "vjob list",
          "vjob show v",
          "vjob wait v",
          "machine list",
          "machine show a.v -o yaml",
          "host list",
          "host show h[1-1]",
          "switch list",
          "switch show",
          "events",
          "vjob list -o json",
          "vjob suspend v",
          "status --nonsense",
          "vjob show missing",
          "submit -",
          "version",
          "vjob --help",
          "--help");

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answers().forEach((path, body) -> serve(server, path, body));
    server.start();
    try {
      Map<String, String> variables = new HashMap<>();
      variables.put("HEDDLE_URL", "http://127.0.0.1:" + server.getAddress().getPort());
      variables.put("HEDDLE_TOKEN", "token");
      for (String line : EVERYDAY) {
        HeddleCommand.run(
            Environment.silent(variables), new LinkedHashMap<>(), line.split(" ", -1));
      }
    } finally {
      server.stop(0);
    }
    int worst = ExitCode.OK.number();
    for (CommandLine more : spec.subcommands().values()) {
      worst = Math.max(worst, more.execute());
    }
    return worst;
  }

  private static Map<String, String> answers() {
    Map<String, String> answers = new HashMap<>();
    answers.put("/v1/status", STATUS);
    answers.put("/v1/vjobs", "[" + VJOB + "]");
    answers.put("/v1/vjobs/v", VJOB.replace("\"state\":\"running\"", "\"state\":\"terminated\""));
    answers.put("/v1/vjobs/v/suspend", VJOB);
    answers.put("/v1/machines", "[" + MACHINE + "]");
    answers.put("/v1/machines/a.v", MACHINE);
    answers.put("/v1/hosts", "[" + HOST + "]");
    answers.put("/v1/switches", "[" + SWITCH + "]");
    answers.put("/v1/events", EVENT);
    return answers;
  }

  private static void serve(HttpServer server, String path, String body) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            boolean here = exchange.getRequestURI().getPath().equals(path);
            boolean more = !"after=1&limit=1000".equals(exchange.getRequestURI().getQuery());
            byte[] bytes = (more ? body : "[]").getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(here ? 200 : 404, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
  }
}
