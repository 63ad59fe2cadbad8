package org.heddle.dist.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real sshd on the loopback, with keys and a port of its own. Where none is installed, Debian's
 * is fetched and unpacked for the test, and sees the user that it wants in its own mount namespace.
 */
@Tag("real")
final class StoreOverSshTest {
  private static final Path INSTALLED = Path.of("/usr/sbin/sshd");

  /** sshd is started anew for each connection by the path that it has, with these libraries. */
  private static final String START =
      """
      folder=$1; shift
      cat /etc/passwd >"$folder/passwd"
      grep -q ^sshd: /etc/passwd || echo 'sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin' >>"$folder/passwd"
      mount --bind "$folder/passwd" /etc/passwd
      mount -t tmpfs tmpfs /run
      mkdir -m 0755 /run/sshd
      exec "$@"
      """;

  @TempDir Path folder;
  private StoreProcesses processes;
  private Process sshd;
  private int port;

  @BeforeEach
  void aServer() throws Exception {
    processes = new StoreProcesses(folder);
    Path unpacked = Files.createDirectory(folder.resolve("debian"));
    Path program = Files.isExecutable(INSTALLED) ? INSTALLED : fetch(unpacked);
    for (String key : List.of("host", "user")) {
      List<String> make = List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file(key));
      assertThat(processes.run(make).exit()).isZero();
    }
    port = freePort();
    Files.writeString(
        folder.resolve("config"),
        String.join(
            "\n",
            "ListenAddress 127.0.0.1:" + port,
            "HostKey " + file("host"),
            "AuthorizedKeysFile " + file("user.pub"),
            "PidFile none",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "PermitRootLogin prohibit-password",
            "SetEnv PATH=" + processes.bin() + ":/usr/bin:/bin",
            ""));
    List<String> start = new ArrayList<>(List.of("unshare", "--mount", "sh", "-ec", START, "sh"));
    start.add(folder.toString());
    start.addAll(List.of(program.toString(), "-D", "-e", "-f", file("config")));
    ProcessBuilder builder =
        new ProcessBuilder(start)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("sshd.log").toFile());
    builder
        .environment()
        .put("LD_LIBRARY_PATH", unpacked.resolve("usr/lib/x86_64-linux-gnu").toString());
    sshd = builder.start();
    awaitListening();
    String host = Files.readString(folder.resolve("host.pub"));
    Files.writeString(folder.resolve("known"), "[127.0.0.1]:" + port + " " + host);
  }

  /** Skips the test where this machine's apt cannot fetch packages. */
  private Path fetch(Path into) throws IOException, InterruptedException {
    String script =
        "cd \"$1\"; apt-get -q -o APT::Sandbox::User=root download openssh-server libwrap0;"
            + " for deb in *.deb; do dpkg-deb -x \"$deb\" .; done";
    StoreProcesses.Run fetched = processes.run(List.of("sh", "-ec", script, "sh", into.toString()));
    assumeThat(fetched.exit()).as("sshd is neither here nor to be had: %s", fetched.err()).isZero();
    return into.resolve("usr/sbin/sshd");
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitListening() throws IOException, InterruptedException {
    while (sshd.isAlive()) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException notYet) {
        Thread.sleep(50);
      }
    }
    throw new IOException("sshd ended: " + Files.readString(folder.resolve("sshd.log")));
  }

  @AfterEach
  void end() throws InterruptedException {
    if (sshd != null) {
      sshd.destroy();
      sshd.waitFor(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void anImageGoesThereAndBack() throws Exception {
    byte[] contents = new byte[500_000];
    new Random(2).nextBytes(contents);
    Files.write(folder.resolve("disk.raw"), contents);
    assertThat(processes.heddle("make", "@disk.raw", "--store", "@a").exit()).isZero();
    String ssh =
        "ssh -T -F none -p %d -i %s -o BatchMode=yes -o IdentitiesOnly=yes -o UserKnownHostsFile=%s"
            .formatted(port, file("user"), file("known"));
    String there = "ssh://" + System.getProperty("user.name") + "@127.0.0.1" + folder.resolve("b");
    StoreProcesses.Run pushed =
        processes.heddle("push", "disk.raw", there, "--ssh", ssh, "--store", "@a");
    String log = Files.readString(folder.resolve("sshd.log"));
    assertThat(pushed.exit()).as("%s%n%s", pushed.err(), log).isZero();
    StoreProcesses.Run pulled =
        processes.heddle("pull", there + "/disk.raw", "--ssh", ssh, "--store", "@c");
    assertThat(pulled.exit()).as(pulled.err()).isZero();
    assertThat(processes.heddle("extract", "disk.raw", "@out", "--store", "@c").exit()).isZero();
    assertThat(folder.resolve("out")).hasBinaryContent(contents);
  }
}
