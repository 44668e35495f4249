package io.shardsum.cli;

import java.io.FileDescriptor;
import java.lang.reflect.Field;

/**
 * The standard error of this process, from which the launcher filters Java's warning of an
 * incubating module. The job writes past the filter, to the standard error that the launcher has:
 * so nothing that it says comes after its end.
 */
final class FilteredError {

  /** Set by the launcher: the number of the descriptor past the filter. */
  private static final String PAST_FILTER = "SHARDSUM_STDERR";

  private FilteredError() {}

  /** From now on Java writes past the filter, if there is one. */
  static void leave() {
    String number = System.getenv(PAST_FILTER);
    if (number == null) {
      return;
    }
    try {
      Field descriptor = FileDescriptor.class.getDeclaredField("fd");
      descriptor.setAccessible(true);
      descriptor.setInt(FileDescriptor.err, Integer.parseInt(number));
    } catch (ReflectiveOperationException | RuntimeException e) {
      // The filter stays.
    }
  }
}
