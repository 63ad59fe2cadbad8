package org.heddle.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshKeyPairTest {
  @Test
  void openSshReadsThePrivateKeyAndFindsThePublicOne(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/ssh-keygen")), "ssh-keygen is not there");
    for (String comment :
        new String[] {"a", "mrbayes", "a-name-of-forty-letters-is-the-longest-00"}) {
      SshKeyPair pair = SshKeyPair.generate(comment);
      Path file = folder.resolve(comment);
      Files.writeString(file, pair.privateKey());
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      Process keygen =
          new ProcessBuilder("/usr/bin/ssh-keygen", "-y", "-f", file.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(keygen.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said.strip()).isEqualTo(pair.publicKey());
    }
  }

  @Test
  void noTwoKeysAreTheSame() {
    assertThat(SshKeyPair.generate("a").privateKey())
        .isNotEqualTo(SshKeyPair.generate("a").privateKey());
  }
}
