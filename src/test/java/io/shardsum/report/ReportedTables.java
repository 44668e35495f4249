package io.shardsum.report;

import io.shardsum.testing.Landed;
import io.shardsum.testing.LocalSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands tests the scans of {@link ReportedFleet} and their report, made once for the whole run. */
final class ReportedTables implements ParameterResolver {

  /** Tables, and the report of their last scan. */
  record Made(Path directory, Landed landed, HtmlReport report) implements AutoCloseable {
    @Override
    public void close() {
      FileUtil.fullyDelete(directory.toFile());
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Made.class;
  }

  @Override
  public Made resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .getOrComputeIfAbsent(Made.class, key -> make(parameter, context), Made.class);
  }

  private static Made make(ParameterContext parameter, ExtensionContext context) {
    try {
      Path directory = Files.createTempDirectory("reported-fleet");
      Landed landed =
          ReportedFleet.scan(new LocalSpark().resolveParameter(parameter, context), directory);
      return new Made(directory, landed, ReportedFleet.report(landed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
