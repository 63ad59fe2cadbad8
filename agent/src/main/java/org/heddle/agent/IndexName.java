package org.heddle.agent;

import java.util.Optional;
import org.heddle.model.MachineId;

/** What an index in a host's content store is of; its name says it. */
sealed interface IndexName {
  /** The name in the store. */
  String text();

  /**
   * A file of an image, whatever images it belongs to.
   *
   * @param sha256 of the file, in hexadecimal digits
   */
  record ImageFile(String sha256) implements IndexName {
    @Override
    public String text() {
      return "image@" + sha256;
    }
  }

  /** A file of a saved state. */
  record StateFile(MachineId machine, String stateId, String file) implements IndexName {
    @Override
    public String text() {
      return "state@" + machine + "@" + stateId + "@" + file;
    }
  }

  /**
   * Says that this host keeps a complete copy of a saved state of another one: the offer of its
   * files, which is published when all of them are here.
   */
  record Copy(MachineId machine, String stateId) implements IndexName {
    @Override
    public String text() {
      return "copy@" + machine + "@" + stateId;
    }
  }

  /** Empty for what no agent has named. */
  static Optional<IndexName> parse(String text) {
    String[] parts = text.split("@", -1);
    try {
      return switch (parts[0] + parts.length) {
        case "image2" -> Optional.of(new ImageFile(parts[1]));
        case "state4" -> Optional.of(new StateFile(MachineId.parse(parts[1]), parts[2], parts[3]));
        case "copy3" -> Optional.of(new Copy(MachineId.parse(parts[1]), parts[2]));
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }
}
