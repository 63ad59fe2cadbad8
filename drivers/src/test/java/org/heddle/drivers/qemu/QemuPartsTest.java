package org.heddle.drivers.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.heddle.drivers.LiveProcess;
import org.heddle.drivers.MachineConfig;
import org.heddle.drivers.qemu.MachineRecord.Phase;
import org.heddle.model.MachineId;
import org.heddle.model.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QemuPartsTest {
  private static final MachineId MACHINE = MachineId.parse("node1.vjob");
  private static final MachineConfig CONFIG =
      new MachineConfig(
          MACHINE,
          3,
          new Resources(2, 256, 0),
          new MachineConfig.ImageFiles(
              Path.of("/images/a,b/vmlinuz"),
              Path.of("/images/a,b/initrd"),
              "root=/dev/vda rw",
              Optional.of(Path.of("/images/a,b/disk.qcow2"))),
          new TreeMap<>(Map.of("hosts", "10.0.0.1 node1\n")),
          Optional.of(new MachineConfig.Card("vt1", "52:54:00:00:00:01")));

  @TempDir Path folder;

  @Test
  void versionsBelowTheVerifiedOneDoNotMigrateLive() {
    assertThat(QemuVersion.parse("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds)"))
        .contains(new QemuVersion(10, 0, 2));
    assertThat(new QemuVersion(10, 0, 2).migratesLive()).isTrue();
    assertThat(new QemuVersion(11, 0, 0).migratesLive()).isTrue();
    assertThat(new QemuVersion(10, 0, 1).migratesLive()).isFalse();
    assertThat(new QemuVersion(7, 2, 22).migratesLive()).isFalse();
    assertThat(QemuVersion.parse("no such thing")).isEmpty();
  }

  @Test
  void folderThatIsTooLongForSocketsIsRefusedWithTheExcess() {
    Path longest = Path.of("/" + "r".repeat(MachineFiles.SOCKET_PATH_LIMIT - 25));
    assertThat(QemuConfig.standard(folder, longest).ramDirectory()).isEqualTo(longest);
    assertThatThrownBy(
            () -> QemuConfig.standard(folder, longest.resolveSibling(longest.getFileName() + "r")))
        .hasMessageContaining("too long by 1 bytes");
  }

  @Test
  void commandLineIsTheSameWhereverTheMachineRunsButForPathsAndStart() {
    CommandLine here = commandLine(Optional.of("nobody"), Path.of("/dev/shm/a"));
    List<String> boot = here.arguments(CommandLine.Start.BOOT);
    List<String> restore = here.arguments(CommandLine.Start.RESTORE);
    assertThat(restore.subList(0, boot.size())).isEqualTo(boot);
    assertThat(restore.subList(boot.size(), restore.size()))
        .containsExactly("-S", "-incoming", "defer");
    assertThat(
            commandLine(Optional.of("nobody"), Path.of("/dev/shm/b"))
                .arguments(CommandLine.Start.BOOT))
        .map(argument -> argument.replace("/dev/shm/b", "/dev/shm/a"))
        .isEqualTo(boot);
  }

  @Test
  void commandLineConfinesQemu() {
    List<String> asNobody =
        commandLine(Optional.of("nobody"), folder).arguments(CommandLine.Start.BOOT);
    assertThat(asNobody).containsSubsequence("-run-with", "user=nobody");
    assertThat(asNobody).anyMatch(argument -> argument.startsWith("on,obsolete=deny,spawn=deny"));
    List<String> asSelf = commandLine(Optional.empty(), folder).arguments(CommandLine.Start.BOOT);
    assertThat(asSelf).doesNotContain("-run-with");
    assertThat(asSelf).anyMatch(argument -> argument.endsWith("elevateprivileges=deny"));
  }

  @Test
  void consoleIsAddedOnceAndCommasOfPathsDoNotSplitOptions() {
    List<String> arguments =
        commandLine(Optional.empty(), Path.of("/dev/shm/a,b")).arguments(CommandLine.Start.BOOT);
    assertThat(arguments).contains("root=/dev/vda rw console=ttyS0");
    assertThat(arguments)
        .anyMatch(argument ->
            argument.endsWith(
                ",mem-path=/dev/shm/a,,b/"
                    + MachineFiles.of(QemuConfig.standard(folder, Path.of("/dev/shm/a,b")), MACHINE)
                        .ram()
                        .getFileName()
                    + "/memory"));
  }

  private CommandLine commandLine(Optional<String> user, Path ram) {
    QemuConfig config =
        new QemuConfig(
            folder,
            ram,
            Path.of("/usr/bin/qemu-system-x86_64"),
            Path.of("/usr/bin/qemu-img"),
            Accelerator.TCG,
            user,
            new QemuConfig.PortRange(49152, 49160));
    return new CommandLine(CONFIG, MachineFiles.of(config, MACHINE), config, Accelerator.TCG);
  }

  @Test
  void recordComesBackAsItWasWritten() throws IOException {
    Path file = folder.resolve("machine.json");
    MachineRecord record =
        MachineRecord.of(CONFIG, Phase.HERE)
            .started(Instant.parse("2026-01-01T00:00:00.001Z"))
            .stopped(Instant.parse("2026-01-01T00:00:01.002Z"))
            .saving(Optional.of("s1"));
    record.writeTo(file);
    assertThat(MachineRecord.readFrom(file)).contains(record);
    Files.writeString(file, "{ half");
    assertThat(MachineRecord.readFrom(file)).isEmpty();
    assertThat(MachineRecord.readFrom(folder.resolve("none"))).isEmpty();
  }

  @Test
  void processIsKnownByItsStartAndFoundByItsArguments() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "60.125", "0.5").start();
    try {
      LiveProcess process = LiveProcess.find(sleep.pid()).orElseThrow();
      assertThat(process.alive()).isTrue();
      assertThat(LiveProcess.with("60.125", "0.5")).contains(process);
      assertThat(new LiveProcess(sleep.pid(), process.startTicks() - 1).alive()).isFalse();
      process.kill();
      assertThat(process.ends(Duration.ofMinutes(1))).isTrue();
      assertThat(LiveProcess.with("60.125", "0.5")).isEmpty();
    } finally {
      sleep.destroyForcibly();
    }
  }

  @Test
  void namesOfSavedStatesCannotLeaveTheFolder() throws IOException {
    SavedStates states = new SavedStates(folder);
    for (String evil : List.of("..", "../x", "a/b", "", ".hidden", "a".repeat(101))) {
      assertThatThrownBy(() -> states.receiving(MACHINE, evil)).hasMessageContaining("legal name");
    }
  }

  @Test
  void removesWhatAnInterruptedSaveLeft() throws Exception {
    SavedStates states = new SavedStates(folder);
    Path half = states.begin(MACHINE, "half");
    Files.write(half.resolve("memory"), new byte[10]);
    assertThat(states.of(MACHINE)).isEmpty();
    states.removeIncomplete();
    assertThat(half).doesNotExist();
  }
}
