package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong with the arguments, and where to read on. */
final class ArgumentRefusal {

  private ArgumentRefusal() {}

  static int print(ParameterException e, String[] args) {
    String name = e.getCommandLine().getCommandName();
    e.getCommandLine()
        .getErr()
        .printf("%s: %s (see jobs/%s --help)%n", name, TerminalText.line(words(e)), name);
    return ExitCode.USAGE.number();
  }

  private static String words(ParameterException e) {
    if (e instanceof OverwrittenOptionException twice
        && twice.getOverwritten() instanceof OptionSpec option) {
      return option.longestName() + " is given twice: expected once";
    }
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      return "unexpected argument: " + unmatched.getUnmatched().get(0);
    }
    return e.getMessage();
  }
}
