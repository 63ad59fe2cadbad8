package org.heddle.model;

import java.util.Optional;

/**
 * All that a host needs to know to have a machine: given with the operations that bring the machine
 * to a host (boot, restore, migrate).
 *
 * @param incarnation grows each time the machine is started anew from its image or from a saved
 *     state; tells a stale process from the right one
 * @param image name of the image in the host's image folder
 * @param start background command of the machine group
 * @param sshKey private key (OpenSSH form) shared by the machines of the vjob and known to no other
 * @param sshPublicKey the public half, one authorized_keys line
 */
public record Launch(
    MachineId machine,
    long incarnation,
    MachineKind kind,
    String image,
    Resources demand,
    NetworkAttachment network,
    Optional<String> start,
    String sshKey,
    String sshPublicKey) {}
