package org.heddle.drivers;

import org.heddle.model.Outcome;

/** A driver could not do what it was asked; the code says whether another try makes sense. */
public final class DriverException extends Exception {
  private static final long serialVersionUID = 1;
  private final Outcome.Code code;

  public DriverException(Outcome.Code code, String message) {
    super(message);
    this.code = code;
  }

  public DriverException(Outcome.Code code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public Outcome.Code code() {
    return code;
  }
}
