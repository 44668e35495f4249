package io.shardsum.cli;

import java.io.PrintWriter;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Says what became of a scan that is ended from outside, as by Ctrl-C. All that Spark would log of
 * being torn down is silenced.
 */
final class Interruption implements AutoCloseable {

  private final Thread hook;
  private volatile boolean happened;

  Interruption(String words, PrintWriter err) {
    hook =
        new Thread(
            () -> {
              happened = true;
              Configurator.setAllLevels("", Level.OFF);
              err.println();
              err.println(words);
              err.flush();
            },
            "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process is being ended: an exception is then no news. */
  boolean happened() {
    return happened;
  }

  @Override
  public void close() {
    if (!happened) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
