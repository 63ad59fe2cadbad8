package org.heddle.store.transfer;

import java.io.IOException;
import org.heddle.store.StoreException;
import org.heddle.store.StoreException.Kind;

/** Failures as numbers on the wire. */
final class Fault {
  /** Not the caller's fault, and not for ever. */
  static final int NOT_NOW = 0;

  private Fault() {}

  static int code(IOException failure) {
    return failure instanceof StoreException known ? code(known.kind()) : NOT_NOW;
  }

  private static int code(Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> 1;
      case CONFLICT -> 2;
      case MALFORMED -> 3;
      case CORRUPT -> 4;
      case FULL -> 5;
      case INVALID -> 6;
    };
  }

  /** What the other side said, as an exception here. */
  static IOException said(int code, String message) {
    for (Kind kind : Kind.values()) {
      if (code(kind) == code) {
        // Not to be taken for what is full here.
        return new StoreException(kind, kind == Kind.FULL ? "there: " + message : message);
      }
    }
    return new CutException(message);
  }

  static StoreException malformed(String message) {
    return new StoreException(Kind.MALFORMED, message);
  }

  static StoreException invalid(String message) {
    return new StoreException(Kind.INVALID, message);
  }

  /** A text of the other side with nothing in it that a terminal would obey. */
  static String harmless(String text) {
    String shown = text.replaceAll("\\p{Cntrl}", " ");
    return shown.length() <= Bounds.MESSAGE ? shown : shown.substring(0, Bounds.MESSAGE) + "...";
  }
}
