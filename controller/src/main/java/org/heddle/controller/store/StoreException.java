package org.heddle.controller.store;

/** The storage failed (disk full, file damaged ...): nothing is known to have been stored. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
