package io.shardsum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {

  @TempDir Path directory;

  @Test
  void hasEachOptionAndAnExample() {
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      String help = CommandRun.of(command.getCommandName(), "--help").out();
      for (OptionSpec option : command.getCommandSpec().options()) {
        assertThat(help).containsPattern("(?m)^ .* %s[ =.\\[\\n]".formatted(option.longestName()));
      }
      assertThat(help).containsPattern("Examples?:\n  jobs/|Example:\n  source");
    }
  }

  @Test
  void groupsTheOptionsOfAScan() {
    assertThat(CommandRun.fleetScan("--help").out())
        .contains("What to scan (one of these)\n      --fleet=FILE")
        .contains("After a crash\n      --resume=SCAN_ID");
  }

  @Test
  void versionsAreThoseOfAllThatRuns() {
    assertThat(CommandRun.fleetScan("--version").out())
        .matches("shardsum \\S+\nSpark 4\\.1\\.\\S+\nJava \\S+ \\(.+\\)\n");
  }

  @Test
  void bashCompletesOptions() throws Exception {
    Path script = directory.resolve("completion");
    Files.writeString(script, CommandRun.of("completion").out());
    Process bash =
        new ProcessBuilder(
                List.of(
                    "bash",
                    "-euc",
                    "bash -n \"$1\"; . \"$1\"; compopt() { :; }; COMP_WORDS=(jobs/fleet-scan --rere); COMP_CWORD=1;"
                        + " _complete_fleet-scan; echo \"${COMPREPLY[@]}\"; complete -p fleet-scan"
                        + " jobs/expect",
                    "bash",
                    script.toString()))
            .redirectErrorStream(true)
            .start();

    assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .startsWith("--reread-days\ncomplete ")
        .contains("jobs/expect");
    assertThat(bash.waitFor()).isZero();
  }
}
