package org.heddle.dist.demo;

/** The demo could not go on; the message says why, for a person. */
public final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DemoException(String message) {
    super(message);
  }
}
