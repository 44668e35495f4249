package io.shardsum.cli;

import io.shardsum.exit.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jobs/completion}: what makes bash complete the options of all commands. */
@Command(
    name = "completion",
    usageHelpAutoWidth = true,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "jobs/completion",
    description = "Prints a script that makes bash complete the options of all jobs.",
    footer = {"", "Example:", "  source <(jobs/completion)"})
final class CompletionCommand implements Callable<Integer> {

  /** Also the name of another program, whose completion is left alone. */
  private static final String OF_TCL = "expect";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    for (CommandLine command : spec.parent().commandLine().getSubcommands().values()) {
      String name = command.getCommandName();
      String completed = name.equals(OF_TCL) ? "jobs/" + name : name;
      out.println(
          AutoComplete.bash(name, command)
              .replace(" %s %s.sh %s.bash".formatted(name, name, name), " " + completed));
    }
    return ExitCode.EQUAL.number();
  }
}
