package org.heddle.store.transfer;

import org.heddle.store.StoreException;

/** What can be asked: the first byte of a request. */
enum Operation {
  /** Name: the index with that name, as it is. */
  INDEX(1),
  /** Digests: a bit for each, set where the chunk is missing. */
  MISSING(2),
  /** Chunks: blocks that hold those of them which are here. */
  FETCH(3),
  /** Nothing: the number of a new session to add to. */
  BEGIN(4),
  /** Session and blocks: bytes of chunks that were new. */
  PUT(5),
  /** Session, name and index: bytes that the session has written. */
  PUBLISH(6),
  /** Session: nothing; what was added is durable. */
  END(7),
  /** Chunks: what each looks like. */
  SKETCHES(8),
  /** Chunks, and others that the caller has: what the first differ by from the others. */
  DIFFER(9),
  /** Session and a difference: bytes of chunks that were new; -1: what it refers to is not here. */
  PUT_DIFFERENCE(10);

  final byte number;

  Operation(int number) {
    this.number = (byte) number;
  }

  boolean adds() {
    return switch (this) {
      case INDEX, MISSING, FETCH, SKETCHES, DIFFER -> false;
      case BEGIN, PUT, PUBLISH, END, PUT_DIFFERENCE -> true;
    };
  }

  static Operation of(int number) throws StoreException {
    for (Operation operation : values()) {
      if (operation.number == number) {
        return operation;
      }
    }
    throw Fault.malformed("unknown request " + number + ": is the other side a later version?");
  }
}
