package org.heddle.store;

/** Is told how far something got; called often and from several threads. */
public interface Progress {
  /** Nobody listens. */
  Progress NONE = (done, whole) -> {};

  /**
   * @param done bytes of the file that are done, holes counted
   * @param whole bytes of the whole file
   */
  void at(long done, long whole);

  /** For a part of it. */
  default Progress part(long before, long after) {
    return (done, whole) -> at(before + done, before + whole + after);
  }
}
