package org.heddle.images.recipe;

/**
 * Commands that run inside the image, without a network.
 *
 * @param shell the program that reads them, with its arguments
 */
public record Script(String run, String shell) {
  public static final String SHELL = "/bin/sh -e";
}
