package org.heddle.images.recipe;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What an image is made of, as its file says, in a normal form: lists whose order has no meaning
 * are sorted and without doubles. Scripts keep their order.
 *
 * @param from a class, or the name of another recipe
 * @param sizeMiB of a disk; 0: what the class says
 * @param kernel name of the recipe whose tree has /boot/vmlinuz and /boot/initrd
 */
public record Recipe(
    String name,
    String from,
    Optional<String> architecture,
    List<String> groups,
    List<String> packages,
    List<FileEntry> files,
    List<User> users,
    List<Script> scripts,
    Services services,
    long sizeMiB,
    Optional<String> kernelArguments,
    Optional<String> kernel,
    Optional<ImageFormat> format) {
  public Recipe {
    groups = groups.stream().distinct().sorted().toList();
    packages = packages.stream().distinct().sorted().toList();
    files = files.stream().sorted(Comparator.comparing(FileEntry::path)).toList();
    users = users.stream().sorted(Comparator.comparing(User::name)).toList();
    scripts = List.copyOf(scripts);
  }
}
