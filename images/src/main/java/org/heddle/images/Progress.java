package org.heddle.images;

/** Hears how a build goes on. Called by several threads. */
public interface Progress {
  Progress SILENT =
      new Progress() {
        @Override
        public void step(String image, String step, double share) {}

        @Override
        public void done(String image, String step, boolean cached, double seconds) {}
      };

  /**
   * A step goes on.
   *
   * @param share done of this step, 0 to 1
   */
  void step(String image, String step, double share);

  /** A step has ended well. */
  void done(String image, String step, boolean cached, double seconds);

  /** What goes to the build's log, in pieces as it comes. */
  default void said(String text) {}
}
