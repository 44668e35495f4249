package io.shardsum.cli;

import java.io.PrintWriter;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Says in one line that a command was ended from outside, as by Ctrl-C or {@code kill}. All that
 * Spark would log while it is stopped is silenced.
 */
final class Interruption implements AutoCloseable {

  private final Thread hook = new Thread(this::say, "interruption");
  private final PrintWriter err;
  private volatile String words;

  /**
   * Nothing is said before {@link #begin()}.
   *
   * @param words the line
   */
  Interruption(String words, PrintWriter err) {
    this.words = words;
    this.err = err;
  }

  /** From now on the line is said if the process is ended. */
  void begin() {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) { // it is being ended already
      say();
    }
  }

  /** Says another line from now on. */
  void say(String newWords) {
    words = newWords;
  }

  /** Whether the process is being ended: an exception is then no news. */
  boolean happened() {
    Thread none = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(none);
      Runtime.getRuntime().removeShutdownHook(none);
      return false;
    } catch (IllegalStateException e) { // hooks are refused as soon as the end begins
      return true;
    }
  }

  /** The command has ended by itself: nothing is said. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) { // too late: the line is being said
      return;
    }
  }

  private void say() {
    Configurator.setAllLevels("", Level.OFF);
    err.println();
    err.println(words);
    err.flush();
  }
}
