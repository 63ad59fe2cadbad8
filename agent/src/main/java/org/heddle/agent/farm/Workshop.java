package org.heddle.agent.farm;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.heddle.api.ApiException;
import org.heddle.api.FarmApi.BuildRequest;
import org.heddle.api.FarmApi.ImageDetail;
import org.heddle.api.FarmApi.ImageView;
import org.heddle.api.FarmApi.StageView;
import org.heddle.images.Progress;

/**
 * What builds images and keeps them: the seam to the farm. Thread-safe. What was asked for and
 * cannot be is an {@link ApiException}; any other {@link IOException} is this host's trouble.
 */
public interface Workshop {
  /** Reads what is asked for, and all that it refers to, and builds nothing. */
  Draft draft(BuildRequest request) throws IOException;

  /** Names of recipes that it knows. */
  List<String> recipes() throws IOException;

  /** Names of classes that it knows. */
  List<String> classes() throws IOException;

  List<ImageView> images() throws IOException;

  /** By its name, digest or name for vjobs. */
  ImageDetail image(String name) throws IOException;

  /** Writes the log of an image's build. */
  void log(String name, OutputStream out) throws IOException;

  /** The main file of an image, out of the content store. */
  Download download(String name) throws IOException, InterruptedException;

  /** Takes an image away, here and from what this host offers to others. */
  void remove(String name) throws IOException, InterruptedException;

  /** What is to be built. Closing it leaves nothing of the request. */
  interface Draft extends AutoCloseable {
    String name();

    /** Equal ones are the same image. */
    String digest();

    /** How many steps it goes through, of which one writes the image. */
    int steps();

    /** The image, if it is there and hosts can have it. */
    Optional<Made> there() throws IOException;

    /** The stages that would be reused or made. */
    List<StageView> plan() throws IOException, InterruptedException;

    /** Builds what is missing, and has the grid know of it. */
    Made make(boolean refresh, Progress progress) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
  }

  /**
   * An image that is there.
   *
   * @param image what vjobs call it; empty when machines cannot boot it
   */
  record Made(String image, boolean cached, List<StageView> stages, long bytes, double seconds) {}

  /** A file that is assembled from chunks as it is read; stays until it is closed. */
  interface Download extends AutoCloseable {
    String name();

    long size();

    /** Names these very bytes. */
    String digest();

    /** Writes the bytes from {@code from} on, before {@code to}. */
    void write(long from, long to, OutputStream out) throws IOException;

    @Override
    void close();
  }
}
