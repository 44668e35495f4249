package io.shardsum.io;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The AWS SDK's bundle, which S3A needs, has a logging library of its own inside. It says on the
 * standard error, in three lines, that it has found nothing to log with, and logs nothing: nobody
 * can act upon that.
 */
final class AwsLogging {

  private static final String FACTORY = "software.amazon.awssdk.thirdparty.org.slf4j.LoggerFactory";

  private static boolean begun;

  private AwsLogging() {}

  /** Lets it say so unheard, once; without the bundle there is nothing to do. */
  static synchronized void begin(ClassLoader loader) {
    if (begun) {
      return;
    }
    begun = true;
    PrintStream standardError = System.err;
    try (PrintStream unheard =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      System.setErr(unheard);
      Class.forName(FACTORY, true, loader).getMethod("getILoggerFactory").invoke(null);
    } catch (ReflectiveOperationException | LinkageError e) {
      // Another release, or no bundle: then it is not this library that says anything.
    } finally {
      System.setErr(standardError);
    }
  }
}
