package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import io.shardsum.text.NearestName;
import java.util.Set;
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
    return e instanceof UnmatchedArgumentException more ? unmatched(more) : e.getMessage();
  }

  /** Of the first of them alone: what follows an unknown option is mostly its value. */
  private static String unmatched(UnmatchedArgumentException e) {
    String first = e.getUnmatched().get(0);
    if (!e.isUnknownOption()) {
      return "unexpected argument: " + first;
    }
    Set<String> known = e.getCommandLine().getCommandSpec().optionsMap().keySet();
    String nearest =
        NearestName.of(first, known).map(name -> " (did you mean " + name + "?)").orElse("");
    return "unknown option: " + first + nearest;
  }
}
