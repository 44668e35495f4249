package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.exit.ExitException;
import io.shardsum.scan.files.BrokenFile;
import io.shardsum.text.ForeignText;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs the command that the first argument names. */
@Command(
    name = "shardsum",
    description = "Checksums the weights of a fleet of LLM inference engines.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      CompletionCommand.class,
      FleetScanCommand.class,
      DriftReportCommand.class,
      ExpectCommand.class,
      RetentionCommand.class,
      SignCommand.class,
      VerifyReportCommand.class,
      VersionsCommand.class,
      ViewsCommand.class
    })
public final class Main {

  private final Interruption interruption;

  private Main(Interruption interruption) {
    this.interruption = interruption;
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    FilteredError.leave();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    String command = args.length == 0 ? "shardsum" : ForeignText.name(args[0]);
    Optional<String> refusal = SparkVersion.refusal(Main.class.getClassLoader());
    if (refusal.isPresent()) {
      err.println(command + ": " + refusal.get());
      System.exit(ExitCode.USAGE.number());
    }
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> endWithout(thread, e, command, err));
    Interruption interruption = new Interruption(command + ": interrupted", err);
    interruption.begin();
    int exitCode = run(args, out, err, interruption);
    out.flush();
    err.flush();
    interruption.close();
    System.exit(exitCode);
  }

  /**
   * Runs a command that nothing interrupts.
   *
   * @return its exit code
   */
  static int run(String[] args, PrintWriter out, PrintWriter err) {
    return run(args, out, err, new Interruption("interrupted", err));
  }

  private static int run(
      String[] args, PrintWriter out, PrintWriter err, Interruption interruption) {
    CommandLine command =
        commandLine(interruption)
            .setOut(out)
            .setErr(err)
            .setParameterExceptionHandler(ArgumentRefusal::print);
    command.setExecutionExceptionHandler(
        (e, failed, arguments) -> explain(e, failed, interruption));
    try {
      return command.execute(args);
    } catch (OutOfMemoryError e) { // execute handles exceptions alone
      return fault(e, args.length == 0 ? command.getCommandName() : args[0], err);
    }
  }

  /** What parses arguments. */
  static CommandLine commandLine() {
    return commandLine(
        new Interruption("interrupted", new PrintWriter(System.err, true, StandardCharsets.UTF_8)));
  }

  private static CommandLine commandLine(Interruption interruption) {
    CommandLine command =
        new CommandLine(new Main(interruption)).setCaseInsensitiveEnumValuesAllowed(true);
    OptionGroups.addTo(command);
    return command;
  }

  /** The interruption that a command may say more about. */
  Interruption interruption() {
    return interruption;
  }

  /** What ends one of Spark's threads may leave the others waiting for it for ever. */
  private static void endWithout(Thread thread, Throwable e, String command, PrintWriter err) {
    if (e instanceof OutOfMemoryError) {
      Runtime.getRuntime().halt(fault(e, command, err));
    }
    err.print("Exception in thread \"" + thread.getName() + "\" ");
    e.printStackTrace(err);
  }

  private static int fault(Throwable e, String command, PrintWriter err) {
    OutOfMemory.line(e, JobSession.master())
        .ifPresentOrElse(line -> err.println(command + ": " + line), () -> e.printStackTrace(err));
    err.flush();
    return ExitCode.FAULT.number();
  }

  /** What a user can mend gets one line; anything else is a bug and shows where it is. */
  private static int explain(Exception e, CommandLine command, Interruption interruption) {
    PrintWriter err = command.getErr();
    if (interruption.happened()) {
      return ExitCode.FAULT.number();
    }
    if (e instanceof ExitException exit) {
      err.println(command.getCommandName() + ": " + exit.getMessage());
      return exit.exitCode().number();
    }
    if (e instanceof UncheckedIOException) {
      err.println(command.getCommandName() + ": " + e.getMessage());
      return ExitCode.FAULT.number();
    }
    Optional<String> unreadable = BrokenFile.in(e).map(BrokenFile::message);
    if (unreadable.isPresent()) {
      err.println(command.getCommandName() + ": " + unreadable.get());
      return ExitCode.FAULT.number();
    }
    return fault(e, command.getCommandName(), err);
  }
}
