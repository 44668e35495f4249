package io.shardsum.cli;

import io.shardsum.expect.ExpectException;
import io.shardsum.fleet.FleetException;
import io.shardsum.history.HistoryException;
import io.shardsum.scan.ReferenceException;
import io.shardsum.scan.SumsDifferException;
import io.shardsum.scan.UntrustedScanException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkThrowable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Runs the command that the first argument names. */
@Command(
    name = "shardsum",
    description = "Checksums the weights of a fleet of LLM inference engines.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      FleetScanCommand.class,
      DriftReportCommand.class,
      ExpectCommand.class,
      RetentionCommand.class,
      ViewsCommand.class
    })
public final class Main {

  /** Conditions of Spark that say that a file of the tables is broken, or gone. */
  private static final Set<String> UNREADABLE = Set.of("FAILED_READ_FILE", "PATH_NOT_FOUND");

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exitCode = run(args, out, err);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /**
   * Runs a command.
   *
   * @return its exit code
   */
  static int run(String[] args, PrintWriter out, PrintWriter err) {
    return commandLine()
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler(Main::refuse)
        .setExecutionExceptionHandler(Main::explain)
        .execute(args);
  }

  /** What parses arguments. */
  static CommandLine commandLine() {
    return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** One line and where to read on, so that the line is not lost above a page of help. */
  private static int refuse(ParameterException e, String[] args) {
    String name = e.getCommandLine().getCommandName();
    PrintWriter err = e.getCommandLine().getErr();
    err.println(name + ": " + e.getMessage());
    err.println("Try: jobs/" + name + " --help");
    return ExitCode.USAGE.number();
  }

  /** What a user can mend gets one line; anything else is a bug and shows where it is. */
  private static int explain(Exception e, CommandLine command, ParseResult arguments) {
    PrintWriter err = command.getErr();
    if (e instanceof FleetException
        || e instanceof ExpectException
        || e instanceof UsageException
        || e instanceof HistoryException
        || e instanceof ReferenceException) {
      err.println(command.getCommandName() + ": " + e.getMessage());
      return ExitCode.USAGE.number();
    }
    if (e.getCause() instanceof InterruptedIOException) {
      return ExitCode.FAULT.number();
    }
    if (e instanceof UncheckedIOException
        || e instanceof SumsDifferException
        || e instanceof UntrustedScanException) {
      err.println(command.getCommandName() + ": " + e.getMessage());
      return ExitCode.FAULT.number();
    }
    Optional<String> unreadable = unreadable(e);
    if (unreadable.isPresent()) {
      err.println(command.getCommandName() + ": " + unreadable.get());
      return ExitCode.FAULT.number();
    }
    e.printStackTrace(err);
    return ExitCode.FAULT.number();
  }

  /**
   * Which file of the tables Spark could not read, and why: whoever copied or cut it can mend it.
   */
  private static Optional<String> unreadable(Throwable fault) {
    for (Throwable e = fault; e != null; e = e.getCause()) {
      if (e instanceof SparkThrowable spark && UNREADABLE.contains(mainCondition(spark))) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        return Optional.of(
            "Cannot read %s: %s"
                .formatted(
                    TerminalText.line(spark.getMessageParameters().getOrDefault("path", "a table")),
                    TerminalText.line(
                        String.valueOf(why.getMessage()).lines().findFirst().orElse(""))));
      }
    }
    return Optional.empty();
  }

  private static String mainCondition(SparkThrowable spark) {
    return String.valueOf(spark.getCondition()).split("\\.", 2)[0];
  }
}
